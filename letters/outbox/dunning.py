"""A letter of dunning in the outbox: what it says of what is overdue, and what its hand-over will record."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from letters.outbox.framing import Fields
from letters.outbox.values import canonical
from servicing.dunning.letters import Due
from servicing.dunning.sent import HandedOver, Line

FORMAL = "aanmaning"
REMINDED = "reminder"


def open_rows(due: Sequence[Due], fee: int) -> list[list[object]]:
    """What is overdue on each loan, by due date, and what the letter costs."""
    several = len({one.loan for one in due}) > 1
    rows: list[list[object]] = [
        [
            row.due.isoformat(),
            f"Termijn {row.nr}" + (f", lening {one.loan}" if several else ""),
            row.principal + row.interest,
        ]
        for one in due
        for row in one.overdue.rows
    ]
    return [*rows, *([["", "Kosten van deze brief", fee]] if fee else [])]


def asked_fields(due: Sequence[Due], fee: int, earlier: Mapping[str, date], decided: set[date]) -> Fields:
    """All fields a letter of dunning may have; a kind takes those it knows. Only one contract is named by its day."""
    total = sum(one.overdue.cents for one in due) + fee
    fields: Fields = {
        "open_rows": open_rows(due, fee),
        "open_total": total,
    }
    if len(decided) == 1:
        fields["contract_date"] = next(iter(decided)).isoformat()
    if fee:
        fields["fee"] = fee
    if REMINDED in earlier:
        fields["reminder_date"] = earlier[REMINDED].isoformat()
    if FORMAL in earlier:
        fields["formal_reminder_date"] = earlier[FORMAL].isoformat()
    return fields


def says(sent: HandedOver) -> dict[str, object]:
    """What of a hand-over is frozen with the letter: all but the day, the last day of the term and the proof."""
    costs = {"costs": sent.costs} if sent.costs else {}
    return costs | {
        "procedure": sent.procedure,
        "step": sent.step,
        "letter": sent.letter,
        "lines": [[line.loan, line.since.isoformat(), line.overdue, line.fee] for line in sent.lines],
        "debtors": list(sent.debtors),
        "interrupts": sent.interrupts,
    }


def reference_of(bundle: str, said: Mapping[str, object]) -> str:
    """What the business calls a step of dunning: the bundle and what it asks for, so that another amount is another."""
    digest = hashlib.sha256(canonical(said).encode()).hexdigest()[:12]
    return f"{bundle}:{digest}"


def hand_over_of(dunning: Mapping[str, Any], on: date, term_until: date | None, proof: str) -> HandedOver:
    """The hand-over of a frozen letter on a day."""
    lines = tuple(
        Line(loan, date.fromisoformat(since), overdue, fee) for loan, since, overdue, fee in dunning["lines"]
    )
    return HandedOver(
        dunning["reference"],
        dunning["procedure"],
        dunning["step"],
        dunning["letter"],
        on,
        lines,
        tuple(dunning["debtors"]),
        term_until,
        dunning["interrupts"],
        proof,
        dunning.get("costs", 0),
    )
