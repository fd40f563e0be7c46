"""What the database itself refuses, whatever the program asks."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, Engine, Float, Numeric, insert, text
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError

from ledger.bulk import NotPlain, append_rows
from ledger.database import classify, reading, writing
from ledger.entry import EntryKind, Key
from ledger.store import append
from ledger.tables import append_only_tables, journal, journal_link
from migrations.schema import whole_schema
from tests.books import DAY, LOAN, ROW, interest

REFUSED = (IntegrityError, DataError, DBAPIError)


def change(connection: Connection, statement: str) -> None:
    connection.execute(text(statement))


@pytest.fixture
def booked(database: Engine) -> Engine:
    """A database in which something was booked."""
    with writing(database) as connection:
        append(connection, [interest()])
    return database


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE journal SET cents = 1",
        "UPDATE journal SET cents = cents",
        "DELETE FROM journal",
        "UPDATE account SET kind = 'result'",
        "DELETE FROM account",
    ],
)
def test_j4_the_books_are_not_changed(booked: Engine, statement: str) -> None:
    with pytest.raises(DBAPIError, match="only grows") as refused, writing(booked) as connection:
        change(connection, statement)
    assert classify(refused.value) == "fatal"
    with reading(booked) as connection:
        assert connection.execute(journal.select()).all() == [
            tuple((ROW | {"fact": 7, "row_nr": 3}).values())
        ]


def test_j4_replace_does_not_slip_through(sqlite_database: Engine) -> None:
    with writing(sqlite_database) as connection:
        append(connection, [interest()])
    names, values = ", ".join(ROW), ", ".join(str(value) for value in (ROW | {"cents": 1}).values())
    with pytest.raises(DBAPIError, match="only grows"), writing(sqlite_database) as connection:
        change(connection, f"REPLACE INTO journal ({names}) VALUES ({values})")
    conflict = f"INSERT INTO journal ({names}) VALUES ({values}) ON CONFLICT DO UPDATE SET cents = 1"
    with pytest.raises(DBAPIError, match="only grows"), writing(sqlite_database) as connection:
        change(connection, conflict)


@pytest.mark.parametrize(
    "statement",
    [
        "TRUNCATE journal",
        "TRUNCATE account CASCADE",
        "SET LOCAL session_replication_role = replica; DELETE FROM journal",
        "DELETE FROM journal WHERE false",
    ],
)
def test_j4_postgresql_has_no_other_way(postgresql_database: Engine, statement: str) -> None:
    with pytest.raises(DBAPIError, match="only grows"), writing(postgresql_database) as connection:
        change(connection, statement)


def test_j4_every_append_only_table_refuses(shared_database: Engine) -> None:
    for table in append_only_tables():
        column = whole_schema().tables[table].columns.keys()[0]
        with writing(shared_database) as connection:
            if shared_database.dialect.name == "sqlite":
                found = text(
                    "SELECT count(*) FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = :table"
                )
                assert connection.execute(found, {"table": table}).scalar() == 2
                continue
            with pytest.raises(DBAPIError, match=f"{table} only grows: UPDATE refused"):
                change(connection, f"UPDATE {table} SET {column} = {column}")


@pytest.mark.parametrize(
    ("rule", "changed"),
    [
        ("j5_two_accounts", {"credit": 11330}),
        ("j5_no_debit", {"debit": None}),
        ("j5_no_credit", {"credit": None}),
        ("one_creditor_debit", {"debit": 21330}),
        ("one_creditor_credit", {"credit": 28000}),
        ("one_creditor_loan", {"loan": 200_000_001}),
        ("account_exists", {"debit": 11999}),
        ("i3_nothing", {"cents": 0}),
        ("i3_negative", {"cents": -1}),
        ("i3_too_much", {"cents": 10**13 + 1}),
        ("i3_beyond_2_53", {"cents": 2**53 + 1}),
        ("i3_beyond_2_63", {"cents": 2**63}),
        ("b8_1900", {"value_date": 19000101, "period": 190001}),
        ("b8_9999", {"value_date": 99991231, "period": 999912}),
        ("b8_business_date", {"business_date": 99991231}),
        ("period_before_value_date", {"period": 202602}),
        ("period_is_a_month", {"period": 202613}),
        ("key_from_one", {"nr": 0}),
        ("key_from_one_line", {"line": 0}),
        ("key_from_one_kind", {"kind": 0}),
        ("source_not_negative", {"fact": -1}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_j5_a_wrong_row_is_refused(shared_database: Engine, rule: str, changed: dict[str, int]) -> None:
    row = ROW | changed
    with pytest.raises((*REFUSED, OverflowError)) as refused, writing(shared_database) as connection:
        connection.execute(insert(journal), [row])
    assert classify(refused.value) == "business", rule
    with pytest.raises((*REFUSED, OverflowError)) as refused, writing(shared_database) as connection:
        append_rows(connection, journal, tuple(row), [tuple(row.values())])
    assert classify(refused.value) == "business", rule


@pytest.mark.parametrize("cents", ["5.5", "'five'", "x'05'"])
def test_c9_no_text_or_fraction_in_a_money_column(sqlite_database: Engine, cents: str) -> None:
    with pytest.raises(IntegrityError, match="cannot store"), writing(sqlite_database) as connection:
        change(connection, insertion(cents))


def test_c9_a_column_of_cents_is_a_bigint(shared_database: Engine) -> None:
    with pytest.raises(DBAPIError), writing(shared_database) as connection:
        change(connection, insertion("'five'"))
    for table in whole_schema().tables.values():
        assert not [column.name for column in table.columns if isinstance(column.type, Float | Numeric)]


def insertion(cents: str) -> str:
    values = ", ".join(str(value) for value in (ROW | {"cents": cents}).values())
    return f"INSERT INTO journal ({', '.join(ROW)}) VALUES ({values})"


def test_c9_every_table_is_strict(sqlite_database: Engine) -> None:
    found = text(
        "SELECT name, strict FROM pragma_table_list WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
    )
    with reading(sqlite_database) as connection:
        strict = {row.name: row.strict for row in connection.execute(found)}
    assert strict.pop("alembic_version") == 0
    assert set(strict) == set(whole_schema().tables)
    assert set(strict.values()) == {1}


@pytest.mark.parametrize("value", [500.0, True, DAY])
def test_i5_the_bulk_path_takes_no_float(shared_database: Engine, value: object) -> None:
    row = tuple((ROW | {"cents": value}).values())
    named = f"journal: rows hold {type(value).__name__}"
    with pytest.raises(NotPlain, match=named), writing(shared_database) as connection:
        append_rows(connection, journal, tuple(ROW), [row])


def test_a_second_reversal_is_refused_by_the_database_too(shared_database: Engine) -> None:
    first, again = Key(DAY, LOAN, EntryKind.REVERSAL, 1), Key(DAY, LOAN, EntryKind.REVERSAL, 2)
    columns = journal_link.columns.keys()
    rows = [(20260301, LOAN, 6, key.nr, 20260301, LOAN, 3, 1) for key in (first, again)]
    with pytest.raises(IntegrityError), writing(shared_database) as connection:
        append_rows(connection, journal_link, columns, rows)


def test_a_wrong_row_in_bulk_leaves_none_of_them(shared_database: Engine) -> None:
    rows = [tuple((ROW | {"nr": nr, "cents": 0 if nr == 900 else 5}).values()) for nr in range(1, 1001)]
    with pytest.raises(IntegrityError), writing(shared_database) as connection:
        append_rows(connection, journal, tuple(ROW), rows)
    with reading(shared_database) as connection:
        assert connection.execute(journal.select()).first() is None
