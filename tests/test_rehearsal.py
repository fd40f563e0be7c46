"""A dry run tells what the night would do and keeps nothing; manifests are kept outside, whole and once."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from jobs.access import REHEARSAL
from jobs.closing import OtherSeal
from jobs.lease import LeaseHeld, new_claim, take
from jobs.manifest import Manifest, folder
from jobs.night import close_nights, rehearse_nights
from jobs.run import Options
from jobs.tables import business_day
from ledger.database import open_database, reading, writing
from ledger.errors import Held, StoppedByThreshold
from ledger.fault_points import watched
from ledger.tables import metadata
from tests.chaos.books import books
from tests.chaos.clients import NIGHTS
from tests.chaos.scenario import close_all, install_scenario
from tests.nights import ARREARS_LIMITS, PLAIN_TERMS, at, begin_on, close_until, new_loan, paid, tell

MEASURED = {"seconds", "run_id", "started_at", "closed_at"}
OPTIONS = Options(ARREARS_LIMITS)


def everything(engine: Engine) -> str:
    """A hash of every row of every table."""
    with reading(engine) as connection:
        rows = {
            table.name: sorted(repr(tuple(row)) for row in connection.execute(select(table)))
            for table in metadata.sorted_tables
        }
    return hashlib.sha256(repr(rows).encode()).hexdigest()


def report(manifests: list[Manifest]) -> list[Manifest]:
    """What does not differ from one run to the other."""
    return [{key: value for key, value in one.items() if key not in MEASURED} for one in manifests]


def files(engine: Engine) -> set[str]:
    place = folder(engine)
    return {path.name for path in place.iterdir()} if place.exists() else set()


@pytest.mark.parametrize("workers", [1, 2])
def test_a_dry_run_reports_what_the_night_does_and_keeps_nothing(scenario: Engine, workers: int) -> None:
    before, kept = everything(scenario), files(scenario)
    rehearsed = rehearse_nights(scenario, NIGHTS[-1], Options(ARREARS_LIMITS, 7, workers=workers))
    assert everything(scenario) == before
    assert files(scenario) == kept
    done = close_nights(scenario, NIGHTS[-1], OPTIONS)
    assert report(rehearsed) == report(done)
    assert len(done) == 3
    assert done[0]["quarantined"]


def test_a_dry_run_that_stops_keeps_nothing_either(database: Engine) -> None:
    begin_on(database, at("2024-01-01"))
    for _ in range(4):
        new_loan(database, PLAIN_TERMS | {"instalments": 0})
    before = everything(database)
    with pytest.raises(StoppedByThreshold):
        rehearse_nights(database, at("2024-01-01"), OPTIONS)
    with pytest.raises(Held, match="stopped on request"):
        rehearse_nights(database, at("2024-01-01"), Options(ARREARS_LIMITS, stop_asked=lambda: True))
    assert everything(database) == before


def test_a_dry_run_of_nothing(database: Engine) -> None:
    begin_on(database, at("2024-01-01"))
    close_until(database, at("2024-01-01"))
    assert rehearse_nights(database, at("2024-01-01"), OPTIONS) == []


def test_a_dry_run_leaves_a_run_alone(scenario: Engine) -> None:
    with writing(scenario) as connection:
        take(connection, new_claim())
    with pytest.raises(LeaseHeld):
        rehearse_nights(scenario, NIGHTS[-1], OPTIONS)


def test_the_copy_of_a_dry_run_is_private_and_goes_away(sqlite_url: str) -> None:
    engine = open_database(sqlite_url)
    begin_on(engine, at("2024-01-01"))
    place = Path(sqlite_url.removeprefix("sqlite:///")).parent
    left = place / f"{REHEARSAL}999999999"
    left.mkdir()
    modes: list[int] = []

    def look(_name: str) -> None:
        modes.extend(path.stat().st_mode & 0o777 for path in place.glob(f"{REHEARSAL}*"))

    with watched(look):
        rehearse_nights(engine, at("2024-01-01"), OPTIONS)
    assert set(modes) == {0o700}
    assert not list(place.glob(f"{REHEARSAL}*"))
    engine.dispose()


def test_a_manifest_lost_in_a_crash_is_kept_by_the_next_start(scenario: Engine) -> None:
    class Crash(BaseException):
        pass

    def crash(name: str) -> None:
        if name == "before the manifest is kept":
            raise Crash

    with pytest.raises(Crash), watched(crash):
        close_all(scenario)
    path = folder(scenario) / "2023-12-31.json"
    assert not path.exists()
    close_nights(scenario, NIGHTS[0], OPTIONS)
    with reading(scenario) as connection:
        stored = connection.execute(
            select(business_day.c.manifest).where(business_day.c.day == 20231231)
        ).scalar_one()
    assert json.loads(path.read_text()) == json.loads(stored)


def test_j3_k4_an_older_copy_cannot_be_closed_with_other_books(sqlite_url: str) -> None:
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    engine = open_database(sqlite_url)
    begin_on(engine, at("2024-01-01"))
    loan = new_loan(engine, PLAIN_TERMS)
    close_until(engine, at("2024-01-01"))
    engine.dispose()
    old = path.read_bytes()
    payment = paid(loan, "2024-01-02", 50_000)
    tell(engine, at("2024-01-02"), payment)
    (then,) = close_until(engine, at("2024-01-02"))
    for with_payment in (True, False):
        engine.dispose()
        path.write_bytes(old)
        if with_payment:
            tell(engine, at("2024-01-02"), payment)
            (now,) = close_until(engine, at("2024-01-02"))
            assert now["seal"] == then["seal"]
    with pytest.raises(OtherSeal, match=r"2024-01-02 was closed before, .*with other books"):
        close_until(engine, at("2024-01-02"))
    engine.dispose()


def test_manifests_of_an_earlier_database_are_put_away(sqlite_url: str) -> None:
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    empty = path.read_bytes()
    engine = open_database(sqlite_url)
    for known in ("2024-01-01", "2023-06-01"):
        begin_on(engine, at("2024-01-01"))
        new_loan(engine, PLAIN_TERMS | {"start": known})
        close_until(engine, at("2024-01-02"))
        engine.dispose()
        path.write_bytes(empty)
    place = folder(engine)
    assert {found.name for found in place.glob("*.json")} == {"2024-01-01.json", "2024-01-02.json"}
    assert len(list((place / "earlier-1").glob("*.json"))) == 2


def test_the_scenario_is_not_trivial(sqlite_url: str) -> None:
    install_scenario(sqlite_url, seed=3, loans=14, clients=True)
    engine = open_database(sqlite_url)
    before = books(engine)
    close_all(engine)
    after = books(engine)
    assert {name for name in before if before[name] == after[name]} == {"decisions", "decision steps"}
    engine.dispose()
