"""The tables of the facts: debtors, loans, what is known about them, and where each loan stands."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    SmallInteger,
    Text,
    UniqueConstraint,
    literal_column,
)

from ledger.tables import day_check, id_column, new_table
from servicing.facts import FactKind

debtor = new_table(
    "debtor",
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("external", Text, unique=True),
    Column("birth_date", Integer),
    Column("actor", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("recorded_at", Text, nullable=False),
    CheckConstraint("id BETWEEN 1 AND 999999999999", name="id_in_bounds"),
    append_only=True,
)

debtor_particulars = new_table(
    "debtor_particulars",
    id_column(),
    Column("debtor_id", BigInteger, ForeignKey("debtor.id"), nullable=False),
    Column("value_date", Integer, nullable=False),
    Column("known_on", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("street", Text, nullable=False),
    Column("house_number", Text, nullable=False),
    Column("postcode", Text, nullable=False),
    Column("city", Text, nullable=False),
    Column("country", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("recorded_at", Text, nullable=False),
    day_check("value_date"),
    day_check("known_on"),
    append_only=True,
)
Index("ix_debtor_particulars_debtor_id", debtor_particulars.c.debtor_id)

debtor_bsn = new_table(
    "debtor_bsn",
    Column("debtor_id", BigInteger, ForeignKey("debtor.id"), primary_key=True, autoincrement=False),
    Column("key_version", SmallInteger, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("blind_index", LargeBinary, nullable=False, unique=True),
)

reading_log = new_table(
    "reading_log",
    id_column(),
    Column("debtor_id", BigInteger, ForeignKey("debtor.id")),
    Column("what", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("read_at", Text, nullable=False),
    append_only=True,
)
Index("ix_reading_log_debtor_id", reading_log.c.debtor_id)

loan = new_table(
    "loan",
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("creditor_id", SmallInteger, ForeignKey("creditor.id"), nullable=False),
    Column("product", Text, nullable=False),
    Column("external", Text),
    Column("purpose", Text, nullable=False),
    Column("application_date", Integer, nullable=False),
    Column("decision_date", Integer, nullable=False),
    Column("regime", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("recorded_at", Text, nullable=False),
    UniqueConstraint("creditor_id", "external"),
    CheckConstraint("id / 100000000 = creditor_id", name="id_names_the_creditor"),
    CheckConstraint("regime IN ('before-2020', 'from-2020', 'private')", name="regime_is_known"),
    day_check("application_date"),
    day_check("decision_date"),
    append_only=True,
)
Index("ix_loan_product", loan.c.product)

loan_debtor = new_table(
    "loan_debtor",
    Column("loan_id", BigInteger, ForeignKey("loan.id"), nullable=False),
    Column("debtor_id", BigInteger, ForeignKey("debtor.id"), nullable=False),
    Column("place", SmallInteger, nullable=False),
    PrimaryKeyConstraint("loan_id", "debtor_id"),
    UniqueConstraint("loan_id", "place"),
    append_only=True,
)
Index("ix_loan_debtor_debtor_id", loan_debtor.c.debtor_id)

fact = new_table(
    "fact",
    Column("loan_id", BigInteger, ForeignKey("loan.id"), nullable=False),
    Column("nr", Integer, nullable=False),
    Column("kind", SmallInteger, nullable=False),
    Column("value_date", Integer, nullable=False),
    Column("known_on", Integer, nullable=False),
    Column("cents", BigInteger, nullable=False),
    Column("refers_to", Integer, nullable=False),
    Column("data", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("recorded_at", Text, nullable=False),
    PrimaryKeyConstraint("loan_id", "nr"),
    UniqueConstraint("loan_id", "kind", "key"),
    CheckConstraint("cents BETWEEN 0 AND 10000000000000", name="cents_in_bounds"),
    CheckConstraint("nr >= 1 AND kind >= 1 AND refers_to >= 0", name="counts_from_one"),
    day_check("value_date"),
    day_check("known_on"),
    append_only=True,
    with_rowid=False,
)
Index("ix_fact_known_on", fact.c.known_on, fact.c.loan_id)
# Its number stands in the text, because an index of some rows serves no query that asks for them by a parameter.
IS_MANDATE = fact.c.kind == literal_column(str(int(FactKind.MANDATE)))
Index("ix_fact_mandate", fact.c.key, fact.c.loan_id, sqlite_where=IS_MANDATE, postgresql_where=IS_MANDATE)

loan_state = new_table(
    "loan_state",
    Column("loan", BigInteger, primary_key=True, autoincrement=False),
    Column("worked_to", Integer, nullable=False),
    Column("next_event", Integer, nullable=False),
    Column("principal", BigInteger, nullable=False),
    Column("principal_due", BigInteger, nullable=False),
    Column("interest_due", BigInteger, nullable=False),
    Column("interest_accrued", BigInteger, nullable=False),
    Column("interest_deferred", BigInteger, nullable=False),
    Column("costs", BigInteger, nullable=False),
    Column("interest_statutory", BigInteger, nullable=False),
    Column("credit", BigInteger, nullable=False),
    Column("rate_e8", BigInteger, nullable=False),
    Column("instalment", BigInteger, nullable=False),
    Column("next_due", Integer, nullable=False),
    Column("arrears_since", Integer, nullable=False),
    Column("bucket", SmallInteger, nullable=False),
    Column("standing", SmallInteger, nullable=False),
    Column("facts", Integer, nullable=False),
    Column("lane", SmallInteger, nullable=False),
    Column("row_nr", Integer, nullable=False),
    Column("last_nr", Integer, nullable=False),
    Column("anchor_day", SmallInteger, nullable=False),
    Column("months", SmallInteger, nullable=False),
    Column("period_from", Integer, nullable=False),
    Column("accrued_to", Integer, nullable=False),
    Column("day_cents", BigInteger, nullable=False),
    Column("digest", LargeBinary, nullable=False),
)
Index("ix_loan_state_next_event", loan_state.c.next_event)
Index("ix_loan_state_worked_to", loan_state.c.worked_to)
IN_ARREARS = loan_state.c.arrears_since > literal_column("0")
"""Asked of a query, word for word as its index says it: only then do both databases look among the late loans alone."""

Index(
    "ix_loan_state_arrears_since",
    loan_state.c.arrears_since,
    sqlite_where=IN_ARREARS,
    postgresql_where=IN_ARREARS,
)

import_batch = new_table(
    "import_batch",
    id_column(),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("sha256", Text, nullable=False, unique=True),
    Column("cut_over", Integer),
    Column("totals", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("recorded_at", Text, nullable=False),
    append_only=True,
)
