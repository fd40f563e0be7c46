"""One debtor with a loan at Almere and one at Lelystad: nothing crosses from one municipality to the other.

A story of two months, told once: money with each reference, with none and on the account of the wrong one; reminders
and an aanmaning with its fee; money that goes back; what each sees, reports and sends outside.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from freezegun import freeze_time
from freezegun.api import FrozenDateTimeFactory
from sqlalchemy import Engine

from bank.reference import reference_of
from tests.bank_account import ALMERE, Account, Real, paying, write
from tests.bank_desk import differences, money
from tests.desk import Done, add_debtor, add_loan, good, open_desk
from tests.letter_reading import codes, read
from tests.nights import at, begin_on, close_until
from tests.offices import by, good_by, open_office

START, DUE = "2025-10-20", "2025-11-20"
"""The day both were paid out, and the day the first instalment of both falls due."""

LELYSTAD, PAYER = "NL87TEST0340000003", "NL60TEST0340000004"
ADDRESS = (
    "--street",
    "Zuiderzeestraat",
    "--house-number",
    "3",
    "--postcode",
    "3891 AB",
    "--city",
    "Zeewolde",
)
HEADING = "loan;date;gross;costs;costs_of;reference\n"
FEES = """
choices:
  fee.charge:
    2020-01-01: {value: "all", source: "Beleidsregel art. 2"}
