"""What dunning asks of a person: calls and decisions, broken arrangements, interest that can be fixed, reviews."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from ledger.day import day_of
from ledger.money import euros
from servicing.arrangement import arrangement_on, paid_between, settlement_paid
from servicing.blocks import holding_of
from servicing.dunning.announced import NOT_ANNOUNCED
from servicing.dunning.sent import ASKING_LETTERS, sent_of
from servicing.dunning.standing import Standing
from servicing.facts import DECIDED, Fact, FactKind
from servicing.history import history_of
from servicing.in_default import FROM_REMINDER, proposed_interest, reminded_on, ways_of
from servicing.law import Law, UnknownLaw
from servicing.legal_terms import legal_term
from servicing.life.outcome import open_amounts
from servicing.life.timeline import live
from servicing.limitation import System
from servicing.policy import Choices
from servicing.product import Product
from servicing.reviewing import NEXT, next_review, reviews_of
from servicing.viewing import owed_on
from servicing.worklist import Case, Item, contact_person

ACTIONS: Mapping[tuple[str, str], str] = {
    ("instalments", "person"): "aflos decide arrangement, defer or due-at-once",
    ("recovery", "enforcement"): "aflos decide arrangement, or prepare a dwangbevel",
    ("clawback", "enforcement"): "aflos decide arrangement, or prepare a dwangbevel",
    ("private", "person"): (
        "agree an arrangement, or call the credit in under the contract; costs: aflos dunning costs"
    ),
}
CALL = "call, then aflos event contact"


def asks(row: Standing) -> bool:
    """Whether a place on a ladder asks something of a person: a call, a decision, or that a claim is announced."""
    return row.act in {"call", "person"} or row.reason == NOT_ANNOUNCED


def items_of_standings(standings: Iterable[Standing], cases: Mapping[int, Case], day: date) -> list[Item]:
    """The calls to make, the decisions to take and the claims nobody announced, one for each loan."""
    return [_item_of(row, cases[row.loan], day) for row in standings if asks(row)]


def _item_of(row: Standing, case: Case, day: date) -> Item:
    owner = contact_person(case.facts, day)
    if row.reason == NOT_ANNOUNCED:
        reason = f"{euros(row.cents)} is overdue, and {row.reason} (P5)"
        action = f"hand it over, then aflos dunning announced {row.loan} --on DAY --document REFERENCE"
        return Item(
            "announcement", case.creditor, case.subject, 0, owner, day_of(row.looked_on), reason, action
        )
    action = CALL if row.act == "call" else ACTIONS[row.procedure, row.step]
    return Item(
        "dunning", case.creditor, str(row.loan), 0, owner, day_of(row.proposed_on), row.reason, action
    )


def item_of_arrangement(case: Case, law: System, day: date) -> list[Item]:
    """A payment arrangement that is not kept: a person decides whether it ends (Awb art. 4:96, or as was agreed)."""
    agreed = arrangement_on(case.facts, day)
    if agreed is None:
        return []
    paid = paid_between(case.facts, agreed.decided_on, day)
    behind = agreed.behind(paid, day)
    if not behind:
        return []
    reason = f"arrangement: {euros(agreed.asked_by(day))} was to be paid by {day}, {euros(paid)} came"
    end = f"aflos decide arrangement-end {case.loan} --of {agreed.fact}"
    why = "Awb 4:96" if law == "public" else "as was agreed: tell the debtor in a letter of your own"
    action = f"call the debtor; where it is not kept: {end} ({why})"
    return [
        Item(
            "arrangement",
            case.creditor,
            case.subject,
            0,
            contact_person(case.facts, day),
            day,
            reason,
            action,
        )
    ]


def item_of_settlement(case: Case, day: date) -> list[Item]:
    """A debt settlement of which the share was paid: a person decides to give up the rest."""
    agreed = settlement_paid(case.facts, day)
    left = owed_on(case.facts, day) if agreed is not None else 0
    if agreed is None or left <= 0:
        return []
    reason = f"the share of the debt settlement, {euros(agreed.share)}, was paid: {euros(left)} is left"
    action = (
        f"give it up as agreed: aflos decide waiver {case.loan} --part all --on {day}; where the settlement is not "
        f"kept by the others: aflos decide arrangement-end {case.loan} --of {agreed.fact}"
    )
    owner = contact_person(case.facts, day)
    return [Item("arrangement", case.creditor, case.subject, 0, owner, day, reason, action)]


def item_of_interest(case: Case, product: Product, ways: tuple[Law, Choices], day: date) -> list[Item]:
    """Statutory interest that a decision may fix (Awb art. 4:99), once the term of an aanmaning has passed.

    Which claims bear it at all is the policy interest.policy; nothing below the floor of the law. Who handles the last
    letter charges none because of it.
    """
    law, choices = ways
    policy = choices.choice("interest.policy")
    holding = holding_of(case.facts, None)
    since, letter = _asked_until(case, policy, day), _last_letter(holding)
    if policy == "never" or since is None or _is_handled(holding, letter):
        return []
    called_in = any(fact.kind is FactKind.DUE_AT_ONCE and DECIDED in fact.data for fact in holding)
    if policy == "attributable_default_only" and product.dunning == "recovery" and not called_in:
        return []
    begins = reminded_on(case.facts, day) if policy == FROM_REMINDER else None
    try:
        found = proposed_interest(case.facts, day, law, ways_of(choices), begins)
    except UnknownLaw:
        return []
    if not found.due:
        return []
    doubt = ", if the failure to pay is attributable" if policy == "attributable_default_only" else ""
    article = "Awb 4:99" if product.kind == "public" else "BW 6:119"
    reason = f"{euros(found.due)} of statutory interest up to {day} can be fixed ({article}){doubt}"
    action = f"aflos loan statutory-interest {case.loan}, then aflos decide statutory-interest"
    if letter:
        action += "; to charge none: aflos worklist done"
    owner = contact_person(case.facts, day)
    return [Item("interest", case.creditor, case.subject, letter, owner, since, reason, action)]


def _last_letter(holding: Sequence[Fact]) -> int:
    """The fact of the last letter after which interest may be charged, else of the last letter; 0 if none was sent."""
    sent = sent_of(holding)
    asking = [one for one in sent if one.step in ASKING_LETTERS]
    return next((one.fact for one in reversed(asking or sent)), 0)


def _is_handled(holding: Sequence[Fact], about: int) -> bool:
    return bool(about) and any(fact.kind is FactKind.HANDLED and fact.of == about for fact in holding)


def item_of_interest_left(case: Case, law: Law, day: date) -> list[Item]:
    """Statutory interest that is all that is left of a loan, once its payment term is over: no row of it is dunned."""
    fixed = [
        fact.value_date
        for fact in holding_of(case.facts, None)
        if fact.kind is FactKind.STATUTORY_INTEREST and fact.value_date <= day
    ]
    if not fixed:
        return []
    history = history_of(case.facts)
    state = live(history.terms, history.events, history.reversals, day)
    is_alone = open_amounts(state, day).total == state.statutory + state.costs
    if not state.statutory or not is_alone:
        return []
    try:
        term = legal_term(max(fixed), law.value_on("decision_payment_term", max(fixed)).count)
    except UnknownLaw:
        last, until = max(fixed), f"fixed on {max(fixed)}, for which day no payment term is known"
    else:
        last, until = term.last_day, f"to be paid by {term.last_day}"
    if day <= last:
        return []
    reason = f"{euros(int(state.statutory))} of statutory interest is all that is left, {until}"
    give_up = f"aflos decide waiver {case.loan} --part statutory_interest --on DAY --decision REFERENCE"
    action = f"call or write; to give it up: {give_up}"
    owner = contact_person(case.facts, day)
    return [Item("interest", case.creditor, case.subject, 0, owner, last, reason, action)]


def items_of_reviews(case: Case, day: date, choices: Choices | None = None) -> list[Item]:
    """Reviews that are open, and the next one where its day has come: as the last one said, else by `review.every`."""
    owner = contact_person(case.facts, day)
    found = [
        Item(
            "review",
            case.creditor,
            case.subject,
            one.fact,
            owner,
            one.due,
            f"review: {one.state}",
            NEXT[one.state],
        )
        for one in reviews_of(case.facts)
        if one.state != "done" and one.opened <= day
    ]
    again = next_review(case.facts, _months_between(choices))
    if again is not None and again <= day:
        reason = f"a review was planned for {again}"
        found.append(
            Item("review", case.creditor, case.subject, 0, owner, again, reason, "aflos review open")
        )
    return found


def _months_between(choices: Choices | None) -> int:
    """The months between reviews that a college chose, 0 where it chose none."""
    found = choices.policy.answer("review.every", choices.creditor, choices.on).value if choices else None
    return int(found or 0)


def items_of_missing(missing: Sequence[tuple[int, str, date]]) -> list[Item]:
    """Accounts whose statements are not complete: while that is so nothing is proposed to debtors of the creditor."""
    return [
        Item(
            "bank",
            creditor,
            account,
            0,
            "",
            complete_to,
            f"the bank statements are complete to {complete_to} only: no letter is proposed or released",
            "get the missing statements from the bank, then aflos bank import",
        )
        for creditor, account, complete_to in missing
    ]


def _asked_until(case: Case, policy: str, day: date) -> date | None:
    """The last day on which the debtor could still have paid without interest being thought of; None before it."""
    ends = [
        sent.term_until
        for sent in sent_of(holding_of(case.facts, None))
        if sent.step in ASKING_LETTERS and sent.term_until is not None and sent.term_until < day
    ]
    if policy == "always" and not ends:
        return day
    return max(ends, default=None)
