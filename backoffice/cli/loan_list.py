"""The lines of `aflos loan list`: where the last closed night left each loan."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, select

from backoffice.called_surety import CALLED, standings
from jobs.business_dates import last_closed
from ledger.day import day_of, number_of
from ledger.money import euros
from servicing.night_work import STANDINGS
from servicing.settlement.state_share import SURETY
from servicing.tables import fact, loan, loan_state

NEW = "new"
"""The state of a loan no night has worked yet."""

_HEADING = ("id", "external", "creditor_id", "product")
_STANDS = (
    *("loan", "worked_to", "standing", "arrears_since", "principal", "principal_due"),
    *("interest_due", "interest_accrued", "interest_deferred", "interest_statutory", "costs", "credit"),
)
_SHOWN = (*(loan.c[name] for name in _HEADING), *(loan_state.c[name] for name in _STANDS))


class Wanted(NamedTuple):
    """Which loans to list; None is any."""

    creditor: str | None
    product: str | None
    state: str | None
    arrears: bool


def lines(connection: Connection, codes: Mapping[int, str], wanted: Wanted) -> list[dict[str, object]]:
    """The loans that are wanted, by number; amounts as the last closed night left them."""
    closed = last_closed(connection)
    known_since = number_of(closed) if closed else 0
    news = set(
        connection.execute(select(fact.c.loan_id).where(fact.c.known_on > known_since).distinct()).scalars()
    )
    query = select(*_SHOWN).outerjoin(loan_state, loan_state.c.loan == loan.c.id).order_by(loan.c.id)
    if wanted.creditor is not None:
        number = next(number for number, code in codes.items() if code == wanted.creditor)
        query = query.where(loan.c.creditor_id == number)
    if wanted.product is not None:
        query = query.where(loan.c.product == wanted.product)
    if wanted.arrears:
        query = query.where(loan_state.c.arrears_since > 0)
    found = connection.execute(query).all()
    called = _called(connection, closed) if any(row.product == SURETY for row in found) else frozenset()
    rows = (
        _line(row, codes, closed, row.id in news) | ({"state": CALLED} if row.id in called else {})
        for row in found
    )
    return [row for row in rows if wanted.state in (None, row["state"])]


def _called(connection: Connection, closed: date | None) -> frozenset[int]:
    """The sureties of which nothing stands any more, as the last closed night knew them."""
    if closed is None:
        return frozenset()
    found = standings(connection, on=closed, known_by=closed)
    return frozenset(number for number, stands in found.items() if stands.left <= 0)


def _line(row: Row[Any], codes: Mapping[int, str], closed: date | None, has_news: bool) -> dict[str, object]:
    return {
        "loan": row.id,
        "external": row.external,
        "creditor": codes.get(row.creditor_id, str(row.creditor_id)),
        "product": row.product,
        **(_unworked() if row.loan is None else _worked(row, closed)),
        "news": has_news,
    }


def _unworked() -> dict[str, object]:
    names = ("principal", "interest", "costs", "credit", "late_since", "days_past_due", "worked_to")
    return {"state": NEW, **dict.fromkeys(names)}


def _worked(row: Row[Any], closed: date | None) -> dict[str, object]:
    late = day_of(row.arrears_since) if row.arrears_since else None
    return {
        "state": STANDINGS[row.standing],
        "principal": euros(row.principal + row.principal_due),
        "interest": euros(
            row.interest_due + row.interest_accrued + row.interest_deferred + row.interest_statutory
        ),
        "costs": euros(row.costs),
        "credit": euros(-row.credit),
        "late_since": late.isoformat() if late else None,
        "days_past_due": (closed - late).days if late and closed else 0,
        "worked_to": day_of(row.worked_to).isoformat(),
    }
