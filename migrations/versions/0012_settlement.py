"""The tables of settlement, as migrations.draft wrote them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go one step forward; there is no way back but a backup."""
    op.create_table(
        "interest_year",
        sa.Column("loan_id", sa.BigInteger(), nullable=False),
        sa.Column("book_year", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "book_year BETWEEN 19500101 AND 21991231", name=op.f("ck_interest_year_book_year_is_a_day")
        ),
        sa.ForeignKeyConstraint(["loan_id"], ["loan.id"], name=op.f("fk_interest_year_loan_id")),
        sa.PrimaryKeyConstraint("loan_id", "book_year", name=op.f("pk_interest_year")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "settlement_proposal",
        sa.Column("loan_id", sa.BigInteger(), nullable=False),
        sa.Column("book_year", sa.Integer(), nullable=False),
        sa.Column("nr", sa.SmallInteger(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("case_text", sa.Text(), nullable=False),
        sa.Column("amounts", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("last_fact", sa.Integer(), nullable=False),
        sa.Column("known_on", sa.Integer(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "book_year BETWEEN 19500101 AND 21991231", name=op.f("ck_settlement_proposal_book_year_is_a_day")
        ),
        sa.CheckConstraint(
            "known_on BETWEEN 19500101 AND 21991231", name=op.f("ck_settlement_proposal_known_on_is_a_day")
        ),
        sa.ForeignKeyConstraint(["loan_id"], ["loan.id"], name=op.f("fk_settlement_proposal_loan_id")),
        sa.PrimaryKeyConstraint("loan_id", "book_year", "nr", name=op.f("pk_settlement_proposal")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
