"""Decisions go through one gate: proposed, a second person within a mandate, hand-over, and then facts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from backoffice.cli.database import Desk
from backoffice.deciding import approve, decide_on_loan, hand_over
from backoffice.registering import dossier_of, register
from jobs import clock
from jobs.business_dates import recorded
from jobs.expected import postings_due
from ledger.database import reading, writing
from servicing.decisions.kinds import KINDS, persons_needed
from servicing.decisions.proposal import Decision, is_late
from servicing.decisions.store import decisions, find_decision
from servicing.facts import Draft, FactKind, FactRefused
from servicing.people import NotAllowed
from servicing.store import facts_of, find_loan, record
from servicing.tables import fact
from tests.desk import LOAN, open_loan, run
from tests.nights import at, begin_on, close_until
from tests.offices import by, good_by, open_office

RATE = ("rate", LOAN, "--percent", "4", "--on", "2025-03-01", "--recompute", "--decision", "B-99")
DEFER = (
    *("defer", LOAN, "--from", "2025-07-01", "--until", "2026-01-01", "--of", "principal", "--end", "extend"),
    *("--decision", "B-7"),
)
LIMITED = """
choices:
  mandate.one_person_limit:
    2020-01-01: {value: "60000.00", source: "Beleidsregel art. 9"}
"""


@pytest.fixture
def desk(database: Engine, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """A loan of 25,000.00 of Almere in an office with people, on each engine."""
    open_loan(database_url, tmp_path, monkeypatch)
    open_office(tmp_path, monkeypatch)
    return database


@pytest.fixture
def limited(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same with a policy amount below which one person is enough."""
    open_loan(sqlite_url, tmp_path, monkeypatch)
    open_office(tmp_path, monkeypatch, LIMITED)


def facts(engine: Engine) -> list[str]:
    with reading(engine) as connection:
        kinds = connection.execute(select(fact.c.kind).order_by(fact.c.loan_id, fact.c.nr)).scalars()
        return [FactKind(kind).text for kind in kinds]


def test_j6_a_decision_is_no_fact_until_another_person_approves(desk: Engine) -> None:
    proposed = good_by("clerk", "decide", *RATE)
    assert (proposed["state"], proposed["recorded"], proposed["persons"]) == ("proposed", False, 2)
    assert proposed["waits_for"] == ["approver", "deputy", "manager"]
    assert facts(desk) == ["grant", "disbursement"]
    done = good_by("approver", "approve", str(proposed["decision"]))
    assert (done["kind"], done["recorded"], done["state"]) == ("rate", True, "in-force")
    decided = done["data"]["decided"]
    assert (decided["maker"], decided["approver"]) == ("clerk", "approver")
    assert decided["mandate"] == "Besluit art. 4"
    assert facts(desk) == ["grant", "disbursement", "rate"]
    # Again is nothing new, and nothing at all for somebody of another municipality.
    again = [by(account, "approve", str(proposed["decision"])) for account in ("approver", "urk")]
    assert [(each.code, "needs one of the roles" in each.err) for each in again] == [(0, False), (2, True)]


REFUSED = (
    ("clerk", "clerk", "you made it; another person"),
    ("approver", "approver", "you made it; another person"),
    ("approver", "deputy", "no mandate of yours covers rate; waits for manager"),
    ("clerk", "adviser", "no mandate of yours covers rate; waits for approver or deputy or manager"),
    ("clerk", "former", "no mandate of yours covers rate"),
    ("clerk", "urk", "decide for almere: needs one of the roles"),
    ("clerk", "auditor", "needs one of the roles"),
    ("clerk", "night", "needs one of the roles"),
)


def test_j6_who_may_not_approve_is_refused(counter: Engine) -> None:
    for nr, (maker, account, error) in enumerate(REFUSED, start=1):
        proposed = good_by(maker, "decide", *RATE[:-1], f"B-{nr}")
        done = by(account, "approve", str(proposed["decision"]))
        assert (done.code, error in done.err) == (2, True), done.err
    assert facts(counter) == ["grant", "disbursement"]


