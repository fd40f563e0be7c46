"""What is refused before a fact is recorded, so that nothing is found out only at night."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from ledger.money import euros
from servicing.facts import SETTLEMENT_KINDS, Draft, Fact, FactKind, FactRefused, said
from servicing.history import history_of
from servicing.life.outcome import standing
from servicing.life.timeline import live
from servicing.terms_data import terms_granted
from servicing.texts import plain_reference, plain_text

MONEY_KINDS = frozenset({FactKind.PAYMENT, FactKind.EARLY_REPAYMENT})
"""Facts that are money received, which may come back."""

HAPPENED_KINDS = MONEY_KINDS | {
    FactKind.DISBURSEMENT,
    FactKind.REVERSAL,
    FactKind.COST,
    FactKind.GRANT,
    FactKind.WSNP_START,
    FactKind.WSNP_EARLY_END,
    FactKind.WSNP_CLEAN_SLATE,
    FactKind.ARRANGEMENT_END,
    FactKind.INTERRUPTION,
    FactKind.CREDIT_REFUND,
    FactKind.ADVANCE_PAID,
    FactKind.YEAR_FIGURES,
    FactKind.CYCLE_STEP,
    FactKind.CLIENT_GROUP,
    FactKind.WAGE_TAX,
    FactKind.CLAIM_SCHEME,
    FactKind.SETTLED,
    FactKind.TRANSFERRED,
    FactKind.REDUCED,
    FactKind.REMITTED,
    FactKind.DUNNED,
    FactKind.ANNOUNCED,
    FactKind.BAILIFF,
    FactKind.BAILIFF_STATEMENT,
    FactKind.BAILIFF_RECALLED,
    FactKind.REVIEW_STEP,
    FactKind.REVIEW_DONE,
}
"""Facts that have happened: nobody knows them before their day."""

ANY_DAY_KINDS = frozenset(
    {
        FactKind.WITHDRAWAL,
        FactKind.MANDATE,
        FactKind.MANDATE_ENDED,
        FactKind.ADVANCE_PAID,
        FactKind.WAGE_TAX,
    }
)
"""Facts that may lie before the decision that grants the loan: a mandate is often signed with the application, and
wage tax was paid before what it was paid over is reclaimed."""

DECIDED_KINDS = frozenset(
    {
        FactKind.RATE,
        FactKind.INSTALMENT,
        FactKind.DEFERRAL,
        FactKind.SCHEDULE,
        FactKind.COST,
        FactKind.WRITE_OFF,
        FactKind.WAIVER,
        FactKind.INTEREST_FREE,
        FactKind.DUE_AT_ONCE,
        FactKind.ARRANGEMENT,
        FactKind.STATUTORY_INTEREST,
    }
)
"""Facts that only make sense while something is or will be owed."""

ABOUT: Mapping[FactKind, tuple[frozenset[FactKind], str]] = {
    FactKind.WSNP_EARLY_END: (frozenset({FactKind.WSNP_START}), "the start of a debt restructuring"),
    FactKind.WSNP_CLEAN_SLATE: (frozenset({FactKind.WSNP_START}), "the start of a debt restructuring"),
    FactKind.DEFERRAL_END: (frozenset({FactKind.DEFERRAL}), "a deferral"),
    FactKind.ARRANGEMENT_END: (frozenset({FactKind.ARRANGEMENT}), "a payment arrangement"),
    FactKind.REVIEW_DONE: (frozenset({FactKind.REVIEW}), "a review"),
    FactKind.BAILIFF_RECALLED: (frozenset({FactKind.BAILIFF}), "a file at the bailiff"),
    FactKind.MANDATE_ENDED: (frozenset({FactKind.MANDATE}), "a mandate"),
    FactKind.CANCELLATION: (
        frozenset({FactKind.COST, FactKind.STATUTORY_INTEREST}),
        "costs or statutory interest",
    ),
    FactKind.REDUCED: (frozenset({FactKind.TRANSFERRED}), "a claim out of a settlement"),
}
"""Facts that end or cancel another, and what that must be."""

IN_PARTS = frozenset({FactKind.CANCELLATION, FactKind.REDUCED})
"""Facts that take an amount off another, together at most all of it."""

TELLS_OF: Mapping[FactKind, tuple[frozenset[FactKind], str]] = {
    FactKind.REVIEW_STEP: ABOUT[FactKind.REVIEW_DONE],
    FactKind.BAILIFF_STATEMENT: ABOUT[FactKind.BAILIFF_RECALLED],
}
"""Facts that tell more of another, as often as it happens, until it has ended."""

_NEXT_STEP = "find the loan it is meant for, or send it back"


@dataclass(frozen=True, slots=True)
class Dossier:
    """A loan and everything recorded about it, withdrawn facts too."""

    loan: int
    decision_date: date
    facts: Sequence[Fact]
    application_date: date | None = None

    @property
    def withdrawn(self) -> dict[int, int]:
        """Which fact was withdrawn by which."""
        return {fact.of: fact.nr for fact in self.facts if fact.kind is FactKind.WITHDRAWAL}

    @property
    def holding(self) -> list[Fact]:
        """The facts that count."""
        gone = self.withdrawn
        return [fact for fact in self.facts if fact.nr not in gone]


def known_already(dossier: Dossier, draft: Draft) -> Fact | None:
    """The fact that says the same under the same key, or None.

    Raises `FactRefused` for other contents under the key, and for one that was withdrawn.
    """
    for old in dossier.facts:
        if (old.kind, old.key) == (draft.kind, draft.key):
            _check_same(dossier, old, draft)
            return old
    return None


def check_draft(dossier: Dossier, draft: Draft) -> None:
    """Refuse a fact that does not fit what is known about the loan, naming value, rule and next step."""
    plain_reference("reference", draft.key)
    plain_text("source", draft.source)
    if draft.value_date < dossier.decision_date and draft.kind not in ANY_DAY_KINDS:
        raise _refusal(draft, f"must not lie before the decision of {dossier.decision_date}")
    if draft.kind in MONEY_KINDS or draft.kind in DECIDED_KINDS:
        _check_standing(dossier, draft)
    elif draft.kind is FactKind.DISBURSEMENT:
        _check_disbursement(dossier, draft)
    elif draft.kind is FactKind.REVERSAL:
        _check_reversal(dossier, draft)
    elif draft.kind in ABOUT or draft.kind in TELLS_OF:
        (_check_about if draft.kind in ABOUT else _check_tells)(dossier, draft)
    elif draft.kind is FactKind.CREDIT_REFUND:
        _check_credit(dossier, draft)
    elif draft.kind is FactKind.WITHDRAWAL:
        _check_withdrawal(dossier, draft)


def check_life(facts: Sequence[Fact]) -> None:
    """Work the whole life through, to the last event and the last due date; raises what the night would raise."""
    history = history_of(facts)
    terms = history.terms
    last = terms.due_date(terms.first_number + terms.instalments - 1)
    live(
        history.terms,
        history.events,
        history.reversals,
        max(last, *(max(fact.value_date, fact.known_on) for fact in facts)),
    )


def provisional(dossier: Dossier, draft: Draft, known_on: date) -> Fact:
    """The fact as it would be recorded next."""
    return Fact(
        draft.loan,
        len(dossier.facts) + 1,
        draft.kind,
        draft.value_date,
        known_on,
        draft.key,
        draft.cents,
        draft.of,
        dict(draft.data),
        "",
        draft.source,
    )


def named_fact(dossier: Dossier, name: str) -> Fact:
    """The fact with this number; raises `FactRefused` when there is none."""
    for fact in dossier.facts:
        if str(fact.nr) == name:
            return fact
    raise FactRefused(
        f"loan {dossier.loan}: no fact {name[:40]!r}; it has facts 1 to {len(dossier.facts)}, see aflos loan show"
    )


def named_payment(dossier: Dossier, name: str) -> Fact:
    """The payment with this reference or fact number; raises `FactRefused` for none, or for two."""
    money = [fact for fact in dossier.facts if fact.kind in MONEY_KINDS]
    found = [fact for fact in money if fact.key == name] or [fact for fact in money if str(fact.nr) == name]
    if len(found) != 1:
        how_many = "no payment" if not found else f"{len(found)} payments"
        raise FactRefused(
            f"loan {dossier.loan}: {how_many} {name[:60]!r}; see aflos payment list {dossier.loan}"
        )
    return found[0]


def reversal_of(dossier: Dossier, payment: Fact) -> Fact | None:
    """The fact that reversed a payment and still counts, or None."""
    reversals = (fact for fact in dossier.holding if fact.kind is FactKind.REVERSAL)
    return next((fact for fact in reversals if fact.of == payment.nr), None)


def _check_same(dossier: Dossier, old: Fact, draft: Draft) -> None:
    if draft.kind is FactKind.WITHDRAWAL and old.said != said(draft.data):
        raise _refusal(draft, f"fact {old.of} was withdrawn already by fact {old.nr}, for another reason")
    if old.nr in dossier.withdrawn:
        raise FactRefused(
            f"loan {draft.loan}: {draft.kind.text} {draft.key!r} is fact {old.nr}, withdrawn by fact "
            f"{dossier.withdrawn[old.nr]}; record it again under another reference"
        )
    before = (old.value_date, old.cents, old.of, old.said)
    if before != (draft.value_date, draft.cents, draft.of, said(draft.data)):
        raise FactRefused(
            f"loan {draft.loan}: {draft.kind.text} {draft.key!r} is fact {old.nr} already, with other contents "
            f"({euros(old.cents)} on {old.value_date}); use another reference, or withdraw fact {old.nr}"
        )


def _check_standing(dossier: Dossier, draft: Draft) -> None:
    """What comes in or is decided belongs to a loan that is running."""
    history = history_of(dossier.facts)
    day = draft.value_date
    life = live(history.terms, history.events, history.reversals, day)
    state = standing(life, day)
    if draft.kind in MONEY_KINDS and life.recoverable:
        return  # written off, not waived: what still comes in is recovered
    if state == "closed" and draft.kind is FactKind.STATUTORY_INTEREST:
        return  # paid, and too late: the interest on that may be fixed afterwards
    if state == "pending" and draft.kind in MONEY_KINDS:
        raise _refusal(draft, f"nothing has been disbursed by that day: {_NEXT_STEP}")
    if state not in {"pending", "active"}:
        next_step = f": {_NEXT_STEP}" if draft.kind in MONEY_KINDS else ""
        raise _refusal(
            draft, f"the loan is {state.replace('_', ' ')} on that day, nothing is owed{next_step}"
        )


def _check_about(dossier: Dossier, draft: Draft) -> None:
    """A fact about another: it is of the right kind, it counts, and nothing ended it before."""
    about = _named_rightly(dossier, draft, ABOUT)
    others = [fact for fact in dossier.holding if fact.of == about.nr and fact.kind in ABOUT]
    if draft.kind in IN_PARTS:
        left = about.cents - sum(fact.cents for fact in others)
        if draft.cents > left:
            raise _refusal(draft, f"only {euros(left)} of fact {about.nr} is left to take off")
    elif others:
        raise _refusal(draft, f"fact {about.nr} has ended already, by fact {others[0].nr}")


def credit_left(dossier: Dossier, on: date, *, signed: bool = False) -> int:
    """The credit that can go back on a day, in cents: what there is then, and after all that is known since.

    With `signed` it is below zero where more went back than there is.
    """
    history = history_of(dossier.facts)
    days = {on, max(on, *(max(fact.value_date, fact.known_on) for fact in dossier.facts))}
    states = (live(history.terms, history.events, history.reversals, day) for day in days)
    left = min(int(state.credit) for state in states)
    return left if signed else max(0, left)


def _check_credit(dossier: Dossier, draft: Draft) -> None:
    """No more goes back than is there, on that day and after what came since."""
    left = credit_left(dossier, draft.value_date)
    if draft.cents > left:
        raise _refusal(draft, f"the credit of the loan is {euros(left)}")


def _check_tells(dossier: Dossier, draft: Draft) -> None:
    """A fact that tells more of another, which has not ended."""
    about = _named_rightly(dossier, draft, TELLS_OF)
    ended = [fact for fact in dossier.holding if fact.of == about.nr and fact.kind in ABOUT]
    if ended and draft.value_date > ended[0].value_date:
        raise _refusal(draft, f"fact {about.nr} has ended already, by fact {ended[0].nr}")


def _named_rightly(
    dossier: Dossier, draft: Draft, rules: Mapping[FactKind, tuple[frozenset[FactKind], str]]
) -> Fact:
    """The fact another is about: of the right kind, counting, and not after it."""
    about = named_fact(dossier, str(draft.of))
    kinds, what = rules[draft.kind]
    if about.kind not in kinds:
        raise _refusal(draft, f"fact {about.nr} is a {about.kind.text}, not {what}")
    if about.nr in dossier.withdrawn:
        raise _refusal(draft, f"fact {about.nr} is withdrawn")
    if draft.value_date < about.value_date:
        raise _refusal(draft, f"must not lie before fact {about.nr}, on {about.value_date}")
    return about


def _check_disbursement(dossier: Dossier, draft: Draft) -> None:
    """No more is paid out than was granted."""
    granted = [fact for fact in dossier.holding if fact.kind is FactKind.GRANT]
    principal = int(terms_granted(granted[0].data).principal) if granted else 0
    before = sum(fact.cents for fact in dossier.holding if fact.kind is FactKind.DISBURSEMENT)
    if before + draft.cents > principal:
        rule = f"{euros(principal)} was granted and {euros(before)} of it paid out already"
        raise FactRefused(f"loan {draft.loan}: disbursement of {euros(draft.cents)}: {rule}")


def _check_reversal(dossier: Dossier, draft: Draft) -> None:
    payment = named_fact(dossier, str(draft.of))
    if payment.nr in dossier.withdrawn:
        raise _refusal(draft, f"fact {payment.nr} is withdrawn, there is nothing to reverse")
    if payment.kind not in MONEY_KINDS:
        raise _refusal(draft, f"fact {payment.nr} is a {payment.kind.text}; only a payment comes back")
    if draft.value_date < payment.value_date:
        raise _refusal(draft, f"must not lie before the payment of {payment.value_date}")
    old = reversal_of(dossier, payment)
    if old is not None:
        raise _refusal(
            draft, f"payment {payment.key!r} came back on {old.value_date} already (fact {old.nr})"
        )


def _check_withdrawal(dossier: Dossier, draft: Draft) -> None:
    fact = named_fact(dossier, str(draft.of))
    if fact.kind is FactKind.WITHDRAWAL:
        raise _refusal(draft, "a withdrawal stays; record what was withdrawn again under another reference")
    if fact.kind is FactKind.GRANT:
        raise _refusal(draft, "the decision that grants the loan stays; record another decision about it")
    if fact.kind in SETTLEMENT_KINDS and "settlement" not in draft.data:
        raise _refusal(
            draft, "a settlement is withdrawn as a whole, with its claims: aflos settle withdraw DECISION"
        )


def _refusal(draft: Draft, rule: str) -> FactRefused:
    amount = f" of {euros(draft.cents)}" if draft.cents else ""
    return FactRefused(f"loan {draft.loan}: {draft.kind.text}{amount} on {draft.value_date}: {rule}")
