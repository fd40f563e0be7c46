"""Which claims a person may look at for waiver (kwijtschelding): after years since their decision, never by itself."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

from ledger.money import euros
from servicing.blocks import holding_of
from servicing.daycount import Step, step_date
from servicing.deferral import deferral_periods
from servicing.dunning.announced import announced_on
from servicing.facts import FactKind
from servicing.history import history_of
from servicing.law import Law, LawValue
from servicing.life.outcome import open_amounts
from servicing.life.timeline import live
from servicing.policy import Choices
from servicing.product import Product
from servicing.worklist import Case, Item, contact_person

TERMS = ("practice_waiver_term_no_fault", "practice_waiver_term", "practice_waiver_term_fraud")
FOR_WHOM = (
    "if the debtor is not to blame",
    "if he met his obligations",
    "also after a breach of the duty to inform",
)
YEAR = Step(1, "y")


class Passed(NamedTuple):
    """A term that is over: since when, for whom it is, and the figure behind it."""

    on: date
    whom: str
    term: LawValue


def item_of_waiver(case: Case, product: Product, ways: tuple[Law, Choices], day: date) -> list[Item]:
    """A claim that stood so many years since its decision was handed over, once for each term, until handled.

    Days of deferral count where the policy says so. Raises `UnknownLaw`.
    """
    law, choices = ways
    rule = choices.choice("waiver.rules")
    begun = announced_on(holding_of(case.facts, None), ())
    if rule == "never_propose" or begun is None or product.dunning != "recovery":
        return []
    if rule == "propose_3_5_10_years":
        begun += timedelta(days=sum((until - since).days for since, until in deferral_periods(case.facts)))
    terms = [(law.value_on(term, day), whom) for term, whom in zip(TERMS, FOR_WHOM, strict=True)]
    told = [Passed(step_date(begun, YEAR, term.count), whom, term) for term, whom in terms]
    passed = [one for one in told if one.on <= day]
    owed = _owed(case, day) if passed else 0
    return [_item(case, passed[-1], owed, day)] if owed and not _is_handled(case, passed[-1].on) else []


def _owed(case: Case, day: date) -> int:
    history = history_of(case.facts)
    return int(open_amounts(live(history.terms, history.events, history.reversals, day), day).total)


def _is_handled(case: Case, since: date) -> bool:
    """Whether a person looked at it since a term was over."""
    claims = {fact.nr for fact in case.facts if fact.kind is FactKind.ANNOUNCED}
    return any(
        fact.kind is FactKind.HANDLED and fact.of in claims and fact.value_date >= since
        for fact in case.facts
    )


def _item(case: Case, passed: Passed, owed: int, day: date) -> Item:
    """A term that nobody compared with its source is first to be confirmed by a person."""
    claim = max(fact.nr for fact in case.facts if fact.kind is FactKind.ANNOUNCED)
    reason = (
        f"{euros(owed)} is left of a claim that may be waived since {passed.on} {passed.whom} "
        "(Pw 58 lid 7; Awb 4:94a)"
    )
    action = "look at fault and payments: aflos decide waiver, or aflos worklist done"
    if not passed.term.verified:
        reason += f"; that the term is {passed.term.text} years is not verified ({passed.term.source})"
        action = f"confirm the term first (aflos law show {passed.term.parameter}), then {action}"
    owner = contact_person(case.facts, day)
    return Item("dunning", case.creditor, case.subject, claim, owner, passed.on, reason, action)
