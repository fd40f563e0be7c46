"""Direct debit through the command line: mandates, a run in two stages, its file, and what came back."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from dateutil.relativedelta import relativedelta
from sqlalchemy import Engine, func, select, update
from sqlalchemy.exc import IntegrityError

from backoffice.collecting import file_of
from jobs import clock
from ledger.database import reading, writing
from ledger.errors import VerificationFailed
from servicing.collecting.store import add_run, collections_of_run, runs
from servicing.collecting.tables import collection
from tests.desk import LOAN, Done, add_debtor, add_loan, good, open_desk, run
from tests.offices import by, good_by, open_office
from tests.tamper import found as told_wrong
from tests.tamper import tamper, without_triggers

TODAY = clock.today()
START = TODAY.replace(day=1) - relativedelta(months=1)
UNTIL = str(TODAY + timedelta(days=75))
IBAN = "NL17TEST0340000002"


@pytest.fixture
def desk(database: Engine, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """A loan that pays 506.91 each first of the month, on each engine."""
    open_loan_now(database_url, tmp_path, monkeypatch)
    return database


@pytest.fixture
def counter(
    sqlite_database: Engine, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Engine:
    """The same on SQLite alone."""
    open_loan_now(sqlite_url, tmp_path, monkeypatch)
    return sqlite_database


def open_loan_now(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_desk(url, tmp_path, monkeypatch)
    assert add_debtor().code == 0
    done = add_loan(start=str(START), known_on=str(START))
    assert done.code == 0, done.err
    paid_out = ("--amount", "25000.00", "--on", str(START), "--known-on", str(START))
    good("loan", "disburse", LOAN, *paid_out)


def sign(name: str = "M-1", **changes: str) -> Done:
    given = {
        "id": name,
        "iban": IBAN,
        "holder": "S. Çelik",
        "signed": str(START),
        "document": "scan 17",
    } | changes
    return run(
        "bank",
        "mandate",
        "add",
        LOAN,
        *(word for key, value in given.items() for word in (f"--{key}", value)),
    )


def proposed() -> dict[str, object]:
    found: dict[str, object] = good(
        "bank", "collect", "propose", "--creditor", "almere", "--until", UNTIL, "--announced"
    )
    return found


def released() -> dict[str, object]:
    found = proposed()
    totals = ("--number", str(found["number"]), "--total", str(found["total"]))
    answer: dict[str, object] = good("bank", "collect", "release", "--creditor", "almere", *totals)
    return answer


def states() -> list[tuple[str, str]]:
    return [(each["mandate"], each["state"]) for each in good("bank", "mandate", "list", LOAN)]


# Mandates.


def test_a_mandate_is_signed_and_ended(desk: Engine) -> None:
    assert sign().code == 0
    assert states() == [("M-1", "signed")]
    again = sign()
    assert again.code == 0
    ended = run("bank", "mandate", "end", LOAN, "M-1", "--on", str(TODAY), "--reason", "by letter")
    assert ended.code == 0, ended.err
    assert states() == [("M-1", "withdrawn")]
    kinds = [each["kind"] for each in good("loan", "show", LOAN)["facts"]]
    assert kinds[-2:] == ["mandate", "mandate-ended"]


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"iban": "NL18TEST0340000002"}, "check number"),
        ({"id": "M 1"}, "letters, digits or signs"),
        ({"holder": "\u202e"}, "no letter"),
        ({"holder": "S.\x1b[2J Jansen"}, "invisible character"),
        ({"signed": str(TODAY + timedelta(days=1))}, "lies after today"),
        ({"signed": "gisteren"}, "gisteren"),
    ],
)
def test_a_wrong_mandate_is_refused(counter: Engine, changes: dict[str, str], word: str) -> None:
    done = sign(**changes)
    assert done.code == 2
    assert word in done.err
    assert states() == []


def test_a_second_mandate_waits_for_the_end_of_the_first(counter: Engine) -> None:
    assert sign().code == 0
    done = sign("M-2")
    assert done.code == 2
    assert "mandate M-1 holds" in done.err


# A run.


def test_a_run_is_proposed_listed_released_and_written(desk: Engine, tmp_path: Path) -> None:
    assert sign().code == 0
    found = proposed()
    rows = found["collections"]
    assert isinstance(rows, list)
    assert len(rows) >= 2
    assert {row["amount"] for row in rows} == {"506.91"}
    assert [row["sequence"] for row in rows] == ["FRST", *["RCUR"] * (len(rows) - 1)]
    assert good("bank", "collect", "list", "--creditor", "almere")["proposed"][0]["total"] == found["total"]
    made = released()
    assert (made["number"], made["total"]) == (found["number"], found["total"])
    assert good("bank", "collect", "list")["proposed"] == []
    assert states() == [("M-1", "recurring")]
    assert_file(tmp_path, made)


def assert_file(folder: Path, made: dict[str, object]) -> None:
    """It is written once with what was released, again with the same bytes, and never over another file."""
    written = good("bank", "collect", "file", str(made["run"]), "--to", str(folder))
    path = Path(written["file"])
    content = path.read_bytes()
    assert (path.name, written["sha256"]) == (f"{made['message']}.xml", made["sha256"])
    assert f"<CtrlSum>{made['total']}</CtrlSum>".encode() in content
    assert b"S. Celik" in content
    names = [each.text for each in ET.fromstring(content).iter() if each.tag.endswith("EndToEndId")]  # noqa: S314
    assert len(names) == made["number"]
    assert all(str(name).startswith(f"INC-{LOAN}-") for name in names)
    assert not good("bank", "collect", "file", str(made["run"]), "--to", str(folder))["written"]
    assert path.read_bytes() == content
    path.write_bytes(b"another")
    refused = run("bank", "collect", "file", str(made["run"]), "--to", str(folder))
    assert refused.code == 2
    assert "another file of this name" in refused.err
    assert list(folder.glob(".*.part")) == []


def test_an_instalment_is_collected_once(desk: Engine) -> None:
    assert sign().code == 0
    first = released()
    assert first["number"]
    assert proposed()["collections"] == []
    with reading(desk) as connection:
        (made,) = runs(connection)
        rows = collections_of_run(connection, made.id)
    again = [row._replace(run_id=2, end_to_end=f"{row.end_to_end}-2") for row in rows]
    with pytest.raises(IntegrityError), writing(desk) as connection:
        add_run(connection, made._replace(id=2, message_id="INC-2"), again)
    with reading(desk) as connection:
        assert connection.execute(select(func.count()).select_from(collection)).scalar_one() == len(rows)


def test_a_release_names_the_totals(counter: Engine) -> None:
    assert sign().code == 0
    found = proposed()
    totals = ("--number", str(found["number"]), "--total", "1.00")
    done = run("bank", "collect", "release", "--creditor", "almere", *totals)
    assert done.code == 2
    assert str(found["total"]) in done.err
    assert good("bank", "collect", "list")["released"] == []


def test_nothing_is_released_that_was_not_proposed(counter: Engine) -> None:
    done = run("bank", "collect", "release", "--creditor", "almere", "--number", "1", "--total", "1.00")
    assert done.code == 2
    assert "nothing is proposed" in done.err


def test_what_changed_since_it_was_proposed_is_not_released(counter: Engine) -> None:
    assert sign().code == 0
    found = proposed()
    assert run("bank", "mandate", "end", LOAN, "M-1", "--on", str(TODAY), "--reason", "letter").code == 0
    totals = ("--number", str(found["number"]), "--total", str(found["total"]))
    done = run("bank", "collect", "release", "--creditor", "almere", *totals)
    assert done.code == 2
    assert f"what is known changed for loans {LOAN}: propose again" in done.err
    left_out = good("bank", "collect", "propose", "--creditor", "almere", "--until", UNTIL, "--announced")[
        "left_out"
    ]
    assert {row["reason"].partition(" on ")[0] for row in left_out} == {"no mandate holds"}


def test_money_that_came_in_meanwhile_is_not_collected(counter: Engine) -> None:
    assert sign().code == 0
    found = proposed()
    assert found["number"]
    paid = run("payment", "add", LOAN, "--amount", "26000.00", "--on", str(TODAY))
    assert paid.code == 0, paid.err
    totals = ("--number", str(found["number"]), "--total", str(found["total"]))
    assert run("bank", "collect", "release", "--creditor", "almere", *totals).code == 2
    assert proposed()["collections"] == []


def test_a_debtor_who_was_not_told_in_time_is_left_out(counter: Engine) -> None:
    assert sign().code == 0
    soon = str(TODAY + relativedelta(months=1, day=1))
    told = good("bank", "collect", "propose", "--creditor", "almere", "--until", soon)
    assert len(told["collections"]) + len(told["left_out"]) == 1


def test_a_loan_without_a_mandate_is_no_part_of_it(counter: Engine) -> None:
    assert proposed() == {
        "creditor": "almere",
        "number": 0,
        "total": "0.00",
        "collections": [],
        "left_out": [],
    }


def test_a_file_that_would_differ_is_not_written(counter: Engine) -> None:
    assert sign().code == 0
    released()
    with reading(counter) as connection:
        (made,) = runs(connection)
        rows = collections_of_run(connection, made.id)
    wrong = made._replace(id=2, message_id="INC-0001-000002")
    later = [row._replace(run_id=2, due_on=20990101, end_to_end="x", block_id="y") for row in rows[:1]]
    with writing(counter) as connection:
        add_run(connection, wrong, later)
    with reading(counter) as connection, pytest.raises(VerificationFailed, match="differs"):
        file_of(connection, 2)


@pytest.mark.parametrize("folder", ["none", "file"])
def test_a_folder_that_is_none_is_refused(counter: Engine, tmp_path: Path, folder: str) -> None:
    assert sign().code == 0
    made = released()
    (tmp_path / "file").write_text("")
    done = run("bank", "collect", "file", str(made["run"]), "--to", str(tmp_path / folder))
    assert done.code == 2
    assert "no such folder" in done.err


def test_a_run_that_is_none_is_refused(counter: Engine, tmp_path: Path) -> None:
    done = run("bank", "collect", "file", "7", "--to", str(tmp_path))
    assert done.code == 2
    assert "run 7: there is none" in done.err


def test_a_creditor_without_an_identifier_collects_nothing(
    counter: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = (Path(__file__).parents[1] / "config" / "creditors.yaml").read_text()
    own = tmp_path / "own"
    own.mkdir()
    lines = [line for line in shipped.splitlines() if "creditor_identifier" not in line]
    (own / "creditors.yaml").write_text("\n".join(lines))
    monkeypatch.setenv("AFLOS_CONFIG", str(own))
    done = run("bank", "collect", "propose", "--creditor", "almere", "--until", UNTIL)
    assert done.code == 2
    assert "creditor_identifier" in done.err


def test_j6_whoever_proposed_a_run_does_not_release_it(
    counter: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sign().code == 0
    open_office(tmp_path / "office", monkeypatch)
    words = ("bank", "collect", "propose", "--creditor", "almere", "--until", UNTIL, "--announced")
    assert by("auditor", *words).code == 2
    assert by("urk", *words).code == 2
    found = good_by("approver", *words)
    totals = ("--number", str(found["number"]), "--total", found["total"])
    done = by("approver", "bank", "collect", "release", "--creditor", "almere", *totals)
    assert done.code == 2
    assert "another person releases it" in done.err
    made = good_by("manager", "bank", "collect", "release", "--creditor", "almere", *totals)
    assert (made["proposed_by"], made["released_by"]) == ("approver", "manager")


def test_days_are_those_of_the_schedule(counter: Engine) -> None:
    assert sign().code == 0
    rows = proposed()["collections"]
    assert isinstance(rows, list)
    assert all(date.fromisoformat(row["due"]).day == 1 for row in rows)
    assert all(row["collect_on"] <= row["due"] for row in rows)


def test_j1_a_collection_without_its_mandate_and_a_run_with_other_totals_are_named(counter: Engine) -> None:
    assert sign().code == 0
    run_of = released()
    without_triggers(counter)
    before = told_wrong(counter)
    with reading(counter) as connection:
        one = collections_of_run(connection, 1)[0]
    here = collection.c.end_to_end == one.end_to_end
    for values, back, what in (
        ({"mandate": 1}, {"mandate": one.mandate}, f"collection {one.end_to_end} in run 1 names mandate 1"),
        (
            {"cents": 1},
            {"cents": one.cents},
            f"collection_run 1: says {run_of['number']} of {run_of['total']}",
        ),
    ):
        tamper(counter, update(collection).where(here).values(**values))
        assert [told for told in told_wrong(counter) if what in told.what], what
        tamper(counter, update(collection).where(here).values(**back))
    assert told_wrong(counter) == before
