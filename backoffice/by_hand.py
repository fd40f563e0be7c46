"""An entry that a person books by hand (memoriaal): a decision of two persons, which the coming night books."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection, select

from ledger.accounts import account_id
from ledger.entry import book_of_creditor
from ledger.errors import BadInput
from ledger.tables import account
from servicing import files
from servicing.decisions.proposal import Decision, Proposed
from servicing.manual_entries import KIND, Pair, pair_of


class ManualEntry(NamedTuple):
    """What somebody wants booked: accounts of the chart, cents, the value date, why, and what says so."""

    debit: int
    credit: int
    cents: int
    on: date
    reason: str
    reference: str
    document: str


def manual_entry(connection: Connection, creditor: int, entry: ManualEntry) -> Proposed:
    """The proposal of an entry by hand; raises `BadInput` for accounts on which nobody books by hand."""
    pair = _allowed(connection, creditor, entry.debit, entry.credit)
    data = {"debit": entry.debit, "credit": entry.credit, "reason": entry.reason, "for": pair.en}
    return Proposed(
        KIND,
        book_of_creditor(creditor),
        entry.reference,
        entry.on,
        entry.cents,
        data=data,
        document=entry.document,
    )


def check_still_allowed(connection: Connection, decision: Decision) -> None:
    """Refuse an entry whose accounts are not booked on by hand any more."""
    if decision.proposed.kind == KIND:
        data = decision.proposed.data or {}
        _allowed(connection, decision.creditor_id, int(str(data["debit"])), int(str(data["credit"])))


def _allowed(connection: Connection, creditor: int, debit: int, credit: int) -> Pair:
    pair = pair_of(files.manual_pairs(), debit, credit)
    wanted = {account_id(creditor, number) for number in (debit, credit)}
    held = set(connection.execute(select(account.c.id).where(account.c.id.in_(wanted))).scalars())
    for number in (debit, credit):
        if account_id(creditor, number) not in held:
            raise BadInput(f"account {number}: is not in the books yet: aflos db upgrade")
    return pair
