"""The table of debtors that turned out to be the same person; rows are only added."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Integer, Text

from ledger.tables import day_check, id_column, new_table

debtor_merge = new_table(
    "debtor_merge",
    id_column(),
    Column("merged", BigInteger, ForeignKey("debtor.id"), nullable=False),
    # The record that stands for both; 0 takes an earlier merge back.
    Column("into_debtor", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("known_on", Integer, nullable=False),
    Column("actor", Text, nullable=False),
    Column("recorded_at", Text, nullable=False),
    CheckConstraint("merged <> into_debtor", name="two_records"),
    day_check("known_on"),
    append_only=True,
)
