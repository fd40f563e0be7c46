"""The command `aflos demo`: an empty database filled with a synthetic portfolio and its history."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click
from tqdm import tqdm

from backoffice.cli.options import as_json
from backoffice.cli.output import pairs, print_json
from backoffice.demo.portfolio import Wish
from backoffice.demo.running import Steps, nights_until_yesterday, run_demo, window_of
from jobs.manifest import Manifest, folder
from ledger.database import open_database

MOST_LOANS = 1_000_000
MOST_YEARS = 10
DONE_WITH_EXCEPTIONS = 3


@click.command()
@click.option("--loans", default=200, show_default=True, type=click.IntRange(1, MOST_LOANS))
@click.option("--years", default=3, show_default=True, type=click.IntRange(1, MOST_YEARS), help="Of history.")
@click.option(
    "--seed", default=1, show_default=True, type=click.IntRange(0), help="Another seed, another portfolio."
)
@click.option("--nights", type=click.IntRange(1, 366 * MOST_YEARS), help="So many nights, instead of years.")
@click.option("--quiet", is_flag=True, help="No progress.")
@as_json
def demo(loans: int, years: int, seed: int, nights: int | None, quiet: bool, as_json: bool) -> None:
    """Fill an empty database with a synthetic portfolio, up to yesterday, and close every night of it.

    The debtors do not exist. The same seed gives the same portfolio on the same day. A database that is not
    empty is refused. BSNs, of a range that is not given out, are kept where AFLOS_KEY_FILE names a key.

    Example: AFLOS_DATABASE=sqlite:///demo.db aflos demo --loans 50 --years 1
    """
    engine = open_database(create=True)
    try:
        window = nights_until_yesterday(nights) if nights else window_of(years)
        wish = Wish(loans, window, seed)
        with _bars(wish, quiet) as steps:
            summary = run_demo(engine, wish, steps)
        manifests = folder(engine)
    finally:
        engine.dispose()
    found = summary._asdict() | {"manifests": str(manifests)}
    if as_json:
        print_json(found)
    else:
        click.echo(pairs(found))
        click.echo("\nNow try: aflos status; aflos statement 100000001; aflos settle list; aflos verify")
    if summary.set_aside:
        sys.exit(DONE_WITH_EXCEPTIONS)


@contextmanager
def _bars(wish: Wish, quiet: bool) -> Iterator[Steps]:
    """Two bars with time left, on a terminal only: the portfolio, then its nights."""
    off = quiet or not sys.stderr.isatty()
    first, last = wish.window
    with (
        tqdm(total=2 * wish.loans, desc="portfolio", unit=" steps", disable=off, leave=False) as making,
        tqdm(
            total=(last - first).days + 1, desc="nights", unit=" nights", disable=off, leave=False
        ) as closing,
    ):

        def step(count: int) -> None:
            making.update(count)

        def close(_manifest: Manifest) -> None:
            closing.update()

        yield Steps(step, step, close)
