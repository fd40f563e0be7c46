"""One list of all that waits for a person, with owner, due day, reason and next step (P18)."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, insert

from jobs import clock
from jobs.tables import quarantine
from ledger.database import writing
from servicing.facts import Fact, FactKind
from servicing.worklist import ASKS, SOURCES, Case, Item, chosen_items, contact_person, items_of_loan
from tests.desk import LOAN, open_loan
from tests.offices import PEOPLE, by, good_by, open_office
from tests.test_blocks import at, told

DAY = at("2025-09-01")
TODAY = clock.today()


@pytest.fixture
def desk(database: Engine, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """A loan of Almere in an office with people, on each engine."""
    open_loan(database_url, tmp_path, monkeypatch)
    open_office(tmp_path, monkeypatch)
    return database


def items(*facts: Any) -> list[tuple[str, int, date]]:
    found = items_of_loan(Case(int(LOAN), 1, facts), DAY, 42)
    return [(item.source, item.fact, item.due) for item in found]


@pytest.mark.parametrize("kind", ASKS)
def test_p18_an_event_asks_something_until_it_is_handled(kind: FactKind) -> None:
    first = told(1, FactKind.OBJECTION, "2025-07-01")
    asking = told(2, kind, "2025-08-01", debtor=1, of=1 if kind is FactKind.OUTCOME else 0)
    assert (ASKS[kind].source, 2, at("2025-08-01")) in items(first, asking)
    for end in (FactKind.HANDLED, FactKind.WITHDRAWAL):
        assert [item for item in items(first, asking, told(3, end, "2025-08-02", of=2)) if item[1]] == []
    assert items(told(2, kind, "2025-09-02", debtor=1, of=0)) == []


def test_p9_an_open_objection_is_looked_at_again_until_it_is_answered() -> None:
    came = told(1, FactKind.OBJECTION, "2025-07-01")
    assert items(came) == [("event", 0, at("2025-08-12"))]
    assert items(told(1, FactKind.DISPUTE, "2025-07-01", review="2025-07-15")) == [
        ("event", 0, at("2025-07-15"))
    ]
    (item,) = items_of_loan(Case(int(LOAN), 1, [came]), DAY, 42)
    assert "limitation goes on meanwhile" in item.reason
    answered = told(2, FactKind.OUTCOME, "2025-08-01", of=1, outcome="rejected")
    assert [one for one in items(came, answered) if not one[1]] == []
    assert items(came, told(2, FactKind.WITHDRAWAL, "2025-08-01", of=1)) == []


def test_p18_an_answer_asks_for_the_decision_to_unblock() -> None:
    facts = [
        told(1, FactKind.OBJECTION, "2025-07-01"),
        told(2, FactKind.OUTCOME, "2025-08-01", of=1, outcome="upheld"),
    ]
    (item,) = items_of_loan(Case(int(LOAN), 1, facts), DAY, 42)
    assert item.reason == "an objection or dispute was answered: upheld"
    # P10: unblocked, its end still waits for a look.
    facts.append(told(3, FactKind.UNBLOCKED, "2025-08-10", of=1))
    assert items(*facts) == [("block", 1, at("2025-08-10"))]


def test_p10_p20_ends_of_blocks_and_broken_promises_are_work(counter: Engine) -> None:
    hold = told(1, FactKind.HOLD, "2025-08-01", until="2025-08-20", reason="x")
    promise = told(2, FactKind.PROMISE, "2025-08-01", cents=100, by="2025-08-10", until="2025-08-11")
    address = told(3, FactKind.ADDRESS, "2025-08-05", debtor=1, address="unknown")
    assert items(hold, promise, address) == [
        ("promise", 2, at("2025-08-10")),
        ("block", 1, at("2025-08-20")),
        ("mail", 0, at("2025-08-05")),
    ]


def test_p6_p10_who_still_stands_for_a_debtor_after_what_made_him_do_so_is_named() -> None:
    def asked(*facts: Fact) -> str:
        return items_of_loan(Case(int(LOAN), 1, [administration, *facts]), DAY, 42)[0].next_action

    administration = told(1, FactKind.ADMINISTRATION, "2025-06-01", debtor=1, until="2025-08-01")
    who = {"debtor": 1, "name": "Bewind BV", "address": "x", "scope": ["money"]}
    stands = told(2, FactKind.REPRESENTATIVE, "2025-06-01", **who, role="bewindvoerder")
    assert "Bewind BV (bewindvoerder) still stands for the debtor: aflos event end 1 --of" in asked(stands)
    other = told(2, FactKind.REPRESENTATIVE, "2025-06-01", **who, role="gemachtigde")
    ended = told(3, FactKind.ENDED, "2025-08-01", of=2)
    gone = told(2, FactKind.REPRESENTATIVE, "2025-06-01", **(who | {"debtor": 2}), role="bewindvoerder")
    for facts in ([], [other], [stands, ended], [gone]):
        assert "still stands" not in asked(*facts)


def test_p18_the_contact_person_is_a_dated_fact() -> None:
    facts = [
        told(1, FactKind.CONTACT_PERSON, "2025-01-01", person="a"),
        told(2, FactKind.CONTACT_PERSON, "2025-09-02", person="c"),
        told(3, FactKind.CONTACT_PERSON, "2025-07-01", person="b"),
    ]
    days = ("2024-12-31", "2025-01-01", "2025-06-30", "2025-07-01", "2025-09-01", "2025-09-02")
    assert [contact_person(facts, at(day)) for day in days] == ["", "a", "a", "b", "b", "c"]
    assert contact_person([*facts, told(4, FactKind.WITHDRAWAL, "2025-07-01", of=3)], DAY) == "a"
    case = Case(int(LOAN), 1, [*facts, told(5, FactKind.DEATH, "2025-08-01", debtor=1)])
    assert [item.owner for item in items_of_loan(case, DAY, 42)] == ["b"]


def test_p18_the_list_is_chosen_by_owner_source_and_day_and_sorted_by_urgency() -> None:
    def item(source: Any, owner: str, due: str) -> Item:  # noqa: ANN401 - a literal
        return Item(source, 1, "x", 0, owner, at(due), "r", "n")

    all_of_it = [
        item("law", "", "2025-09-03"),
        item("mail", "a", "2025-09-02"),
        item("decision", "b, a", "2025-09-01"),
    ]
    assert [each.source for each in chosen_items(all_of_it)] == ["decision", "mail", "law"]
    assert [each.source for each in chosen_items(all_of_it, owner="a")] == ["decision", "mail"]
    assert [each.source for each in chosen_items(all_of_it, source="law")] == ["law"]
    assert [each.source for each in chosen_items(all_of_it, until=at("2025-09-01"))] == ["decision"]


def test_p18_one_list_out_of_all_parts(desk: Engine) -> None:
    good_by("manager", "worklist", "assign", LOAN, "adviser", "--on", "2025-01-01")
    words = ("promise", LOAN, "--amount", "506.91", "--by", "2025-07-10", "--on", "2025-07-01")
    promised = good_by("clerk", *words)["fact"]
    good_by("clerk", "event", "returned-mail", "1", "--on", "2025-07-02", "--document", "letter 7")
    rate = ("decide", "rate", LOAN, "--percent", "4", "--on", "2025-03-01", "--decision", "B-9")
    good_by("clerk", *rate)
    with writing(desk) as connection:
        row = {"loan": int(LOAN), "since": 20250801, "step": "close", "error": "no decision grants it"}
        connection.execute(insert(quarantine).values(**row))
    found = [row for row in good_by("clerk", "worklist") if row["source"] != "law"]
    assert [(row["source"], row["owner"], row["due"]) for row in found] == [
        ("mail", "adviser", "2025-07-02"),
        ("promise", "adviser", "2025-07-10"),
        ("quarantine", "adviser", "2025-08-01"),
        ("decision", "approver, deputy, manager", TODAY.isoformat()),
    ]
    assert found[1]["reason"] == "promised 506.91 by 2025-07-10, 0.00 came"
    assert {row["source"] for row in good_by("adviser", "worklist", "--mine")} == {
        "mail",
        "promise",
        "quarantine",
    }
    assert [row["source"] for row in good_by("manager", "worklist", "--mine")] == ["decision"]
    assert [row["source"] for row in good_by("urk", "worklist") if row["source"] != "law"] == []
    assert good_by("clerk", "worklist", "--source", "law")
    good_by("clerk", "worklist", "done", LOAN, str(promised), "--note", "pays on Friday")
    left = good_by("clerk", "worklist", "--owner", "adviser", "--due", "2025-07-31")
    assert [row["source"] for row in left] == ["mail"]


def test_p18_a_caseload_moves_in_one_command(counter: Engine) -> None:
    good_by("manager", "worklist", "assign", LOAN, "adviser", "--on", "2025-01-01")
    words = ("worklist", "move", "--from", "adviser", "--to", "clerk", "--on", "2025-08-01")
    assert "manage for almere: needs one of the roles manager" in by("adviser", *words).err
    assert good_by("manager", *words, "--creditor", "urk")["loans"] == [], "LOAN is of Almere"
    assert good_by("manager", *words)["loans"] == [int(LOAN)]
    assert good_by("manager", *words)["loans"] == []
    facts = good_by("manager", "loan", "show", LOAN)["facts"]
    assert [(fact["value_date"], fact["data"]["person"]) for fact in facts[2:]] == [
        ("2025-01-01", "adviser"),
        ("2025-08-01", "clerk"),
    ]
    nobody = by("manager", "worklist", "assign", LOAN, "stranger")
    assert "person: 'stranger': is not named in people.yaml" in nobody.err


def test_p18_a_caseload_of_another_creditor_is_not_moved(counter: Engine, tmp_path: Path) -> None:
    own = "    roles: [{role: manager, creditors: [urk], first_day: 2020-01-01}]\n"
    (tmp_path / "config" / "people.yaml").write_text(f"{PEOPLE}  head:\n    name: H. Hoofd\n{own}")
    good_by("manager", "worklist", "assign", LOAN, "adviser", "--on", "2025-01-01")
    words = ("worklist", "move", "--from", "adviser", "--to", "clerk", "--on", "2025-08-01")
    done = by("head", *words, "--creditor", "almere")
    assert (done.code, "manage for almere: needs one of the roles manager" in done.err) == (2, True)
    assert good_by("head", *words)["loans"] == []
    assert good_by("manager", *words)["loans"] == [int(LOAN)]


def test_p5_a_decision_that_is_not_announced_is_work(counter: Engine) -> None:
    words = ("decide", "due-at-once", LOAN, "--interest", "runs", "--on", "2025-07-01", "--decision", "B-1")
    good_by("approver", *words)
    good_by("manager", "approve", "1")
    (item,) = good_by("approver", "worklist", "--source", "announcement")
    assert item["due"] == (TODAY + timedelta(days=3)).isoformat()
    assert item["reason"].endswith("fixed, not announced")


def test_what_is_no_source_is_refused(counter: Engine) -> None:
    assert "source: 'x': must be one of quarantine" in by("clerk", "worklist", "--source", "x").err
    assert "creditor: 'x': must be one of almere" in by("clerk", "worklist", "--creditor", "x").err
    assert "note: is missing" in by("clerk", "worklist", "done", LOAN, "2", "--note", " ").err
    assert len(set(SOURCES)) == len(SOURCES)
