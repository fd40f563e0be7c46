"""The lines of an explanation of what a settlement books: advances, gifts, claims, remission of interest."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from ledger.entry import EntryKind
from ledger.money import euros
from servicing.explain_lines import Known, Line, fact_line, named
from servicing.facts import Fact, FactKind
from servicing.life.state import REFUNDABLE

ADVANCE_ARTICLE = "Bbz 2004 art. 11 lid 1"
SETTLEMENT_ARTICLE = "Bbz 2004 art. 12 en 13"
REMISSION_ARTICLE = "Bbz 2004 art. 21"
PARTS = {
    "gift": "Wordt een gift",
    "not_reclaimed": "Wordt niet teruggevraagd",
    "retained": "Blijft een lening wegens vermogen",
    "reclaimed": "Wordt teruggevraagd",
}
"""What living allowance can become, in the words of an explanation."""

REMITTED = {
    "remission": "Rente kwijtgescholden van termijnen",
    "converted": "Hoofdsom die een gift wordt (keuzejaar), boekjaar",
}
"""What can be remitted of business capital, in the words of an explanation."""


def _settlement(known: Known) -> list[Line]:
    """What the settlement says, and what it puts in the place of an earlier one."""
    fact = known.facts[known.cause.fact]
    before = [one for one in known.holding if one.kind is FactKind.SETTLED and _is_before(one, fact)]
    old = max(before, key=lambda one: (one.value_date, one.nr), default=None)
    lines = []
    for key, text in PARTS.items():
        if Fraction(str(fact.data[key])):
            lines.append(Line(text, str(fact.data[key]), article=SETTLEMENT_ARTICLE, source=named(fact)))
        if old is not None and Fraction(str(old.data[key])):
            lines.append(Line(f"Eerder vastgesteld: {text.lower()}", f"-{old.data[key]}", source=named(old)))
    return lines + _owed_to_debtor(known)


def _is_before(one: Fact, other: Fact) -> bool:
    return (one.value_date, one.nr) < (other.value_date, other.nr)


def _remission(known: Known) -> list[Line]:
    fact = known.facts[known.cause.fact]
    earlier = [one for one in known.holding if _is_the_same_year(one, fact) and _is_before(one, fact)]
    old = max(earlier, key=lambda one: (one.value_date, one.nr), default=None)
    lines = []
    for key, text in REMITTED.items():
        about = f"{text} van {fact.data['since']} tot {fact.data['until']}"
        if Fraction(str(fact.data[key])) or old is not None:
            lines.append(Line(about, str(fact.data[key]), article=REMISSION_ARTICLE, source=named(fact)))
        if old is not None and Fraction(str(old.data[key])):
            lines.append(Line(f"Eerder vastgesteld: {text.lower()}", f"-{old.data[key]}", source=named(old)))
    return lines + _owed_to_debtor(known)


def _is_the_same_year(one: Fact, fact: Fact) -> bool:
    return one.kind is FactKind.REMITTED and one.data["since"] == fact.data["since"]


def _reduction(known: Known) -> list[Line]:
    return _off(known, "Lager na een nieuwe vaststelling", SETTLEMENT_ARTICLE)


def _off(known: Known, text: str, article: str) -> list[Line]:
    """What goes off the claim, and what of it was paid already."""
    fact = known.facts[known.cause.fact]
    return [Line(text, euros(fact.cents), article=article, source=named(fact)), *_owed_to_debtor(known)]


def _owed_to_debtor(known: Known) -> list[Line]:
    back = known.credited.get(REFUNDABLE, 0)
    return [Line("Daarvan krijgt de debiteur terug of erbij", euros(back))] if back else []


def _transfer(known: Known) -> list[Line]:
    return [fact_line(known, "Uit de vaststelling van bijstand")._replace(article=SETTLEMENT_ARTICLE)]


def _advance(known: Known) -> list[Line]:
    return [fact_line(known, "Bijstand als lening")._replace(article=ADVANCE_ARTICLE)]


SETTLEMENT_LINES: Mapping[EntryKind, Callable[[Known], list[Line]]] = {
    EntryKind.SETTLEMENT: _settlement,
    EntryKind.REMISSION: _remission,
    EntryKind.REDUCTION: _reduction,
    EntryKind.TRANSFER: _transfer,
    EntryKind.ADVANCE: _advance,
}
"""What explains each kind of entry of a settlement."""
