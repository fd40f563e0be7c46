"""A of the fault catalogue: processes that die, hang, start twice, stop halfway, and loans that all fail."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, select, text, update

from jobs import clock
from jobs.business_dates import last_closed, next_to_close
from jobs.lease import Lease, LeaseHeld, LeaseLost, holder, new_claim, release, renew, share, take
from jobs.night import close_nights
from jobs.run import Options
from jobs.tables import business_day, lease, quarantine
from ledger.database import open_database, reading, writing
from ledger.errors import Held, StoppedByThreshold
from ledger.tables import journal
from tests.chaos.books import books
from tests.chaos.clients import BEFORE, NIGHTS
from tests.chaos.scenario import close_all
from tests.command import called
from tests.nights import (
    ARREARS_LIMITS,
    PLAIN_TERMS,
    at,
    begin_on,
    close_until,
    new_loan,
    paid,
    tell,
)

OPTIONS = Options(ARREARS_LIMITS)
TEMPORARY_FAILURE = 75


def start(place: str, url: str, *words: str) -> subprocess.Popen[str]:
    environment = os.environ | {"AFLOS_DATABASE": url}
    command = [sys.executable, "-m", "tests.slow_night", place, "nightly", "--date", "2024-01-02", *words]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    )


@pytest.mark.parametrize("place", ["between", "inside"])
def test_a3_sigterm_ends_a_run_within_ten_seconds_and_the_next_goes_on(
    scenario: Engine, database_url: str, wanted: dict[str, str], place: str
) -> None:
    run = start(place, database_url, "--chunk", "3")
    if place == "inside":
        assert run.stderr is not None
        assert run.stderr.readline() == "standing still\n"
    else:
        wait_until_begun(scenario)
    asked = time.monotonic()
    run.send_signal(signal.SIGTERM)
    _, said = run.communicate(timeout=30)
    assert run.returncode == TEMPORARY_FAILURE, said
    assert "stopped on request" in said
    assert time.monotonic() - asked < 10
    close_all(scenario)
    assert books(scenario) == wanted


def wait_until_begun(engine: Engine) -> None:
    """Until the first night of the scenario has begun."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        with reading(engine) as connection:
            if connection.execute(
                select(business_day.c.day).where(business_day.c.state == "started")
            ).first():
                return
        time.sleep(0.05)
    raise AssertionError("no night began")


def test_a5_a16_of_three_runs_at_once_one_works(
    scenario: Engine, database_url: str, wanted: dict[str, str]
) -> None:
    runs = [start("nowhere", database_url) for _ in range(3)]
    said = [run.communicate(timeout=120)[1] for run in runs]
    # Set aside in the scenario, so 3; nobody else was.
    codes = {run.returncode for run in runs}
    assert 3 in codes <= {3, TEMPORARY_FAILURE}, said
    close_all(scenario)
    assert books(scenario) == wanted
    for run, words in zip(runs, said, strict=True):
        if run.returncode == TEMPORARY_FAILURE:
            assert "held by" in words or "locked" in words or "another" in words


# The lease


def taken(engine: Engine) -> Lease:
    with writing(engine) as connection:
        return take(connection, new_claim())


def changed(engine: Engine, **values: Any) -> None:
    with writing(engine) as connection:
        connection.execute(update(lease).values(**values))


def beat_at(seconds_ago: int) -> str:
    return (clock.now_utc() - timedelta(seconds=seconds_ago)).isoformat()


def test_a6_who_works_is_named(database: Engine) -> None:
    taken(database)
    with pytest.raises(LeaseHeld, match=rf"process {os.getpid()} on .* since .*try again"):
        taken(database)
    with reading(database) as connection:
        found = holder(connection)
    assert found is not None
    assert found["pid"] == os.getpid()


def test_a6_a_process_that_died_here_is_replaced_at_once(database: Engine) -> None:
    first = taken(database)
    died = subprocess.Popen([sys.executable, "-c", ""])
    died.wait()
    changed(database, pid=died.pid)
    assert taken(database).token == first.token + 1


