"""Whether what came and went on a ladder follows on each other, and ends with what its row proposes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from jobs.difference import day_or_none
from servicing.dunning.standing import Note, Standing


def wrong_notes(row: Standing | None, notes: Sequence[Note]) -> Iterator[str]:
    """Each note that does not follow on the one before it, in the order of nights; last whether the row does."""
    stands: Note | None = None
    for note in notes:
        when = f"on {day_or_none(note.day)} {note.step} {note.what}"
        if note.what == "proposed":
            if stands is not None:
                yield f"says {when} while {stands.step} was proposed already"
            if note.proposed_on != note.day:
                yield f"says {when}, as a proposal of {day_or_none(note.proposed_on)}"
            stands = note
        else:
            was = (stands.step, stands.act, stands.proposed_on) if stands is not None else None
            if was != (note.step, note.act, note.proposed_on):
                yield f"says {when}, and that was not proposed as it says"
            stands = None
    said = (row.step, row.act, row.proposed_on) if row is not None and row.step else None
    last = (stands.step, stands.act, stands.proposed_on) if stands is not None else None
    if said != last:
        yield f"proposes {_named(said)}, what came and went ends with {_named(last)}"


def _named(proposal: tuple[str, str, int] | None) -> str:
    if proposal is None:
        return "nothing"
    step, act, day = proposal
    return f"{step} ({act}) since {day_or_none(day)}"
