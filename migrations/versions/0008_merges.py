"""The tables of merges, as migrations.draft wrote them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go one step forward; there is no way back but a backup."""
    op.create_table(
        "debtor_merge",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("merged", sa.BigInteger(), nullable=False),
        sa.Column("into_debtor", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("known_on", sa.Integer(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "known_on BETWEEN 19500101 AND 21991231", name=op.f("ck_debtor_merge_known_on_is_a_day")
        ),
        sa.CheckConstraint("merged <> into_debtor", name=op.f("ck_debtor_merge_two_records")),
        sa.ForeignKeyConstraint(["merged"], ["debtor.id"], name=op.f("fk_debtor_merge_merged")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_debtor_merge")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
