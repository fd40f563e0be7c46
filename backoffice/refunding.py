"""Refunds of receipts and of credit: proposed, approved by a second person, released by their totals, written once."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import chain, count
from typing import NamedTuple

from sqlalchemy import Connection

from backoffice.cli.database import Desk
from backoffice.crediting import Account, credit_draft, is_gone, loans_to_refund
from backoffice.deciding import decide, decide_on_loan
from backoffice.registering import dossier_of
from bank.outgoing import Message, NotAPayment, Sender, checked_account, sepa_name
from bank.transfer import Transfer, TransferBlock, transfer_file
from jobs import clock
from ledger.day import day_of, number_of
from ledger.entry import book_of_creditor
from ledger.errors import BadInput, VerificationFailed
from ledger.money import euros
from servicing import files
from servicing.banking_days import add_banking_days
from servicing.collecting.store import dropped
from servicing.creditor import Creditor
from servicing.decisions.proposal import Decision, Proposed
from servicing.decisions.store import decisions
from servicing.receipts.values import StoredLine
from servicing.refunding.matching import FORWARDS, OURS
from servicing.refunding.store import (
    Refund,
    RefundRun,
    add_refund_run,
    next_refund_run,
    receipts_to_forward,
    receipts_to_refund,
    refund_runs,
    refunds_by_id,
    refunds_of_run,
    released_decisions,
)
from servicing.refunding.words import PLAIN, words_of_refund
from servicing.registration import credit_left
from servicing.store import facts_of, find_loan

UNSENT = frozenset({"rejected", "taken-back"})
"""Decisions that never become a payment."""


Name = tuple[str, int, str]
"""How a decision is called: its kind, whom it is about, and its reference."""


class Waiting(NamedTuple):
    """A receipt (`line`) or a loan's credit that is to leave; its decision, and why it cannot go ("": it can).

    `to` is the creditor to which a receipt is forwarded, 0 where the money goes back.
    """

    line: StoredLine | None
    loan: int
    cents: int
    account: Account
    decision: Decision | None
    problem: str
    to: int = 0


def waiting_refunds(connection: Connection, creditor: Creditor) -> list[Waiting]:
    """The receipts and credits of a creditor that are to go back, or on to another, and are not released yet."""
    known = decisions(connection, [creditor.id])
    gone = released_decisions(connection)
    kinds = (_receipts, _forwards, _credits, _refused)
    return [each for kind in kinds for each in kind(connection, creditor, known, gone)]


def propose_refunds(desk: Desk, creditor: Creditor) -> list[Waiting]:
    """Propose a decision for all that is to go back; a second person approves each (four eyes)."""
    known = [one.proposed for one in decisions(desk.connection, [creditor.id])]
    spent = {(one.kind, one.subject, one.reference) for one in known}
    for each in waiting_refunds(desk.connection, creditor):
        if each.decision is None and not each.problem:
            _propose(desk, creditor, each, spent)
    return waiting_refunds(desk.connection, creditor)


def release_refunds(desk: Desk, creditor: Creditor, totals: tuple[int, int]) -> RefundRun:
    """Release all refunds that were approved, by their number and total in cents; raises `BadInput`."""
    ready = [each for each in waiting_refunds(desk.connection, creditor) if is_ready(each)]
    real = len(ready), sum(each.cents for each in ready)
    if not ready:
        raise BadInput(
            f"{creditor.code}: no refund is approved: aflos bank refunds list --creditor {creditor.code}"
        )
    if real != totals:
        raise BadInput(
            f"{creditor.code}: {real[0]} refunds of {euros(real[1])} together are approved, "
            f"not {totals[0]} of {euros(totals[1])}"
        )
    number = next_refund_run(desk.connection)
    refunds = [_released(each, number, creditor) for each in ready]
    run = _run(desk, creditor, number, refunds)
    content = _content(run, refunds, _words(desk.connection, refunds))
    run = run._replace(sha256=hashlib.sha256(content).hexdigest())
    add_refund_run(desk.connection, run, refunds)
    return run


def is_ready(each: Waiting) -> bool:
    """Whether a refund may be released: approved, and of a loan's credit also a fact on the loan."""
    wanted = "in-force" if each.loan else "approved"
    return each.decision is not None and each.decision.state == wanted and not each.problem


