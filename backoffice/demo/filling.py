"""Brings a portfolio into an empty database, through the code that real data takes, and closes its nights."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta

from sqlalchemy import Connection, Engine, func, inspect, select

from backoffice.demo.portfolio import Life, Portfolio
from backoffice.demo.story import ACTOR, Window
from jobs import clock
from jobs.business_dates import set_cut_over
from jobs.manifest import folder
from ledger.database import reading, writing
from ledger.errors import BadInput
from ledger.tables import metadata
from servicing.creditor import Creditor
from servicing.creditors.store import begin_quiet, lift_quiet
from servicing.debtors.store import add_debtors
from servicing.facts import Draft, Fact
from servicing.store import Recorded, add_loan, record_each

LOANS_AT_ONCE = 500
LIVE_NIGHTS = 30
"""So many nights at the end of a demo are worked as an office works them from day to day."""

INSTALLED = frozenset({"alembic_version", "creditor", "account"})
"""Tables that hold rows in a database that is ready and empty."""


def refuse_unless_empty(engine: Engine) -> None:
    """Raises `BadInput` naming what is in a database, or in the folder of its manifests."""
    with reading(engine) as connection:
        found = _contents(connection)
    manifests = len(list(folder(engine).glob("*.json")))
    if manifests:
        found.append(f"{manifests} manifests in {folder(engine)}")
    if found:
        name = engine.url.render_as_string(hide_password=True)
        raise BadInput(f"{name} is not empty: {', '.join(found)}; a demo takes a new database")


def _contents(connection: Connection) -> list[str]:
    """What the tables hold, and tables of others."""
    names = set(inspect(connection).get_table_names())
    ours = [table for table in metadata.sorted_tables if table.name in names - INSTALLED]
    counts = {
        table.name: connection.execute(select(func.count()).select_from(table)).scalar_one() for table in ours
    }
    strangers = sorted(names - INSTALLED - set(counts))
    found = [f"{count} rows in {name}" for name, count in counts.items() if count]
    return found + [f"a table {name} that is not ours" for name in strangers]


def bring_in(
    engine: Engine, portfolio: Portfolio, creditors: Mapping[str, Creditor], progress: Callable[[int], None]
) -> None:
    """Record debtors, loans and facts, each fact with the night from which it is known.

    The history is made up for as after a cut-over: quiet, so that nobody is written to about the past, until the
    last nights, in which letters and dunning come by themselves.

    No night has begun yet, so that a fact of the demo's past may be known from its own day on: then each night
    reads what it would have read if it had been recorded on that day.
    """
    at = clock.now_utc().isoformat()
    by = Recorded(ACTOR, portfolio.window.first, at)
    with writing(engine) as connection:
        set_cut_over(connection, portfolio.window.cut_over)
        keep_quiet(connection, portfolio.window, creditors.values(), by)
        debtors = add_debtors(connection, portfolio.debtors, by, ACTOR)
    for start in range(0, len(portfolio.lives), LOANS_AT_ONCE):
        lives = portfolio.lives[start : start + LOANS_AT_ONCE]
        with writing(engine) as connection:
            for life in lives:
                add_loan(connection, life.heading, [debtors[place] for place in life.debtors], by, ACTOR)
            record_each(connection, _stamped(lives, at))
        progress(len(lives))


def keep_quiet(connection: Connection, window: Window, creditors: Iterable[Creditor], by: Recorded) -> None:
    """Make creditors quiet from the first night of a demo on, all but its last nights."""
    live = max(window.first, window.last - timedelta(days=LIVE_NIGHTS - 1))
    for creditor in creditors:
        begin_quiet(connection, creditor.id, window.first, by)
        lift_quiet(connection, creditor.id, live, "the administration was looked over", by)


def _stamped(lives: Sequence[Life], at: str) -> list[tuple[Draft, Recorded]]:
    return [(draft_of(fact), Recorded(ACTOR, fact.known_on, at)) for life in lives for fact in life.facts]


def draft_of(fact: Fact) -> Draft:
    """The fact as it is brought in."""
    return Draft(
        fact.loan,
        fact.kind,
        fact.value_date,
        fact.key,
        fact.cents,
        fact.of,
        fact.data,
        fact.source,
    )
