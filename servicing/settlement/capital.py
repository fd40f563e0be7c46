"""The own-capital test (eigen vermogen, Bbz art. 3 and 13): how much of a gift stays a loan."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from ledger.errors import BadInput
from ledger.money import half_up
from servicing.law import Law, LawValue
from servicing.policy import Choices
from servicing.settlement.figures import Figures
from servicing.settlement.line import TOLD, Line, english_amount, source_of
from servicing.settlement.rounding import rounding_of
from servicing.terms_data import percent_text
from servicing.wording import dutch_amount, dutch_percent


class CapitalRefused(BadInput):
    """Own capital lies between the limits and total capital does not fit it."""


@dataclass(frozen=True, slots=True)
class Excess:
    """What own capital goes over its limit, in whole cents; None: nothing at all may become a gift."""

    cents: int | None
    lines: tuple[Line, ...] = ()

    def blocks(self, gift: int) -> int:
        """How much of a gift may not be given."""
        return gift if self.cents is None else min(gift, self.cents)


NO_EXCESS = Excess(0)


def excess_capital(figures: Figures, law: Law, policy: Choices) -> Excess:
    """The excess on the test date; the limits are asked only where there is own capital.

    Of a partnership each partner's equal part is held against the limits (art. 9 and 32).
    """
    if figures.capital.own <= 0:
        return NO_EXCESS
    test = _older if figures.group == "older" else _usual
    return test(figures, law, policy)


def applicable_limit(figures: Figures, law: Law) -> tuple[int, str]:
    """The limit of art. 3 lid 1 that own capital is held against, in cents, and its source.

    The upper one while own capital is not above its part of total capital, else the lower one.
    """
    upper, lower, share = _limits(figures, law)
    wide = figures.capital.own_share <= figures.capital.total * share.rate / figures.capital.partners
    found = upper if wide and figures.capital.own > 0 else lower
    return found.cents, source_of(found)


def _limits(figures: Figures, law: Law) -> tuple[LawValue, LawValue, LawValue]:
    upper = law.value_on("own_capital_upper_limit", figures.day)
    lower = law.value_on("own_capital_lower_limit", figures.day)
    return upper, lower, law.value_on("own_capital_share", figures.day)


def _older(figures: Figures, law: Law, policy: Choices) -> Excess:
    """One limit for the older self-employed (art. 3 lid 2 and 26): a loan as far as capital exceeds it."""
    limit = law.value_on("own_capital_limit_older", figures.day)
    excess = rounding_of(policy).against(max(Fraction(0), figures.capital.own_share - limit.cents))
    line = _against_limit("Bbz art. 3 lid 2", limit, excess)
    return Excess(excess, (*_own_lines(figures, policy), line))


def _usual(figures: Figures, law: Law, policy: Choices) -> Excess:
    """Two limits (art. 3 lid 1); exactly on the upper one counts as between them."""
    upper, lower, share = _limits(figures, law)
    own = figures.capital.own_share
    lines = _own_lines(figures, policy)
    if own > upper.cents:
        return Excess(None, (*lines, _above(upper)))
    if own <= lower.cents:
        return Excess(0, (*lines, _against_limit("Bbz art. 3 lid 1 b", lower, 0)))
    part = _part_of_total(figures, share)
    if own <= part:
        return Excess(0, (*lines, _within_share(share, part)))
    reading = policy.choice("art13.mode")
    excess = _READINGS[reading](own, lower, part)
    cents = None if excess is None else rounding_of(policy).against(excess)
    return Excess(cents, (*lines, _reading_line(reading, cents, lower, share)))


_READINGS: Mapping[str, Callable[[Fraction, LawValue, Fraction], Fraction | None]] = {
    "i": lambda own, lower, part: own - lower.cents,  # noqa: ARG005 - all readings are asked alike
    "ii": lambda own, lower, part: None,  # noqa: ARG005 - as above
    "iii": lambda own, lower, part: own - part,  # noqa: ARG005 - as above
}


def _part_of_total(figures: Figures, share: LawValue) -> Fraction:
    capital = figures.capital
    if capital.total < capital.own:
        raise CapitalRefused(
            f"total_capital: {english_amount(capital.total)}: must not be below own capital of "
            f"{english_amount(capital.own)}, which lies between the limits of art. 3"
        )
    return capital.total * share.rate / capital.partners


def _own_lines(figures: Figures, policy: Choices) -> tuple[Line, ...]:
    day, day_en = _DATES[policy.choice("art3.date")]
    partners = figures.capital.partners
    whose = f"Uw deel ({partners} vennoten) van het eigen vermogen" if partners > 1 else "Uw eigen vermogen"
    whose_en = f"Own capital, one of {partners} equal parts," if partners > 1 else "Own capital"
    article = "Bbz art. 3, 8, 9 en 32" if partners > 1 else "Bbz art. 3 en 8"
    return (
        Line(f"{whose} {day}", f"{whose_en} {day_en}", article, half_up(figures.capital.own_share), TOLD),
    )


_DATES = {
    "start_of_assistance": ("bij de start van de bijstand", "at the start of assistance"),
    "application": ("bij de aanvraag", "at the application"),
    "settlement": ("bij de vaststelling", "at the settlement"),
}


def _above(upper: LawValue) -> Line:
    text = f"Dat is meer dan de bovengrens van {dutch_amount(upper.cents)}: alles blijft een lening"
    text_en = f"Above the upper limit of {english_amount(upper.cents)}: everything stays a loan"
    return Line(text, text_en, "Bbz art. 3 lid 1 a en 13", upper.cents, source_of(upper))


def _against_limit(article: str, limit: LawValue, excess: int) -> Line:
    text = f"De grens is {dutch_amount(limit.cents)}; uw vermogen ligt daar zoveel boven"
    text_en = f"The limit is {english_amount(limit.cents)}; own capital is above it by"
    return Line(text, text_en, article, excess, source_of(limit))


def _within_share(share: LawValue, part: Fraction) -> Line:
    text = f"Dat is niet meer dan {dutch_percent(share.rate)} % van uw totale vermogen: het telt niet"
    text_en = f"Not above {percent_text(share.rate)} % of total capital, so it blocks nothing"
    return Line(text, text_en, "Bbz art. 3 lid 1 b", half_up(part), source_of(share))


def _reading_line(reading: str, excess: int | None, lower: LawValue, share: LawValue) -> Line:
    percent, percent_en = dutch_percent(share.rate), percent_text(share.rate)
    if excess is None:
        text = (
            f"Dat is meer dan {percent} % van uw totale vermogen: alles blijft een lening (lezing {reading})"
        )
        text_en = f"Above {percent_en} % of total capital: everything stays a loan (reading {reading})"
        return Line(text, text_en, "Bbz art. 3 lid 1 b en 13", 0, source_of(lower, share))
    over = {
        "i": f"de ondergrens van {dutch_amount(lower.cents)}",
        "iii": f"{percent} % van uw totale vermogen",
    }
    over_en = {
        "i": f"the lower limit of {english_amount(lower.cents)}",
        "iii": f"{percent_en} % of total capital",
    }
    text = f"Dat is te veel om alles te mogen houden; boven {over[reading]} ligt (lezing {reading})"
    text_en = f"Too much for a gift as a whole; above {over_en[reading]} lies (reading {reading})"
    return Line(text, text_en, "Bbz art. 3 lid 1 b, 11 lid 2 en 13", excess, source_of(lower, share))
