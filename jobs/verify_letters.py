"""Letters against what they rest on: amounts and their entries, steps and their letter, hand-overs and their facts."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection, select

from jobs.difference import UNREADABLE, Difference
from jobs.letters_checks import booked_of
from jobs.letters_dunning import Dunner, dunners_on
from jobs.letters_freezing import NO_PAGE
from ledger.day import day_of
from ledger.entry import Key, parse_key
from ledger.money import euros
from ledger.tables import creditor
from letters.outbox.store import letters_by_number, sent_of
from letters.outbox.tables import letter, letter_loan
from letters.outbox.values import Letter
from servicing.dunning.letters import Due, bundles_of
from servicing.facts import Fact, FactKind
from servicing.store import LOANS_PER_QUERY, facts_of

LETTERS_AT_ONCE = 500


def wrong_letters(connection: Connection, last: date | None) -> Iterator[Difference]:
    """What is wrong with letters: each against its own amounts and entries, and the facts of its hand-over.

    After the night of `last` every step of dunning that is due has its letter, where it can be sent to somebody.
    """
    numbers = list(connection.execute(select(letter.c.id).order_by(letter.c.id)).scalars())
    for start in range(0, len(numbers), LETTERS_AT_ONCE):
        part = numbers[start : start + LETTERS_AT_ONCE]
        try:
            yield from _unlike(connection, letters_by_number(connection, part))
        except UNREADABLE as error:
            yield Difference(None, 0, "", f"letters {part[0]} to {part[-1]}: cannot be read: {error}")
    if last is None:
        return
    try:
        yield from _without_letter(connection, last)
    except UNREADABLE as error:
        yield Difference(last, 0, "", f"the letters that are due cannot be looked at: {error}")


def _unlike(connection: Connection, letters: Mapping[int, Letter]) -> Iterator[Difference]:
    booked, sent = booked_of(connection, letters.values()), sent_of(connection, letters)
    steps = [number for number in sent if number in letters and letters[number].draft.effects.dunning]
    loans = {on.loan for number in steps for on in letters[number].draft.loans}
    facts = facts_of(connection, loans) if loans else {}
    for number, one in letters.items():
        whats = [*_unlike_entries(one, booked), *_unlike_itself(one)]
        whats += _unlike_facts(one, facts) if number in steps else []
        for what in whats:
            kind, loan = one.draft.kind, one.draft.loans[0].loan
            yield Difference(one.proposed_on, loan, "", f"letter {number} ({kind}): {what}")


def _unlike_entries(one: Letter, booked: Mapping[Key, int]) -> Iterator[str]:
    """Each amount that is not what the entries it names add up to."""
    for amount in one.draft.amounts:
        wanted = sum(booked.get(parse_key(key), 0) for key in amount.entries)
        if amount.entries and wanted != amount.cents:
            yield f"{amount.name} is {euros(amount.cents)}, its entries add up to {euros(wanted)}"


def _unlike_itself(one: Letter) -> Iterator[str]:
    """Where what is counted of a letter is not what its page asks for, or not what its step says."""
    draft = one.draft
    asked = draft.fields.get("pay_amount")
    if draft.demanded and asked is not None and asked != draft.demanded:
        yield f"it asks for {asked} cents, and {draft.demanded} are counted"
    said = draft.effects.dunning
    if said:
        mine = {on.loan for on in draft.loans}
        owed = sum(cents + fee for loan, _, cents, fee in said["lines"] if loan in mine)
        owed += sum(cents for loan, cents in said.get("beside", ()) if loan in mine)
        if owed != draft.demanded:
            yield f"it asks for {draft.demanded} cents, its step says {owed}"


def _unlike_facts(one: Letter, facts: Mapping[int, Sequence[Fact]]) -> Iterator[str]:
    """The loans on which no fact says that a step was handed over, or another amount than the letter."""
    said, mine = one.draft.effects.dunning, {on.loan for on in one.draft.loans}
    for loan, _, overdue, _ in said["lines"]:
        told = [
            fact.data.get("overdue")
            for fact in facts.get(loan, ())
            if fact.kind is FactKind.DUNNED and fact.key == said["reference"]
        ]
        if loan in mine and euros(overdue) not in told:
            yield f"was handed over, and no fact of loan {loan} says so of {euros(overdue)}"


def _without_letter(connection: Connection, last: date) -> Iterator[Difference]:
    """The letters of dunning that are due since some night and of which there is no row that asks for as much."""
    creditors = set(connection.execute(select(creditor.c.id)).scalars())
    dunners, due = dunners_on(connection, creditors, last)
    due = [one for one in due if one.proposed_on <= last]
    rows = _letters_about(connection, sorted({one.loan for one in due}))
    for bundle in bundles_of(due):
        first = bundle[0]
        if any(row.kind == NO_PAGE and row.day >= first.proposed_on for row in rows.get(first.loan, ())):
            continue  # it could not be written: a person sees it
        for one, debtor in _wanted(dunners[first.creditor], bundle):
            mine = (row for row in rows.get(one.loan, ()) if (row.debtor, row.kind) == (debtor, one.letter))
            wanted = one.overdue.since.isoformat(), one.overdue.cents
            if not any(row.asks.get(one.loan) == wanted for row in mine):
                asked = f"{one.step} of {euros(one.overdue.cents)} is due since {one.proposed_on}"
                yield Difference(last, one.loan, "", f"{asked}, and debtor {debtor} has no letter of it")


class _Row(NamedTuple):
    """A letter about a loan: its kind and debtor, when it was proposed, and for how much since when on which loan."""

    kind: str
    debtor: int
    day: date
    asks: Mapping[int, tuple[str, int]]


def _letters_about(connection: Connection, loans: Sequence[int]) -> dict[int, list[_Row]]:
    """Every letter there ever was about these loans, by loan."""
    found: dict[int, list[_Row]] = {}
    columns = letter_loan.c.loan_id, letter.c.kind, letter.c.debtor_id, letter.c.proposed_on, letter.c.effects
    query = select(*columns).join(letter, letter.c.id == letter_loan.c.letter_id)
    for start in range(0, len(loans), LOANS_PER_QUERY):
        part = loans[start : start + LOANS_PER_QUERY]
        for row in connection.execute(query.where(letter_loan.c.loan_id.in_(part))):
            lines = json.loads(row.effects)["dunning"].get("lines", ())
            asks = {loan: (since, cents) for loan, since, cents, _ in lines}
            found.setdefault(row.loan_id, []).append(
                _Row(row.kind, row.debtor_id, day_of(row.proposed_on), asks)
            )
    return found


def _wanted(dunner: Dunner, bundle: Sequence[Due]) -> list[tuple[Due, int]]:
    """What is due and to which debtor it is written; none where the night could not make the letters either."""
    try:
        return [(due, one.letter.debtors[0]) for one in dunner.letters(bundle) for due in one.letter.lines]
    except UNREADABLE:
        return []
