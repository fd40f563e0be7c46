"""What is collected of a loan, on which day, and why something is left out: tables and properties, no database."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicing.banking_days import is_banking_day
from servicing.blocks import COLLECTING, Block
from servicing.collecting.blocking import block_of
from servicing.collecting.mandates import Life, Mandate, Past, current, life_of, mandates_of
from servicing.collecting.planning import Case, Instalment, LeftOut, Planned, Timing, collection_day, plan
from servicing.facts import Fact, FactKind

LOAN = 100000001
SIGNED = Mandate(LOAN, 3, "M-1", "NL17TEST0340000002", "S. Jansen", date(2025, 1, 5), None)
TODAY = date(2025, 3, 3)
APRIL = Instalment(date(2025, 4, 1), 50691)
MAY = Instalment(date(2025, 5, 1), 50691)
TIMING = Timing(TODAY, date(2025, 5, 31), lead=2, notice=14, rule="last_banking_day")
USED = {3: [Past(date(2025, 2, 28), "")]}


def case(**changed: object) -> Case:
    values = {
        "loan": LOAN,
        "standing": "active",
        "instalments": [APRIL],
        "mandates": [SIGNED],
        "past": {},
    } | changed
    return Case(**values)  # type: ignore[arg-type]


def one(known: Case, timing: Timing = TIMING) -> Planned | LeftOut:
    (outcome,) = plan(known, timing)
    return outcome


def test_an_instalment_is_collected_on_its_day() -> None:
    wanted = Planned(LOAN, APRIL.due, 50691, date(2025, 4, 1), date(2025, 3, 18), 3, "FRST")
    assert one(case()) == wanted


def test_the_first_of_a_mandate_is_told_from_the_later_ones() -> None:
    outcomes = plan(case(instalments=[APRIL, MAY]), TIMING)
    assert [each.sequence for each in outcomes if isinstance(each, Planned)] == ["FRST", "RCUR"]
    later = one(case(past=USED))
    assert isinstance(later, Planned)
    assert later.sequence == "RCUR"
    again = one(case(past={3: [Past(date(2025, 2, 28), "AM04")]}))
    assert isinstance(again, Planned)
    assert again.sequence == "FRST"


@pytest.mark.parametrize(
    ("due", "last", "following"),
    [
        (date(2025, 5, 1), date(2025, 4, 30), date(2025, 5, 2)),  # Labour Day
        (date(2025, 3, 1), date(2025, 2, 28), date(2025, 3, 3)),  # a Saturday
        (date(2025, 4, 21), date(2025, 4, 17), date(2025, 4, 22)),  # Easter Monday, behind Good Friday
        (date(2025, 12, 26), date(2025, 12, 24), date(2025, 12, 29)),
        (date(2025, 4, 1), date(2025, 4, 1), date(2025, 4, 1)),
    ],
)
def test_p15_a_collection_is_on_a_banking_day(due: date, last: date, following: date) -> None:
    assert collection_day(due, "last_banking_day") == last
    assert collection_day(due, "next_banking_day") == following


@given(st.dates(date(2020, 1, 1), date(2040, 12, 31)))
def test_p15_the_last_banking_day_is_never_after_the_due_date(due: date) -> None:
    day = collection_day(due, "last_banking_day")
    assert is_banking_day(day)
    assert due - timedelta(days=5) <= day <= due


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"standing": "closed"}, "the loan is closed"),
        ({"standing": "written_off"}, "the loan is written off"),
        ({"block": "objection of 2025-02-01 (Awb 6:16)"}, "objection"),
        ({"instalments": [Instalment(APRIL.due, 0)]}, "nothing is open of it"),
        ({"mandates": []}, "no mandate holds on 2025-04-01"),
        ({"past": {3: [Past(date(2025, 2, 28), "AC04")]}}, "mandate M-1 is stopped"),
        ({"past": {3: [Past(date(2025, 2, 28), "MD01")]}}, "mandate M-1 is stopped"),
    ],
)
def test_what_must_not_be_collected_is_left_out_with_the_reason(
    changed: dict[str, object], reason: str
) -> None:
    outcome = one(case(**changed))
    assert isinstance(outcome, LeftOut)
    assert reason in outcome.reason


def test_a_mandate_that_ended_takes_nothing_from_its_last_day() -> None:
    ended = Mandate(LOAN, 3, "M-1", SIGNED.iban, SIGNED.name, SIGNED.signed, date(2025, 4, 1))
    assert one(case(mandates=[ended])) == LeftOut(LOAN, APRIL.due, 50691, "no mandate holds on 2025-04-01")
    assert current([ended], date(2025, 3, 31)) == ended
    assert current([ended], date(2025, 4, 1)) is None


def test_a_collection_that_comes_too_late_is_left_out() -> None:
    bank = one(case(), Timing(date(2025, 3, 31), TIMING.until, 2, 14, "last_banking_day"))
    assert bank == LeftOut(
        LOAN, APRIL.due, 50691, "too late for 2025-04-01: the bank needs it 2 banking days before"
    )
    debtor = Timing(date(2025, 3, 20), TIMING.until, 2, 14, "last_banking_day")
    assert one(case(), debtor) == LeftOut(
        LOAN, APRIL.due, 50691, "too late for 2025-04-01: the debtor had to know by 2025-03-18"
    )
    told = Timing(date(2025, 3, 20), TIMING.until, 2, 14, "last_banking_day", is_announced=True)
    assert isinstance(one(case(), told), Planned)


def test_what_fell_due_or_was_collected_is_not_proposed_again() -> None:
    assert plan(case(instalments=[Instalment(TODAY, 50691)]), TIMING) == []
    assert plan(case(collected={APRIL.due}), TIMING) == []
    assert plan(case(instalments=[Instalment(date(2025, 6, 1), 50691)]), TIMING) == []


@pytest.mark.parametrize(
    ("past", "on", "life"),
    [
        ([], date(2025, 3, 3), "signed"),
        ([Past(date(2025, 2, 28), "")], date(2025, 3, 3), "first"),
        ([Past(date(2025, 2, 28), ""), Past(date(2025, 3, 31), "")], date(2025, 4, 3), "recurring"),
        ([Past(date(2025, 2, 28), "AM04")], date(2025, 3, 3), "signed"),
        ([Past(date(2025, 2, 28), ""), Past(date(2025, 3, 31), "AM04")], date(2025, 4, 3), "first"),
        ([Past(date(2025, 2, 28), "MD07")], date(2025, 3, 3), "stopped"),
        ([], date(2028, 1, 5), "signed"),
        ([], date(2028, 1, 6), "lapsed"),
        ([Past(date(2025, 2, 28), "")], date(2028, 2, 28), "first"),
        ([Past(date(2025, 2, 28), "")], date(2028, 2, 29), "lapsed"),
    ],
)
def test_the_life_of_a_mandate(past: list[Past], on: date, life: Life) -> None:
    assert life_of(SIGNED, past, on) == life


def fact(nr: int, kind: FactKind, day: date, of: int = 0) -> Fact:
    data = {"iban": SIGNED.iban, "name": SIGNED.name} if kind is FactKind.MANDATE else {}
    return Fact(LOAN, nr, kind, day, day, f"M-{of or nr}", 0, of, data, "me", "")


def test_mandates_are_read_from_the_facts() -> None:
    facts = [
        fact(1, FactKind.MANDATE, date(2025, 1, 5)),
        fact(2, FactKind.MANDATE_ENDED, date(2025, 2, 1), of=1),
        fact(3, FactKind.MANDATE, date(2025, 2, 1)),
        fact(4, FactKind.MANDATE, date(2025, 2, 2)),
        fact(5, FactKind.WITHDRAWAL, date(2025, 2, 3), of=4),
    ]
    found = mandates_of(facts)
    assert [(each.id, each.ended) for each in found] == [("M-1", date(2025, 2, 1)), ("M-3", None)]
    assert current(found, date(2025, 3, 1)) == found[1]
    assert life_of(found[0], [], date(2025, 2, 1)) == "withdrawn"


@pytest.mark.parametrize(
    ("kind", "end", "words"),
    [
        (FactKind.DISPUTE, FactKind.UNBLOCKED, "the debtor disputes the debt since 2025-02-01"),
        (FactKind.WSNP_START, FactKind.WSNP_EARLY_END, "(WSNP) since 2025-02-01 (Fw art. 299"),
        (FactKind.BANKRUPTCY, FactKind.ENDED, "the debtor is bankrupt"),
        (FactKind.DEATH, FactKind.ENDED, "the debtor has died"),
        (FactKind.ARRANGEMENT, FactKind.ARRANGEMENT_END, "a payment arrangement holds since 2025-02-01"),
    ],
)
def test_nothing_is_collected_while_something_forbids_it(kind: FactKind, end: FactKind, words: str) -> None:
    began = fact(1, kind, date(2025, 2, 1))
    ended = fact(2, end, date(2025, 3, 1), of=1)
    assert block_of([began, ended], date(2025, 1, 31)) == ""
    assert words in block_of([began], date(2025, 2, 1))
    assert words in block_of([began, ended], date(2025, 2, 28))
    assert block_of([began, ended], date(2025, 3, 1)) == ""


def test_p8_nothing_is_collected_from_an_account_once_a_claim_against_one_of_the_debtors_has_lapsed() -> None:
    since = date(2025, 2, 2)
    lapsed = Block(0, FactKind.INTERRUPTION, COLLECTING, "has lapsed", "Awb 4:104", since, None, 2, "")
    assert block_of([], TODAY, lapsed=[lapsed]) == "has lapsed since 2025-02-02 (Awb 4:104)"


def test_a_loan_that_was_called_in_is_not_collected_by_its_schedule() -> None:
    assert "called in" in block_of([fact(1, FactKind.DUE_AT_ONCE, date(2025, 2, 1))], TODAY)
