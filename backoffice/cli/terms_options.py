"""The terms of a loan as options; the names are the keys of a case, with dashes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce

import click

from backoffice.cli.options import Command
from servicing.daycount import DAY_COUNTS
from servicing.schedule import ROUNDING_RULES
from servicing.terms import METHODS

TERMS_KEYS = (
    *("principal", "annual_rate_percent", "start", "instalments", "method", "every", "first_due"),
    *("day_count", "rounding", "instalment", "grace_principal", "interest_from", "payment_tolerance"),
)

_OPTIONS: tuple[Callable[[Command], Command], ...] = (
    click.option("--principal", metavar="AMOUNT", help="What is lent."),
    click.option("--rate", "annual_rate_percent", metavar="PERCENT", help="Per year, such as 8 or 7.25."),
    click.option("--start", metavar="DAY", help="The day the schedule counts from."),
    click.option("--instalments", metavar="N", help="The number of rows."),
    click.option("--method", metavar="WORD", help=f"{', '.join(METHODS)}."),
    click.option("--every", metavar="PERIOD", help="1m (default), 3m, 1y, 2w, 15d ...: from row to row."),
    click.option("--first-due", metavar="DAY", help="Default: one period after the start."),
    click.option("--day-count", metavar="RULE", help=f"{', '.join(DAY_COUNTS)}."),
    click.option("--rounding", metavar="RULE", help=f"{', '.join(ROUNDING_RULES[:2])}."),
    click.option("--instalment", metavar="AMOUNT", help="Given, not computed (linear: the principal part)."),
    click.option("--grace-principal", metavar="N", help="So many first rows pay interest only."),
    click.option("--interest-from", metavar="DAY", help="No interest before this day."),
    click.option("--payment-tolerance", metavar="N", help="Banking days a payment may be late."),
)


def terms_options(command: Command) -> Command:
    """The options of a loan's terms."""
    return reduce(lambda made, option: option(made), reversed(_OPTIONS), command)


def given_terms(options: Mapping[str, object]) -> dict[str, object]:
    """The terms among the options that were given."""
    return {key: options[key] for key in TERMS_KEYS if options.get(key) is not None}
