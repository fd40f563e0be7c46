"""The tables of outbox, as migrations.draft wrote them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go one step forward; there is no way back but a backup."""
    op.create_table(
        "letter",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("creditor_id", sa.SmallInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("debtor_id", sa.BigInteger(), nullable=False),
        sa.Column("decision_id", sa.BigInteger(), nullable=False),
        sa.Column("law", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.Column("amounts", sa.Text(), nullable=False),
        sa.Column("effects", sa.Text(), nullable=False),
        sa.Column("demanded", sa.BigInteger(), nullable=False),
        sa.Column("not_before", sa.Integer(), nullable=False),
        sa.Column("proposed_on", sa.Integer(), nullable=False),
        sa.Column("known_on", sa.Integer(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.CheckConstraint("law IN ('public', 'private')", name=op.f("ck_letter_law_is_known")),
        sa.CheckConstraint(
            "demanded BETWEEN 0 AND 10000000000000", name=op.f("ck_letter_demanded_in_bounds")
        ),
        sa.CheckConstraint(
            "known_on BETWEEN 19500101 AND 21991231", name=op.f("ck_letter_known_on_is_a_day")
        ),
        sa.CheckConstraint(
            "not_before BETWEEN 19500101 AND 21991231", name=op.f("ck_letter_not_before_is_a_day")
        ),
        sa.CheckConstraint(
            "proposed_on BETWEEN 19500101 AND 21991231", name=op.f("ck_letter_proposed_on_is_a_day")
        ),
        sa.ForeignKeyConstraint(["creditor_id"], ["creditor.id"], name=op.f("fk_letter_creditor_id")),
        sa.ForeignKeyConstraint(["debtor_id"], ["debtor.id"], name=op.f("fk_letter_debtor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter")),
        sa.UniqueConstraint("key", name=op.f("uq_letter_key")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index("ix_letter_creditor_id_kind", "letter", ["creditor_id", "kind"], unique=False)
    op.create_index("ix_letter_decision_id", "letter", ["decision_id"], unique=False)
    op.create_index("ix_letter_known_on", "letter", ["known_on"], unique=False)
    op.create_index("ix_letter_proposed_on", "letter", ["proposed_on"], unique=False)
    op.create_table(
        "letter_loan",
        sa.Column("letter_id", sa.BigInteger(), nullable=False),
        sa.Column("loan_id", sa.BigInteger(), nullable=False),
        sa.Column("creditor_id", sa.SmallInteger(), nullable=False),
        sa.Column("place", sa.SmallInteger(), nullable=False),
        sa.Column("facts", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "loan_id / 100000000 = creditor_id", name=op.f("ck_letter_loan_loan_of_the_creditor")
        ),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_letter_loan_letter_id")),
        sa.ForeignKeyConstraint(["loan_id"], ["loan.id"], name=op.f("fk_letter_loan_loan_id")),
        sa.PrimaryKeyConstraint("letter_id", "loan_id", name=op.f("pk_letter_loan")),
        sa.UniqueConstraint("letter_id", "place", name=op.f("uq_letter_loan_letter_id_place")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index("ix_letter_loan_loan_id", "letter_loan", ["loan_id"], unique=False)
    op.create_table(
        "letter_page",
        sa.Column("letter_id", sa.BigInteger(), nullable=False),
        sa.Column("sent_on", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("pages", sa.SmallInteger(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("rendered_at", sa.Text(), nullable=False),
        sa.CheckConstraint("pages >= 1 AND size >= 1", name=op.f("ck_letter_page_has_pages")),
        sa.CheckConstraint(
            "sent_on BETWEEN 19500101 AND 21991231", name=op.f("ck_letter_page_sent_on_is_a_day")
        ),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_letter_page_letter_id")),
        sa.PrimaryKeyConstraint("letter_id", "sent_on", name=op.f("pk_letter_page")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "letter_sent",
        sa.Column("letter_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("sent_on", sa.Integer(), nullable=False),
        sa.Column("term_end", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("proof", sa.Text(), nullable=False),
        sa.Column("known_on", sa.Integer(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "known_on BETWEEN 19500101 AND 21991231", name=op.f("ck_letter_sent_known_on_is_a_day")
        ),
        sa.CheckConstraint(
            "sent_on BETWEEN 19500101 AND 21991231", name=op.f("ck_letter_sent_sent_on_is_a_day")
        ),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_letter_sent_letter_id")),
        sa.PrimaryKeyConstraint("letter_id", name=op.f("pk_letter_sent")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index("ix_letter_sent_batch_id", "letter_sent", ["batch_id"], unique=False)
    op.create_index("ix_letter_sent_known_on", "letter_sent", ["known_on"], unique=False)
    op.create_table(
        "letter_step",
        sa.Column("letter_id", sa.BigInteger(), nullable=False),
        sa.Column("nr", sa.Integer(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("known_on", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "step IN ('held','excluded','fell-away','approved','released','failed','handed-over','returned','withdrawn')",
            name=op.f("ck_letter_step_step_is_known"),
        ),
        sa.CheckConstraint("day BETWEEN 19500101 AND 21991231", name=op.f("ck_letter_step_day_is_a_day")),
        sa.CheckConstraint(
            "known_on BETWEEN 19500101 AND 21991231", name=op.f("ck_letter_step_known_on_is_a_day")
        ),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_letter_step_letter_id")),
        sa.PrimaryKeyConstraint("letter_id", "nr", name=op.f("pk_letter_step")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index("ix_letter_step_batch_id", "letter_step", ["batch_id"], unique=False)
    op.create_index("ix_letter_step_known_on", "letter_step", ["known_on"], unique=False)
