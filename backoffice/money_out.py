"""Which fact of a loan a bank line shows: the payment it brought, the one that came back by it, or a disbursement."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import Connection, select

from backoffice.cli.database import Desk
from backoffice.crediting import sent_credits
from backoffice.registering import dossier_of
from ledger.day import day_of, number_of
from ledger.errors import BadInput
from ledger.money import euros
from servicing.facts import Fact, FactKind
from servicing.receipts.store import parts_of_lines, payments_of_ids
from servicing.receipts.tables import bank_decision
from servicing.receipts.values import Disposition, Part, StoredLine, source_of
from servicing.refunding.store import paid_on, paid_to
from servicing.registration import Dossier, reversal_of
from servicing.store import find_loan

SETTLES = {Disposition.TO_REFUND: Disposition.REFUND, Disposition.TO_FORWARD: Disposition.FORWARDED}
"""What a line out is that settles what a line in was for."""


class LineRefused(BadInput):
    """What was said of a bank line cannot be; names the line, the value and the rule."""


class Share(NamedTuple):
    """A line out, or the share of it that is for a loan, in cents."""

    line: StoredLine
    loan: int
    cents: int


def brought_by(dossier: Dossier, line: StoredLine, part: Part) -> Fact | None:
    """The fact that a part of a line recorded on its loan, if it still counts: a payment, or that one came back."""
    if part.kind is Disposition.LOAN:
        return next((fact for fact in dossier.holding if fact.nr == part.fact), None)
    own = (fact for fact in dossier.holding if fact.kind is FactKind.REVERSAL and fact.of == part.fact)
    return next((fact for fact in own if fact.source == source_of(line)), None)


def fact_out(desk: Desk, share: Share, kind: Disposition, named: int | None) -> int:
    """The number of the fact that a line out shows: a payment that came back, or a disbursement.

    It is the one that is `named`, else the one whose end-to-end id the line has, else the only one that it can be.
    """
    dossier = dossier_of(desk.connection, find_loan(desk.connection, str(share.loan)))
    wanted = FactKind.PAYMENT if kind is Disposition.RETURN else FactKind.DISBURSEMENT
    fitting = [
        fact.nr
        for fact in dossier.holding
        if fact.kind is wanted
        and fact.cents == share.cents
        and _is_there(dossier, share.line, fact)
        # A payment comes back after it came; what was paid out may have been recorded later than it went.
        and (wanted is FactKind.DISBURSEMENT or number_of(fact.value_date) <= share.line.booked_on)
    ]
    if kind is Disposition.DISBURSEMENT:
        told = _shown(desk.connection, share.loan, kind, but=share.line.id)
        fitting = [number for number in fitting if number not in told]
    chosen = [named] if named is not None else _of_same_id(desk, share, kind, fitting) or fitting
    found = [number for number in fitting if number in chosen]
    if len(found) != 1:
        raise _not_one(share, wanted, fitting, named)
    return found[0]


def is_refund(desk: Desk, share: Share, named: int | None) -> bool:
    """Whether a line out is a refund of a loan's credit that was given to the bank, or a part of one.

    It is no more than what is still to go of those; where it may be a disbursement as well, a fact must be `named`.
    """
    dossier = dossier_of(desk.connection, find_loan(desk.connection, str(share.loan)))
    sent = sent_credits(desk.connection, dossier)
    left = sum(fact.cents for fact in sent) - paid_to(desk.connection, share.loan, but=share.line.id)
    numbers = [fact.nr for fact in sent]
    if left <= 0 or (named is not None and named not in numbers):
        return False
    told = _shown(desk.connection, share.loan, Disposition.DISBURSEMENT, but=share.line.id)
    others = [
        fact.nr
        for fact in dossier.holding
        if fact.kind is FactKind.DISBURSEMENT and fact.cents == share.cents and fact.nr not in told
    ]
    if named is None and others:
        raise LineRefused(
            f"bank line {share.line.id}: may be a disbursement or a refund of credit of loan {share.loan}; --fact NR "
            f"says which: {', '.join(map(str, [*others, *numbers]))}"
        )
    if share.cents > left:
        raise LineRefused(
            f"bank line {share.line.id}: {euros(share.cents)} is more than is still to go back of the credit of loan "
            f"{share.loan}, {euros(left)}; until it is known what it is: aflos bank park {share.line.id} --reason TEXT"
        )
    return True


def _not_one(share: Share, wanted: FactKind, fitting: list[int], named: int | None) -> LineRefused:
    head = f"bank line {share.line.id}: "
    what = f"{wanted.text}s of {euros(share.cents)} that it can be"
    if named is not None:
        facts = ", ".join(map(str, fitting)) or "none"
        return LineRefused(f"{head}fact {named} is none of the {what} on loan {share.loan}: {facts}")
    more = f"; --fact NR says which: {', '.join(map(str, fitting))}" if fitting else _way_on(share, wanted)
    return LineRefused(f"{head}loan {share.loan} has {len(fitting)} {what}: one is needed{more}")


def _way_on(share: Share, wanted: FactKind) -> str:
    """What to do with a line out for which nothing of its loan fits."""
    looking = f"aflos bank lines --loan {share.loan}"
    if wanted is FactKind.PAYMENT:
        day = day_of(share.line.booked_on)
        park = f"aflos bank park {share.line.id} --reason TEXT"
        return f", booked by {day}: {looking} shows what came in; until it is known: {park}"
    return (
        f"; if it gives back what line IN brought ({looking} shows it): aflos bank refund IN --reason TEXT, "
        f"then aflos bank match {share.line.id} --settles IN"
    )


def _is_there(dossier: Dossier, line: StoredLine, fact: Fact) -> bool:
    """Whether money has not come back by another line, or by hand."""
    back = reversal_of(dossier, fact)
    return back is None or back.source == source_of(line)


def _of_same_id(desk: Desk, share: Share, kind: Disposition, fitting: Iterable[int]) -> list[int]:
    """Of these payments those whose end-to-end id the line has."""
    if kind is not Disposition.RETURN or not share.line.end_to_end:
        return []
    known_by = number_of(desk.by.known_on)
    paid = payments_of_ids(desk.connection, share.line.creditor_id, [share.line.end_to_end], known_by)
    own = {one.fact for one in paid.get(share.line.end_to_end, ()) if one.loan == share.loan}
    return sorted(own.intersection(fitting))


def refuse_shown(connection: Connection, line: StoredLine, part: Part) -> None:
    """Refuse a part that names a fact of a loan which another line shows already."""
    other = _shown(connection, part.loan, part.kind, but=line.id).get(part.fact)
    if other is not None:
        raise LineRefused(
            f"bank line {line.id}: fact {part.fact} of loan {part.loan} belongs to bank line {other} already"
        )


def settled_by(connection: Connection, line: StoredLine, kind: Disposition) -> int:
    """A line out that pays back or on (`kind`) what a line brought, as far as is decided now; 0 for none."""
    return min(paid_on(connection, [line.id], kind).get(line.id, ()), default=0)


def settled_part(connection: Connection, line: StoredLine, other: StoredLine, reason: str) -> Part:
    """What a line out is that pays back, or on, what another line brought: that share, or a part of what goes back.

    Other lines out may have paid parts of it back already; never more goes back than is marked to.
    """
    if line.creditor_id != other.creditor_id:
        raise LineRefused(
            f"bank line {line.id}: line {other.id} came in for another creditor, whose line out pays it back or on: "
            f"aflos bank park {line.id} --reason TEXT"
        )
    _, parts = parts_of_lines(connection, [other.id]).get(other.id, (0, []))
    left, told = _left(connection, line, other, parts)
    found = [kind for kind, shares in left.items() if line.amount in shares]
    if not found and line.amount < sum(left.get(Disposition.REFUND, ())):
        found = [Disposition.REFUND]
    if line.cents > 0 or len(found) != 1:
        sums = [
            f"{euros(sum(left[kind]))} of it is still {words}"
            for kind, words in (
                (Disposition.REFUND, "to go back"),
                (Disposition.FORWARDED, "to be forwarded"),
            )
            if kind in left
        ]
        raise LineRefused(
            f"bank line {line.id}: must be money out, and no more than line {other.id} has to go back, or just what "
            f"it has to be forwarded: {', '.join(sums) or 'it has neither'}{told}; until it is known what it is: "
            f"aflos bank park {line.id} --reason TEXT"
        )
    return Part(found[0], line.amount, fact=other.id, reason=reason)


def _without(shares: Iterable[int], gone: Iterable[int]) -> list[int]:
    """Shares without those that are gone, as many times as they are."""
    left = list(shares)
    for cents in gone:
        if cents in left:
            left.remove(cents)
    return left


def _left(
    connection: Connection, line: StoredLine, other: StoredLine, parts: Iterable[Part]
) -> tuple[dict[Disposition, list[int]], str]:
    """What of a line is still to go back, and the shares to go on, this line aside; and what went by which line."""
    left: dict[Disposition, list[int]] = {}
    for part in parts:
        if part.kind in SETTLES:
            left.setdefault(SETTLES[part.kind], []).append(part.cents)
    told = []
    for kind in list(left):
        went = paid_on(connection, [other.id], kind).get(other.id, {})
        went = {out: cents for out, cents in went.items() if out != line.id}
        told += [f"{euros(cents)} went by line {out}" for out, cents in sorted(went.items())]
        if kind is Disposition.REFUND:
            left[kind] = [max(0, sum(left[kind]) - sum(went.values()))]
        else:
            left[kind] = _without(left[kind], went.values())
    return left, f" ({', '.join(told)})" if told else ""


def _shown(connection: Connection, loan: int, kind: Disposition, *, but: int) -> dict[int, int]:
    """The facts of a loan that lines, but this one, show as far as is decided now; by which line."""
    query = select(bank_decision.c.line_id).where(
        bank_decision.c.loan_id == loan, bank_decision.c.kind == int(kind), bank_decision.c.line_id != but
    )
    decided = parts_of_lines(connection, set(connection.execute(query).scalars()))
    return {
        part.fact: line
        for line, (_, parts) in decided.items()
        for part in parts
        if (part.loan, part.kind) == (loan, kind)
    }
