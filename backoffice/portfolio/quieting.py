"""Which creditors an import makes quiet: those whose administration it takes over."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from sqlalchemy import Connection, select

from backoffice.portfolio.known import Known
from backoffice.portfolio.portfolio import Portfolio
from servicing.creditor import Creditor
from servicing.creditors.store import begin_quiet
from servicing.store import Recorded
from servicing.tables import loan


def begin_quiet_periods(
    connection: Connection,
    portfolio: Portfolio,
    known: Known,
    creditors: Mapping[str, Creditor],
    by: Recorded,
) -> dict[str, date]:
    """Make creditors quiet from their cut-over, before their loans are loaded; those that are new, by code.

    The cut-over is that of new opening balances. Without balances it is the day before the first night that
    knows of the loans, for a creditor that has no loan yet.
    """
    settled = frozenset(connection.execute(select(loan.c.creditor_id).distinct()).scalars())
    wanted: dict[str, date] = {}
    for at, named in enumerate(portfolio.loans):
        if named.grant is None or at in known.loans:
            continue
        if at in portfolio.openings:
            wanted[named.grant.creditor] = portfolio.openings[at].on
        elif creditors[named.grant.creditor].id not in settled:
            wanted.setdefault(named.grant.creditor, by.known_on - timedelta(days=1))
    return {
        code: since
        for code, since in sorted(wanted.items())
        if begin_quiet(connection, creditors[code].id, since, by)
    }
