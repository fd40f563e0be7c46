"""A batch of other receipts that is taken back as one act: its facts are withdrawn, its entries booked back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, select

from backoffice.cli.database import Desk
from backoffice.registering import dossiers_of, register
from jobs import clock
from ledger.day import day_of, number_of
from ledger.entry import ACCOUNTS_PER_CREDITOR, book_of_creditor
from servicing.decisions.kinds import RECEIPTS_WITHDRAWAL
from servicing.decisions.proposal import Decision, Proposed, Step
from servicing.decisions.store import DecisionRefused, add_decision, add_step, carried_out, decisions_on
from servicing.facts import Draft, Fact, FactKind
from servicing.manual_entries import KIND as MANUAL_ENTRY
from servicing.receipts.books import News, ReceiptTotal, Tonight, rows_of_night
from servicing.receipts.store import REMITTANCES, parts_of_lines
from servicing.receipts.tables import bank_decision, receipt, receipt_batch
from servicing.receipts.values import Disposition
from servicing.registration import Dossier
from servicing.store import find_loan

RECORDED = frozenset({FactKind.PAYMENT, FactKind.COST})
"""What a receipt records on its loan."""


class Batch(NamedTuple):
    """A batch as it was recorded: its number, whose it is, of which kind, and how the payer calls it."""

    id: int
    creditor: int
    kind: Disposition
    reference: str

    @property
    def name(self) -> str:
        """With this begin the keys of its facts, such as "bailiff 2025-03"."""
        return f"{self.kind.text} {self.reference}"


class Withdrawal(NamedTuple):
    """Why a batch is taken back, by which decision, and where its document is filed."""

    reason: str
    reference: str
    document: str


class Back(NamedTuple):
    """An entry that books back a part of what a batch booked: value date, accounts of the chart, cents."""

    day: int
    debit: int
    credit: int
    cents: int


def find_batch(connection: Connection, number: int) -> Batch:
    """The batch with this number; raises `DecisionRefused`."""
    row = connection.execute(select(receipt_batch).where(receipt_batch.c.id == number)).first()
    if row is None:
        raise DecisionRefused(f"batch {number}: there is none; aflos bank clearing names those that are open")
    return Batch(row.id, row.creditor_id, Disposition(row.kind), row.reference)


def withdrawal_of(connection: Connection, batch: Batch, what: Withdrawal) -> Proposed:
    """The proposal to take back a batch; at stake is all that debtors paid by it. Raises `DecisionRefused`."""
    for other in decisions_on(connection, book_of_creditor(batch.creditor)):
        told = other.proposed
        is_open = other.state == "proposed" and told.reference != what.reference
        if (told.kind, told.of) == (RECEIPTS_WITHDRAWAL, batch.id) and is_open:
            raise DecisionRefused(
                f"batch {batch.id} ({batch.name}): decision {other.id} waits to take it back"
            )
    rows = connection.execute(select(receipt).where(receipt.c.batch_id == batch.id)).all()
    return Proposed(
        RECEIPTS_WITHDRAWAL,
        book_of_creditor(batch.creditor),
        what.reference,
        day_of(max(row.value_date for row in rows)),
        sum(row.gross_cents for row in rows),
        of=batch.id,
        data={"reason": what.reason, "batch": batch.name},
        document=what.document,
    )


def check_batch(connection: Connection, batch: Batch) -> None:
    """Refuse to take back what was taken back before, and what a bank line paid: that money would be nobody's."""
    if batch.id in carried_out(connection, RECEIPTS_WITHDRAWAL):
        raise DecisionRefused(f"batch {batch.id} ({batch.name}): was taken back already")
    lines = sorted(_paid_by(connection, batch))
    if lines:
        shown = ", ".join(map(str, lines))
        raise DecisionRefused(
            f"batch {batch.id} ({batch.name}): was paid by bank line {shown}: say first that it is for something "
            "else (aflos bank park LINE --reason TEXT)"
        )


def _paid_by(connection: Connection, batch: Batch) -> Iterator[int]:
    """The lines by which the payer remitted a batch, as far as is decided now."""
    query = select(bank_decision.c.line_id).where(
        bank_decision.c.fact_nr == batch.id, bank_decision.c.loan_id == 0
    )
    decided = parts_of_lines(connection, set(connection.execute(query).scalars()))
    for line, (_, parts) in decided.items():
        if any(part.kind in REMITTANCES and part.fact == batch.id for part in parts):
            yield line


