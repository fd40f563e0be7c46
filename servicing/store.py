"""Reads and records facts; nothing recorded is ever changed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cache, lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, Select, bindparam, func, insert, select

from ledger.day import day_of, number_of
from ledger.entry import LOANS_PER_CREDITOR
from ledger.tables import creditor
from servicing.debtors.values import without_bsn
from servicing.facts import Draft, Fact, FactKind, FactRefused
from servicing.tables import debtor, fact, loan, loan_debtor
from servicing.texts import plain_text

_LOAN_NUMBER = re.compile(r"[1-7]000\d{5}", re.ASCII)
"""Numbers we give to loans, which may look like a BSN."""


class Recorded(NamedTuple):
    """Who recorded something, when, and from which night on it is known."""

    actor: str
    known_on: date
    at: str


class Loan(NamedTuple):
    """The heading of a loan: whose it is and where it comes from."""

    id: int
    creditor_id: int
    product: str
    external: str | None
    purpose: str
    application_date: date
    decision_date: date
    regime: str


class NoSuchLoan(FactRefused):
    """A loan is named by its number (100000001) or by the office's own number for it."""


def add_loan(
    connection: Connection, heading: Loan, debtors: Sequence[int], by: Recorded, source: str = ""
) -> int:
    """Register a loan without facts; an id of 0 takes the creditor's next number. Gives the loan number."""
    number = heading.id or next_loan_number(connection, heading.creditor_id)
    row = heading._asdict() | {
        "id": number,
        "application_date": number_of(heading.application_date),
        "decision_date": number_of(heading.decision_date),
        "actor": by.actor,
        "source": source,
        "recorded_at": by.at,
    }
    connection.execute(insert(loan).values(row))
    for place, owes in enumerate(debtors, start=1):
        connection.execute(insert(loan_debtor).values(loan_id=number, debtor_id=owes, place=place))
    return number


def next_loan_number(connection: Connection, creditor_id: int) -> int:
    """The number the creditor's next loan gets."""
    highest = connection.execute(
        select(func.max(loan.c.id)).where(loan.c.creditor_id == creditor_id)
    ).scalar()
    return (highest or creditor_id * LOANS_PER_CREDITOR) + 1


def find_loan(connection: Connection, name: str) -> Loan:
    """The loan with this number or office number; raises `NoSuchLoan` when there is none, or more than one."""
    plain_text("number", name)
    is_number = name.isascii() and name.isdigit() and len(name) < 19
    given = {"external": name, "number": int(name) if is_number else 0}
    rows = connection.execute(_named(), given).all()
    if len(rows) != 1:
        found = "no loan" if not rows else f"{len(rows)} loans of different creditors"
        asked = name if _LOAN_NUMBER.fullmatch(name) else without_bsn(name)
        if not rows and _is_debtor(connection, name):
            raise NoSuchLoan(
                f"{asked!r} is the number of a debtor; the number of a loan is asked here: aflos debtor show {asked} "
                "tells his loans"
            )
        raise NoSuchLoan(f"{found} with number {asked!r}; aflos loan list shows them")
    return _loan(rows[0])


def is_loan(connection: Connection, name: str) -> bool:
    """Whether somebody who asks for another number gave that of a loan."""
    if not _LOAN_NUMBER.fullmatch(name):
        return False
    return connection.execute(select(loan.c.id).where(loan.c.id == int(name))).first() is not None


def _is_debtor(connection: Connection, name: str) -> bool:
    """Whether a number that no loan has is that of a debtor."""
    if not (name.isascii() and name.isdigit() and len(name) < 9):  # what is longer may be a BSN
        return False
    return connection.execute(select(debtor.c.id).where(debtor.c.id == int(name))).first() is not None


@cache
def _named() -> Select[Any]:
    """By either number; creditor by creditor, as office numbers are indexed, so that the whole table is not read."""
    by_office = loan.c.creditor_id.in_(select(creditor.c.id)) & (loan.c.external == bindparam("external"))
    by_number = select(loan.c.id).where(loan.c.id == bindparam("number"))
    return select(loan).where(loan.c.id.in_(select(loan.c.id).where(by_office).union(by_number)))


def loans(connection: Connection, creditor_id: int | None = None) -> list[Loan]:
    """All loans (of one creditor) by number."""
    query = select(loan).order_by(loan.c.id)
    if creditor_id is not None:
        query = query.where(loan.c.creditor_id == creditor_id)
    return [_loan(row) for row in connection.execute(query)]


def loans_of_products(connection: Connection, products: Iterable[str]) -> dict[int, str]:
    """The loans of some products, with their product."""
    query = select(loan.c.id, loan.c.product).where(loan.c.product.in_(sorted(products))).order_by(loan.c.id)
    return {row.id: row.product for row in connection.execute(query)}


