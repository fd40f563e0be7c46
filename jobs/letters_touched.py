"""Which letters news about loans touches: those sent before it, those that fall away, those that will follow."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Literal, NamedTuple

from sqlalchemy import Connection

from jobs.bank_night import Span
from jobs.letters_night import drafts_of_creditor
from jobs.letters_now import fallen_away
from ledger.day import number_of
from ledger.entry import creditor_of_loan
from letters.outbox.store import letters_on_loan, sent_of
from letters.outbox.values import Letter
from servicing.banking_days import ONE_DAY
from servicing.creditors.store import quiet_creditors
from servicing.store import debtors_of


class Touched(NamedTuple):
    """A letter (0: not in the outbox yet), its kind, loan and debtor, what becomes of it, and why or since when."""

    letter: int
    kind: str
    loan: int
    debtor: int
    becomes: Literal["sent", "falls-away", "follows"]
    why: str


def letters_touched(
    connection: Connection, loans: Iterable[int], wrong_since: date, known_on: date
) -> list[Touched]:
    """What news about loans, known to a night, does to their letters.

    Sent are letters with amounts that were written from a day on, when the books were wrong already. What falls away
    and what follows is decided as the night and a release decide it; letters of dunning follow from the night's books.
    """
    found: list[Touched] = []
    for loan in sorted(set(loans)):
        letters = letters_on_loan(connection, loan)
        found += _sent(connection, loan, letters, wrong_since)
        gone = fallen_away(
            connection, {number: one for number, one in letters.items() if one.is_open}, known_on
        )
        found += [_touched(letters[number], loan, "falls-away", why) for number, why in sorted(gone.items())]
        found += _following(connection, loan, known_on)
    return found


def _sent(connection: Connection, loan: int, letters: dict[int, Letter], since: date) -> list[Touched]:
    sent = sent_of(connection, letters)
    return [
        _touched(letters[number], loan, "sent", f"sent on {one.sent_on}")
        for number, one in sorted(sent.items())
        if letters[number].proposed_on >= since
        and (letters[number].draft.amounts or letters[number].draft.demanded)
    ]


def _following(connection: Connection, loan: int, known_on: date) -> list[Touched]:
    creditor = creditor_of_loan(loan)
    if creditor in quiet_creditors(connection, known_on) or not debtors_of(connection, loan):
        return []
    span = Span(number_of(known_on - ONE_DAY), number_of(known_on))
    drafts, failed = drafts_of_creditor(connection, creditor, [loan], span)
    return [
        Touched(0, draft.kind, loan, draft.debtor, "follows", failed.get(draft.key, f"night of {known_on}"))
        for draft in drafts
    ]


def _touched(letter: Letter, loan: int, becomes: Literal["sent", "falls-away"], why: str) -> Touched:
    return Touched(letter.id, letter.draft.kind, loan, letter.draft.debtor, becomes, why)
