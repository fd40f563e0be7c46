"""The tables of creditors, as migrations.draft wrote them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go one step forward; there is no way back but a backup."""
    op.create_table(
        "creditor_fact",
        sa.Column("creditor_id", sa.SmallInteger(), nullable=False),
        sa.Column("nr", sa.Integer(), nullable=False),
        sa.Column("kind", sa.SmallInteger(), nullable=False),
        sa.Column("value_date", sa.Integer(), nullable=False),
        sa.Column("known_on", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "known_on BETWEEN 19500101 AND 21991231", name=op.f("ck_creditor_fact_known_on_is_a_day")
        ),
        sa.CheckConstraint(
            "value_date BETWEEN 19500101 AND 21991231", name=op.f("ck_creditor_fact_value_date_is_a_day")
        ),
        sa.ForeignKeyConstraint(["creditor_id"], ["creditor.id"], name=op.f("fk_creditor_fact_creditor_id")),
        sa.PrimaryKeyConstraint("creditor_id", "nr", name=op.f("pk_creditor_fact")),
        sa.UniqueConstraint("creditor_id", "kind", "key", name=op.f("uq_creditor_fact_creditor_id_kind_key")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
