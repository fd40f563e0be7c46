"""What is there already: a decision about the same thing that waits, or the same event under another document."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection

from ledger.money import euros
from servicing.decisions.proposal import Decision
from servicing.decisions.store import DecisionRefused, decisions_on
from servicing.facts import Draft, Fact, FactKind, FactRefused
from servicing.registration import ABOUT, IN_PARTS, Dossier

UNDER_WAY = frozenset({"proposed", "fixed-not-announced"})
"""Where a decision stands that will be a fact, and is none yet."""


ONE_AT_A_TIME = frozenset({FactKind.ARRANGEMENT, FactKind.DUE_AT_ONCE})


def refuse_beside(connection: Connection, dossier: Dossier, draft: Draft) -> None:
    """Refuse a second arrangement, calling in or end of one thing, while a decision about it is under way.

    A loan that is called in already is not called in again, unless another schedule came after it.
    """
    _refuse_called_in(dossier, draft)
    ends = draft.kind in ABOUT and draft.kind not in IN_PARTS
    if draft.kind not in ONE_AT_A_TIME and not ends:
        return
    for one in decisions_on(connection, draft.loan):
        same = one.kind.fact is draft.kind and (not ends or one.proposed.of == draft.of)
        if same and one.state in UNDER_WAY and one.proposed.reference != draft.key:
            raise DecisionRefused(f"loan {draft.loan}: {_told(one)}")


def _told(decision: Decision) -> str:
    """A decision that is under way, and what is done with it."""
    proposed, number = decision.proposed, decision.id
    amount = f" of {euros(proposed.cents)}" if proposed.cents else ""
    what = f"decision {number} ({proposed.kind}{amount} from {proposed.value_date}, {proposed.reference!r})"
    back = f"or {decision.maker} takes it back with aflos decide take-back {number}"
    if decision.state == "proposed":
        return f"{what} waits for its approval: aflos approve {number} (--reject refuses it), {back}"
    return f"{what} waits for its hand-over: aflos decide handed-over {number}, {back}"


def _refuse_called_in(dossier: Dossier, draft: Draft) -> None:
    known = any((fact.kind, fact.key) == (draft.kind, draft.key) for fact in dossier.facts)
    if draft.kind is not FactKind.DUE_AT_ONCE or known:
        return
    for fact in dossier.holding:
        if fact.kind is FactKind.DUE_AT_ONCE and not _scheduled_after(dossier, fact):
            raise FactRefused(
                f"loan {draft.loan}: due-at-once: is called in already, from {fact.value_date} by fact {fact.nr} "
                f"({fact.key!r}): where that one was wrong, first aflos loan withdraw {draft.loan} {fact.nr} --reason "
                f"TEXT; where another schedule is to hold again, aflos loan reschedule {draft.loan}"
            )


def _scheduled_after(dossier: Dossier, called: Fact) -> bool:
    return any(
        fact.kind is FactKind.SCHEDULE and fact.value_date >= called.value_date for fact in dossier.holding
    )


def refuse_suspended_twice(dossier: Dossier, draft: Draft) -> None:
    """Refuse the suspension of an order while the one that was told before lasts, for the same debtor or for all.

    One from before it, after it was lifted, or about another of joint debtors is another.
    """
    known = any((fact.kind, fact.key) == (draft.kind, draft.key) for fact in dossier.facts)
    if draft.kind is not FactKind.ORDER_SUSPENDED or known:
        return
    for fact in dossier.holding:
        lasts = fact.value_date <= draft.value_date < _lifted(dossier, fact)
        if fact.kind is draft.kind and _about_same(fact, draft) and lasts:
            raise FactRefused(
                f"loan {draft.loan}: order-suspended: is told already, by fact {fact.nr} of {fact.value_date} "
                f"({fact.key!r}): where that one was lifted, first aflos event order-resumed; where it is wrong, "
                f"first aflos event wrong-report --of order-suspended"
            )


def _about_same(fact: Fact, draft: Draft) -> bool:
    """Whether two facts are about the same debtor; one that names nobody is about all."""
    one, other = fact.data.get("debtor"), draft.data.get("debtor")
    return not one or not other or one == other


def _lifted(dossier: Dossier, fact: Fact) -> date:
    """The day on which what a fact tells ended; the last day there is where it lasts."""
    ended = (each.value_date for each in dossier.holding if (each.kind, each.of) == (FactKind.ENDED, fact.nr))
    return next(ended, date.max)