def take_back_batch(desk: Desk, decision: Decision) -> None:
    """Withdraw what a batch recorded on loans, and let the coming night book back what it booked for the payer."""
    batch = find_batch(desk.connection, decision.proposed.of)
    check_batch(desk.connection, batch)
    for dossier, drafts in withdrawals(desk.connection, batch, decision.proposed):
        for draft in drafts:
            known = dossiers_of(desk.connection, [find_loan(desk.connection, str(dossier.loan))])
            register(desk, known[dossier.loan], draft, is_decided=True)
    for place, back in enumerate(entries_back(desk.connection, batch), start=1):
        _book_back(desk, decision, place, back)


def withdrawals(
    connection: Connection, batch: Batch, told: Proposed
) -> Iterator[tuple[Dossier, Sequence[Draft]]]:
    """The loans of a batch, and what withdraws what it recorded there and still counts."""
    query = select(receipt.c.loan_id).where(receipt.c.batch_id == batch.id).distinct()
    loans = sorted(connection.execute(query).scalars())
    known = dossiers_of(connection, [find_loan(connection, str(loan)) for loan in loans])
    for loan in loans:
        dossier = known[loan]
        yield dossier, [_withdrawn(fact, batch, told) for fact in _of_batch(connection, batch, dossier)]


def _withdrawn(fact: Fact, batch: Batch, told: Proposed) -> Draft:
    """What withdraws a fact of a batch."""
    data, key = {"reason": (told.data or {})["reason"]}, f"batch {batch.id} fact {fact.nr}"
    kind, day = FactKind.WITHDRAWAL, fact.value_date
    return Draft(fact.loan, kind, day, key, of=fact.nr, data=data, source=told.document)


def _of_batch(connection: Connection, batch: Batch, dossier: Dossier) -> list[Fact]:
    """What a batch recorded on a loan and still counts there, payments before the costs they paid."""
    own = receipt.c.loan_id == dossier.loan
    query = select(receipt.c.reference).where(receipt.c.batch_id == batch.id, own)
    keys = {f"{batch.name} {reference}" for reference in connection.execute(query).scalars()}
    found = [fact for fact in dossier.holding if fact.kind in RECORDED and fact.key in keys]
    return sorted(found, key=lambda fact: (fact.kind is FactKind.COST, fact.nr))


def entries_back(connection: Connection, batch: Batch) -> list[Back]:
    """What books back what the night books for a batch, entry by entry."""
    totals: dict[int, list[int]] = {}
    for row in connection.execute(select(receipt).where(receipt.c.batch_id == batch.id)):
        kept = (row.costs_cents, 0) if row.costs_of_debtor else (0, row.costs_cents)
        sums = totals.setdefault(row.value_date, [0, 0, 0])
        totals[row.value_date] = [
            before + more for before, more in zip(sums, (row.gross_cents, *kept), strict=True)
        ]
    receipts = [ReceiptTotal(batch.id, batch.kind, day, *sums) for day, sums in sorted(totals.items())]
    rows = rows_of_night(News(receipts=receipts), Tonight(number_of(clock.today()), batch.creditor, 0))
    base = batch.creditor * ACCOUNTS_PER_CREDITOR
    return [Back(row[5], row[8] - base, row[7] - base, row[9]) for row in rows]


def _book_back(desk: Desk, decision: Decision, place: int, back: Back) -> None:
    """An entry by hand that was proposed and approved with the decision it belongs to."""
    told = decision.proposed
    entry = Proposed(
        MANUAL_ENTRY,
        told.subject,
        f"decision {decision.id} entry {place}",
        day_of(back.day),
        back.cents,
        of=told.of,
        data={
            "debit": back.debit,
            "credit": back.credit,
            "reason": (told.data or {})["reason"],
            "for": f"batch {told.of} taken back",
        },
        document=told.document,
    )
    made = desk.by._replace(actor=decision.maker)
    number = add_decision(desk.connection, entry, back.cents, decision.persons, made)
    approved = decision.step("approved")
    assert approved is not None, "only an approved decision is carried out"
    step = Step("approved", 0, approved.day, approved.note, approved.actor, desk.by.known_on)
    add_step(desk.connection, number, step, desk.by)


def came_with_batch(fact: Fact) -> bool:
    """Whether a receipt of a batch recorded a fact: its source names batch and line, its key the batch."""
    name, _, line = fact.source.rpartition(" line ")
    kinds = [kind.text for kind in REMITTANCES]
    is_named = any(name.startswith(f"{kind} ") for kind in kinds)
    return fact.kind in RECORDED and is_named and line.isdecimal() and fact.key.startswith(f"{name} ")
