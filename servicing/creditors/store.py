"""Reads and records facts about creditors; nothing recorded is ever changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from ledger.day import day_of, number_of
from servicing.creditors.quiet import CreditorFact, Quiet, quiet_on
from servicing.creditors.tables import creditor_fact
from servicing.facts import FactKind, FactRefused
from servicing.files import creditors
from servicing.store import Recorded

_EVERY_FACT = select(creditor_fact).order_by(creditor_fact.c.creditor_id, creditor_fact.c.nr)


def creditor_facts(connection: Connection) -> dict[int, list[CreditorFact]]:
    """The facts of every creditor that has any, in the order of their numbers."""
    found: dict[int, list[CreditorFact]] = {}
    for row in connection.execute(_EVERY_FACT):
        found.setdefault(row.creditor_id, []).append(_fact(row))
    return found


def quiet_creditors(connection: Connection, day: date, known_by: date | None = None) -> Mapping[int, Quiet]:
    """The creditors that are in a quiet period on a day, as known by a night (None: now)."""
    found = {one: quiet_on(facts, day, known_by) for one, facts in creditor_facts(connection).items()}
    return {one: quiet for one, quiet in found.items() if quiet is not None}


def begin_quiet(connection: Connection, creditor: int, cut_over: date, by: Recorded) -> bool:
    """Record that a creditor is quiet from its cut-over; False where that cut-over has been recorded before."""
    facts = creditor_facts(connection).get(creditor, [])
    key = f"cut-over {cut_over}"
    if any((fact.kind, fact.key) == (FactKind.QUIET, key) for fact in facts):
        return False
    quiet = CreditorFact(creditor, len(facts) + 1, FactKind.QUIET, cut_over, by.known_on, key, "", by.actor)
    _add(connection, quiet, by)
    return True


def lift_quiet(connection: Connection, creditor: int, on: date, reason: str, by: Recorded) -> bool:
    """End the quiet period of a creditor from a day on; False if that is recorded already.

    Raises `FactRefused` where there is none, it was lifted for another day, or it had not begun by then.
    """
    facts = creditor_facts(connection).get(creditor, [])
    last = max((fact for fact in facts if fact.kind is FactKind.QUIET), key=_number, default=None)
    if last is None:
        raise FactRefused(f"{_code(creditor)}: has no quiet period to lift")
    old = next((fact for fact in facts if fact.kind is FactKind.QUIET_LIFTED and fact.nr > last.nr), None)
    if old is not None and (old.value_date, old.reason) == (on, reason):
        return False
    if old is not None:
        raise FactRefused(
            f"{_code(creditor)}: its quiet period was lifted from {old.value_date} by {old.actor} already"
        )
    if on < last.value_date:
        raise FactRefused(f"on: {on}: must not lie before the cut-over, {last.value_date}")
    lift = CreditorFact(
        creditor, len(facts) + 1, FactKind.QUIET_LIFTED, on, by.known_on, last.key, reason, by.actor
    )
    _add(connection, lift, by)
    return True


def _code(creditor: int) -> str:
    """How the office calls a creditor, such as almere."""
    return next((one.code for one in creditors().values() if one.id == creditor), f"creditor {creditor}")


def _number(fact: CreditorFact) -> int:
    return fact.nr


def _add(connection: Connection, fact: CreditorFact, by: Recorded) -> None:
    values: Sequence[object] = (
        fact.creditor,
        fact.nr,
        int(fact.kind),
        number_of(fact.value_date),
        number_of(fact.known_on),
        fact.key,
        fact.reason,
        fact.actor,
        by.at,
    )
    names = (column.name for column in creditor_fact.columns)
    connection.execute(insert(creditor_fact), [dict(zip(names, values, strict=True))])


def _fact(row: Row[Any]) -> CreditorFact:
    return CreditorFact(
        row.creditor_id,
        row.nr,
        FactKind(row.kind),
        day_of(row.value_date),
        day_of(row.known_on),
        row.key,
        row.reason,
        row.actor,
    )
