"""Proposes the letter that says that an earlier letter was wrong, once two persons have withdrawn that one (P14)."""

from __future__ import annotations

from collections.abc import Iterable

from backoffice.cli.database import Desk
from backoffice.registering import dossiers_of
from jobs import clock
from jobs.letters_freezing import Freezer
from jobs.letters_now import creditors_by_id, situation_of, wording
from letters.outbox.framing import Fields
from letters.outbox.store import add_letters, sent_of
from letters.outbox.telling import Told
from letters.outbox.values import Letter, LetterDraft
from servicing import files
from servicing.store import find_loan
from servicing.viewing import view_on

CORRECTION = "correction"


def propose_corrections(desk: Desk, letters: Iterable[Letter], reason: str) -> None:
    """Put a letter of correction in the outbox for each letter that was withdrawn."""
    drafts = [draft for letter in letters for draft in _drafts(desk, letter, reason)]
    add_letters(desk.connection, drafts, clock.today(), desk.by)


def _drafts(desk: Desk, letter: Letter, reason: str) -> list[LetterDraft]:
    draft, today = letter.draft, clock.today()
    loans, kinds = [on.loan for on in draft.loans], wording()
    sent = sent_of(desk.connection, [letter.id])[letter.id]
    headings = [find_loan(desk.connection, str(loan)) for loan in loans]
    dossiers = dossiers_of(desk.connection, headings)
    fields: Fields = {
        "withdrawn_letter": kinds.kind(draft.kind).name.nl,
        "withdrawn_date": sent.sent_on.isoformat(),
        "withdrawn_reason": reason,
        "balance": sum(int(view_on(dossier, today).open.total) for dossier in dossiers.values()),
    }
    fee = sum(line[3] for line in draft.effects.dunning.get("lines", ()))
    told = Told(CORRECTION, f"letter {letter.id}", fields | ({"fee": fee} if fee else {}))
    known = situation_of(desk.connection, loans, [draft.debtor], today)
    freezer = Freezer(creditors_by_id()[draft.creditor], known, kinds)
    return freezer.frozen(told, files.products()[headings[0].product], loans[0], [draft.debtor])
