"""The tables of prints, as migrations.draft wrote them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go one step forward; there is no way back but a backup."""
    op.create_table(
        "print_run",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("creditor_id", sa.SmallInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("demanded", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("known_on", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "known_on BETWEEN 19500101 AND 21991231", name=op.f("ck_print_run_known_on_is_a_day")
        ),
        sa.CheckConstraint("number >= 1 AND demanded >= 0", name=op.f("ck_print_run_prints_something")),
        sa.ForeignKeyConstraint(["creditor_id"], ["creditor.id"], name=op.f("fk_print_run_creditor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_print_run")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "print_run_step",
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("nr", sa.Integer(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "step IN ('released', 'dated-anew', 'printing', 'not-printed', 'handed-over', 'withdrawn')",
            name=op.f("ck_print_run_step_step_is_known"),
        ),
        sa.CheckConstraint("day BETWEEN 19500101 AND 21991231", name=op.f("ck_print_run_step_day_is_a_day")),
        sa.ForeignKeyConstraint(["run_id"], ["print_run.id"], name=op.f("fk_print_run_step_run_id")),
        sa.PrimaryKeyConstraint("run_id", "nr", name=op.f("pk_print_run_step")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
