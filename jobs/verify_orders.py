"""What went to the bank in files, refunds and collections, held against the decisions and mandates it rests on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Row, Table, func, select

from jobs.difference import UNREADABLE, Difference
from jobs.runs_kept import RUNS
from ledger.money import euros
from servicing.collecting.tables import collection
from servicing.decisions.tables import decision, decision_step
from servicing.facts import FactKind
from servicing.refunding.tables import refund
from servicing.tables import fact


def wrong_orders(connection: Connection) -> Iterator[Difference]:
    """Each refund that is not what was approved, collection without its mandate, and run with other totals.

    What else stands in a run is held against the SHA-256 of its file whenever that is written.
    """
    for run, order in RUNS:
        yield from _wrong_totals(connection, run, order)
    for row in connection.execute(_REFUNDS):
        if why := _unlike_decision(row):
            what = f"the refund of decision {row.decision_id} in run {row.run_id} {why}"
            yield Difference(None, row.loan_id or 0, row.end_to_end, what)
    for row in connection.execute(_WITHOUT_MANDATE):
        what = f"collection {row.end_to_end} in run {row.run_id} names mandate {row.mandate}, which is none"
        yield Difference(None, row.loan_id, row.end_to_end, what)


_APPROVED = select(decision_step.c.decision_id).where(decision_step.c.step.in_(("approved", "in-force")))
_REFUNDS = (
    select(
        refund,
        decision.c.kind,
        decision.c.subject,
        decision.c.cents.label("decided_cents"),
        decision.c.data,
        decision.c.id.in_(_APPROVED).label("is_approved"),
    )
    .join(decision, decision.c.id == refund.c.decision_id, isouter=True)
    .order_by(refund.c.decision_id)
)
_MANDATE = (
    (fact.c.loan_id == collection.c.loan_id)
    & (fact.c.nr == collection.c.mandate)
    & (fact.c.kind == int(FactKind.MANDATE))
)
_WITHOUT_MANDATE = (
    select(collection)
    .join(fact, _MANDATE, isouter=True)
    .where(fact.c.nr.is_(None))
    .order_by(*collection.primary_key)
)


def _wrong_totals(connection: Connection, run: Table, order: Table) -> Iterator[Difference]:
    """Runs that say they hold another number or amount than they do, and numbers that are left out."""
    sums = select(order.c.run_id, func.count().label("number"), func.sum(order.c.cents).label("cents"))
    held = sums.group_by(order.c.run_id).subquery()
    query = select(run.c.id, run.c.message_id, run.c.number, run.c.cents, held.c.number, held.c.cents)
    found = connection.execute(query.join(held, held.c.run_id == run.c.id, isouter=True).order_by(run.c.id))
    for nr, (number, message, said, cents, are, sum_cents) in enumerate(found, start=1):
        if number != nr:
            yield Difference(None, 0, message, f"{run.name} {nr} is gone: the next one is {number}")
            return
        if (said, cents) != (are or 0, int(sum_cents or 0)):
            what = f"says {said} of {euros(cents)} together, holds {are or 0} of {euros(int(sum_cents or 0))}"
            yield Difference(None, 0, message, f"{run.name} {number}: {what}")


def _unlike_decision(row: Row[Any]) -> str:
    """In what a refund differs from the decision it rests on; empty if in nothing."""
    if row.kind is None or not row.is_approved:
        return "rests on no approved decision"
    try:
        said = json.loads(row.data)
        of = (int(said["line"]), None) if "line" in said else (None, row.subject)
        decided = (row.decided_cents, str(said["iban"]), of)
    except UNREADABLE as error:
        return f"rests on a decision that cannot be read: {error}"
    held = (row.cents, row.iban, (row.line_id, row.loan_id))
    names = ("its amount", "its account", "what it is of")
    wrong = [name for name, mine, other in zip(names, held, decided, strict=True) if mine != other]
    return f"is not what was decided: {', '.join(wrong)}" if wrong else ""
