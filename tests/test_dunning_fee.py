"""The reminder fee of Awb art. 4:113 (case 11): tariff, threshold, transition, and what each choice of policy does."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ledger.money import cents_of, euros
from servicing.dunning.beside import Beside, beside_of
from servicing.dunning.fee import Reminded, fees_of, reminder_fee
from servicing.dunning.letters import Due, bundles_of, handed_over, letters_due
from servicing.dunning.procedure import term_of
from servicing.dunning.sent import fee_key
from servicing.facts import FactKind
from servicing.law import UnknownLaw
from tests.dunning_cases import LAW, PROCEDURES, at, fact, overdue, rules

SENT = at("2025-06-15")


@pytest.mark.parametrize(
    ("sent", "base", "fee"),
    [
        ("2012-06-15", "454.00", "14.00"),
        ("2013-06-15", "453.99", "6.00"),
        ("2014-06-15", "453.99", "7.00"),
        ("2014-06-15", "454.00", "15.00"),
        ("2015-06-15", "454.00", "7.00"),
        ("2015-06-15", "499.99", "7.00"),
        ("2015-06-15", "500.00", "15.00"),
        ("2024-06-15", "499.99", "8.00"),
        ("2024-06-15", "500.00", "19.00"),
        ("2025-06-15", "499.99", "9.00"),
        ("2025-06-15", "500.00", "20.00"),
    ],
)
def test_case_11_f16_the_fee_by_day_of_sending_and_overdue_amount(sent: str, base: str, fee: str) -> None:
    assert euros(reminder_fee(cents_of(base), at(sent), at(sent), LAW)) == fee


def test_case_11_the_tariff_of_2026_is_not_known_and_never_guessed() -> None:
    with pytest.raises(UnknownLaw, match="reminder_fee_high on 2026-06-15"):
        reminder_fee(60_000, at("2026-06-15"), at("2026-05-01"), LAW)


def test_case_11_of_2013_an_earlier_debt_keeps_the_old_fee() -> None:
    assert reminder_fee(60_000, at("2013-02-15"), at("2012-12-01"), LAW) == 1_400
    assert reminder_fee(60_000, at("2013-02-15"), at("2013-01-02"), LAW) == 1_500
    # The regulation of 2025 has no such rule: an old debt pays the fee of the day of sending.
    assert reminder_fee(60_000, SENT, at("2012-12-01"), LAW) == 2_000


def test_what_is_open_beside_the_rows_is_asked_for() -> None:
    arrears = overdue(("2025-01-31", "506.91"), costs="39.00", statutory="2.50")
    key = fee_key("1:1:aanmaning")
    fee = replace(fact(1, FactKind.COST, "2025-02-20", letter="1:1:aanmaning"), key=key)
    assert beside_of(arrears, [fee], at("2025-03-01"), LAW) == Beside(3900, 250)
    # Costs that are no fee of a letter are not called so; interest waits for the term of its decision.
    decided = fact(2, FactKind.STATUTORY_INTEREST, "2025-02-24", cents=250)
    others = [fee, fact(3, FactKind.COST, "2025-02-21"), decided]
    assert beside_of(arrears, others, at("2025-04-07"), LAW) == Beside(3900, 0, is_of_letters=False)
    assert beside_of(arrears, others, at("2025-04-08"), LAW).cents == 4150
    typed = replace(fact(4, FactKind.COST, "2025-02-20"), key=key)
    assert not beside_of(arrears, [fee, typed], at("2025-03-01"), LAW).is_of_letters


def charged(**policy: str) -> dict[int, int]:
    by = rules("recovery_claim", **policy)
    due = [
        Reminded(
            1, "recovery", overdue(("2024-12-30", "300.00"), costs="0.00", statutory="150.00", whole="900.00")
        ),
        Reminded(2, "recovery", overdue(("2025-01-30", "199.99"), whole="200.00")),
    ]
    return fees_of(due, SENT, LAW, by.choices)


@pytest.mark.parametrize(
    ("policy", "fees"),
    [
        ({}, {1: 900}),
        ({"fee__base": "with_interest"}, {1: 2_000}),
        ({"fee__base": "whole_debt"}, {1: 2_000}),
        ({"fee__multi": "per_debt"}, {1: 900, 2: 900}),
        ({"fee__date": "debt_arose"}, {1: 800}),
        ({"fee__charge": "none"}, {}),
        ({"fee__charge": "all"}, {1: 900}),
    ],
)
def test_d7_d8_d9_the_choices_about_the_fee(policy: dict[str, str], fees: dict[int, int]) -> None:
    assert charged(**policy) == fees


def test_p02_by_default_instalments_bear_no_fee_and_private_debts_never() -> None:
    choices, arrears = rules().choices, overdue(("2025-01-31", "600.00"))
    assert fees_of([Reminded(1, "instalments", arrears)], SENT, LAW, choices) == {}
    everything = rules(fee__charge="all").choices
    assert fees_of([Reminded(1, "instalments", arrears)], SENT, LAW, everything) == {1: 2_000}
    assert fees_of([Reminded(1, "private", arrears)], SENT, LAW, everything) == {}


def test_d10_arrears_that_bore_a_fee_bear_no_second() -> None:
    arrears = Reminded(1, "recovery", overdue(("2025-01-31", "600.00")), is_charged=True)
    assert fees_of([arrears], SENT, LAW, rules("recovery_claim").choices) == {}
    again = rules("recovery_claim", fee__repeat="each_time").choices
    assert fees_of([arrears], SENT, LAW, again) == {1: 2_000}


def due(loan: int, *debtors: int, step: str = "aanmaning", amount: str = "300.00", creditor: int = 1) -> Due:
    arrears = overdue(("2025-01-31", amount))
    return Due(loan, creditor, "recovery", step, step, debtors, arrears, at("2025-06-01"))


def test_arrears_of_one_debtor_at_one_creditor_are_one_letter_with_one_fee() -> None:
    found = bundles_of([due(1, 7), due(2, 7), due(3, 8), due(4, 7, step="reminder"), due(5, 7, creditor=2)])
    assert [[one.loan for one in bundle] for bundle in found] == [[1, 2], [3], [4], [5]]
    by = rules("recovery_claim")
    letter, why = handed_over(found[0], "L-1", SENT, PROCEDURES["recovery"], (LAW, by.choices))
    assert ([line.fee for line in letter.lines], letter.debtors, why) == ([2_000, 0], (7,), "")
    assert letter.term_until == at("2025-06-30")  # 29 June 2025 is a Sunday


def test_d13_joint_debtors_have_a_letter_each_and_one_fee() -> None:
    bundle = [due(1, 7, 8), due(2, 8)]
    each = letters_due(bundle)
    assert [(letter.debtors, [line.loan for line in letter.lines]) for letter in each] == [
        ((7,), [1]),
        ((8,), [1, 2]),
    ]
    assert len({letter.bundle for letter in each}) == 1
    (together,) = letters_due(bundle, one_each=False)
    assert together.debtors == (7, 8)


def test_p30_an_aanmaning_goes_without_a_fee_that_is_not_known() -> None:
    sent, by = at("2026-06-15"), rules("recovery_claim")
    letter, why = handed_over(
        [due(1, 7, amount="600.00")], "L-1", sent, PROCEDURES["recovery"], (LAW, by.choices)
    )
    assert [line.fee for line in letter.lines] == [0]
    assert why.startswith("no fee: reminder_fee_")


@pytest.mark.parametrize(
    ("sent", "last"),
    [
        ("2025-05-01", "2025-05-15"),
        ("2025-04-12", "2025-04-28"),  # a Saturday, King's Day kept on it, a Sunday
        ("2024-12-11", "2024-12-27"),  # both days of Christmas
        ("2025-04-07", "2025-04-22"),  # Easter Monday
    ],
)
def test_p15_b9_b10_the_two_weeks_move_off_weekends_and_holidays(sent: str, last: str) -> None:
    step = PROCEDURES["recovery"].steps["aanmaning"]
    found = term_of(step, at(sent), LAW, rules().choices)
    assert found is not None
    assert found.last_day == at(last)


def test_p15_the_last_letter_gives_working_days() -> None:
    step = PROCEDURES["instalments"].steps["last_letter"]
    found = term_of(step, at("2025-04-24"), LAW, rules().choices)
    assert found is not None
    # Friday 25 April to Thursday 1 May: no weekend counts, and no King's Day.
    assert found.last_day == at("2025-05-01")
