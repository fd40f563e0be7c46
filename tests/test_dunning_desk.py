"""Dunning and reviews as people see them: what is due and why, what waits for whom, and case 8 from begin to end."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from jobs import clock
from ledger.database import writing
from ledger.money import euros
from servicing.blocks import holding_of
from servicing.dunning.announced import announced_on
from servicing.dunning.letters import Due, handed_over
from servicing.dunning.owing import Overdue, overdue_of
from servicing.dunning.sent import HandedOver, Line, drafts_of
from servicing.dunning.waiving import item_of_waiver
from servicing.dunning.work import item_of_arrangement, item_of_interest, items_of_missing, items_of_reviews
from servicing.facts import Draft, Fact, FactKind
from servicing.history import history_of
from servicing.in_default import proposed_interest, ways_of
from servicing.lapsing import lapses_of
from servicing.life.state import COSTS, PRINCIPAL_DUE, STATUTORY, State
from servicing.life.timeline import live
from servicing.reviewing import completed, next_review, reviews_of
from servicing.store import Recorded, record
from servicing.worklist import Case, Item
from tests.desk import LOAN, good, open_loan, run
from tests.dunning_cases import LAW, PROCEDURES, PRODUCTS, at, fact, letter, overdue, rules, step_on, told

CLAIM = {
    "principal": "4712.94",
    "annual_rate_percent": "0",
    "start": "2025-03-03",
    "instalments": 1,
    "first_due": "2025-04-14",
    "method": "bullet",
}
"""Worked case 8: a claim of 4,712.94, the decision sent on 3 March 2025, due on 14 April."""


def life(facts: list[Fact], on: str) -> State:
    history = history_of(facts)
    return live(history.terms, history.events, history.reversals, at(on))


def due_on(facts: list[Fact], on: str) -> Overdue:
    found = overdue_of(life(facts, on), at(on))
    assert found is not None
    return found


def recorded(facts: list[Fact], drafts: list[Draft]) -> list[Fact]:
    """The facts and some more, known on their own day."""
    return [
        *facts,
        *(
            Fact(
                d.loan,
                len(facts) + nr,
                d.kind,
                d.value_date,
                d.value_date,
                d.key,
                d.cents,
                d.of,
                d.data,
                "a",
                "",
            )
            for nr, d in enumerate(drafts, start=1)
        ),
    ]


@pytest.mark.parametrize(
    ("end", "interest_due", "rest"), [("exclusive", 130_15, 336_309), ("inclusive", 130_93, 336_387)]
)
def test_case_8_from_the_decision_to_the_last_cent(end: str, interest_due: int, rest: int) -> None:
    by = rules(
        "recovery_claim",
        dunning__reminder_day="7",
        dunning__aanmaning_day="14",
        interest__policy="always",
        interest__end=end,
    )
    facts = [
        fact(1, FactKind.GRANT, "2025-03-03", **CLAIM),
        fact(2, FactKind.DISBURSEMENT, "2025-03-03", cents=471_294),
        fact(3, FactKind.ANNOUNCED, "2025-03-03", ground="clawback"),
    ]
    assert told(step_on("2025-04-14", facts, due_on(facts, "2025-04-15"), by)) == (
        "the term to pay ends on 2025-04-14"
    )
    facts = recorded(facts, drafts_of(_sent("reminder", "2025-04-22", facts)))
    found = step_on("2025-05-01", facts, due_on(facts, "2025-05-01"), by)
    assert told(found) == "aanmaning"
    sent, why = handed_over([_due(facts)], "L-1", at("2025-05-01"), PROCEDURES["clawback"], (LAW, by.choices))
    assert (euros(sent.lines[0].fee), sent.term_until, why) == ("20.00", at("2025-05-15"), "")
    facts = recorded(facts, drafts_of(sent))
    assert told(step_on("2025-05-15", facts, due_on(facts, "2025-05-15"), by)) == (
        "enforcement comes from 2025-05-16 on"
    )
    interest = proposed_interest(facts, at("2025-09-30"), LAW, ways_of(by.choices))
    assert interest.due == interest_due
    decided = [
        Draft(facts[0].loan, FactKind.STATUTORY_INTEREST, at("2025-09-30"), "SR-1", cents=interest.due),
        Draft(facts[0].loan, FactKind.PAYMENT, at("2025-09-30"), "P-1", cents=150_000),
    ]
    state = life(recorded(facts, decided), "2025-09-30")
    (split,) = state.splits
    # Awb 4:92: costs, then interest, and the rest of 1,500.00 pays the claim.
    assert split.parts == {
        COSTS: 2_000,
        STATUTORY: interest_due,
        PRINCIPAL_DUE: 150_000 - 2_000 - interest_due,
    }
    assert state.principal == rest


def _due(facts: list[Fact]) -> Due:
    arrears, proposed = due_on(facts, "2025-05-01"), at("2025-04-29")
    return Due(facts[0].loan, 1, "clawback", "aanmaning", "formal_reminder", (1,), arrears, proposed)


def _sent(step: str, on: str, facts: list[Fact]) -> HandedOver:
    return HandedOver(
        step, "clawback", step, step, at(on), (Line(facts[0].loan, at("2025-04-14"), 471_294),), (1,)
    )


def test_case_10_interest_below_the_floor_is_no_work() -> None:
    facts = [
        fact(1, FactKind.GRANT, "2025-03-03", **(CLAIM | {"principal": "1000.00"})),
        fact(2, FactKind.DISBURSEMENT, "2025-03-03", cents=100_000),
        letter(3, "aanmaning", "2025-05-06", "2025-05-20", procedure="recovery"),
    ]
    ways = (LAW, rules("recovery_claim", interest__policy="always").choices)
    case = Case(facts[0].loan, 1, facts)
    # 121 days of 6 % over 1,000.00 are 19.89, 122 are 20.05.
    assert item_of_interest(case, PRODUCTS["recovery_claim"], ways, at("2025-08-14")) == []
    (item,) = item_of_interest(case, PRODUCTS["recovery_claim"], ways, at("2025-08-15"))
    assert item.reason.startswith("20.05 of statutory interest up to 2025-08-15 can be fixed (Awb 4:99)")
    assert item.due == at("2025-05-20")
    done = Case(case.loan, 1, [*facts, fact(4, FactKind.HANDLED, "2025-08-15", of=item.fact)])
    assert (item.fact, item_of_interest(done, PRODUCTS["recovery_claim"], ways, at("2025-08-16"))) == (3, [])
    again = letter(5, "aanmaning", "2025-09-01", "2025-09-15", procedure="recovery")
    more = Case(case.loan, 1, [*done.facts, again])
    assert len(item_of_interest(more, PRODUCTS["recovery_claim"], ways, at("2025-09-16"))) == 1


@pytest.mark.parametrize(
    ("policy", "product", "expected"),
    [
        ("never", "bbz_business_capital", 0),
        ("attributable_default_only", "recovery_claim", 0),
        ("attributable_default_only", "bbz_business_capital", 1),
        ("from_aanmaning", "recovery_claim", 1),
        ("always", "recovery_claim", 1),
    ],
)
def test_d5_on_which_claims_interest_is_proposed(policy: str, product: str, expected: int) -> None:
    facts = [
        fact(1, FactKind.GRANT, "2025-03-03", **CLAIM),
        fact(2, FactKind.DISBURSEMENT, "2025-03-03", cents=471_294),
        letter(3, "aanmaning", "2025-05-06", "2025-05-20", procedure="recovery"),
    ]
    ways = (LAW, rules(product, interest__policy=policy).choices)
    found = item_of_interest(Case(facts[0].loan, 1, facts), PRODUCTS[product], ways, at("2025-09-01"))
    assert len(found) == expected
    before = item_of_interest(Case(facts[0].loan, 1, facts[:2]), PRODUCTS[product], ways, at("2025-09-01"))
    assert len(before) == (1 if policy == "always" else 0)


def test_f13_a_letter_interrupts_limitation_only_when_it_is_proven_sent() -> None:
    grant = [
        fact(1, FactKind.GRANT, "2025-03-03", **CLAIM),
        fact(2, FactKind.DISBURSEMENT, "2025-03-03", cents=471_294),
    ]
    asked = {"interrupts": "formal_reminder"}
    unproven = [*grant, letter(3, "aanmaning", "2025-05-06", "2025-05-20", procedure="recovery", **asked)]
    proven = [
        *grant,
        letter(3, "aanmaning", "2025-05-06", "2025-05-20", procedure="recovery", **asked, proof="run 7"),
    ]
    taken_back = [*proven, fact(4, FactKind.WITHDRAWAL, "2025-06-01", of=3)]

    def lapse(facts: list[Fact]) -> date | None:
        (found,) = lapses_of(facts, at("2025-09-01"), "public", LAW)
        return found.limitation.lapses_on

    assert lapse(grant) == lapse(unproven) == lapse(taken_back) == at("2030-04-15")
    assert lapse(proven) == at("2030-05-07")


def test_p20_an_arrangement_that_is_behind_is_work() -> None:
    agreed = fact(1, FactKind.ARRANGEMENT, "2025-03-01", cents=5000, first="2025-03-31", every="1m")
    assert item_of_arrangement(Case(int(LOAN), 1, [agreed]), "public", at("2025-03-30")) == []
    (item,) = item_of_arrangement(Case(int(LOAN), 1, [agreed]), "public", at("2025-04-30"))
    assert item.reason == "arrangement: 100.00 was to be paid by 2025-04-30, 0.00 came"
    assert item.next_action.endswith(f"aflos decide arrangement-end {LOAN} --of 1 (Awb 4:96)")
    paid = fact(2, FactKind.PAYMENT, "2025-04-02", cents=10_000)
    assert item_of_arrangement(Case(int(LOAN), 1, [agreed, paid]), "public", at("2025-04-30")) == []


def test_p03_each_account_without_statements_is_one_item() -> None:
    found = items_of_missing(
        [(1, "NL44TEST0340000001", at("2025-02-03")), (1, "NL17TEST0340000002", at("2025-02-04"))]
    )
    assert [item.subject for item in found] == ["NL44TEST0340000001", "NL17TEST0340000002"]


def test_p19_a_review_is_a_case_with_states() -> None:
    opened = fact(1, FactKind.REVIEW, "2025-01-10", due="2025-03-01")
    sent = fact(2, FactKind.REVIEW_STEP, "2025-01-12", of=1, step="form-sent")
    back = fact(3, FactKind.REVIEW_STEP, "2025-02-01", of=1, step="form-received", income="2100.00")
    looked = fact(
        4, FactKind.REVIEW_STEP, "2025-02-10", of=1, step="looked-into", capacity="75.00", method="norm-share"
    )
    done = fact(5, FactKind.REVIEW_DONE, "2025-02-20", of=1, conclusion="75.00 a month", next="2026-02-20")
    facts = [opened, sent, back, looked, done]
    states = [reviews_of(facts[:count])[0].state for count in range(1, 6)]
    assert states == ["due", "form-sent", "form-received", "looked-into", "done"]
    (review,) = reviews_of(facts)
    assert review.findings == {"income": "2100.00", "capacity": "75.00", "method": "norm-share"}
    assert completed([review], at("2025-02-01"), at("2025-03-01")) == {"2025-02": 1}
    assert completed([review], at("2025-02-21"), at("2025-03-01")) == {}
    assert next_review(facts) == at("2026-02-20")
    (item,) = items_of_reviews(Case(int(LOAN), 1, facts[:2]), at("2025-02-01"))
    assert (item.source, item.due, item.reason) == ("review", at("2025-03-01"), "review: form-sent")
    assert items_of_reviews(Case(int(LOAN), 1, facts), at("2026-02-19")) == []
    (again,) = items_of_reviews(Case(int(LOAN), 1, facts), at("2026-02-20"))
    assert again.next_action == "aflos review open"
    # A review that named no next day comes again after so many months, where the college chose them.
    unplanned = [*facts[:4], fact(5, FactKind.REVIEW_DONE, "2025-02-20", of=1, conclusion="x")]
    case, day = Case(int(LOAN), 1, unplanned), at("2026-02-20")
    assert items_of_reviews(case, day, rules().choices) == []
    assert next_review(unplanned, 12) == day


def test_d14_a_claim_of_years_is_proposed_for_waiver_until_a_person_looked() -> None:
    claim = [
        fact(1, FactKind.GRANT, "2020-03-03", **(CLAIM | {"start": "2020-03-03", "first_due": "2020-04-14"})),
        fact(2, FactKind.DISBURSEMENT, "2020-03-03", cents=471_294),
        fact(3, FactKind.ANNOUNCED, "2020-03-03", ground="recovery"),
        fact(4, FactKind.PAYMENT, "2021-01-01", cents=100_000),
    ]

    def items_of(day: str, facts: list[Fact], rule: str = "propose_3_5_10_years") -> list[Item]:
        by = rules("recovery_claim", waiver__rules=rule)
        return item_of_waiver(Case(int(LOAN), 1, facts), by.product, (LAW, by.choices), at(day))

    def told_of(day: str, facts: list[Fact], rule: str = "propose_3_5_10_years") -> list[str]:
        return [str(one.due) for one in items_of(day, facts, rule)]

    (item,) = items_of("2023-03-03", claim)
    assert "that the term is 3 years is not verified (policy of several municipalities" in item.reason
    assert item.next_action.startswith(
        "confirm the term first (aflos law show practice_waiver_term_no_fault)"
    )
    assert told_of("2023-03-02", claim) == []
    assert told_of("2023-03-03", claim) == ["2023-03-03"]
    assert told_of("2025-03-03", claim) == ["2025-03-03"]
    assert told_of("2025-03-03", claim, "never_propose") == []
    looked = [*claim, fact(5, FactKind.HANDLED, "2023-04-01", of=3, text="no")]
    assert [told_of(day, looked) for day in ("2023-04-01", "2025-03-03")] == [[], ["2025-03-03"]]
    paid_off = [*claim, fact(5, FactKind.PAYMENT, "2022-01-01", cents=371_294)]
    assert told_of("2023-03-03", paid_off) == []


@pytest.fixture
def counter(
    sqlite_database: Engine, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Engine:
    """A loan of Almere of which nothing was ever paid."""
    open_loan(sqlite_url, tmp_path, monkeypatch)
    return sqlite_database


def test_aflos_dunning_says_what_is_due_and_why(counter: Engine) -> None:
    before = good("dunning", "why", LOAN, "--on", "2025-02-06")
    assert (before["step"], before["reason"]) == (None, "reminder comes from 2025-02-08 on")
    found = good("dunning", "why", LOAN, "--on", "2025-02-08")
    assert (found["step"], found["debtors"], found["overdue"]) == ("reminder", [1], "506.91")
    assert found["rows"] == [{"row": 1, "due": "2025-02-01", "principal": "340.24", "interest": "166.67"}]
    good("hold", LOAN, "--until", "2025-02-20", "--on", "2025-02-09", "--reason", "figures come")
    held = good("dunning", "why", LOAN, "--on", "2025-02-10")
    assert (held["step"], held["waits_until"], held["blocks"][0]["article"]) == (
        None,
        "2025-02-20",
        "hold.longest",
    )
    assert "an adviser holds it" in run("dunning", "why", LOAN, "--on", "2025-02-10").out
    assert good("dunning", "list", "--waiting") == []
    assert "creditor: 'x': must be one of" in run("dunning", "list", "--creditor", "x").err


def test_p02_a_letter_that_was_sent_by_hand_moves_the_ladder(counter: Engine) -> None:
    early = run("dunning", "handed-over", LOAN, "--on", "2025-02-07", "--document", "L-1")
    assert "no letter was due on 2025-02-07: reminder comes from 2025-02-08 on" in early.err
    words = ("dunning", "handed-over", LOAN, "--on", "2025-02-08", "--document", "L-1", "--proof", "3STEST1")
    (sent,) = good(*words)["facts"]
    assert (sent["kind"], sent["data"]["step"], sent["data"]["fee"]) == ("dunned", "reminder", "0.00")
    assert [again["fact"] for again in good(*words)["facts"]] == [sent["fact"]]
    assert good("dunning", "why", LOAN, "--on", "2025-02-14")["waits_until"] == "2025-02-15"
    assert good("dunning", "why", LOAN, "--on", "2025-02-15")["step"] == "call"
    good("event", "contact", LOAN, "--on", "2025-02-15", "--document", "call 1", "--text", "no answer")
    formal = good("dunning", "handed-over", LOAN, "--on", "2025-02-24", "--document", "L-2")["facts"]
    assert [fact["data"]["term_until"] for fact in formal] == ["2025-03-10"]
    assert "from 2025-03-11 on" in good("dunning", "why", LOAN, "--on", "2025-03-10")["reason"]


def test_p01_p05_p26_what_is_recorded_for_the_ladder(counter: Engine) -> None:
    good("dunning", "announced", LOAN, "--on", "2025-03-03", "--document", "TV-1", "--debtor", "1")
    nothing = run("dunning", "bailiff", "statement", LOAN, "--on", "2025-08-02", "--document", "x")
    assert "no file is at the bailiff" in nothing.err
    good("dunning", "bailiff", "out", LOAN, "--on", "2025-08-01", "--document", "GDW-1")
    words = (
        "dunning",
        "bailiff",
        "statement",
        LOAN,
        "--on",
        "2025-09-01",
        "--document",
        "S-1",
        "--costs",
        "120.50",
    )
    good(*words)
    assert "with the bailiff" in good("dunning", "why", LOAN, "--on", "2025-09-02")["reason"]
    good("dunning", "bailiff", "recalled", LOAN, "--on", "2025-10-01", "--document", "R-1")
    assert good("dunning", "why", LOAN, "--on", "2025-10-02")["step"] == "reminder"
    facts = good("loan", "show", LOAN)["facts"]
    assert facts[-2]["data"] == {"costs": "120.50"}
    with writing(counter) as connection:
        by = Recorded("a", clock.today(), "2025-01-01T00:00:00+00:00")
        (number,) = record(
            connection, [Draft(int(LOAN), FactKind.CONTACT, at("2025-10-01"), "c", data={})], by
        )
    assert number == len(facts) + 1


def test_p19_reviews_from_the_desk_and_their_count(counter: Engine) -> None:
    good("review", "open", LOAN, "--due", "2025-09-01", "--on", "2025-07-01")
    assert (
        "a review is open already"
        in run("review", "open", LOAN, "--due", "2025-09-01", "--on", "2025-07-02").err
    )
    good("review", "step", LOAN, "form-sent", "--on", "2025-07-02")
    good(
        "review",
        "step",
        LOAN,
        "looked-into",
        "--on",
        "2025-08-02",
        "--capacity",
        "75.00",
        "--method",
        "norm-share",
    )
    (item,) = good("worklist", "--source", "review")
    assert (item["subject"], item["due"], item["reason"]) == (LOAN, "2025-09-01", "review: looked-into")
    again = (clock.today() + timedelta(days=30)).isoformat()
    good("review", "done", LOAN, "--conclusion", "75.00 a month", "--on", "2025-08-10", "--next", again)
    assert good("worklist", "--source", "review") == []
    (row,) = good("review", "list", "--creditor", "almere")
    assert (row["state"], row["findings"]["capacity"], row["next"]) == ("done", "75.00", again)
    assert good("review", "list", "--open") == []
    counted = good("review", "count", "--from", "2025-01-01", "--to", "2026-01-01")
    assert counted == [{"creditor": "almere", "month": "2025-08", "completed": 1}]
    late = run("review", "step", LOAN, "form-sent", "--on", "2025-09-02")
    assert "has ended already" in late.err


def test_p05_the_day_on_which_every_debtor_had_the_decision() -> None:
    first = fact(1, FactKind.ANNOUNCED, "2025-03-03", debtors=[1])
    second = fact(2, FactKind.ANNOUNCED, "2025-03-10", debtors=[2])
    assert announced_on([first], (1, 2)) is None
    assert announced_on([first, second], (1, 2)) == at("2025-03-10")
    assert announced_on([fact(1, FactKind.ANNOUNCED, "2025-03-03")], (1, 2)) == at("2025-03-03")
    assert announced_on([], ()) is None
    assert holding_of([first], at("2025-03-02")) == []


def test_overdue_is_what_fell_due_before_the_day() -> None:
    facts = [
        fact(1, FactKind.GRANT, "2025-03-03", **CLAIM),
        fact(2, FactKind.DISBURSEMENT, "2025-03-03", cents=471_294),
    ]
    assert overdue_of(life(facts, "2025-04-14"), at("2025-04-14")) is None
    assert due_on(facts, "2025-04-15").cents == 471_294
    some: Any = overdue(("2025-04-14", "1.00"))
    assert some.since == at("2025-04-14")
