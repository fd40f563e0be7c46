"""P1 over random histories: the ladders of public law never merge, and no dwangbevel without all that it rests on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from servicing.dunning.ladder import Step
from servicing.facts import DECIDED, Fact, FactKind
from tests.dunning_cases import at, fact, letter, overdue, rules, step_on, told

STEPS = ("reminder", "aanmaning", "last_letter", "interruption", "notice_of_default")
PROCEDURES = ("instalments", "recovery", "clawback", "private")
PRODUCTS = ("bbz_business_capital", "recovery_claim", "doorstartfonds_credit")
START = at("2025-03-03")


def history(rng: Random) -> Iterator[Fact]:
    """Letters of any ladder, decisions, their hand-over and calls, on random days."""
    days = sorted(START + timedelta(days=rng.randrange(300)) for _ in range(rng.randint(1, 9)))
    for nr, day in enumerate(days, start=1):
        kind = rng.choice(("letter", "letter", "letter", "announced", "call", "called in", "withdrawn"))
        if kind == "letter":
            until = day + timedelta(days=14)
            known = rng.random() < 0.8
            name = rng.choice(PROCEDURES)
            yield letter(
                nr, rng.choice(STEPS), f"{day}", f"{until}" if known else "", procedure=name, debtors=[1]
            )
        elif kind == "announced":
            yield fact(
                nr, FactKind.ANNOUNCED, f"{day}", ground=rng.choice(("recovery", "clawback")), debtors=[1]
            )
        elif kind == "called in":
            decided = {DECIDED: {"number": 1, "maker": "a"}} if rng.random() < 0.7 else {}
            yield fact(nr, FactKind.DUE_AT_ONCE, f"{day}", interest="runs", **decided)
        elif kind == "withdrawn" and nr > 1:
            yield fact(nr, FactKind.WITHDRAWAL, f"{day}", of=rng.randrange(1, nr), reason="x")
        else:
            yield fact(nr, FactKind.CONTACT, f"{day}", text="x")


def decided_on(facts: list[Fact]) -> list[date]:
    """The days on which a decision of these facts had been handed over."""
    return [
        one.value_date
        for one in facts
        if one.kind is FactKind.ANNOUNCED or (one.kind is FactKind.DUE_AT_ONCE and DECIDED in one.data)
    ]


def test_p1_the_two_ladders_never_merge_and_no_dwangbevel_lacks_its_ground() -> None:
    rng, seen = Random(1), {"enforcement": 0, "person": 0, "recovery": 0, "instalments": 0}
    for _ in range(4000):
        product = rng.choice(PRODUCTS)
        facts, day = list(history(rng)), START + timedelta(days=rng.randrange(30, 420))
        by, due = rules(product), overdue(("2025-03-31", "506.91"))
        found = step_on(f"{day}", facts, due, by)
        if not isinstance(found, Step):
            continue
        gone = {one.of for one in facts if one.kind is FactKind.WITHDRAWAL and one.value_date <= day}
        known = [one for one in facts if one.value_date <= day and one.nr not in gone]
        called = any(one.kind is FactKind.DUE_AT_ONCE for one in known)
        wanted = {
            "bbz_business_capital": {"recovery"} if called else {"instalments"},
            "recovery_claim": {"recovery", "clawback"},
            "doorstartfonds_credit": {"private"},
        }[product]
        assert found.procedure in wanted, (facts, day)
        seen["person"] += found.code == "person"
        seen["recovery"] += found.procedure in {"recovery", "clawback"}
        seen["instalments"] += found.procedure == "instalments"
        if found.code == "enforcement":
            seen["enforcement"] += 1
            formal = [
                one
                for one in known
                if one.kind is FactKind.DUNNED
                and (one.data["step"], one.data["procedure"]) == ("aanmaning", found.procedure)
                and at(str(one.data.get("term_until", "9999-12-31"))) < day
            ]
            grounds = decided_on(known)
            # Handed over, six weeks passed, then an aanmaning for that very claim, and its term passed.
            assert any(
                ground + timedelta(days=42) < one.value_date for ground in grounds for one in formal
            ), (facts, day, told(found))
    assert min(seen.values()) > 12, seen


def test_p26_what_is_with_the_bailiff_is_left_to_him_until_it_is_recalled() -> None:
    announced = fact(1, FactKind.ANNOUNCED, "2025-03-03", ground="recovery", debtors=[1])
    out = fact(2, FactKind.BAILIFF, "2025-05-01")
    statement = fact(3, FactKind.BAILIFF_STATEMENT, "2025-05-20", of=2, costs="120.50")
    by, due = rules("recovery_claim"), overdue(("2025-04-14", "4712.94"))
    assert (
        told(step_on("2025-06-01", [announced, out, statement], due, by)) == "the claim is with the bailiff"
    )
    recalled = fact(4, FactKind.BAILIFF_RECALLED, "2025-06-02", of=2)
    found = step_on("2025-06-02", [announced, out, statement, recalled], due, by)
    assert isinstance(found, Step)
    assert found.code == "reminder"
