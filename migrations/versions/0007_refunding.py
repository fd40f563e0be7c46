"""The tables of refunding, as migrations.draft wrote them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go one step forward; there is no way back but a backup."""
    op.create_table(
        "refund_run",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("creditor_id", sa.SmallInteger(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("pay_on", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("cents", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.CheckConstraint("number >= 1 AND cents >= 1", name=op.f("ck_refund_run_pays_something")),
        sa.CheckConstraint(
            "pay_on BETWEEN 19500101 AND 21991231", name=op.f("ck_refund_run_pay_on_is_a_day")
        ),
        sa.ForeignKeyConstraint(["creditor_id"], ["creditor.id"], name=op.f("fk_refund_run_creditor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refund_run")),
        sa.UniqueConstraint("message_id", name=op.f("uq_refund_run_message_id")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "refund",
        sa.Column("decision_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("line_id", sa.BigInteger(), nullable=True),
        sa.Column("loan_id", sa.BigInteger(), nullable=True),
        sa.Column("end_to_end", sa.Text(), nullable=False),
        sa.Column("cents", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("iban", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(line_id IS NULL) <> (loan_id IS NULL)", name=op.f("ck_refund_of_a_line_or_of_a_loan")
        ),
        sa.CheckConstraint("cents BETWEEN 1 AND 10000000000000", name=op.f("ck_refund_cents_in_bounds")),
        sa.ForeignKeyConstraint(["loan_id"], ["loan.id"], name=op.f("fk_refund_loan_id")),
        sa.ForeignKeyConstraint(["run_id"], ["refund_run.id"], name=op.f("fk_refund_run_id")),
        sa.PrimaryKeyConstraint("decision_id", name=op.f("pk_refund")),
        sa.UniqueConstraint("end_to_end", name=op.f("uq_refund_end_to_end")),
        sa.UniqueConstraint("line_id", name=op.f("uq_refund_line_id")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index("ix_refund_run_id", "refund", ["run_id"], unique=False)
