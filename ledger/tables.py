"""The tables of the ledger, and what every table shares: one metadata, STRICT types, append-only triggers."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    DDL,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    event,
    text,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import SchemaItem

SCHEMA_REVISION = "0013"
"""The migration this program was written for; any other schema is refused."""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


# A STRICT table of SQLite knows INTEGER, REAL, TEXT, BLOB and ANY only.
@compiles(BigInteger, "sqlite")
@compiles(SmallInteger, "sqlite")
@compiles(Boolean, "sqlite")
def _as_integer(*_: Any, **__: Any) -> str:
    return "INTEGER"


@compiles(String, "sqlite")
@compiles(Text, "sqlite")
def _as_text(*_: Any, **__: Any) -> str:
    return "TEXT"


_SQLITE_ONLY = {"dialect": "sqlite"}
_REFUSE_CHANGE = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION USING ERRCODE = 'AF001',
    MESSAGE = TG_TABLE_NAME || ' only grows: ' || TG_OP || ' refused';
END $$
"""
_REFUSE_STRANGE_ACCOUNTS = """
CREATE OR REPLACE FUNCTION refuse_strange_accounts() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE stranger integer;
BEGIN
    SELECT used.account INTO stranger FROM (SELECT debit AS account FROM added UNION SELECT credit FROM added) used
    WHERE NOT EXISTS (SELECT FROM account WHERE account.id = used.account) LIMIT 1;
    IF stranger IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = '23503', MESSAGE = 'the journal names no account ' || stranger;
    END IF;
    RETURN NULL;
END $$
"""


def guard_ddl(table: str, dialect: str) -> tuple[str, ...]:
    """The statements that make an append-only table refuse UPDATE, DELETE and (PostgreSQL) TRUNCATE.

    They may run again: every upgrade runs them for all `append_only_tables`.
    """
    if dialect == "sqlite":
        return (*_refuse_on_sqlite(table, "UPDATE"), *_refuse_on_sqlite(table, "DELETE"))
    events = "UPDATE OR DELETE OR TRUNCATE"
    only_grows = (
        _REFUSE_CHANGE,
        f"DROP TRIGGER IF EXISTS {table}_only_grows ON {table}",
        f"CREATE TRIGGER {table}_only_grows BEFORE {events} ON {table} EXECUTE FUNCTION refuse_change()",
        # ALWAYS: not even session_replication_role = replica passes by.
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_only_grows",
    )
    return only_grows + (_account_guard() if table == "journal" else ())


def _account_guard() -> tuple[str, ...]:
    """Instead of foreign keys, which look up every row by itself and take two thirds of the time of a COPY."""
    trigger, look = "journal_names_accounts", "REFERENCING NEW TABLE AS added FOR EACH STATEMENT"
    return (
        _REFUSE_STRANGE_ACCOUNTS,
        f"DROP TRIGGER IF EXISTS {trigger} ON journal",
        f"CREATE TRIGGER {trigger} AFTER INSERT ON journal {look} EXECUTE FUNCTION refuse_strange_accounts()",
        f"ALTER TABLE journal ENABLE ALWAYS TRIGGER {trigger}",
    )


def _refuse_on_sqlite(table: str, verb: str) -> tuple[str, str]:
    trigger = f"{table}_no_{verb.lower()}"
    refusal = f"SELECT RAISE(ABORT, '{table} only grows: {verb} refused')"
    return (
        f"DROP TRIGGER IF EXISTS {trigger}",
        f"CREATE TRIGGER {trigger} BEFORE {verb} ON {table} BEGIN {refusal}; END",
    )


def new_table(name: str, *items: SchemaItem, append_only: bool = False, with_rowid: bool = True) -> Table:
    """A table of Aflos: STRICT on SQLite, and if `append_only` with the triggers that refuse any change."""
    table = Table(
        name,
        metadata,
        *items,
        sqlite_strict=True,
        sqlite_with_rowid=with_rowid,
        info={"append_only": append_only},
    )
    if append_only:
        for dialect in ("sqlite", "postgresql"):
            for statement in guard_ddl(name, dialect):
                _after_create(table, statement, dialect)
    return table


def _after_create(table: Table, statement: str, dialect: str) -> None:
    ddl = DDL(statement.replace("%", "%%"))  # type: ignore[no-untyped-call]
    event.listen(table, "after_create", ddl.execute_if(dialect=dialect))


def append_only_tables() -> tuple[str, ...]:
    """The names of all tables whose rows are never changed or deleted."""
    return tuple(sorted(table.name for table in metadata.tables.values() if table.info.get("append_only")))


def day_check(column: str) -> CheckConstraint:
    """A day kept as 20250301 lies in 1950-2199; NULL passes where the column allows it."""
    return CheckConstraint(f"{column} BETWEEN 19500101 AND 21991231", name=f"{column}_is_a_day")


def month_check(column: str) -> CheckConstraint:
    """A period kept as 202512 is a month of 1950-2199."""
    bounds = f"{column} BETWEEN 195001 AND 219912 AND {column} % 100 BETWEEN 1 AND 12"
    return CheckConstraint(bounds, name=f"{column}_is_a_month")


