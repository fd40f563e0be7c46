"""What comes in is read right or refused: days, amounts and encodings at every door (faults B8, H5, I8)."""

from __future__ import annotations

import codecs
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import click
import pytest
from sqlalchemy import Engine, func, select

from backoffice.cli.life_decisions import LIFE_DECISIONS
from backoffice.cli.loan_decisions import DECISIONS
from backoffice.cli.main import aflos
from backoffice.portfolio.workbooks import sheets_of
from jobs.business_dates import recorded
from jobs.timetable import timetable
from ledger.database import open_database, reading, writing
from ledger.entry import EntryKind
from ledger.errors import BadInput, Misconfigured
from ledger.tables import journal
from letters.outbox.store import add_sent, add_steps, letters_by_number
from letters.outbox.values import Sent, Step
from servicing.debtors.secrets import key_ring
from servicing.tables import debtor, debtor_particulars, fact, loan
from tests.desk import GRANTED, LOAN, Done, open_loan, run
from tests.doors import DOORS
from tests.house.source import ROOT
from tests.letters_desk import propose
from tests.nights import PLAIN_TERMS, at, begin_on, close_until, journal_rows, new_loan, paid, tell
from tests.portfolios import DEBTOR, PAID_OUT, bring, write_csv, write_xlsx
from tests.test_import_files import changed

ABSURD_DAYS = (
    *("0000-00-00", "0001-01-01", "1899-12-31", "2200-01-01", "9999-12-31", "10000-01-01", "2025-02-30"),
    *("2025-13-01", "2025-3-1", "01-03-2025", "20250301", "2025-W09-6", "45717", "yesterday", "", " "),
    *("2025-03-01 ", "\uff12\uff10\uff12\uff15-03-01", "2025-03-01\n"),
    *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"),
)

WRONG_AMOUNTS = (
    *("1.234,56", "1,234.56", "1234,56", "1.234", "1,234", "1 234.56", "1\u00a0234.56", "1\u202f234.56"),
    *("\u2212506.91", "-506.91", "506.91-", "(506.91)", "0", "0.00", "506.911", "1e3", "0x10", "1_000"),
    *("\u0661\u0662", "\uff11\uff12", "EUR 12.50", "€12.50", "12.50%", "NaN", "Infinity", "", " 12.50"),
    *("12.50\n", "100000000000.01", "9" * 400),
)
"""Nothing here may be taken for an amount 100 or 1000 times as large or small."""


RIGHT_THERE = {
    "settle what-if": {"-506.91", "0", "0.00"},
    "settle decide": {"0", "0.00"},
    "settle capacity": {"0", "0.00"},
}
"""A profit may be nothing or a loss, a college may reclaim nothing, and income may be nothing."""


class Door(NamedTuple):
    """An option of a command, and what it takes."""

    command: str
    option: str
    takes: str


def doors(command: click.Command, path: str = "") -> Iterator[Door]:
    """Every option that takes a day or an amount.

    A command of two groups is one door, and so are commands that one function makes.
    """
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            if below in (DECISIONS if path == "decide" else ()) or below in LIFE_DECISIONS[1:]:
                continue
            yield from doors(below, f"{path} {name}".strip())
        return
    for option in command.params:
        if isinstance(option, click.Option) and option.metavar in {"DAY", "WHEN", "AMOUNT"}:
            yield Door(path, option.opts[0], option.metavar)


ALL_DOORS = [*doors(aflos), Door("nightly", "--date", "DAY")]
DAYS = [door for door in ALL_DOORS if door.takes != "AMOUNT"]
AMOUNTS = [door for door in ALL_DOORS if door.takes == "AMOUNT"]


