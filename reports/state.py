"""What of business capital stands between each municipality and the State in a calendar year (Bbz art. 49)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from ledger.money import cents_of
from servicing.facts import FactKind
from servicing.law import Law
from servicing.life.outcome import (
    COST_ACCOUNTS,
    CREDIT_ACCOUNTS,
    INTEREST_ACCOUNTS,
    PRINCIPAL_ACCOUNTS,
    RECOVERY_ACCOUNTS,
)
from servicing.life.state import (
    BANK,
    COSTS,
    DISBURSED,
    INTEREST_DUE,
    PRINCIPAL,
    PRINCIPAL_DUE,
    REFUNDABLE,
    REFUNDS,
    REMITTED,
)
from servicing.regime import REFORM
from servicing.settlement.state_share import (
    PAID_OUT,
    SCHEMES,
    SURETY,
    YEARS_OF_RECLAIM,
    reclaimed_by_state,
    state_part_of_receipt,
)

PARTS: Mapping[int, str] = {
    **dict.fromkeys((*PRINCIPAL_ACCOUNTS, *RECOVERY_ACCOUNTS), "principal"),
    **dict.fromkeys((*INTEREST_ACCOUNTS, REMITTED), "interest"),
    **dict.fromkeys(COST_ACCOUNTS, "costs"),
    **dict.fromkeys(CREDIT_ACCOUNTS, "credit"),
}
"""What a receipt pays, by the account it is booked on; credit is money that waits for what comes due, or goes back.

