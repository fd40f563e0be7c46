"""A settlement that waits for its approval is held against all that is known by then."""

from __future__ import annotations

from sqlalchemy import Connection

from backoffice.rights import codes
from jobs import clock
from jobs.settlement_cycle import lapse_of, one_case, rules, subjects_of
from ledger.day import parse_day
from ledger.money import cents_of
from letters.outbox.settled import SETTLING
from servicing.decisions.proposal import Decision
from servicing.decisions.store import DecisionRefused
from servicing.settlement.proposing import propose


def check_settlement(connection: Connection, decision: Decision) -> None:
    """Refuse a settlement whose figures, law or policy give other amounts now, or that may not reclaim any more.

    Other decisions are left alone.
    """
    if decision.proposed.kind not in SETTLING:
        return
    data, day = decision.proposed.data or {}, clock.today()
    name = f"decision {decision.id}"
    found = one_case(connection, decision.proposed.subject, parse_day(str(data["book_year"])), day)
    if found is None:
        raise DecisionRefused(f"{name}: nothing is to be settled in that book year any more")
    subjects = subjects_of(found, codes()[decision.creditor_id])
    if propose(subjects, day, *rules()).digest() != data["digest"]:
        raise DecisionRefused(
            f"{name}: figures, law or policy give other amounts now: reject it, then aflos settle propose"
        )
    if cents_of(str(data.get("reclaim", "0.00"))) and day >= lapse_of(found):
        raise DecisionRefused(f"{name}: the power to reclaim lapsed on {lapse_of(found)}: reject it")