@pytest.fixture
def desk(sqlite_database: Engine, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """A database with a loan that is paid out, a payment on it and an objection against it."""
    open_paying_loan(sqlite_url, tmp_path, monkeypatch)
    return sqlite_database


@pytest.fixture(scope="module")
def refusing_desk(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The same for commands that are refused and keep nothing."""
    folder = tmp_path_factory.mktemp("desk")
    url = f"sqlite:///{shutil.copy(sqlite_template, folder / 'aflos.db')}"
    with pytest.MonkeyPatch.context() as patch:
        open_paying_loan(url, folder, patch)
        engine = open_database(url)
        open_letters(engine)
        yield engine
        engine.dispose()


def open_paying_loan(url: str, folder: Path, patch: pytest.MonkeyPatch) -> None:
    open_loan(url, folder, patch)
    assert run("payment", "add", LOAN, "--amount", "1.00", "--on", "2025-02-01", "--reference", "a").code == 0
    assert run("event", "objection", LOAN, "--on", "2025-02-01", "--document", "D").code == 0


def open_letters(engine: Engine) -> None:
    """Letter 1 was handed over, letter 2 waits."""
    first, _ = propose(engine, "sent", "waits")
    with writing(engine) as connection:
        by, day = recorded(connection, "clerk"), at("2025-02-10")
        letters = letters_by_number(connection, [first])
        add_steps(connection, {first: Step("handed-over", 0, day, "", "clerk")}, letters, by)
        add_sent(connection, [Sent(first, 0, day, None, "", "post")], by)


def some_of(values: tuple[str, ...], door: Door) -> tuple[str, ...]:
    """A third of the wrong values, another for the next door: all doors read them by the same few functions."""
    return values[ALL_DOORS.index(door) % 3 :: 3]


def through(door: Door, value: str, folder: Path) -> Done:
    """Call the command of a door with a value for its option."""
    places = {"FOLDER": folder, "FILE": folder / "receipts.csv", "CASE": ROOT / "docs/examples/settle.json"}
    (folder / "receipts.csv").write_text("loan;date;gross;costs;costs_of;reference\n")
    words = [str(places.get(word, word)) for word in DOORS[door.command]]
    if door.option in words:
        at_option = words.index(door.option)
        del words[at_option : at_option + 2]
    return run(*door.command.split(), *words, door.option, value)


def held(engine: Engine) -> list[int]:
    """How much the database holds."""
    with reading(engine) as connection:
        tables = (debtor, debtor_particulars, loan, fact, journal)
        return [connection.execute(select(func.count()).select_from(table)).scalar_one() for table in tables]


def test_every_door_is_in_the_list() -> None:
    assert {door.command for door in ALL_DOORS} == set(DOORS)


@pytest.mark.parametrize("door", DAYS, ids=lambda door: f"{door.command} {door.option}")
def test_b8_an_absurd_day_is_refused_at_every_door(refusing_desk: Engine, door: Door, tmp_path: Path) -> None:
    folder = write_csv(tmp_path / "files", PAID_OUT)
    before = held(refusing_desk)
    for day in some_of(ABSURD_DAYS, door):
        done = through(door, day, folder)
        assert (done.code, done.out) == (2, ""), repr(day)
        assert any(word in done.err for word in ("day", "date", "lies", "must lie")), done.err
    assert held(refusing_desk) == before


def test_b8_a_payment_of_a_day_to_come_waits_for_it(database: Engine) -> None:
    begin_on(database, at("2024-01-01"))
    coming = new_loan(database, PLAIN_TERMS)
    tell(database, at("2024-01-10"), paid(coming, "2024-01-20", 50_691))
    close_until(database, at("2024-01-19"))
    assert EntryKind.PAYMENT not in {row[2] for row in journal_rows(database)}
    close_until(database, at("2024-01-20"))
    assert {row[0] for row in journal_rows(database) if row[2] == EntryKind.PAYMENT} == {20240120}


@pytest.mark.parametrize("door", AMOUNTS, ids=lambda door: f"{door.command} {door.option}")
def test_i8_an_amount_that_is_not_plain_is_refused_at_every_door(
    refusing_desk: Engine, door: Door, tmp_path: Path
) -> None:
    before = held(refusing_desk)
    for amount in some_of(WRONG_AMOUNTS, door):
        if amount in RIGHT_THERE.get(door.command, ()):
            continue
        done = through(door, amount, tmp_path)
        assert (done.code, done.out) == (2, ""), repr(amount)
    assert held(refusing_desk) == before


RIGHT = {"506,91": 50_691, "506.91": 50_691, "1234": 123_400, "12,5": 1_250, " 12.50": 1_250}
"""What a file of payments may hold besides: a decimal comma, as Dutch spreadsheets write it."""


@pytest.mark.parametrize("written", sorted({*WRONG_AMOUNTS, *RIGHT} - {"", "1234,56", "12.50\n"}))
def test_i8_an_amount_in_a_file_of_payments_is_read_right_or_refused(
    desk: Engine, written: str, tmp_path: Path
) -> None:
    file = tmp_path / "receipts.csv"
    file.write_text(f"loan;date;amount;reference\n{LOAN};2025-03-01;{written};b\n", encoding="utf-8")
    before = held(desk)
    done = run("payment", "import", str(file))
    if written in RIGHT:
        assert done.code == 0, done.err
        with reading(desk) as connection:
            assert (
                connection.execute(select(fact.c.cents).where(fact.c.key == "b")).scalar() == RIGHT[written]
            )
    else:
        assert (done.code, done.out) == (2, "")
        assert held(desk) == before


# SQL.

INJECTED = (
    "' OR 1=1 --",
    "1 OR 1=1",
    "1; DROP TABLE loan",
    '" OR ""="',
    "%",
    "_",
    "\\'; DELETE FROM fact; --",
)


@pytest.mark.parametrize("text", INJECTED)
def test_h11_what_is_typed_is_never_sql(
    database: Engine, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    open_loan(database_url, tmp_path, monkeypatch)
    before = held(database)
    named = (
        ("loan", "show"),
        ("payment", "list"),
        ("statement",),
        ("debtor", "show"),
        ("loan", "list", "--state"),
    )
    for words in named:
        done = run(*words, text)
        assert (done.code, done.out) == (2, ""), words
    assert run("debtor", "list", "--search", text, "--json").json == []
    assert run("payment", "reverse", LOAN, text, "--on", "2025-02-20").code == 2
    assert held(database) == before


# Encodings.

SHEET = "xl/worksheets/sheet1.xml"

BROKEN: dict[str, Callable[[str], bytes]] = {
    "latin-1": lambda text: text.replace("#", "é").encode("latin-1"),
    "utf-16": lambda text: text.encode("utf-16"),
    "utf-16 without a mark": lambda text: text.encode("utf-16-be"),
    "utf-32": lambda text: text.encode("utf-32"),
    "half a letter": lambda text: text.replace("#", "é").encode().replace(b"\xc3\xa9", b"\xc3"),
    "a surrogate": lambda text: text.replace("#", "\ud800").encode("utf-8", "surrogatepass"),
    "nul": lambda text: text.replace("#", "\0").encode(),
}
"""Ways in which bytes are no UTF-8 text; # marks where the odd letter goes."""

Broken = Callable[[str], bytes]
every_broken = pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)


@every_broken
def test_h5_a_file_of_payments_in_another_encoding_is_refused_whole(
    database: Engine, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: Broken
) -> None:
    open_loan(database_url, tmp_path, monkeypatch)
    lines = (f"{LOAN};2025-03-01;1.00;good", f"{LOAN};2025-03-01;2.00;Ren#e", "A#;2025-03-01;3.00;c")
    file = tmp_path / "receipts.csv"
    file.write_bytes(broken("\n".join(("loan;date;amount;reference", *lines, ""))))
    before = held(database)
    done = run("payment", "import", str(file))
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"{file}")
    assert held(database) == before