def test_a6_a_process_that_ended_and_was_not_looked_after_counts_as_gone(database: Engine) -> None:
    taken(database)
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
    changed(database, pid=child)
    taken(database)
    os.waitpid(child, 0)


@pytest.mark.parametrize("here", [True, False])
def test_a6_a_silent_holder_is_replaced_after_the_expiry(database: Engine, here: bool) -> None:
    zombie = taken(database)
    if not here:
        changed(database, host="elsewhere")
    changed(database, heartbeat_at=beat_at(59))
    with pytest.raises(LeaseHeld):
        taken(database)
    changed(database, heartbeat_at=beat_at(61))
    taken(database)
    for look in (renew, share):
        with pytest.raises(LeaseLost), writing(database) as connection:
            look(connection, zombie)


def test_a6_a_heartbeat_of_the_future_does_not_hold_for_ever(database: Engine) -> None:
    taken(database)
    changed(database, host="elsewhere", heartbeat_at=beat_at(-3 * 365 * 86_400))
    taken(database)


def test_a6_another_start_of_the_machine_replaces_at_once(database: Engine) -> None:
    taken(database)
    changed(database, boot_id="before the power failed")
    taken(database)


def test_a6_the_same_claim_is_the_same_lease(database: Engine) -> None:
    """As when the answer to the commit that took it was lost."""
    claim = new_claim()
    with writing(database) as connection:
        first = take(connection, claim)
    with writing(database) as connection:
        assert take(connection, claim) == first


def test_a6_a_zombie_gives_back_nothing(database: Engine) -> None:
    zombie = taken(database)
    changed(database, heartbeat_at=beat_at(61))
    taken(database)
    with writing(database) as connection:
        release(connection, zombie)
    with reading(database) as connection:
        assert holder(connection) is not None


def test_a6_a_takeover_waits_for_a_unit_that_is_being_written(postgresql_url: str) -> None:
    engine = open_database(postgresql_url, wait_seconds=1)
    held = taken(engine)
    changed(engine, heartbeat_at=beat_at(61))
    with writing(engine) as worker:
        share(worker, held)
        with writing(engine) as parent:
            renew(parent, held)
        changed(engine, heartbeat_at=beat_at(61))
        with pytest.raises(Held, match="locked"):
            taken(engine)
    taken(engine)
    engine.dispose()


def test_a7_a_run_needs_one_connection(scenario: Engine, wanted: dict[str, str]) -> None:
    """A lock that belongs to one connection of a pool would make the run wait for itself."""
    out: list[int] = [0]
    most: list[int] = []

    def taken_out(*_: object) -> None:
        out[0] += 1
        most.append(out[0])

    def given_back(*_: object) -> None:
        out[0] -= 1

    event.listen(scenario, "checkout", taken_out)
    event.listen(scenario, "checkin", given_back)
    close_all(scenario)
    assert max(most) == 1
    event.remove(scenario, "checkout", taken_out)
    event.remove(scenario, "checkin", given_back)
    assert books(scenario) == wanted


@pytest.mark.parametrize("missed", [1, 3, 40])
def test_a9_missed_nights_are_made_up_one_by_one(sqlite_url: str, postgresql_url: str, missed: int) -> None:
    found = []
    for url in (sqlite_url, postgresql_url):
        engine = open_database(url)
        begin_on(engine, at("2023-12-20"))
        loan = new_loan(engine, PLAIN_TERMS | {"start": "2023-12-20"})
        close_until(engine, at("2023-12-20"))
        tell(engine, at("2023-12-21"), paid(loan, "2023-12-21", 12_345))
        last = at("2023-12-20") + timedelta(days=missed)
        if url == sqlite_url:
            close_until(engine, last)
        else:
            for days in range(1, missed + 1):
                close_until(engine, at("2023-12-20") + timedelta(days=days))
        with reading(engine) as connection:
            query = select(business_day.c.day, business_day.c.seal).order_by(business_day.c.day)
            found.append(connection.execute(query).all())
        engine.dispose()
    assert len(found[0]) == missed + 2
    assert found[0] == found[1]


