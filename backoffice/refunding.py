"""Refunds of receipts: proposed, approved by a second person, released by their totals and written once."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Connection

from backoffice.cli.database import Desk
from backoffice.deciding import decide
from bank.outgoing import Message, NotAPayment, Sender, checked_account, sepa_name
from bank.transfer import Transfer, TransferBlock, transfer_file
from jobs import clock
from ledger.day import day_of, number_of
from ledger.entry import book_of_creditor
from ledger.errors import BadInput, VerificationFailed
from ledger.money import euros
from servicing.banking_days import add_banking_days
from servicing.creditor import Creditor
from servicing.decisions.proposal import Decision, Proposed
from servicing.decisions.store import decisions
from servicing.receipts.values import StoredLine
from servicing.refunding.store import (
    Refund,
    RefundRun,
    add_refund_run,
    next_refund_run,
    receipts_to_refund,
    refund_runs,
    refunds_of_run,
    released_decisions,
)


class Waiting(NamedTuple):
    """A receipt that is to go back, its decision if one was proposed, and why it cannot go ("": it can)."""

    line: StoredLine
    cents: int
    decision: Decision | None
    problem: str


def waiting_refunds(connection: Connection, creditor: Creditor) -> list[Waiting]:
    """The receipts of a creditor that are to go back and are not released yet."""
    known = {
        one.proposed.reference: one
        for one in decisions(connection, [creditor.id])
        if one.proposed.kind == "refund" and one.state not in {"rejected", "taken-back"}
    }
    gone = released_decisions(connection)
    found = []
    for line, cents in receipts_to_refund(connection, creditor.id):
        decision = known.get(_reference(line))
        if decision is None or decision.id not in gone:
            found.append(Waiting(line, cents, decision, _problem(line, cents, decision)))
    return found


def propose_refunds(desk: Desk, creditor: Creditor) -> list[Waiting]:
    """Propose a decision for every receipt that is to go back; a second person approves each (four eyes)."""
    for each in waiting_refunds(desk.connection, creditor):
        if each.decision is None and not each.problem:
            decide(desk, _proposed(creditor, each))
    return waiting_refunds(desk.connection, creditor)


def release_refunds(desk: Desk, creditor: Creditor, totals: tuple[int, int]) -> RefundRun:
    """Release all refunds that were approved, by their number and total in cents; raises `BadInput`."""
    ready = [each for each in waiting_refunds(desk.connection, creditor) if is_ready(each)]
    real = len(ready), sum(each.cents for each in ready)
    if not ready:
        raise BadInput(f"{creditor.code}: no refund is approved: aflos bank refunds list")
    if real != totals:
        raise BadInput(
            f"{creditor.code}: {real[0]} refunds of {euros(real[1])} together are approved, "
            f"not {totals[0]} of {euros(totals[1])}"
        )
    number = next_refund_run(desk.connection)
    refunds = [_released(each, number) for each in ready]
    run = _run(desk, creditor, number, refunds)
    run = run._replace(sha256=hashlib.sha256(_content(run, refunds)).hexdigest())
    add_refund_run(desk.connection, run, refunds)
    return run


def is_ready(each: Waiting) -> bool:
    """Whether a refund may be released."""
    return each.decision is not None and each.decision.state == "approved" and not each.problem


def refund_file(connection: Connection, number: int) -> tuple[RefundRun, bytes]:
    """A released run and its file; raises `VerificationFailed` if it is not the file that was released."""
    run = next((each for each in refund_runs(connection) if each.id == number), None)
    if run is None:
        raise BadInput(f"run {number}: there is none; see aflos bank refunds list")
    content = _content(run, refunds_of_run(connection, number))
    if hashlib.sha256(content).hexdigest() != run.sha256:
        raise VerificationFailed(f"run {number}: the file differs from the one that was released")
    return run, content


def _reference(line: StoredLine) -> str:
    return f"refund of bank line {line.id}"


def _problem(line: StoredLine, cents: int, decision: Decision | None) -> str:
    if decision is not None and decision.proposed.cents != cents:
        return f"{euros(decision.proposed.cents)} was decided, {euros(cents)} is to go back now"
    try:
        checked_account("the account that paid", line.iban)
        sepa_name("who paid", line.name)
    except NotAPayment as wrong:
        return str(wrong)
    return ""


def _proposed(creditor: Creditor, each: Waiting) -> Proposed:
    line = each.line
    data = {"line": line.id, "iban": line.iban, "name": line.name}
    subject, day = book_of_creditor(creditor.id), clock.today()
    return Proposed("refund", subject, _reference(line), day, each.cents, data=data, document=line.key)


def _released(each: Waiting, run: int) -> Refund:
    assert each.decision is not None
    line, decision = each.line, each.decision.id
    return Refund(
        decision, run, line.id, f"REF-{line.creditor_id}-{decision}", each.cents, line.name, line.iban
    )


def _run(desk: Desk, creditor: Creditor, number: int, refunds: Sequence[Refund]) -> RefundRun:
    made_at = clock.now_utc().astimezone(clock.AMSTERDAM)
    pay_on: date = add_banking_days(made_at.date(), 1)
    return RefundRun(
        number,
        creditor.id,
        f"REF-{creditor.id:04}-{number:06}",
        creditor.iban,
        creditor.account_holder,
        number_of(pay_on),
        len(refunds),
        sum(each.cents for each in refunds),
        made_at.strftime("%Y-%m-%dT%H:%M:%S"),
        "",
        desk.by.actor,
        desk.by.at,
    )


def _content(run: RefundRun, refunds: Sequence[Refund]) -> bytes:
    transfers = [
        Transfer(each.end_to_end, each.cents, each.name, each.iban, "Terugbetaling van uw betaling")
        for each in refunds
    ]
    message = Message(run.message_id, datetime.fromisoformat(run.made_at))
    block = TransferBlock(run.message_id, day_of(run.pay_on), transfers)
    return transfer_file(message, Sender(run.holder, run.account), block)
