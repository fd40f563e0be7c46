"""The tables of refunds that were released: each decision once, for ever."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, Integer, SmallInteger, Text

from ledger.tables import day_check, new_table

refund_run = new_table(
    "refund_run",
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("creditor_id", SmallInteger, ForeignKey("creditor.id"), nullable=False),
    Column("message_id", Text, nullable=False, unique=True),
    Column("account", Text, nullable=False),
    Column("holder", Text, nullable=False),
    Column("pay_on", Integer, nullable=False),
    Column("number", Integer, nullable=False),
    Column("cents", BigInteger, nullable=False),
    Column("made_at", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("recorded_at", Text, nullable=False),
    CheckConstraint("number >= 1 AND cents >= 1", name="pays_something"),
    day_check("pay_on"),
    append_only=True,
)

refund = new_table(
    "refund",
    Column("decision_id", BigInteger, primary_key=True, autoincrement=False),
    Column("run_id", BigInteger, ForeignKey("refund_run.id"), nullable=False),
    # The bank line that goes back, or the loan whose credit does.
    Column("line_id", BigInteger, unique=True),
    Column("loan_id", BigInteger, ForeignKey("loan.id")),
    Column("end_to_end", Text, nullable=False, unique=True),
    Column("cents", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("iban", Text, nullable=False),
    CheckConstraint("cents BETWEEN 1 AND 10000000000000", name="cents_in_bounds"),
    CheckConstraint("(line_id IS NULL) <> (loan_id IS NULL)", name="of_a_line_or_of_a_loan"),
    append_only=True,
)
Index("ix_refund_run_id", refund.c.run_id)
