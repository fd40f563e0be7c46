"""Options that several commands share, and the days they give."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import click

from backoffice.cli.cases import read_case
from backoffice.given_files import content_of
from jobs import clock
from ledger.day import parse_day
from ledger.errors import BadInput

Command = TypeVar("Command", bound=Callable[..., Any])

as_json = click.option("--json", "as_json", is_flag=True, help="JSON instead of text.")
actor_option = click.option("--actor", metavar="NAME", help="Who acts; may only be yourself.")
on_option = click.option("--on", "on", metavar="DAY", help="The day, such as 2025-07-01; default today.")
known_on_option = click.option(
    "--known-on", metavar="DAY", help="From which night it counts; default the first that can take it."
)
book_year_option = click.option(
    "--year", metavar="YEAR", help="2024, or the first day of another book year; default its only one."
)

COUNT = click.IntRange(0, 2**31 - 1)
NUMBER = click.IntRange(1, 2**31 - 1)
"""The number of a line, letter, run or decision: none is larger, and a database could not look for one that is."""

FLAGS: Mapping[str, str | bool] = {"true": True, "false": False}
"""How a figure that is yes or no is written, such as choice_year=true."""

FURTHEST_AHEAD_YEARS = 5
"""No decision or move is recorded further ahead; a later day is a slip of the pen."""


def day_or_today(text: str | None) -> date:
    """The day an option gives, today in Amsterdam without it."""
    return clock.today() if text is None else parse_day(text)


def past_day(key: str, text: str) -> date:
    """A day on which something has happened: today or before, since nothing is recorded that is still to come."""
    day, today = parse_day(text), clock.today()
    if day > today:
        raise BadInput(f"{key}: {day}: lies after today, {today}: record it when it has happened")
    return day


def coming_day(key: str, text: str) -> date:
    """A day from which something holds, in the past or not far ahead."""
    day, today = parse_day(text), clock.today()
    if (day.year, day.month, day.day) > (today.year + FURTHEST_AHEAD_YEARS, today.month, today.day):
        raise BadInput(f"{key}: {day}: lies more than {FURTHEST_AHEAD_YEARS} years after today, {today}")
    return day


def read_input(file: Path) -> dict[str, object]:
    """The one case in a JSON file; raises `BadInput` for a file that holds none."""
    return dict(read_case(content_of(file)))


def values_named(given: tuple[str, ...]) -> dict[str, str]:
    """What options of the form KEY=VALUE give; raises `BadInput` for another form or a key given twice."""
    found: dict[str, str] = {}
    for text in given:
        key, sign, value = text.partition("=")
        if not sign or key in found:
            raise BadInput(f"{text[:40]!r}: must be KEY=VALUE, each key once")
        found[key] = value
    return found


def figures_set(given: tuple[str, ...]) -> dict[str, str | bool]:
    """Figures of a year as `--set` gives them; those that are yes or no as such."""
    return {key: FLAGS.get(value, value) for key, value in values_named(given).items()}
