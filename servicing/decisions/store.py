"""Keeps proposals and their steps; and who was refused what."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, insert, select

from ledger.bulk import among
from ledger.day import day_of, number_of
from ledger.entry import creditor_of_loan
from ledger.errors import BadInput
from servicing.debtors.values import without_bsn
from servicing.decisions.proposal import Decision, Proposed, Step
from servicing.decisions.tables import decision, decision_step, refusal_log
from servicing.store import Recorded

ENDED = frozenset({"rejected", "taken-back"})
"""Where a proposal stands that comes to nothing; its reference stays with it."""


class NoSuchDecision(BadInput):
    """A decision is named by its number."""


class DecisionRefused(BadInput):
    """A decision that cannot be proposed, approved or carried out; names number and rule."""


def add_decision(
    connection: Connection, proposed: Proposed, at_stake: int, persons: int, by: Recorded
) -> int:
    """Keep a proposal; its number."""
    row = {
        "creditor_id": creditor_of_loan(proposed.subject),
        "subject": proposed.subject,
        "kind": proposed.kind,
        "reference": proposed.reference,
        "value_date": number_of(proposed.value_date),
        "cents": proposed.cents,
        "refers_to": proposed.of,
        "data": json.dumps(dict(proposed.data or {}), sort_keys=True, separators=(",", ":")),
        "document": proposed.document,
        "at_stake": at_stake,
        "persons": persons,
        "actor": by.actor,
        "known_on": number_of(by.known_on),
        "recorded_at": by.at,
    }
    added = connection.execute(insert(decision).values(row).returning(decision.c.id))
    return int(added.scalar_one())


def add_step(connection: Connection, number: int, step: Step, by: Recorded) -> None:
    """Keep a step; one of a name and debtor can stand once."""
    connection.execute(
        insert(decision_step).values(
            decision_id=number,
            step=step.name,
            debtor=step.debtor,
            day=number_of(step.day),
            note=step.note,
            actor=step.actor,
            known_on=number_of(step.known_on),
            recorded_at=by.at,
        )
    )


def find_decision(connection: Connection, number: int) -> Decision:
    """The decision with a number; raises `NoSuchDecision`."""
    found = _decisions(connection, select(decision).where(decision.c.id == number))
    if not found:
        raise NoSuchDecision(f"no decision {number}; aflos decide list shows them")
    return found[0]


def same_decision(connection: Connection, proposed: Proposed) -> Decision | None:
    """The decision under the same reference; raises `DecisionRefused` where its contents are others."""
    query = select(decision).where(
        decision.c.subject == proposed.subject,
        decision.c.kind == proposed.kind,
        decision.c.reference == proposed.reference,
    )
    found = _decisions(connection, query)
    if not found:
        return None
    if _contents(found[0].proposed) != _contents(proposed):
        how = "or take that one back and use another"
        if found[0].state in ENDED:
            how = f"that one was {found[0].state.replace('-', ' ')}, and its reference stays with it"
        raise DecisionRefused(
            f"{proposed.kind} {proposed.reference!r} on {proposed.subject}: is decision {found[0].id} already, "
            f"with other contents; use another reference, {how}"
        )
    return found[0]


def decisions(connection: Connection, creditors: Iterable[int] | None = None) -> list[Decision]:
    """All decisions (of some creditors) by number."""
    query = select(decision)
    if creditors is not None:
        query = query.where(decision.c.creditor_id.in_(sorted(creditors)))
    return _decisions(connection, query)


def carried_out(connection: Connection, kind: str) -> set[int]:
    """To what the decisions of a kind refer that are in force."""
    in_force = decision.c.id.in_(
        select(decision_step.c.decision_id).where(decision_step.c.step == "in-force")
    )
    query = select(decision.c.refers_to).where(decision.c.kind == kind, in_force)
    return set(connection.execute(query).scalars())


def decisions_on(connection: Connection, subject: int) -> list[Decision]:
    """The decisions about a loan."""
    return _decisions(connection, select(decision).where(decision.c.subject == subject))


def decisions_about(connection: Connection, subjects: Iterable[int]) -> list[Decision]:
    """The decisions about some loans, by number."""
    return _decisions(
        connection, select(decision).where(among(connection, decision.c.subject, sorted(subjects)))
    )


def log_refusal(connection: Connection, what: str, reason: str, by: Recorded) -> None:
    """Keep that somebody was refused something, without any citizen number they may have typed."""
    row = {"what": without_bsn(what)[:200], "reason": without_bsn(reason)[:500]}
    connection.execute(insert(refusal_log).values(**row, actor=by.actor, refused_at=by.at))


def _contents(proposed: Proposed) -> tuple[object, ...]:
    return proposed.value_date, proposed.cents, proposed.of, dict(proposed.data or {})


def _decisions(connection: Connection, query: Select[Any]) -> list[Decision]:
    rows = connection.execute(query.order_by(decision.c.id)).all()
    steps: dict[int, list[Step]] = {row.id: [] for row in rows}
    wanted = select(decision_step).order_by(decision_step.c.id)
    if len(rows) <= MOST_NAMED:
        wanted = wanted.where(decision_step.c.decision_id.in_(list(steps)))
    for row in connection.execute(wanted):
        if row.decision_id in steps:
            steps[row.decision_id].append(_step(row))
    return [_decision(row, steps[row.id]) for row in rows]


MOST_NAMED = 5000
"""How many decisions one query names; databases bound the number of parameters."""


def _step(row: Row[Any]) -> Step:
    return Step(row.step, row.debtor, day_of(row.day), row.note, row.actor, day_of(row.known_on))


def _decision(row: Row[Any], steps: Sequence[Step]) -> Decision:
    proposed = Proposed(
        row.kind,
        row.subject,
        row.reference,
        day_of(row.value_date),
        row.cents,
        row.refers_to,
        json.loads(row.data),
        row.document,
    )
    return Decision(
        row.id,
        row.creditor_id,
        proposed,
        row.at_stake,
        row.persons,
        row.actor,
        day_of(row.known_on),
        tuple(steps),
    )
