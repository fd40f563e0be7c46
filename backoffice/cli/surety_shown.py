"""What a page says of a surety that was called, and of a claim from one: which it is, and what still stands."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import Connection

from backoffice.called_surety import CLAIM, Named, named_in, standings
from ledger.money import euros
from servicing.facts import FactKind
from servicing.settlement.state_share import SURETY
from servicing.store import Loan, facts_of
from servicing.terms_data import SURETY_DECISION, SURETY_LOAN

CALLED_COLUMNS = ("loan", "on", "amount")
NOT_TOLD = Named(None, None)


def surety_of(connection: Connection, heading: Loan) -> Named:
    """The surety a claim is of; neither a loan nor a decision where nobody told it, or it is no such claim."""
    if heading.product != CLAIM:
        return NOT_TOLD
    facts = facts_of(connection, [heading.id])[heading.id]
    return next((named_in(fact.data) for fact in facts if fact.kind is FactKind.GRANT), NOT_TOLD)


def surety_shown(
    connection: Connection, heading: Loan, on: date, known_by: date | None = None
) -> dict[str, object]:
    """Of a claim its surety (null where nobody told it); of a surety what was called by a day; of others nothing."""
    if heading.product == CLAIM:
        told = surety_of(connection, heading)
        return {SURETY_LOAN: told.loan, SURETY_DECISION: told.decision}
    if heading.product != SURETY:
        return {}
    stands = standings(connection, heading.creditor_id, on, known_by).get(heading.id)
    if stands is None:
        return {}  # the decision that gives it is missing, which the loan page says itself
    called = [
        {"loan": call.claim, "on": call.on.isoformat(), "amount": euros(call.cents)} for call in stands.calls
    ]
    return {"surety_for": euros(stands.cents), "called": called, "still_stands": euros(stands.left)}


def called_line(shown: Mapping[str, object]) -> dict[str, object]:
    """The same for people: each call in words, on one line."""
    calls = shown.get("called")
    if not isinstance(calls, list):
        return {key: value for key, value in shown.items() if value is not None}
    words = [f"{call['amount']} on {call['on']}, claim {call['loan']}" for call in calls]
    return {**shown, "called": "; ".join(words) or "nothing"}
