"""The commands `aflos debtor ...`: recorded, shown, moved; the BSN asked for, masked, and every reading logged."""

from __future__ import annotations

import os
import pwd
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from ledger.database import reading
from servicing.tables import reading_log
from tests.desk import GRANTED, LOAN, Done, add_debtor, add_loan, good, open_desk, options, run

BSN, OTHER = "999990019", "999990020"
HOME = (
    *("--street", "Agorabaan", "--house-number", "3", "--postcode", "8232jl"),
    *("--city", "Lelystad"),
)


@pytest.fixture
def desk(database: Engine, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """An empty database on each engine, with a key for the BSN."""
    open_desk(database_url, tmp_path, monkeypatch)
    return database


def readings(engine: Engine) -> list[tuple[int | None, str, str]]:
    with reading(engine) as connection:
        columns = (reading_log.c.debtor_id, reading_log.c.what, reading_log.c.reason)
        return [tuple(row) for row in connection.execute(select(*columns).order_by(reading_log.c.id))]


def test_a_debtor_is_recorded_and_shown_with_a_masked_bsn(desk: Engine) -> None:
    added = add_debtor("Sjoerd Jânsen", *HOME, "--birth-date", "1948-02-29", "--bsn", given=f"{BSN}\n")
    assert (added.code, added.out) == (0, "debtor 1 recorded\n")
    shown = good("debtor", "show", "1")
    assert (shown["name"], shown["postcode"], shown["birth_date"]) == (
        "Sjoerd Jânsen",
        "8232 JL",
        "1948-02-29",
    )
    assert (shown["bsn"], shown["country"], shown["language"]) == ("*****0019", "NL", "nl")
    assert readings(desk) == [(1, "particulars", "")]


def test_the_whole_bsn_is_shown_for_a_reason_that_is_kept(desk: Engine) -> None:
    add_debtor("Jansen", "--bsn", given=BSN)
    refused = run("debtor", "show", "1", "--show-bsn")
    assert (refused.code, "reason: is missing" in refused.err) == (2, True)
    assert readings(desk) == []
    assert good("debtor", "show", "1", "--show-bsn", "--reason", "wage attachment")["bsn"] == BSN
    assert readings(desk) == [(1, "particulars and BSN", "wage attachment")]


def test_without_a_key_only_what_needs_it_fails(desk: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    add_debtor("Jansen", "--bsn", given=BSN)
    monkeypatch.delenv("AFLOS_KEY_FILE")
    assert good("debtor", "show", "1")["bsn"] == "*********"
    assert add_debtor("Pietersen").code == 0
    for done in (
        run("debtor", "show", "1", "--show-bsn", "--reason", "a letter"),
        add_debtor("De Vries", "--bsn", given=OTHER),
        run("debtor", "bsn", "2", given=OTHER),
    ):
        assert (done.code, "AFLOS_KEY_FILE is not set" in done.err) == (78, True)


def test_a_bsn_can_follow_later(desk: Engine) -> None:
    add_debtor("Jansen")
    done = run("debtor", "bsn", "1", given=BSN)
    assert (done.code, done.out) == (0, "debtor 1: BSN kept, *****0019\n")
    wrong = run("debtor", "bsn", "1", given="999990018")
    assert (wrong.code, "11-test" in wrong.err) == (2, True)
    twice = add_debtor("Pietersen", "--bsn", given=BSN)
    assert (twice.code, twice.err) == (2, "bsn: belongs to debtor 1 already")


def test_a_move_keeps_the_past_and_again_is_nothing(desk: Engine) -> None:
    add_debtor("Jansen", *HOME)
    move = (
        *("debtor", "move", "1", "--on", "2025-04-01", "--street", "Kerkweg", "--house-number", "1"),
        *("--postcode", "8304BA", "--city", "Emmeloord", "--source", "letter 12"),
    )
    assert good(*move)["recorded"] is True
    assert good(*move)["recorded"] is False
    assert good("debtor", "show", "1", "--on", "2025-03-31")["city"] == "Lelystad"
    shown = good("debtor", "show", "1", "--on", "2025-04-01")
    assert shown["city"] == "Emmeloord"
    assert [(each["from"], each["source"]) for each in shown["history"]] == [
        ("2024-01-01", ""),
        ("2025-04-01", "letter 12"),
    ]
    good("debtor", "move", "1", "--on", "2025-05-01", "--language", "pl")
    shown = good("debtor", "show", "1", "--on", "2025-05-01")
    assert (shown["language"], shown["city"]) == ("pl", "Emmeloord")
    good("debtor", "move", "1", "--on", "2025-06-01", "--unknown")
    assert good("debtor", "show", "1", "--on", "2025-06-01")["street"] == ""


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("--on", "2023-12-31", "--name", "J"), "debtor 1 is known from 2024-01-01"),
        (("--on", "2025-04-01"), "nothing to change is given"),
        (("--on", "2025-04-01", "--city", "Urk"), "street: is missing"),
        (("--on", "2025-04-01", "--unknown", "--city", "Urk"), "the address is either unknown or given"),
        (("--on", "2100-04-01", "--name", "J"), "lies more than 5 years after today"),
        (("--on", "2025-04-01", "--language", "Polish"), "language: 'Polish'"),
    ],
)
def test_a_move_that_cannot_be_is_refused(desk: Engine, words: tuple[str, ...], error: str) -> None:
    add_debtor("Jansen", *HOME)
    done = run("debtor", "move", "1", *words)
    assert (done.code, error in done.err) == (2, True), done.err
    assert len(good("debtor", "show", "1")["history"]) == 1


