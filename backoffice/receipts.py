"""What a person says a bank line is for: recorded beside the facts of the loans, all of it or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import select

from backoffice.cli.database import Desk
from backoffice.money_out import (
    SETTLES,
    LineRefused,
    Share,
    brought_by,
    fact_out,
    is_refund,
    refuse_shown,
    settled_by,
    settled_part,
)
from backoffice.registering import dossier_of, register
from backoffice.rights import check_right
from jobs.bank_collections import forwarded_by
from jobs.bank_matching import Matcher
from jobs.bank_twice import unproven_lines
from ledger.day import day_of
from ledger.entry import creditor_of_loan
from ledger.money import euros
from servicing.decisions.kinds import RECEIPTS_WITHDRAWAL
from servicing.decisions.store import carried_out
from servicing.facts import Draft, FactKind
from servicing.receipts.store import add_decisions, lines_by_number, parts_of_lines, remitted
from servicing.receipts.tables import receipt_batch
from servicing.receipts.values import Disposition, Part, StoredLine, line_key, source_of
from servicing.refunding.store import message_with_bank
from servicing.registration import reversal_of
from servicing.store import find_loan

ONLY_IN = frozenset({Disposition.LOAN, *SETTLES})
"""What only money that came in can be."""

OF_A_LOAN = frozenset({Disposition.LOAN, Disposition.RETURN, Disposition.DISBURSEMENT})
"""What a line can be that belongs to a loan, and may turn out to belong to another."""

MOVES_A_LOAN = frozenset({Disposition.LOAN, Disposition.RETURN})
"""What a line can be that changes what is owed on a loan."""


class Said(NamedTuple):
    """What a person says of a line, or a share of it, for one loan: cents, why, and which fact of the loan it shows."""

    cents: int
    reason: str
    fact: int | None = None


class Decided(NamedTuple):
    """A line with the number of the decision about it, its parts, and how many returns found their payment by it.

    `loans` are those whose books it changes, also those it was for until now.
    """

    line: StoredLine
    nr: int
    parts: Sequence[Part]
    paired: int
    loans: frozenset[int] = frozenset()


def line_of(desk: Desk, number: int) -> StoredLine:
    """The line with this number."""
    found = lines_by_number(desk.connection, [number])
    if number not in found:
        raise LineRefused(
            f"bank line {number}: there is none; aflos bank unmatched and aflos bank lines show them"
        )
    check_right(desk.by.actor, "record", found[number].creditor_id)
    return found[number]


def match(desk: Desk, line: StoredLine, loan: str, said: Said) -> Decided:
    """Say that all of a line is for one loan: a payment, the return of one, or a disbursement.

    Its fact is the payment recorded by hand that the line shows, or which payment or disbursement went out.
    """
    if said.fact is not None and line.cents > 0:
        return adopt(desk, line, loan, said.fact, said.reason)
    return decide(desk, line, [share_of(desk, line, loan, said)])


def rematch(desk: Desk, line: StoredLine, loan: str, said: Said) -> Decided:
    """Move a line to another loan, or the return of a payment to another payment; a fee of the bank in it stays."""
    _, parts = parts_of_lines(desk.connection, [line.id]).get(line.id, (0, []))
    if not any(part.loan and part.kind in OF_A_LOAN for part in parts):
        raise LineRefused(f"bank line {line.id}: is matched to no loan yet: aflos bank match {line.id} LOAN")
    costs = [part for part in parts if part.kind is Disposition.BANK_COSTS and line.cents < 0]
    if not costs:
        return match(desk, line, loan, said)
    cents = line.amount - sum(part.cents for part in costs)
    return decide(desk, line, [share_of(desk, line, loan, said._replace(cents=cents)), *costs])


def share_of(desk: Desk, line: StoredLine, loan: str, said: Said) -> Part:
    """What a share of a line is for a loan: a payment, or of money out the return of one or a disbursement."""
    number = find_loan(desk.connection, loan).id
    _refuse_other(line, number)
    if line.cents > 0:
        return Part(Disposition.LOAN, said.cents, number, reason=said.reason)
    kind = Disposition.RETURN if line.is_return else Disposition.DISBURSEMENT
    share = Share(line, number, said.cents)
    if kind is Disposition.DISBURSEMENT and is_refund(desk, share, said.fact):
        return Part(Disposition.REFUND, said.cents, number, reason=said.reason)
    went = fact_out(desk, share, kind, said.fact)
    return Part(kind, said.cents, number, went, reason=said.reason)


def adopt(desk: Desk, line: StoredLine, loan: str, number: int, reason: str) -> Decided:
    """Say that a line shows a payment that was recorded by hand; nothing new is recorded on the loan."""
    heading = find_loan(desk.connection, loan)
    _refuse_other(line, heading.id)
    facts = {fact.nr: fact for fact in dossier_of(desk.connection, heading).holding}
    fact = facts.get(number)
    if fact is None or fact.kind is not FactKind.PAYMENT or fact.cents != line.cents:
        raise LineRefused(
            f"bank line {line.id}: fact {number} of loan {heading.id} is no payment of its amount"
        )
    part = Part(Disposition.LOAN, line.amount, heading.id, number, reason=reason)
    refuse_shown(desk.connection, line, part)
    return decide(desk, line, [part])


def settle(desk: Desk, line: StoredLine, other: StoredLine, reason: str) -> Decided:
    """Say that a line out pays back, or on, what an earlier line brought in; several may pay back parts of it."""
    return decide(desk, line, [settled_part(desk.connection, line, other, reason)])


def remit(desk: Desk, line: StoredLine, batch: int, reason: str) -> Decided:
    """Say that a line is the remittance of a batch of other receipts, or a part of it."""
    found = desk.connection.execute(select(receipt_batch).where(receipt_batch.c.id == batch)).first()
    if found is None or found.creditor_id != line.creditor_id or line.cents < 0:
        raise LineRefused(f"bank line {line.id}: must be money in for the creditor of batch {batch}")
    if batch in carried_out(desk.connection, RECEIPTS_WITHDRAWAL):
        raise LineRefused(f"bank line {line.id}: batch {batch} was taken back: its payer owes nothing by it")
    left = found.net_cents - remitted(desk.connection, batch, but=line.id)
    if line.amount > left:
        raise LineRefused(
            f"bank line {line.id}: {euros(line.amount)} is more than batch {batch} still expects, {euros(left)}"
        )
    return decide(desk, line, [Part(Disposition(found.kind), line.amount, fact=batch, reason=reason)])


def strike(desk: Desk, line: StoredLine, reason: str) -> Decided:
    """Say that a line moved no money: told twice, or by a notice only; refused where a balance proves it."""
    if line.id not in {one.line.id for one in unproven_lines(desk.connection)}:
        raise LineRefused(
            f"bank line {line.id}: moved money: the balances of its statement prove it, or no statement of a day "
            "after it has come yet; aflos worklist shows the lines that may have come twice"
        )
    return decide(desk, line, [Part(Disposition.NO_MONEY, line.amount, reason=reason)])


def decide(desk: Desk, line: StoredLine, parts: Sequence[Part]) -> Decided:
    """Record what a line is for in the place of what was said before; raises `BadInput` with nothing kept."""
    if sum(part.cents for part in parts) != line.amount or any(part.cents <= 0 for part in parts):
        shown = " + ".join(euros(part.cents) for part in parts)
        raise LineRefused(f"bank line {line.id}: {shown} is not its amount, {euros(line.amount)}")
    for part in parts:
        if line.cents < 0 and part.kind in ONLY_IN:
            raise LineRefused(f"bank line {line.id}: is money that went out, and cannot be {part.kind.text}")
        if part.loan and part.kind is not Disposition.TO_FORWARD:
            _refuse_other(line, part.loan)
        if part.kind is Disposition.REFUND and [one.loan for one in parts].count(part.loan) > 1:
            raise LineRefused(
                f"bank line {line.id}: loan {part.loan} is named twice: name it once, with the sum"
            )
    check_right(desk.by.actor, "record", line.creditor_id)
    before, old = parts_of_lines(desk.connection, [line.id]).get(line.id, (0, []))
    is_same = len(old) == len(parts) and all(map(_is_same, old, parts))
    if before and is_same and not any(_is_withdrawn(desk, line, part) for part in old):
        return Decided(line, before, old, 0)
    _refuse_gone(desk, line, old)
    _take_back(desk, line, old)
    nr = before + 1
    kept = [_with_fact(desk, line, part, nr, place) for place, part in enumerate(parts, start=1)]
    add_decisions(desk.connection, [(line.id, nr, kept)], desk.by)
    paired = Matcher(desk.connection, desk.by).pair_returns(line.creditor_id)
    loans = frozenset(part.loan for part in (*old, *kept) if part.loan and part.kind in MOVES_A_LOAN)
    return Decided(line, nr, kept, paired, loans)


def _refuse_other(line: StoredLine, loan: int) -> None:
    """Refuse a loan of another creditor, before anything is said of what is on it."""
    if creditor_of_loan(loan) != line.creditor_id:
        way_on = f"aflos bank park {line.id} --reason TEXT" + (" --to-forward CODE" if line.cents > 0 else "")
        raise LineRefused(
            f"bank line {line.id}: loan {loan} is of another creditor; a payment never crosses from one to the "
            f"other: {way_on}"
        )


def _is_same(old: Part, new: Part) -> bool:
    """Whether a part says what was said before; of a payment that the line itself brings the fact is not known yet.

    Why is no other thing, but for a line that waits: that is all its decision says.
    """
    if new.kind is Disposition.PARKED and old.reason != new.reason:
        return False
    fact = old.fact if new.kind is Disposition.LOAN and not new.fact else new.fact
    before, after = (one._replace(reason="", since=0) for one in (old, new._replace(fact=fact)))
    return before == after


def _is_withdrawn(desk: Desk, line: StoredLine, part: Part) -> bool:
    """Whether what a part brought to its loan was withdrawn by itself."""
    if part.kind not in MOVES_A_LOAN:
        return False
    dossier = dossier_of(desk.connection, find_loan(desk.connection, str(part.loan)))
    return brought_by(dossier, line, part) is None


def _refuse_gone(desk: Desk, line: StoredLine, old: Sequence[Part]) -> None:
    """What was given to the bank to go back, or on, cannot be used for something else as well."""
    for kind in {part.kind for part in old} & set(SETTLES):
        other = settled_by(desk.connection, line, SETTLES[kind])
        if other:
            raise LineRefused(
                f"bank line {line.id}: was paid back or on by line {other}: say first what else that one is for"
            )
    message = (
        message_with_bank(desk.connection, line.id) if {part.kind for part in old} & set(SETTLES) else None
    )
    if message is not None:
        raise LineRefused(
            f"bank line {line.id}: was released to be paid in {message}; only what the bank refuses of it can be for "
            "something else"
        )


def _take_back(desk: Desk, line: StoredLine, old: Sequence[Part]) -> None:
    """Withdraw what the line recorded on loans before: a payment, or that one came back.

    A payment that came back stays where it is, until its return is said to be of something else.
    """
    for part in old:
        if part.kind not in MOVES_A_LOAN:
            continue
        dossier = dossier_of(desk.connection, find_loan(desk.connection, str(part.loan)))
        wrong = brought_by(dossier, line, part)
        if wrong is None:
            continue
        back = reversal_of(dossier, wrong)
        if back is not None:
            how = f"by hand, fact {back.nr}): aflos decide withdraw {part.loan} {back.nr}"
            if back.source:
                how = f"{back.source}): match that to another"
            raise LineRefused(f"bank line {line.id}: its payment on loan {part.loan} came back ({how} first")
        key = f"bank line {line.id} fact {wrong.nr}"
        reason = {"reason": "the bank line was matched to another loan or use"}
        day = day_of(line.paid_on)
        register(desk, dossier, Draft(part.loan, FactKind.WITHDRAWAL, day, key, of=wrong.nr, data=reason))


def _first_credited_on(desk: Desk, line: StoredLine) -> int:
    """The day from which the money counts: that of the account on which it first came in, if it was forwarded."""
    return (forwarded_by(desk.connection, line) or line).paid_on


def _with_fact(desk: Desk, line: StoredLine, part: Part, nr: int, place: int) -> Part:
    """The part with the number of the fact it records on its loan."""
    if part.kind not in {Disposition.LOAN, Disposition.RETURN} or (
        part.kind is Disposition.LOAN and part.fact
    ):
        return part
    dossier = dossier_of(desk.connection, find_loan(desk.connection, str(part.loan)))
    more = (f" part {place}" if place > 1 else "") + (f" decision {nr}" if nr > 1 else "")
    key, source = line_key(line) + more, source_of(line)
    if part.kind is Disposition.RETURN:
        back = day_of(line.paid_on)
        draft = Draft(part.loan, FactKind.REVERSAL, back, key, of=part.fact, source=source)
        register(desk, dossier, draft)
        return part
    day = day_of(_first_credited_on(desk, line))
    draft = Draft(part.loan, FactKind.PAYMENT, day, key, cents=part.cents, source=source)
    return part._replace(fact=register(desk, dossier, draft).fact.nr)
