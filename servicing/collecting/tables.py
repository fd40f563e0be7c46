"""The tables of collections: what is proposed, until it is proposed anew, and what was released, for ever."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    SmallInteger,
    Text,
)

from ledger.tables import day_check, new_table

collection_plan = new_table(
    "collection_plan",
    Column("creditor_id", SmallInteger, ForeignKey("creditor.id"), primary_key=True, autoincrement=False),
    Column("until", Integer, nullable=False),
    Column("is_announced", SmallInteger, nullable=False),
    Column("actor", Text, nullable=False),
    Column("proposed_at", Text, nullable=False),
    CheckConstraint("is_announced IN (0, 1)", name="is_announced_is_a_flag"),
    day_check("until"),
)
"""The proposal of a creditor that is open now; a new one takes its place."""

collection_proposal = new_table(
    "collection_proposal",
    Column("loan_id", BigInteger, ForeignKey("loan.id"), nullable=False),
    Column("due_on", Integer, nullable=False),
    Column("creditor_id", SmallInteger, nullable=False),
    Column("cents", BigInteger, nullable=False),
    Column("collect_on", Integer, nullable=False),
    Column("announce_by", Integer, nullable=False),
    Column("mandate", Integer, nullable=False),
    Column("sequence", Text, nullable=False),
    PrimaryKeyConstraint("loan_id", "due_on"),
    CheckConstraint("cents BETWEEN 1 AND 10000000000000", name="cents_in_bounds"),
)

collection_run = new_table(
    "collection_run",
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("creditor_id", SmallInteger, ForeignKey("creditor.id"), nullable=False),
    Column("message_id", Text, nullable=False, unique=True),
    Column("account", Text, nullable=False),
    Column("holder", Text, nullable=False),
    Column("creditor_identifier", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("cents", BigInteger, nullable=False),
    Column("made_at", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("proposed_by", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("recorded_at", Text, nullable=False),
    CheckConstraint("number >= 1 AND cents >= 1", name="collects_something"),
    append_only=True,
)

collection = new_table(
    "collection",
    Column("loan_id", BigInteger, ForeignKey("loan.id"), nullable=False),
    Column("due_on", Integer, nullable=False),
    Column("run_id", BigInteger, ForeignKey("collection_run.id"), nullable=False),
    Column("end_to_end", Text, nullable=False, unique=True),
    Column("block_id", Text, nullable=False),
    Column("cents", BigInteger, nullable=False),
    Column("collect_on", Integer, nullable=False),
    Column("mandate", Integer, nullable=False),
    Column("sequence", Text, nullable=False),
    Column("attempt", SmallInteger, nullable=False),
    PrimaryKeyConstraint("loan_id", "due_on", "attempt"),
    CheckConstraint("cents BETWEEN 1 AND 10000000000000", name="cents_in_bounds"),
    CheckConstraint("attempt >= 1", name="attempt_counts_from_one"),
    day_check("due_on"),
    day_check("collect_on"),
    append_only=True,
)
"""An instalment is collected again only when every attempt before was dropped."""

Index("ix_collection_run_id", collection.c.run_id)
Index("ix_collection_block_id", collection.c.block_id)

order_dropped = new_table(
    "order_dropped",
    Column("end_to_end", Text, primary_key=True),
    Column("creditor_id", SmallInteger, ForeignKey("creditor.id"), nullable=False),
    Column("by_bank", SmallInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("known_on", Integer, nullable=False),
    Column("actor", Text, nullable=False),
    Column("recorded_at", Text, nullable=False),
    CheckConstraint("by_bank IN (0, 1)", name="by_bank_is_a_flag"),
    day_check("known_on"),
    append_only=True,
)
"""Orders of ours that were never booked: cancelled by a person, or refused by the bank (a refund too)."""
