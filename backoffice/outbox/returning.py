"""Letters that come back, and sent letters that are withdrawn: both end what the letter began."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from backoffice.cli.database import Desk
from backoffice.events import Happened, register_event
from backoffice.outbox.correcting import propose_corrections
from backoffice.rights import check_right
from jobs import clock
from jobs.letters_now import situation_of
from ledger.entry import book_of_creditor
from letters.outbox.store import add_steps, letters_by_number, letters_of_run, letters_on_loan, sent_of
from letters.outbox.values import Letter, LetterRefused, Step
from letters.print_runs.store import add_run_step, find_run
from letters.print_runs.values import RunStep
from servicing.decisions.proposal import Decision, Proposed
from servicing.dunning.sent import withdrawal_drafts
from servicing.store import facts_of, record

WITHDRAWING = "withdraw-letters"
"""The kind of decision that takes back the letters of a run."""


def came_back(desk: Desk, number: int, on: date, reason: str) -> Letter:
    """Record that a letter came back: its term does not run, and nothing more goes to that address (Awb 3:41).

    Where name and address are still those of the letter they are unknown from now on, on every loan of the debtor.
    """
    letter = letters_by_number(desk.connection, [number]).get(number)
    if letter is None:
        raise LetterRefused(f"no letter {number}; aflos letters list shows them")
    check_right(desk.by.actor, "record", letter.draft.creditor)
    state = letter.state(clock.today())
    if state == "returned":
        return letter
    sent = sent_of(desk.connection, [number]).get(number)
    if state != "handed-over" or sent is None:
        raise LetterRefused(f"letter {number}: is {state}; only a letter that was handed over comes back")
    if not sent.sent_on <= on <= clock.today():
        raise LetterRefused(f"on: {on}: must lie from its sending, {sent.sent_on}, to today")
    add_steps(
        desk.connection,
        {number: Step("returned", letter.batch, on, reason, desk.by.actor)},
        {number: letter},
        desk.by,
    )
    _tell(desk, letter, on, reason)
    _end_steps(desk, [letter], on, f"letter {number} came back")
    return letters_by_number(desk.connection, [number])[number]


def _tell(desk: Desk, letter: Letter, on: date, reason: str) -> None:
    """Register what a letter that came back means for the debtor, on each of his loans."""
    draft = letter.draft
    debtor, document, loans = str(draft.debtor), f"letter {letter.id}", [each.loan for each in draft.loans]
    register_event(desk, debtor, Happened("returned-mail", on, document, {"text": reason} if reason else {}))
    known = situation_of(desk.connection, loans, [draft.debtor], on).addressee(loans[0], draft.debtor)
    if not known.via and list(known.lines) == draft.fields["addressee"]:
        register_event(desk, debtor, Happened("unknown-address", on, document))


def _end_steps(desk: Desk, letters: Iterable[Letter], on: date, reason: str) -> None:
    """Take back the steps of dunning that letters were, unless another debtor still has a letter of that step."""
    for letter in letters:
        said = letter.draft.effects.dunning
        if said and not _others(desk, letter):
            known = facts_of(desk.connection, [line[0] for line in said["lines"]])
            drafts = [
                each
                for facts in known.values()
                for each in withdrawal_drafts(facts, said["reference"], on, reason)
            ]
            record(desk.connection, drafts, desk.by)


def _others(desk: Desk, letter: Letter) -> bool:
    """Whether a letter of the same step stays with another of joint debtors."""
    reference = letter.draft.effects.dunning["reference"]
    near = letters_on_loan(desk.connection, letter.draft.loans[0].loan)
    return any(
        one.draft.effects.dunning.get("reference") == reference and one.state(clock.today()) == "handed-over"
        for number, one in near.items()
        if number != letter.id
    )


def withdrawal_of(desk: Desk, number: int, reason: str) -> Proposed:
    """What is decided where the letters of a run are withdrawn (P14); raises `LetterRefused`."""
    run = find_run(desk.connection, number)
    if run.state != "handed-over":
        raise LetterRefused(f"run {number}: is {run.state}; only letters that were handed over are withdrawn")
    cents = run.demanded
    subject = book_of_creditor(run.creditor)
    return Proposed(
        WITHDRAWING,
        subject,
        f"print run {number}",
        clock.today(),
        cents,
        data={"run": number, "reason": reason},
    )


def withdraw_run(desk: Desk, decision: Decision) -> None:
    """Mark the letters of a run as withdrawn, once two persons decided so."""
    data: Mapping[str, object] = decision.proposed.data or {}
    number, reason = int(str(data["run"])), str(data["reason"])
    run, today = find_run(desk.connection, number), clock.today()
    letters = {
        each: letter
        for each, letter in letters_of_run(desk.connection, number).items()
        if letter.state(today) in {"handed-over", "returned"}
    }
    steps = {each: Step("withdrawn", number, today, reason, desk.by.actor) for each in letters}
    add_steps(desk.connection, steps, letters, desk.by)
    _end_steps(desk, letters.values(), today, reason)
    propose_corrections(desk, letters.values(), reason)
    assert run.sending_date is not None
    add_run_step(desk.connection, run, RunStep("withdrawn", run.sending_date, reason, desk.by.actor), desk.by)
