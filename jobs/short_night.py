"""The night for loans to which only time happens: read as tuples, decided in whole numbers, fanned out by SQL.

One wide row a loan goes into a temporary table; one statement makes the journal rows of it, one the new state
rows. Both databases take the same path.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import BigInteger, Column, Connection, Integer, LargeBinary, MetaData, Table
from sqlalchemy.schema import CreateTable

from jobs.chunk import Night
from jobs.ladders_of_lane import ladders_of_lane, look_in_lane
from ledger.accounts import AccountNumber
from ledger.bulk import append_rows
from ledger.day import number_of
from ledger.entry import ACCOUNTS_PER_CREDITOR, LOANS_PER_CREDITOR, EntryKind
from ledger.period import booking_period
from ledger.seal import JOURNAL_COLUMNS, NO_ROWS, digest_of_rows
from servicing.short_lane import LaneLoan, LaneWork, Tonight, work_short

_CHANGED = LaneWork._fields[6:]
"""The columns of a state row that a night of the short lane changes."""

_WIDE = Table(
    "short_night",
    MetaData(),
    *(Column(name, BigInteger, nullable=False) for name in LaneWork._fields),
    Column("period", Integer, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    prefixes=["TEMPORARY"],
    # Rows that are only deleted stay in the way on PostgreSQL: a temporary table is never vacuumed, and every
    # chunk would read those of all chunks before it.
    postgresql_on_commit="DELETE ROWS",
)

_OF_WORK = len(LaneWork._fields)
_ARREARS_SINCE = LaneLoan._fields.index("arrears_since")

# Plain numbers: those of an enumeration take several times as long to compute with.
_ACCRUED, _DUE = int(AccountNumber.INTEREST_ACCRUED), int(AccountNumber.INTEREST_DUE)
_INCOME = int(AccountNumber.INTEREST_INCOME)
_PRINCIPAL, _PRINCIPAL_DUE = int(AccountNumber.PRINCIPAL_NOT_YET_DUE), int(AccountNumber.PRINCIPAL_DUE)
_INTEREST, _INSTALMENT, _CUT_OFF = int(EntryKind.INTEREST), int(EntryKind.INSTALMENT), int(EntryKind.CUT_OFF)

LINES = (
    ("interest_booked", _INTEREST, _DUE, _ACCRUED),
    ("interest_new", _INTEREST, _DUE, _INCOME),
    ("instalment_due", _INSTALMENT, _PRINCIPAL_DUE, _PRINCIPAL),
    ("cut_off", _CUT_OFF, _ACCRUED, _INCOME),
)
"""The journal rows a loan can get tonight, in the order of their keys: amount, kind, debit, credit."""


def work_short_chunk(
    connection: Connection, night: Night, first: int, last: int, apart: frozenset[int]
) -> int:
    """Work the loans `first` to `last` that may take the short lane, but not those set apart; how many it were.

    A loan that comes on a ladder tonight is left to the full function. Asked again after it was kept, it finds
    nothing to do.
    """
    loans = [loan for loan in _load(connection, number_of(night.day), first, last) if loan[0] not in apart]
    ladders = ladders_of_lane(connection, night, {loan[0]: loan[_ARREARS_SINCE] for loan in loans})
    wide = _decide([loan for loan in loans if loan[0] not in ladders.left], night)
    if wide:
        _write(connection, number_of(night.day), wide)
        on_ladder = (row[:_OF_WORK] for row in wide if row[0] in ladders.before)
        look_in_lane(connection, night, ladders, (LaneWork(*row) for row in on_ladder))
    return len(wide)


def _load(connection: Connection, day: int, first: int, last: int) -> Sequence[LaneLoan]:
    """The state of the loans, as the plain tuples of the driver, in the order of their numbers."""
    columns = ", ".join(LaneLoan._fields)
    query = (
        f"SELECT {columns} FROM loan_state WHERE next_event = {day} AND worked_to < {day} "  # noqa: S608 - numbers
        f"AND lane > 0 AND loan BETWEEN {first} AND {last} ORDER BY loan"
    )
    found: Sequence[LaneLoan] = connection.exec_driver_sql(query).cursor.fetchall()
    return found


def _decide(loans: Sequence[LaneLoan], night: Night) -> list[tuple[Any, ...]]:
    """The wide rows of the loans that the short lane can work."""
    tonight = Tonight(number_of(night.day), night.arrears_limits)
    periods = {one: booking_period(night.day, closed) for one, closed in night.last_closed_periods.items()}
    wide: list[tuple[Any, ...]] = []
    for loan in loans:
        work = work_short(loan, tonight)
        if work is not None:
            period = periods[work[0] // LOANS_PER_CREDITOR]
            rows = rows_of(tonight.day, period, work)
            wide.append((*work, period, digest_of_rows(rows) if rows else NO_ROWS))
    return wide


def rows_of(day: int, period: int, work: LaneWork) -> list[tuple[int, ...]]:
    """The journal rows that the SQL below makes of this work."""
    loan, due_row = work[0], work[1]
    base = loan // LOANS_PER_CREDITOR * ACCOUNTS_PER_CREDITOR
    rows: list[tuple[int, ...]] = []
    for (_, kind, debit, credit), cents in zip(LINES, work[2:6], strict=True):
        if cents:
            line = 2 if rows and kind == _INTEREST else 1
            row_nr = 0 if kind == _CUT_OFF else due_row
            rows.append(
                (day, loan, kind, 1, line, day, period, base + debit, base + credit, cents, 0, row_nr)
            )
    return rows


def _write(connection: Connection, day: int, wide: Sequence[tuple[Any, ...]]) -> None:
    connection.execute(CreateTable(_WIDE, if_not_exists=True))
    connection.exec_driver_sql("DELETE FROM short_night")
    append_rows(connection, _WIDE, [column.name for column in _WIDE.columns], wide)
    connection.exec_driver_sql(_journal_sql(day))
    connection.exec_driver_sql(_state_sql(day))


def _journal_sql(day: int) -> str:
    """Fan the wide rows out to the journal: the loans outside, so that rows are appended in the order of keys."""
    cents = _case(name for name, *_ in LINES)
    values = {
        "business_date": str(day),
        "loan": "loan",
        "kind": _case(str(kind) for _, kind, _, _ in LINES),
        "nr": "1",
        "line": "CASE WHEN k = 2 AND interest_booked > 0 THEN 2 ELSE 1 END",
        "value_date": str(day),
        "period": "period",
        "debit": f"{_base()} + {_case(str(debit) for _, _, debit, _ in LINES)}",
        "credit": f"{_base()} + {_case(str(credit) for _, _, _, credit in LINES)}",
        "cents": cents,
        "fact": "0",
        "row_nr": "CASE WHEN k = 4 THEN 0 ELSE due_row END",
    }
    numbers = " UNION ALL ".join(f"SELECT {place} AS k" for place in range(1, len(LINES) + 1))
    return (
        f"INSERT INTO journal ({', '.join(JOURNAL_COLUMNS)}) "  # noqa: S608 - names and numbers of our own
        f"SELECT {', '.join(values[name] for name in JOURNAL_COLUMNS)} "
        f"FROM short_night CROSS JOIN ({numbers}) AS lines WHERE {cents} > 0"
    )


def _case(values: Iterable[str]) -> str:
    whens = " ".join(f"WHEN {place} THEN {value}" for place, value in enumerate(values, start=1))
    return f"(CASE k {whens} END)"


def _base() -> str:
    return f"loan / {LOANS_PER_CREDITOR} * {ACCOUNTS_PER_CREDITOR}"


def _state_sql(day: int) -> str:
    changes = ", ".join(f"{name} = short_night.{name}" for name in (*_CHANGED, "digest"))
    return (
        f"UPDATE loan_state SET worked_to = {day}, {changes} "  # noqa: S608 - names and a number of our own
        "FROM short_night WHERE loan_state.loan = short_night.loan"
    )
