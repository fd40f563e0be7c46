"""What `aflos settle list` and `aflos settle show` tell of a case."""

from __future__ import annotations

from datetime import date

from backoffice.cli.explained import explained
from backoffice.cli.output import pairs
from backoffice.cli.settled import shown_line
from backoffice.rights import codes
from backoffice.settling import before_now, prefill_of, subjects_of
from jobs.settlement_cycle import Found, lapse_of, rules
from jobs.settlement_lines import lines_of
from ledger.entry import creditor_of_loan
from ledger.errors import BadInput
from ledger.money import euros
from servicing.settlement.allowance import ADVANCES, holding
from servicing.settlement.cycle import figures_on
from servicing.settlement.income import BY_CASEWORKER
from servicing.settlement.line import LENT, OF_LOAN, SPECIAL, TOLD
from servicing.settlement.parts import largest_of, overpaid
from servicing.settlement.proposing import case_of, propose
from servicing.settlement.store import Kept

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


def page_of(found: Found, day: date) -> dict[str, object]:
    """A case with its last proposal, computed again line by line, and what a decision about it takes."""
    kept = found.kept
    answer = row_of(found, day) | {
        "power_lapses_on": lapse_of(found).isoformat(),
        "proposal": kept.nr if kept else None,
        "basis": kept.basis if kept else None,
        "waits_for": _waits_for(found, day),
        "decision": found.decision.id if found.decision else None,
        "figures": None,
        "explanation": [],
    }
    if kept is None:
        return answer
    sources = _sources(found, kept)
    before = before_now(found)
    largest = largest_of(kept.amounts, before)
    return answer | {
        "amounts": kept.amounts.data(),
        "largest_reclaim": euros(largest),
        "supplement_overpaid": euros(overpaid(kept.amounts, before)),
        "weighing": prefill_of(found) if largest else {},
        "figures": sources.get(TOLD),
        "explanation": [
            shown_line(line._replace(source=sources.get(line.source, line.source))) for line in lines_of(kept)
        ],
    }


def text_of(answer: dict[str, object], language: str) -> str:
    """The page for people: what stands where, its amounts, each line, and the weighing to begin with."""
    lines = answer["explanation"]
    assert isinstance(lines, list)
    parts = [pairs({key: value for key, value in answer.items() if key != "explanation"})]
    told = {
        key: value for key in ("amounts", "weighing") if isinstance(value := answer.get(key), dict) and value
    }
    parts += [f"{key}\n{pairs(value)}" for key, value in told.items()]
    return "\n\n".join([*parts, explained(lines, language)] if lines else parts)


def _sources(found: Found, kept: Kept) -> dict[str, str]:
    """The documents of what the case says: its figures, and the advances that it counts."""
    known = [fact for fact in found.case.facts if fact.nr <= kept.last_fact]
    sources = {OF_LOAN: f"the rows of loan {kept.loan} that fell due in the book year"}
    paid = [fact for fact in holding(known) if fact.kind in ADVANCES]
    if paid:
        first, last = paid[0].source or paid[0].key, paid[-1].source or paid[-1].key
        sources[LENT] = sources[SPECIAL] = f"{len(paid)} advances on loan {kept.loan}: {first} to {last}"
    told = figures_on(known, found.case.year)
    if told is not None:
        document = f"{told.source or told.key} (known {told.known_on}, fact {told.nr})"
        sources |= {TOLD: document, BY_CASEWORKER: f"{BY_CASEWORKER}: {document}"}
        given = str(told.data["figures"])
        sources |= {key: document for key, name in _MAY_BE_TOLD.items() if name in given}
    return sources


_MAY_BE_TOLD = {SPECIAL: "special_assistance", OF_LOAN: "capital_loan_interest"}
"""What figures may say in the place of our own books."""


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
