"""The tables of collecting, as migrations.draft wrote them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go one step forward; there is no way back but a backup."""
    op.create_table(
        "collection_plan",
        sa.Column("creditor_id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("until", sa.Integer(), nullable=False),
        sa.Column("is_announced", sa.SmallInteger(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("proposed_at", sa.Text(), nullable=False),
        sa.CheckConstraint("is_announced IN (0, 1)", name=op.f("ck_collection_plan_is_announced_is_a_flag")),
        sa.CheckConstraint(
            "until BETWEEN 19500101 AND 21991231", name=op.f("ck_collection_plan_until_is_a_day")
        ),
        sa.ForeignKeyConstraint(
            ["creditor_id"], ["creditor.id"], name=op.f("fk_collection_plan_creditor_id")
        ),
        sa.PrimaryKeyConstraint("creditor_id", name=op.f("pk_collection_plan")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "collection_run",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("creditor_id", sa.SmallInteger(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("creditor_identifier", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("cents", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.CheckConstraint("number >= 1 AND cents >= 1", name=op.f("ck_collection_run_collects_something")),
        sa.ForeignKeyConstraint(["creditor_id"], ["creditor.id"], name=op.f("fk_collection_run_creditor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_collection_run")),
        sa.UniqueConstraint("message_id", name=op.f("uq_collection_run_message_id")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "order_dropped",
        sa.Column("end_to_end", sa.Text(), nullable=False),
        sa.Column("creditor_id", sa.SmallInteger(), nullable=False),
        sa.Column("by_bank", sa.SmallInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("known_on", sa.Integer(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.CheckConstraint("by_bank IN (0, 1)", name=op.f("ck_order_dropped_by_bank_is_a_flag")),
        sa.CheckConstraint(
            "known_on BETWEEN 19500101 AND 21991231", name=op.f("ck_order_dropped_known_on_is_a_day")
        ),
        sa.ForeignKeyConstraint(["creditor_id"], ["creditor.id"], name=op.f("fk_order_dropped_creditor_id")),
        sa.PrimaryKeyConstraint("end_to_end", name=op.f("pk_order_dropped")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "collection",
        sa.Column("loan_id", sa.BigInteger(), nullable=False),
        sa.Column("due_on", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("end_to_end", sa.Text(), nullable=False),
        sa.Column("block_id", sa.Text(), nullable=False),
        sa.Column("cents", sa.BigInteger(), nullable=False),
        sa.Column("collect_on", sa.Integer(), nullable=False),
        sa.Column("mandate", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Text(), nullable=False),
        sa.Column("attempt", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint("attempt >= 1", name=op.f("ck_collection_attempt_counts_from_one")),
        sa.CheckConstraint("cents BETWEEN 1 AND 10000000000000", name=op.f("ck_collection_cents_in_bounds")),
        sa.CheckConstraint(
            "collect_on BETWEEN 19500101 AND 21991231", name=op.f("ck_collection_collect_on_is_a_day")
        ),
        sa.CheckConstraint(
            "due_on BETWEEN 19500101 AND 21991231", name=op.f("ck_collection_due_on_is_a_day")
        ),
        sa.ForeignKeyConstraint(["loan_id"], ["loan.id"], name=op.f("fk_collection_loan_id")),
        sa.ForeignKeyConstraint(["run_id"], ["collection_run.id"], name=op.f("fk_collection_run_id")),
        sa.PrimaryKeyConstraint("loan_id", "due_on", "attempt", name=op.f("pk_collection")),
        sa.UniqueConstraint("end_to_end", name=op.f("uq_collection_end_to_end")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index("ix_collection_block_id", "collection", ["block_id"], unique=False)
    op.create_index("ix_collection_run_id", "collection", ["run_id"], unique=False)
    op.create_table(
        "collection_proposal",
        sa.Column("loan_id", sa.BigInteger(), nullable=False),
        sa.Column("due_on", sa.Integer(), nullable=False),
        sa.Column("creditor_id", sa.SmallInteger(), nullable=False),
        sa.Column("cents", sa.BigInteger(), nullable=False),
        sa.Column("collect_on", sa.Integer(), nullable=False),
        sa.Column("announce_by", sa.Integer(), nullable=False),
        sa.Column("mandate", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "cents BETWEEN 1 AND 10000000000000", name=op.f("ck_collection_proposal_cents_in_bounds")
        ),
        sa.ForeignKeyConstraint(["loan_id"], ["loan.id"], name=op.f("fk_collection_proposal_loan_id")),
        sa.PrimaryKeyConstraint("loan_id", "due_on", name=op.f("pk_collection_proposal")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
