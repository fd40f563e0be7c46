"""What leaves the program: no text becomes a formula, steers a terminal or a log, or shows a BSN (faults H8-H16)."""

from __future__ import annotations

import ast
import csv
import io
import json
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from freezegun import freeze_time
from openpyxl import load_workbook  # type: ignore[import-untyped]
from sqlalchemy import Connection, Engine, insert, select

from backoffice.cli.life_decisions import MADE
from backoffice.cli.main import aflos
from backoffice.portfolio.columns import TABLE_NAMES, Language, TableName, tables
from backoffice.portfolio.templates import LANGUAGES, csv_template, xlsx_template
from jobs.scheduler import Service, look_again
from jobs.tables import quarantine
from ledger.database import reading, writing
from servicing.debtors.values import without_bsn
from servicing.decisions.proposal import Proposed
from servicing.decisions.store import add_decision
from servicing.facts import Draft, FactKind
from servicing.store import Loan, Recorded, add_loan, record
from servicing.tables import debtor, debtor_particulars, reading_log
from tests.command import started
from tests.desk import LOAN, Done, add_debtor, good, open_desk, run
from tests.hostile_line import add_line
from tests.house.source import PROGRAM, Source, repository
from tests.nights import ARREARS_LIMITS, PLAIN_TERMS, at, begin_on, close_until

BSN = "999990019"
STEERING = "\x1b]0;owned\x07\x1b[2J\u202e\u200b\x9b31m\x7f\n"
"""Title and colour of a terminal, its screen wiped, a text turned round, a letter nobody sees, another line."""

HOSTILE = f"Zweven{STEERING}de"
SEEN = "Zweven]0;owned[2J31mde"

BY = Recorded(HOSTILE, at("2024-01-01"), "2024-01-01T00:00:00+00:00")

PRINTING: tuple[tuple[str, ...], ...] = (
    ("letters", "list"),
    ("bank", "clearing"),
    ("bank", "collect", "list"),
    ("bank", "inbox"),
    ("bank", "mandate", "list", LOAN),
    ("bank", "refunds", "list", "--creditor", "almere"),
    ("bank", "unmatched"),
    ("bank", "lines", "--loan", LOAN),
    ("bank", "show", "1"),
    ("decide", "list"),
    ("decide", "show", "1"),
    ("debtor", "list"),
    ("debtor", "show", "1"),
    ("explain", f"{LOAN}:2024-01-01:disbursement:1"),
    ("loan", "blocks", LOAN),
    ("loan", "list"),
    ("loan", "show", LOAN),
    ("nightly", "--date", "2024-01-01"),
    ("payment", "list", LOAN),
    ("period", "list"),
    ("statement", LOAN),
    ("status",),
    ("worklist",),
    ("verify",),
)
"""Every command that prints what the database holds."""

