"""Gives a debtor back the address he had, where a move that was reported turns out not to be his."""

from __future__ import annotations

from dataclasses import replace

from backoffice.cli.database import Desk
from servicing.debtors import store
from servicing.debtors.changing import ADDRESS
from servicing.debtors.values import Particulars
from servicing.facts import Fact


def move_back(desk: Desk, debtor: int, wrong: Fact, document: str) -> bool:
    """Record the address from before a wrong report, from its day on and wherever it was taken over; whether it did.

    What was recorded stays, as all that was known once; an address that came later stays the address.
    """
    records = store.history_of_particulars(desk.connection, debtor)
    place = next(
        (
            at
            for at, one in enumerate(records)
            if (one.value_date, one.source) == (wrong.value_date, wrong.source)
        ),
        0,
    )
    if not place:
        return False
    before, reported = _address(records[place - 1].particulars), _address(records[place].particulars)
    changed = {
        one.value_date: replace(one.particulars, **before)
        for one in records[place:]
        if _address(one.particulars) == reported
    }
    later = {one.value_date: one.particulars for one in records[place:]}
    for day, particulars in sorted(changed.items()):
        if _address(later[day]) == reported:
            since = store.Since(day, particulars)
            store.change_particulars(desk.connection, debtor, since, desk.by, document)
    return True


def _address(particulars: Particulars) -> dict[str, str]:
    return {key: getattr(particulars, key) for key in ADDRESS}
