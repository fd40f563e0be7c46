"""The tables of ledger, as migrations.draft wrote them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go one step forward; there is no way back but a backup."""
    op.create_table(
        "creditor",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("iban", sa.Text(), nullable=False),
        sa.CheckConstraint("id BETWEEN 1 AND 9999", name=op.f("ck_creditor_id_in_bounds")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_creditor")),
        sa.UniqueConstraint("code", name=op.f("uq_creditor_code")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "journal_link",
        sa.Column("business_date", sa.Integer(), nullable=False),
        sa.Column("loan", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.SmallInteger(), nullable=False),
        sa.Column("nr", sa.Integer(), nullable=False),
        sa.Column("reversed_business_date", sa.Integer(), nullable=False),
        sa.Column("reversed_loan", sa.BigInteger(), nullable=False),
        sa.Column("reversed_kind", sa.SmallInteger(), nullable=False),
        sa.Column("reversed_nr", sa.Integer(), nullable=False),
        sa.CheckConstraint("loan = reversed_loan", name=op.f("ck_journal_link_one_loan")),
        sa.PrimaryKeyConstraint("business_date", "loan", "kind", "nr", name=op.f("pk_journal_link")),
        sa.UniqueConstraint(
            "reversed_business_date",
            "reversed_loan",
            "reversed_kind",
            "reversed_nr",
            name="uq_journal_link_reversed",
        ),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "account",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("creditor_id", sa.SmallInteger(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("name_nl", sa.Text(), nullable=False),
        sa.Column("rgs", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("clearing", sa.Boolean(create_constraint=True, name="clearing_is_a_flag"), nullable=False),
        sa.CheckConstraint("kind IN ('balance', 'result')", name=op.f("ck_account_kind_is_known")),
        sa.CheckConstraint(
            "id = creditor_id * 10000 + number", name=op.f("ck_account_id_names_the_creditor")
        ),
        sa.CheckConstraint("number BETWEEN 1000 AND 9999", name=op.f("ck_account_number_has_four_digits")),
        sa.ForeignKeyConstraint(["creditor_id"], ["creditor.id"], name=op.f("fk_account_creditor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "period_closing",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("creditor_id", sa.SmallInteger(), nullable=False),
        sa.Column("period", sa.Integer(), nullable=False),
        sa.Column("closed", sa.Boolean(create_constraint=True, name="closed_is_a_flag"), nullable=False),
        sa.Column("known_on", sa.Integer(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "known_on BETWEEN 19500101 AND 21991231", name=op.f("ck_period_closing_known_on_is_a_day")
        ),
        sa.CheckConstraint(
            "period BETWEEN 195001 AND 219912 AND period % 100 BETWEEN 1 AND 12",
            name=op.f("ck_period_closing_period_is_a_month"),
        ),
        sa.ForeignKeyConstraint(["creditor_id"], ["creditor.id"], name=op.f("fk_period_closing_creditor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_period_closing")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "day_total",
        sa.Column("business_date", sa.Integer(), nullable=False),
        sa.Column("account", sa.Integer(), nullable=False),
        sa.Column("debit_cents", sa.BigInteger(), nullable=False),
        sa.Column("credit_cents", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "business_date BETWEEN 19500101 AND 21991231", name=op.f("ck_day_total_business_date_is_a_day")
        ),
        sa.CheckConstraint("debit_cents >= 0 AND credit_cents >= 0", name=op.f("ck_day_total_not_negative")),
        sa.ForeignKeyConstraint(["account"], ["account.id"], name=op.f("fk_day_total_account")),
        sa.PrimaryKeyConstraint("business_date", "account", name=op.f("pk_day_total")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "journal",
        sa.Column("business_date", sa.Integer(), nullable=False),
        sa.Column("loan", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.SmallInteger(), nullable=False),
        sa.Column("nr", sa.Integer(), nullable=False),
        sa.Column("line", sa.SmallInteger(), nullable=False),
        sa.Column("value_date", sa.Integer(), nullable=False),
        sa.Column("period", sa.Integer(), nullable=False),
        sa.Column("debit", sa.Integer(), nullable=False),
        sa.Column("credit", sa.Integer(), nullable=False),
        sa.Column("cents", sa.BigInteger(), nullable=False),
        sa.Column("fact", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("row_nr", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint(
            "business_date BETWEEN 19500101 AND 21991231", name=op.f("ck_journal_business_date_is_a_day")
        ),
        sa.CheckConstraint("cents BETWEEN 1 AND 10000000000000", name=op.f("ck_journal_cents_in_bounds")),
        sa.CheckConstraint(
            "debit / 10000 = credit / 10000 AND loan / 100000000 = debit / 10000",
            name=op.f("ck_journal_one_creditor"),
        ),
        sa.CheckConstraint("debit <> credit", name=op.f("ck_journal_two_accounts")),
        sa.CheckConstraint("fact >= 0 AND row_nr >= 0", name=op.f("ck_journal_source_not_negative")),
        sa.CheckConstraint(
            "kind >= 1 AND nr >= 1 AND line >= 1", name=op.f("ck_journal_key_counts_from_one")
        ),
        sa.CheckConstraint(
            "period >= value_date / 100", name=op.f("ck_journal_period_not_before_value_date")
        ),
        sa.CheckConstraint(
            "period BETWEEN 195001 AND 219912 AND period % 100 BETWEEN 1 AND 12",
            name=op.f("ck_journal_period_is_a_month"),
        ),
        sa.CheckConstraint(
            "value_date BETWEEN 19500101 AND 21991231", name=op.f("ck_journal_value_date_is_a_day")
        ),
        sa.ForeignKeyConstraint(["credit"], ["account.id"], name=op.f("fk_journal_credit")).ddl_if(
            dialect="sqlite"
        ),
        sa.ForeignKeyConstraint(["debit"], ["account.id"], name=op.f("fk_journal_debit")).ddl_if(
            dialect="sqlite"
        ),
        sa.PrimaryKeyConstraint("business_date", "loan", "kind", "nr", "line", name=op.f("pk_journal")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("ix_journal_loan_value_date", "journal", ["loan", "value_date"], unique=False)
