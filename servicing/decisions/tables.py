"""The tables of decisions: what was proposed, and each step after it; rows are only added."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    Text,
    UniqueConstraint,
)

from ledger.tables import day_check, id_column, new_table

decision = new_table(
    "decision",
    id_column(),
    Column("creditor_id", SmallInteger, ForeignKey("creditor.id"), nullable=False),
    # The loan, or the creditor's number with eight zeros for what is about no loan.
    Column("subject", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("value_date", Integer, nullable=False),
    Column("cents", BigInteger, nullable=False),
    Column("refers_to", Integer, nullable=False),
    Column("data", Text, nullable=False),
    Column("document", Text, nullable=False),
    Column("at_stake", BigInteger, nullable=False),
    Column("persons", SmallInteger, nullable=False),
    Column("actor", Text, nullable=False),
    Column("known_on", Integer, nullable=False),
    Column("recorded_at", Text, nullable=False),
    UniqueConstraint("subject", "kind", "reference"),
    CheckConstraint("subject / 100000000 = creditor_id", name="subject_names_the_creditor"),
    CheckConstraint("cents BETWEEN 0 AND 10000000000000", name="cents_in_bounds"),
    CheckConstraint("persons BETWEEN 1 AND 2", name="one_or_two_persons"),
    day_check("value_date"),
    day_check("known_on"),
    append_only=True,
)

decision_step = new_table(
    "decision_step",
    id_column(),
    Column("decision_id", BigInteger, ForeignKey("decision.id"), nullable=False),
    Column("step", Text, nullable=False),
    # The debtor to whom it was handed over, else 0.
    Column("debtor", BigInteger, nullable=False),
    Column("day", Integer, nullable=False),
    Column("note", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("known_on", Integer, nullable=False),
    Column("recorded_at", Text, nullable=False),
    UniqueConstraint("decision_id", "step", "debtor"),
    CheckConstraint(
        "step IN ('approved', 'rejected', 'taken-back', 'handed-over', 'in-force')", name="step_is_known"
    ),
    day_check("day"),
    day_check("known_on"),
    append_only=True,
)

refusal_log = new_table(
    "refusal_log",
    id_column(),
    Column("what", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("refused_at", Text, nullable=False),
    append_only=True,
)
Index("ix_refusal_log_actor", refusal_log.c.actor)
