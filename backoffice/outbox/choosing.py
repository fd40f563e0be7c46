"""The first person: puts proposed letters of a creditor together in a print run, or takes letters out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection

from backoffice.cli.database import Desk
from backoffice.rights import check_right
from jobs import clock
from jobs.information import information
from jobs.letters_anew import propose_anew
from jobs.letters_dunning import fees_changed
from jobs.letters_now import fallen_away
from letters.outbox.dropping import too_late
from letters.outbox.store import add_steps, letters_by_number, open_letters
from letters.outbox.values import UNSENT, WAITING, Letter, LetterRefused, Step, StepName
from letters.print_runs.store import Together, add_run
from servicing.banking_days import ONE_DAY
from servicing.creditor import Creditor


@dataclass(frozen=True, slots=True)
class Selection:
    """Which proposed letters are meant: all, those of some kinds, or these; a blank one means none at all."""

    everything: bool = False
    kinds: Sequence[str] = ()
    letters: Sequence[int] = ()

    @property
    def is_blank(self) -> bool:
        """Whether nothing is chosen; then nothing is done."""
        return not (self.everything or self.kinds or self.letters)

    def takes(self, letter: Letter) -> bool:
        """Whether a letter is meant."""
        return self.everything or letter.draft.kind in self.kinds or letter.id in self.letters


class Chosen(NamedTuple):
    """What became of a selection: the run (0: none), its letters, what waits and what fell away, each with why."""

    run: int
    letters: Sequence[Letter]
    waiting: Mapping[int, str]
    dropped: Mapping[int, str]


def put_together(desk: Desk, creditor: Creditor, selection: Selection) -> Chosen:
    """Put the letters that are meant, and may be sent as far as is known now, in a new print run.

    A blank selection does nothing. Raises `LetterRefused` for a number that is no proposed letter of the creditor.
    """
    check_right(desk.by.actor, "record", creditor.id)
    if selection.is_blank:
        return Chosen(0, (), {}, {})
    today = clock.today()
    open_ones = open_letters(desk.connection, creditor.id)
    meant = {number: one for number, one in open_ones.items() if selection.takes(one)}
    _must_be_proposed(selection, meant, today)
    meant = {number: one for number, one in meant.items() if _is_free(one, selection, today)}
    dropped = drop(desk, meant)
    left = {number: one for number, one in meant.items() if number not in dropped}
    waiting = not_ready(desk.connection, left, today)
    together = {number: one for number, one in left.items() if number not in waiting}
    if not together:
        return Chosen(0, (), waiting, dropped)
    demanded = sum(one.draft.demanded for one in together.values())
    run = add_run(desk.connection, Together(creditor.id, len(together), demanded), desk.by)
    approved = {number: Step("approved", run, today, "", desk.by.actor) for number in together}
    add_steps(desk.connection, approved, together, desk.by)
    return Chosen(run, list(together.values()), waiting, dropped)


def drop(desk: Desk, letters: Mapping[int, Letter], sending: date | None = None) -> dict[int, str]:
    """Take out, visibly, the letters whose reason went, or that are wrong on the sending date; why, by number.

    On that date the fee may be another, or the day by which an answer is wanted past. One to a joint debtor of a step
    that another had before is put in the outbox anew, as things are now.
    """
    late = {
        number: why for number, one in letters.items() if (why := too_late(one, sending or clock.today()))
    }
    reasons = late | fallen_away(desk.connection, letters, clock.today())
    if sending is not None:
        reasons = fees_changed(desk.connection, letters, sending) | reasons
    steps = {
        number: Step("fell-away", 0, clock.today(), reason, desk.by.actor)
        for number, reason in reasons.items()
    }
    add_steps(desk.connection, steps, letters, desk.by)
    shared = [letters[number].draft for number in reasons if len(letters[number].debtors_of_step) > 1]
    propose_anew(desk.connection, [draft.key for draft in shared], clock.today(), desk.by)
    return reasons


def not_ready(connection: Connection, letters: Mapping[int, Letter], today: date) -> dict[int, str]:
    """Why letters that ask for money must wait (P3): statements are missing, or a receipt may be for their loan."""
    asking = {number: one for number, one in letters.items() if one.draft.demanded}
    if not asking:
        return {}
    known = information(connection, today - ONE_DAY)
    reasons = {
        number: [why for on in one.draft.loans if (why := known.held(on.loan))]
        for number, one in asking.items()
    }
    return {number: why[0] for number, why in reasons.items() if why}


def exclude(desk: Desk, numbers: Iterable[int], reason: str, until: date | None = None) -> list[Letter]:
    """Take letters out before they are handed over: for good, or held until a day; each keeps who, when and why."""
    if not reason.strip():
        raise LetterRefused("reason: is missing: say why")
    today = clock.today()
    if until is not None and until <= today:
        raise LetterRefused(f"until: {until}: must lie after today, {today}")
    wanted = sorted(set(numbers))
    letters = letters_by_number(desk.connection, wanted)
    for number in wanted:
        _must_be_open(number, letters, desk, today)
    name: StepName = "held" if until else "excluded"
    steps = {number: Step(name, 0, until or today, reason.strip(), desk.by.actor) for number in wanted}
    add_steps(desk.connection, steps, letters, desk.by)
    found = letters_by_number(desk.connection, wanted)
    return [found[number] for number in wanted]


def _must_be_open(number: int, letters: Mapping[int, Letter], desk: Desk, today: date) -> None:
    if number not in letters:
        raise LetterRefused(f"no letter {number}; aflos letters list shows them")
    check_right(desk.by.actor, "record", letters[number].draft.creditor)
    state = letters[number].state(today)
    if state not in UNSENT:
        raise LetterRefused(f"letter {number}: is {state}, and cannot be taken out")


def _is_free(letter: Letter, selection: Selection, today: date) -> bool:
    """Whether a letter may go in a run: proposed, or one that failed and is named by its number."""
    state = letter.state(today)
    return state == "proposed" or (state == "failed" and letter.id in selection.letters)


def _must_be_proposed(selection: Selection, meant: Mapping[int, Letter], today: date) -> None:
    for number in selection.letters:
        if number not in meant:
            raise LetterRefused(
                f"letter {number}: is no letter of this creditor that waits; see aflos letters list"
            )
        state = meant[number].state(today)
        if state not in WAITING | {"failed"}:
            raise LetterRefused(f"letter {number}: is {state}, not proposed")
