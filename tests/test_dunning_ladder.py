"""Which step of dunning is due, from facts, law, policy and a day: a test for each point of practice."""

from __future__ import annotations

from datetime import timedelta

import pytest

from servicing.dunning.ladder import Step, Wait
from servicing.facts import DECIDED, Fact, FactKind
from tests.dunning_cases import LAW, at, fact, letter, overdue, rules, step_on, told

REMINDER = letter(1, "reminder", "2025-02-10")
CALL = fact(2, FactKind.CONTACT, "2025-02-18", text="no answer")
AANMANING = letter(3, "aanmaning", "2025-02-26", "2025-03-12", debtors=[1])
LAST = letter(4, "last_letter", "2025-03-14", "2025-03-21", debtors=[1])

RECOVERY = rules("recovery_claim")
CLAIM = overdue(("2025-04-14", "4712.94"))
ANNOUNCED = fact(1, FactKind.ANNOUNCED, "2025-03-03", ground="recovery", debtors=[1])
OWN_AANMANING = letter(5, "aanmaning", "2025-05-06", "2025-05-20", procedure="recovery", debtors=[1])


@pytest.mark.parametrize(
    ("facts", "last_wait", "step"),
    [
        ([], "2025-02-06", "reminder"),
        ([REMINDER], "2025-02-16", "call"),
        ([REMINDER, CALL], "2025-02-24", "aanmaning"),
        ([REMINDER, CALL, AANMANING], "2025-03-12", "last_letter"),
        ([REMINDER, CALL, AANMANING, LAST], "2025-03-21", "person"),
    ],
)
def test_p01_instalments_climb_one_step_at_a_time_to_a_person(
    facts: list[Fact], last_wait: str, step: str
) -> None:
    day = at(last_wait)
    assert isinstance(step_on(last_wait, facts), Wait)
    due = step_on((day + timedelta(days=1)).isoformat(), facts)
    assert told(due) == step
    assert isinstance(due, Step)
    assert due.procedure == "instalments"


def test_p01_a_call_comes_before_any_cost_and_after_the_reminder() -> None:
    early = fact(2, FactKind.CONTACT, "2025-02-05", text="x")
    assert told(step_on("2025-03-31", [REMINDER, early])) == "call"
    assert told(step_on("2025-03-31", [REMINDER, CALL])) == "aanmaning"


def test_p01_a_recovery_claim_has_six_weeks_and_an_aanmaning_of_its_own() -> None:
    def on(day: str, *facts: Fact) -> str:
        return told(step_on(day, [ANNOUNCED, *facts], CLAIM, RECOVERY))

    assert on("2025-04-14") == "the term to pay ends on 2025-04-14"
    assert on("2025-04-15") == "reminder comes from 2025-04-21 on"
    assert on("2025-04-21") == "reminder"
    reminded = letter(2, "reminder", "2025-04-22", "", procedure="recovery")
    assert on("2025-05-05", reminded) == "aanmaning comes from 2025-05-06 on"
    assert on("2025-05-06", reminded) == "aanmaning"
    assert on("2025-05-20", reminded, OWN_AANMANING) == "enforcement comes from 2025-05-21 on"
    assert on("2025-05-21", reminded, OWN_AANMANING) == "enforcement"


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ([OWN_AANMANING], "not handed over to every debtor"),
        (
            [ANNOUNCED, letter(5, "aanmaning", "2025-05-06", "2025-05-20", procedure="instalments")],
            "reminder",
        ),
        ([ANNOUNCED, letter(5, "aanmaning", "2025-04-14", "2025-04-28", procedure="recovery")], "reminder"),
        (
            [ANNOUNCED, letter(5, "aanmaning", "2025-05-06", "", procedure="recovery")],
            "no dwangbevel can rest on it",
        ),
        ([ANNOUNCED, OWN_AANMANING, fact(6, FactKind.WITHDRAWAL, "2025-06-01", of=5)], "reminder"),
        (
            [ANNOUNCED, fact(5, FactKind.REMINDER, "2025-05-06", step="formal")],
            "no dwangbevel can rest on it",
        ),
        ([fact(1, FactKind.ANNOUNCED, "2025-03-03", debtors=[2]), OWN_AANMANING], "not handed over"),
    ],
)
def test_p01_no_dwangbevel_without_decision_term_and_own_aanmaning(facts: list[Fact], why: str) -> None:
    assert why in told(step_on("2025-12-31", facts, CLAIM, RECOVERY))


