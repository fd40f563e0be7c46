"""Letters and print runs as people see them, a page of one included."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, Engine

from backoffice.rights import codes
from jobs import clock
from jobs.letters_archive import archive_of, page_of
from ledger.money import euros
from letters.files import press
from letters.outbox.page_draft import page_draft, reference_of_letter
from letters.outbox.store import letters_of_creditor, letters_on_loan, sent_of
from letters.outbox.values import Letter, Sent
from letters.print_runs.store import find_run
from letters.print_runs.values import PrintRun
from letters.render import render


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which letters somebody wants to see; what is empty leaves nothing out."""

    creditors: Collection[int]
    loan: int = 0
    run: int = 0
    kind: str = ""
    state: str = ""

    def takes(self, letter: Letter, day: date) -> bool:
        """Whether a letter is among them."""
        return (
            letter.draft.creditor in self.creditors
            and (not self.run or letter.batch == self.run)
            and (not self.kind or letter.draft.kind == self.kind)
            and (not self.state or letter.state(day) == self.state)
        )


def letters_wanted(connection: Connection, wanted: Wanted) -> list[dict[str, object]]:
    """The letters somebody wants to see, by number, as JSON writes them."""
    today = clock.today()
    every = letters_on_loan(connection, wanted.loan) if wanted.loan else letters_of_creditor(connection)
    found = {number: one for number, one in every.items() if wanted.takes(one, today)}
    sent = sent_of(connection, found)
    return [letter_shown(one, sent.get(number), today) for number, one in found.items()]


def letter_shown(letter: Letter, sent: Sent | None, day: date) -> dict[str, object]:
    """A letter as JSON writes it."""
    draft, last = letter.draft, letter.last
    return {
        "letter": letter.id,
        "reference": reference_of_letter(letter),
        "creditor": codes()[draft.creditor],
        "kind": draft.kind,
        "debtor": draft.debtor,
        "loans": [each.loan for each in draft.loans],
        "state": letter.state(day),
        "why": last.note if last else "",
        "until": last.day.isoformat() if last and last.name == "held" else None,
        "run": letter.batch or None,
        "demanded": euros(draft.demanded),
        "decision": draft.decision or None,
        "proposed_on": letter.proposed_on.isoformat(),
        "sent_on": sent.sent_on.isoformat() if sent else None,
        "term_end": sent.term_end.isoformat() if sent and sent.term_end else None,
        "sha256": sent.sha256 if sent else None,
        "key": draft.key,
    }


def steps_shown(letter: Letter) -> Iterator[dict[str, object]]:
    """What happened to a letter, in order."""
    for step in letter.steps:
        yield {
            "step": step.name,
            "day": step.day.isoformat(),
            "run": step.batch or None,
            "actor": step.actor,
            "note": step.note,
        }


def run_shown(run: PrintRun, letters: Mapping[int, Letter]) -> dict[str, object]:
    """A print run with the letters that are in it now, as JSON writes it."""
    return {
        "run": run.id,
        "creditor": codes()[run.creditor],
        "state": run.state,
        "letters": len(letters),
        "demanded": euros(sum(one.draft.demanded for one in letters.values())),
        "sending_date": run.sending_date.isoformat() if run.sending_date else None,
        "put_together_by": run.actor,
        "steps": [
            {"step": one.name, "day": one.day.isoformat(), "actor": one.actor, "note": one.note}
            for one in run.steps
        ],
    }


def page_shown(engine: Engine, connection: Connection, letter: Letter) -> bytes:
    """The page of a letter: as it was sent, byte for byte, else as it would be sent now. Raises `PageLost`."""
    sent = sent_of(connection, [letter.id]).get(letter.id)
    if sent is not None:
        return page_of(archive_of(engine), sent.sha256)
    day = find_run(connection, letter.batch).sending_date if letter.batch else None
    prints = press()
    draft = page_draft(letter, codes()[letter.draft.creditor], day or clock.today(), prints.catalogue)
    return render(prints, draft).content
