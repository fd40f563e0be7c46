"""Which fact of a loan a bank line shows: the payment it brought, the one that came back by it, or a disbursement."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import Connection, select

from backoffice.cli.database import Desk
from backoffice.registering import dossier_of
from ledger.day import number_of
from ledger.errors import BadInput
from ledger.money import euros
from servicing.facts import Fact, FactKind
from servicing.receipts.store import parts_of_lines, payments_of_ids
from servicing.receipts.tables import bank_decision
from servicing.receipts.values import Disposition, Part, StoredLine, source_of
from servicing.registration import Dossier, reversal_of
from servicing.store import find_loan


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
        if fact.kind is wanted and fact.cents == share.cents and _is_there(dossier, share.line, fact)
    ]
    if kind is Disposition.DISBURSEMENT:
        told = _shown(desk.connection, share.loan, kind, but=share.line.id)
        fitting = [number for number in fitting if number not in told]
    chosen = [named] if named is not None else _of_same_id(desk, share, kind, fitting) or fitting
    found = [number for number in fitting if number in chosen]
    if len(found) != 1:
        raise _not_one(share, wanted, fitting, named)
    return found[0]


def _not_one(share: Share, wanted: FactKind, fitting: list[int], named: int | None) -> LineRefused:
    head = f"bank line {share.line.id}: "
    what = f"{wanted.text}s of {euros(share.cents)} that it can be"
    if named is not None:
        facts = ", ".join(map(str, fitting)) or "none"
        return LineRefused(f"{head}fact {named} is none of the {what} on loan {share.loan}: {facts}")
    more = f"; --fact NR says which: {', '.join(map(str, fitting))}" if fitting else ""
    return LineRefused(f"{head}loan {share.loan} has {len(fitting)} {what}: one is needed{more}")


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
    """Refuse a part that names a fact of a loan, or a line it settles, which another line shows already."""
    other = _shown(connection, part.loan, part.kind, but=line.id).get(part.fact)
    if other is not None:
        what = f"fact {part.fact} of loan {part.loan}" if part.loan else f"line {part.fact}"
        raise LineRefused(f"bank line {line.id}: {what} belongs to bank line {other} already")


def settled_by(connection: Connection, line: StoredLine, kind: Disposition) -> int:
    """The line out that pays back or on (`kind`) what a line brought, as far as is decided now; 0 for none."""
    return _shown(connection, 0, kind, but=line.id).get(line.id, 0)


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
