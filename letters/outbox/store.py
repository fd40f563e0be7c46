"""Keeps letters and what happens to them; rows are only added, and each letter is in the outbox once."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, func, insert, select

from ledger.day import day_of, number_of
from letters.outbox.tables import letter, letter_loan, letter_page, letter_sent, letter_step
from letters.outbox.values import (
    Amount,
    Effects,
    Letter,
    LetterDraft,
    OnLoan,
    Page,
    Sent,
    State,
    Step,
    canonical,
)
from servicing.store import LOANS_PER_QUERY, Recorded


def add_letters(
    connection: Connection, drafts: Iterable[LetterDraft], proposed_on: date, by: Recorded
) -> list[int]:
    """Put letters in the outbox; the numbers of those that were not in it yet."""
    wanted = {draft.key: draft for draft in drafts}
    known = known_keys(connection, wanted)
    new = [draft for key, draft in sorted(wanted.items()) if key not in known]
    numbers = []
    for draft in new:
        row = _row(draft, proposed_on, by)
        number = int(connection.execute(insert(letter).values(row).returning(letter.c.id)).scalar_one())
        loans = [_loan_row(number, draft, place) for place in range(1, len(draft.loans) + 1)]
        connection.execute(insert(letter_loan), loans)
        numbers.append(number)
    return numbers


def known_keys(connection: Connection, keys: Iterable[str]) -> set[str]:
    """Which of these letters are in the outbox already."""
    found: set[str] = set()
    for part in _parts(sorted(set(keys))):
        found |= set(connection.execute(select(letter.c.key).where(letter.c.key.in_(part))).scalars())
    return found


def add_steps(
    connection: Connection, steps: Mapping[int, Step], letters: Mapping[int, Letter], by: Recorded
) -> None:
    """Keep a step of each of some letters, as the one after the last that is known of it."""
    rows = [
        {
            "letter_id": number,
            "nr": len(letters[number].steps) + 1,
            "step": step.name,
            "batch_id": step.batch,
            "day": number_of(step.day),
            "note": step.note,
            "actor": step.actor,
            "known_on": number_of(by.known_on),
            "recorded_at": by.at,
        }
        for number, step in steps.items()
    ]
    if rows:
        connection.execute(insert(letter_step), rows)


def letters_by_number(connection: Connection, numbers: Iterable[int]) -> dict[int, Letter]:
    """Letters by their numbers; those that are not there are left out."""
    found: dict[int, Letter] = {}
    for part in _parts(sorted(set(numbers))):
        found |= _letters(connection, select(letter).where(letter.c.id.in_(part)))
    return found


def letters_by_key(connection: Connection, keys: Iterable[str]) -> dict[int, Letter]:
    """The letters under some business keys, by number."""
    found: dict[int, Letter] = {}
    for part in _parts(sorted(set(keys))):
        found |= _letters(connection, select(letter).where(letter.c.key.in_(part)))
    return found


def open_letters(
    connection: Connection, creditor: int | None = None, kinds: Iterable[str] = ()
) -> dict[int, Letter]:
    """Every letter (of a creditor, of some kinds) that may still be sent, by number."""
    query = select(letter).where(~_gone().exists())
    if creditor is not None:
        query = query.where(letter.c.creditor_id == creditor)
    wanted = sorted(kinds)
    return _letters(connection, query.where(letter.c.kind.in_(wanted)) if wanted else query)


def open_dunning(connection: Connection, loans: Iterable[int]) -> dict[int, str]:
    """The business key of every letter of dunning about these loans that may still be sent, by number."""
    asks = letter.c.effects.not_like(f"%{_NO_DUNNING}%")
    found: dict[int, str] = {}
    for part in _parts(sorted(set(loans))):
        about = select(letter_loan.c.letter_id).where(letter_loan.c.loan_id.in_(part))
        query = select(letter.c.id, letter.c.key).where(letter.c.id.in_(about), asks, ~_gone().exists())
        found |= {row.id: row.key for row in connection.execute(query.order_by(letter.c.id))}
    return found


_NO_DUNNING = '"dunning":{}'
"""What the effects of a letter hold, as they are kept, that is no step of dunning."""


def open_letters_on(connection: Connection, loans: Iterable[int]) -> dict[int, Letter]:
    """The letters about these loans that may still be sent, by number."""
    found: dict[int, Letter] = {}
    for part in _parts(sorted(set(loans))):
        about = select(letter_loan.c.letter_id).where(letter_loan.c.loan_id.in_(part))
        found |= _letters(connection, select(letter).where(letter.c.id.in_(about), ~_gone().exists()))
    return found


def letters_of_creditor(connection: Connection, creditor: int | None = None) -> dict[int, Letter]:
    """All letters (of a creditor) there ever were, by number."""
    query = select(letter)
    if creditor is not None:
        query = query.where(letter.c.creditor_id == creditor)
    return _letters(connection, query)


def letters_on_loan(connection: Connection, loan: int) -> dict[int, Letter]:
    """All letters about a loan there ever were, by number."""
    about = select(letter_loan.c.letter_id).where(letter_loan.c.loan_id == loan)
    return _letters(connection, select(letter).where(letter.c.id.in_(about)))


def letters_of_run(connection: Connection, run: int) -> dict[int, Letter]:
    """The letters that are in a print run now, or were sent with it, by number."""
    ever = select(letter_step.c.letter_id).where(letter_step.c.batch_id == run)
    found = _letters(connection, select(letter).where(letter.c.id.in_(ever)))
    return {number: one for number, one in found.items() if one.batch == run}


def letters_proposed_on(connection: Connection, day: date) -> dict[int, Letter]:
    """The letters proposed on a day, by number."""
    return _letters(connection, select(letter).where(letter.c.proposed_on == number_of(day)))


_PROPOSED = select(func.count()).select_from(letter).where(letter.c.proposed_on == bindparam("day"))


def count_proposed(connection: Connection, day: date) -> int:
    """How many letters were proposed on a day."""
    return connection.execute(_PROPOSED, {"day": number_of(day)}).scalar_one()


def decisions_with_letter(connection: Connection) -> set[int]:
    """The decisions of which a letter tells everybody who was written to: not one that fell away without another."""
    steps = select(letter_step.c.nr).where(letter_step.c.letter_id == letter.c.id)
    fell = steps.where(letter_step.c.step == "fell-away").exists()
    about = select(letter.c.decision_id, letter.c.debtor_id).where(letter.c.decision_id > 0).distinct()
    standing = {(row.decision_id, row.debtor_id) for row in connection.execute(about.where(~fell))}
    gone = {(row.decision_id, row.debtor_id) for row in connection.execute(about.where(fell))}
    lost = {decision for decision, _ in gone - standing}
    return {decision for decision, _ in standing} - lost


def add_page(connection: Connection, page: Page, at: str) -> None:
    """Keep that a letter was rendered for a sending date."""
    row = page._asdict() | {"letter_id": page.letter, "sent_on": number_of(page.sent_on), "rendered_at": at}
    del row["letter"]
    connection.execute(insert(letter_page).values(row))


def pages_of(connection: Connection, numbers: Iterable[int]) -> dict[tuple[int, date], Page]:
    """The pages of these letters by letter and sending date."""
    found = {}
    for part in _parts(sorted(set(numbers))):
        for row in connection.execute(select(letter_page).where(letter_page.c.letter_id.in_(part))):
            day = day_of(row.sent_on)
            found[row.letter_id, day] = Page(row.letter_id, day, row.sha256, row.pages, row.size)
    return found


def add_sent(connection: Connection, sent: Iterable[Sent], by: Recorded) -> None:
    """Keep that letters were handed over; a letter that was before breaks the key of the table."""
    rows = [
        {
            "letter_id": each.letter,
            "batch_id": each.batch,
            "sent_on": number_of(each.sent_on),
            "term_end": number_of(each.term_end) if each.term_end else 0,
            "sha256": each.sha256,
            "proof": each.proof,
            "known_on": number_of(by.known_on),
            "actor": by.actor,
            "recorded_at": by.at,
        }
        for each in sent
    ]
    if rows:
        connection.execute(insert(letter_sent), rows)


def sent_of(connection: Connection, numbers: Iterable[int]) -> dict[int, Sent]:
    """The hand-over of these letters, by letter."""
    found = {}
    for part in _parts(sorted(set(numbers))):
        for row in connection.execute(select(letter_sent).where(letter_sent.c.letter_id.in_(part))):
            end = day_of(row.term_end) if row.term_end else None
            found[row.letter_id] = Sent(
                row.letter_id, row.batch_id, day_of(row.sent_on), end, row.sha256, row.proof
            )
    return found


_GONE: tuple[State, ...] = ("excluded", "fell-away", "handed-over")
"""A letter with one of these steps is not sent any more."""


def _gone() -> Select[Any]:
    """The steps after which the letter of a query is not sent any more."""
    steps = select(letter_step.c.nr).where(letter_step.c.letter_id == letter.c.id)
    return steps.where(letter_step.c.step.in_(_GONE))


def _letters(connection: Connection, query: Select[Any]) -> dict[int, Letter]:
    rows = connection.execute(query.order_by(letter.c.id)).all()
    numbers = [row.id for row in rows]
    loans: dict[int, list[OnLoan]] = {number: [] for number in numbers}
    steps: dict[int, list[Step]] = {number: [] for number in numbers}
    for part in _parts(numbers):
        about = select(letter_loan).where(letter_loan.c.letter_id.in_(part))
        for row in connection.execute(about.order_by(letter_loan.c.letter_id, letter_loan.c.place)):
            loans[row.letter_id].append(OnLoan(row.loan_id, row.facts))
        happened = select(letter_step).where(letter_step.c.letter_id.in_(part))
        for row in connection.execute(happened.order_by(*letter_step.primary_key)):
            steps[row.letter_id].append(Step(row.step, row.batch_id, day_of(row.day), row.note, row.actor))
    return {row.id: _letter(row, loans[row.id], steps[row.id]) for row in rows}


def _letter(row: Row[Any], loans: Sequence[OnLoan], steps: Sequence[Step]) -> Letter:
    amounts = tuple(
        Amount(each["name"], each["cents"], tuple(each["entries"]), each["balance"])
        for each in json.loads(row.amounts)
    )
    draft = LetterDraft(
        row.key,
        row.kind,
        row.creditor_id,
        row.debtor_id,
        tuple(loans),
        json.loads(row.fields),
        amounts,
        Effects(**json.loads(row.effects)),
        row.demanded,
        row.decision_id,
        row.law,
        row.language,
        row.template,
        day_of(row.not_before),
        row.source,
    )
    return Letter(row.id, draft, day_of(row.proposed_on), row.actor, tuple(steps))


def _row(draft: LetterDraft, proposed_on: date, by: Recorded) -> dict[str, object]:
    return {
        "creditor_id": draft.creditor,
        "key": draft.key,
        "kind": draft.kind,
        "debtor_id": draft.debtor,
        "decision_id": draft.decision,
        "law": draft.law,
        "language": draft.language,
        "template": draft.template,
        "fields": canonical(draft.fields),
        "amounts": canonical([each._asdict() for each in draft.amounts]),
        "effects": canonical(asdict(draft.effects)),
        "demanded": draft.demanded,
        "not_before": number_of(draft.not_before or proposed_on),
        "proposed_on": number_of(proposed_on),
        "known_on": number_of(by.known_on),
        "actor": by.actor,
        "source": draft.source,
        "recorded_at": by.at,
    }


def _loan_row(number: int, draft: LetterDraft, place: int) -> dict[str, object]:
    on = draft.loans[place - 1]
    return {
        "letter_id": number,
        "loan_id": on.loan,
        "creditor_id": draft.creditor,
        "place": place,
        "facts": on.facts,
    }


def _parts(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (values[start : start + LOANS_PER_QUERY] for start in range(0, len(values), LOANS_PER_QUERY))
