"""The outbox keeps each letter once, in one creditor's administration, and only grows."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import Connection, Engine, delete, update
from sqlalchemy.exc import DBAPIError

from ledger.database import reading, writing
from letters.outbox.dropping import too_late
from letters.outbox.store import (
    add_letters,
    add_page,
    add_sent,
    add_steps,
    letters_by_number,
    open_letters,
    open_letters_on,
    pages_of,
    sent_of,
)
from letters.outbox.tables import letter, letter_step
from letters.outbox.values import (
    Amount,
    Effects,
    Letter,
    LetterDraft,
    LetterRefused,
    OnLoan,
    Page,
    Sent,
    Step,
)
from letters.print_runs.store import Together, add_run, add_run_step, find_run
from letters.print_runs.values import RunStep
from servicing.debtors.store import add_debtors
from servicing.debtors.values import NewDebtor
from servicing.store import Loan, Recorded, add_loan
from tests.nights import at

DAY = at("2025-03-03")
BY = Recorded("test", DAY, "2025-03-03T08:00:00+00:00")


def two_loans(connection: Connection) -> tuple[int, int, int]:
    """A debtor with a loan of Almere and one of Dronten."""
    new = NewDebtor(None, None, None, "S. Jansen", "Agorabaan", "3", "8232 AB", "Lelystad", "NL", "nl", DAY)
    (debtor,) = add_debtors(connection, [new], BY)
    loans = [
        add_loan(
            connection, Loan(0, one, "bbz_business_capital", None, "x", DAY, DAY, "from-2020"), [debtor], BY
        )
        for one in (1, 2)
    ]
    return debtor, loans[0], loans[1]


def drafted(debtor: int, *loans: int, key: str = "letter-1", creditor: int = 1) -> LetterDraft:
    return LetterDraft(
        key,
        "payment_reminder",
        creditor,
        debtor,
        [OnLoan(loan, 2) for loan in loans],
        {"name": "Çelik", "amount": "506.91"},
        [Amount("overdue", 50691, ("100000001:2025-03-01:instalment:1",))],
        Effects("statutory", 14),
        50691,
    )


def test_a_letter_goes_before_the_day_by_which_it_wants_an_answer() -> None:
    asks = replace(drafted(1, 100_000_001), fields={"send_before": "2025-03-17"}, effects=Effects())
    assert not too_late(Letter(1, asks, DAY, "night"), at("2025-03-16"))
    assert "by 2025-03-17: sent on 2025-03-17" in too_late(Letter(1, asks, DAY, "night"), at("2025-03-17"))
    counted = replace(asks, effects=Effects("statutory", 14))
    assert not too_late(Letter(1, counted, DAY, "night"), at("2025-03-17"))


def step(name: str, day: date = DAY, run: int = 0) -> Step:
    return Step(name, run, day, "why", "test")  # type: ignore[arg-type]  # a wrong name is for the database to refuse


def refused(engine: Engine, *statements: object) -> str:
    with pytest.raises(DBAPIError) as error, writing(engine) as connection:
        for statement in statements:
            connection.execute(statement)  # type: ignore[call-overload]  # any statement
    return str(error.value)


def test_a_letter_is_in_the_outbox_once_as_it_was_frozen(database: Engine) -> None:
    with writing(database) as connection:
        debtor, loan, _ = two_loans(connection)
        draft = drafted(debtor, loan)
        (number,) = add_letters(connection, [draft], DAY, BY)
        assert add_letters(connection, [draft, draft], DAY, BY) == []
    with reading(database) as connection:
        found = letters_by_number(connection, [number])[number]
        assert open_letters(connection, 1) == open_letters_on(connection, [loan]) == {number: found}
        assert open_letters(connection, 2) == open_letters_on(connection, [loan + 1]) == {}
    assert found.draft.fields == draft.fields
    assert (found.draft.amounts, found.draft.effects) == (tuple(draft.amounts), draft.effects)
    assert (found.state(DAY), found.batch, found.is_open) == ("proposed", 0, True)


def test_p16_a_letter_of_two_creditors_is_refused_by_the_database(database: Engine) -> None:
    with writing(database) as connection:
        debtor, almere, dronten = two_loans(connection)
    with pytest.raises(DBAPIError, match="loan_of_the_creditor"), writing(database) as connection:
        add_letters(connection, [drafted(debtor, almere, dronten)], DAY, BY)


def test_what_happened_to_a_letter_only_grows_and_has_one_order(database: Engine) -> None:
    with writing(database) as connection:
        debtor, loan, _ = two_loans(connection)
        (number,) = add_letters(connection, [drafted(debtor, loan)], DAY, BY)
        before = letters_by_number(connection, [number])
        add_steps(connection, {number: step("approved", run=7)}, before, BY)
    # Somebody else who looked at the same moment comes too late.
    with pytest.raises(DBAPIError), writing(database) as connection:
        add_steps(connection, {number: step("excluded")}, before, BY)
    with pytest.raises(DBAPIError, match="step_is_known"), writing(database) as connection:
        add_steps(connection, {number: step("lost")}, letters_by_number(connection, [number]), BY)
    assert "only grows" in refused(database, update(letter_step).values(note="other"))
    assert "only grows" in refused(database, delete(letter))
    with reading(database) as connection:
        assert letters_by_number(connection, [number])[number].state(DAY) == "approved"


@pytest.mark.parametrize(
    ("steps", "on", "state"),
    [
        ((), "2025-03-03", "proposed"),
        ((("held", "2025-03-10"),), "2025-03-09", "held"),
        ((("held", "2025-03-10"),), "2025-03-10", "proposed"),
        ((("approved", "2025-03-03"), ("held", "2025-03-04")), "2025-03-04", "proposed"),
        ((("approved", "2025-03-03"), ("fell-away", "2025-03-04")), "2025-03-04", "fell-away"),
    ],
)
def test_where_a_letter_stands(
    sqlite_database: Engine, steps: tuple[tuple[str, str], ...], on: str, state: str
) -> None:
    with writing(sqlite_database) as connection:
        debtor, loan, _ = two_loans(connection)
        (number,) = add_letters(connection, [drafted(debtor, loan)], DAY, BY)
        for name, day in steps:
            add_steps(connection, {number: step(name, at(day))}, letters_by_number(connection, [number]), BY)
        found = letters_by_number(connection, [number])[number]
        assert (found.state(at(on)), number in open_letters(connection)) == (state, state != "fell-away")


def test_g3_a_letter_is_handed_over_once_whoever_says_so(database: Engine) -> None:
    with writing(database) as connection:
        debtor, loan, _ = two_loans(connection)
        (number,) = add_letters(connection, [drafted(debtor, loan)], DAY, BY)
        run = add_run(connection, Together(1, 1, 50691), BY)
        for name in ("released", "printing"):
            found = find_run(connection, run)
            add_run_step(connection, found, RunStep(name, DAY, "", "test"), BY)
        assert find_run(connection, run).state == "handed-over-unknown"
        add_page(connection, Page(number, DAY, "ab", 1, 9), BY.at)
        sent = Sent(number, run, DAY, at("2025-03-17"), "ab", "print run")
        add_sent(connection, [sent], BY)
        assert pages_of(connection, [number]) == {(number, DAY): Page(number, DAY, "ab", 1, 9)}
        assert sent_of(connection, [number, 99]) == {number: sent}
    with pytest.raises(DBAPIError), writing(database) as connection:
        add_sent(connection, [sent], BY)


def test_a_letter_to_nobody_about_nothing_is_refused() -> None:
    with pytest.raises(LetterRefused, match="needs a key"):
        drafted(1, key="")
    with pytest.raises(LetterRefused, match="needs a key"):
        LetterDraft("a", "b", 1, 1, [], {})


def test_b10_the_term_of_a_letter_follows_from_its_sending_date() -> None:
    # Two weeks after Thursday 4 December 2025 is the 18th; after the 11th it is Christmas and its day after.
    statutory, working = Effects(term="statutory", term_days=14), Effects(term="working_days", term_days=5)
    assert statutory.term_end(at("2025-12-04")) == at("2025-12-18")
    assert statutory.term_end(at("2025-12-11")) == at("2025-12-29")
    assert working.term_end(at("2025-12-19")) == at("2025-12-30")
    assert Effects().term_end(at("2025-12-11")) is None
