"""Turns in a life, each told with its amounts: given up, interest stopped, called in, deferred, claimed by decision."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from backoffice.cli.simulate import answer_simulation
from ledger.errors import BadInput
from servicing.facts import Draft, Fact, FactKind, FactRefused
from servicing.history import history_of
from servicing.life.timeline import live
from servicing.regime import interest_after_calling_in, interest_free_after_end
from servicing.registration import Dossier, check_draft
from tests.as_facts import LOAN, Nights, drafts_of, facts_of
from tests.lives import state_on, sums_of
from tests.oracle import life

Case = dict[str, Any]
CASE_6: Case = {"principal": "25000.00", "annual_rate_percent": "8", "start": "2025-01-01", "instalments": 60}
LENT: Case = {"on": "2025-01-01", "type": "disburse", "amount": "25000.00"}


def told(*events: Case, on: str, terms: Case = CASE_6) -> dict[str, Any]:
    lent = LENT | {"amount": terms["principal"]}
    return answered({"terms": terms, "events": [lent, *events], "viewing_date": on})


def answered(case: Case) -> dict[str, Any]:
    return dict(answer_simulation(case))


def sums(*events: Case, on: str, terms: Case = CASE_6) -> dict[int, int]:
    """Balances by account, cents, debit positive; the product and the oracle say the same."""
    told_ = [LENT | {"amount": terms["principal"]}, *events]
    day = date.fromisoformat(on)
    found = sums_of(state_on(terms, told_, day))
    assert found == life(terms, told_, day).sums()
    accounts: dict[int, int] = {}
    for (account, _), cents in found.items():
        accounts[account] = accounts.get(account, 0) + cents
    return {account: cents for account, cents in sorted(accounts.items()) if cents}


# Written off and waived.


def test_f14_what_is_written_off_ends_in_entries_and_may_still_be_recovered() -> None:
    gone = {"on": "2025-01-01", "type": "write_off", "of": "all"}
    assert sums(gone, on="2025-06-01") == {1200: -25000_00, 4900: 25000_00}
    paid = {"on": "2025-03-01", "type": "payment", "amount": "100.00", "id": "p"}
    assert sums(gone, paid, on="2025-06-01") == {
        1100: 100_00,
        1200: -25000_00,
        4900: 25000_00,
        8020: -100_00,
    }
    answer = told(gone, paid, on="2025-06-01")
    assert (answer["state"], answer["payments"][0]["recovered"]) == ("written_off", "100.00")
    assert answer["outstanding"] == {
        "principal": "0.00",
        "interest": "0.00",
        "costs": "0.00",
        "credit": "0.00",
    }


def test_f14_what_is_waived_is_owed_no_more() -> None:
    gone = {"on": "2025-01-01", "type": "waiver", "of": "all"}
    paid = {"on": "2025-03-01", "type": "payment", "amount": "100.00"}
    assert sums(gone, paid, on="2025-06-01") == {
        1100: 100_00,
        1200: -25000_00,
        1400: -100_00,
        4930: 25000_00,
    }


def test_f14_a_part_of_each_kind_on_accounts_of_its_own() -> None:
    events = [
        {"on": "2025-02-01", "type": "cost", "amount": "9.00"},
        {"on": "2025-02-02", "type": "waiver", "of": "costs", "amount": "9.00"},
        {"on": "2025-02-02", "type": "waiver", "of": "interest", "amount": "160.00"},
        {"on": "2025-02-02", "type": "write_off", "of": "interest", "amount": "5.00"},
        {"on": "2025-02-02", "type": "write_off", "of": "principal", "amount": "1000.00"},
    ]
    found = sums(*events, on="2025-02-02")
    assert {account: found.get(account, 0) for account in (4900, 4910, 4940, 4950, 1350, 1320)} == {
        4900: 1000_00,
        4910: 5_00,
        4940: 160_00,
        4950: 9_00,
        1350: 0,
        1320: 1_67,
    }


def test_f14_more_than_is_open_takes_what_is_open() -> None:
    gone = {"on": "2025-02-01", "type": "write_off", "of": "interest", "amount": "500.00"}
    assert sums(gone, on="2025-02-01")[4910] == 166_67


def test_f14_a_payment_to_a_loan_written_off_is_taken_and_to_a_waived_one_refused() -> None:
    for kind, refused in (("write_off", False), ("waiver", True)):
        facts = facts_of(drafts_of(CASE_6, [LENT, {"on": "2025-02-01", "type": kind, "of": "all"}]))
        draft = Draft(LOAN, FactKind.PAYMENT, date(2025, 3, 1), "p", 100)
        dossier = Dossier(LOAN, date(2025, 1, 1), facts)
        if refused:
            with pytest.raises(FactRefused, match="written off on that day"):
                check_draft(dossier, draft)
        else:
            check_draft(dossier, draft)


def test_only_all_is_given_up_without_an_amount() -> None:
    Draft(LOAN, FactKind.WAIVER, date(2025, 3, 1), "w", data={"of": "all"})
    with pytest.raises(FactRefused, match="amount above"):
        Draft(LOAN, FactKind.WAIVER, date(2025, 3, 1), "w", data={"of": "costs"})


# Interest stops.


def test_the_end_of_a_business_takes_interest_back_from_its_day() -> None:
    # Known in June, works from 16 January: the interest of half a month stays, all that was booked after it goes.
    ended = {"on": "2025-01-16", "type": "interest_free_from", "recorded": "2025-06-10"}
    nights = Nights(facts_of(drafts_of(CASE_6, [LENT, ended])))
    nights.work_until(date(2025, 6, 9))
    before = -sum(cents for (account, _), cents in nights.sums().items() if account == 8000)
    nights.work_until(date(2025, 6, 10))
    after = -sum(cents for (account, _), cents in nights.sums().items() if account == 8000)
    assert (before, after) == (5 * 166_67, 80_65)  # 25,000 x 8 % x 15/31 of a month


def test_an_interest_holiday_ends_by_itself() -> None:
    holiday = {"on": "2025-02-01", "type": "interest_free_from", "until": "2025-04-01"}
    rows = told(holiday, on="2025-06-01")["rows"][:5]
    assert [row["interest"] for row in rows] == ["166.67", "0.00", "0.00", "166.67", "166.67"]


@pytest.mark.parametrize(("percent", "interest"), [("8", "0.00"), ("4", "0.00")])
def test_another_rate_does_not_start_interest_that_is_stopped(percent: str, interest: str) -> None:
    stopped = {"on": "2025-02-01", "type": "interest_free_from"}
    rate = {"on": "2025-03-01", "type": "rate", "percent": percent}
    assert told(stopped, rate, on="2025-06-01")["rows"][3]["interest"] == interest


def test_f9_a_debt_restructuring_stops_interest_and_its_early_end_revives_it() -> None:
    start = {"on": "2025-02-16", "type": "wsnp_start", "id": "w", "recorded": "2025-05-03"}
    end = {"on": "2025-09-20", "type": "wsnp_early_end", "of": "w", "recorded": "2025-10-01"}
    paid = {"on": "2025-03-10", "type": "payment", "amount": "506.91"}
    stopped = sums(start, paid, on="2025-09-30")
    assert -stopped[8000] == 166_67 + 89_29  # a month, and 15 of 28 days of the next
    assert sums(start, paid, end, on="2025-09-30") == stopped  # not yet known
    assert sums(start, paid, end, on="2025-10-01") == sums(paid, on="2025-10-01")  # as if it never stopped


def test_f9_interest_stays_stopped_after_a_clean_slate() -> None:
    facts = facts_of(drafts_of(CASE_6, [LENT, {"on": "2025-02-16", "type": "wsnp_start", "id": "w"}]))
    slate = Fact(
        LOAN, 4, FactKind.WSNP_CLEAN_SLATE, date(2026, 8, 16), date(2026, 8, 16), "c", 0, 3, {}, "t", ""
    )
    day = date(2027, 1, 1)
    with_slate, without = (history_of(held) for held in ([*facts, slate], facts))
    one, other = (live(each.terms, each.events, each.reversals, day) for each in (with_slate, without))
    assert sums_of(one) == sums_of(other)


def test_f9_what_ends_it_must_be_about_it_and_only_once() -> None:
    events = [LENT, {"on": "2025-02-16", "type": "wsnp_start", "id": "w"}]
    dossier = Dossier(LOAN, date(2025, 1, 1), facts_of(drafts_of(CASE_6, events)))
    end = Draft(LOAN, FactKind.WSNP_EARLY_END, date(2025, 9, 1), "e", of=3)
    check_draft(dossier, end)
    with pytest.raises(FactRefused, match="fact 2 is a disbursement, not the start of a debt restructuring"):
        check_draft(dossier, Draft(LOAN, FactKind.WSNP_EARLY_END, date(2025, 9, 1), "e", of=2))
    with pytest.raises(FactRefused, match="must not lie before fact 3"):
        check_draft(dossier, Draft(LOAN, FactKind.WSNP_EARLY_END, date(2025, 2, 1), "e", of=3))
    ended = facts_of(drafts_of(CASE_6, [*events, {"on": "2025-09-01", "type": "wsnp_early_end", "of": "w"}]))
    with pytest.raises(FactRefused, match="has ended already, by fact 4"):
        check_draft(Dossier(LOAN, date(2025, 1, 1), ended), end)


# Called in.


def test_everything_falls_due_at_once_and_the_rest_bears_interest() -> None:
    called = {"on": "2025-02-16", "type": "due_at_once"}
    found = sums(called, on="2025-02-16")
    assert (found[1310], found.get(1300, 0), found[1320]) == (25000_00, 0, 166_67 + 89_29)
    answer = told(called, on="2025-03-16")
    assert answer["outstanding"]["interest"] == "413.99"  # and 13 days of February and 15 of March
    assert [row["date"] for row in answer["rows"]] == ["2025-02-01", "2025-02-16"]
    stops = told(called | {"interest": "stops"}, on="2025-12-31")
    assert stops["outstanding"]["interest"] == "255.96"


def test_what_was_paid_ahead_stays_paid_when_the_loan_is_called_in() -> None:
    ahead = {"on": "2025-01-20", "type": "payment", "amount": "600.00"}
    called = {"on": "2025-02-16", "type": "due_at_once"}
    answer = told(ahead, called, on="2025-02-16")
    assert sum(int(row["principal"].replace(".", "")) for row in answer["rows"]) == 25000_00
    assert answer["rows"][-1]["date"] == "2025-02-16"
    sums(ahead, called, on="2025-12-31")


def test_the_rule_about_the_rest_goes_by_the_day_of_the_application() -> None:
    assert interest_after_calling_in(date(2019, 12, 31)) == "stops"
    assert interest_after_calling_in(date(2020, 1, 1)) == "runs"
    assert interest_free_after_end(date(2019, 12, 31)) == "must"
    assert interest_free_after_end(date(2020, 1, 1)) == "may"


# Deferred.


def test_f12_a_deferral_that_ends_early_held_only_until_then() -> None:
    deferral = {
        "on": "2025-02-15",
        "type": "deferral",
        "from": "2025-02-15",
        "until": "2025-08-15",
        "id": "d",
    }
    deferral |= {"of": "all", "end": "extend"}
    end = {"on": "2025-04-15", "type": "deferral_end", "of": "d"}
    short = deferral | {"until": "2025-04-15"}
    assert told(deferral, end, on="2025-12-31") == told(short, on="2025-12-31")
    assert len(told(deferral, end, on="2025-12-31")["rows"]) == 62
    never = end | {"on": "2025-02-15"}
    assert told(deferral, never, on="2025-12-31") == told(on="2025-12-31")


# By decision.


def test_case_8_with_the_decision_that_fixes_statutory_interest() -> None:
    # Awb 4:92: claim 4,712.94, reminder fee 20.00, interest 130.15 by decision; 1,500.00 credited on 30-9-2025.
    claim = {
        "principal": "4712.94",
        "annual_rate_percent": "0",
        "start": "2025-03-03",
        "instalments": 1,
        "first_due": "2025-04-14",
        "method": "bullet",
    }
    events = [
        {"on": "2025-03-03", "type": "disburse", "amount": "4712.94"},
        {"on": "2025-05-01", "type": "cost", "amount": "20.00", "id": "fee"},
        {"on": "2025-09-30", "type": "statutory_interest", "amount": "130.15", "id": "i"},
        {"on": "2025-09-30", "type": "payment", "amount": "1500.00", "id": "p"},
    ]
    answer = answered({"terms": claim, "events": events})
    (split,) = answer["payments"]
    assert [split[key] for key in ("costs", "interest", "principal", "balance")] == [
        "20.00",
        "130.15",
        "1349.85",
        "3363.09",
    ]
    # After an objection the fee and the interest are not owed: what was paid of them is given back.
    back = [
        {"on": "2025-12-01", "type": "cancellation", "of": "fee", "amount": "20.00"},
        {"on": "2025-12-01", "type": "cancellation", "of": "i", "amount": "130.15"},
        {"on": "2025-12-01", "type": "interest_owed", "amount": "12.00"},
    ]
    answer = answered({"terms": claim, "events": [*events, *back]})
    assert answer["outstanding"] == {
        "principal": "3363.09",
        "interest": "0.00",
        "costs": "0.00",
        "credit": "162.15",
    }


def test_no_more_is_cancelled_than_was_charged() -> None:
    facts = facts_of(drafts_of(CASE_6, [LENT, {"on": "2025-02-01", "type": "cost", "amount": "9.00"}]))
    dossier = Dossier(LOAN, date(2025, 1, 1), facts)
    check_draft(dossier, Draft(LOAN, FactKind.CANCELLATION, date(2025, 3, 1), "c", 900, 3))
    with pytest.raises(FactRefused, match=r"only 9\.00 of fact 3 is left to take off"):
        check_draft(dossier, Draft(LOAN, FactKind.CANCELLATION, date(2025, 3, 1), "c", 901, 3))


def test_a_fact_about_the_wrong_kind_of_fact_stops_its_loan() -> None:
    facts = facts_of(drafts_of(CASE_6, [LENT]))
    wrong = Fact(LOAN, 3, FactKind.DEFERRAL_END, date(2025, 2, 1), date(2025, 2, 1), "e", 0, 2, {}, "t", "")
    with pytest.raises(BadInput, match="fact 3 \\(deferral-end\\) is about fact 2, which is not a deferral"):
        history_of([*facts, wrong])


# Rates in periods.


@pytest.mark.parametrize(
    ("rows", "part", "last"),
    [(52, "195.33", "195.17"), (46, "220.80", "221.00"), (40, "253.93", "253.73")],
    ids=["20 months elapsed", "strict 72 months", "older page"],
)
def test_case_e_b_a_tozo_credit_with_its_interest_holiday(rows: int, part: str, last: str) -> None:
    # rsddeliemers.nl/tozo-lening-bedrijfskapitaal: 10,157 x 2 % x 8/12 over 2020, then 10,157 / 52, 46 or 40 a month.
    terms = {
        "principal": "10157.00",
        "annual_rate_percent": "2",
        "start": "2020-04-15",
        "interest_from": "2020-05-01",
        "first_due": "2022-07-01",
        "method": "linear",
        "instalments": rows + 1,
        "grace_principal": 1,
    }
    events = [
        {"on": "2020-04-15", "type": "disburse", "amount": "10157.00"},
        {"on": "2021-01-01", "type": "rate", "percent": "0"},
        {"on": "2022-07-01", "type": "rate", "percent": "2"},
    ]
    answer = answered({"terms": terms, "events": events, "viewing_date": "2022-07-01"})
    shown: list[Case] = answer["rows"]
    assert (shown[0]["interest"], shown[0]["principal"]) == ("135.43", "0.00")
    assert (shown[1]["date"], shown[1]["interest"], shown[-1]["principal"]) == ("2022-08-01", "16.93", last)
    assert [row["principal"] for row in shown[1:-1]] == [part] * (rows - 1)
    holiday = {"on": "2021-01-01", "type": "interest_free_from", "until": "2022-07-01"}
    again = answered({"terms": terms, "events": [events[0], holiday], "viewing_date": "2022-07-01"})
    assert again["rows"] == shown


def test_preparation_costs_become_interest_bearing_at_the_start() -> None:
    # Bbz 29: 905.41 without interest until the business starts on 3 November 2016, then at 8 %.
    terms = CASE_6 | {
        "principal": "905.41",
        "annual_rate_percent": "0",
        "start": "2016-05-03",
        "instalments": 42,
        "grace_principal": 6,
    }
    lent = {"on": "2016-05-03", "type": "disburse", "amount": "905.41"}
    start = {"on": "2016-11-03", "type": "rate", "percent": "8", "recompute": True}
    rows: list[Case] = answered({"terms": terms, "events": [lent, start]})["rows"]
    assert [row["interest"] for row in rows[:6]] == ["0.00"] * 6
    assert rows[6]["interest"] == "6.04"
    assert rows[-1]["balance"] == "0.00"
