"""The table of facts about a creditor as a whole; rows are only added."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, PrimaryKeyConstraint, SmallInteger, Text, UniqueConstraint

from ledger.tables import day_check, new_table

creditor_fact = new_table(
    "creditor_fact",
    Column("creditor_id", SmallInteger, ForeignKey("creditor.id"), nullable=False),
    Column("nr", Integer, nullable=False),
    Column("kind", SmallInteger, nullable=False),
    Column("value_date", Integer, nullable=False),
    Column("known_on", Integer, nullable=False),
    Column("key", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("recorded_at", Text, nullable=False),
    PrimaryKeyConstraint("creditor_id", "nr"),
    UniqueConstraint("creditor_id", "kind", "key"),
    day_check("value_date"),
    day_check("known_on"),
    append_only=True,
    with_rowid=False,
)