Interest that was paid and remitted is no receipt any more: it becomes credit.
"""

CASH = frozenset({BANK, REFUNDS})

COUNTED: Mapping[str, frozenset[str]] = {
    "principal": frozenset({"principal"}),
    "principal_and_interest": frozenset({"principal", "interest"}),
    "all": frozenset({"principal", "interest", "costs"}),
}
"""Which parts of a receipt the State shares in, by the answer to `state.receipts`."""


class Flow(NamedTuple):
    """Postings on loans of one product and grant date between two accounts in a year, in cents.

    Of a claim the product and the day are those of what is reclaimed; nothing is paid out on it.
    """

    creditor: int
    product: str
    granted: date
    year: int
    debit: int
    credit: int
    cents: int
    is_claim: bool = False


def brought_in(kind: FactKind, cents: int, said: Mapping[str, object]) -> Iterator[tuple[int, int, int]]:
    """What a fact about the time before the cut-over adds to the figures: debit, credit and cents.

    What was paid out by then, and what came in that year.
    """
    if kind is FactKind.EARLIER_DISBURSEMENT:
        yield PRINCIPAL, DISBURSED, cents
    elif kind is FactKind.YEAR_TO_DATE:
        yield from ((BANK, account, cents_of(str(said[key]))) for key, account in PAID_BEFORE if key in said)


PAID_BEFORE = (("principal_paid", PRINCIPAL_DUE), ("interest_paid", INTEREST_DUE), ("costs_paid", COSTS))
"""What came in before the cut-over in its year, and the account a receipt of it would be booked on."""


class Figure(NamedTuple):
    """One amount of the report; `of` is the year it comes from, `cents` is None where nobody knows it."""

    name: str
    of: int
    cents: int | None


@dataclass(frozen=True, slots=True)
class Asked:
    """For which year, under which law, and what the college counts as a receipt."""

    year: int
    law: Law
    receipts: str


class Shared(NamedTuple):
    """What of a loan says how the State shares in its money."""

    product: str
    granted: date
    is_claim: bool


def granted_of(product: str, application: date, decision: date) -> date:
    """The day that picks the rule of art. 49: of a grant its own, of what is left of a loan that of the application."""
    return decision if product in PAID_OUT else min(application, decision)


def figures_of(flows: Iterable[Flow], asked: Asked) -> Iterator[Figure]:
    """The figures of one municipality, in the order in which they are read."""
    known = list(flows)
    bbz = [flow for flow in known if SCHEMES[flow.product] == "bbz"]
    yield from _outlay(bbz, asked)
    old = _received(flow for flow in bbz if flow.year == asked.year and flow.granted < REFORM)
    new = _received(flow for flow in bbz if flow.year == asked.year and flow.granted >= REFORM)
    yield from _receipts("before_2020", old, asked.year)
    counted = sum(cents for part, cents in old.items() if part in COUNTED[asked.receipts])
    day = date(asked.year, 12, 31)
    share = state_part_of_receipt("bbz", counted, _BEFORE, day, asked.law) if counted else 0
    yield Figure("state_part_of_receipts", asked.year, share)
    yield from _receipts("since_2020", new, asked.year)
    yield from _tozo([flow for flow in known if SCHEMES[flow.product] == "tozo"], asked.year)


_BEFORE = date.min
"""Any grant before the reform: the rule is the same for all of them."""


def _outlay(flows: list[Flow], asked: Asked) -> Iterator[Figure]:
    """What was paid out, what the State pays for it, and what it takes back of the five years before."""
    paid = Counter[int]()
    for flow in flows:
        if flow.granted >= REFORM:
            paid[flow.year] += _paid_out(flow)
        paid[flow.year] += _given_with_surety(flow)
    old = sum(_paid_out(flow) for flow in flows if flow.granted < REFORM and flow.year == asked.year)
    given = sum(_given_with_surety(flow) for flow in flows if flow.year == asked.year)
    yield Figure("outlay", asked.year, paid[asked.year])
    yield Figure("outlay_given_with_surety", asked.year, given)
    yield Figure("outlay_granted_before_2020", asked.year, old)
    yield Figure("state_pays", asked.year, paid[asked.year])
    for year in range(asked.year - YEARS_OF_RECLAIM, asked.year):
        back = (
            {one.year: one.cents for one in reclaimed_by_state(paid[year], year, asked.law)}
            if paid[year]
            else {}
        )
        yield Figure("state_takes_back", year, back.get(asked.year, 0))


def _given_with_surety(flow: Flow) -> int:
    """What art. 21 lid 2 gives for the loan of the bank: a gift for business capital, so an outlay of its own day."""
    if flow.product != SURETY:
        return 0
    return flow.cents * ((flow.debit == REMITTED) - (flow.credit == REMITTED))


def _paid_out(flow: Flow) -> int:
    if flow.is_claim or flow.product not in PAID_OUT | {"tozo_business_capital"}:
        return 0
    return flow.cents * ((flow.credit == DISBURSED) - (flow.debit == DISBURSED))


def _received(flows: Iterable[Flow]) -> Counter[str]:
    """What came in less what went back, by what it paid; credit that pays something is counted there."""
    found = Counter[str]()
    for flow in flows:
        if flow.product == SURETY:
            continue  # the bank is paid, not the office; what the client gets is an outlay
        for cash, account, sign in ((flow.debit, flow.credit, 1), (flow.credit, flow.debit, -1)):
            if account in PARTS and (cash in CASH or cash == REFUNDABLE):
                found[PARTS[account]] += sign * flow.cents
                if cash == REFUNDABLE:
                    found["credit"] -= sign * flow.cents
    return found


def _receipts(name: str, received: Counter[str], year: int) -> Iterator[Figure]:
    for part in ("principal", "interest", "costs", "credit"):
        yield Figure(f"receipts_{name}_{part}", year, received[part])


def _tozo(flows: list[Flow], year: int) -> Iterator[Figure]:
    """Tozo is kept apart: what it pays out and receives, and a share that is not known."""
    own = [flow for flow in flows if flow.year == year]
    yield Figure("tozo_outlay", year, sum(_paid_out(flow) for flow in own))
    yield Figure("tozo_receipts", year, sum(_received(own).values()))
    yield Figure("tozo_state_part", year, None)
