"""Whether what is proposed for a settlement is about the loan and book year it names, by the facts it rests on."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, func, select

from jobs.difference import UNREADABLE, Difference, day_or_none
from ledger.day import day_of
from servicing.facts import Fact
from servicing.settlement.allowance import allowance_of
from servicing.settlement.book_year import BookYear
from servicing.settlement.cycle import figures_on, newest
from servicing.settlement.proposing import digest_of
from servicing.settlement.tables import interest_year, settlement_proposal
from servicing.store import LOANS_PER_QUERY, facts_of


def wrong_proposals(connection: Connection) -> Iterator[Difference]:
    """Each proposal that is not what the facts of its loan and book year gave when it was made."""
    yield from _wrong_numbers(connection)
    asked = {tuple(row) for row in connection.execute(select(interest_year))}
    query = select(settlement_proposal.c.loan_id).distinct().order_by(settlement_proposal.c.loan_id)
    loans = list(connection.execute(query).scalars())
    for start in range(0, len(loans), LOANS_PER_QUERY):
        part = loans[start : start + LOANS_PER_QUERY]
        rows = connection.execute(
            select(settlement_proposal)
            .where(settlement_proposal.c.loan_id.in_(part))
            .order_by(*settlement_proposal.primary_key)
        ).all()
        try:
            facts = facts_of(connection, part)
        except UNREADABLE:
            continue  # told of the loan whose facts cannot be read
        for row in rows:
            year = day_or_none(row.book_year)
            is_asked = (row.loan_id, row.book_year) in asked
            for what in _unlike(row, facts[row.loan_id], is_asked=is_asked):
                told = f"the proposal {row.nr} for its book year from {year}: {what}"
                yield Difference(day_or_none(row.known_on), row.loan_id, "", told)


def _wrong_numbers(connection: Connection) -> Iterator[Difference]:
    """Proposals for a loan and book year are numbered from 1 without a gap."""
    table = settlement_proposal.c
    query = (
        select(table.loan_id, table.book_year, func.count().label("many"), func.max(table.nr).label("last"))
        .group_by(table.loan_id, table.book_year)
        .having((func.count() != func.max(table.nr)) | (func.min(table.nr) != 1))
        .order_by(table.loan_id, table.book_year)
    )
    for row in connection.execute(query):
        what = f"its book year from {day_or_none(row.book_year)} has {row.many} proposals, numbered up to {row.last}"
        yield Difference(None, row.loan_id, "", what)


def _unlike(row: Row[Any], facts: Sequence[Fact], *, is_asked: bool) -> list[str]:
    try:
        return list(_wrong(row, facts, is_asked=is_asked))
    except UNREADABLE as error:
        return [f"cannot be held against its facts: {error}"]


def _wrong(row: Row[Any], facts: Sequence[Fact], *, is_asked: bool) -> Iterator[str]:
    case, amounts = json.loads(row.case_text), json.loads(row.amounts)
    if digest_of(row.basis, case, amounts) != row.digest:
        yield "its case or amounts are not those it was made with"
    known_on, year = day_of(row.known_on), BookYear(day_of(row.book_year))
    known = [fact for fact in facts if fact.nr <= row.last_fact and fact.known_on <= known_on]
    if newest(known) != row.last_fact:
        yield f"rests on fact {row.last_fact}, which its loan has not, or had not by then"
        return
    figures = figures_on(known, year)
    said = figures.data.get("figures") if figures is not None else None
    if row.basis != ("figures" if figures is not None else "missing"):
        yield f"is made with basis {row.basis}, by its facts it is not"
    wanted: Mapping[str, object] = said if isinstance(said, Mapping) else {}
    if row.about == "allowance":
        found = allowance_of(known)
        wanted = {**(found.case() if found is not None else {}), **wanted}
        is_other = found is None or found.book_year != year or case != json.loads(json.dumps(wanted))
    else:
        start = year.since.isoformat()
        is_other = not is_asked or case.get("book_year_start") != start or not wanted.items() <= case.items()
    if is_other:
        yield "is not made from what its loan tells of that year"
