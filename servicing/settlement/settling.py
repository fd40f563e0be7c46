"""The settlement of one book year as a whole: norm, income, art. 12, own capital, art. 4 and art. 21."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache, partial

from servicing.law import Law
from servicing.policy import Choices
from servicing.settlement.assistance import ARTICLE, Branch, Determination, determine
from servicing.settlement.capital import NO_EXCESS, Excess, excess_capital
from servicing.settlement.figures import Figures
from servicing.settlement.income import net_income
from servicing.settlement.instalments import Repayment, yearly_repayment
from servicing.settlement.line import GIFT, TOLD, Line
from servicing.settlement.norm import year_norm
from servicing.settlement.remission import Remission, Room, remission


@dataclass(frozen=True, slots=True)
class Settlement:
    """The outcome in whole cents, with every line that explains it.

    Always gift + retained loan + reclaim = granted + supplement. `gross_up` is None while art. 4 raises the gift
    with an amount that was not given.
    """

    year_norm: int
    net_income: int
    determination: Determination
    supplement: int
    gift: int
    retained_loan: int
    remission: Remission
    gross_up: int | None
    repayment: Repayment | None
    supplement_to_pay: int
    lines: tuple[Line, ...]
    of_room: tuple[Line, ...]

    @property
    def interest_lines(self) -> tuple[Line, ...]:
        """What explains the interest remitted: year norm and net income, where they gave the room for it."""
        return (*(self.of_room if self.remission.is_of_room else ()), *self.remission.lines)

    @property
    def reclaim(self) -> int:
        """What is proposed to be reclaimed."""
        return self.determination.reclaim


@dataclass(frozen=True, slots=True)
class _Shares:
    """What becomes of the assistance once own capital was looked at."""

    supplement: int
    gift: int
    retained_loan: int
    lines: tuple[Line, ...]


def settle(figures: Figures, law: Law, policy: Choices, reclaim: int | None = None) -> Settlement:
    """Settle one year; refuses an unknown figure of the law only where the case asks for it.

    `reclaim` is what the college decided to reclaim, in place of what is proposed.
    """
    norm = year_norm(figures, law, policy)
    income = net_income(figures, law, policy)
    found = determine(figures, norm, income.cents, policy)
    if reclaim is not None:
        assert 0 <= reclaim <= found.largest_reclaim, f"{reclaim} of at most {found.largest_reclaim}"
        found = replace(found, reclaim=reclaim)
    excess = cache(partial(excess_capital, figures, law, policy))
    left = figures.granted + found.supplement - found.reclaim
    shares = _shares(figures, found, excess() if left else NO_EXCESS, policy)
    assisted = bool(figures.granted or found.supplement)
    room = Room(norm.cents, income.cents, shares.gift + shares.retained_loan, assisted, excess)
    remitted = remission(figures, room, law, policy)
    gross_up, gross_up_lines = _gross_up(figures, shares.gift, policy)
    repayment = yearly_repayment(shares.retained_loan, figures.book_year.until, law, policy)
    return Settlement(
        year_norm=norm.cents,
        net_income=income.cents,
        determination=found,
        supplement=shares.supplement,
        gift=shares.gift,
        retained_loan=shares.retained_loan,
        remission=remitted,
        gross_up=gross_up,
        repayment=repayment,
        supplement_to_pay=max(0, shares.supplement - figures.supplement_paid),
        lines=(
            *norm.lines,
            *income.lines,
            *found.lines,
            *shares.lines,
            *_paid_lines(figures, shares),
            *gross_up_lines,
            *(repayment.lines if repayment else ()),
            *remitted.lines,
        ),
        of_room=(*norm.lines, *income.lines),
    )


def _shares(figures: Figures, found: Determination, excess: Excess, policy: Choices) -> _Shares:
    """Own capital first blocks the gift of what was lent, then the supplement (policy art13.supplement)."""
    lent = figures.granted - found.reclaim
    retained = excess.blocks(lent)
    blocked = excess.blocks(lent + found.supplement) - retained
    as_loan, as_gift = _SUPPLEMENTS[policy.choice("art13.supplement")]
    supplement = found.supplement - blocked * (1 - as_loan - as_gift)
    loan = retained + blocked * as_loan
    gift = lent + supplement - loan
    return _Shares(
        supplement,
        gift,
        loan,
        (*excess.lines, *_share_lines(gift, loan, found.supplement - supplement, found.branch)),
    )


_SUPPLEMENTS = {"loan": (1, 0), "gift": (0, 1), "not_paid": (0, 0)}
"""What a supplement becomes that own capital blocks: a loan, a gift, or neither."""


def _share_lines(gift: int, loan: int, not_paid: int, branch: Branch) -> list[Line]:
    lines = [
        Line(
            "Dit is een gift: u hoeft het niet terug te betalen",
            GIFT,
            f"{ARTICLE} {branch}",
            gift,
        ),
        Line(
            "Dit blijft een lening zonder rente, door uw eigen vermogen",
            "Stays an interest-free loan because of own capital",
            "Bbz art. 13",
            loan,
        ),
        Line(
            "Dit deel van de aanvulling wordt niet betaald, door uw eigen vermogen",
            "Part of the supplement that is not paid because of own capital",
            "Bbz art. 12 en 13",
            not_paid,
        ),
    ]
    return [line for line in lines if line.cents]


def _paid_lines(figures: Figures, shares: _Shares) -> list[Line]:
    if not figures.supplement_paid:
        return []
    paid, article = figures.supplement_paid, f"{ARTICLE} a"
    lines = [Line("Van de aanvulling is al betaald", "Supplement paid already", article, -paid, TOLD)]
    if paid > shares.supplement:
        text = "Er is meer aanvulling betaald dan waar u recht op hebt; een medewerker beslist hierover"
        lines.append(
            Line(text, "More was paid than is due: a person decides", article, paid - shares.supplement)
        )
    return lines


def _gross_up(figures: Figures, gift: int, policy: Choices) -> tuple[int | None, list[Line]]:
    """The wage tax the municipality owes over a gift raises it (art. 4), up to the last book year of that rule."""
    if not gift or figures.day.year > policy.number("art4.until"):
        return 0, []
    if figures.wage_tax is None:
        text = "De gift wordt verhoogd met de loonbelasting die de gemeente betaalt; dat bedrag is nog niet ingevuld"
        return None, [Line(text, "Raised with the wage tax, which was not given", "Bbz art. 4", 0)]
    text = "De gift wordt verhoogd met de loonbelasting die de gemeente betaalt"
    return figures.wage_tax, [Line(text, "Raised with the wage tax", "Bbz art. 4", figures.wage_tax, TOLD)]
