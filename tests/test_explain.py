"""Where amounts come from: the lines of each kind of entry, corrections, and what differs is found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from sqlalchemy import Engine, insert

from ledger.entry import Entry, EntryKind, Key, Posting
from ledger.errors import BadInput, VerificationFailed
from ledger.rows import journal_rows
from ledger.seal import JOURNAL_COLUMNS
from ledger.tables import journal
from servicing import files
from servicing.explain import Explanation, basis_of, explain
from servicing.explain_lines import Basis
from servicing.facts import Fact
from servicing.wording import dutch_amount, dutch_day, dutch_percent, entry_text, unrounded
from tests.as_facts import Nights, drafts_of, facts_of
from tests.desk import LOAN, good, open_desk, run
from tests.histories import History, histories
from tests.nights import PLAIN_TERMS, at, begin_on, close_until, new_loan, paid, tell

Case = dict[str, Any]

LEGAL = "Bbz 2004 art. 15, 20 en 24"
RATE = "Bbz 2004 art. 15 onder a"
BASIS = Basis(LEGAL, RATE, "decree", Fraction(8, 100), is_public=True)
TERMS: Case = {"principal": "1000.00", "annual_rate_percent": "8", "start": "2024-01-01", "instalments": 12}
LENT: Case = {"on": "2024-01-01", "type": "disburse", "amount": "1000.00"}


class Books:
    """A loan worked by its nights up to a day, and explanations of what was booked."""

    def __init__(self, *events: Case, until: str = "2024-04-30", **terms: object) -> None:
        self.facts = facts_of(drafts_of(TERMS | terms, [LENT, *events]))
        nights = Nights(self.facts)
        nights.work_until(at(until))
        self.entries = nights.entries

    def explained(self, key: str, basis: Basis = BASIS) -> Explanation:
        """The explanation of the entry whose key ends so, such as "2024-02-01:interest:1"."""
        (entry,) = (one for one in self.entries if one.key.text().endswith(key))
        return explain(entry, self.entries, self.facts, basis)

    def told(self, key: str, basis: Basis = BASIS) -> list[str]:
        """Amount and text of each line."""
        return [f"{line.amount} {line.text}" for line in self.explained(key, basis).lines]


def test_interest_is_balance_times_days_times_rate_rounded_once() -> None:
    books = Books()
    assert books.told("2024-02-01:interest:1") == [
        "6.66666667 € 1.000,00 x 31 dagen (1/12 jaar) x 8 %",
        "6.67 Samen € 6,66666667, één keer afgerond",
        "6.67 Nieuw in de boeken",
        "6.67 Rente van termijn 1, nu verschuldigd",
    ]
    first = books.explained("2024-02-01:interest:1").lines[0]
    assert first.details == {
        "from": "2024-01-01",
        "until": "2024-02-01",
        "principal": "1000.00",
        "days": "31",
        "year_fraction": "1/12",
        "rate_percent": "8",
        "rule": "day count monthly",
    }
    assert (first.article, first.source) == (RATE, "feit 1 (grant) grant; decree")


def test_each_stretch_of_a_period_is_a_line_of_its_own() -> None:
    # 500.00 comes in on 16 January: it pays 3.29 of interest so far, and leaves 503.29.
    books = Books(
        {"on": "2024-01-16", "type": "payment", "amount": "500.00"},
        {"on": "2024-01-21", "type": "rate", "percent": "6"},
        day_count="act/365",
    )
    told = books.told("2024-02-01:interest:1")
    assert told[:3] == [
        "3.28767123 € 1.000,00 x 15 dagen (15/365 jaar) x 8 %",
        "0.55155068 € 503,29 x 5 dagen (5/365 jaar) x 8 %",
        "0.91005863 € 503,29 x 11 dagen (11/365 jaar) x 6 %",
    ]
    sources = [line.source for line in books.explained("2024-02-01:interest:1").lines[:3]]
    assert sources == [
        "feit 1 (grant) grant; decree",
        "feit 1 (grant) grant; decree",
        "feit 4 (rate) event 4",
    ]
    assert "-3.29 Al geboekt in deze periode" in told
    assert "De termijn was al voldaan" in told[-1]
    assert books.told("2024-01-16:interest:1") == [
        "3.28767123 € 1.000,00 x 15 dagen (15/365 jaar) x 8 %",
        "3.29 Samen € 3,28767123, één keer afgerond",
        "3.29 Door de betaling genomen, nieuw in de boeken",
    ]


def test_the_end_of_a_year_is_booked_apart() -> None:
    books = Books(until="2025-01-31", first_due="2025-01-16")
    cut = books.told("2024-12-31:cut-off:1")
    assert cut[-1].endswith("Nieuw in de boeken")
    booked = cut[-1].split()[0]
    assert f"-{booked} Al geboekt in deze periode" in books.told("2025-01-16:interest:1")


@pytest.mark.parametrize(
    ("terms", "lines"),
    [
        (
            {},
            [
                "86.99 Termijnbedrag: annuïteit van € 1.000,00 over 12 termijnen tegen 8 %",
                "-6.67 Min de rente van de termijn",
                "80.32 Aflossing in deze termijn",
                "80.32 Nu opeisbaar",
            ],
        ),
        (
            {"instalment": "90.00"},
            [
                "90.00 Termijnbedrag volgens het besluit",
                "-6.67 Min de rente van de termijn",
                "83.33 Aflossing in deze termijn",
                "83.33 Nu opeisbaar",
            ],
        ),
        (
            {"method": "linear"},
            [
                "83.33 Aflossing per termijn: € 1.000,00 over 12 termijnen",
                "83.33 Aflossing in deze termijn",
                "83.33 Nu opeisbaar",
            ],
        ),
        (
            {"instalments": 1},
            [
                "1000.00 Hoofdsom die nog niet in een termijn zat",
                "1000.00 Aflossing in deze termijn",
                "1000.00 Nu opeisbaar",
            ],
        ),
    ],
)
def test_an_instalment_follows_from_the_schedule(terms: Case, lines: list[str]) -> None:
    books = Books(**terms)
    assert books.told("2024-02-01:instalment:1") == lines
    assert LEGAL in {line.article for line in books.explained("2024-02-01:instalment:1").lines}


def test_a_payment_names_the_rows_it_pays_and_the_article() -> None:
    cost = {"on": "2024-02-10", "type": "cost", "amount": "7.00"}
    books = Books(cost, {"on": "2024-02-15", "type": "payment", "amount": "2000.00"})
    lines = books.explained("2024-02-15:payment:1").lines
    assert [f"{line.amount} {line.text}" for line in lines][:3] == [
        "2000.00 Ontvangen",
        "7.00 Kosten",
        "86.99 Termijn 1 (1 februari 2024): rente € 6,67, aflossing € 80,32",
    ]
    assert lines[-1].text == "Te veel betaald: terug te betalen"
    assert sum(Decimal(line.amount) for line in lines[1:]) == Decimal("2000.00")
    assert {line.article for line in lines[1:-1]} == {"Awb art. 4:92 lid 1"}
    private = replace(BASIS, is_public=False)
    assert books.explained("2024-02-15:payment:1", private).lines[1].article == "BW art. 6:44 lid 1"


def test_an_order_of_its_own_comes_from_the_contract() -> None:
    books = Books(
        {"on": "2024-02-15", "type": "payment", "amount": "50.00"},
        allocation=["principal", "interest", "costs"],
    )
    line = books.explained("2024-02-15:payment:1").lines[1]
    assert (line.article, line.source) == (
        "",
        "volgorde uit de overeenkomst: aflossing, dan rente, dan kosten",
    )


def test_an_early_repayment() -> None:
    books = Books({"on": "2024-01-10", "type": "early_repayment", "amount": "100.00", "mode": "term"})
    assert books.told("2024-01-10:payment:1") == [
        "100.00 Ontvangen",
        "100.00 Extra aflossing van wat nog moet komen",
    ]
    assert books.explained("2024-01-10:payment:1").text == "Extra aflossing ontvangen"


def test_facts_that_are_booked_as_they_are() -> None:
    books = Books(
        {"on": "2024-02-10", "type": "cost", "amount": "7.00"},
        {"on": "2024-02-12", "type": "write_off", "amount": "5.00", "of": "costs"},
    )
    assert books.told("disbursement:1") == ["1000.00 Lening uitbetaald"]
    assert books.told("cost:1") == ["7.00 Kosten in rekening gebracht"]
    assert books.told("write-off:1")[0] == "5.00 Afgeschreven bij besluit (kosten)"
    assert books.explained("cost:1").lines[0].source == "feit 3 (cost) event 3"


def test_opening_balances_and_what_had_accrued_before() -> None:
    opening = {"on": "2024-01-15", "type": "opening", "principal": "1000.00", "accrued": "3.00"}
    facts = facts_of(drafts_of(TERMS, [opening]))
    nights = Nights(facts)
    nights.work_until(at("2024-02-01"))
    by_kind = {one.key.kind: explain(one, nights.entries, facts, BASIS) for one in nights.entries}
    assert [f"{line.amount} {line.text}" for line in by_kind[EntryKind.OPENING].lines] == [
        "1000.00 Hoofdsom, nog niet opeisbaar, overgenomen",
        "3.00 Opgelopen rente overgenomen",
    ]
    interest = [f"{line.amount} {line.text}" for line in by_kind[EntryKind.INTEREST].lines]
    assert interest[:3] == [
        "3.65591398 € 1.000,00 x 17 dagen (17/372 jaar) x 8 %",
        "3.00000000 Opgelopen rente uit de vorige administratie",
        "6.66 Samen € 6,65591398, één keer afgerond",
    ]


def test_deferred_interest_falls_due_with_the_last_row() -> None:
    deferral = {"on": "2024-01-01", "type": "deferral", "from": "2024-02-01", "until": "2024-03-01"}
    books = Books(deferral | {"of": "all", "end": "extend"}, until="2025-02-28", instalments=2)
    key = next(one.key for one in books.entries if one.key.kind is EntryKind.DEFERRED_INTEREST)
    (told,) = books.told(key.text())
    assert told == "6.67 Uitgestelde rente van termijn 1 (1 februari 2024), opeisbaar op de laatste vervaldag"


def test_a_reversal_and_the_correction_it_brings() -> None:
    books = Books(
        {"on": "2024-02-01", "type": "payment", "amount": "86.99", "id": "p"},
        {"on": "2024-02-10", "type": "reversal", "of": "p"},
    )
    found = books.explained("2024-02-10:payment:1")
    assert found.text == "Correctie op: betaling ontvangen"
    assert [one.key.text() for one in found.earlier] == ["100000001:2024-02-01:payment:1"]
    assert [f"{line.amount} {line.text}" for line in found.lines] == [
        "86.99 Betaling die is teruggeboekt: zij telt niet meer mee",
        "86.99 1100 aan 1195: moet zijn € 86,99, was geboekt € 0,00, verschil € 86,99",
        "-80.32 1100 aan 1310: moet zijn € 0,00, was geboekt € 80,32, verschil € -80,32",
        "-6.67 1100 aan 1320: moet zijn € 0,00, was geboekt € 6,67, verschil € -6,67",
    ]
    assert books.told("reversal:1") == ["86.99 Betaling die is teruggeboekt"]


def test_a_correction_says_what_should_be_and_what_was_booked() -> None:
    late = {"on": "2024-02-01", "type": "payment", "amount": "300.00", "recorded": "2024-03-05"}
    found = Books(late).explained("2024-03-05:interest:1")
    assert (found.text, found.lines[0].details["principal"]) == (
        "Correctie op: rente over termijn 2",
        "706.67",
    )
    # Row 2 is now paid ahead, so its interest (706.67 x 8 % / 12 = 4.71) is carried instead of due.
    assert [line.text for line in found.lines[-2:]] == [
        "1320 aan 8000: moet zijn € 0,00, was geboekt € 6,67, verschil € -6,67",
        "1330 aan 8000: moet zijn € 4,71, was geboekt € 0,00, verschil € 4,71",
    ]
    assert found.lines[-1].details["booked_by"] == "100000001:2024-03-01:interest:1"


def test_accounts_are_named() -> None:
    books = Books(
        {"on": "2024-02-01", "type": "payment", "amount": "86.99", "id": "p"},
        {"on": "2024-02-10", "type": "reversal", "of": "p"},
    )
    names = replace(BASIS, accounts={1100: "Bank onderweg"})
    assert books.told("2024-02-10:payment:1", names)[1].startswith("86.99 1100 Bank onderweg aan 1195: ")


@settings(max_examples=30, deadline=None, derandomize=True)
@given(histories(books=True))
def test_every_entry_of_any_life_can_be_explained(history: History) -> None:
    facts = facts_of(drafts_of(history.terms, [one for one in history.events if one["type"] != "pay_off"]))
    nights = Nights(facts)
    nights.work_until(date.fromisoformat(str(history.viewing_dates[-1])))
    for entry in nights.entries:
        assert explain(entry, nights.entries, facts, BASIS).lines


@pytest.mark.parametrize("change", [Posting(11320, 18000, 668), Posting(11330, 18000, 667)])
def test_a_booking_that_the_facts_do_not_give_is_found(change: Posting) -> None:
    books = Books()
    (entry,) = (one for one in books.entries if one.key.text().endswith("2024-02-01:interest:1"))
    with pytest.raises(
        VerificationFailed, match=r"2024-02-01:interest:1: booked is .*; computed again it is 1320"
    ):
        explain(replace(entry, postings=(change,)), books.entries, books.facts, BASIS)


def test_what_was_booked_by_hand_is_not_computed() -> None:
    key = Key(at("2024-02-01"), 100_000_001, EntryKind.MANUAL, 1)
    entry = Entry(key, at("2024-02-01"), 202402, 0, 0, (Posting(11320, 18000, 1),))
    with pytest.raises(BadInput, match="was booked by hand"):
        explain(entry, [], [], BASIS)


def test_the_basis_names_law_and_source() -> None:
    basis = basis_of(files.products()["bbz_business_capital"], files.law(), at("2025-01-01"), {})
    assert (basis.legal_basis, basis.rate_article, basis.rate) == (LEGAL, RATE, Fraction(8, 100))
    assert basis.rate_source.startswith("capital_interest vanaf 2009-07-01: ")
    agreed = basis_of(files.products()["doorstartfonds_credit"], files.law(), at("2025-01-01"), {})
    assert (agreed.rate, agreed.is_public) == (None, False)
    assert basis_of(None, files.law(), at("2025-01-01"), {}).legal_basis == ""


def test_words_and_amounts_as_people_write_them() -> None:
    assert dutch_day(at("2025-03-01")) == "1 maart 2025"
    assert [dutch_amount(cents) for cents in (2_500_000, -5, 0, -123_456)] == [
        "€ 25.000,00",
        "€ -0,05",
        "€ 0,00",
        "€ -1.234,56",
    ]
    assert unrounded(Fraction(200, 3)) == "0.66666667"
    assert dutch_percent(Fraction(838, 10_000)) == "8,38"
    assert all(entry_text(kind, at("2025-03-01"), 1, None) for kind in EntryKind)


# The command.


@pytest.fixture
def desk(sqlite_url: str, sqlite_database: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """Commands work on a database with a loan and one night in which its first row fell due and was paid."""
    open_desk(sqlite_url, tmp_path, monkeypatch)
    begin_on(sqlite_database, at("2024-02-01"))
    loan = new_loan(sqlite_database, PLAIN_TERMS, known=at("2024-02-01"))
    tell(sqlite_database, at("2024-02-01"), paid(loan, "2024-02-01", 50691))
    close_until(sqlite_database, at("2024-02-01"))
    return sqlite_database


def test_the_command_explains_interest(desk: Engine) -> None:
    answer = good("explain", f"{LOAN}:2024-02-01:interest:1")
    assert (answer["text"], answer["value_date"], answer["row"]) == ("Rente over termijn 1", "2024-02-01", 1)
    assert answer["postings"] == [
        {"debit": "1320 Rente opeisbaar", "credit": "8000 Rentebaten", "amount": "166.67"}
    ]
    first = answer["lines"][0]
    assert (first["amount"], first["article"]) == ("166.66666667", RATE)
    assert first["source"].startswith("feit 1 (grant) grant; capital_interest vanaf 2009-07-01: ")


def test_the_command_names_the_fact(desk: Engine) -> None:
    answer = good("explain", f"{LOAN}:2024-02-01:payment:1")
    assert (answer["fact"]["nr"], answer["fact"]["actor"]) == (3, "test")
    assert answer["lines"][1]["text"] == "Termijn 1 (1 februari 2024): rente € 166,67, aflossing € 340,24"


def test_the_command_gives_a_page(desk: Engine) -> None:
    done = run("explain", f"{LOAN}:2024-02-01:instalment:1")
    assert "506.91" in done.out
    assert "annuïteit van € 25.000,00 over 60 termijnen tegen 8 %" in done.out


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("interest", "'interest' is not a key such as"),
        (f"{LOAN}:2024-02-01:interest:9", "there is no entry"),
        (f"{LOAN}:2024-02-01:gift:1", "100000001:2024-02-01:gift:1': 'gift' is not one of"),
    ],
)
def test_what_the_command_refuses(desk: Engine, key: str, message: str) -> None:
    done = run("explain", key)
    assert done.code == 2
    assert message in done.err


def test_a_row_that_nothing_gives_fails_loudly(desk: Engine) -> None:
    key = Key(at("2024-02-01"), int(LOAN), EntryKind.COST, 1)
    entry = Entry(key, at("2024-02-01"), 202402, 3, 0, (Posting(11350, 18010, 700),))
    rows = [dict(zip(JOURNAL_COLUMNS, row, strict=True)) for row in journal_rows(entry)]
    with desk.begin() as connection:
        connection.execute(insert(journal), rows)
    done = run("explain", key.text())
    assert done.code == 5
    assert done.err.endswith("booked is 1350 to 8010 7.00; computed again it is nothing")


def facts_known(facts: Sequence[Fact], on: date) -> list[Fact]:
    return [fact for fact in facts if fact.known_on <= on]


def test_only_what_was_known_that_night_counts() -> None:
    late = {"on": "2024-02-01", "type": "payment", "amount": "300.00", "recorded": "2024-03-05"}
    books = Books(late)
    entry = next(one for one in books.entries if one.key.text().endswith("2024-03-01:interest:1"))
    then = explain(entry, books.entries, books.facts, BASIS)
    assert (
        then.lines == explain(entry, books.entries, facts_known(books.facts, at("2024-03-01")), BASIS).lines
    )
    assert then.lines[0].details["principal"] == "1000.00"