def test_p01_a_loan_called_in_leaves_the_ladder_of_instalments() -> None:
    called = fact(
        6, FactKind.DUE_AT_ONCE, "2025-06-02", interest="runs", **{DECIDED: {"number": 1, "maker": "a"}}
    )
    facts = [REMINDER, CALL, AANMANING, LAST, called]
    assert told(step_on("2025-07-14", facts)) == "the term to pay ends on 2025-07-14"
    found = step_on("2025-07-21", facts)
    assert isinstance(found, Step)
    assert (found.code, found.procedure) == ("reminder", "recovery")


def test_p05_a_decision_that_was_not_announced_is_not_dunned() -> None:
    waits = step_on("2025-12-31", [], CLAIM, RECOVERY)
    assert isinstance(waits, Wait)
    assert waits.article == "Awb art. 3:40, 4:86"
    both = [ANNOUNCED, fact(2, FactKind.ANNOUNCED, "2025-05-05", debtors=[2])]
    joint = step_on("2025-06-16", both, CLAIM, RECOVERY, debtors=(1, 2))
    assert told(joint) == "the term to pay ends on 2025-06-16"
    assert "not handed over" in told(step_on("2025-06-16", both[:1], CLAIM, RECOVERY, debtors=(1, 2)))


def test_p03_nothing_is_proposed_on_incomplete_information() -> None:
    held = step_on("2025-03-01", held="bank statements of 3 days are missing")
    assert held == Wait(
        "bank statements of 3 days are missing",
        "practice: nothing on incomplete information",
        at("2025-03-02"),
    )


@pytest.mark.parametrize(
    ("kind", "data", "reason"),
    [
        (FactKind.DEATH, {"debtor": 1}, "has died"),
        (FactKind.ADDRESS, {"debtor": 1, "address": "unknown"}, "address is unknown"),
        (FactKind.WSNP_START, {"debtor": 1}, "WSNP"),
        (FactKind.MORATORIUM, {"debtor": 1, "until": "2025-08-01"}, "moratorium"),
        (FactKind.ADMINISTRATION, {"debtor": 1}, "managed by another"),
        (FactKind.BANKRUPTCY, {"debtor": 1}, "bankrupt"),
        (FactKind.OBJECTION, {}, "an objection is open"),
        (FactKind.DISPUTE, {}, "disputes"),
        (FactKind.ORDER_SUSPENDED, {}, "suspended the enforcement order"),
        (FactKind.DEFERRAL, {"until": "2025-08-01"}, "deferred"),
        (FactKind.ARRANGEMENT, {"first": "2025-06-30", "cents": 5000}, "a payment arrangement holds, kept"),
        (FactKind.HOLD, {"until": "2025-03-10"}, "an adviser holds it"),
        (FactKind.PROMISE, {"by": "2025-03-09", "until": "2025-03-10", "cents": 50691}, "promised to pay"),
        (FactKind.BAILIFF, {"bailiff": "x"}, "with the bailiff"),
    ],
    ids=lambda value: value.text if isinstance(value, FactKind) else "",
)
def test_f7_f8_f9_f10_f11_f12_p20_p26_a_block_stops_dunning_the_same_night(
    kind: FactKind, data: dict[str, object], reason: str
) -> None:
    facts = [REMINDER, CALL, fact(7, kind, "2025-03-01", **data)]
    assert told(step_on("2025-02-28", facts)) == "aanmaning"
    waits = step_on("2025-03-01", facts)
    assert isinstance(waits, Wait)
    assert reason in waits.reason
    assert waits.article


def test_f7_f9_the_other_joint_debtor_is_still_asked() -> None:
    facts = [fact(7, FactKind.DEATH, "2025-02-01", debtor=1)]
    found = step_on("2025-03-01", facts, debtors=(1, 2))
    assert isinstance(found, Step)
    assert found.debtors == (2,)


def test_f7_a_wrong_report_undone_begins_again_at_the_reminder() -> None:
    facts = [
        REMINDER,
        CALL,
        fact(7, FactKind.DEATH, "2025-03-01", debtor=1),
        fact(8, FactKind.WITHDRAWAL, "2025-03-10", of=7),
    ]
    assert told(step_on("2025-03-10", facts)) == "reminder comes from 2025-03-17 on"


