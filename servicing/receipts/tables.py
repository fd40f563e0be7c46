"""The tables of money in: bank files, statements and lines, what was decided about each line, other receipts."""

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
    literal_column,
)

from ledger.tables import day_check, new_table
from servicing.receipts.values import Disposition

bank_file = new_table(
    "bank_file",
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("creditor_id", SmallInteger, ForeignKey("creditor.id"), nullable=False),
    Column("sha256", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("lines", Integer, nullable=False),
    Column("new_lines", Integer, nullable=False),
    Column("known_on", Integer, nullable=False),
    Column("actor", Text, nullable=False),
    Column("recorded_at", Text, nullable=False),
    CheckConstraint("new_lines BETWEEN 0 AND lines", name="new_lines_in_bounds"),
    day_check("known_on"),
    append_only=True,
)

bank_statement = new_table(
    "bank_statement",
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("file_id", BigInteger, nullable=False),
    Column("creditor_id", SmallInteger, ForeignKey("creditor.id"), nullable=False),
    Column("account", Text, nullable=False),
    Column("kind", SmallInteger, nullable=False),
    Column("statement_id", Text, nullable=False),
    Column("number", Integer),
    Column("opened_on", Integer),
    Column("opening_cents", BigInteger),
    Column("closed_on", Integer),
    Column("closing_cents", BigInteger),
    Column("counted_cents", BigInteger),
    Column("gap_cents", BigInteger, nullable=False),
    Column("extends", SmallInteger, nullable=False),
    Column("known_on", Integer, nullable=False),
    CheckConstraint("kind IN (53, 54)", name="kind_is_known"),
    CheckConstraint("extends IN (0, 1)", name="extends_is_a_flag"),
    CheckConstraint("kind = 54 OR closing_cents IS NOT NULL", name="a_statement_has_balances"),
    day_check("known_on"),
    append_only=True,
)
Index("ix_bank_statement_account", bank_statement.c.account, bank_statement.c.id)

bank_line = new_table(
    "bank_line",
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("statement_id", BigInteger, nullable=False),
    Column("creditor_id", SmallInteger, nullable=False),
    Column("account", Text, nullable=False),
    Column("identity", LargeBinary, nullable=False, unique=True),
    Column("booked_on", Integer, nullable=False),
    Column("paid_on", Integer, nullable=False),
    Column("cents", BigInteger, nullable=False),
    Column("reference", Text, nullable=False),
    Column("occurrence", Integer, nullable=False),
    Column("end_to_end", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("iban", Text, nullable=False),
    Column("structured", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("is_return", SmallInteger, nullable=False),
    Column("return_reason", Text, nullable=False),
    Column("batch_id", Text, nullable=False),
    Column("charges", BigInteger, nullable=False),
    Column("file_line", Integer, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("known_on", Integer, nullable=False),
    CheckConstraint(
        "cents <> 0 AND cents BETWEEN -10000000000000 AND 10000000000000", name="cents_in_bounds"
    ),
    CheckConstraint("occurrence >= 1", name="occurrence_counts_from_one"),
    day_check("booked_on"),
    day_check("paid_on"),
    day_check("known_on"),
    append_only=True,
)
Index("ix_bank_line_known_on", bank_line.c.known_on)
Index("ix_bank_line_account_booked_on", bank_line.c.account, bank_line.c.booked_on)
Index("ix_bank_line_iban", bank_line.c.iban)
Index("ix_bank_line_statement_id", bank_line.c.statement_id)
_HAS_ID, _IS_RETURN = bank_line.c.end_to_end != "", bank_line.c.is_return == 1
Index("ix_bank_line_end_to_end", bank_line.c.end_to_end, sqlite_where=_HAS_ID, postgresql_where=_HAS_ID)
Index("ix_bank_line_returns", bank_line.c.id, sqlite_where=_IS_RETURN, postgresql_where=_IS_RETURN)

bank_confirmation = new_table(
    "bank_confirmation",
    Column("line_id", BigInteger, primary_key=True, autoincrement=False),
    Column("statement_id", BigInteger, nullable=False),
    append_only=True,
)

bank_decision = new_table(
    "bank_decision",
    Column("line_id", BigInteger, nullable=False),
    Column("nr", Integer, nullable=False),
    Column("part", Integer, nullable=False),
    Column("kind", SmallInteger, nullable=False),
    Column("loan_id", BigInteger, nullable=False),
    Column("fact_nr", Integer, nullable=False),
    Column("other_creditor", SmallInteger, nullable=False),
    Column("cents", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("known_on", Integer, nullable=False),
    Column("actor", Text, nullable=False),
    Column("recorded_at", Text, nullable=False),
    PrimaryKeyConstraint("line_id", "nr", "part"),
    CheckConstraint("nr >= 1 AND part >= 1 AND kind >= 1 AND fact_nr >= 0", name="counts_from_one"),
    CheckConstraint("cents BETWEEN 1 AND 10000000000000", name="cents_in_bounds"),
    day_check("known_on"),
    append_only=True,
    with_rowid=False,
)
Index("ix_bank_decision_known_on", bank_decision.c.known_on)
Index("ix_bank_decision_loan_id", bank_decision.c.loan_id)
# Its number stands in the text, because an index of some rows serves no query that asks for them by a parameter.
MOVED_NOTHING = bank_decision.c.kind == literal_column(str(int(Disposition.NO_MONEY)))
Index(
    "ix_bank_decision_no_money",
    bank_decision.c.line_id,
    sqlite_where=MOVED_NOTHING,
    postgresql_where=MOVED_NOTHING,
)

bank_refusal = new_table(
    "bank_refusal",
    Column("sha256", Text, nullable=False),
    Column("known_on", Integer, nullable=False),
    Column("creditor_id", SmallInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("recorded_at", Text, nullable=False),
    PrimaryKeyConstraint("sha256", "known_on"),
    day_check("known_on"),
    append_only=True,
)

bank_state = new_table(
    "bank_state",
    Column("creditor_id", SmallInteger, primary_key=True, autoincrement=False),
    Column("worked_to", Integer, nullable=False),
    Column("waiting", Integer, nullable=False),
    Column("digest", LargeBinary, nullable=False),
)
"""Where the books of a creditor outside its loans stand, and the digest of what the last night wrote there."""

receipt_batch = new_table(
    "receipt_batch",
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("creditor_id", SmallInteger, ForeignKey("creditor.id"), nullable=False),
    Column("kind", SmallInteger, nullable=False),
    Column("reference", Text, nullable=False),
    Column("sha256", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("value_date", Integer, nullable=False),
    Column("net_cents", BigInteger, nullable=False),
    Column("known_on", Integer, nullable=False),
    Column("actor", Text, nullable=False),
    Column("recorded_at", Text, nullable=False),
    day_check("value_date"),
    day_check("known_on"),
    append_only=True,
)
Index("ix_receipt_batch_known_on", receipt_batch.c.known_on)

receipt = new_table(
    "receipt",
    Column("batch_id", BigInteger, nullable=False),
    Column("nr", Integer, nullable=False),
    Column("loan_id", BigInteger, nullable=False),
    Column("value_date", Integer, nullable=False),
    Column("gross_cents", BigInteger, nullable=False),
    Column("costs_cents", BigInteger, nullable=False),
    Column("costs_of_debtor", SmallInteger, nullable=False),
    Column("reference", Text, nullable=False),
    PrimaryKeyConstraint("batch_id", "nr"),
    CheckConstraint("gross_cents >= 1 AND costs_cents BETWEEN 0 AND gross_cents", name="costs_in_bounds"),
    CheckConstraint("costs_of_debtor IN (0, 1)", name="costs_of_debtor_is_a_flag"),
    day_check("value_date"),
    append_only=True,
)