def id_column() -> Column[int]:
    """The number of a row, given out by the database from 1; gaps mean nothing."""
    return Column("id", BigInteger, Identity(), primary_key=True)


def flag(name: str) -> Column[bool]:
    """A yes or no that SQLite keeps as 1 or 0 and nothing else."""
    return Column(name, Boolean(create_constraint=True, name=f"{name}_is_a_flag"), nullable=False)


creditor = new_table(
    "creditor",
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("code", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("iban", Text, nullable=False),
    CheckConstraint("id BETWEEN 1 AND 9999", name="id_in_bounds"),
)

account = new_table(
    "account",
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("creditor_id", SmallInteger, ForeignKey("creditor.id"), nullable=False),
    Column("number", SmallInteger, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("name_nl", Text, nullable=False),
    Column("rgs", Text, nullable=False),
    Column("kind", Text, nullable=False),
    flag("clearing"),
    CheckConstraint("id = creditor_id * 10000 + number", name="id_names_the_creditor"),
    CheckConstraint("number BETWEEN 1000 AND 9999", name="number_has_four_digits"),
    CheckConstraint("kind IN ('balance', 'result')", name="kind_is_known"),
    append_only=True,
)

journal = new_table(
    "journal",
    Column("business_date", Integer, nullable=False),
    Column("loan", BigInteger, nullable=False),
    Column("kind", SmallInteger, nullable=False),
    Column("nr", Integer, nullable=False),
    Column("line", SmallInteger, nullable=False),
    Column("value_date", Integer, nullable=False),
    Column("period", Integer, nullable=False),
    Column("debit", Integer, nullable=False),
    Column("credit", Integer, nullable=False),
    Column("cents", BigInteger, nullable=False),
    Column("fact", BigInteger, nullable=False, server_default=text("0")),
    Column("row_nr", Integer, nullable=False, server_default=text("0")),
    PrimaryKeyConstraint("business_date", "loan", "kind", "nr", "line"),
    # PostgreSQL looks at the accounts of a whole statement at once: see _account_guard.
    ForeignKeyConstraint(["debit"], ["account.id"], info=_SQLITE_ONLY).ddl_if(dialect="sqlite"),
    ForeignKeyConstraint(["credit"], ["account.id"], info=_SQLITE_ONLY).ddl_if(dialect="sqlite"),
    day_check("business_date"),
    day_check("value_date"),
    month_check("period"),
    CheckConstraint("period >= value_date / 100", name="period_not_before_value_date"),
    CheckConstraint("kind >= 1 AND nr >= 1 AND line >= 1", name="key_counts_from_one"),
    CheckConstraint("fact >= 0 AND row_nr >= 0", name="source_not_negative"),
    CheckConstraint("debit <> credit", name="two_accounts"),
    CheckConstraint("cents BETWEEN 1 AND 10000000000000", name="cents_in_bounds"),
    CheckConstraint(
        "debit / 10000 = credit / 10000 AND loan / 100000000 = debit / 10000", name="one_creditor"
    ),
    append_only=True,
    with_rowid=False,
)
Index("ix_journal_loan_value_date", journal.c.loan, journal.c.value_date)

journal_link = new_table(
    "journal_link",
    Column("business_date", Integer, nullable=False),
    Column("loan", BigInteger, nullable=False),
    Column("kind", SmallInteger, nullable=False),
    Column("nr", Integer, nullable=False),
    Column("reversed_business_date", Integer, nullable=False),
    Column("reversed_loan", BigInteger, nullable=False),
    Column("reversed_kind", SmallInteger, nullable=False),
    Column("reversed_nr", Integer, nullable=False),
    PrimaryKeyConstraint("business_date", "loan", "kind", "nr"),
    # A second reversal of the same entry is refused here too.
    UniqueConstraint(
        "reversed_business_date",
        "reversed_loan",
        "reversed_kind",
        "reversed_nr",
        name="uq_journal_link_reversed",
    ),
    CheckConstraint("loan = reversed_loan", name="one_loan"),
    append_only=True,
    with_rowid=False,
)

day_total = new_table(
    "day_total",
    Column("business_date", Integer, nullable=False),
    Column("account", Integer, ForeignKey("account.id"), nullable=False),
    Column("debit_cents", BigInteger, nullable=False),
    Column("credit_cents", BigInteger, nullable=False),
    PrimaryKeyConstraint("business_date", "account"),
    day_check("business_date"),
    CheckConstraint("debit_cents >= 0 AND credit_cents >= 0", name="not_negative"),
    append_only=True,
    with_rowid=False,
)

period_closing = new_table(
    "period_closing",
    id_column(),
    Column("creditor_id", SmallInteger, ForeignKey("creditor.id"), nullable=False),
    Column("period", Integer, nullable=False),
    flag("closed"),
    Column("known_on", Integer, nullable=False),
    Column("actor", Text, nullable=False),
    Column("recorded_at", Text, nullable=False),
    month_check("period"),
    day_check("known_on"),
    append_only=True,
)
