"""What may not be done on a day, from facts alone: which of dunning, direct debit, interest and letters stop."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from servicing.blocks import RULES, Stop, blocks_on, ended_blocks, stopping
from servicing.circumstances import chosen
from servicing.facts import Fact, FactKind, FactRefused
from servicing.promises import broken_promises
from servicing.registration import Dossier
from servicing.representatives import addressee, representatives_on

LOAN = 100_000_001
DUN, DEBIT, ALL = {"dunning"}, {"dunning", "direct-debit"}, {"dunning", "direct-debit", "interest"}


def at(text: str) -> date:
    return date.fromisoformat(text)


def told(nr: int, kind: FactKind, on: str, **data: Any) -> Fact:
    """A fact known on its own day; `of` is the fact it is about, `cents` its amount."""
    day, of, cents = at(on), data.pop("of", 0), data.pop("cents", 0)
    return Fact(LOAN, nr, kind, day, day, f"{nr}", cents, of, data, "clerk", "")


def stops(facts: list[Fact], on: str, debtor: int = 0, *, holds: bool = True) -> set[Stop]:
    blocks = blocks_on(facts, at(on), objection_holds=holds)
    kinds: tuple[Stop, ...] = ("dunning", "direct-debit", "interest", "letters")
    return {stop for stop in kinds if stopping(blocks, stop, debtor)}


@pytest.mark.parametrize(
    ("kind", "data", "stopped"),
    [
        (FactKind.DEATH, {"debtor": 1}, DEBIT),
        (FactKind.ADMINISTRATION, {"debtor": 1}, DEBIT),
        (FactKind.MORATORIUM, {"debtor": 1, "until": "2025-12-01"}, DEBIT),
        (FactKind.BANKRUPTCY, {"debtor": 1}, ALL),
        (FactKind.OBJECTION, {}, {"dunning", "interest"}),
        (FactKind.DISPUTE, {}, ALL),
        (FactKind.ORDER_SUSPENDED, {}, DEBIT),
        (FactKind.HOLD, {"until": "2025-07-20", "reason": "x"}, DUN),
        (FactKind.PROMISE, {"by": "2025-07-19", "until": "2025-07-20"}, DUN),
        (FactKind.DEFERRAL, {"from": "2025-07-01", "until": "2026-01-01"}, DUN),
        (FactKind.ADDRESS, {"debtor": 1, "address": "unknown"}, {"dunning", "letters"}),
        (FactKind.ADDRESS, {"debtor": 1, "address": "secret"}, {"dunning", "letters"}),
        (FactKind.ADDRESS, {"debtor": 1, "address": "known"}, set()),
        (FactKind.DIVORCE, {"debtor": 1}, set()),
        (FactKind.CONTACT, {"text": "x"}, set()),
    ],
)
def test_p11_an_event_stops_what_it_must_from_its_day(
    kind: FactKind, data: dict[str, Any], stopped: set[str]
) -> None:
    facts = [told(1, kind, "2025-07-01", cents=100 if kind is FactKind.PROMISE else 0, **data)]
    assert stops(facts, "2025-06-30") == set()
    assert stops(facts, "2025-07-01") == stopped
    withdrawn = [*facts, told(2, FactKind.WITHDRAWAL, "2025-07-01", of=1)]
    assert stops(withdrawn, "2025-07-02") == set()


def test_every_rule_names_an_article() -> None:
    assert all(rule.article and rule.reason and rule.stops for rule in RULES.values())


def test_f7_the_dead_are_not_dunned_and_their_heirs_are_written_to() -> None:
    facts = [told(1, FactKind.DEATH, "2025-07-01", debtor=1)]
    (block,) = blocks_on(facts, at("2025-07-01"))
    assert (block.reason, block.article, block.until) == ("the debtor has died", "BW 4:182", None)
    assert addressee("S. Jansen", facts, 1, at("2025-07-02")) == "De erven van S. Jansen"
    assert addressee("B. Jansen", facts, 2, at("2025-07-02")) == "B. Jansen"
    # The other joint debtor still owes.
    assert stops(facts, "2025-07-02", debtor=2) == set()
    wrong = [*facts, told(2, FactKind.WITHDRAWAL, "2025-07-05", of=1)]
    assert addressee("S. Jansen", wrong, 1, at("2025-07-06")) == "S. Jansen"
    assert stops(wrong, "2025-07-06") == set()


def test_f8_nothing_goes_to_an_address_that_is_unknown_or_secret() -> None:
    facts = [
        told(1, FactKind.ADDRESS, "2025-07-01", debtor=1, address="unknown"),
        told(2, FactKind.ADDRESS, "2025-08-01", debtor=1, address="known"),
    ]
    assert stops(facts, "2025-07-31") == {"dunning", "letters"}
    assert stops(facts, "2025-08-01") == set()
    assert stops(facts, "2025-07-31", debtor=2) == set()
    # Told later, the earlier day still counts by its own date.
    assert stops([facts[1], facts[0]], "2025-08-01") == set()


def test_p6_f8_whoever_stands_for_a_debtor_is_written_to_wherever_the_debtor_is() -> None:
    facts = [told(1, FactKind.ADDRESS, "2025-07-01", debtor=1, address="secret")]
    who = {"debtor": 1, "role": "gemachtigde", "name": "x", "address": "y", "until": "2025-09-01"}
    stands = told(2, FactKind.REPRESENTATIVE, "2025-08-01", **who, scope=["decisions", "letters"])
    assert stops([*facts, stands], "2025-07-31") == {"dunning", "letters"}
    assert stops([*facts, stands], "2025-08-01") == set()
    assert stops([*facts, stands], "2025-09-01") == {"dunning", "letters"}
    # Who receives a part only leaves the rest for an address to which nothing goes.
    for scope in (["letters"], ["decisions", "money"]):
        part = told(2, FactKind.REPRESENTATIVE, "2025-08-01", **who, scope=scope)
        assert stops([*facts, part], "2025-08-01") == {"dunning", "letters"}
    other = told(
        2, FactKind.REPRESENTATIVE, "2025-08-01", **(who | {"debtor": 2}), scope=["decisions", "letters"]
    )
    assert stops([*facts, other], "2025-08-01") == {"dunning", "letters"}


def test_f10_the_end_of_a_moratorium_is_a_work_item_and_no_letter() -> None:
    facts = [told(1, FactKind.MORATORIUM, "2025-07-01", debtor=1, until="2025-12-01")]
    assert stops(facts, "2025-11-30") == DEBIT
    # P10: dunning waits until a person has looked.
    assert stops(facts, "2025-12-01") == DUN
    (ended,) = ended_blocks(facts, at("2025-12-01"))
    assert (ended.reason, ended.is_over) == ("a court has ordered a moratorium: ended, not reviewed", True)
    handled = [*facts, told(2, FactKind.HANDLED, "2025-12-03", of=1)]
    assert stops(handled, "2025-12-03") == set()


def test_an_arrangement_that_another_one_goes_on_from_is_no_work() -> None:
    # Bbz art. 43 lid 2: what can be paid is decided each year, with an arrangement for that year.
    first = told(1, FactKind.ARRANGEMENT, "2024-02-01", until="2025-02-01", cents=32_210)
    second = told(2, FactKind.ARRANGEMENT, "2025-02-01", until="2026-02-01", cents=30_000)
    assert [one.fact for one in ended_blocks([first], at("2025-02-01"))] == [1]
    assert ended_blocks([first, second], at("2025-02-01")) == []
    assert stops([first, second], "2025-02-01") == stops([first], "2025-01-31")
    assert [one.fact for one in ended_blocks([first, second], at("2026-02-01"))] == [2]
    # A day without any, one that was withdrawn, and two that end together: a person looks.
    later = told(2, FactKind.ARRANGEMENT, "2025-02-02", until="2026-02-01", cents=30_000)
    assert [one.fact for one in ended_blocks([first, later], at("2025-02-02"))] == [1]
    gone = told(3, FactKind.WITHDRAWAL, "2025-03-01", of=2)
    assert [one.fact for one in ended_blocks([first, second, gone], at("2025-03-01"))] == [1]
    beside = told(2, FactKind.ARRANGEMENT, "2024-08-01", until="2025-02-01", cents=30_000)
    assert len(ended_blocks([first, beside], at("2025-02-01"))) == 2


@pytest.mark.parametrize(
    "kind", [FactKind.ADMINISTRATION, FactKind.MORATORIUM, FactKind.BANKRUPTCY, FactKind.HOLD]
)
def test_p10_a_block_ended_before_its_day_ends_there(kind: FactKind) -> None:
    facts = [
        told(1, kind, "2025-07-01", debtor=1, until="2026-07-01"),
        told(2, FactKind.ENDED, "2025-09-01", of=1),
    ]
    assert "dunning" in stops(facts, "2025-08-31")
    assert [block.until for block in ended_blocks(facts, at("2025-09-01"))] == [at("2025-09-01")]


@pytest.mark.parametrize("kind", [FactKind.OBJECTION, FactKind.DISPUTE])
def test_f11_an_objection_holds_until_two_persons_unblock_it(kind: FactKind) -> None:
    facts = [told(1, kind, "2025-07-01"), told(2, FactKind.OUTCOME, "2025-08-01", of=1, outcome="rejected")]
    assert "dunning" in stops(facts, "2025-08-02")
    facts.append(told(3, FactKind.UNBLOCKED, "2025-08-10", of=1))
    assert "dunning" in stops(facts, "2025-08-09")
    assert stops(facts, "2025-08-10") == DUN
    assert ended_blocks(facts, at("2025-08-10"))


def test_p9_policy_says_whether_an_objection_holds_dunning() -> None:
    facts = [told(1, FactKind.OBJECTION, "2025-07-01")]
    assert stops(facts, "2025-07-02", holds=False) == set()
    assert stops([told(1, FactKind.DISPUTE, "2025-07-01")], "2025-07-02", holds=False) == ALL


def test_f12_inside_a_deferral_nothing_is_dunned() -> None:
    period: dict[str, Any] = {"from": "2025-07-01", "until": "2026-01-01"}
    facts = [told(1, FactKind.DEFERRAL, "2025-06-15", **period)]
    assert stops(facts, "2025-06-30") == set()
    assert stops(facts, "2025-12-31") == DUN
    assert stops(facts, "2026-01-01") == set()


def test_what_is_known_later_does_not_block_an_earlier_night() -> None:
    late = Fact(
        LOAN, 1, FactKind.DEATH, at("2025-07-01"), at("2025-07-05"), "1", 0, 0, {"debtor": 1}, "c", ""
    )
    assert blocks_on([late], at("2025-07-04"), known_by=at("2025-07-04")) == []
    assert blocks_on([late], at("2025-07-05"), known_by=at("2025-07-05"))


PROMISED = told(1, FactKind.PROMISE, "2025-07-01", cents=50_000, by="2025-07-10", until="2025-07-11")


@pytest.mark.parametrize(
    ("paid", "on", "broken"),
    [
        ([], "2025-07-10", False),
        ([], "2025-07-11", True),
        ([("2025-07-10", 50_000)], "2025-07-11", False),
        ([("2025-07-02", 20_000), ("2025-07-10", 30_000)], "2025-07-11", False),
        ([("2025-07-10", 49_999)], "2025-07-11", True),
        ([("2025-07-11", 50_000)], "2025-07-12", True),
        ([("2025-06-30", 50_000)], "2025-07-11", True),
    ],
)
def test_p20_a_promise_is_kept_or_broken(paid: list[tuple[str, int]], on: str, broken: bool) -> None:
    money = [told(nr, FactKind.PAYMENT, day, cents=cents) for nr, (day, cents) in enumerate(paid, start=2)]
    assert bool(broken_promises([PROMISED, *money], at(on))) is broken


def test_p20_a_payment_that_came_back_keeps_no_promise_and_what_is_handled_is_done() -> None:
    paid = told(2, FactKind.PAYMENT, "2025-07-09", cents=50_000)
    back = told(3, FactKind.REVERSAL, "2025-07-20", of=2)
    assert broken_promises([PROMISED, paid], at("2025-07-21")) == []
    (found,) = broken_promises([PROMISED, paid, back], at("2025-07-21"))
    assert (found.by, found.paid) == (at("2025-07-10"), 0)
    handled = told(4, FactKind.HANDLED, "2025-07-21", of=1)
    assert broken_promises([PROMISED, paid, back, handled], at("2025-07-21")) == []


def test_p6_a_representative_stands_for_a_debtor_in_his_days_and_scope() -> None:
    who: dict[str, Any] = {"debtor": 1, "role": "bewindvoerder", "name": "BW Zorg", "address": "Postbus 1"}
    facts = [
        told(1, FactKind.REPRESENTATIVE, "2025-07-01", scope=["decisions"], **who),
        told(2, FactKind.REPRESENTATIVE, "2025-07-01", scope=["letters"], until="2025-08-01", **who),
        told(3, FactKind.ENDED, "2025-09-01", of=1),
    ]
    for day, scope, debtor, count in (
        ("2025-06-30", "decisions", 1, 0),
        ("2025-07-01", "decisions", 1, 1),
        ("2025-07-01", "decisions", 2, 0),
        ("2025-07-31", "letters", 1, 1),
        ("2025-08-01", "letters", 1, 0),
        ("2025-08-31", "decisions", 1, 1),
        ("2025-09-01", "decisions", 1, 0),
        ("2025-07-01", "money", 1, 0),
    ):
        assert len(representatives_on(facts, debtor, at(day), scope)) == count, (day, scope)  # type: ignore[arg-type]


def test_p11_a_wsnp_stops_all_and_a_clean_slate_for_good() -> None:
    start = told(1, FactKind.WSNP_START, "2025-07-01", debtor=1)
    assert stops([start], "2025-07-01") == ALL
    early = [start, told(2, FactKind.WSNP_EARLY_END, "2026-01-01", of=1, debtor=1)]
    assert stops(early, "2026-01-01") == DUN
    clean = [start, told(2, FactKind.WSNP_CLEAN_SLATE, "2028-07-01", of=1, debtor=1)]
    looked_at = [*clean, told(3, FactKind.HANDLED, "2028-07-02", of=1)]
    assert stops(looked_at, "2040-01-01") == ALL
    left = [block.kind for block in blocks_on(looked_at, at("2040-01-01"))]
    assert left == [FactKind.WSNP_CLEAN_SLATE], "what it ended stops nothing by itself any more"


def test_what_ended_is_not_found_and_what_ended_it_is_named() -> None:
    start = told(1, FactKind.WSNP_START, "2025-05-10", debtor=1)
    end = told(2, FactKind.WSNP_EARLY_END, "2025-06-20", debtor=1, of=1)
    dossier = Dossier(LOAN, at("2025-01-01"), [start, end])
    with pytest.raises(FactRefused, match=r"none that holds, after fact 2 \(wsnp-early-end of 2025-06-20\)"):
        chosen(dossier, (FactKind.WSNP_START,), 1, None)
