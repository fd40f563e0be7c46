"""Where a claim comes from, told or mended after it was recorded."""

from __future__ import annotations

from datetime import date

from backoffice.cli.database import Desk
from backoffice.granting import origin_draft
from backoffice.registering import Registered, dossier_of, register
from servicing.facts import FactRefused
from servicing.settlement.allowance import LIVING_ALLOWANCE
from servicing.settlement.claim_origin import CLAIMS, asked_origin, settled_from
from servicing.store import Loan


def tell_origin(desk: Desk, heading: Loan, told: tuple[str, date], document: str) -> Registered:
    """Record the scheme of a claim and the day it was granted; what is told last holds."""
    dossier = dossier_of(desk.connection, heading)
    living = settled_from(dossier.facts)
    if living is not None and told[0] != LIVING_ALLOWANCE:
        raise FactRefused(
            f"scheme: {told[0]}: loan {heading.id} was settled from living allowance {living}: "
            f"must be {LIVING_ALLOWANCE}"
        )
    origin = asked_origin(heading.product, *told, heading.decision_date)
    assert origin is not None, f"{heading.product} is none of {CLAIMS}"
    return register(desk, dossier, origin_draft(heading.id, heading.decision_date, origin, document))
