"""What a decision or contract says about one loan: the terms every computation starts from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal

from ledger.errors import BadInput
from servicing.daycount import DayCount, Grid, Step, step_date
from servicing.schedule import Amount, RoundingRule

Method = Literal["annuity", "linear", "bullet"]
Part = Literal["costs", "interest", "principal"]

METHODS: tuple[Method, ...] = ("annuity", "linear", "bullet")
LEGAL_ORDER: tuple[Part, ...] = ("costs", "interest", "principal")
"""Costs, then interest that fell due, then principal (Awb art. 4:92 lid 1, BW art. 6:44 lid 1)."""


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of a loan (leningsvoorwaarden): amounts in cents, the rate as a part of 1 per year.

    With `interest_last` all interest is kept apart, bears none and is paid after all rows (Bbz art. 43b).
    A free plan (`plan`) gives each row its day and what is paid on it, interest in it; the last row takes the rest.
    """

    principal: Amount
    rate: Fraction
    start: date
    instalments: int
    step: Step = Step(1, "m")
    method: Method = "annuity"
    day_count: DayCount = "monthly"
    rounding: RoundingRule = "half-up"
    instalment: Amount | None = None
    first_due: date | None = None
    grace_principal: int = 0
    allocation: tuple[Part, ...] = LEGAL_ORDER
    interest_from: date | None = None
    payment_tolerance: int = 0
    first_number: int = 1
    plan: tuple[tuple[date, Amount | None], ...] = ()
    interest_last: bool = False

    @property
    def grid(self) -> Grid:
        """Where the notional periods lie; the anchor day is that of the first due date."""
        return Grid(self.first_due or self.start, self.step)

    def due_date(self, number: int) -> date:
        """The due date of row `number`; rows go on past the last by the same step."""
        steps = number - self.first_number
        if self.plan:
            last = len(self.plan) - 1
            return step_date(self.plan[min(steps, last)][0], self.step, max(0, steps - last))
        return step_date(self.grid.anchor, self.step, steps if self.first_due else steps + 1)


class TermsRefused(BadInput):
    """Terms or an event that cannot hold together; says which and why."""
