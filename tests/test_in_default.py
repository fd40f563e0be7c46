"""What of a loan is in default, and the statutory interest a decision may fix on it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from servicing.dunning.work import item_of_interest_left
from servicing.facts import Fact, FactKind
from servicing.files import law
from servicing.in_default import (
    Proposal,
    interest_rows,
    proposed_interest,
    reminded_on,
    rows_of_decision,
    why_not_charged,
)
from servicing.statutory_interest import Ways
from servicing.worklist import Case, Item
from tests.as_facts import LOAN, drafts_of, facts_of
from tests.desk import good, open_loan, run
from tests.law_files import write

LAW = law()
PLAIN = Ways()
CLAIM: dict[str, Any] = {
    "principal": "4712.94",
    "annual_rate_percent": "0",
    "start": "2025-03-03",
    "instalments": 1,
    "first_due": "2025-04-14",
    "method": "bullet",
}
LENT_CLAIM = {"on": "2025-03-03", "type": "disburse", "amount": "4712.94"}
BORNE = {"principal": "25000.00", "annual_rate_percent": "8", "start": "2025-01-01", "instalments": 60}


def told(*events: dict[str, Any], terms: dict[str, Any] = CLAIM, on: str, ways: Ways = PLAIN) -> Proposal:
    lent = {"on": terms["start"], "type": "disburse", "amount": terms["principal"]}
    return proposed_interest(facts_of(drafts_of(terms, [lent, *events])), date.fromisoformat(on), LAW, ways)


def test_case_8_on_the_claim_itself() -> None:
    found = told(on="2025-09-30")
    (one,) = found.owing
    assert (str(one.debt.default_from), one.debt.cents, found.due) == ("2025-04-15", 4_712_94, 130_15)
    assert told(on="2025-09-30", ways=Ways(end="inclusive")).due == 130_93


def test_what_was_fixed_before_is_not_asked_again() -> None:
    fixed = {"on": "2025-09-30", "type": "statutory_interest", "amount": "130.15", "id": "i"}
    paid = {"on": "2025-09-30", "type": "payment", "amount": "1500.00"}
    found = told(fixed, paid, on="2026-01-01")
    assert (found.total, found.fixed_before) == (181_26, 130_15)
    assert found.due == 51_11
    back = {"on": "2025-10-10", "type": "cancellation", "of": "i", "amount": "130.15"}
    assert told(fixed, paid, back, on="2026-01-01").fixed_before == 0


def test_a_payment_in_time_leaves_nothing_in_default() -> None:
    assert told({"on": "2025-04-14", "type": "payment", "amount": "4712.94"}, on="2025-09-30").owing == ()


def test_a_payment_on_the_day_itself_takes_no_interest_away() -> None:
    some, all_of_it = (
        {"on": "2025-09-30", "type": "payment", "amount": paid} for paid in ("1500.00", "4712.94")
    )
    for payment in (some, all_of_it):
        assert told(payment, on="2025-09-30").due == 130_15
        assert told(payment, on="2025-09-30", ways=Ways(end="inclusive")).due == 130_93


def test_case_10_the_floor_on_the_day_of_the_last_payment() -> None:
    claim = CLAIM | {"principal": "1500.00"}
    parts = [
        {"on": day, "type": "payment", "amount": "500.00"}
        for day in ("2025-06-14", "2025-08-13", "2025-10-12")
    ]
    assert told(*parts, terms=claim, on="2025-10-12").due == 29_59
    assert told(*parts, terms=claim, on="2025-10-12", ways=Ways(floor="per_payment")).due == 0


def test_by_policy_the_floor_is_that_of_each_decision() -> None:
    fixed = {"on": "2025-09-30", "type": "statutory_interest", "amount": "130.15", "id": "i"}
    paid = {"on": "2025-09-30", "type": "payment", "amount": "1500.00"}
    # After 130.15 another 36 days over 3,343.09 are 19.79 and 37 days 20.34; since default both are above it.
    assert told(fixed, paid, on="2025-11-05").due == 19_79
    for day, due in (("2025-11-05", 0), ("2025-11-06", 20_34)):
        assert told(fixed, paid, on=day, ways=Ways(floor="per_decision")).due == due
    assert told(on="2025-09-30", ways=Ways(floor="per_decision")).due == 130_15


def test_case_9_on_the_day_it_is_paid() -> None:
    claim = CLAIM | {"principal": "10000.00", "start": "2022-09-19", "first_due": "2022-10-31"}
    paid = {"on": "2025-03-01", "type": "payment", "amount": "10000.00"}
    assert told(paid, terms=claim, on="2025-03-01").due == 1_387_47
    assert told(paid, terms=claim, on="2025-03-01", ways=Ways(basis="actual")).due == 1_385_40


def test_below_the_floor_nothing_is_due() -> None:
    most = {"on": "2025-04-10", "type": "payment", "amount": "4500.00"}
    found = told(most, on="2025-09-30")
    assert (len(found.owing), found.due) == (1, 0)


def test_over_principal_that_bears_interest_no_statutory_interest_runs() -> None:
    found = told(terms=BORNE, on="2027-01-01")
    assert [one.debt.cents for one in found.owing[:3]] == [166_67, 166_67, 166_67]
    free = {"on": "2025-01-01", "type": "interest_free_from"}
    assert told(free, terms=BORNE, on="2027-01-01").owing[0].debt.cents == 506_91


def test_over_principal_statutory_interest_runs_only_while_no_interest_of_the_loan_does() -> None:
    # Of the first row 340.24 is principal; of 8 percent until 2026 and of nothing after it, or until 1 June.
    free = {"on": "2026-01-01", "type": "interest_free_from"}
    zero = {"on": "2026-01-01", "type": "rate", "percent": "0"}
    called = {"on": "2026-01-01", "type": "due_at_once", "interest": "stops"}
    for stopped, until, cents in (
        # 340.24 x 4 % x 34 / 365 = 1.2677, added as 1.27 on 4 February; 341.51 x 4 % x 25 / 365 = 0.9356.
        *((event, "2026-03-01", 1_27 + 94) for event in (free, zero, called)),
        (free | {"until": "2026-02-01"}, "2026-03-01", 1_16),  # 31 days are 1.1559
        (free, "2026-01-02", 4),
    ):
        first, second = told(stopped, terms=BORNE, on=until).owing[:2]
        assert (first.debt.cents, first.debt.pauses, first.row_nr, second.row_nr) == (166_67, (), 1, 1)
        assert (second.debt.cents, second.interest.total) == (340_24, cents)
    assert told(free, terms=BORNE, on="2026-01-01").owing[1].debt.cents == 166_67


def test_the_last_day_of_principal_that_bears_interest_is_not_counted_where_the_day_of_payment_is() -> None:
    free = {"on": "2026-01-01", "type": "interest_free_from", "until": "2026-02-01"}
    found = told(free, terms=BORNE, on="2026-03-01", ways=Ways(end="inclusive"))
    assert found.owing[1].interest.total == 1_16


def test_a_due_date_on_a_weekend_begins_default_after_the_next_working_day() -> None:
    # 1 February 2025 is a Saturday.
    assert str(told(terms=BORNE, on="2026-01-01").owing[0].debt.default_from) == "2025-02-04"


def test_a_part_given_up_bears_no_interest() -> None:
    waived = {"on": "2025-06-01", "type": "waiver", "of": "principal", "amount": "712.94"}
    assert told(waived, on="2025-09-30").owing[0].debt.cents == 4_000_00


def test_no_interest_runs_in_a_restructuring_and_it_does_when_that_ends_early() -> None:
    start = {"on": "2025-04-15", "type": "wsnp_start", "id": "w"}
    for ways in (PLAIN, Ways(end="inclusive")):
        assert [one.interest.total for one in told(start, on="2025-12-30", ways=ways).owing] == [0]
    end = {"on": "2025-09-29", "type": "wsnp_early_end", "of": "w"}
    assert told(start, end, on="2025-09-30").due == 130_15


def test_an_arrangement_says_whether_interest_runs() -> None:
    facts = facts_of(drafts_of(CLAIM, [{"on": "2025-03-03", "type": "disburse", "amount": "4712.94"}]))
    day = date(2025, 4, 15)
    for runs, due in ((True, 130_15), (False, 0)):
        data = {"statutory_interest": runs}
        agreed = Fact(LOAN, 3, FactKind.ARRANGEMENT, day, day, "a", 100_00, 0, data, "test", "")
        assert proposed_interest([*facts, agreed], date(2025, 9, 30), LAW, Ways()).due == due
        counted = proposed_interest([*facts, agreed], date(2025, 9, 30), LAW, Ways(end="inclusive"))
        assert [one.interest.total for one in counted.owing] == [130_93 if runs else 0]


def test_the_command(
    sqlite_database: Engine, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sqlite_database is not None
    open_loan(sqlite_url, tmp_path, monkeypatch)
    shown = good("loan", "statutory-interest", str(LOAN), "--on", "2025-12-31")
    assert [row["in_default"] for row in shown["rows"]] == ["166.67"] * 11
    assert shown["due"] == "54.47"
    assert shown["rows"][0]["lines"]


def test_d5_the_college_says_on_which_claims_interest_is_charged() -> None:
    day, loan = date(2025, 9, 30), "bbz_business_capital"
    facts = facts_of(drafts_of(CLAIM, [{"on": "2025-03-03", "type": "disburse", "amount": "4712.94"}]))
    act = {"act": "formal_reminder", "proof": "track and trace"}
    sent = date(2025, 5, 1)
    reminded = [*facts, Fact(LOAN, 3, FactKind.INTERRUPTION, sent, sent, "r", 0, 0, act, "test", "")]
    assert why_not_charged(facts, day, loan, "always") == ""
    assert why_not_charged(facts, day, loan, "attributable_default_only") == ""
    assert "not on a claim" in why_not_charged(facts, day, "recovery_claim", "attributable_default_only")
    assert "charges none" in why_not_charged(facts, day, loan, "never")
    assert "there is none" in why_not_charged(facts, day, loan, "from_aanmaning")
    assert why_not_charged(reminded, day, loan, "from_aanmaning") == ""
    # 4,712.94 x 6 % x 152 / 365: from the day of the reminder instead of 15 April.
    assert proposed_interest(reminded, day, LAW, Ways(), reminded_on(reminded, day)).due == 117_76


def test_d5_only_a_formal_reminder_that_holds_is_one() -> None:
    facts = facts_of(drafts_of(CLAIM, [{"on": "2025-03-03", "type": "disburse", "amount": "4712.94"}]))
    day, by = date(2025, 5, 1), date(2025, 9, 30)

    def told_of(kind: FactKind, **says: object) -> Fact:
        return Fact(LOAN, 3, kind, day, day, "r", 0, 0, {"procedure": "recovery", **says}, "test", "")

    sent = told_of(FactKind.DUNNED, step="aanmaning")
    assert reminded_on([*facts, sent], by) == reminded_on([*facts, sent], day) == day
    assert reminded_on([*facts, sent], date(2025, 4, 30)) is None
    assert reminded_on([*facts, told_of(FactKind.REMINDER, step="formal")], by) == day
    for other in (told_of(FactKind.DUNNED, step="reminder"), told_of(FactKind.REMINDER, step="friendly")):
        assert reminded_on([*facts, other], by) is None
    back = Fact(LOAN, 4, FactKind.WITHDRAWAL, day, day, "w", 0, 3, {}, "test", "")
    assert reminded_on([*facts, sent, back], by) is None


def test_interest_that_was_paid_bears_none() -> None:
    fixed = {"on": "2025-09-30", "type": "statutory_interest", "amount": "130.15", "id": "i"}
    some, rest = (
        {"on": on, "type": "payment", "amount": a}
        for on, a in (("2025-09-30", "1500.00"), ("2025-10-10", "3343.09"))
    )
    assert told(fixed, some, rest, on="2025-10-10").due == 5_50
    # From 15 April 2026 on the 5.50 of the full year that nobody fixed or paid bears interest, and nothing else.
    found = told(fixed, some, rest, on="2026-11-26")
    assert [cents for _, cents in found.owing[0].interest.added] == [5_50]
    assert (found.total, found.due) == (135_79, 5_64)
    # Not paid, it is added whole.
    assert [cents for _, cents in told(fixed, on="2026-11-26").owing[0].interest.added] == [255_92]


def test_interest_that_was_paid_after_a_full_year_leaves_the_sum() -> None:
    claim = CLAIM | {"principal": "10000.00", "start": "2022-09-19", "first_due": "2022-10-31"}
    fixed = {"on": "2025-03-01", "type": "statutory_interest", "amount": "1387.47", "id": "i"}
    paid = {"on": "2025-03-01", "type": "payment", "amount": "11387.47"}
    found = told(fixed, paid, terms=claim, on="2026-11-26")
    assert (found.total, found.due) == (1_387_47, 0)
    given_up = {"on": "2025-03-01", "type": "waiver", "of": "statutory_interest", "amount": "1387.47"}
    only = {"on": "2025-03-01", "type": "payment", "amount": "10000.00"}
    assert told(fixed, given_up, only, terms=claim, on="2026-11-26").due == 0


def test_interest_that_was_paid_and_cancelled_is_not_what_was_paid_of_a_later_decision() -> None:
    fixed = {"on": "2025-09-30", "type": "statutory_interest", "amount": "130.15", "id": "i"}
    paid = {"on": "2025-10-01", "type": "payment", "amount": "130.15"}
    back = {"on": "2025-10-02", "type": "cancellation", "of": "i", "amount": "130.15"}
    again = {"on": "2025-10-03", "type": "statutory_interest", "amount": "132.47", "id": "j"}
    nothing_paid = told(on="2026-11-26")
    assert told(fixed, paid, back, on="2026-11-26").total == nothing_paid.total
    found = told(fixed, paid, back, again, on="2026-11-26")
    assert (found.total, found.fixed_before) == (nothing_paid.total, 132_47)
    # Of 100.00 that is cancelled 70.15 was not paid: 60.00 less 29.85 stays paid.
    part = {"on": "2025-10-02", "type": "cancellation", "of": "i", "amount": "100.00"}
    some = told(fixed, paid | {"amount": "60.00"}, part, on="2026-11-26")
    assert [cents for _, cents in some.owing[0].interest.added] == [255_92 - 30_15]


def test_what_is_paid_of_interest_is_of_the_oldest_row_first() -> None:
    claim = CLAIM | {"principal": "2000.00", "instalments": 2, "method": "linear"}
    claim |= {"start": "2024-03-04", "first_due": "2024-04-15"}
    fixed = {"on": "2024-12-31", "type": "statutory_interest", "amount": "93.59", "id": "i"}
    paid = {"on": "2024-12-31", "type": "payment", "amount": "60.00"}
    assert [one.interest.total for one in told(terms=claim, on="2024-12-31").owing] == [49_67, 43_92]
    # Of 60.00 the first row gets its 49.67 and the second 10.33; of full years of 67.12 and 66.30 the rest is added.
    found = told(fixed, paid, terms=claim, on="2025-06-01")
    assert [[cents for _, cents in one.interest.added] for one in found.owing] == [[17_45], [55_97]]


def test_d5_interest_that_the_college_does_not_charge_is_not_proposed(
    sqlite_database: Engine, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sqlite_database is not None
    open_loan(sqlite_url, tmp_path, monkeypatch)
    words = (
        "decide",
        "statutory-interest",
        str(LOAN),
        "--amount",
        "54.47",
        "--on",
        "2025-12-31",
        "--decision",
        "B",
    )
    missing = run(*words)
    assert (missing.code, "attributable: is missing" in missing.err) == (2, True)
    assert good(*words, "--attributable", "paid a car first")["proposed"]
    text = 'choices: {interest.policy: {2020-01-01: {value: never, source: "art. 1"}}}'
    write(tmp_path / "config", "policy/almere.yaml", text)
    monkeypatch.setenv("AFLOS_CONFIG", str(tmp_path / "config"))
    refused = run(*words, "--attributable", "x")
    assert (refused.code, "the college charges none" in refused.err) == (2, True)
    assert good("loan", "statutory-interest", str(LOAN), "--on", "2025-12-31")["due"] == "0.00"


def test_d5_no_more_is_fixed_than_is_computed_unless_somebody_says_why(
    sqlite_database: Engine, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sqlite_database is not None
    open_loan(sqlite_url, tmp_path, monkeypatch)
    words = ("decide", "statutory-interest", str(LOAN), "--on", "2025-12-31", "--attributable", "a car first")
    refused = run(*words, "--amount", "54.48", "--decision", "B-1")
    assert (refused.code, "54.47 is computed, see" in refused.err) == (2, True), refused.err
    assert good(*words, "--amount", "54.47", "--decision", "B-1")["proposed"]
    assert not good(*words, "--amount", "54.47", "--decision", "B-1")["proposed"]
    twice = run(*words, "--amount", "54.47", "--decision", "B-3")
    assert (twice.code, "of 54.47 is proposed: finish it" in twice.err) == (2, True), twice.err
    assert good(*words, "--amount", "60.00", "--decision", "B-2", "--more-because", "by judgment")["proposed"]


def test_interest_on_what_was_paid_too_late_is_fixed_after_the_loan_is_closed(
    sqlite_database: Engine, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sqlite_database is not None
    open_loan(sqlite_url, tmp_path, monkeypatch)
    good(
        "payment",
        "add",
        str(LOAN),
        "--amount",
        good("loan", "payoff", str(LOAN), "--on", "2025-12-31")["total"],
        "--on",
        "2025-12-31",
    )
    assert good("loan", "show", str(LOAN))["state"] == "closed"
    assert good("loan", "statutory-interest", str(LOAN), "--on", "2025-12-31")["due"] == "54.47"
    words = ("decide", "statutory-interest", str(LOAN), "--on", "2025-12-31", "--attributable", "a car first")
    refused = run(*words, "--amount", "54.48", "--decision", "B-1")
    assert (refused.code, "54.47 is computed, see" in refused.err) == (2, True), refused.err
    assert good(*words, "--amount", "54.47", "--decision", "B-1")["proposed"]
    cost = run("decide", "cost", str(LOAN), "--amount", "5.00", "--on", "2025-12-31", "--decision", "K-1")
    assert (cost.code, "nothing is owed" in cost.err) == (2, True), cost.err


def test_interest_that_is_all_that_is_left_is_work_after_its_term() -> None:
    paid = {"on": "2025-09-30", "type": "payment", "amount": "4712.94"}
    fixed = {"on": "2025-10-01", "type": "statutory_interest", "amount": "130.15", "id": "i"}

    def asked(day: str, *events: dict[str, Any]) -> list[Item]:
        facts = facts_of(drafts_of(CLAIM, [LENT_CLAIM, *events]))
        return item_of_interest_left(Case(LOAN, 1, facts), LAW, date.fromisoformat(day))

    # Six weeks from 1 October end on 12 November.
    assert asked("2025-11-12", paid, fixed) == []
    (item,) = asked("2025-11-13", paid, fixed)
    assert (item.source, item.due, item.reason[:6]) == ("interest", date(2025, 11, 12), "130.15")
    assert asked("2025-11-13", fixed) == []  # the claim itself is overdue: that is dunned
    later = {"on": "2025-11-12", "type": "payment", "amount": "130.15"}
    assert asked("2025-11-13", paid, fixed, later) == []
    assert asked("2025-11-13", paid) == []


def test_interest_that_was_fixed_before_the_law_had_a_payment_term_is_work_and_stops_no_list() -> None:
    claim = CLAIM | {"start": "2008-01-02", "first_due": "2008-02-01", "principal": "1000.00"}
    lent = {"on": "2008-01-02", "type": "disburse", "amount": "1000.00"}
    fixed = {"on": "2009-02-02", "type": "statutory_interest", "amount": "60.00", "id": "i"}

    paid = {"on": "2009-01-05", "type": "payment", "amount": "1000.00"}

    def asked(*events: dict[str, Any]) -> list[tuple[date, str]]:
        facts = facts_of(drafts_of(claim, [lent, paid, fixed, *events]))
        items = item_of_interest_left(Case(LOAN, 1, facts), LAW, date(2026, 1, 5))
        return [(item.due, item.reason) for item in items]

    said = (
        "60.00 of statutory interest is all that is left, fixed on 2009-02-02, for which day no payment term"
    )
    assert asked() == [(date(2009, 2, 2), f"{said} is known")]
    assert asked({"on": "2009-03-02", "type": "payment", "amount": "60.00"}) == []


def test_a_letter_shows_the_interest_row_by_row_to_the_last_cent() -> None:
    rows = interest_rows(told(on="2025-09-30"))
    assert rows == [["15 april 2025 tot 30 september 2025", 4_712_94, "6", 168, 130_15]]
    # A second decision takes off what the first fixed, and one that asks less what it does not ask.
    fixed = {"on": "2025-09-30", "type": "statutory_interest", "amount": "130.15", "id": "i"}
    paid_part = {"on": "2025-09-30", "type": "payment", "amount": "1500.00"}
    later = told(fixed, paid_part, on="2026-01-01")
    assert [row[-1] for row in rows_of_decision(later, later.due)] == [130_15, 51_11, -130_15]
    less = rows_of_decision(later, 40_00)
    assert [(row[0], row[-1]) for row in less[2:]] == [
        ("eerder al vastgesteld", -130_15),
        ("dit vragen wij niet", -11_11),
    ]
    assert rows_of_decision(later, later.due + 1) == []
    # Payment by payment 59.18 is enough and 4.93 is too little; the table adds up to what is fixed.
    two = [
        {"on": on, "type": "payment", "amount": paid}
        for on, paid in (("2025-08-13", "2500.00"), ("2025-10-12", "500.00"))
    ]
    small = told(
        *two, terms=CLAIM | {"principal": "3000.00"}, on="2025-10-12", ways=Ways(floor="per_payment")
    )
    assert [row[-1] for row in rows_of_decision(small, small.due)] == [59_18, 4_93, -4_93]
    # Over changes of rate, payments and full years of several rows whole cents still add up to what is fixed.
    paid = [{"on": f"2025-0{month}-20", "type": "payment", "amount": "61.37"} for month in range(3, 8)]
    found = told(*paid, terms=BORNE, on="2026-11-26")
    assert sum(int(str(row[-1])) for row in interest_rows(found)) == found.total > 0