@pytest.mark.parametrize(
    "block",
    [
        fact(7, FactKind.HOLD, "2025-03-01", until="2025-03-10", reason="x"),
        fact(7, FactKind.MORATORIUM, "2025-03-01", debtor=1, until="2025-03-10"),
    ],
    ids=["hold", "moratorium"],
)
def test_p10_f10_the_end_of_a_block_waits_for_a_person_and_begins_at_the_reminder(block: Fact) -> None:
    facts = [REMINDER, CALL, AANMANING, block]
    assert "ended, not reviewed" in told(step_on("2025-04-30", facts))
    looked = [*facts, fact(8, FactKind.HANDLED, "2025-05-01", of=7, text="called")]
    assert told(step_on("2025-05-07", looked)) == "reminder comes from 2025-05-08 on"
    assert told(step_on("2025-05-08", looked)) == "reminder"


def test_p10_f12_after_a_deferral_the_ladder_begins_again() -> None:
    facts = [REMINDER, CALL, fact(7, FactKind.DEFERRAL, "2025-03-01", until="2025-06-01")]
    assert told(step_on("2025-05-31", facts)) == "payment is deferred"
    assert told(step_on("2025-06-07", facts)) == "reminder comes from 2025-06-08 on"
    ended = [*facts, fact(8, FactKind.DEFERRAL_END, "2025-04-01", of=7)]
    assert told(step_on("2025-04-08", ended)) == "reminder"


def test_p10_f8_an_address_that_is_found_begins_at_the_reminder() -> None:
    facts = [
        REMINDER,
        CALL,
        fact(7, FactKind.ADDRESS, "2025-03-01", debtor=1, address="unknown"),
        fact(8, FactKind.ADDRESS, "2025-04-01", debtor=1, address="known"),
    ]
    assert told(step_on("2025-04-07", facts)) == "reminder comes from 2025-04-08 on"
    moved = [REMINDER, CALL, fact(8, FactKind.ADDRESS, "2025-04-01", debtor=1, address="known")]
    assert told(step_on("2025-04-07", moved)) == "aanmaning"


def test_p20_a_promise_pauses_and_a_broken_one_waits_for_a_person() -> None:
    promise = fact(7, FactKind.PROMISE, "2025-03-01", cents=50691, by="2025-03-09", until="2025-03-10")
    facts = [REMINDER, CALL, promise]
    assert "promised 506.91 by 2025-03-09, 0.00 came" in told(step_on("2025-03-10", facts))
    looked = [*facts, fact(8, FactKind.HANDLED, "2025-03-12", of=7, text="x")]
    assert told(step_on("2025-03-12", looked)) == "aanmaning"


def test_p20_an_arrangement_that_is_not_kept_is_for_a_person() -> None:
    agreed = fact(7, FactKind.ARRANGEMENT, "2025-03-01", cents=5000, first="2025-03-31", every="1m")
    facts = [REMINDER, agreed]
    assert told(step_on("2025-03-30", facts)) == "a payment arrangement holds, kept"
    assert "50.00 behind: a person decides whether it ends (Awb 4:96)" in told(step_on("2025-04-01", facts))
    paid = fact(8, FactKind.PAYMENT, "2025-03-30", cents=5000)
    assert told(step_on("2025-04-01", [*facts, paid])) == "a payment arrangement holds, kept"


def test_p14_a_withdrawn_letter_leaves_the_ladder() -> None:
    facts = [REMINDER, CALL, AANMANING, fact(9, FactKind.WITHDRAWAL, "2025-03-20", of=3)]
    assert told(step_on("2025-03-19", facts)) == "last_letter"
    assert told(step_on("2025-03-20", facts)) == "aanmaning"


def test_p13_a_payment_and_its_bounce_change_it_the_same_night() -> None:
    both = overdue(("2025-01-31", "506.91"), ("2025-02-28", "506.91"))
    paid = overdue(("2025-02-28", "506.91"))
    facts = [REMINDER, CALL]
    assert told(step_on("2025-03-01", facts, both)) == "aanmaning"
    # The oldest was paid: what is open now was never reminded of.
    assert told(step_on("2025-03-06", facts, paid)) == "reminder comes from 2025-03-07 on"
    # It came back: the letters about it count again.
    assert told(step_on("2025-03-10", facts, both)) == "aanmaning"


def test_small_arrears_are_not_dunned() -> None:
    small = rules(small_amount__limit="10.00")
    assert told(step_on("2025-03-01", [], overdue(("2025-01-31", "10.00")), small)) == (
        "10.00 is overdue, not above 10.00"
    )
    assert told(step_on("2025-03-01", [], overdue(("2025-01-31", "10.01")), small)) == "reminder"


