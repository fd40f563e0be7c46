"""Dunning through the outbox: what is due becomes a letter, and only its hand-over counts, costs and interrupts."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete, update

from bank.reference import reference_of
from jobs import clock
from jobs.letters_checks import letters_unlike_books
from jobs.letters_freezing import NO_PAGE
from jobs.letters_stuck import stuck_letters
from jobs.verify_letters import wrong_letters
from ledger.database import reading, writing
from ledger.files import config_text
from ledger.money import euros
from letters.fields import shown
from letters.outbox.dropping import is_of_step_done
from letters.outbox.dunning import steps_done
from letters.outbox.page_draft import page_draft
from letters.outbox.store import add_sent, letters_of_creditor
from letters.outbox.tables import letter as letter_table
from letters.outbox.tables import letter_loan, letter_sent
from letters.outbox.values import Letter, Sent
from letters.render import render
from servicing.banking_days import ONE_DAY
from servicing.blocks import holding_of
from servicing.debtors.store import add_debtors
from servicing.debtors.values import NewDebtor
from servicing.dunning.sent import acts_of_letters, drafts_of, fee_key, sent_of, withdrawal_drafts
from servicing.dunning.store import standings_of
from servicing.facts import Draft, Fact, FactKind
from servicing.store import Loan, add_loan, facts_of, record
from tests.desk import LOAN
from tests.law_files import write
from tests.letter_reading import codes, read, the_press
from tests.letters_desk import CENTS, open_letters_desk, propose, put_together, sent, state
from tests.nights import PLAIN_TERMS, begin_on, close_until, paid, stamp, tell
from tests.offices import by, good_by
from tests.tamper import tamper, without_triggers

STEP = {
    "reference": "1:100000001:aanmaning:2025-01-01:abc",
    "procedure": "recovery",
    "step": "aanmaning",
    "letter": "reminder",
    "lines": [[int(LOAN), "2025-02-01", CENTS, 1900]],
    "debtors": [1],
    "interrupts": "formal_reminder",
}


@pytest.fixture
def desk(database: Engine, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """A loan with a debtor in an office with people, on each engine."""
    open_letters_desk(database_url, tmp_path, monkeypatch)
    return database


def facts(engine: Engine, loan: int = int(LOAN)) -> list[Fact]:
    with reading(engine) as connection:
        return holding_of(facts_of(connection, [loan])[loan], None)


def test_p2_level_fee_term_and_interruption_begin_at_the_hand_over(desk: Engine, tmp_path: Path) -> None:
    (number,) = propose(desk, "a", dunning=STEP)
    assert [fact.kind for fact in facts(desk)] == [FactKind.GRANT, FactKind.DISBURSEMENT]
    run = sent(tmp_path / "post")["run"]
    today = clock.today()
    (step,) = sent_of(facts(desk))
    assert (step.step, step.on, step.fee) == ("aanmaning", today, 1900)
    assert step.term_until is not None
    assert step.term_until >= today + timedelta(days=14)
    (cost,) = [fact for fact in facts(desk) if fact.kind is FactKind.COST]
    assert (cost.cents, cost.value_date, cost.key) == (1900, today, fee_key(str(STEP["reference"])))
    assert [(act.kind, act.proven) for act in acts_of_letters(facts(desk))] == [("formal_reminder", True)]
    # Withdrawn by two persons, nothing of it is left, and the debtor is told (P14).
    words = ("letters", "withdraw", str(run), "--reason", "Uw betaling was binnen.")
    decision = good_by("approver", *words)["decision"]
    good_by("manager", "approve", str(decision))
    left = {fact.kind for fact in facts(desk)} - {FactKind.WITHDRAWAL}
    assert left == {FactKind.GRANT, FactKind.DISBURSEMENT}
    with reading(desk) as connection:
        (correction,) = [
            one for one in letters_of_creditor(connection).values() if one.draft.kind == "correction"
        ]
    assert (correction.draft.fields["fee"], state(desk, number)) == (1900, "withdrawn")


def test_p2_a_letter_that_does_not_go_leaves_nothing_to_reverse(desk: Engine) -> None:
    (number,) = propose(desk, "a", dunning=STEP)
    put_together()
    good_by("clerk", "letters", "exclude", str(number), "--reason", "called")
    assert [fact.kind for fact in facts(desk)] == [FactKind.GRANT, FactKind.DISBURSEMENT]


def test_g12_a_step_that_came_back_sets_no_term(desk: Engine, tmp_path: Path) -> None:
    first, second = propose(desk, "a", "b", dunning=STEP)
    sent(tmp_path / "post")
    assert len(sent_of(facts(desk))) == 1
    good_by("clerk", "letters", "returned", str(first))
    # The other joint debtor still has a letter of this step.
    assert len(sent_of(facts(desk))) == 1
    good_by("clerk", "letters", "returned", str(second))
    assert sent_of(facts(desk)) == []


PERSON = NewDebtor(
    None, None, None, "S. Jansen", "Agorabaan", "3", "8232 AB", "Lelystad", "NL", "nl", date(2024, 1, 1)
)


def late_loan(engine: Engine, start: date, debtor: int = 0, more: int = 0) -> int:
    """A loan paid out on a day of which nothing was paid, to somebody with an address (0: somebody new).

    `more` new debtors owe it with him.
    """
    by_test = stamp(engine, start)
    with writing(engine) as connection:
        owes = [debtor or add_debtors(connection, [PERSON], by_test)[0]]
        owes += add_debtors(connection, [PERSON] * more, by_test)
        heading = Loan(0, 1, "bbz_business_capital", None, "test", start, start, "from-2020")
        number = add_loan(connection, heading, owes, by_test)
        terms = PLAIN_TERMS | {"start": start.isoformat()}
        drafts = [
            Draft(number, FactKind.GRANT, start, "grant", data=terms),
            Draft(number, FactKind.DISBURSEMENT, start, "first", cents=2_500_000),
        ]
        record(connection, drafts, by_test)
    return number


def dunning_letters(engine: Engine, day: date) -> list[Letter]:
    with reading(engine) as connection:
        assert list(letters_unlike_books(connection, day)) == []
        return [one for one in letters_of_creditor(connection).values() if one.draft.effects.dunning]


def test_what_is_due_is_a_letter_that_goes_when_it_is_paid(database: Engine) -> None:
    start = date(2024, 1, 1)
    begin_on(database, start)
    number = late_loan(database, start)
    close_until(database, date(2024, 2, 7))
    assert dunning_letters(database, date(2024, 2, 7)) == []
    close_until(database, date(2024, 2, 9))
    (letter,) = dunning_letters(database, date(2024, 2, 9))
    assert (letter.draft.kind, letter.draft.demanded) == ("reminder", CENTS)
    assert letter.draft.fields["open_rows"] == [["2024-02-01", "Termijn 1", CENTS]]
    # A part of it is paid: the letter that asks for all falls away, one that asks for the rest takes its place.
    tell(database, date(2024, 2, 10), paid(number, "2024-02-10", 20_000))
    close_until(database, date(2024, 2, 10))
    old, new = dunning_letters(database, date(2024, 2, 10))
    assert (old.state(date(2024, 2, 10)), new.state(date(2024, 2, 10))) == ("fell-away", "proposed")
    assert new.draft.demanded < CENTS
    # All is paid: nothing is left to ask for.
    tell(database, date(2024, 2, 11), paid(number, "2024-02-11", 40_000))
    close_until(database, date(2024, 2, 11))
    assert [one.state(date(2024, 2, 11)) for one in dunning_letters(database, date(2024, 2, 11))] == [
        "fell-away"
    ] * 2


def test_who_pays_exactly_what_a_later_letter_asks_is_not_behind(sqlite_database: Engine) -> None:
    """Costs of an earlier letter are asked for too: a payment goes there first (Awb art. 4:92 lid 1)."""
    start, night = date(2024, 1, 1), date(2024, 2, 9)
    begin_on(sqlite_database, night)
    number = late_loan(sqlite_database, start)
    says: dict[str, object] = {"letter": "1:1:aanmaning"}
    fee = Draft(number, FactKind.COST, date(2024, 2, 5), fee_key("1:1:aanmaning"), cents=1900, data=says)
    interest = Draft(number, FactKind.STATUTORY_INTEREST, start, "decided", cents=250)
    tell(sqlite_database, date(2024, 2, 5), fee, interest)
    close_until(sqlite_database, night)
    (letter,) = dunning_letters(sqlite_database, night)
    assert letter.draft.fields["open_rows"] == [
        ["2024-02-01", "Termijn 1", CENTS],
        ["", "Kosten van eerdere brieven", 1900],
    ]
    assert (letter.draft.demanded, letter.draft.fields["pay_amount"]) == (CENTS + 1900, CENTS + 1900)
    # Of the interest the six weeks of its decision run until 12 February: from the 13th on it is asked for.
    close_until(sqlite_database, date(2024, 2, 13))
    night = date(2024, 2, 13)
    (letter,) = [one for one in dunning_letters(sqlite_database, night) if one.state(night) == "proposed"]
    assert letter.draft.demanded == CENTS + 1900 + 250
    with reading(sqlite_database) as connection:
        assert list(wrong_letters(connection, night)) == []
    tell(sqlite_database, night + ONE_DAY, paid(number, "2024-02-14", letter.draft.demanded))
    close_until(sqlite_database, night + ONE_DAY)
    with reading(sqlite_database) as connection:
        assert standings_of(connection, [number]) == {}


def test_g10_verify_names_a_letter_that_is_not_what_it_rests_on(sqlite_database: Engine) -> None:
    """A step without its letter, an amount that is not counted, a hand-over of which no fact tells."""
    start, night = date(2024, 1, 1), date(2024, 2, 9)
    begin_on(sqlite_database, night)
    number = late_loan(sqlite_database, start)
    close_until(sqlite_database, night)
    (one,) = dunning_letters(sqlite_database, night)
    without_triggers(sqlite_database)

    def wrong() -> list[str]:
        with reading(sqlite_database) as connection:
            return [each.what for each in wrong_letters(connection, night)]

    assert wrong() == []
    with writing(sqlite_database) as connection:
        told = Sent(one.id, 1, night, None, "", "a list")
        add_sent(connection, [told], stamp(sqlite_database, night))
    assert wrong() == [
        f"letter {one.id} (reminder): was handed over, and no fact of loan {number} says so of 506.91"
    ]
    tamper(sqlite_database, update(letter_table).values(demanded=1))
    assert f"letter {one.id} (reminder): it asks for {CENTS} cents, and 1 are counted" in wrong()
    tamper(sqlite_database, *(delete(table) for table in (letter_sent, letter_loan, letter_table)))
    assert wrong() == ["reminder of 506.91 is due since 2024-02-09, and debtor 1 has no letter of it"]


def test_what_a_person_excluded_stays_out_while_it_is_the_same(
    sqlite_database: Engine, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = date(2024, 1, 1)
    begin_on(sqlite_database, start)
    late_loan(sqlite_database, start)
    close_until(sqlite_database, date(2024, 2, 9))
    (letter,) = dunning_letters(sqlite_database, date(2024, 2, 9))
    monkeypatch.setenv("AFLOS_DATABASE", sqlite_url)
    assert by("anybody", "letters", "exclude", str(letter.id), "--reason", "spoke").code == 0
    close_until(sqlite_database, date(2024, 2, 11))
    assert [one.id for one in dunning_letters(sqlite_database, date(2024, 2, 11))] == [letter.id]


def test_a_letter_about_two_loans_asks_for_each_with_its_own_reference(sqlite_database: Engine) -> None:
    start, night = date(2024, 1, 1), date(2024, 2, 9)
    begin_on(sqlite_database, night)
    loans = [late_loan(sqlite_database, start, debtor) for debtor in (0, 1)]
    close_until(sqlite_database, night)
    (letter,) = dunning_letters(sqlite_database, night)
    assert [on.loan for on in letter.draft.loans] == loans
    assert letter.draft.fields["loan"] == ", ".join(str(loan) for loan in loans)
    rows = [(str(loan), CENTS, reference_of(loan)) for loan in loans]
    assert letter.draft.fields["pay_rows"] == [list(row) for row in rows]
    assert letter.draft.demanded == 2 * CENTS
    page = render(the_press(), page_draft(letter, "almere", night, the_press().catalogue)).content
    text = read(page)
    for loan, cents, reference in rows:
        assert f"Voor lening {loan} Bedrag {shown('amount', cents)}".replace("\u00a0", " ") in text
        assert shown("reference", reference).replace("\u00a0", " ") in text
    # Each can be paid with its own code; none asks for both at once on the reference of one.
    paying = [code.splitlines() for code in codes(page)]
    assert {(lines[7], lines[-1]) for lines in paying} == {
        (f"EUR{euros(cents)}", reference) for _, cents, reference in rows
    }


def test_a_letter_to_one_joint_debtor_leaves_that_of_the_other(sqlite_database: Engine) -> None:
    """A step says to whom its letters went; who was not written to is not asked as if he were (P1, P2)."""
    start, night = date(2024, 1, 1), date(2024, 2, 9)
    begin_on(sqlite_database, night)
    number = late_loan(sqlite_database, start, more=1)
    close_until(sqlite_database, night)
    one, other = dunning_letters(sqlite_database, night)
    with reading(sqlite_database) as connection:
        known = facts_of(connection, [number])
    left = [draft for step in steps_done([one], known, night + ONE_DAY, "") for draft in drafts_of(step)]
    tell(sqlite_database, night + ONE_DAY, *left)
    close_until(sqlite_database, night + ONE_DAY)
    states = [each.state(night) for each in dunning_letters(sqlite_database, night + ONE_DAY)]
    assert states == ["proposed", "proposed"], "the other waits still"
    with reading(sqlite_database) as connection:
        known = facts_of(connection, [number])
    assert [step.debtors for step in sent_of(known[number])] == [(one.draft.debtor,)]
    later = [draft for step in steps_done([other], known, night + ONE_DAY, "") for draft in drafts_of(step)]
    assert [(draft.kind, draft.key) for draft in later] == [
        (FactKind.DUNNED, f"{left[0].key} {other.draft.debtor}")
    ]
    tell(sqlite_database, night + 2 * ONE_DAY, *later)
    # More is due meanwhile, or it was paid: what still waits goes.
    tell(sqlite_database, night + 2 * ONE_DAY, paid(number, "2024-02-11", 20_000))
    with reading(sqlite_database) as connection:
        known = facts_of(connection, [number])
        gone = withdrawal_drafts(known[number], left[0].key, night, "wrong")
        assert not is_of_step_done(other, known)
    assert len(gone) == 2


def test_what_fell_away_for_one_joint_debtor_after_the_other_had_his_is_proposed_anew(
    letters_desk: Engine, tmp_path: Path
) -> None:
    """A move between the letters of one step: the one that falls away goes to the new address, once, without fee."""
    night = clock.today() - ONE_DAY
    begin_on(letters_desk, night)
    number = late_loan(letters_desk, night - timedelta(days=40), more=1)
    close_until(letters_desk, night)
    mine = [one for one in dunning_letters(letters_desk, night) if one.draft.loans[0].loan == number]
    first, second = (one.draft.debtor for one in mine)
    one, other = (str(each.id) for each in mine)
    move(second, "Kerkweg", night)
    # The letter of the first is still to leave: the night would propose that of the second again by itself.
    assert [each["letter"] for each in put_together("--letter", other)["fell_away"]] == [int(other)]
    assert states_of(letters_desk, second) == ["fell-away"]
    assert [step.debtors for step in sent_of(facts(letters_desk, number))] == []
    sent(tmp_path / "post", "--letter", one)
    assert [step.debtors for step in sent_of(facts(letters_desk, number))] == [(first,)]
    assert states_of(letters_desk, second) == ["fell-away", "proposed"]
    # He moves again: what waits falls away, and another takes its place at once.
    move(second, "Dorpsstraat", clock.today())
    (waits,) = [
        each.id for each in letters_to(letters_desk, second) if each.state(clock.today()) == "proposed"
    ]
    put_together("--letter", str(waits))
    assert states_of(letters_desk, second) == ["fell-away", "fell-away", "proposed"]
    anew = letters_to(letters_desk, second)[-1]
    assert anew.draft.fields["addressee"] == ["S. Jansen", "Dorpsstraat 1", "8232 AB  Lelystad"]
    assert (anew.draft.demanded, anew.draft.amounts) == (mine[1].draft.demanded, mine[1].draft.amounts)
    sent(tmp_path / "post", "--letter", str(anew.id))
    assert [(step.debtors, step.fee) for step in sent_of(facts(letters_desk, number))] == [
        ((first,), 0),
        ((second,), 0),
    ]
    assert states_of(letters_desk, second) == ["fell-away", "fell-away", "handed-over"]


def test_what_fell_away_because_it_was_paid_is_not_proposed_anew(letters_desk: Engine) -> None:
    night = clock.today() - ONE_DAY
    begin_on(letters_desk, night)
    number = late_loan(letters_desk, night - timedelta(days=40), more=1)
    close_until(letters_desk, night)
    one, other = (each for each in dunning_letters(letters_desk, night) if each.draft.loans[0].loan == number)
    known = {number: facts(letters_desk, number)}
    (step,) = steps_done([one], known, clock.today(), "")
    tell(letters_desk, clock.today(), *drafts_of(step), paid(number, str(clock.today()), CENTS))
    put_together("--letter", str(other.id))
    assert states_of(letters_desk, other.draft.debtor) == ["fell-away"]


def move(debtor: int, street: str, on: date) -> None:
    words = ("--street", street, "--house-number", "1", "--postcode", "8232 AB", "--city", "Lelystad")
    good_by("clerk", "debtor", "move", str(debtor), "--on", str(on), *words)


def letters_to(engine: Engine, debtor: int) -> list[Letter]:
    with reading(engine) as connection:
        return [one for one in letters_of_creditor(connection).values() if one.draft.debtor == debtor]


def states_of(engine: Engine, debtor: int) -> list[str]:
    return [one.state(clock.today()) for one in letters_to(engine, debtor) if one.draft.effects.dunning]


def test_a_letter_that_could_not_be_printed_is_kept_with_its_reason_at_once(
    sqlite_database: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start, night = date(2024, 1, 1), date(2024, 2, 9)
    begin_on(sqlite_database, night)
    late_loan(sqlite_database, start)
    shipped = config_text("letters/reminder.yaml")
    wants = shipped.replace("[open_rows, open_total]", "[open_rows, open_total, formal_reminder_date]")
    write(
        tmp_path / "config",
        "letters/reminder.yaml",
        wants.replace("kost u niets", "van {formal_reminder_date}"),
    )
    monkeypatch.setenv("AFLOS_CONFIG", str(tmp_path / "config"))
    close_until(sqlite_database, night + timedelta(days=2))
    with reading(sqlite_database) as connection:
        (letter,) = letters_of_creditor(connection).values()
        (item,) = [one for one in stuck_letters(connection, night) if one.subject.endswith(f" {letter.id}")]
    assert (letter.draft.kind, letter.state(night)) == (NO_PAGE, "failed")
    assert "formal_reminder_date: is missing" in item.reason
