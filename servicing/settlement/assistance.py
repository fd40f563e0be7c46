"""The final determination of living allowance (definitieve vaststelling, Bbz art. 12 lid 2)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

from servicing.policy import Choices
from servicing.settlement.book_year import MONTHS_IN_YEAR, month_after
from servicing.settlement.figures import Figures
from servicing.settlement.income import aid_as_grant
from servicing.settlement.line import LENT, PROPOSAL, Line, english_amount
from servicing.settlement.norm import YearNorm
from servicing.settlement.rounding import rounding_of
from servicing.wording import dutch_amount

Branch = Literal["a", "b", "c"]
"""Art. 12 lid 2: a less than, b equal to, c more than the year norm."""

DAYS_IN_YEAR = 365


@dataclass(frozen=True, slots=True)
class Determination:
    """What art. 12 makes of the assistance granted, before own capital is looked at; whole cents.

    `reclaim` is what is proposed: `largest_reclaim`, or nothing below the minimum of the college.
    """

    branch: Branch
    total: int
    cap: int | None
    supplement: int
    largest_reclaim: int
    reclaim: int
    lines: tuple[Line, ...]

    @property
    def not_reclaimed(self) -> int:
        """What could be reclaimed and is not proposed to be; it becomes a gift, on its own line."""
        return self.largest_reclaim - self.reclaim


def determine(figures: Figures, norm: YearNorm, net_income: int, policy: Choices) -> Determination:
    """Supplement or clawback of one book year; the cap on a supplement is cut to the months with assistance."""
    granted = figures.granted + aid_as_grant(figures.aid, policy)
    total = granted + net_income
    cap = _cap(figures, norm, policy)
    supplement = max(0, min(norm.cents - total, cap - granted)) if cap is not None else 0
    largest = min(figures.granted, max(0, total - norm.cents))
    reclaim = largest if largest >= policy.cents("art12.minimum") else 0
    branch: Branch = "a" if total < norm.cents else "c" if total > norm.cents else "b"
    found = Determination(branch, total, cap, supplement, largest, reclaim, ())
    if figures.months_granted is None:
        return found
    lines = (
        *_granted_lines(figures, policy),
        _total_line(total),
        *_LINES[branch](figures, norm, found, policy),
    )
    return replace(found, lines=lines)


def _cap(figures: Figures, norm: YearNorm, policy: Choices) -> int | None:
    """The year norm pro rata to the months with assistance; None without such months."""
    if figures.months_granted is None:
        return None
    return rounding_of(policy).favour(_CAPS[policy.choice("art12.cap")](figures, norm))


def _by_months(figures: Figures, norm: YearNorm) -> Fraction:
    return Fraction(norm.cents * len(figures.assisted), MONTHS_IN_YEAR)


def _by_norms(figures: Figures, norm: YearNorm) -> Fraction:
    return norm.of_months([month_after(figures.book_year.since, nr - 1) for nr in figures.assisted])


def _by_days(figures: Figures, norm: YearNorm) -> Fraction:
    starts = [month_after(figures.book_year.since, nr - 1) for nr in figures.assisted]
    days = sum((month_after(start, 1) - start).days for start in starts)
    return Fraction(norm.cents * days, DAYS_IN_YEAR)


_CAPS: Mapping[str, Callable[[Figures, YearNorm], Fraction]] = {
    "months": _by_months,
    "norms": _by_norms,
    "days": _by_days,
}


def _granted_lines(figures: Figures, policy: Choices) -> list[Line]:
    text, text_en = _HOLIDAY[policy.choice("art12.holiday")]
    lines = [
        Line(
            f"De bijstand die u als lening kreeg, {text}",
            f"Assistance granted, {text_en}",
            LOAN,
            figures.granted,
            LENT,
        )
    ]
    aid = aid_as_grant(figures.aid, policy)
    if aid:
        text = "Bbz light of Tozo telt mee als verleende bijstand"
        lines.append(Line(text, "Crisis assistance counts as granted", "Bbz art. 60ab", aid))
    return lines


LOAN = "Bbz art. 11 lid 1"
ARTICLE = "Bbz art. 12 lid 2"
_HOLIDAY = {
    "as_due": ("met de vakantietoeslag waar u recht op had", "with the holiday allowance due"),
    "as_paid": ("met de vakantietoeslag die is uitbetaald", "with the holiday allowance paid"),
}


def _total_line(total: int) -> Line:
    text = "Bijstand en netto inkomen samen"
    return Line(text, "Assistance and net income together", ARTICLE, total)


def _less(figures: Figures, norm: YearNorm, found: Determination, policy: Choices) -> list[Line]:
    del policy
    article = f"{ARTICLE} a"
    gap = norm.cents - found.total
    lines = [
        Line("Dat is minder dan de jaarnorm; het verschil is", "Less than the year norm, by", article, gap)
    ]
    if found.cap is not None and found.supplement < gap:
        months = len(figures.assisted)
        lines.append(
            Line(
                f"U kreeg {months} van de 12 maanden bijstand; daarom kan het samen niet meer zijn dan",
                f"Assistance in {months} of 12 months; together it is at most",
                article,
                found.cap,
            )
        )
    text = "U krijgt nog een aanvulling van" if found.supplement else "U krijgt geen aanvulling"
    return [*lines, Line(text, "Supplement", article, found.supplement)]


def _equal(figures: Figures, norm: YearNorm, found: Determination, policy: Choices) -> list[Line]:
    del figures, found, policy
    text = "Dat is precies de jaarnorm: u krijgt niets bij en betaalt niets terug"
    return [Line(text, "Exactly the year norm", f"{ARTICLE} b", norm.cents)]


def _more(figures: Figures, norm: YearNorm, found: Determination, policy: Choices) -> list[Line]:
    article = f"{ARTICLE} c"
    over = found.total - norm.cents
    lines = [
        Line("Dat is meer dan de jaarnorm; het verschil is", "More than the year norm, by", article, over)
    ]
    if over > figures.granted:
        text = "Meer dan u aan bijstand kreeg, kan de gemeente niet terugvragen"
        lines.append(Line(text, "Never more than was granted", article, found.largest_reclaim))
    if found.not_reclaimed:
        limit = policy.cents("art12.minimum")
        text = f"De gemeente vraagt niets terug onder {dutch_amount(limit)}; dit mag u houden"
        text_en = f"Nothing is reclaimed below {english_amount(limit)}"
        lines.append(Line(text, text_en, article, found.not_reclaimed))
    if found.reclaim:
        text = "Voorstel: dit bedrag terugvragen. De gemeente weegt eerst uw situatie"
        title = _TITLES[policy.choice("title.clawback")]
        lines.append(Line(text, PROPOSAL, title, found.reclaim))
    return lines


_TITLES = {
    "art12_and_pw58": f"{ARTICLE} c; Pw art. 58 lid 2",
    "art12_only": f"{ARTICLE} c",
}
_LINES: Mapping[Branch, Callable[[Figures, YearNorm, Determination, Choices], list[Line]]] = {
    "a": _less,
    "b": _equal,
    "c": _more,
}