SILENT = {
    *("demo", "scheduler", "schedule", "simulate", "db upgrade"),
    *("import advances", "import compare", "import lift-quiet"),
    *(
        f"settle {name}"
        for name in (
            "approve",
            "capacity",
            "decide",
            "figures",
            "list",
            "propose",
            "show",
            "step",
            "withdraw",
        )
    ),
    *("import portfolio", "import templates", "payment import", "payment add", "payment reverse"),
    *("debtor add", "debtor bsn", "debtor key", "debtor move", "period close"),
    *("approve", "period reopen", "decide handed-over", "decide take-back", "decide receipts-withdrawal"),
    *(f"decide {name}" for name in ("cost", "defer", "early-repayment", "instalment", "rate")),
    *(f"decide {made.name}" for made in MADE),
    *(
        "decide credit-refund",
        "decide manual-entry",
        "decide reschedule",
        "decide rest-waiver",
        "decide withdraw",
        "decide unblock",
        "event",
        "hold",
        "promise",
    ),
    *("bank mandate add", "bank mandate end", "bank collect propose", "bank collect release"),
    *("bank refunds file", "bank refunds propose", "bank refunds release"),
    *(
        "bank collect cancel",
        "bank collect file",
        "bank import",
        "bank match",
        "bank park",
        "bank refund",
        "bank rematch",
        "bank split",
        "bank strike",
    ),
    *(
        "dunning announced",
        "dunning bailiff",
        "dunning bailiff-file",
        "dunning bailiff-list",
        "dunning bailiff-recall",
        "dunning costs",
        "dunning handed-over",
        "dunning list",
        "dunning why",
    ),
    *(f"review {name}" for name in ("count", "done", "list", "open", "step")),
    *(f"report {name}" for name in ("account", "gross-up", "state", "trial-balance", "yearly")),
    *(f"worklist {name}" for name in ("assign", "done", "move")),
    *(f"letters {name}" for name in ("exclude", "preview", "print", "propose", "release", "returned")),
    *("letters gallery", "letters make", "letters show", "letters withdraw", "letters write"),
    *("loan securities", "debtor merge", "decide liability", "import receipts", "settle what-if"),
    *("loan group", "loan limitation", "loan payoff", "loan scheme"),
    *("loan statutory-interest", "loan wage-tax"),
    *("law check", "law list", "law policy", "law show"),
    *(f"loan {name}" for name in ("add", "cost", "defer", "disburse", "early-repayment", "instalment")),
    *(f"loan {name}" for name in ("rate", "reschedule", "withdraw")),
}
"""Commands that print numbers, days and amounts, what they were given, or what the configuration holds."""


