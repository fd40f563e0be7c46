"""Proposals of dunning in the night: written with the books, kept while their reason holds, gone with it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine

from jobs.chunk import states_of
from jobs.dunning_night import Dunning, Heading, Seen, decided, unchanged
from jobs.dunning_rules import dunning_book
from jobs.information import Information, Missing
from ledger.database import reading, writing
from ledger.day import day_of
from servicing.creditors.store import begin_quiet, lift_quiet
from servicing.dunning.ladder import Wait
from servicing.dunning.sent import HandedOver, Line, drafts_of, withdrawal_drafts
from servicing.dunning.standing import Note, Standing
from servicing.dunning.store import due_letters, notes_of_loan, standings_of
from servicing.facts import Draft, FactKind
from servicing.store import Recorded, facts_of
from tests.dunning_cases import fact, overdue
from tests.nights import PLAIN_TERMS, at, begin_on, close_until, new_loan, paid, sums, tell

INSTALMENT = 50_691
DUE, REMINDED, CALLED = at("2024-02-01"), at("2024-02-08"), at("2024-02-15")


@pytest.fixture
def late(database: Engine) -> int:
    """A loan whose first instalment, of 1 February 2024, was not paid by 7 February."""
    return missed(database)


@pytest.fixture
def late_here(sqlite_database: Engine) -> int:
    """The same on SQLite alone."""
    return missed(sqlite_database)


def missed(database: Engine) -> int:
    begin_on(database, at("2024-01-29"))
    loan = new_loan(database, PLAIN_TERMS, known=at("2024-01-29"))
    close_until(database, at("2024-02-07"))
    return loan


def standing(database: Engine, loan: int) -> Standing | None:
    with reading(database) as connection:
        return standings_of(connection, [loan]).get(loan)


def notes(database: Engine, loan: int) -> list[tuple[int, str, str]]:
    with reading(database) as connection:
        return [(note.day, note.what, note.step) for note in notes_of_loan(connection, loan)]


def sent(loan: int, step: str, on: date, fee: int = 0, until: date | None = None) -> list[Draft]:
    line = Line(loan, DUE, INSTALMENT, fee)
    letter = HandedOver(
        f"{step} {on}", "instalments", step, step, on, (line,), (), until, "formal_reminder", "manifest 1"
    )
    return drafts_of(letter)


def test_p02_the_night_proposes_and_books_nothing(database: Engine, late: int) -> None:
    before = sums(database)
    assert standing(database, late) is None
    close_until(database, REMINDED)
    found = standing(database, late)
    assert found is not None
    assert (found.step, found.letter, found.proposed_on, found.cents) == (
        "reminder", "reminder", 20240208, INSTALMENT
    )  # fmt: skip
    assert sums(database) == before
    # It stays what it is, and is proposed once.
    close_until(database, at("2024-02-10"))
    later = standing(database, late)
    assert later is not None
    assert (later.step, later.proposed_on, later.looked_on) == ("reminder", 20240208, 20240210)
    assert notes(database, late) == [(20240208, "proposed", "reminder")]
    with reading(database) as connection:
        (due,) = due_letters(connection, {1})
    assert (due.loan, due.step, due.overdue.cents, due.overdue.since) == (late, "reminder", INSTALMENT, DUE)


def test_a_payment_and_its_bounce_change_the_proposal_the_same_night(database: Engine, late: int) -> None:
    close_until(database, REMINDED)
    (number,) = tell(database, at("2024-02-09"), paid(late, "2024-02-09", INSTALMENT))
    close_until(database, at("2024-02-09"))
    assert standing(database, late) is None
    back = Draft(late, FactKind.REVERSAL, at("2024-02-12"), "back", of=number)
    tell(database, at("2024-02-12"), back)
    close_until(database, at("2024-02-12"))
    assert notes(database, late) == [
        (20240208, "proposed", "reminder"),
        (20240209, "fell-away", "reminder"),
        (20240212, "proposed", "reminder"),
    ]


def test_p02_fee_level_and_term_begin_at_the_hand_over(database: Engine, late: int) -> None:
    close_until(database, REMINDED)
    tell(database, at("2024-02-09"), *sent(late, "reminder", at("2024-02-09")))
    close_until(database, at("2024-02-15"))
    found = standing(database, late)
    assert found is not None
    assert (found.step, found.reason) == ("", "call comes from 2024-02-16 on")
    call = Draft(late, FactKind.CONTACT, at("2024-02-16"), "call", data={"text": "no answer"})
    tell(database, at("2024-02-16"), call)
    close_until(database, at("2024-02-23"))
    with reading(database) as connection:
        assert [due.step for due in due_letters(connection, {1})] == ["aanmaning"]
    tell(database, at("2024-02-24"), *sent(late, "aanmaning", at("2024-02-24"), 1_900, at("2024-03-11")))
    close_until(database, at("2024-02-24"))
    costs = {key: cents for key, cents in sums(database).items() if key[1] in {1350, 8010}}
    assert costs == {(late, 1350, 20240224): 1_900, (late, 8010, 20240224): -1_900}
    close_until(database, at("2024-03-11"))
    waits = standing(database, late)
    assert waits is not None
    assert waits.reason == "last_letter comes from 2024-03-12 on"
    # P14: withdrawn, the fee is gone and the step has left the ladder.
    with reading(database) as connection:
        facts = facts_of(connection, [late])[late]
    tell(
        database,
        at("2024-03-12"),
        *withdrawal_drafts(facts, "aanmaning 2024-02-24", at("2024-03-12"), "wrong"),
    )
    close_until(database, at("2024-03-12"))
    again = standing(database, late)
    assert again is not None
    assert again.step == "aanmaning"
    assert sum(cents for key, cents in sums(database).items() if key[1] == 1350) == 0
    with reading(database) as connection:
        known = facts_of(connection, [late])[late]
    assert withdrawal_drafts(known, "aanmaning 2024-02-24", at("2024-03-12"), "wrong") == []


def test_p10_f7_a_block_takes_the_proposal_away_the_same_night(
    sqlite_database: Engine, late_here: int
) -> None:
    close_until(sqlite_database, REMINDED)
    died = Draft(late_here, FactKind.DEATH, at("2024-02-09"), "death", data={"debtor": 1})
    tell(sqlite_database, at("2024-02-09"), died)
    close_until(sqlite_database, at("2024-02-09"))
    found = standing(sqlite_database, late_here)
    assert found is not None
    assert (found.step, found.reason, found.article) == ("", "the debtor has died", "BW 4:182")
    assert notes(sqlite_database, late_here)[-1] == (20240209, "fell-away", "reminder")


def test_d3_a_loan_that_is_set_aside_is_not_dunned(sqlite_database: Engine, late_here: int) -> None:
    close_until(sqlite_database, REMINDED)
    bad = Draft(late_here, FactKind.RATE, at("2024-02-09"), "bad", data={})
    tell(sqlite_database, at("2024-02-09"), bad)
    close_until(sqlite_database, at("2024-02-09"))
    found = standing(sqlite_database, late_here)
    assert found is not None
    assert found.step == ""
    assert found.reason.startswith("set aside by the night")
    wrong = Draft(late_here, FactKind.WITHDRAWAL, at("2024-02-10"), "mend", of=3)
    tell(sqlite_database, at("2024-02-10"), wrong)
    close_until(sqlite_database, at("2024-02-10"))
    mended = standing(sqlite_database, late_here)
    assert mended is not None
    assert mended.step == "reminder"


def test_the_chunk_and_the_catch_up_do_not_matter(database: Engine) -> None:
    begin_on(database, at("2024-01-31"))
    loans = [new_loan(database, PLAIN_TERMS, known=at("2024-01-31")) for _ in range(5)]
    tell(database, at("2024-01-31"), paid(loans[1], "2024-02-01", INSTALMENT))
    close_until(database, at("2024-02-10"), chunk=2)
    with reading(database) as connection:
        found = standings_of(connection, loans)
    assert {loan: row.proposed_on for loan, row in found.items()} == {
        loan: 20240208 for loan in loans if loan != loans[1]
    }
    assert {row.looked_on for row in found.values()} == {20240210}


def test_a_loan_of_the_short_lane_gets_on_its_ladder_in_time(sqlite_database: Engine) -> None:
    """On 31 December its interest is cut off, which takes the short lane; it is late enough the same night."""
    begin_on(sqlite_database, at("2023-11-24"))
    loan = new_loan(sqlite_database, PLAIN_TERMS | {"start": "2023-11-24"})
    close_until(sqlite_database, at("2023-12-31"))
    found = standing(sqlite_database, loan)
    assert found is not None
    assert (found.step, found.proposed_on) == ("reminder", 20231231)


def test_an_instalment_that_falls_due_meanwhile_is_in_the_proposal(
    sqlite_database: Engine, late_here: int
) -> None:
    close_until(sqlite_database, at("2024-03-02"))
    found = standing(sqlite_database, late_here)
    assert found is not None
    assert (found.step, found.proposed_on, found.cents) == ("reminder", 20240208, 2 * INSTALMENT)


def test_a_loan_is_looked_at_from_its_row_only_while_nothing_happens(
    sqlite_database: Engine, late_here: int
) -> None:
    close_until(sqlite_database, REMINDED)
    with reading(sqlite_database) as connection:
        facts = facts_of(connection, [late_here])[late_here]
        state, before = states_of(connection, [late_here])[late_here], standing(sqlite_database, late_here)
    next_day, due = REMINDED + timedelta(days=1), day_of(state.next_event)
    known = unchanged(facts, state, before, next_day)
    assert known is not None
    assert known.cents == INSTALMENT
    assert unchanged(facts, state, before, due) is None
    assert unchanged([*facts, facts[0]], state, before, next_day) is None
    runs = [replace(facts[0], kind=FactKind.STATUTORY_INTEREST), *facts[1:]]
    assert unchanged(runs, state, before, next_day) is None
    assert unchanged(facts, state, None, next_day) is None


def test_p32_the_night_after_a_quiet_period_is_lifted_proposes(
    sqlite_database: Engine, late_here: int
) -> None:
    by = Recorded("clerk", at("2024-02-08"), "")
    with writing(sqlite_database) as connection:
        begin_quiet(connection, 1, at("2024-02-01"), by)
    close_until(sqlite_database, at("2024-02-20"))
    quiet = standing(sqlite_database, late_here)
    with writing(sqlite_database) as connection:
        lift_quiet(connection, 1, at("2024-02-21"), "equal", by._replace(known_on=at("2024-02-21")))
    close_until(sqlite_database, at("2024-02-21"))
    spoken = standing(sqlite_database, late_here)
    assert quiet is not None
    assert spoken is not None
    assert (quiet.step, spoken.step, spoken.proposed_on) == ("", "reminder", 20240221)


def test_a_proposal_outlives_no_night_without_its_reason(sqlite_database: Engine, late_here: int) -> None:
    """Notes are the history: every proposal that is not open now has fallen away, on a day after it came."""
    close_until(sqlite_database, REMINDED)
    for offset in range(1, 30):
        day = REMINDED + timedelta(days=offset)
        drafts: list[Draft] = []
        if offset == 3:
            drafts += sent(late_here, "reminder", day)
        if offset == 12:
            drafts.append(Draft(late_here, FactKind.CONTACT, day, "call", data={"text": "x"}))
        if drafts:
            tell(sqlite_database, day, *drafts)
        close_until(sqlite_database, day)
    with reading(sqlite_database) as connection:
        kept = notes_of_loan(connection, late_here)
    ends = {note.proposed_on: note for note in kept if note.what == "fell-away"}
    begun = [note for note in kept if note.what == "proposed"]
    assert [note.step for note in begun] == ["reminder", "call", "aanmaning"]
    assert all(isinstance(note, Note) and note.proposed_on in ends for note in begun[:-1])


def test_p03_missing_statements_and_receipts_hold_a_loan() -> None:
    held = Information((Missing(1, "NL44TEST0340000001", at("2024-02-02")),), {100_000_002: "a receipt"})
    assert held.held(100_000_001) == "the bank statements are complete to 2024-02-02 only"
    assert held._replace(missing=()).held(100_000_001) == ""
    assert held._replace(missing=()).held(100_000_002) == "a receipt"


def test_d1_a_loan_that_dunning_cannot_work_is_set_aside_alone(
    sqlite_database: Engine, late_here: int
) -> None:
    bad = new_loan(sqlite_database, PLAIN_TERMS, known=at("2024-02-07"))
    hold = Draft(bad, FactKind.HOLD, at("2024-02-07"), "x", data={"until": "some day"})
    tell(sqlite_database, at("2024-02-07"), hold)
    (manifest,) = close_until(sqlite_database, REMINDED)
    assert [one["loan"] for one in manifest["quarantined"]] == [bad]  # type: ignore[attr-defined]
    assert (standing(sqlite_database, bad), notes(sqlite_database, bad)) == (None, [])
    assert notes(sqlite_database, late_here) == [(20240208, "proposed", "reminder")]


def test_f3_a_loan_whose_figure_is_missing_waits_for_it_and_names_it() -> None:
    facts = [fact(1, FactKind.ANNOUNCED, "2000-01-03", debtors=[1])]
    one = Seen(100_000_001, facts, None, before=overdue(("2025-01-31", "506.91")))
    ways = (dunning_book(), Dunning(Information((), {}), {}, None))
    _, found = decided(one, one.before, ways, Heading("recovery_claim", [1]), at("2025-03-01"))
    assert isinstance(found, Wait)
    assert found.reason.startswith("it waits for a value: decision_payment_term on 2000-01-03: ")
    assert found.until == at("2025-03-02")
