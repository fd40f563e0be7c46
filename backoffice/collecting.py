"""Collections from accounts: proposed from what is known, released by a person who names the totals, written once."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from itertools import groupby
from typing import NamedTuple, cast

from sqlalchemy import Connection

from backoffice.cli.database import Desk
from backoffice.registering import dossiers_of
from bank.direct_debit import Collection as OnFile
from bank.direct_debit import CollectionBlock, Sequencing, direct_debit_file
from bank.outgoing import Message, Sender
from jobs import clock
from jobs.lapses import limitations
from ledger.day import day_of, number_of
from ledger.errors import BadInput, VerificationFailed
from ledger.money import euros
from servicing import files
from servicing.collecting.blocking import block_of
from servicing.collecting.mandates import Mandate, Past, life_of, mandates_of
from servicing.collecting.planning import Case, DayRule, Instalment, LeftOut, Planned, Timing, plan
from servicing.collecting.released import Collected, Dropped, Run
from servicing.collecting.store import (
    Proposal,
    add_run,
    came_back,
    collected_before,
    collections_of_run,
    dropped,
    forget,
    loans_with_mandate,
    next_run,
    open_proposal,
    past_of,
    propose,
    runs,
)
from servicing.creditor import Creditor
from servicing.creditors.store import quiet_creditors
from servicing.limitation_signals import lapse_blocks
from servicing.people import NotAllowed
from servicing.registration import Dossier
from servicing.store import Loan, facts_of, loans
from servicing.viewing import view_on

Outcome = Planned | LeftOut


class Totals(NamedTuple):
    """How many collections and how many cents a person releases."""

    number: int
    cents: int


def timing_of(creditor: Creditor, until: date, *, is_announced: bool) -> Timing:
    """Today, and what the bank, the debtors and the creditor want."""
    today, policy = clock.today(), files.policy()
    return Timing(
        today,
        until,
        policy.number("collect.lead", creditor.code, today),
        policy.number("collect.notice", creditor.code, today),
        cast("DayRule", policy.choice("collect.day", creditor.code, today)),
        is_announced,
    )


def outcomes(connection: Connection, creditor: Creditor, timing: Timing) -> list[Outcome]:
    """What may be collected for a creditor and what is left out, from what is known now."""
    numbers = set(loans_with_mandate(connection, creditor.id))
    cases = cases_of(connection, creditor.id, numbers, timing.today)
    return [outcome for case in cases for outcome in plan(case, timing)]


def cases_of(connection: Connection, creditor: int, numbers: Collection[int], today: date) -> list[Case]:
    """These loans of a creditor as collecting sees them, from what is known now."""
    headings = [each for each in loans(connection, creditor) if each.id in numbers]
    dossiers, history = dossiers_of(connection, headings), histories(connection, numbers)
    quiet = quiet_creditors(connection, today).get(creditor)
    lapses = limitations(connection, today, set(numbers))
    found = []
    for heading in headings:
        dossier = dossiers[heading.id]
        lapsed = lapse_blocks(lapses.get(heading.id, []), today)
        block = block_of(dossier.facts, today, quiet, lapsed)
        found.append(replace(_case(dossier, history, today), block=block))
    return found


class History(NamedTuple):
    """The collections of some loans by loan, why some came back, and which were never booked."""

    before: Mapping[int, Sequence[Collected]]
    returns: Mapping[str, str]
    gone: Mapping[str, Dropped]

    def past(self, loan: int) -> Mapping[int, Sequence[Past]]:
        """What was collected for a loan, by the number of the mandate."""
        return past_of(self.before.get(loan, ()), self.returns, self.gone)

    def standing(self, loan: int) -> frozenset[date]:
        """The due dates of the instalments of a loan that were released and not dropped since."""
        rows = self.before.get(loan, ())
        return frozenset(day_of(each.due_on) for each in rows if each.end_to_end not in self.gone)


def histories(connection: Connection, loans_wanted: Iterable[int]) -> History:
    """What was collected before for these loans, and what became of it."""
    before = collected_before(connection, loans_wanted)
    ids = [each.end_to_end for rows in before.values() for each in rows]
    return History(before, came_back(connection, ids), dropped(connection, ids))


def _case(dossier: Dossier, history: History, today: date) -> Case:
    view = view_on(dossier, today)
    coming = [
        Instalment(
            row.due,
            int(row.principal + (0 if row.deferred in {"all", "interest"} else row.interest) - row.paid),
        )
        for row in view.rows
    ]
    return Case(
        dossier.loan,
        view.state,
        coming,
        mandates_of(dossier.facts),
        history.past(dossier.loan),
        history.standing(dossier.loan),
    )


def propose_run(desk: Desk, creditor: Creditor, until: date, *, is_announced: bool) -> list[Outcome]:
    """Propose what falls due up to a day; takes the place of the proposal before, and binds nobody."""
    _must_collect(creditor)
    found = outcomes(desk.connection, creditor, timing_of(creditor, until, is_announced=is_announced))
    planned = [each for each in found if isinstance(each, Planned)]
    propose(desk.connection, (creditor.id, until, is_announced), planned, desk.by)
    return found


def release(desk: Desk, creditor: Creditor, totals: Totals) -> Run:
    """Release the open proposal, if it still is what is known now and the totals are those the person names.

    Where an office names its people, another person proposed it. Raises `BadInput` and `NotAllowed`.
    """
    proposal = open_proposal(desk.connection, creditor.id)
    if proposal is None or not proposal.planned:
        raise BadInput(f"{creditor.code}: nothing is proposed: aflos bank collect propose")
    _check_release(desk, creditor, proposal, totals)
    run, collected = _made(desk, creditor, proposal)
    content = content_of(desk.connection, run, collected)
    run = run._replace(sha256=hashlib.sha256(content).hexdigest())
    add_run(desk.connection, run, collected)
    forget(desk.connection, creditor.id)
    return run


def _check_release(desk: Desk, creditor: Creditor, proposal: Proposal, totals: Totals) -> None:
    if desk.by.actor == proposal.actor and not files.people().is_open:
        why = "you proposed it; another person releases it"
        raise NotAllowed(desk.by.actor, f"release collections for {creditor.code}", why)
    real = totals_of(proposal.planned)
    if real != totals:
        raise BadInput(
            f"{creditor.code}: {real.number} collections of {euros(real.cents)} together are proposed, "
            f"not {totals.number} of {euros(totals.cents)}: look at the list and name its totals"
        )
    timing = timing_of(creditor, proposal.until, is_announced=proposal.is_announced)
    now = [each for each in outcomes(desk.connection, creditor, timing) if isinstance(each, Planned)]
    changed = sorted({each.loan for each in set(now) ^ set(proposal.planned)})
    if changed:
        loans_changed = ", ".join(str(loan) for loan in changed[:10])
        raise BadInput(f"{creditor.code}: what is known changed for loans {loans_changed}: propose again")


def totals_of(planned: Iterable[Planned]) -> Totals:
    """The totals of a proposal."""
    cents = [each.cents for each in planned]
    return Totals(len(cents), sum(cents))


def _made(desk: Desk, creditor: Creditor, proposal: Proposal) -> tuple[Run, list[Collected]]:
    number = next_run(desk.connection)
    message = f"INC-{creditor.id:04}-{number:06}"
    in_order = sorted(
        proposal.planned, key=lambda each: (each.collect_on, each.sequence, each.loan, each.due)
    )
    collected = []
    attempts = _attempts(desk.connection, proposal.planned)
    for place, (_, block) in enumerate(
        groupby(in_order, key=lambda each: (each.collect_on, each.sequence)), 1
    ):
        block_id = f"{message}-{place:03}"
        collected += [_collected(each, number, block_id, attempts[each.loan, each.due]) for each in block]
    totals, made_at = totals_of(proposal.planned), clock.now_utc().astimezone(clock.AMSTERDAM)
    run = Run(
        number,
        creditor.id,
        message,
        creditor.iban,
        creditor.account_holder,
        _must_collect(creditor),
        totals.number,
        totals.cents,
        made_at.strftime("%Y-%m-%dT%H:%M:%S"),
        "",
        proposal.actor,
        desk.by.actor,
        desk.by.at,
    )
    return run, collected


def _attempts(connection: Connection, planned: Iterable[Planned]) -> Mapping[tuple[int, date], int]:
    """How often each instalment has been released by this time, now included; all attempts before were dropped."""
    found = Counter((each.loan, each.due) for each in planned)
    for rows in collected_before(connection, {loan for loan, _ in found}).values():
        found.update((each.loan_id, day_of(each.due_on)) for each in rows)
    return found


def _collected(each: Planned, run: int, block: str, attempt: int) -> Collected:
    due_on, collect_on = number_of(each.due), number_of(each.collect_on)
    end_to_end = f"INC-{each.loan}-{due_on}" + (f"-{attempt}" if attempt > 1 else "")
    row = (each.loan, due_on, run, end_to_end, block, each.cents, collect_on, each.mandate, each.sequence)
    return Collected(*row, attempt)


def _must_collect(creditor: Creditor) -> str:
    if creditor.creditor_identifier is None:
        raise BadInput(
            f"{creditor.code}: config/creditors.yaml names no creditor_identifier: it collects nothing"
        )
    return creditor.creditor_identifier


def content_of(connection: Connection, run: Run, collected: Sequence[Collected]) -> bytes:
    """The file of a run for the bank; the same bytes whenever it is made."""
    facts = facts_of(connection, {each.loan_id for each in collected})
    mandates = {loan: {each.fact: each for each in mandates_of(known)} for loan, known in facts.items()}
    blocks = []
    for block_id, rows in groupby(collected, key=lambda each: each.block_id):
        together = list(rows)
        first = together[0]
        each = [_for_bank(row, mandates[row.loan_id][row.mandate]) for row in together]
        sequence = cast("Sequencing", first.sequence)
        blocks.append(CollectionBlock(block_id, sequence, day_of(first.collect_on), each))
    message = Message(run.message_id, datetime.fromisoformat(run.made_at))
    return direct_debit_file(message, Sender(run.holder, run.account), run.creditor_identifier, blocks)


def _for_bank(row: Collected, mandate: Mandate) -> OnFile:
    text = f"Termijn {day_of(row.due_on)} lening {row.loan_id}"
    return OnFile(row.end_to_end, row.cents, mandate.name, mandate.iban, mandate.id, mandate.signed, text)


def run_named(connection: Connection, number: int) -> Run:
    """The released run with this number; raises `BadInput`."""
    found = next((each for each in runs(connection) if each.id == number), None)
    if found is None:
        raise BadInput(f"run {number}: there is none; see aflos bank collect list")
    return found


def file_of(connection: Connection, number: int) -> tuple[Run, bytes]:
    """A released run and its file; raises `VerificationFailed` if it is not the file that was released."""
    found = run_named(connection, number)
    rows = collections_of_run(connection, number)
    if dropped(connection, [each.end_to_end for each in rows]):
        raise BadInput(
            f"run {number}: was cancelled or refused, in part or as a whole: its file goes nowhere"
        )
    content = content_of(connection, found, rows)
    if hashlib.sha256(content).hexdigest() != found.sha256:
        raise VerificationFailed(f"run {number}: the file differs from the one that was released")
    return found, content


def mandates_in(connection: Connection, headings: Iterable[Loan]) -> list[tuple[Mandate, str]]:
    """The mandates of these loans, each with where it stands today."""
    facts = facts_of(connection, [heading.id for heading in headings])
    history = histories(connection, facts)
    return [
        (mandate, life_of(mandate, history.past(loan).get(mandate.fact, ()), clock.today()))
        for loan, known in facts.items()
        for mandate in mandates_of(known)
    ]