def test_h5_a_file_of_payments_may_begin_with_a_mark(desk: Engine, tmp_path: Path) -> None:
    file = tmp_path / "receipts.csv"
    text = f"loan;date;amount;reference\n{LOAN};2025-03-01;1.00;Renée\n"
    file.write_bytes(codecs.BOM_UTF8 + text.encode())
    assert run("payment", "import", str(file)).code == 0
    assert "Renée" in run("payment", "list", LOAN).out


@every_broken
def test_h5_a_decision_in_another_encoding_is_refused(desk: Engine, tmp_path: Path, broken: Broken) -> None:
    file = tmp_path / "decision.json"
    file.write_bytes(broken('{"creditor": "almere", "purpose": "b#s"}'))
    done = run("loan", "add", "--input", str(file))
    assert (done.code, done.out) == (2, "")


def test_h5_a_nul_in_a_number_is_refused_by_either_database(
    database: Engine, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_loan(database_url, tmp_path, monkeypatch)
    given = {key.removeprefix("--").replace("-", "_"): value for key, value in GRANTED.items()}
    terms = {key: given.pop(key) for key in ("principal", "start", "instalments")}
    del given["debtor"]
    file = tmp_path / "decision.json"
    file.write_text(
        json.dumps({**given, "decision": "B-9", "debtors": ["1\0"], "terms": terms}), encoding="utf-8"
    )
    done = run("loan", "add", "--input", str(file))
    assert (done.code, "holds the invisible character U+0000" in done.err) == (2, True), done.err


@every_broken
def test_h5_configuration_in_another_encoding_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: Broken
) -> None:
    text = 'jobs: {close_nights: {at: ["01:30"], reason: "an#"}}'
    (tmp_path / "timetable.yaml").write_bytes(broken(text))
    monkeypatch.setenv("AFLOS_CONFIG", str(tmp_path))
    with pytest.raises(Misconfigured, match=r"timetable\.yaml"):
        timetable()


@every_broken
def test_h5_keys_in_another_encoding_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: Broken
) -> None:
    file = tmp_path / "keys"
    file.touch(mode=0o600)
    file.write_bytes(broken(f"# of the # office\n1:{'A' * 43}=\n"))
    monkeypatch.setenv("AFLOS_KEY_FILE", str(file))
    with pytest.raises(Misconfigured, match="keys"):
        key_ring()


@pytest.mark.parametrize("encoding", ["iso-8859-1", "utf-16"])
def test_h5_a_workbook_is_read_as_it_declares_itself(tmp_path: Path, encoding: str) -> None:
    path = write_xlsx(tmp_path / "debtors.xlsx", {"debtors": [DEBTOR | {"name": "Renée"}]})
    header = f'<?xml version="1.0" encoding="{encoding}"?>'
    changed(path, SHEET, lambda text: (header + text.decode().replace("&#233;", "é")).encode(encoding))
    found = [
        cells for _, records in sheets_of(path.read_bytes(), named_as_table=True) for _, cells in records
    ]
    assert found[1][1] == "Renée"


def test_h5_a_workbook_that_lies_about_its_encoding_is_refused(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "debtors.xlsx", {"debtors": [DEBTOR | {"name": "Renée"}]})
    raw = b"\xe9"  # openpyxl writes the letter as a reference or in UTF-8, by the XML library it finds
    changed(path, SHEET, lambda text: text.replace(b"&#233;", raw).replace("é".encode(), raw))
    with pytest.raises(BadInput, match=r"debtors\.xlsx"):
        bring(None, tmp_path, dry_run=True)