@pytest.fixture
def nights(
    sqlite_database: Engine, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Engine:
    """A loan of which every free text steers a terminal, put past every door into the database."""
    open_desk(sqlite_url, tmp_path, monkeypatch)
    begin_on(sqlite_database, at("2024-01-01"))
    with writing(sqlite_database) as connection:
        add_person(connection, "Jansen")
        loan, other = (add_loan(connection, heading(number), [1], BY, HOSTILE) for number in "12")
        drafts = [
            Draft(loan, FactKind.GRANT, BY.known_on, HOSTILE, data=PLAIN_TERMS, source=HOSTILE),
            Draft(loan, FactKind.DISBURSEMENT, BY.known_on, HOSTILE, 2_500_000, source=HOSTILE),
            Draft(loan, FactKind.PAYMENT, at("2024-01-02"), HOSTILE, 100, source=HOSTILE),
            Draft(loan, FactKind.DISPUTE, at("2024-01-02"), HOSTILE, source=HOSTILE),
            Draft(loan, FactKind.MANDATE, BY.known_on, HOSTILE, data={"iban": HOSTILE, "name": HOSTILE}),
        ]
        record(connection, drafts, BY)
        add_decision(connection, Proposed("rate", loan, HOSTILE, BY.known_on, document=HOSTILE), 1, 2, BY)
    close_until(sqlite_database, at("2024-01-02"))
    with writing(sqlite_database) as connection:
        connection.execute(insert(quarantine).values(loan=other, since=20240102, step=HOSTILE, error=HOSTILE))
    return sqlite_database


@pytest.fixture
def books(nights: Engine) -> Engine:
    """The same with a bank line, which no night has seen."""
    with writing(nights) as connection:
        add_line(connection, int(LOAN), HOSTILE)
    return nights


def add_person(connection: Connection, name: str) -> None:
    """A debtor with these particulars, whatever the doors say."""
    stamp = {"actor": HOSTILE, "source": HOSTILE, "recorded_at": BY.at}
    address = dict.fromkeys(("street", "house_number", "postcode", "city"), "")
    since = {"value_date": 20240101, "known_on": 20240101, "country": "NL", "language": "nl"}
    connection.execute(insert(debtor).values(id=1, external=HOSTILE, **stamp))
    row = {"debtor_id": 1, "name": name, **address, **since, **stamp}
    connection.execute(insert(debtor_particulars).values(**row))


def heading(number: str) -> Loan:
    day = BY.known_on
    return Loan(0, 1, "bbz_business_capital", HOSTILE + number, HOSTILE, day, day, "from-2020")


def steering(text: str) -> set[str]:
    """The characters in a text that steer a terminal, a page or a reader's eye."""
    unseen = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    return {letter for letter in text if unicodedata.category(letter) in unseen} - {"\n"}


@pytest.mark.parametrize("words", PRINTING, ids=lambda words: " ".join(words[:2]))
@pytest.mark.parametrize("form", ["page", "json"])
def test_h14_no_command_passes_on_what_steers_a_terminal(
    books: Engine, words: tuple[str, ...], form: str
) -> None:
    done = run(*words, *(["--json"] if form == "json" else []))
    assert done.code in {0, 3, 5}, done.err
    assert steering(done.out + done.err) == set()


@pytest.mark.parametrize(
    "words",
    [
        words
        for words in PRINTING
        if words[0] not in {"bank", "explain", "letters", "nightly", "period", "verify"}
    ],
    ids=" ".join,
)
def test_h14_what_can_be_seen_of_a_text_is_printed(books: Engine, words: tuple[str, ...]) -> None:
    if words[0] != "statement":  # which prints no free text
        assert SEEN in run(*words).out


def test_h14_json_gives_a_text_back_as_it_is(books: Engine) -> None:
    assert good("debtor", "show", "1")["external"] == HOSTILE
    status = run("status", "--json")
    assert status.json["quarantine"][0]["error"] == HOSTILE


@pytest.mark.parametrize("words", [("debtor", "list"), ("debtor", "show", "1")], ids=" ".join)
def test_h14_a_name_that_came_past_the_doors_is_not_read(
    sqlite_database: Engine,
    sqlite_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
) -> None:
    open_desk(sqlite_url, tmp_path, monkeypatch)
    with writing(sqlite_database) as connection:
        add_person(connection, HOSTILE)
    done = run(*words)
    assert (done.code, done.out) == (2, "")
    assert done.err == "name: holds the invisible character U+001B: must be plain text"


def test_h14_csv_for_a_spreadsheet_is_as_harmless(books: Engine) -> None:
    done = run("statement", LOAN, "--to", "2024-01-02", "--format", "csv")
    assert steering(done.out) <= {"\r"}
    assert len(list(csv.DictReader(io.StringIO(done.out)))) == 3


def test_h14_an_error_steers_nothing(books: Engine, tmp_path: Path) -> None:
    for words in (("debtor", "show", f"{HOSTILE}2"), ("payment", "import", str(tmp_path / HOSTILE))):
        told = started(*words)
        assert (told.returncode, told.stdout) == (2, "")
        assert told.stderr.startswith("aflos: ")
        assert steering(told.stderr) == set()


def test_h14_every_command_is_in_one_of_the_lists() -> None:
    started = {" ".join(words[:count]) for words in PRINTING for count in (1, 2, 3)}
    printing = set(leaves(aflos)) & started
    assert printing | SILENT == set(leaves(aflos))
    assert printing & SILENT == set()


def leaves(command: click.Command, path: str = "") -> Iterator[str]:
    """Every command that is no group, by its words."""
    if not isinstance(command, click.Group):
        yield path
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        below = command.get_command(context, name)
        assert below is not None
        yield from leaves(below, f"{path} {name}".strip())


# Formulas.


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", TABLE_NAMES)
def test_h8_no_cell_we_write_is_a_formula(name: TableName, language: Language) -> None:
    book = load_workbook(io.BytesIO(xlsx_template(tables()[name], language)))
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
    lines = csv_template(tables()[name], language).decode("utf-8-sig").splitlines()
    texts = [text for row in csv.reader(lines, delimiter=";") for text in row]
    assert not [text for text in texts if text.startswith(tuple("=+-@\t\r"))]


def test_h8_csv_and_workbooks_are_written_in_known_places_only() -> None:
    """Another place that writes one gets its own test here."""
    code = [each for each in repository() if each.package in PROGRAM and each.path.endswith(".py")]
    csv_writers = {each.path for each in code if calls(each) & {"csv.writer", "csv.DictWriter"}}
    workbook_writers = {each.path for each in code if calls(each) & {"Workbook", "openpyxl.Workbook"}}
    templates = "backoffice/portfolio/templates.py"
    assert (csv_writers, workbook_writers) == ({templates, "reports/csv_text.py"}, {templates})


def calls(source: Source) -> set[str]:
    return {ast.unparse(node.func) for node in source.nodes if isinstance(node, ast.Call)}


# Logs.


def test_h12_a_log_line_is_one_line_whatever_stands_in_it() -> None:
    lines: list[str] = []
    Service(None, lines.append, ()).log("failed", error=HOSTILE)  # type: ignore[arg-type]
    (line,) = lines
    assert (line.isascii(), line.isprintable(), json.loads(line)["error"]) == (True, True, HOSTILE)


def test_h12_the_log_of_a_night_holds_no_text_about_people(nights: Engine) -> None:
    lines: list[str] = []
    with freeze_time("2024-01-04 01:30:00"):
        look_again(Service(nights, lines.append, ARREARS_LIMITS))
    assert [json.loads(line)["event"] for line in lines] == ["woke_up", "closed", "up_to_date"]
    assert not [line for line in lines if "Zweven" in line]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (BSN, "*****0019"),
        (f"letter about {BSN}, urgent", "letter about *****0019, urgent"),
        ("999990018 is no BSN", "999990018 is no BSN"),
        (f"1{BSN}", f"1{BSN}"),
    ],
)
def test_h12_a_bsn_is_masked(text: str, told: str) -> None:
    assert without_bsn(text) == told


