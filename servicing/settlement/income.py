"""Net income (netto inkomen, Bbz art. 1 onder e and 6): profit less the flat tax, and the other income."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from ledger.errors import BadInput
from ledger.money import half_up
from servicing.law import Law
from servicing.policy import Choices
from servicing.settlement.figures import Company, CrisisAid, Figures
from servicing.settlement.line import TOLD, Line, source_of
from servicing.settlement.rounding import rounding_of
from servicing.terms_data import percent_text
from servicing.wording import dutch_percent

BY_CASEWORKER = "ingevuld door de behandelaar"


class AidNotDecided(BadInput):
    """How crisis assistance counts is for a person to say (policy art12.crisis_aid)."""


@dataclass(frozen=True, slots=True)
class NetIncome:
    """Net income over the book year in whole cents, never below 0."""

    cents: int
    lines: tuple[Line, ...]


class _Tax(NamedTuple):
    rate: Fraction
    source: str


def net_income(figures: Figures, law: Law, policy: Choices) -> NetIncome:
    """Profit after flat tax and other income, as the college's choices have them; refuses an unknown tax.

    A loss is not taxed. The tax is rounded once, over all that is taxed.
    """
    profit = _counted_profit(figures, policy)
    kept = profit if profit > 0 else _LOSS[policy.choice("art6.negative")](profit)
    other = figures.other_income + figures.partner_income
    taxed = max(profit, 0) + _TAXED_OTHER[policy.choice("art6.forfait_scope")] * other
    tax = _tax(figures, law) if taxed > 0 else None
    off = taxed - half_up(taxed * (1 - tax.rate)) if tax else 0
    aid = _aid_as_income(figures.aid, policy)
    before_rounding = max(0, kept + other - off + aid + figures.company.share)
    cents = rounding_of(policy).against(Fraction(before_rounding))
    lines = [
        *_profit_lines(figures, policy),
        *_tax_lines(tax, off),
        *_other_lines(figures, aid),
        *_company_lines(figures.company),
        *_loss_lines(profit, kept),
        _total(cents),
    ]
    return NetIncome(cents, tuple(lines))


def _counted_profit(figures: Figures, policy: Choices) -> int:
    whole = figures.profit + figures.profit_corrections
    return whole - _BEFORE_START[policy.choice("art6.period")] * figures.profit_before_start


_BEFORE_START = {"whole_book_year": 0, "since_start": 1}
_LOSS: Mapping[str, Callable[[int], int]] = {"set_off": lambda loss: loss, "zero": lambda _: 0}
_TAXED_OTHER = {"untaxed_only": 0, "all_income": 1}


def _tax(figures: Figures, law: Law) -> _Tax:
    if figures.income_tax is not None:
        return _Tax(figures.income_tax, BY_CASEWORKER)
    value = law.value_on("flat_income_tax", figures.day)
    return _Tax(value.rate, source_of(value))


def _aid_as_income(aid: CrisisAid, policy: Choices) -> int:
    """What of Bbz light and Tozo is income: both came in net, so no flat tax goes off."""
    return _AID_AS_INCOME[policy.choice("art12.crisis_aid")](aid)


def aid_as_grant(aid: CrisisAid, policy: Choices) -> int:
    """What of Bbz light and Tozo counts as assistance granted, without being reclaimed itself."""
    return aid.bbz_light + aid.tozo if policy.choice("art12.crisis_aid") == "part_of_grant" else 0


def _bbz_light_only(aid: CrisisAid) -> int:
    if aid.tozo:
        raise AidNotDecided(
            "tozo: art12.crisis_aid is bbz_light_is_income, which says nothing about Tozo: "
            "choose income, ignored or part_of_grant"
        )
    return aid.bbz_light


_AID_AS_INCOME: Mapping[str, Callable[[CrisisAid], int]] = {
    "bbz_light_is_income": _bbz_light_only,
    "income": lambda aid: aid.bbz_light + aid.tozo,
    "ignored": lambda _: 0,
    "part_of_grant": lambda _: 0,
}


def _profit_lines(figures: Figures, policy: Choices) -> list[Line]:
    whole = Line(
        "De winst van uw bedrijf over het hele boekjaar",
        "Profit of the business over the whole book year",
        "Bbz art. 6 lid 1",
        figures.profit,
        TOLD,
    )
    corrected = Line(
        "Wij corrigeren de winst, bijvoorbeeld voor versnelde afschrijving",
        "The profit is corrected, such as for accelerated depreciation",
        "Bbz art. 6 lid 1",
        figures.profit_corrections,
        TOLD,
    )
    told = [whole, corrected] if figures.profit_corrections else [whole]
    if not figures.profit_before_start:
        return told
    counted = policy.choice("art6.period") == "whole_book_year"
    before = Line(
        f"Daarvan is verdiend vóór de start; dat deel telt {'wel' if counted else 'niet'} mee",
        f"Earned before the start, which {'counts' if counted else 'does not count'}",
        "Bbz art. 6 lid 1",
        figures.profit_before_start,
        TOLD,
    )
    return [*told, before]


def _tax_lines(tax: _Tax | None, off: int) -> list[Line]:
    if tax is None:
        return []
    return [
        Line(
            f"Daar gaat een vast deel af voor belasting en premies: {dutch_percent(tax.rate)} %",
            f"A fixed part goes off for tax and contributions: {percent_text(tax.rate)} %",
            "Bbz art. 6 lid 2",
            -off,
            tax.source,
        )
    ]


def _other_lines(figures: Figures, aid: int) -> list[Line]:
    both = "" if figures.partner_income else " van u en uw partner"
    texts = (
        (
            figures.other_income,
            f"Ander inkomen{both}, na belasting",
            "Other income of the household, net",
            "",
        ),
        (figures.partner_income, "Inkomen van uw partner, na belasting", "Income of the partner, net", ""),
        (
            aid,
            "Bbz light of Tozo in hetzelfde boekjaar telt als inkomen",
            "Crisis assistance is income",
            "60ab",
        ),
    )
    return [
        Line(text, text_en, f"Bbz art. {article or '6'}", cents, TOLD)
        for cents, text, text_en, article in texts
        if cents
    ]


def _company_lines(company: Company) -> list[Line]:
    """Art. 33: the share is net income as it is, so no flat tax goes off it; a loss of the company is not income."""
    if company == Company():
        return []
    if company.profit < company.tax:
        text, text_en = (
            "Het verlies van uw bv of coöperatie telt niet mee",
            "A loss of the company does not count",
        )
        return [Line(text, text_en, "Bbz art. 33", 0, TOLD)]
    among = f", gedeeld door {company.members}" if company.members > 1 else ""
    among_en = f", divided by {company.members}" if company.members > 1 else ""
    text = f"De winst van uw bv of coöperatie na vennootschapsbelasting{among}"
    text_en = f"Profit of the company after corporation tax{among_en}"
    return [Line(text, text_en, "Bbz art. 33", company.share, TOLD)]


def _loss_lines(profit: int, kept: int) -> list[Line]:
    if profit >= 0:
        return []
    how = "gaat af van uw andere inkomen" if kept else "telt niet mee"
    how_en = "is set off against other income" if kept else "does not count"
    return [Line(f"Het verlies {how}", f"The loss {how_en}", "Bbz art. 6", kept)]


def _total(cents: int) -> Line:
    text = "Dat is uw netto inkomen (nooit minder dan nul)"
    return Line(text, "This is net income (never below zero)", "Bbz art. 1 onder e", cents)
