"""A released run of collections that the bank is not to carry out: cancelled by a person, before it was booked."""

from __future__ import annotations

from backoffice.cli.database import Desk
from backoffice.collecting import run_named
from backoffice.rights import check_right
from ledger.day import number_of
from ledger.errors import BadInput
from servicing.collecting.released import Dropped
from servicing.collecting.store import collections_of_run, drop, dropped, seen_at_the_bank

MOST_NAMED = 5


def cancel_run(desk: Desk, number: int, reason: str) -> list[Dropped]:
    """Cancel what is left of a released run; its instalments may be collected again. Again is nothing new.

    The bank must be asked to leave the file as well: what it carries out all the same is a payment of its loan.
    Raises `BadInput` where the bank has booked one of them.
    """
    run = run_named(desk.connection, number)
    check_right(desk.by.actor, "decide", run.creditor_id)
    rows = collections_of_run(desk.connection, number)
    gone = dropped(desk.connection, [each.end_to_end for each in rows])
    left = [each for each in rows if each.end_to_end not in gone]
    booked = seen_at_the_bank(desk.connection, left)
    if booked:
        names = ", ".join(booked[:MOST_NAMED])
        raise BadInput(
            f"run {number}: the bank has booked {len(booked)} of it: {names}; it cannot be cancelled any more"
        )
    stamp = (number_of(desk.by.known_on), desk.by.actor, desk.by.at)
    found = [Dropped(each.end_to_end, run.creditor_id, 0, reason, f"run {number}", *stamp) for each in left]
    drop(desk.connection, found)
    return found