def test_h12_a_bsn_somebody_searches_for_is_in_no_error_and_no_log(
    sqlite_database: Engine, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_desk(sqlite_url, tmp_path, monkeypatch)
    add_debtor("Jansen", "--bsn", given=BSN)
    receipts = tmp_path / "receipts.csv"
    receipts.write_text(f"loan;date;amount;reference\n{BSN};2025-01-01;1.00;a\n", encoding="utf-8")
    done: list[Done] = [
        run("debtor", "list", "--search", BSN),
        run("debtor", "show", "1", "--reason", f"asked with {BSN}"),
        run("debtor", "show", BSN),
        run("loan", "show", BSN),
        run("payment", "import", str(receipts)),
    ]
    assert [one.code for one in done] == [0, 0, 2, 2, 2]
    assert all("*****0019" in one.err for one in done[2:])
    with reading(sqlite_database) as connection:
        reasons = list(connection.execute(select(reading_log.c.reason).order_by(reading_log.c.id)).scalars())
    assert reasons == ["*****0019", "asked with *****0019"]


def test_h12_a_loan_number_that_looks_like_a_bsn_is_told_as_it_is(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_desk(sqlite_url, tmp_path, monkeypatch)
    for number in range(100_000_001, 100_000_030):
        assert str(number) in run("loan", "show", str(number)).err


@pytest.mark.parametrize(
    "words", [("debtor", "list"), ("debtor", "show", "1"), ("statement", LOAN)], ids=" ".join
)
def test_j8_what_cannot_be_logged_is_not_shown(books: Engine, words: tuple[str, ...]) -> None:
    with writing(books) as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER no_log BEFORE INSERT ON reading_log BEGIN SELECT RAISE(ABORT, 'the log is full'); END"
        )
    done = CliRunner().invoke(aflos, words)
    assert "the log is full" in str(done.exception)
    assert done.stdout == ""


# Pickles.


def test_h16_nothing_is_unpickled() -> None:
    code = [
        each
        for each in repository()
        if each.package in PROGRAM | {"migrations"} and each.path.endswith(".py")
    ]
    assert {each.package for each in code} == PROGRAM | {"migrations"}
    for each in code:
        names = {part for node in each.nodes for part in imported(node)}
        assert not names & {"pickle", "marshal", "shelve", "dill"}, each.path
        assert "jobstores" not in each.text, each.path


def imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) else []
