"""Many loans with their history, made in SQL as copies of a few lives; the state rows agree with the journal."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Column, Connection, Engine, Integer, MetaData, Table

from benchmarks.lives import LIVES, Life, lives, months_after, payment
from jobs.business_dates import set_cut_over
from jobs.config_guard import keep_config
from ledger.bulk import append_rows
from ledger.config import read_yaml
from ledger.database import writing
from ledger.day import number_of
from ledger.entry import ACCOUNTS_PER_CREDITOR, LOANS_PER_CREDITOR
from ledger.files import chart_of_accounts, config_text
from ledger.seal import JOURNAL_COLUMNS
from ledger.store import install_chart
from migrations.upgrade import upgrade
from servicing.creditor import creditors_from
from servicing.dunning.standing import Standing
from servicing.dunning.tables import dunning
from servicing.facts import Fact
from servicing.night_work import StateRow
from servicing.tables import fact, loan, loan_state

CREDITORS = 7
LOANS_A_STEP = 50_000
RECORDED_AT = "2025-01-01T00:00:00+00:00"

NEWS = {
    0: ("late", 3),
    1: ("told late", 1),
    2: ("a part", 4),
    3: ("in time", 5),
    4: ("in time", 5),
    5: ("in time", 2),
}
"""The news of a life, and to how many loans in five of that life it comes.

