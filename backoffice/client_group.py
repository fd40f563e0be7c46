"""The group of a client (Bbz art. 2): told with the grant or after it, and the loans of which nobody told it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, select

from backoffice.cli.database import Desk
from backoffice.registering import Registered, dossier_of, register
from backoffice.rights import codes
from jobs import clock
from ledger.day import number_of
from ledger.entry import creditor_of_loan
from servicing import files
from servicing.facts import Draft, FactKind, FactRefused
from servicing.history import history_of
from servicing.policy import Policy
from servicing.product import Group
from servicing.settlement.interest_years import ENTITLED, OF_INTEREST, YEARS, years_after
from servicing.settlement.store import add_interest_year
from servicing.settlement.tables import interest_year
from servicing.store import Loan
from servicing.tables import fact, loan
from servicing.worklist import Item

MOST_NAMED = 5
HALF_A_YEAR = timedelta(days=183)
"""Figures may come so long after a book year (art. 38), so far back a loan still asks for its group."""


class Lent(NamedTuple):
    """What of a loan says in which book years its interest is asked about; `creditor` by its code."""

    product: str
    creditor: str
    group: str | None
    applied: date
    decided: date
    starts: date


def tell_group(desk: Desk, heading: Loan, group: Group, document: str) -> Registered:
    """Record of which group the client is; an established one is asked for figures in the years of art. 21."""
    if heading.product not in OF_INTEREST:
        raise FactRefused(
            f"loan {heading.id}: is {heading.product}; only business capital depends on the group"
        )
    dossier = dossier_of(desk.connection, heading)
    says = {"group": group}
    draft = Draft(heading.id, FactKind.CLIENT_GROUP, clock.today(), document, data=says, source=document)
    done = register(desk, dossier, draft)
    days = heading.application_date, heading.decision_date, history_of(dossier.facts).terms.start
    ask_by_itself(
        desk.connection,
        heading.id,
        Lent(heading.product, codes()[creditor_of_loan(heading.id)], group, *days),
    )
    return done


def ask_by_itself(connection: Connection, number: int, lent: Lent) -> None:
    """Put the years of art. 21 of a loan in the cycle; again is nothing new."""
    for year in asked_years(lent, files.policy()):
        add_interest_year(connection, number, year)


def asked_years(lent: Lent, policy: Policy) -> list[date]:
    """The book years of a loan in which its interest is asked about, by the college's choice of the window."""
    if lent.product not in OF_INTEREST or lent.group != ENTITLED:
        return []
    by = policy.choice("art21.window", lent.creditor, lent.decided)
    return [year.since for year in years_after(lent.applied if by == "application" else lent.starts)]


def without_group(connection: Connection, seen: Collection[int], day: date) -> Iterator[Item]:
    """A line for each creditor with business capital in the years of art. 21 of which the group is not known."""
    loans: dict[int, list[int]] = {}
    for number in _without(connection, day):
        loans.setdefault(creditor_of_loan(number), []).append(number)
    for creditor in sorted(set(loans) & set(seen)):
        found = loans[creditor]
        named = ", ".join(map(str, found[:MOST_NAMED])) + (" and more" if len(found) > MOST_NAMED else "")
        reason = f"business capital without a group ({len(found)}), so nobody is asked for figures: {named}"
        action = "aflos loan group LOAN established (or starter) --document ..., for each"
        yield Item("settlement", creditor, codes()[creditor], 0, "", day, reason, action)


def _without(connection: Connection, day: date) -> list[int]:
    first = date((day - HALF_A_YEAR).year - YEARS, 1, 1)
    told = select(fact.c.loan_id).where(
        fact.c.loan_id == loan.c.id,
        (fact.c.kind == int(FactKind.CLIENT_GROUP))
        | ((fact.c.kind == int(FactKind.GRANT)) & fact.c.data.contains('"group":')),
    )
    query = (
        select(loan.c.id)
        .where(
            loan.c.product.in_(sorted(OF_INTEREST)),
            loan.c.application_date.between(number_of(first), number_of(date(day.year, 1, 1)) - 1),
            ~told.exists(),
            loan.c.id.not_in(select(interest_year.c.loan_id)),
        )
        .order_by(loan.c.id)
    )
    return list(connection.execute(query).scalars())
