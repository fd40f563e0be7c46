"""The tables of dunning: where each loan in arrears stands on its ladder, and what was proposed or fell away."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Text,
)

from ledger.tables import day_check, new_table

dunning = new_table(
    "dunning",
    Column("loan", BigInteger, ForeignKey("loan.id"), primary_key=True, autoincrement=False),
    Column("looked_on", Integer, nullable=False),
    # The first night that looks again by itself.
    Column("look_on", Integer, nullable=False),
    # What is due (empty: nothing, and why), for whom, on what; the proposal stands since a night (0: none).
    Column("step", Text, nullable=False),
    Column("act", Text, nullable=False),
    Column("letter", Text, nullable=False),
    Column("procedure", Text, nullable=False),
    Column("debtors", Text, nullable=False),
    Column("proposed_on", Integer, nullable=False),
    Column("overdue", Text, nullable=False),
    Column("cents", BigInteger, nullable=False),
    Column("is_charged", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("article", Text, nullable=False),
    CheckConstraint("(step = '') = (proposed_on = 0)", name="what_is_due_is_proposed"),
    day_check("looked_on"),
    day_check("look_on"),
)
Index("ix_dunning_look_on", dunning.c.look_on)

dunning_note = new_table(
    "dunning_note",
    Column("loan", BigInteger, ForeignKey("loan.id"), nullable=False),
    Column("day", Integer, nullable=False),
    Column("what", Text, nullable=False),
    Column("step", Text, nullable=False),
    Column("act", Text, nullable=False),
    Column("proposed_on", Integer, nullable=False),
    Column("cents", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    PrimaryKeyConstraint("loan", "day", "what"),
    CheckConstraint("what IN ('proposed', 'fell-away')", name="what_is_known"),
    day_check("day"),
    append_only=True,
)
Index("ix_dunning_note_day", dunning_note.c.day)
