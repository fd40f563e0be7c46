"""The letters of the yearly cycle: what a client is to be asked or told becomes rows of the outbox, by the night."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import Connection

from jobs.letters_freezing import Freezer
from jobs.letters_night import headings_of
from jobs.letters_now import creditors_by_id, situation_of, wording
from jobs.settlement_cycle import Found, Waiting
from jobs.settlement_lines import lines_of
from ledger.entry import creditor_of_loan
from ledger.errors import AflosError
from letters.outbox.dropping import is_same_step, too_late
from letters.outbox.store import add_letters, add_steps, letters_by_key, open_letters
from letters.outbox.telling import Told
from letters.outbox.values import Letter, LetterDraft, Step
from letters.outbox.values import State as LetterState
from letters.outbox.yearly import YearlyCase, received_letter, step_key, yearly_letter
from servicing import files
from servicing.banking_days import ONE_DAY
from servicing.creditors.store import quiet_creditors
from servicing.facts import Fact, FactKind
from servicing.settlement.allowance import holding
from servicing.settlement.cycle import LETTERS, State, figures_on, is_of
from servicing.store import Recorded

MOST_TIMES = 9
"""A letter that fell away is proposed anew under the next number; more often a person looks first."""

AFTER_LETTER: frozenset[State] = frozenset({"requested", "reminded", "recovery-term", "hearing"})
"""Where a case stands once a letter of the cycle left, as long as nothing else happened."""

PAST: frozenset[LetterState] = frozenset({"fell-away", "returned", "withdrawn"})
"""A letter that says nothing to anybody any more: the step is still due."""


def write_cycle_letters(
    connection: Connection, day: date, found: Sequence[Found], by: Recorded
) -> list[Waiting]:
    """Propose the letter that each case is due; the cases of which none could be written.

    Its hand-over is the step. What is in the outbox is not proposed twice; what fell away is proposed anew, also what
    falls away now: a letter whose step is past, or its day. Figures that came in and lead to no other letter are
    confirmed.
    """
    _drop_past(connection, day, found, by)
    quiet = quiet_creditors(connection, day)
    due = [one for one in found if one.stand.letter or _came_in(one, day)]
    waiting: list[Waiting] = []
    for creditor in sorted({creditor_of_loan(one.case.loan) for one in due} - set(quiet)):
        own = [one for one in due if creditor_of_loan(one.case.loan) == creditor]
        waiting += _write(connection, creditor, own, (day, by))
    return waiting


def _drop_past(connection: Connection, day: date, found: Sequence[Found], by: Recorded) -> None:
    """Let the letters fall away that wait for a step which is due no more, or for a day which is past."""
    waiting = open_letters(connection, kinds=set(LETTERS.values()))
    own = {number: one for number, one in waiting.items() if one.draft.effects.cycle}
    due = {_base(one) for one in found if one.stand.letter} if own else set()
    done = {number for number, one in own.items() if any(_is_done(one, each) for each in found)}
    reasons = {number: _why_past(one, due, day, is_done=number in done) for number, one in own.items()}
    steps = {number: Step("fell-away", 0, day, why, by.actor) for number, why in reasons.items() if why}
    add_steps(connection, steps, own, by)


def _is_done(letter: Letter, one: Found) -> bool:
    """Whether a letter is of the step that was done last in a case, by a letter to another of joint debtors."""
    said = letter.draft.effects.cycle
    if one.stand.state not in AFTER_LETTER or one.case.loan != said["loan"]:
        return False
    steps = [fact for fact in holding(one.case.facts) if fact.kind is FactKind.CYCLE_STEP]
    mine = [fact for fact in steps if is_of(fact, one.case.year)]
    return bool(mine) and is_same_step(mine[-1], said)


def _why_past(letter: Letter, due: Collection[str], day: date, *, is_done: bool) -> str:
    """Why a letter is past after a night; it is sent on the day after at the earliest."""
    if not is_done and letter.draft.key.rpartition(" ")[0] not in due:
        return "the step that it is for is not due any more"
    return too_late(letter, day + ONE_DAY)


def _came_in(one: Found, day: date) -> Fact | None:
    """The figures of a year that this night is the first to know."""
    figures = figures_on(one.case.facts, one.case.year)
    return figures if figures is not None and figures.known_on == day else None


def _write(
    connection: Connection, creditor: int, due: Sequence[Found], night: tuple[date, Recorded]
) -> list[Waiting]:
    day, by = night
    headings, debtors = headings_of(connection, sorted({one.case.loan for one in due}))
    numbered = _numbered(connection, due, debtors, day)
    loans = {one.case.loan for one, _ in numbered}
    everybody = {debtor for loan in loans for debtor in debtors[loan]}
    if not everybody:
        return []
    situation = situation_of(connection, loans, everybody, day, known_by=day)
    freezer = Freezer(creditors_by_id()[creditor], situation, wording())
    drafts: list[LetterDraft] = []
    waiting = []
    for one, times in numbered:
        try:
            told = _told(freezer, one, times)
            product = files.products()[headings[one.case.loan][0]]
            drafts += freezer.frozen(told, product, one.case.loan, debtors[one.case.loan])
        except AflosError as wrong:
            waiting.append(Waiting(one.case.loan, one.case.year.since, str(wrong)))
    known = {one.draft.key for one in letters_by_key(connection, [one.key for one in drafts]).values()}
    add_letters(connection, [draft for draft in drafts if draft.key not in known], day, by)
    return waiting


def _numbered(
    connection: Connection, due: Sequence[Found], debtors: Mapping[int, Sequence[int]], day: date
) -> list[tuple[Found, int]]:
    """The cases of which a letter is to be proposed, each with its number; a confirmation is written once."""
    stepping = [one for one in due if one.stand.letter]
    keys = [
        f"{_base(one)} {times}:{debtor}"
        for one in stepping
        for debtor in debtors[one.case.loan]
        for times in range(1, MOST_TIMES + 1)
    ]
    known = list(letters_by_key(connection, keys).values())
    found = [(one, times) for one in stepping if (times := _times(_base(one), known, day))]
    return [*found, *((one, 1) for one in due if not one.stand.letter)]


def _told(freezer: Freezer, one: Found, times: int) -> Told:
    if one.stand.letter:
        return yearly_letter(_yearly(freezer, one), times)
    figures = _came_in(one, freezer.day)
    assert figures is not None, one.case
    is_interest = one.about == "interest"
    return received_letter(one.case.year, figures, one.times.decide_by, of_interest=is_interest)


def _base(one: Found) -> str:
    """How the keys of the letters of a step begin, whatever their number and addressee."""
    key = step_key(one.case, one.stand, one.kept.nr if one.kept else 0)
    return f"{one.stand.letter}:{one.case.loan}:{key}"


def _times(base: str, known: Sequence[Letter], day: date) -> int:
    """The number under which the letter is proposed; 0 where one waits, was sent or was taken out by a person."""
    own = [letter for letter in known if letter.draft.key.startswith(f"{base} ")]
    if any(letter.state(day) not in PAST for letter in own):
        return 0
    last = max((int(one.draft.key.removeprefix(f"{base} ").partition(":")[0]) for one in own), default=0)
    return last + 1 if last < MOST_TIMES else 0


def _yearly(freezer: Freezer, one: Found) -> YearlyCase:
    """A case as its letter needs it; of a hearing with the lines of what is proposed."""
    phone = freezer.catalogue.letterhead(freezer.creditor.code).phone
    case = YearlyCase(one.case, one.stand, one.times, freezer.day, phone, of_interest=one.about == "interest")
    kept = one.kept if one.stand.state == "hearing-due" else None
    if kept is None:
        return case
    return replace(
        case,
        proposal=kept.nr,
        amounts=kept.amounts,
        lines=lines_of(kept),
        overpaid=one.overpaid,
        is_without_figures=kept.basis == "missing",
    )