def test_what_is_not_overdue_or_not_dunned_waits() -> None:
    waits = step_on("2025-03-01", [], overdue(("2025-01-31", "506.91")), rules("bbz_living_allowance"))
    assert told(waits) == "debts of this kind are not dunned"


@pytest.mark.parametrize(
    ("ladder", "codes"),
    [
        (
            "reminder_call_aanmaning_last_letter_person",
            ["reminder", "call", "aanmaning", "last_letter", "person"],
        ),
        ("reminder_call_aanmaning_person", ["reminder", "call", "aanmaning", "person"]),
        ("aanmaning_call_last_letter_person", ["aanmaning", "call", "last_letter", "person"]),
        (
            "reminder_aanmaning_call_last_letter_person",
            ["reminder", "aanmaning", "call", "last_letter", "person"],
        ),
    ],
)
def test_d11_each_ladder_of_policy_is_climbed_in_its_order(ladder: str, codes: list[str]) -> None:
    by = rules(dunning__ladder=ladder)
    seen: list[str] = []
    facts: list[Fact] = []
    day = at("2025-02-01")
    for nr in range(400):
        found = step_on(day.isoformat(), facts, by=by)
        if isinstance(found, Step) and found.code not in seen:
            seen.append(found.code)
            if found.act == "letter":
                facts.append(letter(nr + 1, found.code, day.isoformat(), day.isoformat()))
            elif found.act == "call":
                facts.append(fact(nr + 1, FactKind.CONTACT, day.isoformat(), text="x"))
        day += timedelta(days=1)
    assert seen == codes


def test_d1_the_ladder_begins_on_the_due_date_or_the_day_it_shifts_to() -> None:
    # 31 May 2025 is a Saturday.
    due = overdue(("2025-05-31", "506.91"))
    assert told(step_on("2025-06-07", [], due)) == "reminder"
    shifted = rules(due__shift="instalments_too")
    assert told(step_on("2025-06-08", [], due, shifted)) == "reminder comes from 2025-06-09 on"


def test_the_private_ladder_has_no_word_of_the_awb() -> None:
    by = rules("doorstartfonds_credit", "flevoland")
    private = [
        letter(1, "reminder", "2025-02-10", "", procedure="private"),
        fact(2, FactKind.CONTACT, "2025-02-18", text="x"),
    ]
    found = step_on("2025-02-25", private, by=by)
    assert isinstance(found, Step)
    assert (found.code, found.article) == ("notice_of_default", "BW boek 6 art. 82; boek 3 art. 317")
    assert all(
        "Awb" not in step.article and not step.enforces for step in by.procedures["private"].steps.values()
    )


def test_p08_f13_a_claim_that_nears_its_lapse_is_interrupted_by_a_full_aanmaning() -> None:
    facts = [REMINDER, CALL, AANMANING, LAST]
    lapses = at("2025-12-01")
    found = step_on("2025-06-01", facts, lapses_on=lapses)
    assert isinstance(found, Step)
    assert (found.code, found.letter, found.interrupts) == ("interruption", "interruption", True)
    assert found.article == "Awb art. 4:106, 4:112, 4:113"
    # While its term runs none is proposed again; from the lapse on nothing is.
    again = letter(5, "interruption", "2025-06-02", "2025-06-16")
    assert told(step_on("2025-06-10", [*facts, again], lapses_on=lapses)) == "person"
    assert told(step_on("2025-12-01", facts, lapses_on=lapses)) == "person"
    # A block stops it as it stops every letter; a person is told by the limitation watch.
    objection = fact(8, FactKind.OBJECTION, "2025-05-01")
    assert "objection" in told(step_on("2025-06-01", [*facts, objection], lapses_on=lapses))
    one_of_two = step_on("2025-06-01", facts, debtors=(1, 2), lapses_on=lapses, nearing=(2,))
    assert isinstance(one_of_two, Step)
    assert (one_of_two.interrupts, one_of_two.debtors) == (True, (2,))


def test_a_figure_of_the_law_that_is_missing_is_named() -> None:
    assert LAW.value_on("decision_payment_term", at("2025-03-03")).count == 42
    with pytest.raises(Exception, match="decision_payment_term on 2000-01-03"):
        old = fact(1, FactKind.ANNOUNCED, "2000-01-03", debtors=[1])
        step_on("2025-03-01", [old], CLAIM, RECOVERY)