"""


@dataclass
class Municipality:
    """One of the two: its loan, its account at the bank, who works there and who decides."""

    code: str
    loan: str
    clerk: str
    decider: str
    account: Account
    folder: Path
    statements: int = 0

    @property
    def college(self) -> str:
        """Who it is on paper; the office itself lies in Lelystad, whoever it writes for."""
        return f"namens de gemeente {self.code.capitalize()}"

    def does(self, *words: str) -> Done:
        return by(self.clerk, *words)

    def did(self, *words: str) -> Any:  # noqa: ANN401 - any JSON
        return good_by(self.clerk, *words)

    def decided(self, *words: str) -> Any:  # noqa: ANN401 - any JSON
        return good_by(self.decider, *words, "--creditor", self.code)

    def hears(self, day: str, *lines: Real) -> int:
        """The statement of a day of its bank; how many of its lines found what they are for."""
        first, self.statements = len(self.account.lines), self.statements + 1
        self.account.lines.extend(lines)
        text = self.account.statement(first, opened=at(day), closed=at(day), number=self.statements)
        file = write(self.folder, f"{self.code}-{day}.xml", text)
        (done,) = self.did("bank", "import", str(file))
        return int(done["matched"])

    def received(self, engine: Engine) -> list[tuple[str, int]]:
        """The payments on its loan, with the day from which they count."""
        return [(fact.value_date.isoformat(), fact.cents) for fact in money(engine, int(self.loan))]

    def letters(self) -> Any:  # noqa: ANN401 - any JSON
        """Its letters that are proposed."""
        return self.did("letters", "list", "--state", "proposed")["letters"]

    def page(self, number: int) -> bytes:
        """A letter as it is printed."""
        return Path(
            self.did("letters", "preview", str(number), "--to", str(self.folder))["file"]
        ).read_bytes()

    def sends(self) -> None:
        """All its letters that are proposed, released by another person and printed."""
        run = self.did("letters", "propose", "--creditor", self.code, "--all")
        totals = ("--number", str(run["number"]), "--total", run["total"])
        good_by("manager", "letters", "release", str(run["run"]), *totals)
        self.did("letters", "print", str(run["run"]), "--to", str(self.folder))

    def pays_back(self, row: Any) -> str:  # noqa: ANN401 - any JSON
        """The file with which one approved payment leaves its account."""
        good_by("manager", "approve", str(row["decision"]))
        totals = ("--number", "1", "--total", row["amount"])
        run = str(self.decided("bank", "refunds", "release", *totals)["run"])
        content = Path(self.did("bank", "refunds", "file", run, "--to", str(self.folder))["file"]).read_text()
        assert f"<DbtrAcct><Id><IBAN>{self.account.iban}</IBAN>" in re.sub(r"\s", "", content)
        assert f"<IBAN>{row['iban']}</IBAN>" in content
        return content


class Story(NamedTuple):
    """The books, the day it is, and the two municipalities."""

    engine: Engine
    clock: FrozenDateTimeFactory
    almere: Municipality
    lelystad: Municipality

    @property
    def ways(self) -> tuple[tuple[Municipality, Municipality], ...]:
        """Each with the other, which is to be no part of it."""
        return (self.almere, self.lelystad), (self.lelystad, self.almere)

    def noon(self, day: str) -> None:
        self.clock.move_to(f"{day} 12:00:00")

    def nights(self, day: str) -> None:
        """Every night up to a day, closed on the morning after."""
        self.clock.move_to(f"{at(day) + timedelta(days=1)} 06:00:00")
        close_until(self.engine, at(day))


@contextmanager
def told(engine: Engine, url: str, folder: Path, patch: pytest.MonkeyPatch) -> Iterator[Story]:
    """S. Jansen borrowed 25,000.00 from Almere and 6,000.00 from Lelystad; Almere charges a fee for an aanmaning."""
    open_desk(url, folder, patch)
    begin_on(engine, at(DUE))
    granted = (("almere", "100000001", "25000.00", "60"), ("lelystad", "300000001", "6000.00", "24"))
    first, second = Account(ALMERE, opened=at(START)), Account(LELYSTAD, opened=at(START))
    almere = Municipality("almere", "100000001", "clerk", "approver", first, folder)
    lelystad = Municipality("lelystad", "300000001", "lelystad", "lelystad", second, folder)
    with freeze_time(f"{DUE} 08:00:00") as clock:
        assert isinstance(clock, FrozenDateTimeFactory)
        assert add_debtor("S. Jansen", *ADDRESS).code == 0
        for code, loan, principal, count in granted:
            terms = {"creditor": code, "principal": principal, "instalments": count}
            assert add_loan(**terms, start=START, decision_date=START).code == 0
            good("loan", "disburse", loan, "--amount", principal, "--on", START)
        open_office(folder, patch, FEES)
        yield Story(engine, clock, almere, lelystad)


def test_p17_nothing_crosses_from_one_municipality_to_the_other(
    sqlite_database: Engine, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with told(sqlite_database, sqlite_url, tmp_path, monkeypatch) as story:
        _it_comes_to_pass(story)
    assert differences(sqlite_database) == []


def _it_comes_to_pass(story: Story) -> None:
    story.nights(DUE)
    _each_reference_pays_its_own_loan(story)
    _without_a_reference_only_loans_of_the_account_are_candidates(story)
    _on_the_wrong_account_it_waits_and_is_forwarded_with_its_first_day(story)
    _each_asks_for_its_own_on_its_own_paper(story)
    _a_fee_of_one_is_no_debt_to_the_other(story)
    _credit_at_one_goes_back_although_the_other_is_owed(story)
    _each_sees_and_reports_its_own(story)
    _what_leaves_the_office_is_of_one(story)


def _each_reference_pays_its_own_loan(story: Story) -> None:
    engine, _, almere, lelystad = story
    day = "2025-11-21"
    story.noon(day)
    assert almere.hears(day, paying(int(almere.loan), at(day), 100_00, "A1", iban=PAYER)) == 1
    assert lelystad.hears(day, paying(int(lelystad.loan), at(day), 60_00, "L1", iban=PAYER)) == 1
    assert (almere.received(engine), lelystad.received(engine)) == ([(day, 100_00)], [(day, 60_00)])


def _without_a_reference_only_loans_of_the_account_are_candidates(story: Story) -> None:
    """Its words name the loan of Lelystad: Almere is shown its own loan and no other, Lelystad sees nothing of it."""
    _, _, almere, lelystad = story
    day = "2025-11-24"
    story.noon(day)
    line = Real(at(day), 100_00, "A2", text=f"lening {lelystad.loan}", iban=PAYER)
    assert almere.hears(day, line) + lelystad.hears(day) == 0
    (waits,) = almere.did("bank", "unmatched")
    assert [str(one["loan"]) for one in waits["candidates"]] == [almere.loan]
    assert lelystad.did("bank", "unmatched") == []
    for who, loan in ((almere, lelystad.loan), (lelystad, lelystad.loan), (lelystad, almere.loan)):
        assert who.does("bank", "match", "3", loan, "--reason", "it says so").code == 2
    assert lelystad.does("bank", "refund", "3", "--reason", "it is ours").code == 2
    almere.did("bank", "park", "3", "--to-forward", "lelystad", "--reason", "the debtor says so")


def _on_the_wrong_account_it_waits_and_is_forwarded_with_its_first_day(story: Story) -> None:
    """What names its loan pays it from the day it first came in; what names none waits for a person there too."""
    engine, _, almere, lelystad = story
    came, went = "2025-11-25", "2025-11-26"
    story.noon(came)
    lelystad.hears(came, paying(int(almere.loan), at(came), 50_00, "L2", iban=PAYER))
    almere.hears(came)
    assert (len(almere.received(engine)), len(lelystad.received(engine))) == (1, 1)
    story.noon(went)
    there, here = _forwarded(almere, lelystad, "100.00"), _forwarded(lelystad, almere, "50.00")
    out, back = Real(at(went), -100_00, "A3", end_to_end=there), Real(at(went), 50_00, "A4", end_to_end=here)
    assert almere.hears(went, out, back) == 2
    out, back = Real(at(went), -50_00, "L3", end_to_end=here), Real(at(went), 100_00, "L4", end_to_end=there)
    assert lelystad.hears(went, out, back) == 1
    (waits,) = lelystad.did("bank", "unmatched")
    assert waits["reason"] == "almere forwarded it, with whom it came in on 2025-11-24: the loan is not known"
    lelystad.did("bank", "match", str(waits["line"]), lelystad.loan, "--reason", "forwarded by Almere")
    assert almere.received(engine) == [("2025-11-21", 100_00), ("2025-11-25", 50_00)]
    assert lelystad.received(engine) == [("2025-11-21", 60_00), ("2025-11-24", 100_00)]


def _forwarded(one: Municipality, other: Municipality, amount: str) -> str:
    """An approved payment from one account to the other; the name by which it is known there."""
    assert other.does("bank", "refunds", "propose", "--creditor", one.code).code == 2
    (row,) = one.decided("bank", "refunds", "propose")
    assert (row["forward_to"], row["iban"], row["amount"]) == (other.code, other.account.iban, amount)
    (name,) = re.findall("<EndToEndId>(.+?)</EndToEndId>", one.pays_back(row))
    return str(name)


def _each_asks_for_its_own_on_its_own_paper(story: Story) -> None:
    for day in ("2025-11-27", "2025-11-28"):
        story.nights((at(day) - timedelta(days=1)).isoformat())
        story.noon(day)
        for one, _ in story.ways:
            one.hears(day)
    for one, other in story.ways:
        assert {letter["kind"] for letter in one.letters()} == {"welcome", "reminder"}
        for letter in one.letters()[1:]:
            assert letter["loans"] == [int(one.loan)]
            page = one.page(letter["letter"])
            _speaks_of(one, read(page), other)
            assert one.account.iban in "".join(codes(page))
            wrong = ("letters", "propose", "--creditor", other.code, "--letter", str(letter["letter"]))
            assert by("manager", *wrong).code == 2
        one.sends()


def _speaks_of(one: Municipality, text: str, other: Municipality) -> None:
    """A text names what is one's and nothing that is the other's; a number may be written in groups."""
    packed = text.replace(" ", "")
    for known, is_there in ((one, True), (other, False)):
        for words in (known.loan, known.account.iban, reference_of(int(known.loan)), known.college):
            assert (words.replace(" ", "") in packed) is is_there, (words, text)


def _a_fee_of_one_is_no_debt_to_the_other(story: Story) -> None:
    """Both send an aanmaning; Almere charges for it, Lelystad does not."""
    called, due, sent = "2025-12-04", "2025-12-11", "2025-12-12"
    story.noon(called)
    for one, _ in story.ways:
        one.did("event", "contact", one.loan, "--on", called, "--document", "T-1", "--text", "no answer")
    story.noon(due)
    for one, _ in story.ways:
        one.hears(due)
    story.nights(due)
    story.noon(sent)
    for one, other in story.ways:
        one.hears(sent)
        (letter,) = one.letters()
        _speaks_of(one, read(one.page(letter["letter"])), other)
        one.sends()
    story.nights(sent)
    owed = [one.did("statement", one.loan)["closing"] for one, _ in story.ways]
    assert [(each["costs"], each["total"]) for each in owed] == [("9.00", "25025.67"), ("0.00", "5880.00")]


def _credit_at_one_goes_back_although_the_other_is_owed(story: Story) -> None:
    _, _, almere, lelystad = story
    came = "2025-12-15"
    story.noon(came)
    lelystad.hears(came, paying(int(lelystad.loan), at(came), 6_000_00, "L5", iban=PAYER))
    almere.hears(came)
    story.nights(came)
    story.noon("2025-12-16")
    assert almere.decided("bank", "refunds", "propose") == []
    (row,) = lelystad.decided("bank", "refunds", "propose")
    assert (row["loan"], row["amount"], row["iban"]) == (int(lelystad.loan), "87.24", PAYER)
    assert almere.loan not in lelystad.pays_back(row)
    assert len(almere.received(story.engine)) == 2


SEEN = (
    ("report", "yearly", "--year", "2025", "--csv"),
    ("report", "state", "--year", "2025", "--csv"),
    ("debtor", "show", "1"),
    ("loan", "list"),
    ("bank", "clearing"),
    ("bank", "inbox"),
    ("letters", "list"),
    ("dunning", "list"),
    ("decide", "list"),
    ("worklist",),
)


def _each_sees_and_reports_its_own(story: Story) -> None:
    """What somebody of one is shown names no loan, account or municipality of the other."""
    story.nights("2025-12-31")
    found = {}
    for one, other in story.ways:
        assert one.does("statement", other.loan).code == 2
        for words in SEEN:
            done = one.does(*words)
            assert done.code == 0, (words, done.err)
            found[one.code, words] = done.out
            for strange in (other.loan, other.account.iban, f"{other.code},", f" {other.code} "):
                assert strange not in done.out, (words, strange)
        assert one.loan in found[one.code, ("debtor", "show", "1")]
    (first, second) = [found[one.code, SEEN[0]].splitlines()[1:] for one, _ in story.ways]
    assert first == [
        "100000001,almere,bbz_business_capital,0.00,25000.00,25000.00,247.86,9.00,25256.86,150.00"
    ]
    assert second == ["300000001,lelystad,bbz_business_capital,0.00,6000.00,0.00,0.00,0.00,0.00,72.76"]


def _what_leaves_the_office_is_of_one(story: Story) -> None:
    """No file for a bank or a bailiff, and no list of another payer, holds loans of both; nor can one be made."""
    tell = ("--holder", "S. Jansen", "--signed", "2025-12-31", "--document", "scan", "--iban", PAYER)
    for one, _ in story.ways:
        one.did("bank", "mandate", "add", one.loan, "--id", f"M-{one.loan}", *tell)
    for one, other in story.ways:
        told = json.dumps(one.decided("bank", "collect", "propose", "--until", "2026-02-28", "--announced"))
        assert (one.loan in told, other.loan in told) == (True, False)
        lines = write(story.almere.folder, "set-off.csv", f"{HEADING}{other.loan};2025-12-30;50.00;;;B-1\n")
        totals = ("--kind", "set-off", "--reference", "B-1", "--total", "50.00")
        assert by("manager", "import", "receipts", str(lines), "--creditor", one.code, *totals).code == 2
    both = (story.almere.loan, story.lelystad.loan)
    where = ("--on", "2025-12-31", "--document", "D-1", "--to", str(story.almere.folder))
    refused = by("manager", "dunning", "bailiff-file", *both, *where)
    assert (refused.code, "of more than one creditor" in refused.err) == (2, True)
