"""What happens to a loan, as values: each has its own day, and the id of the fact it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal, get_args

from servicing.schedule import Amount
from servicing.terms import Terms

Claimed = Literal["costs", "statutory_interest", "interest", "principal", "all"]
"""What of a claim can be written off or waived."""

CLAIMED: tuple[Claimed, ...] = get_args(Claimed)

Ground = Literal["write_off", "waiver"]
"""A write-off takes a claim out of the books, a waiver ends it."""


Payer = Literal["office", "benefits", "settlement"]
"""Who paid what was lent: the office, the benefits administration, or nobody: a settlement made it a claim."""


@dataclass(frozen=True, slots=True)
class Disbursed:
    """Money paid out to the debtor (uitbetaling), a tranche of the loan."""

    on: date
    amount: Amount
    fact: int = 0
    by: Payer = "office"


@dataclass(frozen=True, slots=True)
class Opened:
    """The balances with which a loan comes in from another administration at the cut-over."""

    on: date
    principal: int
    principal_due: int = 0
    interest_due: int = 0
    accrued: int = 0
    deferred_interest: int = 0
    costs: int = 0
    credit: int = 0
    arrears_since: date | None = None
    fact: int = 0


@dataclass(frozen=True, slots=True)
class RateChanged:
    """Another rate from this day; `recompute` also computes the instalment again."""

    on: date
    rate: Fraction
    recompute: bool = False
    fact: int = 0


@dataclass(frozen=True, slots=True)
class InstalmentSet:
    """Another instalment for rows that fall due on or after this day (linear: the principal part)."""

    on: date
    amount: Amount
    fact: int = 0


@dataclass(frozen=True, slots=True)
class Rescheduled:
    """Another schedule from this day by a decision (gewijzigd aflossingsschema) for what has not fallen due."""

    on: date
    terms: Terms
    fact: int = 0


@dataclass(frozen=True, slots=True)
class Deferral:
    """Uitstel for rows due from `since` until (not including) `until`, decided with effect on `on` (Bbz art. 41)."""

    on: date
    since: date
    until: date
    of: Literal["principal", "all"]
    end: Literal["extend", "same"]
    fact: int = 0


@dataclass(frozen=True, slots=True)
class Spread:
    """The instalment is computed again on this day: the end of a deferral that keeps the last due date."""

    on: date
    fact: int = 0


@dataclass(frozen=True, slots=True)
class Paid:
    """Money received; `early` makes it an early repayment that shortens the term or lowers the instalment."""

    on: date
    amount: Amount
    early: Literal["", "term", "instalment"] = ""
    fact: int = 0


@dataclass(frozen=True, slots=True)
class PaidOff:
    """Everything owed on this day, paid on this day."""

    on: date
    fact: int = 0


@dataclass(frozen=True, slots=True)
class CostCharged:
    """Costs the debtor owes, such as a reminder fee."""

    on: date
    amount: Amount
    fact: int = 0


@dataclass(frozen=True, slots=True)
class DeferralEnded:
    """A deferral ended early (Awb art. 4:96): it held only for rows due before this day."""

    on: date
    deferral: Deferral
    fact: int = 0


@dataclass(frozen=True, slots=True)
class InterestStopped:
    """No interest from this day: the business ended (Bbz art. 43 lid 2) or WSNP (Fw art. 303 lid 1)."""

    on: date
    until: date | None = None
    fact: int = 0


@dataclass(frozen=True, slots=True)
class InterestResumed:
    """The interest that a stop held back runs again: the stop was meant until this day."""

    on: date
    fact: int = 0


@dataclass(frozen=True, slots=True)
class InterestRevived:
    """A stop ended so that interest is owed as if it had never been stopped (Fw art. 303 lid 2)."""

    on: date
    stop: InterestStopped
    fact: int = 0


@dataclass(frozen=True, slots=True)
class DueAtOnce:
    """Everything falls due (opeising, Bbz art. 39, 41 lid 4); the rest bears interest or not (art. 41 lid 6)."""

    on: date
    interest: Literal["runs", "stops"] = "runs"
    fact: int = 0


@dataclass(frozen=True, slots=True)
class StatutoryInterest:
    """Statutory interest fixed by decision (Awb art. 4:99)."""

    on: date
    amount: Amount
    fact: int = 0


@dataclass(frozen=True, slots=True)
class Cancelled:
    """Costs or statutory interest that are not owed after all, as after an objection that was upheld."""

    on: date
    amount: Amount
    of: Literal["costs", "statutory_interest"]
    fact: int = 0


@dataclass(frozen=True, slots=True)
class InterestOwed:
    """Interest the creditor owes the debtor by decision (Awb art. 4:102)."""

    on: date
    amount: Amount
    fact: int = 0


@dataclass(frozen=True, slots=True)
class CreditRefunded:
    """Credit of the loan that goes back to the debtor by decision (BW art. 6:203)."""

    on: date
    amount: Amount
    fact: int = 0


@dataclass(frozen=True, slots=True)
class WrittenOff:
    """A part of the claim is written off (afschrijving) or waived (kwijtschelding); no amount: all that is open."""

    on: date
    amount: Amount | None
    of: Claimed
    fact: int = 0
    ground: Ground = "write_off"


@dataclass(frozen=True, slots=True)
class Settled:
    """What a book year of living allowance has become (vaststelling, Bbz art. 12 and 13), in place of an earlier one.

    Cents that became a gift, were not reclaimed though they could be, stay a loan of their own, or are reclaimed.
    """

    on: date
    gift: int
    not_reclaimed: int
    retained: int
    reclaimed: int
    fact: int = 0

    @property
    def parts(self) -> tuple[int, ...]:
        """The amounts in the order in which they are taken off the loan."""
        return self.gift, self.not_reclaimed, self.retained, self.reclaimed


@dataclass(frozen=True, slots=True)
class Reduced:
    """A claim out of a settlement is less than was said, because the settlement was corrected."""

    on: date
    amount: int
    fact: int = 0


@dataclass(frozen=True, slots=True)
class Remitted:
    """What is remitted of a book year (Bbz art. 21), in place of an earlier one: cents of interest, and of principal.

    Interest of the rows due in [since, until): what was paid of it goes back, or off the principal. `converted` is
    principal that became a gift in the year the client chose (keuzejaar, text until 2020).
    """

    on: date
    amount: int
    since: date
    until: date
    to: Literal["debtor", "principal"] = "debtor"
    converted: int = 0
    fact: int = 0


@dataclass(frozen=True, slots=True)
class Reversed:
    """A payment that came back (storno): removed from its own day, shown on both days in the books."""

    on: date
    payment: Paid | PaidOff
    fact: int = 0


Event = (
    Disbursed
    | Opened
    | RateChanged
    | InstalmentSet
    | Rescheduled
    | Deferral
    | DeferralEnded
    | InterestStopped
    | InterestResumed
    | InterestRevived
    | DueAtOnce
    | Spread
    | Paid
    | PaidOff
    | CostCharged
    | StatutoryInterest
    | Cancelled
    | InterestOwed
    | CreditRefunded
    | WrittenOff
    | Settled
    | Reduced
    | Remitted
)
