"""The tables of the outbox: letters as they were frozen, what happened to each, print runs, and what was sent."""

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
    UniqueConstraint,
)

from ledger.tables import day_check, id_column, new_table

letter = new_table(
    "letter",
    id_column(),
    Column("creditor_id", SmallInteger, ForeignKey("creditor.id"), nullable=False),
    # What the business calls it, such as deferral:decision 7:debtor 12; once and for all.
    Column("key", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("debtor_id", BigInteger, ForeignKey("debtor.id"), nullable=False),
    # The decision it tells of, 0 for none.
    Column("decision_id", BigInteger, nullable=False),
    Column("law", Text, nullable=False),
    Column("language", Text, nullable=False),
    # The hash of the wording when it was proposed.
    Column("template", Text, nullable=False),
    # Canonical JSON: named fields of the text, amounts with the keys of their entries, what its hand-over does.
    Column("fields", Text, nullable=False),
    Column("amounts", Text, nullable=False),
    Column("effects", Text, nullable=False),
    Column("demanded", BigInteger, nullable=False),
    Column("not_before", Integer, nullable=False),
    Column("proposed_on", Integer, nullable=False),
    Column("known_on", Integer, nullable=False),
    Column("actor", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("recorded_at", Text, nullable=False),
    CheckConstraint("law IN ('public', 'private')", name="law_is_known"),
    CheckConstraint("demanded BETWEEN 0 AND 10000000000000", name="demanded_in_bounds"),
    day_check("not_before"),
    day_check("proposed_on"),
    day_check("known_on"),
    append_only=True,
)
Index("ix_letter_creditor_id_kind", letter.c.creditor_id, letter.c.kind)
Index("ix_letter_decision_id", letter.c.decision_id)
Index("ix_letter_proposed_on", letter.c.proposed_on)
Index("ix_letter_known_on", letter.c.known_on)

letter_loan = new_table(
    "letter_loan",
    Column("letter_id", BigInteger, ForeignKey("letter.id"), nullable=False),
    Column("loan_id", BigInteger, ForeignKey("loan.id"), nullable=False),
    Column("creditor_id", SmallInteger, nullable=False),
    Column("place", SmallInteger, nullable=False),
    # How many facts of the loan were known when it was frozen: a later one may take the letter out.
    Column("facts", Integer, nullable=False),
    PrimaryKeyConstraint("letter_id", "loan_id"),
    UniqueConstraint("letter_id", "place"),
    CheckConstraint("loan_id / 100000000 = creditor_id", name="loan_of_the_creditor"),
    append_only=True,
)
Index("ix_letter_loan_loan_id", letter_loan.c.loan_id)

letter_step = new_table(
    "letter_step",
    Column("letter_id", BigInteger, ForeignKey("letter.id"), nullable=False),
    # From 1 without a gap, so that of two who act at the same moment one is refused.
    Column("nr", Integer, nullable=False),
    Column("step", Text, nullable=False),
    # The print run it belongs to from here on, 0 for none.
    Column("batch_id", BigInteger, nullable=False),
    Column("day", Integer, nullable=False),
    Column("note", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("known_on", Integer, nullable=False),
    Column("recorded_at", Text, nullable=False),
    PrimaryKeyConstraint("letter_id", "nr"),
    CheckConstraint(
        "step IN ('held','excluded','fell-away','approved','released','failed','handed-over','returned','withdrawn')",
        name="step_is_known",
    ),
    day_check("day"),
    day_check("known_on"),
    append_only=True,
)
Index("ix_letter_step_batch_id", letter_step.c.batch_id)
Index("ix_letter_step_known_on", letter_step.c.known_on)

letter_page = new_table(
    "letter_page",
    Column("letter_id", BigInteger, ForeignKey("letter.id"), nullable=False),
    Column("sent_on", Integer, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("pages", SmallInteger, nullable=False),
    Column("size", Integer, nullable=False),
    Column("rendered_at", Text, nullable=False),
    PrimaryKeyConstraint("letter_id", "sent_on"),
    CheckConstraint("pages >= 1 AND size >= 1", name="has_pages"),
    day_check("sent_on"),
    append_only=True,
)
"""A letter as rendered for a sending date; the page itself lies in the archive under its hash."""

letter_sent = new_table(
    "letter_sent",
    Column("letter_id", BigInteger, ForeignKey("letter.id"), primary_key=True, autoincrement=False),
    Column("batch_id", BigInteger, nullable=False),
    Column("sent_on", Integer, nullable=False),
    # The last day of the term it sets, 0 for none.
    Column("term_end", Integer, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("proof", Text, nullable=False),
    Column("known_on", Integer, nullable=False),
    Column("actor", Text, nullable=False),
    Column("recorded_at", Text, nullable=False),
    day_check("sent_on"),
    day_check("known_on"),
    append_only=True,
)
"""A letter is handed over once: this table has one row of each."""
Index("ix_letter_sent_batch_id", letter_sent.c.batch_id)
Index("ix_letter_sent_known_on", letter_sent.c.known_on)
