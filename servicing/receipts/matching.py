"""To which loan a bank line belongs: what is certain books itself, everything else is a proposal to a person.

Certain is a valid payment reference of a loan of this creditor that is running, or our own collection's id, or the
return of exactly one payment. An IBAN, an amount or a name only ranks candidates.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from ledger.day import day_of
from ledger.money import euros
from servicing.receipts.dividing import ORDERS, Owed
from servicing.receipts.values import Disposition, Part, StoredLine

CERTAIN = 100
RUNNING = frozenset({"active", "new"})
"""How a loan stands to which money goes by itself."""

BARE_NUMBER, PAID_BEFORE, SLIP, SAME_AMOUNT, SAME_NAME = 70, 55, 60, 20, 15
MOST_UNCERTAIN = 95


class LoanView(NamedTuple):
    """What matching needs to know of a loan; `since` is the first day money can come for it, 0 if it has none.

    `last_fact` is the number of its last fact.
    `followed_by` are the claims that the settlement of a year of living allowance made of it.
    """

    loan: int
    creditor: int
    external: str
    standing: str
    since: int
    instalment: int
    open_due: int
    rate: int
    arrears_since: int
    last_fact: int = 0
    followed_by: tuple[int, ...] = ()


class Named(NamedTuple):
    """The loans a line names: by a valid reference, and by one that must have been mistyped or is a bare number."""

    sure: tuple[int, ...]
    likely: tuple[int, ...]


class Payment(NamedTuple):
    """A payment that a bank line brought to a loan, and whether it has come back."""

    line: int
    loan: int
    fact: int
    paid_on: int
    cents: int
    returned: bool


class Verdict(NamedTuple):
    """What is certain about a line (no parts if nothing is), and why or why not."""

    parts: tuple[Part, ...]
    reason: str


class Proposal(NamedTuple):
    """A candidate for a line: the loan, how sure it is from 1 to 95, and why."""

    loan: int
    confidence: int
    reason: str


class Forwarded(NamedTuple):
    """What another creditor forwarded: for which loan, its cents, and the day on which it came in there."""

    loan: int
    cents: int
    since: int


@dataclass(frozen=True, slots=True)
class Known:
    """What is known when lines are matched: loans by number, what our own collections and forwards are for by id."""

    loans: Mapping[int, LoanView]
    collections: Mapping[str, int] = field(default_factory=dict)
    forwards: Mapping[str, Forwarded] = field(default_factory=dict)


def verdict_on_receipt(line: StoredLine, named: Named, known: Known) -> Verdict:
    """What is certain about money that came in."""
    collected = known.collections.get(line.end_to_end, 0) if line.end_to_end else 0
    if collected and collected in known.loans:
        return _for_one(line, known.loans[collected], "our own collection")
    forward = known.forwards.get(line.end_to_end)
    if forward is not None and forward.cents == line.amount and forward.loan in known.loans:
        why = f"forwarded to us, came in on {day_of(forward.since)}"
        return _for_one(line, known.loans[forward.loan], why, forward.since)
    views = [known.loans[loan] for loan in named.sure if loan in known.loans]
    if not views:
        why = "its payment reference is of no loan" if named.sure else "no payment reference"
        return Verdict((), why)
    if len(views) == 1:
        claim = _claim_of(views[0], known)
        if claim is not None:
            return _for_one(
                line, claim, f"payment reference of loan {views[0].loan}, of which this is the claim"
            )
        return _for_one(line, views[0], "payment reference")
    return _for_several(line, views)


def _claim_of(view: LoanView, known: Known) -> LoanView | None:
    """The one claim that is open in the place of living allowance that was settled; its letters name the allowance."""
    if view.standing in RUNNING:
        return None
    claims = [known.loans[number] for number in view.followed_by if number in known.loans]
    running = [claim for claim in claims if claim.standing in RUNNING]
    return running[0] if len(running) == 1 else None


def _for_one(line: StoredLine, view: LoanView, why: str, since: int = 0) -> Verdict:
    """For one loan; of a day before the line's own where it came in with another creditor first."""
    if view.creditor != line.creditor_id:
        reason = f"{why} of loan {view.loan} of another creditor"
        part = Part(
            Disposition.TO_FORWARD, line.amount, loan=view.loan, other_creditor=view.creditor, reason=reason
        )
        return Verdict((part,), reason)
    refusal = refusal_of(view, since or line.paid_on)
    if refusal:
        return Verdict((), refusal)
    part = Part(Disposition.LOAN, line.amount, loan=view.loan, reason=why, since=since)
    return Verdict((part,), why)


