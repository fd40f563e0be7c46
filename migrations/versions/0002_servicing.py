"""The tables of servicing, as migrations.draft wrote them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go one step forward; there is no way back but a backup."""
    op.create_table(
        "debtor",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("external", sa.Text(), nullable=True),
        sa.Column("birth_date", sa.Integer(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.CheckConstraint("id BETWEEN 1 AND 999999999999", name=op.f("ck_debtor_id_in_bounds")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_debtor")),
        sa.UniqueConstraint("external", name=op.f("uq_debtor_external")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "import_batch",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("cut_over", sa.Integer(), nullable=True),
        sa.Column("totals", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_batch")),
        sa.UniqueConstraint("sha256", name=op.f("uq_import_batch_sha256")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "loan_state",
        sa.Column("loan", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("worked_to", sa.Integer(), nullable=False),
        sa.Column("next_event", sa.Integer(), nullable=False),
        sa.Column("principal", sa.BigInteger(), nullable=False),
        sa.Column("principal_due", sa.BigInteger(), nullable=False),
        sa.Column("interest_due", sa.BigInteger(), nullable=False),
        sa.Column("interest_accrued", sa.BigInteger(), nullable=False),
        sa.Column("interest_deferred", sa.BigInteger(), nullable=False),
        sa.Column("costs", sa.BigInteger(), nullable=False),
        sa.Column("interest_statutory", sa.BigInteger(), nullable=False),
        sa.Column("credit", sa.BigInteger(), nullable=False),
        sa.Column("rate_e8", sa.BigInteger(), nullable=False),
        sa.Column("instalment", sa.BigInteger(), nullable=False),
        sa.Column("next_due", sa.Integer(), nullable=False),
        sa.Column("arrears_since", sa.Integer(), nullable=False),
        sa.Column("bucket", sa.SmallInteger(), nullable=False),
        sa.Column("standing", sa.SmallInteger(), nullable=False),
        sa.Column("facts", sa.Integer(), nullable=False),
        sa.Column("lane", sa.SmallInteger(), nullable=False),
        sa.Column("row_nr", sa.Integer(), nullable=False),
        sa.Column("last_nr", sa.Integer(), nullable=False),
        sa.Column("anchor_day", sa.SmallInteger(), nullable=False),
        sa.Column("months", sa.SmallInteger(), nullable=False),
        sa.Column("period_from", sa.Integer(), nullable=False),
        sa.Column("accrued_to", sa.Integer(), nullable=False),
        sa.Column("day_cents", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("loan", name=op.f("pk_loan_state")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index(
        "ix_loan_state_arrears_since",
        "loan_state",
        ["arrears_since"],
        unique=False,
        sqlite_where=sa.text("arrears_since > 0"),
        postgresql_where=sa.text("arrears_since > 0"),
    )
    op.create_index("ix_loan_state_next_event", "loan_state", ["next_event"], unique=False)
    op.create_index("ix_loan_state_worked_to", "loan_state", ["worked_to"], unique=False)
    op.create_table(
        "debtor_bsn",
        sa.Column("debtor_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key_version", sa.SmallInteger(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("blind_index", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["debtor_id"], ["debtor.id"], name=op.f("fk_debtor_bsn_debtor_id")),
        sa.PrimaryKeyConstraint("debtor_id", name=op.f("pk_debtor_bsn")),
        sa.UniqueConstraint("blind_index", name=op.f("uq_debtor_bsn_blind_index")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "debtor_particulars",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("debtor_id", sa.BigInteger(), nullable=False),
        sa.Column("value_date", sa.Integer(), nullable=False),
        sa.Column("known_on", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("street", sa.Text(), nullable=False),
        sa.Column("house_number", sa.Text(), nullable=False),
        sa.Column("postcode", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "known_on BETWEEN 19500101 AND 21991231", name=op.f("ck_debtor_particulars_known_on_is_a_day")
        ),
        sa.CheckConstraint(
            "value_date BETWEEN 19500101 AND 21991231", name=op.f("ck_debtor_particulars_value_date_is_a_day")
        ),
        sa.ForeignKeyConstraint(["debtor_id"], ["debtor.id"], name=op.f("fk_debtor_particulars_debtor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_debtor_particulars")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index("ix_debtor_particulars_debtor_id", "debtor_particulars", ["debtor_id"], unique=False)
    op.create_table(
        "loan",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("creditor_id", sa.SmallInteger(), nullable=False),
        sa.Column("product", sa.Text(), nullable=False),
        sa.Column("external", sa.Text(), nullable=True),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("application_date", sa.Integer(), nullable=False),
        sa.Column("decision_date", sa.Integer(), nullable=False),
        sa.Column("regime", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "regime IN ('before-2020', 'from-2020', 'private')", name=op.f("ck_loan_regime_is_known")
        ),
        sa.CheckConstraint(
            "application_date BETWEEN 19500101 AND 21991231", name=op.f("ck_loan_application_date_is_a_day")
        ),
        sa.CheckConstraint(
            "decision_date BETWEEN 19500101 AND 21991231", name=op.f("ck_loan_decision_date_is_a_day")
        ),
        sa.CheckConstraint("id / 100000000 = creditor_id", name=op.f("ck_loan_id_names_the_creditor")),
        sa.ForeignKeyConstraint(["creditor_id"], ["creditor.id"], name=op.f("fk_loan_creditor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_loan")),
        sa.UniqueConstraint("creditor_id", "external", name=op.f("uq_loan_creditor_id_external")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index("ix_loan_product", "loan", ["product"], unique=False)
    op.create_table(
        "reading_log",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("debtor_id", sa.BigInteger(), nullable=True),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("read_at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["debtor_id"], ["debtor.id"], name=op.f("fk_reading_log_debtor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reading_log")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index("ix_reading_log_debtor_id", "reading_log", ["debtor_id"], unique=False)
    op.create_table(
        "fact",
        sa.Column("loan_id", sa.BigInteger(), nullable=False),
        sa.Column("nr", sa.Integer(), nullable=False),
        sa.Column("kind", sa.SmallInteger(), nullable=False),
        sa.Column("value_date", sa.Integer(), nullable=False),
        sa.Column("known_on", sa.Integer(), nullable=False),
        sa.Column("cents", sa.BigInteger(), nullable=False),
        sa.Column("refers_to", sa.Integer(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.CheckConstraint("cents BETWEEN 0 AND 10000000000000", name=op.f("ck_fact_cents_in_bounds")),
        sa.CheckConstraint("known_on BETWEEN 19500101 AND 21991231", name=op.f("ck_fact_known_on_is_a_day")),
        sa.CheckConstraint("nr >= 1 AND kind >= 1 AND refers_to >= 0", name=op.f("ck_fact_counts_from_one")),
        sa.CheckConstraint(
            "value_date BETWEEN 19500101 AND 21991231", name=op.f("ck_fact_value_date_is_a_day")
        ),
        sa.ForeignKeyConstraint(["loan_id"], ["loan.id"], name=op.f("fk_fact_loan_id")),
        sa.PrimaryKeyConstraint("loan_id", "nr", name=op.f("pk_fact")),
        sa.UniqueConstraint("loan_id", "kind", "key", name=op.f("uq_fact_loan_id_kind_key")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("ix_fact_known_on", "fact", ["known_on", "loan_id"], unique=False)
    op.create_index(
        "ix_fact_mandate",
        "fact",
        ["key", "loan_id"],
        unique=False,
        sqlite_where=sa.text("kind = 90"),
        postgresql_where=sa.text("kind = 90"),
    )
    op.create_table(
        "loan_debtor",
        sa.Column("loan_id", sa.BigInteger(), nullable=False),
        sa.Column("debtor_id", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(["debtor_id"], ["debtor.id"], name=op.f("fk_loan_debtor_debtor_id")),
        sa.ForeignKeyConstraint(["loan_id"], ["loan.id"], name=op.f("fk_loan_debtor_loan_id")),
        sa.PrimaryKeyConstraint("loan_id", "debtor_id", name=op.f("pk_loan_debtor")),
        sa.UniqueConstraint("loan_id", "place", name=op.f("uq_loan_debtor_loan_id_place")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index("ix_loan_debtor_debtor_id", "loan_debtor", ["debtor_id"], unique=False)
