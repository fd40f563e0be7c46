"""The reminder fee (aanmaningsvergoeding, Awb art. 4:113): low or high by an amount, at the tariff of a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from servicing.banking_days import ONE_DAY
from servicing.dunning.owing import Overdue
from servicing.law import Law, LawValue
from servicing.policy import Choices

THRESHOLD, HIGH, LOW = "reminder_fee_threshold", "reminder_fee_high", "reminder_fee_low"

OF_DECISIONS = frozenset({"recovery", "clawback"})


class Reminded(NamedTuple):
    """One loan in a letter: its procedure, what is overdue, and whether its oldest arrears bore a fee before."""

    loan: int
    procedure: str
    overdue: Overdue
    is_charged: bool = False


def reminder_fee(base: int, sent: date, arose: date, law: Law, *, by_arising: bool = False) -> int:
    """The fee in cents on a base in cents, in a letter sent on a day about a debt that arose on a day.

    The tariff is that of the day of sending (`by_arising`: of the day the debt arose); where a regulation keeps the
    old fee for earlier debts, that. Raises `UnknownLaw`.
    """
    tariff = arose if by_arising else sent
    threshold = _figure(THRESHOLD, tariff, arose, law)
    return _figure(LOW if base < threshold.cents else HIGH, tariff, arose, law).cents


def fees_of(reminded: Sequence[Reminded], sent: date, law: Law, choices: Choices) -> dict[int, int]:
    """The fee in cents that stands on each loan of one letter, by the choices of the creditor.

    One fee on the sum stands on the loan with the largest part. Raises `UnknownLaw`, `NotChosen`.
    """
    charged = [one for one in reminded if _bears_fee(one, choices)]
    if not charged:
        return {}
    if choices.choice("fee.multi") == "per_debt":
        return {one.loan: _fee([one], sent, law, choices) for one in charged}
    largest = max(charged, key=lambda one: (one.overdue.cents, -one.loan))
    return {largest.loan: _fee(charged, sent, law, choices)}


def _bears_fee(one: Reminded, choices: Choices) -> bool:
    """Whether the law and the policy let a fee be charged on this loan."""
    charge = choices.choice("fee.charge")
    if one.procedure == "private" or charge == "none":
        return False
    if charge == "recovery_claims_only" and one.procedure not in OF_DECISIONS:
        return False
    return not (one.is_charged and choices.choice("fee.repeat") == "once")


def _fee(charged: Sequence[Reminded], sent: date, law: Law, choices: Choices) -> int:
    base = sum(_base(one.overdue, choices.choice("fee.base")) for one in charged)
    arose = min(one.overdue.since for one in charged)
    return reminder_fee(base, sent, arose, law, by_arising=choices.choice("fee.date") == "debt_arose")


def _base(overdue: Overdue, choice: str) -> int:
    if choice == "whole_debt":
        return overdue.whole
    return overdue.cents + (overdue.statutory if choice == "with_interest" else 0)


def _figure(name: str, day: date, arose: date, law: Law) -> LawValue:
    """The figure of a day, or the one before it where its regulation keeps that for debts that arose earlier."""
    found = law.value_on(name, day)
    if found.keeps_earlier and arose < found.since:
        return law.value_on(name, found.since - ONE_DAY)
    return found
