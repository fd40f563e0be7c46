"""Letters that wait too long, or for a person: told by the status and on the work list, never left in silence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from sqlalchemy import Connection

from jobs.letters_now import creditors_by_id, wording
from ledger.entry import LOANS_PER_CREDITOR
from letters.outbox.deciding import about_of, letter_of
from letters.outbox.store import decisions_with_letter, open_letters
from letters.outbox.values import Letter
from letters.print_runs.store import print_runs
from letters.print_runs.values import PrintRun
from servicing import files
from servicing.decisions.proposal import LATE_AFTER_DAYS, Decision, withdrawn_decisions
from servicing.decisions.store import decisions
from servicing.facts import Fact
from servicing.securities import liable_on
from servicing.store import debtors_of, facts_of, find_loan
from servicing.worklist import Item


def stuck_letters(connection: Connection, day: date) -> list[Item]:
    """An item for each letter that needs a person: no page, a print of unknown end, waiting longer than policy."""
    runs = {run.id: run for run in print_runs(connection)}
    found = [_item(letter, runs.get(letter.batch), day) for letter in open_letters(connection).values()]
    return [item for item in found if item is not None]


def untold_decisions(connection: Connection, day: date) -> list[Item]:
    """An item for each approved decision of which a letter should tell and none does (Awb 3:41).

    One whose fact was withdrawn before anybody wrote asks nothing any more, nor one that every debtor got otherwise.
    """
    told = decisions_with_letter(connection)
    untold = [one for one in decisions(connection) if one.id not in told and _asks_letter(one, day)]
    facts, products = facts_of(connection, {one.proposed.subject for one in untold}), files.products()
    untold = [one for one in untold if not _got_otherwise(connection, one, facts[one.proposed.subject], day)]
    found = []
    for decision in untold:
        known = facts[decision.proposed.subject]
        product = products[find_loan(connection, str(decision.proposed.subject)).product]
        about, data = about_of(decision, known), decision.proposed.data
        code = letter_of(product, decision.proposed.kind, about, data)
        if code is not None and decision.id not in withdrawn_decisions(known):
            found.append(_untold(decision, has_reasons="reasons" in wording().kind(code).required))
    return found


def _asks_letter(decision: Decision, day: date) -> bool:
    """Whether a decision about a loan was approved by a day, so that a letter may have to tell of it."""
    approved = None if decision.state == "taken-back" else decision.step("approved")
    return approved is not None and approved.day <= day and decision.proposed.subject % LOANS_PER_CREDITOR > 0


def _got_otherwise(connection: Connection, decision: Decision, known: Sequence[Fact], day: date) -> bool:
    """Whether somebody recorded that a decision was handed over to all who owe the loan, without a letter of ours."""
    got = decision.handed_over
    owing = liable_on(known, debtors_of(connection, decision.proposed.subject), day)
    return bool(got) and set(owing) <= set(got)


def _untold(decision: Decision, *, has_reasons: bool) -> Item:
    proposed, approved = decision.proposed, decision.step("approved")
    due = (approved.day if approved else decision.known_on) + timedelta(days=LATE_AFTER_DAYS)
    reason = f"{proposed.kind} {proposed.reference} on {proposed.subject}: no letter tells of it"
    # A letter that tells what was done after an objection, or what was agreed, has no reasons of its own.
    reasons = " --reason TEXT" if has_reasons else ""
    action, subject = f"aflos letters write {decision.id}{reasons}", f"decision {decision.id}"
    return Item("letter", decision.creditor_id, subject, 0, decision.maker, due, reason, action)


def _item(letter: Letter, run: PrintRun | None, day: date) -> Item | None:
    """What a letter asks of a person on a day."""
    for due, reason, action in _reasons(letter, run, day):
        subject = f"letter {letter.id}"
        return Item("letter", letter.draft.creditor, subject, 0, "", due, reason, action)
    return None


def _reasons(letter: Letter, run: PrintRun | None, day: date) -> Iterator[tuple[date, str, str]]:
    state, last = letter.state(day), letter.last
    if state == "failed" and last is not None:
        action = f"mend what is wrong, then aflos letters propose --letter {letter.id}, or exclude it"
        yield last.day, f"{letter.draft.kind} has no page: {last.note}", action
    if run is not None and run.state == "handed-over-unknown":
        action = f"look whether run {run.id} left, then aflos letters print {run.id} --left or --not-left"
        yield run.sending_date or day, "a print began and its end is not known", action
    if run is not None and run.sending_date is not None and run.sending_date < day:
        action = f"aflos letters print {run.id}: it is dated anew"
        yield run.sending_date, f"released for {run.sending_date} and not handed over", action
    latest = letter.proposed_on + timedelta(days=longest_wait(letter.draft.creditor, day))
    if state in {"proposed", "approved"} and latest < day:
        action = f"put it together and release it, or aflos letters exclude {letter.id}"
        yield latest, f"{letter.draft.kind} waits since {letter.proposed_on}", action


def longest_wait(creditor: int, day: date) -> int:
    """For how many days a letter of a creditor may wait before a person is told."""
    return files.policy().number("letters.longest_wait", creditors_by_id()[creditor].code, day)
