"""The weighing of interests behind a clawback: it is a power, so each factor is looked at and written down.

Bbz art. 12 lid 2 c ("kan"); Awb art. 3:4; CRVB:2024:2193 for the office's own share and delay.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Literal, get_args

from ledger.errors import BadInput
from servicing.texts import plain_text

Factor = Literal["income", "health", "household", "fault", "office"]
FACTORS: tuple[Factor, ...] = get_args(Factor)
"""Income and debts, health, household, the client's own fault, and the office's share and delay."""

FEWEST_WORDS = 4
DAYS_IN_MONTH = 30

STANDARD: Mapping[Factor, str] = {
    "income": "Het inkomen en de schulden zijn meegewogen.",
    "health": "Er is niets bekend over de gezondheid.",
    "household": "De gezinssituatie is meegewogen.",
    "fault": "De cliënt heeft aan zijn verplichtingen voldaan.",
    "office": "De cijfers waren compleet op {since}; sindsdien zijn {months} maanden verstreken.",
}
"""What stands there before somebody has looked: a decision that still says so is refused."""


class WeighingRefused(BadInput):
    """A factor that is missing, unknown, too short, or still the standard text."""


def prefilled(complete_on: date | None, day: date) -> dict[str, str]:
    """The text of each factor to begin with; what the office itself took is counted from complete figures."""
    found: dict[str, str] = {factor: STANDARD[factor] for factor in FACTORS if factor != "office"}
    if complete_on is None:
        return {**found, "office": "De cijfers zijn niet ontvangen."}
    months = (day - complete_on).days // DAYS_IN_MONTH
    text = STANDARD["office"].format(since=complete_on.isoformat(), months=months)
    return {**found, "office": text}


def checked_weighing(given: Mapping[str, str], standard: Mapping[str, str]) -> dict[str, str]:
    """The weighing as it is kept; raises `WeighingRefused` naming factor and rule."""
    for factor in given:
        if factor not in FACTORS:
            raise WeighingRefused(f"weigh: {factor[:40]!r}: must be one of {', '.join(FACTORS)}")
    return {factor: _checked(factor, given.get(factor, ""), standard) for factor in FACTORS}


def _checked(factor: Factor, text: str, standard: Mapping[str, str]) -> str:
    said = plain_text(factor, text)
    if not said:
        raise WeighingRefused(
            f"weigh: {factor}: is missing: say what was weighed, with --weigh {factor}=TEXT"
        )
    if _bare(said) in {_bare(one) for one in (*standard.values(), *STANDARD.values())}:
        raise WeighingRefused(
            f"weigh: {factor}: is the standard text: say what was found in this case, also where that is nothing"
        )
    if len(said.split()) < FEWEST_WORDS:
        raise WeighingRefused(f"weigh: {factor}: {said!r}: takes at least {FEWEST_WORDS} words")
    return said


def _bare(text: str) -> str:
    """A text without case, blanks and points, so that a dot more is no other text."""
    return "".join(letter for letter in text.casefold() if letter.isalnum())