def test_the_list_is_searched_and_logged(desk: Engine) -> None:
    add_debtor("Jansen", *HOME, "--external", "D-1")
    add_debtor("Pietersen")
    assert [row["debtor"] for row in good("debtor", "list")] == [1, 2]
    assert [row["name"] for row in good("debtor", "list", "--search", "lelyst")] == ["Jansen"]
    assert run("debtor", "list").out.splitlines()[1].startswith("1       D-1       Jansen")
    assert readings(desk) == [(None, "list", ""), (None, "list", "lelyst"), (None, "list", "")]


def test_joint_debtors_are_shown_with_their_loans(desk: Engine) -> None:
    add_debtor("Jansen")
    add_debtor("Pietersen")
    assert add_loan(debtor="2").code == 0
    case = run("loan", "add", *_joint())
    assert case.code == 0, case.err
    assert good("debtor", "show", "2")["loans"] == [
        {"loan": int(LOAN), "with": []},
        {"loan": int(LOAN) + 1, "with": [1]},
    ]
    assert f"{int(LOAN) + 1}  2" in run("debtor", "show", "1").out


def _joint() -> list[str]:
    return [*options(GRANTED, decision="B-2"), "--debtor", "2"]


def test_an_unknown_debtor_is_refused(desk: Engine) -> None:
    done = run("debtor", "show", "7")
    assert (done.code, done.err) == (2, "no debtor with number '7'; aflos debtor list shows them")


def test_the_key_file_is_made_once(tmp_path: Path) -> None:
    path = tmp_path / "new keys"
    assert run("debtor", "key", str(path)).code == 0
    assert path.stat().st_mode & 0o777 == 0o600
    again = run("debtor", "key", str(path))
    assert (again.code, "is there already" in again.err) == (2, True)


def test_the_actor_is_the_account_of_the_operating_system(desk: Engine) -> None:
    name = pwd.getpwuid(os.getuid()).pw_name
    assert add_debtor("Jansen", "--actor", name).code == 0
    assert good("debtor", "show", "1")["history"][0]["actor"] == name
    other = add_debtor("Jansen", "--actor", "director")
    assert (other.code, other.err) == (2, f"actor: 'director': you are {name}; log in as the person who acts")


def test_h12_j9_no_bsn_leaves_a_trace(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever goes wrong, a BSN stands in no output, no argument and no byte of the database."""
    open_desk(sqlite_url, tmp_path, monkeypatch)
    done: list[Done] = [
        add_debtor("Jansen", "--bsn", given=BSN),
        add_debtor("Pietersen", "--bsn", given=BSN),
        add_debtor("\x00", "--bsn", given=OTHER),
        run("debtor", "bsn", "9", given=OTHER),
        run("debtor", "bsn", "1", given=OTHER),
        run("debtor", "show", "1"),
        run("debtor", "list"),
    ]
    monkeypatch.delenv("AFLOS_KEY_FILE")
    done.append(add_debtor("De Vries", "--bsn", given=OTHER))
    command = [sys.executable, "-c", "from backoffice.cli.main import main; main()", "debtor", "bsn", "1"]
    root = Path(__file__).parents[1]
    real = subprocess.run(command, input=OTHER, capture_output=True, text=True, check=False, cwd=root)
    assert real.returncode == 2
    printed = "".join(one.out + one.err for one in done) + real.stdout + real.stderr
    stored = b"".join(file.read_bytes() for file in tmp_path.iterdir() if "aflos.db" in file.name)
    for bsn in (BSN, OTHER):
        assert bsn not in printed
        assert bsn.encode() not in stored