Of a hundred loans six pay tonight's instalment in time, two a part of it, one and a half last month's a month late;
of a half it is only told now that last month's was paid in time.
"""

_FACT_COLUMNS = tuple(fact.columns.keys())
_TEMPORARY = MetaData()


def _template(name: str, columns: Sequence[Column[Any]]) -> Table:
    """A temporary table with a life number and the columns of a table of ours."""
    copies = (Column(column.name, column.type, nullable=False) for column in columns)
    return Table(name, _TEMPORARY, Column("life", Integer), *copies, prefixes=["TEMPORARY"])


_PLACES = Table(
    "bench_place",
    _TEMPORARY,
    Column("loan", BigInteger, primary_key=True, autoincrement=False),
    Column("creditor", Integer),
    Column("life", Integer),
    prefixes=["TEMPORARY"],
)
_ROWS = Table(
    "bench_row",
    _TEMPORARY,
    Column("life", Integer),
    *(Column(name, BigInteger) for name in JOURNAL_COLUMNS),
    prefixes=["TEMPORARY"],
)
_FACTS = _template("bench_fact", list(fact.columns))
_STATES = _template("bench_state", list(loan_state.columns))
_STANDS = _template("bench_stand", list(dunning.columns))


class Size(NamedTuple):
    """How many loans with how many months of history; to `percent_due` of them something happens on `night`."""

    loans: int
    months: int
    night: date
    percent_due: int = 100


def build(engine: Engine, size: Size) -> None:
    """Fill an empty database with the portfolio, closed up to the evening before the measured night."""
    numbers = (life_number(place, size) for place in range(size.loans))
    fill(engine, size.night, lives(size.night, size.months), numbers)


def fill(engine: Engine, night: date, found: Sequence[Life], numbers: Iterable[int]) -> None:
    """Fill an empty database with a loan for each number of a life, closed up to the evening before a night."""
    _install(engine)
    with engine.connect() as connection:
        with connection.begin():
            set_cut_over(connection, night - timedelta(days=1))
            # The nights before have kept the configuration; only a changed one is compared with theirs.
            keep_config(connection, None)
            _load_lives(connection, found)
            _load_places(connection, numbers)
        for statement in _statements(found):
            with connection.begin():
                connection.exec_driver_sql(statement)
        with connection.begin():
            _TEMPORARY.drop_all(connection)
    settle(engine)


def _install(engine: Engine) -> None:
    """The schema, the seven creditors and their accounts."""
    upgrade(engine)
    found = creditors_from(read_yaml(config_text("creditors.yaml"), "creditors.yaml"), "creditors.yaml")
    with writing(engine) as connection:
        rows = [(one.id, one.code, one.name, one.iban) for one in found.values()]
        install_chart(connection, rows, chart_of_accounts())


def settle(engine: Engine) -> None:
    """Leave the database as an evening would: nothing open, and on PostgreSQL vacuumed and written out."""
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")
            connection.exec_driver_sql("CHECKPOINT")
    engine.dispose()


def _load_lives(connection: Connection, found: Sequence[Life]) -> None:
    _TEMPORARY.create_all(connection)
    for life in found:
        facts = [(life.number, *fact_row(one.loan, one)) for one in life.facts]
        append_rows(connection, _ROWS, _ROWS.columns.keys(), [_template_row(life, row) for row in life.rows])
        append_rows(connection, _FACTS, _FACTS.columns.keys(), facts)
        append_rows(connection, _STATES, _STATES.columns.keys(), [(life.number, *life.state)])
        stands = [(life.number, *life.standing)] if life.standing else []
        append_rows(connection, _STANDS, _STANDS.columns.keys(), stands)


def _template_row(life: Life, row: tuple[int, ...]) -> tuple[int, ...]:
    """A journal row with the account numbers of the chart, which are the same for every creditor."""
    return (life.number, *row[:7], row[7] % ACCOUNTS_PER_CREDITOR, row[8] % ACCOUNTS_PER_CREDITOR, *row[9:])


def _load_places(connection: Connection, numbers: Iterable[int]) -> None:
    rows = ((loan_number(place), 1 + place % CREDITORS, life) for place, life in enumerate(numbers))
    while step := list(islice(rows, LOANS_A_STEP)):
        append_rows(connection, _PLACES, _PLACES.columns.keys(), step)


def loan_number(place: int) -> int:
    """The number of the loan at a place, counted from 0."""
    return (1 + place % CREDITORS) * LOANS_PER_CREDITOR + place // CREDITORS + 1


def life_number(place: int, size: Size) -> int:
    """The life of the loan at a place: each in turn, and in blocks with something due on the night or without."""
    is_due = place // LIVES % 100 < size.percent_due
    return place % LIVES + (0 if is_due else LIVES)


def _statements(found: Sequence[Life]) -> Iterator[str]:
    """The statements that make all loans of the lives, one a transaction."""
    start = min(one.value_date for life in found for one in life.facts)
    yield (
        f"INSERT INTO loan ({', '.join(loan.columns.keys())}) "
        "SELECT place.loan, place.creditor, 'bbz_business_capital', NULL, 'benchmark', "
        f"{number_of(start)}, {number_of(start)}, 'from-2020', 'benchmark', '', '{RECORDED_AT}' "
        "FROM bench_place AS place ORDER BY place.loan"
    )
    yield _copy_of("fact", "loan_id", _FACT_COLUMNS, "nr")
    yield _copy_of("loan_state", "loan", StateRow._fields, "loan")
    yield _copy_of("dunning", "loan", Standing._fields, "loan")
    for day in sorted({row[0] for life in found for row in life.rows}):
        yield _journal_of(day)
    yield _day_totals()


def _copy_of(table: str, owner: str, columns: Sequence[str], order: str) -> str:
    wanted = ", ".join("place.loan" if name == owner else f"template.{name}" for name in columns)
    source = {"fact": "bench_fact", "loan_state": "bench_state", "dunning": "bench_stand"}[table]
    return (
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {wanted} FROM bench_place AS place "
        f"JOIN {source} AS template ON template.life = place.life ORDER BY place.loan, template.{order}"
    )


def _journal_of(day: int) -> str:
    """The journal rows of one business date, in the order in which a night appends them."""
    own = {
        "loan": "place.loan",
        "debit": f"place.creditor * {ACCOUNTS_PER_CREDITOR} + template.debit",
        "credit": f"place.creditor * {ACCOUNTS_PER_CREDITOR} + template.credit",
    }
    wanted = ", ".join(own.get(name, f"template.{name}") for name in JOURNAL_COLUMNS)
    return (
        f"INSERT INTO journal ({', '.join(JOURNAL_COLUMNS)}) SELECT {wanted} FROM bench_place AS place "
        f"JOIN bench_row AS template ON template.life = place.life WHERE template.business_date = {day} "
        "ORDER BY place.loan, template.kind, template.nr, template.line"
    )


def _day_totals() -> str:
    """What the nights would have totalled, from the lives and how many loans live each."""
    counts = "SELECT creditor, life, COUNT(*) AS loans FROM bench_place GROUP BY creditor, life"
    sides = " UNION ALL ".join(
        f"SELECT business_date, creditor * {ACCOUNTS_PER_CREDITOR} + {side} AS account, "
        f"{debit} * loans AS debit_cents, {credit} * loans AS credit_cents "
        f"FROM bench_row JOIN ({counts}) AS counted ON counted.life = bench_row.life"
        for side, debit, credit in (("debit", "cents", "0"), ("credit", "0", "cents"))
    )
    return (
        "INSERT INTO day_total (business_date, account, debit_cents, credit_cents) "
        "SELECT business_date, account, CAST(SUM(debit_cents) AS BIGINT), CAST(SUM(credit_cents) AS BIGINT) "
        f"FROM ({sides}) AS moved GROUP BY business_date, account"
    )


def record_news(engine: Engine, size: Size) -> int:
    """Payments that become known on the measured night for one loan in ten, by `NEWS`; how many."""
    found = lives(size.night, size.months)
    rows = []
    for place in range(size.loans):
        life = found[life_number(place, size)]
        kind, fifths = NEWS.get(life.number, ("", 0))
        if place // LIVES % 5 < fifths:
            rows.append(fact_row(loan_number(place), _news(life, kind, size.night)))
    with writing(engine) as connection:
        append_rows(connection, fact, _FACT_COLUMNS, rows)
    return len(rows)


def _news(life: Life, kind: str, night: date) -> Fact:
    state = life.state
    owed, instalment = state.principal_due + state.interest_due, state.instalment
    came, cents = {
        "in time": (night, instalment),
        "a part": (night, instalment // 2),
        "late": (night, owed),
        "told late": (months_after(night, -1), owed),
    }[kind]
    return payment(len(life.facts) + 1, (came, night), cents)


def fact_row(number: int, one: Fact) -> tuple[Any, ...]:
    """A fact as a row of its table, for the loan of this number."""
    data = json.dumps(one.data, sort_keys=True, separators=(",", ":"))
    days = number_of(one.value_date), number_of(one.known_on)
    text = data, one.key, one.actor, one.source, RECORDED_AT
    return (number, one.nr, int(one.kind), *days, one.cents, one.of, *text)
