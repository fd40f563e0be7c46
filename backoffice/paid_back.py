"""What the work list asks about receipts and credit of which more went back, or on, than was to."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection, select

from backoffice.money_out import SETTLES
from ledger.day import day_of
from ledger.entry import creditor_of_loan
from ledger.money import euros
from servicing.facts import Fact, FactKind
from servicing.receipts.store import lines_by_number, parts_of_lines
from servicing.receipts.tables import bank_decision
from servicing.receipts.values import Disposition, StoredLine
from servicing.refunding.matching import FORWARDS, OURS
from servicing.store import facts_of
from servicing.worklist import Item, contact_person

WENT = {Disposition.REFUND: "to go back", Disposition.FORWARDED: "to be forwarded"}
"""What a line out does, and what there was to do."""


class _Of(NamedTuple):
    """Of what money went: a bank line, or the credit of a loan (the other is 0), and how."""

    line: int
    loan: int
    kind: Disposition


def paid_too_much(connection: Connection, seen: Collection[int], day: date) -> Iterator[Item]:
    """A row for each receipt and each loan's credit of which lines out paid more than there was to pay.

    That an order of ours was carried out is certain, so that its line is booked also where a person said before that
    another line paid a part of the same.
    """
    went = _went(connection)
    known = facts_of(connection, sorted({of.loan for of in went if of.loan}))
    asked = _asked(connection, {of.line for of in went if of.line})
    asked |= {_Of(0, loan, Disposition.REFUND): _decided(facts) for loan, facts in known.items()}
    wrong = {of: by for of, by in went.items() if sum(by.values()) > asked.get(of, 0)}
    lines = lines_by_number(connection, {line for of, by in wrong.items() for line in (of.line, *by) if line})
    for of, by in sorted(wrong.items()):
        creditor = creditor_of_loan(of.loan) if of.loan else lines[of.line].creditor_id
        if creditor not in seen:
            continue
        ours = {line for line in by if _names_an_order(lines[line])}
        owner = contact_person(known[of.loan], day) if of.loan else ""
        due = day_of(max(lines[line].booked_on for line in by))
        subject = str(of.loan) if of.loan else f"line {of.line}"
        action = _next(max(by.keys() - ours or by))
        yield Item("bank", creditor, subject, 0, owner, due, _reason(of, asked.get(of, 0), by), action)


def _decided(facts: Sequence[Fact]) -> int:
    """How much of the credit of a loan was decided to go back."""
    gone = {fact.of for fact in facts if fact.kind is FactKind.WITHDRAWAL}
    return sum(fact.cents for fact in facts if fact.kind is FactKind.CREDIT_REFUND and fact.nr not in gone)


def _names_an_order(line: StoredLine) -> bool:
    return (line.end_to_end or line.batch_id).startswith((OURS, FORWARDS))


def _reason(of: _Of, asked: int, by: Mapping[int, int]) -> str:
    gone = sum(by.values())
    how = ", ".join(f"{euros(cents)} by line {line}" for line, cents in sorted(by.items()))
    return f"{euros(asked)} was {WENT[of.kind]} and {euros(gone)} went, {how}: {euros(gone - asked)} too much"


def _next(line: int) -> str:
    return (
        f"if line {line} was for something else: aflos bank park {line} --reason TEXT; if it was paid twice, ask it "
        f"back, and when it comes in as line IN: aflos bank refund IN --reason TEXT, then aflos bank match {line} "
        "--settles IN"
    )


def _went(connection: Connection) -> dict[_Of, dict[int, int]]:
    """By what is decided now: of what money went, by which lines out, each with its cents."""
    query = select(bank_decision.c.line_id).where(bank_decision.c.kind.in_([int(kind) for kind in WENT]))
    found: dict[_Of, dict[int, int]] = {}
    for out, (_, parts) in parts_of_lines(connection, connection.execute(query).scalars()).items():
        for part in parts:
            if part.kind in WENT and (part.loan or part.fact):
                by = found.setdefault(_Of(0 if part.loan else part.fact, part.loan, part.kind), {})
                by[out] = by.get(out, 0) + part.cents
    return found


def _asked(connection: Connection, lines: Collection[int]) -> dict[_Of, int]:
    """What of each of these lines was to go back, or on."""
    asked: dict[_Of, int] = {}
    for line, (_, parts) in parts_of_lines(connection, lines).items():
        for part in parts:
            if part.kind in SETTLES:
                of = _Of(line, 0, SETTLES[part.kind])
                asked[of] = asked.get(of, 0) + part.cents
    return asked
