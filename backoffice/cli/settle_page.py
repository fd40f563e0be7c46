"""What `aflos settle list` and `aflos settle show` tell of a case."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection

from backoffice.cli.settled import shown_line
from backoffice.rights import codes
from backoffice.settling import before_of, prefill_of, subjects_of
from jobs.settlement_cycle import Found, lapse_of, rules
from jobs.settlement_lines import lines_of
from ledger.entry import creditor_of_loan
from ledger.errors import BadInput
from ledger.money import euros
from servicing.settlement.parts import largest_of
from servicing.settlement.proposing import case_of, propose

COLUMNS = (
    *("loan", "creditor", "book_year", "about", "state", "since", "days", "due"),
    *("granted", "reclaim", "decided", "supplement", "remission", "conversion", "letter"),
)


def row_of(found: Found, day: date) -> dict[str, object]:
    """A case as the list has it."""
    kept, allowance = found.kept, found.allowance
    return {
        "loan": found.case.loan,
        "creditor": codes()[creditor_of_loan(found.case.loan)],
        "book_year": found.case.year.since.isoformat(),
        "about": found.about,
        "state": found.stand.state,
        "since": found.stand.since.isoformat(),
        "days": found.stand.age(day),
        "due": found.stand.due.isoformat(),
        "granted": euros(allowance.granted) if allowance else None,
        "reclaim": euros(kept.amounts.largest_reclaim) if kept else None,
        "decided": (found.decision.proposed.data or {}).get("reclaim") if found.decision else None,
        "supplement": euros(kept.amounts.supplement) if kept else None,
        "remission": euros(kept.amounts.remission) if kept else None,
        "conversion": euros(kept.amounts.conversion) if kept else None,
        "letter": found.stand.letter or None,
    }


def page_of(connection: Connection, found: Found, day: date) -> dict[str, object]:
    """A case with its last proposal, computed again line by line, and what a decision about it takes."""
    kept = found.kept
    answer = row_of(found, day) | {
        "power_lapses_on": lapse_of(found).isoformat(),
        "proposal": kept.nr if kept else None,
        "basis": kept.basis if kept else None,
        "waits_for": _waits_for(found, day),
        "decision": found.decision.id if found.decision else None,
        "explanation": [],
    }
    if kept is None:
        return answer
    largest = largest_of(kept.amounts, before_of(connection, found))
    return answer | {
        "amounts": kept.amounts.data(),
        "largest_reclaim": euros(largest),
        "weighing": prefill_of(found) if largest else {},
        "explanation": [shown_line(line) for line in lines_of(kept)],
    }


def _waits_for(found: Found, day: date) -> str | None:
    """Why nothing can be proposed though the figures are there."""
    if found.stand.state not in {"figures-received", "figures-missing"}:
        return None
    try:
        subjects = subjects_of(found)
        case_of(subjects, day)
        propose(subjects, day, *rules())
    except BadInput as missing:
        return str(missing)
    return None