def debtors_of(connection: Connection, number: int) -> list[int]:
    """The debtors of a loan, jointly liable, in the order of the decision."""
    query = (
        select(loan_debtor.c.debtor_id).where(loan_debtor.c.loan_id == number).order_by(loan_debtor.c.place)
    )
    return list(connection.execute(query).scalars())


def record(connection: Connection, drafts: Iterable[Draft], by: Recorded) -> list[int]:
    """Record facts; the number of each within its loan.

    A fact whose kind and key are known already is left alone if it is equal, else `FactRefused` is raised.
    """
    return record_each(connection, [(draft, by) for draft in drafts])


def record_each(connection: Connection, stamped: Sequence[tuple[Draft, Recorded]]) -> list[int]:
    """Record facts with a stamp each, as `record` does; the number of each within its loan."""
    known = {
        number: {(old.kind, old.key): old for old in olds}
        for number, olds in facts_of(connection, {draft.loan for draft, _ in stamped}).items()
    }
    numbers = []
    rows = []
    for draft, by in stamped:
        olds = known.setdefault(draft.loan, {})
        old = olds.get((draft.kind, draft.key))
        if old is None:
            old = _fact(draft, len(olds) + 1, by)
            olds[draft.kind, draft.key] = old
            rows.append(_row(old, by))
        elif _content(old) != _draft_content(draft):
            raise FactRefused(
                f"loan {draft.loan}: {draft.kind.text} {draft.key!r} is known already, with other contents: "
                f"recorded as {_content(old)}, now {_draft_content(draft)}"
            )
        numbers.append(old.nr)
    if rows:
        connection.execute(insert(fact), rows)
    return numbers


_FACTS = (
    select(fact)
    .where(fact.c.loan_id.in_(bindparam("loans", expanding=True)), fact.c.known_on <= bindparam("known_by"))
    .order_by(fact.c.loan_id, fact.c.nr)
)


def facts_of(
    connection: Connection, numbers: Iterable[int], known_by: date | None = None
) -> dict[int, list[Fact]]:
    """The facts of each of these loans, by number, known on or before a night (None: all)."""
    wanted = sorted(set(numbers))
    found: dict[int, list[Fact]] = {number: [] for number in wanted}
    latest = number_of(known_by) if known_by else ANY_DAY
    for start in range(0, len(wanted), LOANS_PER_QUERY):
        given = {"loans": wanted[start : start + LOANS_PER_QUERY], "known_by": latest}
        for row in connection.execute(_FACTS, given):
            found[row.loan_id].append(_stored(row))
    return found


ANY_DAY = 2**31 - 1
"""Above the number of every day."""

LOANS_PER_QUERY = 5000
"""How many loans one query names; databases bound the number of parameters."""


def _fact(draft: Draft, number: int, by: Recorded) -> Fact:
    return Fact(
        draft.loan,
        number,
        draft.kind,
        draft.value_date,
        by.known_on,
        draft.key,
        draft.cents,
        draft.of,
        dict(draft.data),
        by.actor,
        draft.source,
    )


def _row(new: Fact, by: Recorded) -> dict[str, object]:
    return {
        "loan_id": new.loan,
        "nr": new.nr,
        "kind": int(new.kind),
        "value_date": number_of(new.value_date),
        "known_on": number_of(new.known_on),
        "cents": new.cents,
        "refers_to": new.of,
        "data": json.dumps(new.data, sort_keys=True, separators=(",", ":")),
        "key": new.key,
        "actor": new.actor,
        "source": new.source,
        "recorded_at": by.at,
    }


SAID_REMEMBERED = 4096
"""Many facts say the same, such as a month of a household, or nothing."""


def _stored(row: Row[Any]) -> Fact:
    number, nr, kind, value_date, known_on, cents, of, data, key, actor, source, _ = tuple(row)
    return Fact(
        number,
        nr,
        FactKind(kind),
        day_of(value_date),
        day_of(known_on),
        key,
        cents,
        of,
        _said(data),
        actor,
        source,
    )


@lru_cache(maxsize=SAID_REMEMBERED)
def _said(data: str) -> Mapping[str, object]:
    """What a fact says; nobody changes it, so that facts which say the same share it."""
    found: dict[str, object] = json.loads(data)
    return found


def _content(old: Fact) -> tuple[date, int, int, Mapping[str, object]]:
    return old.value_date, old.cents, old.of, old.data


def _draft_content(draft: Draft) -> tuple[date, int, int, Mapping[str, object]]:
    return draft.value_date, draft.cents, draft.of, dict(draft.data)


def _loan(row: Row[Any]) -> Loan:
    return Loan(
        row.id,
        row.creditor_id,
        row.product,
        row.external,
        row.purpose,
        day_of(row.application_date),
        day_of(row.decision_date),
        row.regime,
    )
