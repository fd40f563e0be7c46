"""How a settlement rounds (policy `round`): to cents half up, or to whole euros to the client's benefit."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple

from ledger.money import half_up
from servicing.policy import Choices

CENTS_IN_EURO = 100
Round = Callable[[Fraction], int]


class Rounding(NamedTuple):
    """Down for what counts against the client (income, own capital), up for what counts for him (norm, cap)."""

    against: Round
    favour: Round


def rounding_of(policy: Choices) -> Rounding:
    """The rounding the college chose; results follow from rounded figures and are not rounded again."""
    return _ROUNDINGS[policy.choice("round")]


def _euros_down(cents: Fraction) -> int:
    return cents // CENTS_IN_EURO * CENTS_IN_EURO


def _euros_up(cents: Fraction) -> int:
    return -_euros_down(-cents)


_ROUNDINGS = {
    "cents_half_up": Rounding(half_up, half_up),
    "whole_euros_for_client": Rounding(_euros_down, _euros_up),
}
