"""Loads the reviews of debtors of the creditors somebody may see."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, select

from ledger.entry import creditor_of_loan
from servicing.facts import FactKind
from servicing.reviewing import Review, reviews_of
from servicing.store import facts_of
from servicing.tables import fact


def reviews_seen(connection: Connection, creditors: Collection[int]) -> list[Review]:
    """The reviews on loans of these creditors, open and completed."""
    query = select(fact.c.loan_id).where(fact.c.kind == int(FactKind.REVIEW)).distinct()
    loans = [loan for loan in connection.execute(query).scalars() if creditor_of_loan(loan) in creditors]
    return [one for facts in facts_of(connection, loans).values() for one in reviews_of(facts)]
