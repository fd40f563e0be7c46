"""The command `aflos scheduler`: the nightly service."""

from __future__ import annotations

from functools import partial

import click

from backoffice.actor import actor
from backoffice.cli.database import opened, refusals_kept
from backoffice.rights import check_right_somewhere
from jobs.lease import expiry_seconds
from jobs.scheduler import Service, serve
from jobs.timetable import timetable
from servicing.files import arrears_limits


@click.command()
def scheduler() -> None:
    """Stay, close every open business date now, and again at the times of config/timetable.yaml.

    Says what happens on standard error, a line of JSON a time. SIGTERM or Ctrl-C ends it within 10 seconds:
    exit 0 while it waits, 75 in the middle of a night, which the next start finishes.

    Example: AFLOS_DATABASE=postgresql://aflos@localhost/aflos aflos scheduler
    """
    wake_ups = timetable()
    expiry_seconds()  # what is wrong with it is told at the start
    limits = arrears_limits()
    with opened() as engine, refusals_kept(engine):
        check_right_somewhere(actor(), "run")
        serve(Service(engine, partial(click.echo, err=True), limits), wake_ups)
