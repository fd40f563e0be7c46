"""The bank lines that wait for a person: why nothing was certain, and the loans they may be for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection, select

from jobs.bank_collections import forwarded_by, own_refunds
from jobs.bank_parts import ToldPart, told_apart
from jobs.bank_undecided import undecided
from ledger.day import LAST_DAY, day_of, number_of
from ledger.money import euros
from servicing import files
from servicing.debtors.store import particulars_on
from servicing.receipts.matching import (
    Clues,
    Known,
    LoanView,
    Named,
    Payment,
    Proposal,
    candidates,
    verdict_on_payment_out,
    verdict_on_receipt,
    verdict_on_return,
    words_of_name,
)
from servicing.receipts.naming import loans_named
from servicing.receipts.store import loan_views, open_disbursements, parts_of_lines, payments_of_ids
from servicing.receipts.tables import bank_decision, bank_line
from servicing.receipts.values import Disposition, StoredLine
from servicing.tables import debtor, loan, loan_debtor

MOST_NAMESAKES = 20
"""A word of a name that more loans share tells nobody apart."""

MOST_SHOWN = 5
"""So many loans are named that a line out may be the disbursement of."""

IBANS_PER_QUERY = 5000


class Waiting(NamedTuple):
    """A line without a decision (or parked), why, and the candidates, the likeliest first."""

    line: StoredLine
    reason: str
    candidates: list[Proposal]


def waiting_lines(
    connection: Connection, today: date, creditor: int | None = None, known_by: date | None = None
) -> list[Waiting]:
    """Every line that waits, oldest first, as a night knows it (None: now)."""
    lines = undecided(connection, creditor, known_by=known_by)
    known = number_of(known_by or LAST_DAY)
    parked = parts_of_lines(connection, [line.id for line in lines], known)
    named = {line.id: loans_named(line) for line in lines}
    payers = _paid_before(connection, [line.iban for line in lines if line.iban], known)
    names = _Names(connection, today) if lines else None
    codes = {one.id: one.code for one in files.creditors().values()}
    policy = files.policy()
    orders = {number: policy.choice("alloc.order", code, today) for number, code in codes.items()}
    namesakes = {line.id: names.loans(line.name) if names else set() for line in lines}
    wanted = {loan for one in named.values() for loan in (*one.sure, *one.likely)}
    wanted |= {loan for loans in payers.values() for loan in loans}
    wanted |= {loan for loans in namesakes.values() for loan in loans}
    views = loan_views(connection, wanted)
    apart = told_apart(connection, lines)
    found = []
    for line in lines:
        own = named[line.id]
        mine = {*own.sure, *own.likely, *payers.get(line.iban, ()), *namesakes[line.id]}
        clues = Clues(
            own, payers.get(line.iban, ()), names.of(mine) if names else {}, orders[line.creditor_id]
        )
        near = candidates(line, clues, {number: views[number] for number in mine if number in views})
        _, parts = parked.get(line.id, (0, []))
        reason = parts[0].reason if parts else _reason(connection, line, own, views)
        reason += _told_apart(line, apart.get(line.id, ()))
        found.append(Waiting(line, reason, near if line.cents > 0 else []))
    return found


def _reason(connection: Connection, line: StoredLine, named: Named, views: Mapping[int, LoanView]) -> str:
    """Why nothing was certain about a line, by what is known now."""
    if line.is_return and line.cents < 0:
        known_by = number_of(date.max)
        paid = payments_of_ids(connection, line.creditor_id, [line.end_to_end], known_by)
        own = paid.get(line.end_to_end, ())
        return _with_a_fee(line, own) or verdict_on_return(line, own).reason
    if line.is_return:
        return "a payment of ours came back"
    if line.cents < 0:
        if part := _of_an_order(connection, line):
            return part
        amounts = open_disbursements(connection, line.creditor_id, [line.amount])
        near = ", ".join(str(loan) for loan in sorted({one.loan for one in amounts})[:MOST_SHOWN])
        more = f"; a disbursement of this amount is open on loan {near}" if near else ""
        return verdict_on_payment_out(line, named, amounts).reason + more
    forwarded = forwarded_by(connection, line)
    if forwarded is not None and not named.sure:
        code = next(one.code for one in files.creditors().values() if one.id == forwarded.creditor_id)
        return (
            f"{code} forwarded it, with whom it came in on {day_of(forwarded.paid_on)}: the loan is not known"
        )
    verdict = verdict_on_receipt(line, named, Known(views))
    if verdict.parts:
        return "a payment of this amount was recorded by hand: match it with --fact, or as another payment"
    return verdict.reason


def _of_an_order(connection: Connection, line: StoredLine) -> str:
    """That a line out names an order of ours and is less than it, and what to do; empty for any other."""
    order = own_refunds(connection, [line]).by_id.get(line.end_to_end)
    if order is None or order.is_forward or line.amount >= order.cents:
        return ""
    how = f"--settles {order.line}" if order.line else str(order.loan)
    return (
        f"names our own order {line.end_to_end} of {euros(order.cents)} and is less; if it is a part of it: "
        f"aflos bank match {line.id} {how}"
    )


def _told_apart(line: StoredLine, told: Sequence[ToldPart]) -> str:
    """What notices told under the reference of a line and is not its amount, and what to do; empty without any."""
    if not told:
        return ""
    numbers, cents = ", ".join(str(part.line) for part in told), sum(part.cents for part in told)
    return (
        f"; notices told under its reference what is not its amount, lines {numbers}, together {euros(cents)}: "
        "aflos bank strike those that are in this one or moved no money, and divide it: "
        f"aflos bank split {line.id}"
    )


def _with_a_fee(line: StoredLine, paid: Sequence[Payment]) -> str:
    """That a return is more than the one payment of its id, and what that may be; empty for any other."""
    if len(paid) != 1 or paid[0].returned or paid[0].cents >= line.amount - line.charges:
        return ""
    one, fee = paid[0], line.amount - paid[0].cents
    return (
        f"comes back with {euros(fee)} more than the payment of its id; if that is a fee of the bank: "
        f"aflos bank split {line.id} {one.loan}={euros(one.cents)} costs={euros(fee)}"
    )


def _paid_before(connection: Connection, ibans: Sequence[str], known_by: int) -> dict[str, list[int]]:
    """The loans for which each of these IBANs paid before, as far as known by a night."""
    found: dict[str, list[int]] = {}
    wanted = sorted(set(ibans))
    query = (
        select(bank_line.c.iban, bank_decision.c.loan_id)
        .join(bank_decision, bank_decision.c.line_id == bank_line.c.id)
        .where(bank_decision.c.kind == int(Disposition.LOAN), bank_decision.c.known_on <= known_by)
        .distinct()
        .order_by(bank_decision.c.loan_id)
    )
    for start in range(0, len(wanted), IBANS_PER_QUERY):
        part = wanted[start : start + IBANS_PER_QUERY]
        for iban, number in connection.execute(query.where(bank_line.c.iban.in_(part))):
            found.setdefault(iban, []).append(number)
    return found


class _Names:
    """The names of all debtors as they are today, with their loans."""

    def __init__(self, connection: Connection, today: date) -> None:
        numbers = list(connection.execute(select(debtor.c.id)).scalars())
        people = particulars_on(connection, numbers, today)
        self.by_loan: dict[int, list[str]] = {}
        self.by_word: dict[str, set[int]] = {}
        query = select(loan_debtor.c.loan_id, loan_debtor.c.debtor_id).join(
            loan, loan.c.id == loan_debtor.c.loan_id
        )
        for number, person in connection.execute(query.order_by(loan_debtor.c.loan_id, loan_debtor.c.place)):
            if person in people:
                name = people[person].name
                self.by_loan.setdefault(number, []).append(name)
                for word in words_of_name(name):
                    self.by_word.setdefault(word, set()).add(number)

    def loans(self, payer: str) -> set[int]:
        """The loans of debtors that share a word with the name of a payer, unless very many do."""
        groups = [self.by_word.get(word, set()) for word in words_of_name(payer)]
        return {number for group in groups if len(group) <= MOST_NAMESAKES for number in group}

    def of(self, loans: Iterable[int]) -> dict[int, Sequence[str]]:
        """The names of the debtors of these loans."""
        return {number: self.by_loan.get(number, []) for number in loans}
