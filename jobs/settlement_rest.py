"""Years of living allowance that are settled and have no news: a night counts them without reading their facts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import Connection, func, select

from jobs.settlement_cycle import SETTLING, WITHDRAWING
from ledger.day import day_of, number_of
from servicing.decisions.tables import decision, decision_step
from servicing.facts import FactKind
from servicing.settlement.allowance import LIVING_ALLOWANCE
from servicing.settlement.cycle import FIGURES_OF_A_YEAR
from servicing.settlement.store import interest_years
from servicing.settlement.tables import settlement_proposal
from servicing.tables import fact, loan

NEWS = FIGURES_OF_A_YEAR | {FactKind.WITHDRAWAL}
"""Facts after the proposal that may change what the settlement of a year gives."""


def at_rest(connection: Connection, day: date) -> dict[int, date]:
    """The loans whose one book year is settled and stays so, each with the day since which it is.

    Whatever is less plain (news of this night or after the proposal, more book years, a withdrawal, a decision about
    an earlier proposal) is left out, so that its facts are read.
    """
    settled = _settled_on(connection, day)
    proposed = _last_proposals(connection)
    news = _last_news(connection)
    found = {}
    for number, (name, last_fact) in proposed.items():
        since = settled.get((number, name))
        newest, known_on = news.get(number, (0, 0))
        if since is not None and newest <= last_fact and known_on < number_of(day):
            found[number] = since
    return found


def moving(connection: Connection, resting: Mapping[int, date]) -> set[int]:
    """All loans of the yearly cycle but those at rest."""
    query = select(loan.c.id).where(loan.c.product == LIVING_ALLOWANCE)
    interest = {number for number, _ in interest_years(connection)}
    return {*connection.execute(query).scalars(), *interest} - set(resting)


def _last_proposals(connection: Connection) -> dict[int, tuple[str, int]]:
    """The name of the last proposal of each loan with one book year, and the newest fact that it knew."""
    columns = [settlement_proposal.c[name] for name in ("loan_id", "book_year", "nr", "last_fact")]
    query = select(*columns).where(settlement_proposal.c.about == "allowance")
    found: dict[int, tuple[str, int]] = {}
    years: dict[int, set[int]] = {}
    for number, year, nr, last_fact in connection.execute(query.order_by(*settlement_proposal.primary_key)):
        years.setdefault(number, set()).add(year)
        found[number] = f"settlement {day_of(year)} {nr}", last_fact
    return {number: last for number, last in found.items() if len(years[number]) == 1}


def _settled_on(connection: Connection, day: date) -> dict[tuple[int, str], date]:
    """The loans and proposals whose decision is in force, by all that was known on the day; none that is taken back."""
    columns = [decision.c[name] for name in ("id", "subject", "kind", "document")]
    query = select(*columns).where(decision.c.kind.in_([*SETTLING, WITHDRAWING]))
    rows = connection.execute(query.order_by(decision.c.id)).all()
    withdrawn = {row.subject for row in rows if row.kind == WITHDRAWING}
    steps = _in_force(connection, day)
    found: dict[tuple[int, str], date] = {}
    decided: dict[tuple[int, str], int] = {}
    for row in rows:
        key = row.subject, row.document
        decided[key] = decided.get(key, 0) + 1
        if row.subject not in withdrawn and row.id in steps:
            found[key] = steps[row.id]
    return {key: since for key, since in found.items() if decided[key] == 1}


def _in_force(connection: Connection, day: date) -> dict[int, date]:
    """The last day on which something happened to each decision in force, if all of it was known on the day."""
    query = (
        select(*(decision_step.c[name] for name in ("decision_id", "step", "day", "known_on")))
        .join(decision, decision.c.id == decision_step.c.decision_id)
        .where(decision.c.kind.in_(SETTLING))
        .order_by(decision_step.c.id)
    )
    last: dict[int, int] = {}
    works: set[int] = set()
    late: set[int] = set()
    for number, step, on, known_on in connection.execute(query):
        last[number] = on
        if step == "in-force":
            works.add(number)
        if known_on > number_of(day) or step in {"rejected", "taken-back"}:
            late.add(number)
    return {number: day_of(last[number]) for number in works - late}


def _last_news(connection: Connection) -> dict[int, tuple[int, int]]:
    """The newest fact of each loan that changes what its settlement gives, and the last night to know such a fact."""
    query = (
        select(fact.c.loan_id, func.max(fact.c.nr), func.max(fact.c.known_on))
        .join(loan, loan.c.id == fact.c.loan_id)
        .where(loan.c.product == LIVING_ALLOWANCE, fact.c.kind.in_(sorted(map(int, NEWS))))
        .group_by(fact.c.loan_id)
    )
    return {number: (newest, known_on) for number, newest, known_on in connection.execute(query)}
