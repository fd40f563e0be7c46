"""One line of an explanation: plain Dutch (B1) and English, the article, the amount and where its figure stands."""

from __future__ import annotations

from typing import NamedTuple

from ledger.money import euros
from servicing.law import LawValue


class Line(NamedTuple):
    """One step of a computation; `cents` is its outcome, below zero for what goes off."""

    text: str
    text_en: str
    article: str
    cents: int
    source: str = ""


TOLD, LENT = "figures of the year", "months of assistance"
SPECIAL, OF_LOAN = "special assistance of the months or figures", "interest of the loan over the year"
"""Sources of what the case itself says; where it is known, the document takes the place of them."""

GIFT, PROPOSAL = "Gift (om niet)", "Proposal to reclaim, after weighing interests"
DECIDED_AFTER = frozenset({GIFT, PROPOSAL})
"""Lines (by their English text) of what a proposal comes to; a decision puts its own in their place."""


def source_of(*values: LawValue) -> str:
    """Where the figures of the law were read, each with its first day."""
    return "; ".join(dict.fromkeys(_source(value) for value in values))


def _source(value: LawValue) -> str:
    doubt = "" if value.verified else ", not verified"
    return f"{value.parameter} {value.text} from {value.since}{doubt}: {value.source}"


def english_amount(cents: int) -> str:
    """The amount as English text has it: EUR 25,000.00."""
    whole, _, decimals = euros(abs(cents)).partition(".")
    return f"{'-' if cents < 0 else ''}EUR {int(whole):,}.{decimals}"
