"""What of business capital the State pays and takes back (Bbz art. 49)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Literal, NamedTuple

from ledger.errors import BadInput
from ledger.money import half_up
from servicing.dated import Dated
from servicing.law import Law

Scheme = Literal["bbz", "tozo"]
YEARS_OF_RECLAIM = 5

PAID_OUT = frozenset(
    {"bbz_business_capital", "bbz_older_capital_loan", "bbz_preparation_costs", "bbz_guarantee_claim"}
)
"""Business capital that is paid out under a grant of its own, or to the bank that called a surety."""

SURETY = "bbz_surety"
"""Kept and never paid out; what art. 21 lid 2 gives with it is assistance for business capital as a gift (art. 14)."""

SCHEMES: Mapping[str, Scheme] = {
    **dict.fromkeys(PAID_OUT, "bbz"),
    **dict.fromkeys(("bbz_ended_business_loan", "bbz_mortgage_rest", SURETY), "bbz"),
    **dict.fromkeys(("tozo_business_capital", "tozo_living_allowance"), "tozo"),
}
"""The products in whose money the State shares; the rest of a loan when the business ended is not paid out again."""


class StateShareUnknown(BadInput):
    """How the State shares in this scheme is not known here; it is kept apart."""


class Reclaim(NamedTuple):
    """What the State takes back in a calendar year, in cents."""

    year: int
    cents: int


def reclaimed_by_state(outlay: int, year: int, law: Law) -> tuple[Reclaim, ...]:
    """The State pays the outlay of a year and takes parts of it back in the five years after (lid 1).

    Refuses a year before 2020, when another rule held.
    """
    granted = date(year, 1, 1)
    return tuple(
        Reclaim(year + nr, half_up(outlay * law.value_on(f"state_reclaim_year_{nr}", granted).rate))
        for nr in range(1, YEARS_OF_RECLAIM + 1)
    )


def state_part_of_receipt(scheme: Scheme, cents: int, granted: date, received: date, law: Law) -> int:
    """What of a receipt goes to the State: a part for loans granted before 2020 (lid 2), nothing after."""
    if scheme != "bbz":
        raise StateShareUnknown(
            f"{scheme}: its receipts are kept apart and the share of the State is not known"
        )
    found = _RECEIPTS.on(granted)
    assert found, "the first rule has no first day"
    return found[1](cents, received, law)


def _before_2020(cents: int, received: date, law: Law) -> int:
    return half_up(cents * law.value_on("state_share_old_capital_receipts", received).rate)


def _since_2020(cents: int, received: date, law: Law) -> int:
    del cents, received, law
    return 0


_RECEIPTS: Dated[Callable[[int, date, Law], int]] = Dated(
    {date.min: _before_2020, date(2020, 1, 1): _since_2020}
)
