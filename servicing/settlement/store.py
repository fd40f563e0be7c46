"""Keeps what was proposed for each loan and book year, and finds what a settlement made on other loans."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, exists, insert, select

from ledger.bulk import among, append_rows
from ledger.day import day_of, number_of
from ledger.money import cents_of
from servicing.facts import SETTLEMENT_KINDS, Fact, FactKind
from servicing.settlement.proposing import Amounts, Basis, Proposal, Subject
from servicing.settlement.tables import interest_year, settlement_proposal
from servicing.store import LOANS_PER_QUERY, Recorded, facts_of
from servicing.tables import fact, loan, loan_debtor

COLUMNS = tuple(column.name for column in settlement_proposal.columns)
BASES: tuple[Basis, ...] = ("figures", "missing")
SUBJECTS: tuple[Subject, ...] = ("allowance", "interest")


class Kept(NamedTuple):
    """A proposal as it is kept: for which loan and book year, its number, and what it rests on."""

    loan: int
    book_year: date
    nr: int
    about: Subject
    basis: Basis
    case: Mapping[str, object]
    amounts: Amounts
    digest: str
    last_fact: int
    known_on: date

    @property
    def name(self) -> str:
        """How a decision about it is called: by book year and number."""
        return f"settlement {self.book_year} {self.nr}"


class New(NamedTuple):
    """A proposal to be kept, and the newest fact it rests on."""

    loan: int
    book_year: date
    nr: int
    about: Subject
    proposal: Proposal
    last_fact: int


def add_proposals(connection: Connection, new: Sequence[New], by: Recorded) -> None:
    """Keep proposals, in bulk."""
    told = [one.proposal.amounts.data() for one in new]
    rows = [
        (
            one.loan,
            number_of(one.book_year),
            one.nr,
            one.about,
            one.proposal.basis,
            _text(one.proposal.case),
            _text(amounts),
            one.proposal.digest(amounts),
            one.last_fact,
            number_of(by.known_on),
            by.actor,
            by.at,
        )
        for one, amounts in zip(new, told, strict=True)
    ]
    append_rows(connection, settlement_proposal, COLUMNS, rows)


def proposals_of(connection: Connection, loans: Iterable[int]) -> dict[tuple[int, date], list[Kept]]:
    """All proposals of some loans, by loan and book year, in the order in which they were made."""
    wanted = sorted(set(loans))
    found: dict[tuple[int, date], list[Kept]] = {}
    for start in range(0, len(wanted), LOANS_PER_QUERY):
        query = (
            select(settlement_proposal)
            .where(settlement_proposal.c.loan_id.in_(wanted[start : start + LOANS_PER_QUERY]))
            .order_by(*settlement_proposal.primary_key)
        )
        for row in connection.execute(query):
            kept = _kept(row)
            found.setdefault((kept.loan, kept.book_year), []).append(kept)
    return found


def made_by(connection: Connection, decision: int, loans: Iterable[int]) -> list[Fact]:
    """The facts that a settlement made, by the number of its decision, on these loans."""
    return [
        one
        for facts in facts_of(connection, loans).values()
        for one in facts
        if one.kind in SETTLEMENT_KINDS and one.key == key_of(decision)
    ]


def claims_made_of(connection: Connection, loans: Sequence[int]) -> dict[int, tuple[int, ...]]:
    """The recovery claims that settlements made of loans for living allowance, the first one first."""
    if not loans:
        return {}
    withdrawn = fact.alias()
    gone = exists().where(
        withdrawn.c.loan_id == fact.c.loan_id,
        withdrawn.c.kind == int(FactKind.WITHDRAWAL),
        withdrawn.c.refers_to == fact.c.nr,
    )
    mine, other = loan_debtor, loan_debtor.alias()
    query = (
        select(mine.c.loan_id, fact.c.loan_id.label("claim"), fact.c.data)
        .join(other, other.c.debtor_id == mine.c.debtor_id)
        .join(fact, fact.c.loan_id == other.c.loan_id)
        .join(loan, loan.c.id == fact.c.loan_id)
        .where(
            among(connection, mine.c.loan_id, sorted(set(loans))), fact.c.kind == int(FactKind.TRANSFERRED)
        )
        .where(loan.c.product == "recovery_claim", ~gone)
    )
    found: dict[int, set[int]] = {}
    for row in connection.execute(query):
        if json.loads(row.data).get("of") == row.loan_id:
            found.setdefault(row.loan_id, set()).add(row.claim)
    return {number: tuple(sorted(claims)) for number, claims in found.items()}


def interest_years(connection: Connection) -> list[tuple[int, date]]:
    """The loans and book years about whose interest something was asked or told."""
    query = select(interest_year).order_by(*interest_year.primary_key)
    return [(row.loan_id, day_of(row.book_year)) for row in connection.execute(query)]


def add_interest_year(connection: Connection, loan: int, book_year: date) -> None:
    """Remember that the interest of a loan in a book year is in the cycle; again is nothing new."""
    row = {"loan_id": loan, "book_year": number_of(book_year)}
    if connection.execute(select(interest_year).filter_by(**row)).first() is None:
        connection.execute(insert(interest_year).values(row))


def key_of(decision: int) -> str:
    """Under which key the facts of a settlement stand on each loan."""
    return f"settlement {decision}"


def _text(value: object) -> str:
    return _IN_ORDER.encode(value)


_IN_ORDER = json.JSONEncoder(sort_keys=True, separators=(",", ":"))


def _kept(row: Row[Any]) -> Kept:
    return Kept(
        row.loan_id,
        day_of(row.book_year),
        row.nr,
        next(one for one in SUBJECTS if one == row.about),
        next(one for one in BASES if one == row.basis),
        json.loads(row.case_text),
        amounts_from(json.loads(row.amounts)),
        row.digest,
        row.last_fact,
        day_of(row.known_on),
    )


def amounts_from(data: Mapping[str, str | None]) -> Amounts:
    """Amounts out of what was kept."""
    given = {field.name: data[field.name] for field in fields(Amounts)}
    return Amounts(**{key: None if text is None else cents_of(text) for key, text in given.items()})  # type: ignore[arg-type]
