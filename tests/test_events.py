"""Events are registered by one person, protect the same night, reach all loans of a debtor, and can be taken back."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from jobs import clock
from servicing.circumstances import EVENT_KINDS
from servicing.facts import FactKind
from tests.desk import LOAN, add_debtor, add_loan, open_loan, run
from tests.offices import by, good_by, open_office

URK = "500000001"
TODAY = clock.today().isoformat()


@pytest.fixture
def desk(database: Engine, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """Debtor 1 owes Almere and, with debtor 2, Urk; on each engine."""
    return _opened(database, database_url, tmp_path, monkeypatch)


@pytest.fixture
def counter(
    sqlite_database: Engine, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Engine:
    """The same on SQLite alone."""
    return _opened(sqlite_database, sqlite_url, tmp_path, monkeypatch)


def _opened(engine: Engine, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    open_loan(url, tmp_path, monkeypatch)
    assert add_debtor("B. Bakker").code == 0
    done = run("loan", "add", *_urk(), "--debtor", "1", "--debtor", "2")
    assert done.code == 0, done.err
    open_office(tmp_path, monkeypatch)
    return engine


def _urk() -> list[str]:
    return [
        *(
            "--creditor",
            "urk",
            "--product",
            "bbz_business_capital",
            "--group",
            "established",
            "--purpose",
            "van",
        ),
        *("--decision", "B-2", "--decision-date", "2025-01-01", "--principal", "25000.00"),
        *("--start", "2025-01-01", "--instalments", "60"),
    ]


def blocks(loan: str = LOAN, on: str = TODAY) -> list[tuple[str, list[str]]]:
    return [(row["kind"], row["stops"]) for row in good_by("manager", "loan", "blocks", loan, "--on", on)]


def test_f7_a_death_reaches_every_loan_each_creditor_separately(desk: Engine) -> None:
    words = ("event", "death", "1", "--on", "2025-07-01", "--document", "BRP 7")
    told = good_by("clerk", *words)
    # The clerk of Almere is not told what the debtor owes Urk; it is protected all the same.
    assert [each["loan"] for each in told["facts"]] == [int(LOAN)]
    assert blocks() == blocks(URK) == [("death", ["direct-debit", "dunning"])]
    assert good_by("clerk", *words)["recorded"] is False
    shown = good_by("manager", "loan", "show", URK)["facts"][-1]
    assert (shown["kind"], shown["data"], shown["actor"]) == ("death", {"debtor": 1}, "clerk")
    gone = ("event", "wrong-report", "1", "--of", "death", "--on", TODAY, "--document", "BRP 9")
    assert "reason: is missing" in by("clerk", *gone).err
    assert good_by("clerk", *gone, "--reason", "a namesake")["recorded"] is True
    assert blocks() == blocks(URK) == []


def test_p11_one_person_registers_and_the_same_night_is_protected(counter: Engine) -> None:
    told = good_by("clerk", "event", "bewind", "1", "--on", "2025-07-01", "--document", "Rb 1")
    assert told["facts"][0]["known_on"] == TODAY
    # No second person is waited for: what it stops, it stops from its day, of the night that comes too.
    assert good_by("manager", "decide", "list") == []
    assert blocks() == blocks(on="2025-07-01") == [("administration", ["direct-debit", "dunning"])]
    assert blocks(on="2025-06-30") == []
    assert "needs one of the roles" in by("auditor", *_event("death")).err
    assert by("urk", *_event("death")).code == 0  # he owes Urk too


def _event(kind: str, subject: str = "1", *more: str) -> tuple[str, ...]:
    return ("event", kind, subject, "--on", "2025-07-01", "--document", "D", *more)


def test_p11_a_kind_of_event_takes_its_options_and_no_others(counter: Engine) -> None:
    for words, error in (
        (_event("moratorium"), "until: is missing: moratorium needs it"),
        (_event("death", "1", "--until", "2026-01-01"), "until: does not go with death"),
        (_event("moratorium", "1", "--until", "2025-01-01"), "until: 2025-01-01: must lie after 2025-07-01"),
        (_event("representative", "1", "--role", "curator"), "name: is missing: representative needs it"),
        (_event("move"), "street, house-number, postcode, city: go with move"),
        (_event("death", "1", "--street", "Kerkweg"), "street: does not go with death"),
        (_event("outcome", LOAN, "--outcome", "upheld"), "of: is missing: must be one of objection, dispute"),
        (
            _event("outcome", LOAN, "--of", "death", "--outcome", "upheld"),
            "of: 'death': must be one of objection",
        ),
        (_event("outcome", LOAN, "--of", "objection", "--outcome", "upheld"), "objection: none that holds"),
        (_event("end", "1", "--of", "bewind"), "administration: none that holds"),
        (_event("wrong-report", "1", "--of", "x", "--reason", "y"), "of: 'x': must be one of death, move"),
        (_event("death", "2"), ""),
        (_event("death", "9"), "no debtor with number '9'"),
        (_event("objection", "9"), "no loan with number '9'"),
        (_event("death", LOAN), "100000001 is the number of a loan; the number of a debtor is asked here"),
        (_event("objection", "1"), "'1' is the number of a debtor; the number of a loan is asked here"),
        (_event("death", "1", "--on", "2199-01-01"), "lies after today"),
    ):
        done = by("manager", *words)
        assert (done.code, error in done.err) == (2 if error else 0, True), (words, done.err)


def test_a_claim_does_not_move_to_another_municipality(counter: Engine) -> None:
    done = by("manager", *_event("transfer", LOAN))
    assert (done.code, "a claim does not move to another municipality" in done.err) == (2, True)


def test_f8_a_move_changes_the_address_and_lifts_what_an_unknown_one_stopped(counter: Engine) -> None:
    good_by("clerk", *_event("unknown-address"))
    assert blocks() == [("address", ["dunning", "letters"])]
    assert good_by("clerk", "debtor", "show", "1", "--on", "2025-07-02")["street"] == ""
    address = ("--street", "Kerkweg", "--house-number", "1", "--postcode", "8304BA", "--city", "Emmeloord")
    good_by("clerk", "event", "move", "1", "--on", "2025-08-01", "--document", "BRP", *address)
    assert blocks() == []
    assert blocks(on="2025-07-31") == [("address", ["dunning", "letters"])]
    assert good_by("clerk", "debtor", "show", "1", "--on", "2025-08-02")["street"] == "Kerkweg"


def test_f8_a_move_that_was_not_his_gives_the_address_back(counter: Engine) -> None:
    first = ("--street", "Dam", "--house-number", "2", "--postcode", "1315AB", "--city", "Almere")
    good_by("clerk", "event", "move", "1", "--on", "2025-03-01", "--document", "BRP 1", *first)
    wrong = ("--street", "Kerkweg", "--house-number", "1", "--postcode", "8304BA", "--city", "Emmeloord")
    good_by("clerk", "event", "move", "1", "--on", "2025-08-01", "--document", "BRP 2", *wrong)
    # Another name from later on takes the wrong address over.
    good_by("clerk", "debtor", "move", "1", "--on", "2025-08-15", "--name", "S. de Jansen")
    back = (
        "event",
        "wrong-report",
        "1",
        "--of",
        "move",
        "--on",
        TODAY,
        "--document",
        "x",
        "--reason",
        "not his",
    )
    good_by("clerk", *back, "--which", "BRP 2")
    shown = [good_by("clerk", "debtor", "show", "1", "--on", day) for day in ("2025-08-02", TODAY)]
    assert [(one["name"], one["street"], one["city"]) for one in shown] == [
        ("S. Jansen", "Dam", "Almere"),
        ("S. de Jansen", "Dam", "Almere"),
    ]
    # Again is nothing new; what was no change of address leaves it, and says so.
    assert good_by("clerk", *back, "--which", "BRP 2")["recorded"] is False
    good_by("clerk", "event", "move", "1", "--on", "2025-09-01", "--document", "BRP 3", *first)
    assert "the address of the debtor is as it was recorded" in by("clerk", *back, "--which", "BRP 3").err


def test_f11_an_objection_is_answered_and_two_persons_unblock(counter: Engine) -> None:
    good_by("clerk", *_event("objection", LOAN))
    assert blocks(URK) == []
    good_by("clerk", *_event("outcome", LOAN, "--of", "objection", "--outcome", "rejected", "--text", "late"))
    (block,) = good_by("clerk", "loan", "blocks", LOAN)
    assert block["reason"] == "objection answered on 2025-07-01: rejected; holds until aflos decide unblock"
    assert blocks() == [("objection", ["dunning", "interest"])]
    # Nor does one person take the objection away again.
    wrong = by(
        "clerk",
        "event",
        "wrong-report",
        LOAN,
        "--of",
        "objection",
        "--on",
        TODAY,
        "--document",
        "x",
        "--reason",
        "y",
    )
    assert wrong.code == 2, wrong.out
    words = ("decide", "unblock", LOAN, "--of", "3", "--on", "2025-09-01", "--decision", "B-120")
    assert good_by("approver", *words)["state"] == "proposed"
    assert "you made it" in by("approver", "approve", "1").err
    good_by("manager", "approve", "1")
    # P10: what is left waits for a person; nothing is sent by itself.
    assert blocks(on="2025-09-02") == [("objection", ["dunning"])]
    undone = good_by("clerk", "loan", "withdraw", LOAN, "3", "--reason", "never sent")
    assert (undone["state"], undone["persons"]) == ("proposed", 2)


def test_f10_several_of_a_kind_are_told_apart_by_their_document(counter: Engine) -> None:
    for document in ("A", "B"):
        good_by("clerk", "event", "bewind", "1", "--on", "2025-07-01", "--document", document)
    words = ("event", "end", "1", "--of", "bewind", "--on", "2025-08-01", "--document", "C")
    assert "several ('1: A', '1: B'): say which with --which DOCUMENT" in by("clerk", *words).err
    assert good_by("clerk", *words, "--which", "A")["recorded"] is True
    assert [row["is_over"] for row in good_by("clerk", "loan", "blocks", LOAN)] == [True, False]


def test_a_loan_granted_later_is_protected_too(counter: Engine) -> None:
    good_by("clerk", *_event("bewind"))
    good_by("clerk", *_event("objection", LOAN))
    good_by("clerk", "event", "death", "1", "--on", "2025-07-01", "--document", "D")
    made = add_loan(decision="B-3", creditor="dronten")
    assert made.code == 2  # nobody at this desk has a role
    done = by(
        "manager", "loan", "add", *[word if word != "urk" else "dronten" for word in _urk()], "--debtor", "1"
    )
    assert done.code == 0, done.err
    assert [kind for kind, _ in blocks("200000001")] == ["administration", "death"]


def test_p6_a_decision_is_handed_over_to_the_representative(
    counter: Engine,
) -> None:
    who = ("--role", "bewindvoerder", "--name", "BW Zorg", "--address", "Postbus 1, Urk")
    good_by("clerk", *_event("representative", "1", *who))
    good_by(
        "approver", "decide", "cost", LOAN, "--amount", "40.00", "--on", "2025-07-01", "--decision", "B-1"
    )
    words = ("decide", "handed-over", "1", "--on", TODAY, "--to", "1")
    assert "is represented by BW Zorg" in by("clerk", *words).err
    assert good_by("clerk", *words, "--via", "BW Zorg")["state"] == "in-force"


def test_p20_a_promise_and_a_hold_pause_the_ladder(counter: Engine) -> None:
    soon = (clock.today() + timedelta(days=7)).isoformat()
    done = good_by("clerk", "promise", LOAN, "--amount", "506.91", "--by", soon, "--text", "by telephone")
    assert (done["kind"], done["amount"], done["data"]["by"]) == ("promise", "506.91", soon)
    far = (clock.today() + timedelta(days=31)).isoformat()
    refused = by("clerk", "hold", LOAN, "--until", far, "--reason", "figures")
    assert (refused.code, "31 days: a hold lasts at most 30 (hold.longest)" in refused.err) == (2, True)
    assert good_by("adviser", "hold", LOAN, "--until", soon, "--reason", "figures")["kind"] == "hold"
    assert blocks() == [("promise", ["dunning"]), ("hold", ["dunning"])]
    good_by("clerk", *_event("contact", LOAN, "--text", "called, no answer"))
    assert good_by("clerk", "loan", "show", LOAN)["facts"][-1]["data"]["text"] == "called, no answer"


def test_every_kind_of_event_is_a_circumstance() -> None:
    others = {kind.fact for kind in EVENT_KINDS.values() if not 40 <= kind.fact < 70}
    assert all(fact is FactKind.INTERRUPTION or fact.name.startswith("WSNP") for fact in others)
    assert FactKind.DEATH in {kind.fact for kind in EVENT_KINDS.values()}


def test_f8_a_move_that_becomes_known_late_reaches_the_days_that_only_repeat_the_address(
    counter: Engine,
) -> None:
    place = ("--house-number", "2", "--postcode", "1315AB", "--city", "Almere")

    def moved(street: str, day: str) -> None:
        good_by("clerk", "event", "move", "1", "--on", day, "--document", street, "--street", street, *place)

    def streets(*days: str) -> list[str]:
        return [good_by("clerk", "debtor", "show", "1", "--on", day)["street"] for day in days]

    moved("Dam", "2025-03-01")
    good_by("clerk", "debtor", "move", "1", "--on", "2025-08-15", "--name", "S. de Jansen")
    moved("Kerkweg", "2025-09-01")
    wrong = ("event", "wrong-report", "1", "--of", "move", "--on", TODAY, "--document", "x")
    good_by("clerk", *wrong, "--reason", "not his", "--which", "Kerkweg")
    moved("Spoor", "2025-08-01")
    assert streets("2025-07-31", "2025-08-01", "2025-08-20", TODAY) == ["Dam", "Spoor", "Spoor", "Spoor"]
    assert good_by("clerk", "debtor", "show", "1")["name"] == "S. de Jansen"
    # A later move that is his own stays, and so does what comes after it.
    moved("Haven", "2025-10-01")
    good_by("clerk", "debtor", "move", "1", "--on", "2025-09-15", "--street", "Plein", *place)
    assert streets("2025-09-14", "2025-09-15", TODAY) == ["Spoor", "Plein", "Haven"]


def test_f13_an_enforcement_order_that_a_court_suspends_stops_collecting_and_extends_the_term(
    counter: Engine,
) -> None:
    words = ("event", "order-suspended", LOAN, "--on", "2025-09-01", "--document", "Rb 5")
    assert (
        "summons: 2025-09-02: must not lie after 2025-09-01"
        in by("clerk", *words, "--summons", "2025-09-02").err
    )
    brought = (*words, "--summons", "2025-08-04")
    (seen,) = good_by("clerk", *brought, "--preview")
    rests = {"row": 1, "due": "2025-02-01", "debtor": None, "lapses_on": "2030-02-02", "becomes": None}
    assert (seen["postings"], seen["limitation"][0]) == ([], rests)
    assert (
        "lapses on no day (it rests), without it from 2030-02-02 to "
        in by("clerk", *brought, "--preview").out
    )
    good_by("clerk", *brought)
    assert blocks() == [("order-suspended", ["direct-debit", "dunning"])]
    (row, *_) = good_by("clerk", "loan", "limitation", LOAN, "--on", TODAY)["rows"]
    assert (row["state"], row["lapses_on"]) == ("resting", None)
    end = ("event", "order-resumed", LOAN, "--on", "2025-09-14", "--document", "Rb 6")
    good_by("clerk", *end)
    # 41 days since the summons; a person looks before anything goes on.
    (row, *_) = good_by("clerk", "loan", "limitation", LOAN, "--on", TODAY)["rows"]
    assert (row["extended_days"], row["lapses_on"]) == (41, "2030-03-15")
    assert blocks() == [("order-suspended", ["dunning"])]
    for kind, becomes in (("order-resumed", None), ("order-suspended", "2030-02-02")):
        back = ("event", "wrong-report", LOAN, "--of", kind, "--on", TODAY, "--document", "x")
        (seen,) = good_by("clerk", *back, "--reason", "another case", "--preview")
        assert seen["limitation"][0]["becomes"] == becomes
        good_by("clerk", *back, "--reason", "another case")
    assert blocks() == []


def test_a_contract_has_no_enforcement_order_and_no_objection(counter: Engine) -> None:
    private = {"bbz_business_capital": "doorstartfonds_credit"}
    words = [private.get(word, word) for word in _urk() if word not in {"--group", "established"}]
    made = by("manager", "loan", "add", *words, "--debtor", "1")
    assert made.code == 0, made.err
    done = by("manager", *_event("order-suspended", "500000002"))
    assert (done.code, "a claim under a contract has no dwangbevel" in done.err) == (2, True), done.err
    done = by("manager", *_event("objection", "500000002"))
    assert (done.code, "no objection (Awb 1:3, 7:1)" in done.err) == (2, True), done.err
    assert by("manager", *_event("dispute", "500000002")).code == 0


def test_what_is_taken_back_is_what_is_named(counter: Engine) -> None:
    good_by("clerk", *_event("security", LOAN, "--security", "pledge", "--value", "900"))
    good_by("clerk", *_event("security-end", LOAN))
    good_by("clerk", *_event("unknown-address"))
    reason = ("--reason", "another")
    for wrong, subject in (("order-resumed", LOAN), ("move", "1")):
        done = by("clerk", *_event("wrong-report", subject, "--of", wrong, *reason))
        assert (done.code, "none that holds" in done.err) == (2, True), done.err
    good_by("clerk", *_event("wrong-report", LOAN, "--of", "security-end", *reason))


def test_a_wsnp_stops_interest_on_the_loans_there_were_and_collecting_on_all(counter: Engine) -> None:
    good_by("manager", "event", "wsnp-start", "1", "--on", "2025-07-01", "--document", "Rb Lelystad 1")
    assert blocks() == blocks(URK) == [("wsnp-start", ["direct-debit", "dunning", "interest"])]
    ended = ("event", "wsnp-early-end", "1", "--of", "wsnp-start", "--on", "2025-10-01", "--document", "Rb 2")
    assert good_by("manager", *ended)["recorded"] is True
    assert blocks() == [("wsnp-start", ["dunning"])]


START = ("event", "wsnp-start", "1", "--on", "2025-07-01", "--document", "Rb Lelystad 1")


def test_a_preview_of_an_event_tells_loan_by_loan_what_it_changes_and_writes_nothing(counter: Engine) -> None:
    almere, urk = good_by("manager", *START, "--preview")
    assert (almere["loan"], urk["loan"], almere["letters"]) == (int(LOAN), int(URK), ["claim_filing"])
    assert [block["stops"] for block in almere["blocks"]] == [["direct-debit", "dunning", "interest"]]
    # Interest from 1 July on is taken back; of the loan of Urk nothing was paid out.
    (given_up,) = [
        each["amount"] for each in almere["postings"] if (each["account"], each["year"]) == (8000, 2025)
    ]
    assert given_up == "1000.02"
    assert (urk["postings"], almere["rows"][-1]["balance"]) == ([], "0.00")
    assert [each["loan"] for each in good_by("clerk", *START, "--preview")] == [int(LOAN)]
    assert "letters to make: claim_filing" in by("manager", *START, "--preview").out
    assert blocks() == []


def test_a_preview_of_an_event_refuses_what_registering_it_would(counter: Engine) -> None:
    end = ("event", "wsnp-early-end", "1", "--of", "wsnp-start", "--on", "2025-10-01", "--document", "Rb 2")
    assert by("manager", *end, "--preview").err == by("manager", *end).err
    move = ("event", "move", "1", "--on", "2025-10-01", "--document", "BRP")
    assert by("manager", *move, "--preview").err == by("manager", *move).err
    assert by("auditor", *START, "--preview").code == 2


def test_taking_back_an_event_is_previewed_too(counter: Engine) -> None:
    good_by("manager", *START)
    back = ("event", "wrong-report", "1", "--of", "wsnp-start", "--on", "2025-08-01", "--document", "Rb 3")
    first, _ = good_by("manager", *back, "--reason", "another person", "--preview")
    # Nothing was booked yet, so that all of the interest is to come.
    assert (first["blocks"], first["letters"]) == ([], [])
    assert blocks() == [("wsnp-start", ["direct-debit", "dunning", "interest"])]
