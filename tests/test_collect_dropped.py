"""Collections that never were: cancelled by a person, or refused by the bank before it booked anything."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from jobs import clock
from ledger.database import open_database, reading
from ledger.day import day_of
from servicing.collecting.store import collected_before
from tests.bank_account import Account, Real, write
from tests.desk import LOAN, good, run
from tests.offices import by, good_by, open_office
from tests.status_reports import report
from tests.test_collect import open_loan_now, proposed, released, sign, states

RUN = "INC-0001-000001"
CANCEL = ("bank", "collect", "cancel", "1", "--reason", "made for the wrong month")


@pytest.fixture
def desk(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """A loan whose coming instalments were released to be collected, on each engine."""
    return released_on(database_url, tmp_path, monkeypatch)


@pytest.fixture
def counter(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """The same on SQLite alone."""
    return released_on(sqlite_url, tmp_path, monkeypatch)


def released_on(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    open_loan_now(url, tmp_path, monkeypatch)
    assert sign().code == 0
    released()
    return open_database(url)


def orders(engine: Engine) -> list[str]:
    with reading(engine) as connection:
        return [each.end_to_end for each in collected_before(connection, [int(LOAN)])[int(LOAN)]]


def blocks(engine: Engine) -> dict[str, str]:
    with reading(engine) as connection:
        return {
            each.end_to_end: each.block_id for each in collected_before(connection, [int(LOAN)])[int(LOAN)]
        }


def told(tmp_path: Path, text: str, name: str = "report.xml") -> dict[str, object]:
    (found,) = good("bank", "import", str(write(tmp_path, name, text)))
    return dict(found)


def runs() -> list[dict[str, object]]:
    found: list[dict[str, object]] = good("bank", "collect", "list")["released"]
    return found


def test_a_cancelled_run_is_not_sent_and_may_be_released_again(desk: Engine, tmp_path: Path) -> None:
    first = orders(desk)
    assert proposed()["number"] == 0
    assert good(*CANCEL) == {"run": 1, "cancelled": sorted(first)}
    assert good(*CANCEL)["cancelled"] == []
    assert (runs()[0]["cancelled"], states()) == (len(first), [("M-1", "signed")])
    done = run("bank", "collect", "file", "1", "--to", str(tmp_path))
    assert (done.code, "its file goes nowhere" in done.err) == (2, True)
    again = released()
    assert again["number"] == len(first)
    assert sorted(set(orders(desk)) - set(first)) == [f"{name}-2" for name in first]
    written = good("bank", "collect", "file", "2", "--to", str(tmp_path))
    assert f"<EndToEndId>{first[0]}-2<".encode() in Path(written["file"]).read_bytes()
    assert proposed()["number"] == 0
    desk.dispose()


def test_what_the_bank_has_booked_is_not_cancelled(counter: Engine, tmp_path: Path) -> None:
    one = orders(counter)[0]
    account = Account(lines=[Real(clock.today(), 50_691, "R1", end_to_end=one)], opened=clock.today())
    good("bank", "import", str(write(tmp_path, "s.xml", account.statement())))
    done = run(*CANCEL)
    assert (done.code, f"the bank has booked 1 of it: {one}" in done.err) == (2, True)
    assert runs()[0]["cancelled"] == 0
    counter.dispose()


def test_a_run_is_cancelled_by_who_decides_for_its_creditor(
    counter: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_office(tmp_path / "office", monkeypatch)
    for person in ("urk", "auditor"):
        assert by(person, *CANCEL).code == 2
    assert good_by("approver", *CANCEL)["cancelled"]
    assert by("approver", "bank", "collect", "cancel", "7", "--reason", "x").code == 2
    counter.dispose()


def test_what_the_bank_refuses_is_open_again_and_stops_a_mandate(desk: Engine, tmp_path: Path) -> None:
    standing = blocks(desk)
    one, *others = standing
    text = report(RUN, {one: "AC01"}, block=standing[one], day=str(clock.today()))
    found = told(tmp_path, text)
    assert (found["lines"], found["new"], found["refused"]) == (1, 0, [f"{one}: AC01"])
    assert told(tmp_path, text)["imported_before"]
    assert told(tmp_path, text.replace("MsgId>B<", "MsgId>C<"), "again.xml")["refused"] == []
    assert runs()[0]["refused"] == [{"collection": one, "reason": "AC01"}]
    assert others
    if states() == [("M-1", "stopped")]:
        assert proposed()["number"] == 0
    end = run("bank", "mandate", "end", LOAN, "M-1", "--on", str(clock.today()), "--reason", "account closed")
    assert end.code == 0, end.err
    assert sign("M-2", signed=str(clock.today())).code == 0
    rows = proposed()["collections"]
    assert isinstance(rows, list)
    assert [(row["due"].replace("-", ""), row["sequence"]) for row in rows] == [
        (one.rpartition("-")[2], "FRST")
    ]
    desk.dispose()


def test_a_file_or_block_that_is_refused_is_so_with_all_its_orders(counter: Engine, tmp_path: Path) -> None:
    standing = blocks(counter)
    last = list(standing)[-1]
    block = report(RUN, {}, block=standing[last], block_status="RJCT", day=str(clock.today()))
    in_block = sorted(name for name, each in standing.items() if each == standing[last])
    assert told(tmp_path, block)["refused"] == [f"{name}: no reason given" for name in in_block]
    whole = told(tmp_path, report(RUN, file_status="RJCT", day=str(clock.today())), "whole.xml")
    refused = whole["refused"]
    assert isinstance(refused, list)
    assert len(refused) + len(in_block) == len(standing)
    assert released()["number"] == len(standing)
    counter.dispose()


def test_a_report_that_is_not_about_a_file_of_ours_is_refused(counter: Engine, tmp_path: Path) -> None:
    today, standing = str(clock.today()), blocks(counter)
    one = next(iter(standing))
    for text, why in {
        report("INC-9", {one: "AC01"}, block=standing[one], day=today): "none of ours",
        report(RUN, {"INC-9": "AC01"}, block=standing[one], day=today): "INC-9: is not in our file",
        report(RUN, {}, block="B", day=today): "B: is not in our file",
        report(RUN, file_status="RJCT", day="2199-01-01"): "is of 2199-01-01",
    }.items():
        done = run("bank", "import", str(write(tmp_path, "r.xml", text)))
        assert (done.code, why in done.err) == (2, True), done.err
    other = report(RUN, file_status="RJCT", day=today)
    done = run("bank", "import", str(write(tmp_path, "r.xml", other)), "--creditor", "dronten")
    assert (done.code, "of another creditor" in done.err) == (2, True)
    assert runs()[0]["refused"] == []
    counter.dispose()


def test_money_that_comes_all_the_same_is_a_payment_of_the_loan(counter: Engine, tmp_path: Path) -> None:
    one = orders(counter)[0]
    good(*CANCEL)
    day: date = clock.today()
    account = Account(lines=[Real(day, 50_691, "R1", end_to_end=one)], opened=day - timedelta(days=1))
    (found,) = good("bank", "import", str(write(tmp_path, "s.xml", account.statement())))
    assert (found["new"], found["matched"]) == (1, 1)
    counter.dispose()


def to_recall() -> list[tuple[str, str]]:
    items = good("worklist", "--source", "bank")
    return [
        (item["due"], item["reason"].partition("and now: ")[2]) for item in items if item["subject"] == LOAN
    ]


def test_what_something_forbids_since_the_release_is_asked_back(desk: Engine) -> None:
    with reading(desk) as connection:
        days = [str(day_of(one.collect_on)) for one in collected_before(connection, [int(LOAN)])[int(LOAN)]]
    assert to_recall() == []
    # The month that fell due, and part of the first that is to be collected.
    good("payment", "add", LOAN, "--amount", "600.00", "--on", str(clock.today()))
    ((day, why),) = to_recall()
    assert (day, why.startswith("only ")) == (days[0], True)
    good("bank", "mandate", "end", LOAN, "M-1", "--on", str(clock.today()), "--reason", "withdrawn")
    assert to_recall() == [(day, f"no mandate holds on {day}") for day in days]
    good(*CANCEL)
    assert to_recall() == []


def test_what_the_bank_has_booked_is_not_asked_back(counter: Engine, tmp_path: Path) -> None:
    (first, *_) = orders(counter)
    account = Account(lines=[Real(clock.today(), 50_691, "R1", end_to_end=first)], opened=clock.today())
    told(tmp_path, account.statement(), "s.xml")
    good("event", "death", "1", "--on", str(clock.today()), "--document", "BRP 1")
    left = [why for _, why in to_recall()]
    assert len(left) == len(orders(counter)) - 1 > 0
    assert all("died" in why for why in left)
