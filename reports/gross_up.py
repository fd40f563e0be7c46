"""Claims that are open at the end of a year, and whether they are to be grossed up (bruteren, Pw art. 58 lid 5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Literal

from ledger.money import euros
from letters.outbox.year import Move, year_of
from servicing.facts import Fact, FactKind
from servicing.settlement.allowance import holding
from servicing.settlement.claim_origin import LENT, Origin
from servicing.settlement.wage_tax import tax_on_rest, tax_up_to

Proposal = Literal["net", "look", "gross", "earlier"]

COLUMNS = (
    *("loan", "creditor", "scheme", "granted", "decided", "title", "open_before", "claimed", "taken_off"),
    *("net_open", "wage_tax", "gross_open", "proposal", "because"),
)

WHY: Mapping[Proposal, str] = {
    "net": "lent, so that no wage tax was paid over it",
    "look": "wage tax may have been paid over it and can no longer be set off: a person looks and decides",
    "gross": "the wage tax paid over what is open can no longer be set off: a person decides",
    "earlier": "open at the end of an earlier year: looked at then",
}


def gross_up_row(
    heading: Mapping[str, object],
    days: tuple[date, Origin | None],
    known: tuple[Sequence[Fact], Iterable[Move]],
    year: int,
) -> dict[str, object] | None:
    """A claim with its amounts of the year, net and gross, and what is proposed; None where nothing is open at its end.

    `days` are the day on which it was decided, and the scheme and day of the grant of what is reclaimed.
    What is open is gross with its part of the wage tax; not known where nobody told of the tax, or in a later year.
    """
    (decided, origin), (facts, moves) = days, known
    found = year_of(moves, overdue=0)
    if found is None or found.parts[0].closing <= 0:
        return None
    principal = found.parts[0]
    lent = [fact for fact in holding(facts) if fact.kind is FactKind.TRANSFERRED]
    is_lent = bool(lent) or (origin is not None and origin.scheme in LENT)
    tax = 0 if is_lent else tax_up_to(facts, year)
    proposal = _proposal(decided, year, tax, is_lent=is_lent)
    gross = None
    if tax is not None and proposal != "earlier":
        gross = principal.closing + tax_on_rest(tax, principal.opening + principal.added, principal.closing)
    return {
        **heading,
        "scheme": origin.scheme if origin else None,
        "granted": origin.granted.isoformat() if origin else None,
        "decided": decided.isoformat(),
        "title": str(lent[-1].data.get("title", "")) if lent else "",
        "open_before": euros(principal.opening),
        "claimed": euros(principal.added),
        "taken_off": euros(principal.taken),
        "net_open": euros(principal.closing),
        "wage_tax": None if tax is None else euros(tax),
        "gross_open": None if gross is None else euros(gross),
        "proposal": proposal,
        "because": WHY[proposal],
    }


def _proposal(decided: date, year: int, tax: int | None, *, is_lent: bool) -> Proposal:
    if is_lent:
        return "net"
    if decided.year != year:
        return "earlier"
    return "gross" if tax else "look"
