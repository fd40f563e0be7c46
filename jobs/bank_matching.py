"""Decides what new bank lines are for, as far as that is certain, and records it as facts of the loans."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import Connection

from jobs.bank_collections import own_collections, own_forwards, own_refunds, payments_of_blocks
from jobs.bank_undecided import undecided
from ledger.day import day_of, number_of
from servicing import files
from servicing.collecting.matching import verdict_on_block
from servicing.facts import FactKind
from servicing.receipts.files import bank_rules
from servicing.receipts.matching import (
    Known,
    LoanView,
    Named,
    PaidOut,
    Verdict,
    verdict_by_rule,
    verdict_on_payment_out,
    verdict_on_receipt,
    verdict_on_return,
)
from servicing.receipts.store import (
    NewFact,
    add_decisions,
    add_facts,
    loan_views,
    open_disbursements,
    parts_of_lines,
    payments_by_hand,
    payments_of_ids,
)
from servicing.receipts.values import Disposition, Part, StoredLine, line_key, source_of
from servicing.refunding.matching import verdict_on_refund
from servicing.store import Recorded


class Source(NamedTuple):
    """Where lines come from, for the source of their facts."""

    file: str


class Matcher:
    """Matches the lines of one file, batch by batch; what it learns about loans it keeps."""

    def __init__(self, connection: Connection, by: Recorded) -> None:
        self.connection, self.by = connection, by
        self.rules = bank_rules()
        self.views: dict[int, LoanView] = {}
        self.asked: set[int] = set()
        self.last_facts: dict[int, int] = {}

    def take(self, lines: Sequence[tuple[StoredLine, Named]], source: Source) -> int:
        """Decide about new lines, each with the loans it names, and record what is certain; about how many it was."""
        verdicts = [(line, verdict) for line, verdict in self._verdicts(lines) if verdict.parts]
        verdicts = self._without_doubles(verdicts)
        self._record(verdicts, source)
        return len(verdicts)

    def _without_doubles(
        self, verdicts: list[tuple[StoredLine, Verdict]]
    ) -> list[tuple[StoredLine, Verdict]]:
        """Leave to a person what somebody recorded by hand about the same day, with the same amount."""
        paid = [line for line, verdict in verdicts if verdict.parts[0].kind is Disposition.LOAN]
        if not paid:
            return verdicts
        first, last = (end(line.paid_on for line in paid) for end in (min, max))
        loans = {part.loan for _, verdict in verdicts for part in verdict.parts}
        by_hand = payments_by_hand(
            self.connection, loans, days_from(first, -BY_HAND_DAYS), days_from(last, BY_HAND_DAYS)
        )
        if not by_hand:
            return verdicts
        return [
            (line, verdict)
            for line, verdict in verdicts
            if not any(
                part.kind in FACT_KINDS and (part.loan, part.cents) in by_hand for part in verdict.parts
            )
        ]

    def _verdicts(self, lines: Sequence[tuple[StoredLine, Named]]) -> Iterable[tuple[StoredLine, Verdict]]:
        plain = [(line, named) for line, named in lines if not line.is_return]
        own = own_collections(self.connection, [line for line, _ in plain])
        wanted = {loan for _, named in plain for loan in named.sure}
        forwards = own_forwards(self.connection, [line for line, _ in plain])
        wanted |= own.loans | {each.loan for each in forwards.values()}
        known = Known(self._loans(wanted), own.loan_of_id, forwards)
        refunds = own_refunds(self.connection, [line for line, _ in plain])
        paid_out = self._paid_out(line for line, _ in plain)
        for line, named in plain:
            if line.cents > 0:
                block = verdict_on_block(line, own, known.loans)
                verdict = block or verdict_on_receipt(line, named, known)
                yield line, verdict if verdict.parts else verdict_by_rule(line, self.rules.incoming)
            else:
                refund = verdict_on_refund(line, refunds)
                verdict = refund or verdict_on_payment_out(line, named, paid_out.get(line.creditor_id, ()))
                yield line, verdict if verdict.parts else verdict_by_rule(line, self.rules.outgoing)

    def _loans(self, wanted: set[int]) -> Mapping[int, LoanView]:
        new = wanted - self.asked
        if new:
            self.asked |= new
            views = loan_views(self.connection, new)
            self.last_facts |= {loan: view.last_fact for loan, view in views.items()}
            self.views |= views
        return self.views

    def _paid_out(self, lines: Iterable[StoredLine]) -> dict[int, list[PaidOut]]:
        out: dict[int, set[int]] = {}
        for line in lines:
            if line.cents < 0:
                out.setdefault(line.creditor_id, set()).add(line.amount)
        return {
            creditor: open_disbursements(self.connection, creditor, amounts)
            for creditor, amounts in out.items()
        }

    def _record(self, verdicts: Sequence[tuple[StoredLine, Verdict]], source: Source) -> None:
        """The facts first, since the decisions name their numbers."""
        facts = [
            new_fact(line, place, part, source)
            for line, verdict in verdicts
            for place, part in enumerate(verdict.parts, start=1)
            if part.kind in FACT_KINDS
        ]
        numbers = iter(add_facts(self.connection, facts, self.by, self.last_facts))
        decided = [
            (line.id, 1, [with_fact(part, numbers) for part in verdict.parts]) for line, verdict in verdicts
        ]
        add_decisions(self.connection, decided, self.by)

    def pair_returns(self, creditor: int) -> int:
        """Find the payments that came back, also for returns that came before their payment; how many were paired."""
        waiting = [line for line in undecided(self.connection, creditor, returns_only=True) if line.cents < 0]
        known_by = number_of(self.by.known_on)
        waiting = [line for line in waiting if line.known_on <= known_by]
        ids = {line.end_to_end for line in waiting}
        paid = payments_of_ids(self.connection, creditor, ids, known_by)
        paid |= payments_of_blocks(self.connection, creditor, ids - paid.keys(), known_by)
        before = parts_of_lines(self.connection, [line.id for line in waiting])
        how = _policy_of_bounces(creditor, self.by.known_on) if waiting else ""
        verdicts = []
        for line in waiting:
            verdict = verdict_on_return(line, paid.get(line.end_to_end, ()), how)
            if verdict.parts:
                verdicts.append((line, verdict))
                gone = verdict.parts[0]
                paid[line.end_to_end] = [
                    one._replace(returned=one.returned or (one.loan, one.fact) == (gone.loan, gone.fact))
                    for one in paid[line.end_to_end]
                ]
        facts = [return_fact(line, verdict.parts[0]) for line, verdict in verdicts]
        add_facts(self.connection, facts, self.by, self.last_facts)
        decided = [
            (line.id, before.get(line.id, (0, []))[0] + 1, verdict.parts) for line, verdict in verdicts
        ]
        add_decisions(self.connection, decided, self.by)
        return len(verdicts)


def _policy_of_bounces(creditor: int, day: date) -> str:
    """With which date a creditor takes back a collection that bounced."""
    code = next(one.code for one in files.creditors().values() if one.id == creditor)
    return files.policy().choice("bounce", code, day)


BY_HAND_DAYS = 5
"""A payment recorded by hand for so many days before or after may be the one a line shows."""


def days_from(number: int, days: int) -> int:
    """The day so many days after (negative: before) that of a number such as 20250301."""
    return number_of(day_of(number) + timedelta(days))


FACT_KINDS = {Disposition.LOAN: FactKind.PAYMENT}
"""What a part of a line records about the loan it is for."""


def new_fact(line: StoredLine, place: int, part: Part, source: Source, again: int = 1) -> NewFact:
    """The payment that a part of a line is; a part or decision after the first has a key of its own."""
    key = (
        line_key(line) + (f" part {place}" if place > 1 else "") + (f" decision {again}" if again > 1 else "")
    )
    where = f"{source.file} line {line.file_line}"
    day = part.since or line.paid_on
    return NewFact(part.loan, FACT_KINDS[part.kind], day, part.cents, 0, key, where)


def return_fact(line: StoredLine, part: Part) -> NewFact:
    """That a payment came back by a line."""
    return NewFact(part.loan, FactKind.REVERSAL, line.paid_on, 0, part.fact, line_key(line), source_of(line))


def with_fact(part: Part, numbers: Iterator[int]) -> Part:
    """The part with the number of its fact, if it has one."""
    kind, cents, loan, _, other, reason, _ = part
    return Part(kind, cents, loan, next(numbers), other, reason) if kind in FACT_KINDS else part
