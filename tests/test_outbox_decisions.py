"""A decision is told by a letter: written with its reasons, announced by its hand-over, or on the work list."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from jobs import clock
from jobs.letters_now import fallen_away
from ledger.database import reading
from ledger.money import cents_of
from letters.compose import Draft, compose
from letters.fields import FieldRule
from letters.files import catalogue
from letters.outbox.deciding import given_fields, letter_of
from letters.outbox.values import LetterRefused
from servicing import files
from servicing.arrangement import agreed_in
from servicing.decisions.store import find_decision
from servicing.facts import FactKind
from tests.desk import LOAN
from tests.letters_desk import letter, put_together, sent
from tests.offices import by, good_by

CAPITAL, CONTRACT = "bbz_business_capital", "doorstartfonds_credit"
DEFER = (
    *("defer", LOAN, "--from", "2025-07-01", "--until", "2026-01-01", "--of", "principal", "--end", "extend"),
    *("--decision", "B-7"),
)
CALL_IN = ("due-at-once", LOAN, "--interest", "runs", "--on", "2025-07-01", "--decision", "B-8")

CALL_IN_SAYS = (
    *("--say", "why_due=u heeft uw bedrijf beeindigd", "--say", "claim_article=artikel 58 van de Pw"),
    *("--reason", "Uw bedrijf is gestopt.", "--say", "weighing=Wij zagen geen reden om minder te vragen."),
)


RULES = {
    "amount": FieldRule(type="amount", about="x", sample=1),
    "flag": FieldRule(type="flag", about="x", sample=True),
    "day": FieldRule(type="day", about="x", sample="2025-01-01"),
    "lines": FieldRule(type="lines", about="x", sample=["x"]),
    "text": FieldRule(type="text", about="x", sample="x"),
}


def test_p5_a_decision_has_a_letter_or_stands_on_the_work_list(letters_desk: Engine, tmp_path: Path) -> None:
    good_by("clerk", "decide", *DEFER)
    early = by("clerk", "letters", "write", "1", "--reason", "Uw omzet viel weg.")
    assert "is proposed; only an approved one has a letter" in early.err
    good_by("approver", "approve", "1")
    (item,) = good_by("clerk", "worklist", "--source", "letter")
    assert (item["subject"], item["next_action"]) == ("decision 1", "aflos letters write 1 --reason TEXT")
    assert "deferral: reasons: is missing" in by("clerk", "letters", "write", "1").err
    (number,) = good_by("clerk", "letters", "write", "1", "--reason", "Uw omzet viel weg.")["letters"]
    assert good_by("clerk", "letters", "write", "1", "--reason", "Iets anders.")["letters"] == []
    assert good_by("clerk", "worklist", "--source", "letter") == []
    # He moves before it leaves: it falls away, the decision waits for a letter again, and gets one.
    move = ("debtor", "move", "1", "--on", str(clock.today()), "--house-number", "5", "--street", "Agorabaan")
    good_by("clerk", *move, "--postcode", "8232 AB", "--city", "Lelystad")
    assert [row["letter"] for row in put_together()["fell_away"]] == [number]
    assert [one["subject"] for one in good_by("clerk", "worklist", "--source", "letter")] == ["decision 1"]
    (number,) = good_by("clerk", "letters", "write", "1", "--reason", "Uw omzet viel weg.")["letters"]
    assert good_by("clerk", "worklist", "--source", "letter") == []
    fields = letter(letters_desk, number).draft.fields
    assert fields["addressee"] == ["S. Jansen", "Agorabaan 5", "8232 AB  Lelystad"]
    assert (fields["mandate"], fields["signatory"]) == ("Besluit art. 4", "G. Fiatteur")
    assert (fields["deferral_until"], fields["deferral_months"], fields["deferral_most"]) == (
        "2025-12-31",
        6,
        36,
    )
    sent(tmp_path / "post")
    with reading(letters_desk) as connection:
        assert find_decision(connection, 1).handed_over == {1: clock.today()}


def test_p5_a_burdening_decision_works_from_the_hand_over_of_its_letter(
    letters_desk: Engine, tmp_path: Path
) -> None:
    # It can be handed over today at the earliest, and so the preview shows it.
    rows = good_by("approver", "decide", *CALL_IN, "--preview")["rows"]
    assert rows[-1]["date"] == clock.today().isoformat()
    good_by("approver", "decide", *CALL_IN)
    good_by("manager", "approve", "1")
    (number,) = good_by("clerk", "letters", "write", "1", *CALL_IN_SAYS)["letters"]
    with reading(letters_desk) as connection:
        assert find_decision(connection, 1).state == "fixed-not-announced"
    sent(tmp_path / "post")
    with reading(letters_desk) as connection:
        assert find_decision(connection, 1).state == "in-force"
    assert letter(letters_desk, number).draft.effects.term_days == 42


def deferral_withdrawn() -> None:
    """The deferral of decision 1, taken back by decision 2."""
    facts = good_by("clerk", "loan", "show", LOAN)["facts"]
    (nr,) = [each["fact"] for each in facts if each["kind"] == "deferral"]
    good_by("clerk", "decide", "withdraw", LOAN, str(nr), "--reason", "typed on the wrong loan")
    good_by("approver", "approve", "2")


def test_p5_a_decision_whose_fact_was_withdrawn_asks_for_no_letter(letters_desk: Engine) -> None:
    good_by("clerk", "decide", *DEFER)
    good_by("approver", "approve", "1")
    assert len(good_by("clerk", "worklist", "--source", "letter")) == 1
    deferral_withdrawn()
    assert good_by("clerk", "worklist", "--source", "letter") == []
    late = by("clerk", "letters", "write", "1", "--reason", "Uw omzet viel weg.")
    assert "decision 1: was withdrawn; nothing is left to tell of it" in late.err


def test_p5_a_decision_that_was_handed_over_without_a_letter_of_ours_asks_for_none(
    letters_desk: Engine,
) -> None:
    good_by("clerk", "decide", *DEFER)
    good_by("approver", "approve", "1")
    assert len(good_by("clerk", "worklist", "--source", "letter")) == 1
    good_by("clerk", "decide", "handed-over", "1", "--on", str(clock.today()), "--to", "1")
    assert good_by("clerk", "worklist", "--source", "letter") == []


def test_p5_the_letter_of_a_decision_that_was_withdrawn_falls_away(letters_desk: Engine) -> None:
    good_by("clerk", "decide", *DEFER)
    good_by("approver", "approve", "1")
    (number,) = good_by("clerk", "letters", "write", "1", "--reason", "Uw omzet viel weg.")["letters"]
    deferral_withdrawn()
    found = letter(letters_desk, number)
    with reading(letters_desk) as connection:
        gone = fallen_away(connection, {number: found}, clock.today())
    assert gone == {number: f"loan {LOAN}: decision 1, of which it tells, was withdrawn"}


def test_p5_an_approved_decision_that_nobody_was_told_of_is_taken_back_by_its_maker(
    letters_desk: Engine, tmp_path: Path
) -> None:
    good_by("approver", "decide", *CALL_IN)
    good_by("manager", "approve", "1")
    assert [each["source"] for each in good_by("clerk", "worklist") if each["subject"] == "decision 1"] == [
        "announcement",
        "letter",
    ]
    assert "only approver made it" in by("manager", "decide", "take-back", "1", "--reason", "no").err
    taken = good_by("approver", "decide", "take-back", "1", "--reason", "paid meanwhile")
    assert taken["state"] == "taken-back"
    assert [each for each in good_by("clerk", "worklist") if each["subject"] == "decision 1"] == []
    today = clock.today().isoformat()
    told = by("clerk", "decide", "handed-over", "1", "--on", today, "--to", "1")
    assert "is taken-back; only an approved one is handed over" in told.err
    assert "is taken-back; only an approved one has a letter" in by("clerk", "letters", "write", "1").err


def test_p5_a_decision_is_not_taken_back_while_its_letter_waits_or_once_it_was_told(
    letters_desk: Engine, tmp_path: Path
) -> None:
    good_by("approver", "decide", *CALL_IN)
    good_by("manager", "approve", "1")
    (number,) = good_by("clerk", "letters", "write", "1", *CALL_IN_SAYS)["letters"]
    back = ("decide", "take-back", "1", "--reason", "paid meanwhile")
    assert (
        f"letter {number} tells of it and waits: aflos letters exclude {number}" in by("approver", *back).err
    )
    sent(tmp_path / "post")
    assert "decision 1: is in-force, and waits for nobody's approval" in by("approver", *back).err


ON = ("--on", "2025-07-01")


def given_back() -> str:
    """Costs that were paid, an objection upheld, the costs cancelled with interest; the number of the objection."""
    charged = ("--amount", "900.00", "--on", "2025-02-01", "--decision", "B-1")
    good_by("clerk", "decide", "cost", LOAN, *charged)
    good_by("clerk", "payment", "add", LOAN, "--amount", "1000.00", "--on", "2025-02-03")
    good_by("approver", "approve", "1")
    good_by("clerk", "event", "objection", LOAN, *ON, "--document", "BZ-1")
    good_by(
        "clerk",
        "event",
        "outcome",
        LOAN,
        "--of",
        "objection",
        "--outcome",
        "upheld",
        *ON,
        "--document",
        "BOB-1",
    )
    numbers = {fact["kind"]: str(fact["fact"]) for fact in good_by("clerk", "loan", "show", LOAN)["facts"]}
    back = ("--of", numbers["cost"], "--amount", "900.00")
    good_by("clerk", "decide", "cancellation", LOAN, *back, *ON, "--decision", "B-2")
    good_by("approver", "approve", "2")
    last = str(good_by("clerk", "loan", "show", LOAN)["facts"][-1]["fact"])
    owed = ("decide", "interest-owed", LOAN, "--of", last, *ON, "--decision", "B-2a")
    assert good_by("clerk", *owed)["at_stake"] == "21.90"  # 900.00 x 148 days x 6 %
    assert good_by("clerk", *owed)["proposed"] is False
    good_by("approver", "approve", "3")
    assert by("clerk", "decide", "interest-owed", LOAN, *ON, "--decision", "B-9").code == 2
    return numbers["objection"]


def test_p9_the_answer_to_an_objection_is_carried_out_and_told(letters_desk: Engine) -> None:
    unblock = ("decide", "unblock", LOAN, "--of", given_back(), *ON, "--decision", "B-3")
    assert good_by("clerk", *unblock, "--preview")["letters"] == ["objection_outcome"]
    good_by("clerk", *unblock)
    good_by("approver", "approve", "4")
    (item,) = good_by("clerk", "worklist", "--source", "letter")
    assert (item["subject"], item["next_action"]) == ("decision 4", "aflos letters write 4")
    (number,) = good_by("clerk", "letters", "write", "4")["letters"]
    told = letter(letters_desk, number).draft
    assert (told.kind, told.fields["objection_date"]) == ("objection_outcome", "2025-07-01")
    assert told.fields["objection_decision"] == "Uw bezwaar is gegrond."
    assert told.fields["effects"] == [
        "U hoeft € 900,00 aan kosten of rente niet te betalen.",
        "U krijgt € 21,90 rente van ons over wat u te veel betaalde, van 3 februari 2025 tot 1 juli 2025.",
    ]
    assert good_by("clerk", "worklist", "--source", "letter") == []


def test_a_waiver_of_all_tells_what_was_waived_and_that_nothing_is_left(letters_desk: Engine) -> None:
    part = ("--part", "principal", "--amount", "5000.00", "--on", "2025-01-01", "--decision", "B-1")
    good_by("clerk", "decide", "waiver", LOAN, *part)
    good_by("clerk", "decide", "waiver", LOAN, "--part", "all", "--on", "2025-01-15", "--decision", "B-2")
    letters = []
    for number in ("1", "2"):
        good_by("approver", "approve", number)
        (written,) = good_by("clerk", "letters", "write", number, "--reason", "U kunt niet betalen.")[
            "letters"
        ]
        letters.append(letter(letters_desk, written).draft)
    a_part, all_of_it = (one.fields for one in letters)
    assert (a_part["waived_rows"], "balance_rows" in a_part) == ([["Hoofdsom", 5_000_00]], True)
    # 20,000.00 x 8 % x 14 / 31 / 12: the interest of fourteen days of January.
    assert all_of_it["waived_rows"] == [["Hoofdsom", 20_000_00], ["Rente", 60_22]]
    assert (all_of_it["waived"], all_of_it["balance"], "balance_rows" in all_of_it) == (20_060_22, 0, False)
    sent_fields: dict[str, object] = {**all_of_it, "date": "2025-01-20", "our_reference": "1"}
    said = str(compose(catalogue(), Draft("waiver", "almere", sent_fields)).pieces)
    assert "alles kwijt wat u nog moest betalen" in said
    assert "Er blijft niets over." in said


@pytest.mark.parametrize(
    ("product", "kind", "about", "data", "letter_kind"),
    [
        (CAPITAL, "arrangement", None, {}, "arrangement"),
        (CONTRACT, "arrangement", None, {}, "private_arrangement"),
        (CAPITAL, "arrangement", None, {"share": "9.00"}, "settlement_offer_answer"),
        (CONTRACT, "arrangement", None, {"share": "9.00"}, "private_arrangement"),
        (CAPITAL, "unblock", FactKind.OBJECTION, {}, "objection_outcome"),
        (CAPITAL, "unblock", FactKind.DISPUTE, {}, None),
        (CONTRACT, "unblock", FactKind.OBJECTION, {}, None),
        (CAPITAL, "cost", None, {}, None),
        (CAPITAL, "rate", None, {"annual_rate_percent": "4"}, None),
        ("bbz_preparation_costs", "rate", None, {"annual_rate_percent": "8"}, "preparation_costs_interest"),
        (CAPITAL, "interest-free", None, {}, "interest_free_after_end"),
        (CAPITAL, "interest-free", None, {"until": "2022-07-01"}, "interest_holiday"),
        (CONTRACT, "interest-free", None, {"until": "2022-07-01"}, None),
    ],
)
def test_which_letter_tells_of_a_decision(
    product: str, kind: str, about: FactKind | None, data: dict[str, object], letter_kind: str | None
) -> None:
    assert letter_of(files.products()[product], kind, about, data) == letter_kind


def test_an_interest_holiday_is_told_as_one_and_not_as_the_end_of_a_business(letters_desk: Engine) -> None:
    holiday = ("decide", "interest-free", LOAN, "--on", "2025-01-15", "--until", "2025-04-01")
    assert good_by("clerk", *holiday, "--decision", "B-1", "--preview")["letters"] == ["interest_holiday"]
    good_by("clerk", *holiday, "--decision", "B-1")
    good_by("approver", "approve", "1")
    (written,) = good_by("clerk", "letters", "write", "1", "--reason", "Uw zaak was gesloten.")["letters"]
    told = letter(letters_desk, written).draft
    assert told.kind == "interest_holiday"
    days = [told.fields[name] for name in ("holiday_from", "holiday_until", "interest_again")]
    assert days == ["2025-01-15", "2025-03-31", "2025-04-01"]
    gone = ("event", "unknown-address", "1", "--on", clock.today().isoformat(), "--document", "returned")
    good_by("clerk", *gone)
    again = by("clerk", "letters", "write", "1", "--reason", "Uw zaak was gesloten.")
    assert (again.code, "its letter goes to nobody: no address is known" in again.err) == (2, True)


def test_an_agreed_debt_settlement_is_a_decision_and_what_follows_is_asked_for(letters_desk: Engine) -> None:
    # Bbz art. 42: 24 percent of 25,000.00 and its interest, in one amount against discharge of the rest.
    by_hand = ("letters", "make", "settlement_offer_answer", LOAN, "--say", "offer=24% ineens.")
    assert "aflos decide arrangement 100000001 --share AMOUNT" in by("clerk", *by_hand).err
    words = ("decide", "arrangement", LOAN, "--on", "2025-01-15", "--decision", "B-42", "--amount", "6000.00")
    assert "must be less than the 25075.27 that is owed" in by("clerk", *words, "--share", "25075.27").err
    assert "must not be less than what is paid at a time" in by("clerk", *words, "--share", "5999.99").err
    agreed = (*words, "--share", "6000.00", "--first", "2025-02-01", "--until", "2025-02-15")
    assert good_by("clerk", *agreed, "--preview")["letters"] == ["settlement_offer_answer"]
    good_by("clerk", *agreed)
    good_by("approver", "approve", "1")
    stopped = good_by("clerk", "loan", "blocks", LOAN, "--on", "2025-01-20")
    assert [(one["kind"], one["stops"]) for one in stopped] == [("arrangement", ["dunning"])]
    told = ("letters", "write", "1", "--reason", "Alle schuldeisers doen mee.", "--say", "offer=24% ineens.")
    (written,) = good_by("clerk", *told)["letters"]
    page = letter(letters_desk, written).draft
    assert (page.kind, page.fields["creditor_share"]) == ("settlement_offer_answer", 6_000_00)
    sent: dict[str, object] = {**page.fields, "date": "2025-01-20", "our_reference": "1"}
    said = str(compose(catalogue(), Draft(page.kind, "almere", sent)).pieces)
    assert "te regelen: 24% ineens. Onze vordering is" in said
    assert "Wij werken mee aan dit voorstel." in said
    assert asked("2025-01-31") == []
    good_by("clerk", "payment", "add", LOAN, "--amount", "6000.00", "--on", "2025-02-01")
    (item,) = asked("2025-02-03")
    assert "the share of the debt settlement, 6000.00, was paid: " in item["reason"]
    waiver = item["next_action"].split(":")[1].split(";")[0].split()[1:]
    good_by("clerk", *waiver, "--decision", "B-43")
    good_by("approver", "approve", "2")
    assert asked("2025-02-03") == []


def test_a_buy_off_is_told_by_what_adds_up_and_gives_up_nothing_before_it_is_paid(
    letters_desk: Engine,
) -> None:
    on = ("--on", "2025-01-15", "--decision")
    good_by("clerk", "decide", "waiver", LOAN, *on, "B-1", "--part", "principal", "--amount", "19000.00")
    good_by("approver", "approve", "1")
    why = ("--reason", "U kunt nu een deel betalen.", "--kind", "buy_off")
    done = by("clerk", "letters", "write", "1", *why)
    assert (done.code, "--amount and --share both that amount" in done.err) == (2, True), done.err
    deferral = good_by("clerk", "loan", "show", LOAN)["facts"][-1]
    good_by("clerk", "decide", "withdraw", LOAN, str(deferral["fact"]), "--reason", "not before it is paid")
    good_by("approver", "approve", "2")
    day = (clock.today() + timedelta(days=20)).isoformat()
    agreed = ("decide", "arrangement", LOAN, *on, "B-2", "--amount", "6000.00", "--share", "6000.00")
    good_by("clerk", *agreed, "--first", day, "--until", (clock.today() + timedelta(days=21)).isoformat())
    good_by("approver", "approve", "3")
    (written,) = good_by("clerk", "letters", "write", "3", *why)["letters"]
    page = letter(letters_desk, written).draft
    assert (page.kind, page.fields["pay_before"], page.fields["buy_off"]) == ("buy_off", day, 6_000_00)
    assert page.fields["waived"] == int(str(page.fields["balance"])) - 6_000_00
    assert good_by("clerk", "loan", "show", LOAN)["outstanding"]["principal"] == "25000.00"


def test_an_arrangement_asks_from_its_first_day_to_its_last() -> None:
    agreed = agreed_in({"first": "2025-07-31", "until": "2025-12-01"}, date(2025, 7, 1), 100_00)
    assert (agreed.first, agreed.last) == (date(2025, 7, 31), date(2025, 11, 30))
    assert [agreed.asked_by(date(2025, month, 30)) for month in (7, 8, 11, 12)] == [0, 100_00, 500_00, 500_00]
    assert agreed_in({}, date(2025, 7, 1), 100_00).last is None
    # Of a debt settlement no more than the share is asked, whatever the months.
    share = agreed_in({"share": "250.00"}, date(2025, 7, 1), 100_00)
    assert [share.asked_by(date(2025, month, 1)) for month in (7, 9, 12)] == [100_00, 250_00, 250_00]


def asked(on: str) -> list[dict[str, Any]]:
    return list(good_by("clerk", "worklist", "--source", "arrangement", "--on", on))


def test_p24_what_is_at_stake_in_an_arrangement_is_all_that_is_open(letters_desk: Engine) -> None:
    words = ("arrangement", LOAN, "--amount", "100.00", "--on", "2025-07-01", "--decision", "B-1")
    found = good_by("clerk", "decide", *words, "--preview")
    assert cents_of(found["at_stake"]) >= 25_000_00
    assert (found["persons"], found["letters"]) == (2, ["arrangement"])


def test_what_no_letter_tells_of_is_refused(letters_desk: Engine) -> None:
    good_by("clerk", "decide", "cost", LOAN, "--amount", "1.00", "--on", "2025-07-01", "--decision", "B-1")
    good_by("approver", "approve", "1")
    refused = by("clerk", "letters", "write", "1").err
    assert "no letter tells of this decision, cost (public law): tell it in a letter of your own" in refused
    assert "then aflos decide handed-over 1 --on DAY --to DEBTOR" in refused
    assert "must be written as NAME=TEXT" in by("clerk", "letters", "write", "1", "--say", "x").err


@pytest.mark.parametrize(
    ("name", "texts", "error"),
    [
        ("colour", ["red"], "has no such field to write"),
        ("reasons", ["so"], "deferral gives no reasons of its own: leave out --reason"),
        ("amount", ["ten"], "amount: 'ten'"),
        ("amount", ["1.00", "2.00"], "is given 2 times"),
        ("flag", ["maybe"], "write yes or no"),
        ("day", ["2025-02-30"], "day: '2025-02-30'"),
    ],
)
def test_what_does_not_fit_is_refused(name: str, texts: list[str], error: str) -> None:
    with pytest.raises(LetterRefused, match=error):
        given_fields("deferral", RULES, {name: texts})


def test_what_fits_is_read_by_its_kind() -> None:
    said = {"amount": ["12.34"], "flag": ["yes"], "day": ["2025-02-28"], "lines": ["a", "b"], "text": ["c"]}
    wanted = {"amount": 1234, "flag": True, "day": "2025-02-28", "lines": ["a", "b"], "text": "c"}
    assert given_fields("deferral", RULES, said) == wanted
