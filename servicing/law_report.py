"""What there is to tell about the law on a day: each value, what is unknown and what is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from servicing.law import Law, Parameter, UnknownLaw


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to look up: which parameter, for which day, and why."""

    parameter: str
    day: date
    why: str


def state_on(parameter: Parameter, day: date) -> dict[str, object]:
    """The figure in force on a day with its source, or `why` there is none, as the command line shows it."""
    state: dict[str, object] = {
        "parameter": parameter.name,
        "value": None,
        "unit": parameter.unit,
        "from": None,
        "verified": None,
        "source": None,
        "note": None,
        "why": None,
        "kind": parameter.kind,
        "changes": parameter.changes,
        "reference": parameter.reference,
        "dutch_term": parameter.dutch_term,
        "description": parameter.description.en,
    }
    try:
        found = parameter.value_on(day)
    except UnknownLaw as unknown:
        return state | {"why": unknown.why}
    return state | {
        "value": found.text,
        "from": found.since.isoformat(),
        "verified": found.verified,
        "source": found.source,
        "note": found.note,
    }


def parameter_rows(parameter: Parameter) -> list[dict[str, object]]:
    """All values of a parameter, oldest first."""
    return [
        {
            "from": since.isoformat(),
            "value": "ended" if row.ended else row.value,
            "verified": row.verified,
            "source": row.source,
            "note": row.note,
        }
        for since, row in parameter.rows.items()
    ]


def findings(law: Law, day: date) -> dict[str, list[Finding]]:
    """What is unknown on a day, what is used without verification, and what the coming period lacks."""
    found: dict[str, list[Finding]] = {"unknown": [], "not_verified": [], "due": []}
    for parameter in law.parameters.values():
        why = parameter.why_not(day)
        coming = parameter.due_after(day)
        if why and parameter.expected_on(day):
            found["unknown"].append(Finding(parameter.name, day, why))
        if not why:
            value = parameter.value_on(day)
            if not value.verified:
                found["not_verified"].append(Finding(parameter.name, value.since, value.note or value.source))
        if coming:
            found["due"].append(Finding(parameter.name, coming, parameter.why_not(coming) or ""))
    return found