def _for_several(line: StoredLine, views: Sequence[LoanView]) -> Verdict:
    """Several references in one payment: divided only where it is exactly what is open of all of them."""
    numbers = ", ".join(str(view.loan) for view in views)
    if any(view.creditor != line.creditor_id for view in views):
        return Verdict((), f"names loans {numbers} of different creditors")
    refusals = [refusal for view in views if (refusal := refusal_of(view, line.paid_on))]
    if refusals:
        return Verdict((), refusals[0])
    for what, amounts in (
        ("what is open of each", [view.open_due for view in views]),
        ("an instalment of each", [view.instalment for view in views]),
    ):
        if all(amounts) and sum(amounts) == line.amount:
            reason = f"names loans {numbers} and is exactly {what}"
            parts = (
                Part(Disposition.LOAN, cents, loan=view.loan, reason=reason)
                for view, cents in zip(views, amounts, strict=True)
            )
            return Verdict(tuple(parts), reason)
    return Verdict((), f"names loans {numbers}, and the amount is not that of all of them together")


def refusal_of(view: LoanView, paid_on: int) -> str:
    """Why money of a day cannot go to a loan by itself; empty if it can."""
    if not view.since or view.since > paid_on:
        return f"loan {view.loan} was not paid out by {day_of(paid_on)}"
    if view.standing not in RUNNING:
        return f"loan {view.loan} is {view.standing}: refund or reopen"
    return ""


ITS_OWN_DATE = "original_value_date"
"""The one answer to the policy `bounce` that is worked: the instalment is open again from its due date."""


def verdict_on_return(line: StoredLine, payments: Sequence[Payment], how: str = ITS_OWN_DATE) -> Verdict:
    """What is certain about money that went back: the return of exactly one payment of its id and amount.

    `how` is the policy `bounce`: with another answer than the one that is worked a person decides.
    """
    if how != ITS_OWN_DATE:
        return Verdict((), f"policy bounce is {how}, which is not worked")
    fitting = [one for one in payments if one.cents in {line.amount, line.amount - line.charges}]
    if not fitting:
        return Verdict((), _why_unpaired(line, payments))
    open_ones = [one for one in fitting if not one.returned]
    if not open_ones:
        return Verdict(
            (), f"the payment on loan {fitting[0].loan} came back already: a second return is refused"
        )
    if len(open_ones) > 1:
        return Verdict((), f"could be the return of {len(open_ones)} payments")
    one, fee = open_ones[0], line.amount - open_ones[0].cents
    reason = f"return of the payment of {day_of(one.paid_on)}"
    parts = [Part(Disposition.RETURN, one.cents, one.loan, one.fact, reason=reason)]
    if fee:
        # The bank's fee is for the municipality (policy bounce.fee).
        parts.append(Part(Disposition.BANK_COSTS, fee, reason="fee of the bank for a return"))
    return Verdict(tuple(parts), reason)


def _why_unpaired(line: StoredLine, payments: Sequence[Payment]) -> str:
    if not line.end_to_end:
        return "comes back, and the bank does not say of which payment"
    if payments:
        return "comes back, but no payment with its end-to-end id is of this amount"
    return "comes back, but the payment it belongs to is not here yet"


class Rule(NamedTuple):
    """A rule of the office for lines that are no receipts: what they must say, what they are, and why."""

    name: str
    code: str
    contains: str
    iban: str
    kind: Disposition
    reason: str


