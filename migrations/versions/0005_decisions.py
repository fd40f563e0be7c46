"""The tables of decisions, as migrations.draft wrote them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go one step forward; there is no way back but a backup."""
    op.create_table(
        "refusal_log",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("refused_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refusal_log")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index("ix_refusal_log_actor", "refusal_log", ["actor"], unique=False)
    op.create_table(
        "decision",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("creditor_id", sa.SmallInteger(), nullable=False),
        sa.Column("subject", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("value_date", sa.Integer(), nullable=False),
        sa.Column("cents", sa.BigInteger(), nullable=False),
        sa.Column("refers_to", sa.Integer(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("at_stake", sa.BigInteger(), nullable=False),
        sa.Column("persons", sa.SmallInteger(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("known_on", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.CheckConstraint("cents BETWEEN 0 AND 10000000000000", name=op.f("ck_decision_cents_in_bounds")),
        sa.CheckConstraint(
            "known_on BETWEEN 19500101 AND 21991231", name=op.f("ck_decision_known_on_is_a_day")
        ),
        sa.CheckConstraint("persons BETWEEN 1 AND 2", name=op.f("ck_decision_one_or_two_persons")),
        sa.CheckConstraint(
            "subject / 100000000 = creditor_id", name=op.f("ck_decision_subject_names_the_creditor")
        ),
        sa.CheckConstraint(
            "value_date BETWEEN 19500101 AND 21991231", name=op.f("ck_decision_value_date_is_a_day")
        ),
        sa.ForeignKeyConstraint(["creditor_id"], ["creditor.id"], name=op.f("fk_decision_creditor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
        sa.UniqueConstraint("subject", "kind", "reference", name=op.f("uq_decision_subject_kind_reference")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "decision_step",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("decision_id", sa.BigInteger(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("debtor", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("known_on", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "step IN ('approved', 'rejected', 'taken-back', 'handed-over', 'in-force')",
            name=op.f("ck_decision_step_step_is_known"),
        ),
        sa.CheckConstraint("day BETWEEN 19500101 AND 21991231", name=op.f("ck_decision_step_day_is_a_day")),
        sa.CheckConstraint(
            "known_on BETWEEN 19500101 AND 21991231", name=op.f("ck_decision_step_known_on_is_a_day")
        ),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.id"], name=op.f("fk_decision_step_decision_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision_step")),
        sa.UniqueConstraint(
            "decision_id", "step", "debtor", name=op.f("uq_decision_step_decision_id_step_debtor")
        ),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
