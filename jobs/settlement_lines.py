"""The lines that explain a settlement, computed again from the case that was kept."""

from __future__ import annotations

from sqlalchemy import Connection

from jobs.settlement_cycle import codes, rules
from ledger.day import parse_day
from ledger.entry import creditor_of_loan
from ledger.errors import VerificationFailed
from servicing.decisions.proposal import Decision
from servicing.settlement.line import Line
from servicing.settlement.proposing import amounts_of, read
from servicing.settlement.settling import settle
from servicing.settlement.store import Kept, proposals_of


def lines_of_decision(connection: Connection, decision: Decision) -> tuple[Line, ...]:
    """The lines of the proposal that was decided; none for a decision of another kind."""
    data, loan = decision.proposed.data or {}, decision.proposed.subject
    if "proposal" not in data:
        return ()
    made = proposals_of(connection, [loan])[loan, parse_day(str(data["book_year"]))]
    return lines_of(next(kept for kept in made if kept.nr == data["proposal"]))


def lines_of(kept: Kept) -> tuple[Line, ...]:
    """The lines of a proposal; raises `VerificationFailed` if its case gives other amounts now."""
    known = rules()
    if kept.basis == "missing":
        text = "Er zijn geen cijfers ontvangen: de lening kan geen gift worden"
        article = "Bbz art. 38 lid 2; Pw art. 54 en 58"
        return (Line(text, "No figures were received", article, kept.amounts.reclaim),)
    figures, choices = read(kept.case, codes()[creditor_of_loan(kept.loan)], known.policy)
    settled = settle(figures, known.law, choices)
    if amounts_of(settled, figures, kept.about) != kept.amounts:
        raise VerificationFailed(
            f"loan {kept.loan}: {kept.name}: computed again it gives other amounts; law or policy changed since"
        )
    return settled.interest_lines if kept.about == "interest" else settled.lines
