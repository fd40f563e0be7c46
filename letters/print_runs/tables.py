"""The tables of print runs: which letters go together is said by the letters, what happened to the run here."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Integer,
    PrimaryKeyConstraint,
    SmallInteger,
    Text,
)

from ledger.tables import day_check, id_column, new_table

print_run = new_table(
    "print_run",
    id_column(),
    Column("creditor_id", SmallInteger, ForeignKey("creditor.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("demanded", BigInteger, nullable=False),
    Column("actor", Text, nullable=False),
    Column("known_on", Integer, nullable=False),
    Column("recorded_at", Text, nullable=False),
    CheckConstraint("number >= 1 AND demanded >= 0", name="prints_something"),
    day_check("known_on"),
    append_only=True,
)

print_run_step = new_table(
    "print_run_step",
    Column("run_id", BigInteger, ForeignKey("print_run.id"), nullable=False),
    Column("nr", Integer, nullable=False),
    Column("step", Text, nullable=False),
    # The sending date from here on.
    Column("day", Integer, nullable=False),
    Column("note", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("recorded_at", Text, nullable=False),
    PrimaryKeyConstraint("run_id", "nr"),
    CheckConstraint(
        "step IN ('released', 'dated-anew', 'printing', 'not-printed', 'handed-over', 'withdrawn')",
        name="step_is_known",
    ),
    day_check("day"),
    append_only=True,
)
