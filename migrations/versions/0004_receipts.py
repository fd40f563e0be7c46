"""The tables of receipts, as migrations.draft wrote them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go one step forward; there is no way back but a backup."""
    op.create_table(
        "bank_confirmation",
        sa.Column("line_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("statement_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("line_id", name=op.f("pk_bank_confirmation")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "bank_decision",
        sa.Column("line_id", sa.BigInteger(), nullable=False),
        sa.Column("nr", sa.Integer(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("kind", sa.SmallInteger(), nullable=False),
        sa.Column("loan_id", sa.BigInteger(), nullable=False),
        sa.Column("fact_nr", sa.Integer(), nullable=False),
        sa.Column("other_creditor", sa.SmallInteger(), nullable=False),
        sa.Column("cents", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("known_on", sa.Integer(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "cents BETWEEN 1 AND 10000000000000", name=op.f("ck_bank_decision_cents_in_bounds")
        ),
        sa.CheckConstraint(
            "known_on BETWEEN 19500101 AND 21991231", name=op.f("ck_bank_decision_known_on_is_a_day")
        ),
        sa.CheckConstraint(
            "nr >= 1 AND part >= 1 AND kind >= 1 AND fact_nr >= 0",
            name=op.f("ck_bank_decision_counts_from_one"),
        ),
        sa.PrimaryKeyConstraint("line_id", "nr", "part", name=op.f("pk_bank_decision")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("ix_bank_decision_known_on", "bank_decision", ["known_on"], unique=False)
    op.create_index("ix_bank_decision_loan_id", "bank_decision", ["loan_id"], unique=False)
    op.create_index(
        "ix_bank_decision_no_money",
        "bank_decision",
        ["line_id"],
        unique=False,
        sqlite_where=sa.text("kind = 84"),
        postgresql_where=sa.text("kind = 84"),
    )
    op.create_table(
        "bank_line",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("statement_id", sa.BigInteger(), nullable=False),
        sa.Column("creditor_id", sa.SmallInteger(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("identity", sa.LargeBinary(), nullable=False),
        sa.Column("booked_on", sa.Integer(), nullable=False),
        sa.Column("paid_on", sa.Integer(), nullable=False),
        sa.Column("cents", sa.BigInteger(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("occurrence", sa.Integer(), nullable=False),
        sa.Column("end_to_end", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("iban", sa.Text(), nullable=False),
        sa.Column("structured", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("is_return", sa.SmallInteger(), nullable=False),
        sa.Column("return_reason", sa.Text(), nullable=False),
        sa.Column("batch_id", sa.Text(), nullable=False),
        sa.Column("charges", sa.BigInteger(), nullable=False),
        sa.Column("file_line", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("known_on", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "booked_on BETWEEN 19500101 AND 21991231", name=op.f("ck_bank_line_booked_on_is_a_day")
        ),
        sa.CheckConstraint(
            "cents <> 0 AND cents BETWEEN -10000000000000 AND 10000000000000",
            name=op.f("ck_bank_line_cents_in_bounds"),
        ),
        sa.CheckConstraint(
            "known_on BETWEEN 19500101 AND 21991231", name=op.f("ck_bank_line_known_on_is_a_day")
        ),
        sa.CheckConstraint("occurrence >= 1", name=op.f("ck_bank_line_occurrence_counts_from_one")),
        sa.CheckConstraint(
            "paid_on BETWEEN 19500101 AND 21991231", name=op.f("ck_bank_line_paid_on_is_a_day")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_line")),
        sa.UniqueConstraint("identity", name=op.f("uq_bank_line_identity")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index("ix_bank_line_account_booked_on", "bank_line", ["account", "booked_on"], unique=False)
    op.create_index(
        "ix_bank_line_end_to_end",
        "bank_line",
        ["end_to_end"],
        unique=False,
        sqlite_where=sa.text("end_to_end != ''"),
        postgresql_where=sa.text("end_to_end != ''"),
    )
    op.create_index("ix_bank_line_iban", "bank_line", ["iban"], unique=False)
    op.create_index("ix_bank_line_known_on", "bank_line", ["known_on"], unique=False)
    op.create_index(
        "ix_bank_line_returns",
        "bank_line",
        ["id"],
        unique=False,
        sqlite_where=sa.text("is_return = 1"),
        postgresql_where=sa.text("is_return = 1"),
    )
    op.create_index("ix_bank_line_statement_id", "bank_line", ["statement_id"], unique=False)
    op.create_table(
        "bank_refusal",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("known_on", sa.Integer(), nullable=False),
        sa.Column("creditor_id", sa.SmallInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "known_on BETWEEN 19500101 AND 21991231", name=op.f("ck_bank_refusal_known_on_is_a_day")
        ),
        sa.PrimaryKeyConstraint("sha256", "known_on", name=op.f("pk_bank_refusal")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "bank_state",
        sa.Column("creditor_id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("worked_to", sa.Integer(), nullable=False),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("creditor_id", name=op.f("pk_bank_state")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "receipt",
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("nr", sa.Integer(), nullable=False),
        sa.Column("loan_id", sa.BigInteger(), nullable=False),
        sa.Column("value_date", sa.Integer(), nullable=False),
        sa.Column("gross_cents", sa.BigInteger(), nullable=False),
        sa.Column("costs_cents", sa.BigInteger(), nullable=False),
        sa.Column("costs_of_debtor", sa.SmallInteger(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.CheckConstraint("costs_of_debtor IN (0, 1)", name=op.f("ck_receipt_costs_of_debtor_is_a_flag")),
        sa.CheckConstraint(
            "gross_cents >= 1 AND costs_cents BETWEEN 0 AND gross_cents",
            name=op.f("ck_receipt_costs_in_bounds"),
        ),
        sa.CheckConstraint(
            "value_date BETWEEN 19500101 AND 21991231", name=op.f("ck_receipt_value_date_is_a_day")
        ),
        sa.PrimaryKeyConstraint("batch_id", "nr", name=op.f("pk_receipt")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "bank_file",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("creditor_id", sa.SmallInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("new_lines", sa.Integer(), nullable=False),
        sa.Column("known_on", sa.Integer(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "known_on BETWEEN 19500101 AND 21991231", name=op.f("ck_bank_file_known_on_is_a_day")
        ),
        sa.CheckConstraint("new_lines BETWEEN 0 AND lines", name=op.f("ck_bank_file_new_lines_in_bounds")),
        sa.ForeignKeyConstraint(["creditor_id"], ["creditor.id"], name=op.f("fk_bank_file_creditor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_file")),
        sa.UniqueConstraint("sha256", name=op.f("uq_bank_file_sha256")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "bank_statement",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("file_id", sa.BigInteger(), nullable=False),
        sa.Column("creditor_id", sa.SmallInteger(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("kind", sa.SmallInteger(), nullable=False),
        sa.Column("statement_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("opened_on", sa.Integer(), nullable=True),
        sa.Column("opening_cents", sa.BigInteger(), nullable=True),
        sa.Column("closed_on", sa.Integer(), nullable=True),
        sa.Column("closing_cents", sa.BigInteger(), nullable=True),
        sa.Column("counted_cents", sa.BigInteger(), nullable=True),
        sa.Column("gap_cents", sa.BigInteger(), nullable=False),
        sa.Column("extends", sa.SmallInteger(), nullable=False),
        sa.Column("known_on", sa.Integer(), nullable=False),
        sa.CheckConstraint("extends IN (0, 1)", name=op.f("ck_bank_statement_extends_is_a_flag")),
        sa.CheckConstraint(
            "kind = 54 OR closing_cents IS NOT NULL", name=op.f("ck_bank_statement_a_statement_has_balances")
        ),
        sa.CheckConstraint("kind IN (53, 54)", name=op.f("ck_bank_statement_kind_is_known")),
        sa.CheckConstraint(
            "known_on BETWEEN 19500101 AND 21991231", name=op.f("ck_bank_statement_known_on_is_a_day")
        ),
        sa.ForeignKeyConstraint(["creditor_id"], ["creditor.id"], name=op.f("fk_bank_statement_creditor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_statement")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index("ix_bank_statement_account", "bank_statement", ["account", "id"], unique=False)
    op.create_table(
        "receipt_batch",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("creditor_id", sa.SmallInteger(), nullable=False),
        sa.Column("kind", sa.SmallInteger(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value_date", sa.Integer(), nullable=False),
        sa.Column("net_cents", sa.BigInteger(), nullable=False),
        sa.Column("known_on", sa.Integer(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "known_on BETWEEN 19500101 AND 21991231", name=op.f("ck_receipt_batch_known_on_is_a_day")
        ),
        sa.CheckConstraint(
            "value_date BETWEEN 19500101 AND 21991231", name=op.f("ck_receipt_batch_value_date_is_a_day")
        ),
        sa.ForeignKeyConstraint(["creditor_id"], ["creditor.id"], name=op.f("fk_receipt_batch_creditor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt_batch")),
        sa.UniqueConstraint("sha256", name=op.f("uq_receipt_batch_sha256")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index("ix_receipt_batch_known_on", "receipt_batch", ["known_on"], unique=False)
