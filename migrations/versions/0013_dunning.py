"""The tables of dunning, as migrations.draft wrote them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go one step forward; there is no way back but a backup."""
    op.create_table(
        "dunning",
        sa.Column("loan", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("looked_on", sa.Integer(), nullable=False),
        sa.Column("look_on", sa.Integer(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("letter", sa.Text(), nullable=False),
        sa.Column("procedure", sa.Text(), nullable=False),
        sa.Column("debtors", sa.Text(), nullable=False),
        sa.Column("proposed_on", sa.Integer(), nullable=False),
        sa.Column("overdue", sa.Text(), nullable=False),
        sa.Column("cents", sa.BigInteger(), nullable=False),
        sa.Column("is_charged", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("article", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(step = '') = (proposed_on = 0)", name=op.f("ck_dunning_what_is_due_is_proposed")
        ),
        sa.CheckConstraint("look_on BETWEEN 19500101 AND 21991231", name=op.f("ck_dunning_look_on_is_a_day")),
        sa.CheckConstraint(
            "looked_on BETWEEN 19500101 AND 21991231", name=op.f("ck_dunning_looked_on_is_a_day")
        ),
        sa.ForeignKeyConstraint(["loan"], ["loan.id"], name=op.f("fk_dunning_loan")),
        sa.PrimaryKeyConstraint("loan", name=op.f("pk_dunning")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index("ix_dunning_look_on", "dunning", ["look_on"], unique=False)
    op.create_table(
        "dunning_note",
        sa.Column("loan", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("proposed_on", sa.Integer(), nullable=False),
        sa.Column("cents", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint("what IN ('proposed', 'fell-away')", name=op.f("ck_dunning_note_what_is_known")),
        sa.CheckConstraint("day BETWEEN 19500101 AND 21991231", name=op.f("ck_dunning_note_day_is_a_day")),
        sa.ForeignKeyConstraint(["loan"], ["loan.id"], name=op.f("fk_dunning_note_loan")),
        sa.PrimaryKeyConstraint("loan", "day", "what", name=op.f("pk_dunning_note")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index("ix_dunning_note_day", "dunning_note", ["day"], unique=False)