def refund_file(connection: Connection, number: int) -> tuple[RefundRun, bytes]:
    """A released run and its file; raises `VerificationFailed` if it is not the file that was released."""
    run = next((each for each in refund_runs(connection) if each.id == number), None)
    if run is None:
        raise BadInput(f"run {number}: there is none; see aflos bank refunds list")
    refunds = refunds_of_run(connection, number)
    for words in (_words(connection, refunds), {}):
        content = _content(run, refunds, words)
        if hashlib.sha256(content).hexdigest() == run.sha256:
            return run, content
    raise VerificationFailed(f"run {number}: the file differs from the one that was released")


def _receipts(
    connection: Connection, creditor: Creditor, known: Sequence[Decision], gone: frozenset[int]
) -> Iterator[Waiting]:
    """The receipts that are marked to go back."""
    proposed = _by_line(known, "refund")
    for line, cents in receipts_to_refund(connection, creditor.id):
        account = Account(line.iban, line.name)
        decision = _counting(proposed.get(line.id, ()), gone, cents, account)
        if decision is None or decision.id not in gone:
            problem = _changed(cents, account, decision) or _unpayable(account, line)
            yield Waiting(line, 0, cents, account, decision, problem)


def _by_line(known: Sequence[Decision], kind: str) -> dict[int, list[Decision]]:
    found: dict[int, list[Decision]] = {}
    for one in known:
        if one.proposed.kind == kind and one.state not in UNSENT:
            found.setdefault(int(str((one.proposed.data or {})["line"])), []).append(one)
    return found


def _counting(
    made: Sequence[Decision], gone: frozenset[int], cents: int, account: Account
) -> Decision | None:
    """Of the decisions about a line the one that counts: the released one, else one of just this, else what waits.

    An approval of another amount or account approves nothing of this.
    """
    released = [one for one in made if one.id in gone]
    fitting = [one for one in made if not _changed(cents, account, one)]
    waiting = [one for one in made if one.state == "proposed"]
    return next(iter([*released, *fitting, *waiting]), None)


def _forwards(
    connection: Connection, creditor: Creditor, known: Sequence[Decision], gone: frozenset[int]
) -> Iterator[Waiting]:
    """The receipts that are another creditor's: they go to its account."""
    proposed = _by_line(known, "forward")
    others = {one.id: one for one in files.creditors().values()}
    for line, part in receipts_to_forward(connection, creditor.id):
        other = others[part.other_creditor]
        account = Account(other.iban, other.account_holder)
        decision = _counting(proposed.get(line.id, ()), gone, part.cents, account)
        if decision is None or decision.id not in gone:
            problem = _changed(part.cents, account, decision) or _unpayable(account)
            yield Waiting(line, 0, part.cents, account, decision, problem, other.id)


def _credits(
    connection: Connection, creditor: Creditor, known: Sequence[Decision], gone: frozenset[int]
) -> Iterator[Waiting]:
    """The credits that were decided to go back, then those nobody decided about."""
    decided = [one for one in known if one.proposed.kind == "credit-refund" and one.state not in UNSENT]
    for one in decided:
        loan = one.proposed.subject
        if one.id not in gone and not is_gone(connection, loan, one):
            yield Waiting(None, loan, one.proposed.cents, Account.of(one), one, _left(connection, one))
    asked = {one.proposed.subject for one in decided if one.state == "proposed"}
    for loan, cents, account in loans_to_refund(connection, creditor.id, clock.today()):
        if loan not in asked:
            yield Waiting(None, loan, cents, account, None, _unpayable(account))


def _refused(
    connection: Connection, creditor: Creditor, known: Sequence[Decision], gone: frozenset[int]
) -> Iterator[Waiting]:
    """What was released and the bank would not carry out: it is paid in another way, or given up."""
    sent = {_end_to_end(creditor, one): one for one in known if one.id in gone}
    lost = dropped(connection, sent)
    left = (
        {line.id: (line, cents) for line, cents in receipts_to_refund(connection, creditor.id)}
        if lost
        else {}
    )
    if lost:
        left |= {line.id: (line, part.cents) for line, part in receipts_to_forward(connection, creditor.id)}
    for name, refund in refunds_by_id(connection, lost).items():
        one, loan = sent[name], refund.loan_id or 0
        if refund.line_id in left or (loan and not is_gone(connection, loan, one)):
            line, cents = left.get(refund.line_id or 0, (None, refund.cents))
            account = Account(refund.iban, refund.name)
            yield Waiting(line, loan, cents, account, one, f"the bank refused it: {lost[name].code}")