def verdict_by_rule(line: StoredLine, rules: Iterable[Rule]) -> Verdict:
    """What a rule of the office makes of a line; the first that fits."""
    for rule in rules:
        if (
            line.code.startswith(rule.code)
            and rule.contains.casefold() in f"{line.name} {line.text}".casefold()
            and rule.iban in {"", line.iban}
        ):
            reason = f"rule {rule.name}: {rule.reason}"
            return Verdict((Part(rule.kind, line.amount, reason=reason),), reason)
    return Verdict((), "")


class PaidOut(NamedTuple):
    """A disbursement of a loan, by its number and reference, that no bank line shows yet."""

    loan: int
    fact: int
    cents: int
    key: str


def verdict_on_payment_out(line: StoredLine, named: Named, open_ones: Sequence[PaidOut]) -> Verdict:
    """What is certain about money we paid: exactly one disbursement of its amount that the line names."""
    numbers = {*named.sure, *named.likely}
    fitting = [
        one
        for one in open_ones
        if one.cents == line.amount and (one.loan in numbers or one.key in {line.end_to_end, line.text})
    ]
    if len(fitting) != 1:
        return Verdict(
            (), "money paid out that is no disbursement known here" if not fitting else "several fit"
        )
    one = fitting[0]
    reason = f"disbursement {one.key} of loan {one.loan}"
    return Verdict((Part(Disposition.DISBURSEMENT, line.amount, one.loan, one.fact, reason=reason),), reason)


@dataclass(frozen=True, slots=True)
class Clues:
    """What ranks candidates for one line: what it names, whose IBAN paid before, names of debtors by loan.

    `order` is the policy alloc.order of the creditor.
    """

    named: Named
    paid_before: Sequence[int]
    names: Mapping[int, Sequence[str]]
    order: str


def candidates(line: StoredLine, clues: Clues, loans: Mapping[int, LoanView]) -> list[Proposal]:
    """The loans a receipt may be for, the likeliest first; of equal ones the one that alloc.order puts first."""
    found = []
    for view in sorted(loans.values(), key=lambda view: ORDERS[clues.order](owed_on(view))):
        if view.creditor != line.creditor_id:
            continue
        marks = [mark for mark in _marks(line, clues, view) if mark[0]]
        points = sum(mark[0] for mark in marks)
        if points > SAME_AMOUNT:
            reason = ", ".join(mark[1] for mark in marks)
            refusal = refusal_of(view, line.paid_on)
            score = min(points, MOST_UNCERTAIN) if not refusal else 1
            found.append(Proposal(view.loan, score, f"{reason}; {refusal}" if refusal else reason))
    return sorted(found, key=lambda one: -one.confidence)


def _marks(line: StoredLine, clues: Clues, view: LoanView) -> list[tuple[int, str]]:
    amounts = {view.instalment: "the instalment", view.open_due: "what is open"}
    amount = amounts.get(line.amount, "") if line.amount else ""
    name = _same_name(line.name, clues.names.get(view.loan, ()))
    return [
        (CERTAIN if view.loan in clues.named.sure else 0, "its payment reference"),
        (BARE_NUMBER if view.loan in clues.named.likely else 0, "a number like that of this loan"),
        (PAID_BEFORE if view.loan in clues.paid_before else 0, "this IBAN paid it before"),
        (SAME_AMOUNT if amount else 0, f"{euros(line.amount)} is {amount}"),
        (SAME_NAME + 10 if name else 0, f"the name of debtor {name}"),
    ]


def owed_on(view: LoanView, arranged: int = 0, total: int = 0) -> Owed:
    """A loan as one of the debts a payment is divided over."""
    return Owed(view.loan, arranged, view.open_due, total, view.rate, view.arrears_since, view.since)


def _same_name(payer: str, debtors: Sequence[str]) -> str:
    words = words_of_name(payer)
    for name in debtors:
        wanted = words_of_name(name)
        if wanted and len(wanted & words) >= min(2, len(wanted)):
            return name
    return ""


_TITLES = {"mevr", "dhr", "van", "den", "der"}


def words_of_name(name: str) -> set[str]:
    """The words of a name that tell people apart; initials and titles do not."""
    plain = "".join(letter if letter.isalnum() else " " for letter in name.casefold())
    return {word for word in plain.split() if len(word) > 2 and word not in _TITLES}
