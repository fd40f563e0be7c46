"""Where a claim comes from: the scheme of what is reclaimed, and the day on which that was granted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from ledger.day import parse_day
from ledger.errors import BadInput
from servicing.facts import Fact, FactKind
from servicing.settlement.allowance import allowance_of, holding
from servicing.settlement.state_share import PAID_OUT

CLAIMS = ("recovery_claim", "tozo_living_allowance")
"""The products of which a claim may be grossed up (Pw art. 58 lid 5); over what was lent no wage tax is paid."""

LENT = frozenset({*PAID_OUT, "tozo_business_capital", "special_assistance_loan"})
"""Schemes that only lend: over what is reclaimed of them no wage tax was paid."""

SCHEMES_OF_CLAIMS = (
    *("bbz_living_allowance", "bbz_business_capital", "bbz_older_capital_loan", "bbz_preparation_costs"),
    *("bbz_guarantee_claim", "tozo_living_allowance", "tozo_business_capital", "special_assistance_loan"),
    *("participatiewet", "ioaw", "ioaz"),
)
"""The schemes something can be reclaimed of: by the product that paid it, or an act that pays benefits elsewhere."""

SCHEME, GRANTED = "claim_scheme", "claim_granted"
"""The keys of a case, and the columns of an import, that say it."""


class Origin(NamedTuple):
    """The scheme of what is reclaimed and the day of the decision that granted it (P29)."""

    scheme: str
    granted: date

    def data(self) -> dict[str, object]:
        """What the fact about it says."""
        return {"scheme": self.scheme, "granted": self.granted.isoformat()}


def asked_origin(product: str, scheme: str | None, granted: date | None, decided: date) -> Origin | None:
    """Where a claim with these values comes from, None for what is no claim; raises `BadInput` by key and rule.

    The State shares in receipts by the day of the grant (Bbz art. 49), so that a claim without it is refused.
    """
    if product not in CLAIMS:
        for key, value in ((SCHEME, scheme), (GRANTED, granted)):
            if value is not None:
                raise BadInput(
                    f"{key}: {value}: only a claim has it, and {product} is none: {', '.join(CLAIMS)}"
                )
        return None
    of = scheme or (product if product in SCHEMES_OF_CLAIMS else None)
    if of is None:
        raise BadInput(f"{SCHEME}: is missing: what is reclaimed: one of {', '.join(SCHEMES_OF_CLAIMS)}")
    if product in SCHEMES_OF_CLAIMS and of != product:
        raise BadInput(f"{SCHEME}: {of}: a {product} is of its own scheme")
    if granted is None:
        raise BadInput(
            f"{GRANTED}: is missing: the day of the decision that granted what is reclaimed (Bbz art. 49)"
        )
    if granted > decided:
        raise BadInput(f"{GRANTED}: {granted}: must not lie after the decision of {decided} that reclaims it")
    return Origin(of, granted)


def origin_told(facts: Iterable[Fact]) -> Origin | None:
    """Where a claim comes from as it was told last; None where nobody told it."""
    found = [fact for fact in holding(facts) if fact.kind is FactKind.CLAIM_SCHEME]
    return origin_from(max(found, key=lambda fact: fact.nr).data) if found else None


def origin_from(data: Mapping[str, object]) -> Origin:
    """What a fact about it says."""
    return Origin(str(data["scheme"]), parse_day(str(data["granted"])))


def settled_from(facts: Iterable[Fact]) -> int | None:
    """The living allowance of whose settlement a claim is; None for a claim of another kind."""
    found = [fact for fact in holding(facts) if fact.kind is FactKind.TRANSFERRED]
    return int(str(found[-1].data["of"])) if found else None


def living_granted(facts: Sequence[Fact], decided: date) -> date:
    """When living allowance was granted: as its loan says; where the monthly file made that, from its first month.

    The file does not say when it was decided. What was told of the claim itself goes before.
    """
    is_of_file = any(fact.kind is FactKind.ASSISTANCE for fact in holding(facts))
    found = allowance_of(facts) if is_of_file else None
    months = [month for month, cents in found.months.items() if cents] if found is not None else []
    return min(months, default=decided)