def _end_to_end(creditor: Creditor, decision: Decision) -> str:
    begin = FORWARDS if decision.proposed.kind == "forward" else OURS
    return f"{begin}{creditor.id}-{decision.id}"


def _left(connection: Connection, decision: Decision) -> str:
    """Why the credit of a loan cannot go any more: it was used, or a payment came back."""
    loan, cents = decision.proposed.subject, decision.proposed.cents
    left = credit_left(dossier_of(connection, find_loan(connection, str(loan))), clock.today(), signed=True)
    left += 0 if decision.state == "in-force" else -cents
    return f"the credit of loan {loan} is {euros(cents + left)} by now" if left < 0 else ""


def _propose(desk: Desk, creditor: Creditor, each: Waiting, spent: Collection[Name]) -> None:
    if each.line is not None:
        decide(desk, _proposed(creditor, each.line, each, spent))
        return
    today = clock.today()
    dossier = dossier_of(desk.connection, find_loan(desk.connection, str(each.loan)))
    reference = _unspent(("credit-refund", each.loan, f"credit of {today}"), spent)
    decide_on_loan(desk, dossier, credit_draft(each.loan, today, each.cents, each.account, reference))


def _unspent(name: Name, spent: Collection[Name]) -> str:
    """A reference no decision has yet; one that was rejected or taken back keeps its own."""
    kind, subject, reference = name
    again = (f"{reference} again {number}" for number in count(2))
    return next(one for one in chain([reference], again) if (kind, subject, one) not in spent)


def _changed(cents: int, account: Account, decision: Decision | None) -> str:
    if decision is None:
        return ""
    if decision.proposed.cents != cents:
        return (
            f"{euros(decision.proposed.cents)} was decided, {euros(cents)} is to go now: "
            f"aflos decide take-back {decision.id}, or reject it"
        )
    was = str((decision.proposed.data or {})["iban"])
    return f"{was} was decided, not this account: take it back, or reject it" if was != account.iban else ""


def _unpayable(account: Account, line: StoredLine | None = None) -> str:
    if not account.iban and line is not None:
        return (
            f"no account is known that paid: pay it in another way, then match that line --settles {line.id}"
        )
    if not account.iban:
        return "no account is known that paid: aflos decide credit-refund with --iban and --name"
    try:
        checked_account("the account that paid", account.iban)
        sepa_name("who paid", account.name)
    except NotAPayment as wrong:
        return str(wrong)
    return ""


def _proposed(creditor: Creditor, line: StoredLine, each: Waiting, spent: Collection[Name]) -> Proposed:
    data = {"line": line.id, "iban": each.account.iban, "name": each.account.name}
    subject, day, kind = book_of_creditor(creditor.id), clock.today(), "forward" if each.to else "refund"
    reference = _unspent((kind, subject, f"{kind} of bank line {line.id}"), spent)
    return Proposed(kind, subject, reference, day, each.cents, data=data, document=line.key)


def _released(each: Waiting, run: int, creditor: Creditor) -> Refund:
    assert each.decision is not None
    line, loan = each.line.id if each.line else None, each.loan or None
    name = _end_to_end(creditor, each.decision)
    return Refund(each.decision.id, run, line, loan, name, each.cents, each.account.name, each.account.iban)


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


def _words(connection: Connection, refunds: Sequence[Refund]) -> Mapping[int, str]:
    """What the refunds of credit are, by decision; runs of before this was said have none."""
    of_loans = {each.decision_id: each.loan_id for each in refunds if each.loan_id}
    facts = facts_of(connection, of_loans.values())
    return {decision: words_of_refund(facts[loan], decision) for decision, loan in of_loans.items()}


def _content(run: RefundRun, refunds: Sequence[Refund], words: Mapping[int, str]) -> bytes:
    transfers = [
        Transfer(each.end_to_end, each.cents, each.name, each.iban, _told(each, words)) for each in refunds
    ]
    message = Message(run.message_id, datetime.fromisoformat(run.made_at))
    block = TransferBlock(run.message_id, day_of(run.pay_on), transfers)
    return transfer_file(message, Sender(run.holder, run.account), block)


def _told(each: Refund, words: Mapping[int, str]) -> str:
    if each.end_to_end.startswith(FORWARDS):
        return "Doorbetaling van een ontvangst die voor u is"
    if each.loan_id:
        return f"{words.get(each.decision_id, PLAIN)} lening {each.loan_id}"
    return "Terugbetaling van uw betaling"