def test_a10_a_crash_between_two_nights_resumes_at_the_next(scenario: Engine, wanted: dict[str, str]) -> None:
    def crash(manifest: dict[str, object]) -> None:
        if manifest["business_date"] == "2024-01-01":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        close_nights(scenario, NIGHTS[-1], Options(ARREARS_LIMITS, closed=crash))
    with reading(scenario) as connection:
        assert next_to_close(connection) == NIGHTS[-1]
    close_all(scenario)
    assert books(scenario) == wanted


def test_a13_d6_when_every_loan_fails_the_night_stops_and_stays_open(database: Engine) -> None:
    begin_on(database, at("2024-01-01"))
    loans = [new_loan(database, PLAIN_TERMS | {"instalments": 0}) for _ in range(6)]
    with pytest.raises(StoppedByThreshold, match="6 of 6 loans failed"):
        close_until(database, at("2024-01-02"))
    with reading(database) as connection:
        assert last_closed(connection) == at("2023-12-31")
        assert connection.execute(select(journal)).first() is None
        aside = connection.execute(select(quarantine.c.loan)).scalars().all()
    assert sorted(aside) == loans


def test_a13_a_restart_counts_what_was_done_before(sqlite_url: str) -> None:
    """Three bad loans of a hundred are no reason to stop, also when the good ones were worked before a crash."""
    engine = open_database(sqlite_url)
    begin_on(engine, at("2024-01-01"))
    for number in range(70):
        new_loan(engine, PLAIN_TERMS | ({"instalments": 0} if number >= 67 else {}))
    asked = iter([False] * 2)

    with pytest.raises(Held, match="stopped on request"):
        close_until(engine, at("2024-01-01"), chunk=30, stop_asked=lambda: next(asked, True))
    (last,) = close_until(engine, at("2024-01-01"), chunk=30)
    assert len(last["quarantined"]) == 3  # type: ignore[arg-type]
    engine.dispose()


def test_a3_sigterm_ends_any_command_with_try_again(tmp_path: Path) -> None:
    """A command that has no way of its own to stop, in the middle of what it reads."""
    cases = tmp_path / "cases.jsonl"
    os.mkfifo(cases)

    def end() -> None:
        with cases.open("wb") as pipe:
            pipe.write(b"\n" * 200_000)  # more than a pipe holds: then somebody reads
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGTERM)

    before = signal.getsignal(signal.SIGTERM)
    ending = threading.Thread(target=end)
    ending.start()
    try:
        done = called("schedule", "--input", str(cases))
    finally:
        ending.join()
        signal.signal(signal.SIGTERM, before)
    assert (done.returncode, done.stdout) == (TEMPORARY_FAILURE, "")
    assert "stopped on request" in done.stderr


def test_a14_a_night_without_loans_closes(database: Engine) -> None:
    (manifest,) = close_until(database, at("2024-01-01"))
    assert (manifest["loans_touched"], manifest["entries"], manifest["quarantined"]) == (0, 0, [])


def test_a15_an_error_on_the_way_out_hides_nothing(scenario: Engine) -> None:
    """The lease cannot be given back, because its table is gone; the first error is what a person sees."""

    def break_down(_day: object, done: int, _all: int) -> None:
        if done:
            with scenario.begin() as connection:
                connection.execute(text("DROP TABLE lease"))
            raise ZeroDivisionError("the first error")

    with pytest.raises(ZeroDivisionError, match="the first error"):
        close_nights(scenario, NIGHTS[-1], Options(ARREARS_LIMITS, progress=break_down))
    with reading(scenario) as connection:
        assert last_closed(connection) == BEFORE
