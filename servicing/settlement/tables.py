"""The table of what was proposed for a loan and book year; a later proposal is another row, both stay."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, PrimaryKeyConstraint, SmallInteger, Text

from ledger.tables import day_check, new_table

settlement_proposal = new_table(
    "settlement_proposal",
    Column("loan_id", BigInteger, ForeignKey("loan.id"), nullable=False),
    # The first day of the book year.
    Column("book_year", Integer, nullable=False),
    Column("nr", SmallInteger, nullable=False),
    Column("about", Text, nullable=False),
    Column("basis", Text, nullable=False),
    Column("case_text", Text, nullable=False),
    Column("amounts", Text, nullable=False),
    Column("digest", Text, nullable=False),
    # The newest fact that it rests on: news after it asks for another proposal.
    Column("last_fact", Integer, nullable=False),
    Column("known_on", Integer, nullable=False),
    Column("actor", Text, nullable=False),
    Column("recorded_at", Text, nullable=False),
    PrimaryKeyConstraint("loan_id", "book_year", "nr"),
    day_check("book_year"),
    day_check("known_on"),
    append_only=True,
    with_rowid=False,
)

interest_year = new_table(
    "interest_year",
    Column("loan_id", BigInteger, ForeignKey("loan.id"), nullable=False),
    # The first day of a book year in which the interest of the loan is asked about (art. 21).
    Column("book_year", Integer, nullable=False),
    PrimaryKeyConstraint("loan_id", "book_year"),
    day_check("book_year"),
    append_only=True,
    with_rowid=False,
)
