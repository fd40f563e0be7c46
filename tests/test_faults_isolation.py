"""D of the fault catalogue: a bad loan stops only itself, and a clerk and the night do not stop each other."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from jobs.business_dates import last_closed, recorded
from jobs.night import close_nights
from jobs.repair import repair_loan
from jobs.run import Options
from jobs.tables import quarantine
from ledger.database import open_database, reading, writing
from ledger.entry import LOANS_PER_CREDITOR
from ledger.errors import Held, StoppedByThreshold
from servicing.facts import Draft, FactKind
from servicing.store import record
from servicing.tables import fact
from tests.chaos.clients import BEFORE, NIGHTS
from tests.chaos.harness import at_boundaries
from tests.chaos.scenario import close_all
from tests.desk import run
from tests.nights import (
    ARREARS_LIMITS,
    PLAIN_TERMS,
    at,
    begin_on,
    close_until,
    journal_rows,
    new_loan,
    new_loans,
    paid,
    seals,
    sums,
    tell,
)

CREDITORS = range(1, 6)
FIRST = at("2024-01-31")
"""The first night: the day before the first instalment of the loans."""
HUGE = "100000000000.00"
"""As many cents as one posting may hold; two disbursements of it make an instalment that none may hold."""

NOT_DECIDED, NO_POSTING, REFUSED, REFUSED_SHORT = (
    "not decided",
    "no posting",
    "refused",
    "refused in the short lane",
)
POISON: dict[str, dict[str, Any]] = {
    NOT_DECIDED: PLAIN_TERMS | {"instalments": 0},
    NO_POSTING: PLAIN_TERMS | {"principal": HUGE, "instalments": 1, "annual_rate_percent": "0"},
    REFUSED: PLAIN_TERMS,
    REFUSED_SHORT: PLAIN_TERMS,
}
REASONS = {
    NOT_DECIDED: "instalments",
    NO_POSTING: "20000000000000 cents is not from 1 to",
    REFUSED: "unique",
    REFUSED_SHORT: "unique",
}


WithoutBad = Callable[[int], list[tuple[Any, ...]]]


def poison(engine: Engine, kind: str, creditor: int) -> None:
    """A loan that is bad in some way."""
    bad = new_loan(engine, POISON[kind], creditor=creditor, known=FIRST)
    if kind == NO_POSTING:
        tell(engine, FIRST, Draft(bad, FactKind.DISBURSEMENT, at("2024-01-01"), "2", cents=10**13))
    if kind == REFUSED:
        # With news a loan does not take the short lane.
        tell(engine, at("2024-02-01"), paid(bad, "2024-02-01", 100))
    if kind in {REFUSED, REFUSED_SHORT}:
        with engine.begin() as connection:
            connection.exec_driver_sql(
                f"CREATE UNIQUE INDEX one_row_only ON journal (loan) WHERE loan = {bad}"
            )


def close_with(engine: Engine, poisoned: int, kind: str | None) -> list[tuple[Any, ...]]:
    """The journal of the good loans after some nights; the poisoned creditor's loan is bad, or not there."""
    begin_on(engine, FIRST)
    for creditor in CREDITORS:
        if creditor != poisoned:
            new_loan(engine, PLAIN_TERMS, creditor=creditor, known=FIRST)
        elif kind is not None:
            poison(engine, kind, creditor)
    close_until(engine, at("2024-02-02"))
    return [row for row in journal_rows(engine) if row[1] // LOANS_PER_CREDITOR != poisoned]


def set_aside_loans(engine: Engine) -> list[int]:
    with reading(engine) as connection:
        return list(connection.execute(select(quarantine.c.loan).order_by(quarantine.c.loan)).scalars())


@pytest.fixture(scope="module")
def without(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> WithoutBad:
    """The journal of the good loans where a creditor has no bad loan, worked once for each creditor."""
    folder = tmp_path_factory.mktemp("without")

    @cache
    def journal_without(poisoned: int) -> list[tuple[Any, ...]]:
        engine = open_database(f"sqlite:///{shutil.copy(sqlite_template, folder / f'{poisoned}.db')}")
        rows = close_with(engine, poisoned, None)
        engine.dispose()
        return rows

    return journal_without


@pytest.mark.parametrize("poisoned", [1, 3, 5])
@pytest.mark.parametrize("kind", POISON)
def test_d1_one_bad_loan_stops_only_itself(
    database: Engine, without: WithoutBad, kind: str, poisoned: int
) -> None:
    with_poison = close_with(database, poisoned, kind)
    with reading(database) as connection:
        (aside,) = connection.execute(select(quarantine)).all()
    assert aside.loan // LOANS_PER_CREDITOR == poisoned
    assert REASONS[kind] in aside.error.lower()
    assert without(poisoned) == with_poison
    assert len(with_poison) == 4 * 3


def test_d2_d4_a_loan_mended_later_ends_as_if_it_had_never_failed(database: Engine) -> None:
    begin_on(database, at("2024-01-16"))
    healthy, sick = (new_loan(database, PLAIN_TERMS, known=at("2024-01-16")) for _ in range(2))
    (typo,) = tell(
        database, at("2024-01-20"), Draft(sick, FactKind.RATE, at("2024-01-20"), "typo", data={"rate": 9})
    )
    manifests = close_until(database, at("2024-02-05"))
    # Tried again each night, and on the report of each.
    assert sum(bool(manifest["quarantined"]) for manifest in manifests) == len(manifests) - 4
    assert manifests[-1]["quarantined"][0]["since"] == "2024-01-20"  # type: ignore[index]
    tell(database, at("2024-02-06"), Draft(sick, FactKind.WITHDRAWAL, at("2024-02-06"), "mend", of=typo))
    (last,) = close_until(database, at("2024-02-06"))
    assert last["quarantined"] == []
    books = sums(database)
    assert {key[1:]: cents for key, cents in books.items() if key[0] == sick} == {
        key[1:]: cents for key, cents in books.items() if key[0] == healthy
    }


def test_d4_a_loan_set_aside_is_seen_until_it_is_mended(
    database: Engine, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AFLOS_DATABASE", database_url)
    begin_on(database, at("2024-01-01"))
    for _ in range(3):
        new_loan(database, PLAIN_TERMS)
    bad = new_loan(database, PLAIN_TERMS | {"instalments": 0})
    for night in ("2024-01-01", "2024-01-02", "2024-01-02"):
        done = run("nightly", "--date", night, "--json")
        assert done.code == 3, done.err
        assert "1 loans are set aside" in done.err
    assert f'"loan": {bad}' in run("status", "--json").out


def test_d6_more_than_twenty_failures_stop_the_night_and_repair_goes_on(sqlite_database: Engine) -> None:
    begin_on(sqlite_database, at("2024-01-01"))
    new_loans(sqlite_database, [(1, PLAIN_TERMS)] * 450, at("2024-01-01"))
    typos = list(range(100_000_401, 100_000_422))
    day = at("2024-01-01")
    tell(sqlite_database, day, *(Draft(loan, FactKind.RATE, day, "typo", data={"rate": 9}) for loan in typos))
    with pytest.raises(StoppedByThreshold, match="21 of 450 loans failed"):
        close_until(sqlite_database, at("2024-01-01"), chunk=425)
    booked = {row[1] for row in journal_rows(sqlite_database)}
    # The chunk in which the threshold was passed is the last that was booked.
    assert len(booked) == 425 - 21
    with reading(sqlite_database) as connection:
        assert last_closed(connection) == at("2023-12-31")
    assert set_aside_loans(sqlite_database) == typos
    with pytest.raises(StoppedByThreshold):
        close_until(sqlite_database, at("2024-01-01"), chunk=425)


# A clerk and the night at once


def test_d7_d9_a_clerk_and_the_night_on_one_loan(scenario: Engine, database_url: str) -> None:
    """At every write of a night a clerk records a payment; on SQLite he is told to try again."""
    clerk = open_database(database_url, wait_seconds=1)
    with reading(scenario) as connection:
        loans = list(connection.execute(select(fact.c.loan_id).distinct()).scalars())
    told, slowest = 0, 0.0
    places = iter(range(10_000))

    def pay(_kind: str) -> None:
        nonlocal told, slowest
        place = next(places)
        if place % 32 == 3:
            begun = time.monotonic()
            try:
                tell(
                    clerk,
                    NIGHTS[0],
                    paid(loans[place % len(loans)], "2023-12-31", 100 + place, f"at {place}"),
                )
            except Held:
                told += 1
            slowest = max(slowest, time.monotonic() - begun)

    with at_boundaries(scenario, pay):
        close_all(scenario, chunk=14)
    if scenario.dialect.name == "postgresql":
        assert told == 0
    assert slowest < 2
    after = close_until(scenario, date(2024, 1, 10))
    assert after[-1]["quarantined"] is not None
    with reading(clerk) as connection:
        paid_facts = connection.execute(
            select(fact.c.loan_id, fact.c.nr).where(fact.c.key.like("at %"))
        ).all()
    booked = {(row[1], row[10]) for row in journal_rows(scenario)}
    aside = set(set_aside_loans(scenario))
    assert paid_facts
    assert {(loan, nr) for loan, nr in paid_facts if loan not in aside} <= booked
    clerk.dispose()


def test_d8_news_before_the_night_is_in_it_and_later_news_in_the_next(database: Engine) -> None:
    begin_on(database, at("2024-01-01"))
    loan = new_loan(database, PLAIN_TERMS)
    tell(database, at("2024-01-01"), paid(loan, "2024-01-01", 100, "before"))
    close_until(database, at("2024-01-01"))
    tell(database, at("2024-01-01"), paid(loan, "2024-01-01", 200, "after"))
    close_until(database, at("2024-01-02"))
    received = {(row[0], row[9]) for row in journal_rows(database) if row[7] % 10_000 == 1100}
    assert received == {(20240101, 100), (20240102, 200)}


def test_d8_news_that_meets_the_beginning_of_a_night_is_not_lost(postgresql_url: str) -> None:
    """Its clerk thought that the night had not begun; he is told to try again, and then it is for the next one."""
    engine = open_database(postgresql_url)
    begin_on(engine, at("2024-01-01"))
    loan = new_loan(engine, PLAIN_TERMS)
    close_until(engine, at("2024-01-05"))
    with pytest.raises(Held, match="try again"), writing(engine) as clerk:
        by = recorded(clerk, "clerk", at("2024-01-06"))
        record(clerk, [paid(loan, "2024-01-06", 100)], by)
        assert by.known_on == at("2024-01-06")
        close_until(engine, at("2024-01-06"))
    with writing(engine) as clerk:
        by = recorded(clerk, "clerk", at("2024-01-06"))
        record(clerk, [paid(loan, "2024-01-06", 100)], by)
        assert by.known_on == at("2024-01-07")
    close_until(engine, at("2024-01-07"))
    assert [row[0] for row in journal_rows(engine) if row[7] % 10_000 == 1100] == [20240107]
    engine.dispose()


# One loan by itself


def test_d2_one_loan_is_tried_by_day_and_booked_by_night(database: Engine) -> None:
    begin_on(database, at("2024-01-01"))
    new_loan(database, PLAIN_TERMS)
    sick = new_loan(database, PLAIN_TERMS)
    (typo,) = tell(
        database, at("2024-01-02"), Draft(sick, FactKind.RATE, at("2024-01-02"), "typo", data={"rate": 9})
    )
    close_until(database, at("2024-01-02"))
    before = journal_rows(database)
    options = Options(ARREARS_LIMITS)
    still = repair_loan(database, sick, at("2024-01-02"), options)
    assert not still.is_kept
    assert "annual_rate_percent" in str(still.error)
    tell(database, at("2024-01-03"), Draft(sick, FactKind.WITHDRAWAL, at("2024-01-03"), "mend", of=typo))
    mended = repair_loan(database, sick, at("2024-01-02"), options)
    assert (mended.business_date, mended.is_kept, mended.error) == (at("2024-01-03"), False, None)
    assert set_aside_loans(database) == [sick]
    assert journal_rows(database) == before
    close_until(database, at("2024-01-03"))
    assert set_aside_loans(database) == []


def test_d2_one_loan_is_worked_for_a_date_that_stayed_open(database: Engine) -> None:
    begin_on(database, at("2024-01-01"))
    sick = [new_loan(database, PLAIN_TERMS) for _ in range(2)]
    for loan in sick:
        tell(
            database, at("2024-01-02"), Draft(loan, FactKind.RATE, at("2024-01-02"), "typo", data={"rate": 9})
        )
    with pytest.raises(StoppedByThreshold):
        close_until(database, at("2024-01-02"))
    # Mended by a colleague of the machine room, before the date is closed.
    with writing(database) as connection:
        by = recorded(connection, "test", at("2024-01-02"))._replace(known_on=at("2024-01-02"))
        for loan in sick:
            record(connection, [Draft(loan, FactKind.WITHDRAWAL, at("2024-01-02"), "mend", of=3)], by)
    for loan in sick:
        done = repair_loan(database, loan, at("2024-01-02"), Options(ARREARS_LIMITS))
        assert (done.business_date, done.is_kept, done.error) == (at("2024-01-02"), True, None)
    assert set_aside_loans(database) == []
    assert len(seals(close_until(database, at("2024-01-02")))) == 1


def test_mixed_dates_an_open_date_and_loans_at_different_nights(scenario: Engine) -> None:
    """As after a crash: some loans are at this night, some at the one before, one was never worked."""
    asked = iter([False] * 2)
    with pytest.raises(Held, match="stopped on request"):
        close_nights(scenario, NIGHTS[-1], Options(ARREARS_LIMITS, 3, stop_asked=lambda: next(asked, True)))
    fresh = new_loan(scenario, PLAIN_TERMS | {"start": "2023-12-31"}, known=NIGHTS[0])
    with reading(scenario) as connection:
        assert last_closed(connection) == BEFORE
    close_all(scenario)
    assert fresh in {row[1] for row in journal_rows(scenario) if row[0] == 20240101}