def test_j6_the_older_command_is_the_same_gate(counter: Engine) -> None:
    assert good_by("approver", "loan", *RATE)["state"] == "proposed"
    done = by("approver", "approve", "1")
    assert "you made it" in done.err
    assert good_by("manager", "approve", "1")["state"] == "in-force"


def test_j6_no_other_door_records_what_must_be_decided(counter: Engine) -> None:
    with writing(counter) as connection:
        desk = Desk(connection, recorded(connection, "clerk"))
        dossier = dossier_of(connection, find_loan(connection, LOAN))
        draft = Draft(int(LOAN), FactKind.WRITE_OFF, at("2025-02-01"), "x", 100, data={"of": "principal"})
        with pytest.raises(FactRefused, match="a write-off is decided: propose it with aflos decide"):
            register(desk, dossier, draft)
        done = decide_on_loan(desk, dossier, draft)
        assert done.decision is not None
        with pytest.raises(NotAllowed, match="you made it"):
            approve(desk, done.decision.id)


def test_j6_an_open_office_takes_two_persons_for_money_all_the_same(
    sqlite_database: Engine, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_loan(sqlite_url, tmp_path, monkeypatch)
    with writing(sqlite_database) as connection:
        desk = Desk(connection, recorded(connection, "one"))
        dossier = dossier_of(connection, find_loan(connection, LOAN))
        draft = Draft(int(LOAN), FactKind.WRITE_OFF, at("2025-02-01"), "x", 100, data={"of": "principal"})
        done = decide_on_loan(desk, dossier, draft)
        assert done.decision is not None
        assert (done.fact, done.decision.state) == (None, "proposed")
        with pytest.raises(NotAllowed, match="you made it"):
            approve(desk, done.decision.id)
        other = desk._replace(by=desk.by._replace(actor="another"))
        assert approve(other, done.decision.id).fact is not None
    assert facts(sqlite_database)[-1] == "write-off"


def test_to_withdraw_a_decided_fact_takes_as_much_as_to_decide_it(counter: Engine) -> None:
    good_by("clerk", "decide", *RATE)
    good_by("approver", "approve", "1")
    words = ("loan", "withdraw", LOAN, "3", "--reason", "objection granted")
    undone = good_by("approver", *words)
    assert (undone["decision_kind"], undone["state"], undone["persons"]) == ("withdraw", "proposed", 2)
    assert "you made it" in by("approver", "approve", "2").err
    assert good_by("manager", "approve", "2")["kind"] == "withdrawal"
    # What nobody decided one person takes back.
    good_by("clerk", "payment", "add", LOAN, "--amount", "1.00", "--on", "2025-07-01")
    assert good_by("clerk", "loan", "withdraw", LOAN, "5", "--reason", "of another loan")["recorded"]


def test_the_same_decision_again_is_nothing_new_and_another_is_refused(counter: Engine) -> None:
    first = good_by("clerk", "decide", *RATE)
    assert good_by("adviser", "decide", *RATE)["decision"] == first["decision"]
    other = by("clerk", "decide", *RATE[:3], "5", *RATE[4:])
    assert "is decision 1 already, with other contents" in other.err
    good_by("approver", "approve", "1")
    again = good_by("clerk", "decide", *RATE)
    assert (again["fact"], again["recorded"], again["state"]) == (3, False, "in-force")
    assert good_by("manager", "approve", "1")["state"] == "in-force"
    assert facts(counter) == ["grant", "disbursement", "rate"]


def test_a_proposal_is_rejected_or_taken_back_with_a_reason(counter: Engine) -> None:
    good_by("clerk", "decide", *RATE)
    assert "reason: is missing" in by("approver", "approve", "1", "--reject").err
    assert good_by("approver", "approve", "1", "--reject", "--reason", "too early")["state"] == "rejected"
    assert "is rejected, and waits for nobody's approval" in by("manager", "approve", "1").err
    other = by("clerk", "decide", *RATE[:3], "5", *RATE[4:])
    assert "use another reference, that one was rejected, and its reference stays with it" in other.err
    good_by("clerk", "decide", *DEFER)
    assert "only clerk made it" in by("manager", "decide", "take-back", "2", "--reason", "no").err
    assert good_by("clerk", "decide", "take-back", "2", "--reason", "wrong loan")["state"] == "taken-back"
    assert facts(counter) == ["grant", "disbursement"]
    steps = good_by("auditor", "decide", "show", "1")["steps"]
    assert [(step["step"], step["actor"], step["note"]) for step in steps] == [
        ("rejected", "approver", "too early")
    ]


def test_p24_a_small_deferral_takes_one_mandated_person(limited: None) -> None:
    done = good_by("adviser", "decide", *DEFER)
    assert (done["recorded"], done["state"], done["persons"]) == (True, "in-force", 1)
    assert done["data"]["decided"]["maker"] == done["data"]["decided"]["approver"] == "adviser"


def test_p24_without_a_mandate_it_waits_and_the_queue_says_for_whom(limited: None) -> None:
    done = good_by("clerk", "decide", *DEFER)
    assert (done["state"], done["persons"]) == ("proposed", 1)
    assert done["waits_for"] == ["adviser", "approver", "deputy", "manager"]
    assert [row["decision"] for row in good_by("adviser", "decide", "list", "--mine")] == [1]
    assert good_by("urk", "decide", "list") == []
    assert good_by("clerk", "decide", "list", "--mine") == []
    # A deputy acts on the mandate of whom he stands in for.
    approved = good_by("deputy", "approve", "1")
    assert approved["mandate"] == "Besluit art. 4, for approver"


def test_p24_above_the_policy_amount_it_takes_two(counter: Engine) -> None:
    # The college has chosen no amount, so that none is small.
    done = good_by("adviser", "decide", *DEFER)
    assert (done["state"], done["persons"]) == ("proposed", 2)
    assert "you made it" in by("adviser", "approve", "1").err


@pytest.mark.parametrize(
    ("kind", "cents", "is_open", "persons"),
    [
        ("write-off", 1, True, 2),
        ("write-off", 1, False, 2),
        ("rate", 1, False, 2),
        ("rate", 1, True, 1),
        ("defer", 100_000, False, 1),
        ("defer", 100_001, False, 2),
        ("defer", 100_001, True, 1),
        ("cost", 10**9, False, 1),
    ],
)
def test_p24_how_many_persons_a_decision_takes(kind: str, cents: int, is_open: bool, persons: int) -> None:
    assert persons_needed(KINDS[kind], cents, 100_000, is_open=is_open) == persons


def test_every_kind_of_decision_has_its_line() -> None:
    assert all(kind.name == name for name, kind in KINDS.items())
    money = {"write-off", "refund", "reopen-period"}
    assert all(KINDS[name].persons == "two" for name in money)


def test_a_preview_tells_the_difference_and_writes_nothing(counter: Engine) -> None:
    begin_on(counter, clock.today() - timedelta(days=1))
    close_until(counter, clock.today() - timedelta(days=1))
    found = good_by("clerk", "decide", *RATE, "--preview")
    assert (found["persons"], found["works_from"]) == (2, "approval")
    assert found["letters"] == ["repayment_schedule"]
    by_account = {(row["account"], row["year"]): row["amount"] for row in found["postings"]}
    assert by_account[8000, 2025] == "833.40"
    # Nothing is paid: ten months at 83.33 instead of 166.67, and ten times 83.34 is 833.40.
    assert found["rows"][-1]["balance"] == "0.00"
    assert "schedule after it" in by("clerk", "decide", *RATE, "--preview").out
    assert facts(counter) == ["grant", "disbursement"]
    with reading(counter) as connection:
        assert decisions(connection) == []
    assert by("urk", "decide", *RATE, "--preview").code == 2


def test_a_preview_is_what_the_night_then_books(counter: Engine) -> None:
    foreseen = good_by("clerk", "decide", *RATE, "--preview")["postings"]
    before = _interest(counter)
    good_by("clerk", "decide", *RATE)
    good_by("approver", "approve", "1")
    assert _interest(counter) - before == sum(
        _cents(row["amount"]) for row in foreseen if row["account"] in {1320, 1330}
    )


def _interest(engine: Engine) -> int:
    """Interest that must be in the books by the coming night, in cents."""
    with reading(engine) as connection:
        known = facts_of(connection, [int(LOAN)])[int(LOAN)]
        night = recorded(connection, "test").known_on
    signed = [(each.debit, each.cents) for each in postings_due(known, night)]
    signed += [(each.credit, -each.cents) for each in postings_due(known, night)]
    return sum(cents for account, cents in signed if account in {1320, 1330})


def test_a_closed_month_is_opened_by_two_persons(counter: Engine) -> None:
    good_by("manager", "period", "list", "--creditor", "almere")
    assert by("manager", "period", "close", "--creditor", "almere", "2024-11").code == 0
    words = ("period", "reopen", "--creditor", "almere", "2024-11", "--decision", "accountant")
    assert good_by("manager", *words)["state"] == "proposed"
    assert "you made it" in by("manager", "approve", "1").err
    assert good_by("approver", "approve", "1")["state"] == "in-force"
    lines = good_by("manager", "period", "list", "--creditor", "almere")["almere"]
    assert [(line["closed"], line["actor"]) for line in lines] == [(True, "manager"), (False, "approver")]


def burdened(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> int:
    """A decision that burdens, approved and not handed over: the kind `cost` made to burden."""
    monkeypatch.setitem(KINDS, "cost", replace(KINDS["cost"], effect="burdening"))
    words = ("cost", LOAN, "--amount", "40.00", "--on", "2025-07-01", "--decision", "B-1")
    done = good_by("approver", "decide", *words)
    assert (done["state"], done["recorded"]) == ("fixed-not-announced", False)
    number: int = done["decision"]
    assert facts(engine) == ["grant", "disbursement"]
    return number


def test_p5_a_burdening_decision_works_from_the_last_hand_over(
    counter: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = str(burdened(counter, monkeypatch))
    day = clock.today().isoformat()
    early = by("clerk", "decide", "handed-over", number, "--on", "2025-07-01", "--to", "1")
    assert "must lie from its approval" in early.err
    assert "is none of its addressees" in _to_another(counter, number)
    done = good_by("clerk", "decide", "handed-over", number, "--on", day, "--to", "1")
    assert (done["kind"], done["value_date"], done["state"]) == ("cost", day, "in-force")
    again = good_by("clerk", "decide", "handed-over", number, "--on", day, "--to", "1")
    assert again["state"] == "in-force"


def _to_another(engine: Engine, number: str) -> str:
    with writing(engine) as connection:
        desk = Desk(connection, recorded(connection, "clerk"))
        with pytest.raises(Exception, match="addressees") as refused:
            hand_over(desk, int(number), 9, clock.today())
    return str(refused.value)


def test_p5_what_is_not_handed_over_within_three_days_is_listed(
    counter: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = burdened(counter, monkeypatch)
    with reading(counter) as connection:
        found: Decision = find_decision(connection, number)
    today = clock.today()
    assert [is_late(found, today + timedelta(days=days)) for days in (0, 3, 4)] == [False, False, True]
    later = (today + timedelta(days=4)).isoformat()
    assert [row["decision"] for row in good_by("clerk", "decide", "list", "--late", "--on", later)] == [
        number
    ]
    assert good_by("clerk", "decide", "list", "--late") == []


def test_a_decision_that_no_longer_fits_is_refused_at_its_approval(counter: Engine) -> None:
    good_by("clerk", "decide", *RATE)
    with writing(counter) as connection:
        (paid,) = record(
            connection,
            [Draft(int(LOAN), FactKind.PAYMENT, date(2025, 2, 1), "all", 2_600_000)],
            recorded(connection, "test"),
        )
        assert facts_of(connection, [int(LOAN)])[int(LOAN)][-1].nr == paid
    done = by("approver", "approve", "1")
    assert (done.code, "nothing is owed" in done.err) == (2, True)
    assert good_by("clerk", "decide", "show", "1")["state"] == "proposed"


def test_an_unknown_decision_is_named(counter: Engine) -> None:
    assert by("approver", "approve", "9").err == "no decision 9; aflos decide list shows them"
    assert run("decide", "--help").code == 0


def _cents(text: Any) -> int:  # noqa: ANN401 - from JSON
    return int(str(text).replace(".", ""))


MONEY = (
    ("write-off", "--part", "principal", "--amount", "100.00"),
    ("waiver", "--part", "all"),
    ("interest-free",),
    ("statutory-interest", "--amount", "41.23", "--attributable", "a car first", "--more-because", "agreed"),
    ("due-at-once", "--interest", "runs"),
    ("interest-owed", "--amount", "1.00"),
)


def test_j6_money_takes_two_persons_and_what_burdens_waits_for_its_hand_over(counter: Engine) -> None:
    for nr, (kind, *options) in enumerate(MONEY, start=1):
        words = ("decide", kind, LOAN, *options, "--on", "2025-07-01", "--decision", f"B-{nr}")
        assert good_by("approver", *words, "--preview")["persons"] == 2
        assert good_by("approver", *words)["state"] == "proposed", kind
        assert "you made it" in by("approver", "approve", str(nr)).err
    assert facts(counter) == ["grant", "disbursement"]
    burdening = {4, 5}
    for nr in (1, 4, 5):
        state = good_by("manager", "approve", str(nr))["state"]
        assert state == ("fixed-not-announced" if nr in burdening else "in-force")
    assert facts(counter) == ["grant", "disbursement", "write-off"]
    day = clock.today().isoformat()
    done = good_by("clerk", "decide", "handed-over", "5", "--on", day, "--to", "1")
    assert (done["kind"], done["value_date"]) == ("due-at-once", day)


def test_an_arrangement_is_ended_by_a_decision_that_is_handed_over(limited: None) -> None:
    words = ("decide", "arrangement", LOAN, "--amount", "100.00", "--on", "2025-07-01", "--decision", "B-1")
    assert good_by("approver", *words)["state"] == "in-force"
    assert [row["kind"] for row in good_by("clerk", "loan", "blocks", LOAN)] == ["arrangement"]
    end = ("decide", "arrangement-end", LOAN, "--of", "3", "--on", "2025-09-01", "--decision", "B-2")
    assert good_by("approver", *end)["state"] == "fixed-not-announced"
    day = clock.today().isoformat()
    assert good_by("clerk", "decide", "handed-over", "2", "--on", day, "--to", "1")["state"] == "in-force"
    assert [row["is_over"] for row in good_by("clerk", "loan", "blocks", LOAN)] == [True]


def test_what_goes_with_what_is_told(counter: Engine) -> None:
    on = ("--on", "2025-07-01", "--decision", "B-1")
    for words, error in (
        (("waiver", LOAN, "--part", "all", "--amount", "1.00", *on), "amount: goes with a part"),
        (("waiver", LOAN, "--part", "interest", *on), "amount: goes with a part"),
        (("arrangement-end", LOAN, "--of", "2", *on), "fact 2 is a disbursement, not a payment arrangement"),
        (("unblock", LOAN, "--of", "2", *on), "is a disbursement, which has none"),
    ):
        done = by("clerk", "decide", *words)
        assert (done.code, error in done.err) == (2, True), done.err
