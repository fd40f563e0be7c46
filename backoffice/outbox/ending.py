"""What the letter says by which an arrangement or a deferral ends: what was agreed, and what is to be paid by then."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import Connection

from letters.outbox.dunning import rows_of
from letters.outbox.framing import Fields
from servicing import files
from servicing.blocks import holding_of
from servicing.decisions.proposal import Decision, draft_of
from servicing.decisions.store import find_decision
from servicing.dunning.beside import beside_of
from servicing.dunning.owing import overdue_of
from servicing.facts import DECIDED, Fact, FactKind
from servicing.history import history_of
from servicing.life.timeline import live
from servicing.previewing import with_draft
from servicing.registration import Dossier, named_fact

ENDS: Mapping[FactKind, str] = {
    FactKind.ARRANGEMENT_END: "betalingsregeling",
    FactKind.DEFERRAL_END: "uitstel",
}
"""What each of these decisions ends, as its letter calls it."""


def ended_fields(connection: Connection, dossier: Dossier, decision: Decision, today: date) -> Fields:
    """What ends, when it was agreed, and what is overdue once it has ended; nothing for another decision.

    It ends on the day of the decision, or today if that is later: it works from its hand-over.
    """
    kind = decision.kind.fact
    if kind is None or kind not in ENDS:
        return {}
    ended_on = max(decision.proposed.value_date, today)
    after = dossier
    if decision.step("in-force") is None:
        after = with_draft(dossier, draft_of(decision, "", "", ended_on), today)
    agreed_on = _agreed_on(connection, named_fact(dossier, str(decision.proposed.of)))
    said: Fields = {
        "ended": ENDS[kind],
        "agreed_on": agreed_on.isoformat(),
        "ended_on": ended_on.isoformat(),
    }
    return said | late_fields(after, today)


def _agreed_on(connection: Connection, fact: Fact) -> date:
    """The day on which it was decided; of one that was brought in the day from which it holds."""
    decided = fact.data.get(DECIDED)
    if not isinstance(decided, Mapping):
        return fact.value_date
    approved = find_decision(connection, int(decided["number"])).step("approved")
    return approved.day if approved is not None else fact.value_date


def late_fields(dossier: Dossier, today: date) -> Fields:
    """What is overdue, and what stands open beside it."""
    history = history_of(dossier.facts)
    overdue = overdue_of(live(history.terms, history.events, history.reversals, today), today)
    if overdue is None:
        return {}
    beside = beside_of(overdue, holding_of(dossier.facts, None), today, files.law())
    return {"open_rows": rows_of(overdue, beside), "open_total": overdue.cents + beside.cents}
