"""A whole demo: an empty database made ready, filled, and its nights closed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple

from dateutil.relativedelta import relativedelta
from sqlalchemy import Engine

from backoffice.demo.cycle import decide_one
from backoffice.demo.filling import bring_in, refuse_unless_empty
from backoffice.demo.offers import Rules
from backoffice.demo.portfolio import Portfolio, Wish, make_portfolio
from backoffice.demo.story import Window
from backoffice.installation import install
from jobs import clock
from jobs.manifest import Manifest
from jobs.night import close_nights
from jobs.run import Options
from servicing import files
from servicing.debtors.secrets import has_keys


class Steps(NamedTuple):
    """Who is told how far a demo is: loans made and recorded, nights closed."""

    made: Callable[[int], None] = lambda _count: None
    recorded: Callable[[int], None] = lambda _count: None
    closed: Callable[[Manifest], None] = lambda _manifest: None


class Summary(NamedTuple):
    """What a demo did; `loans_worked` counts a loan in every night that touched it, seconds are text."""

    first: str
    last: str
    seed: int
    loans: int
    debtors: int
    facts: int
    nights: int
    loans_worked: int
    postings: int
    set_aside: int
    seconds: str
    seconds_of_nights: str
    loans_per_second: int
    seal: str


def window_of(years: int) -> Window:
    """So many years up to yesterday."""
    last = clock.today() - timedelta(days=1)
    return Window(last - relativedelta(years=years) + timedelta(days=1), last)


def nights_until_yesterday(nights: int) -> Window:
    """So many nights up to yesterday."""
    last = clock.today() - timedelta(days=1)
    return Window(last - timedelta(days=nights - 1), last)


def run_demo(engine: Engine, wish: Wish, steps: Steps) -> Summary:
    """Fill an empty database and close its nights; raises `BadInput` for one that is not empty."""
    begun = clock.monotonic()
    refuse_unless_empty(engine)
    install(engine)
    wish = wish._replace(with_bsn=has_keys())
    rules = Rules(files.products(), files.law())
    creditors = files.creditors()
    portfolio = make_portfolio(wish, rules, creditors, steps.made)
    bring_in(engine, portfolio, creditors, steps.recorded)
    filled = clock.monotonic()
    nights = (wish.window.last - wish.window.first).days + 1
    options = Options(files.arrears_limits(), confirm_days=nights, closed=steps.closed)
    manifests = close_nights(engine, wish.window.last, options)
    decide_one(engine)
    done = clock.monotonic()
    return _summary(wish, portfolio, manifests, (done - begun, done - filled))


def _summary(
    wish: Wish, portfolio: Portfolio, manifests: list[Manifest], seconds: tuple[float, float]
) -> Summary:
    worked = sum(_count(manifest, "loans_touched") for manifest in manifests)
    aside = manifests[-1]["quarantined"]
    assert isinstance(aside, list)
    return Summary(
        first=wish.window.first.isoformat(),
        last=wish.window.last.isoformat(),
        seed=wish.seed,
        loans=len(portfolio.lives),
        debtors=len(portfolio.debtors),
        facts=sum(len(life.facts) for life in portfolio.lives),
        nights=len(manifests),
        loans_worked=worked,
        postings=sum(_count(manifest, "postings") for manifest in manifests),
        set_aside=len(aside),
        seconds=format(seconds[0], ".1f"),
        seconds_of_nights=format(seconds[1], ".1f"),
        loans_per_second=round(worked / seconds[1]) if seconds[1] else 0,
        seal=str(manifests[-1]["seal"]),
    )


def _count(manifest: Manifest, key: str) -> int:
    value = manifest[key]
    assert isinstance(value, int)
    return value
