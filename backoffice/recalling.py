"""Collections that were released and must not be carried out any more: a person asks the bank to take them back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date

from sqlalchemy import Connection

from backoffice.collecting import cases_of
from ledger.day import day_of
from ledger.money import euros
from servicing.collecting.planning import Planned, forbidden_since
from servicing.collecting.released import Collected
from servicing.collecting.store import coming, dropped, seen_at_the_bank
from servicing.worklist import Item


def items_to_recall(connection: Connection, seen: Collection[int], day: date) -> Iterator[Item]:
    """The released collections of a coming day that something forbids since, for the creditors somebody may see."""
    for creditor in sorted(seen):
        waiting = _waiting(connection, coming(connection, creditor, day))
        if not waiting:
            continue
        cases = {
            case.loan: case
            for case in cases_of(connection, creditor, {each.loan_id for each in waiting}, day)
        }
        for each in waiting:
            why = forbidden_since(cases[each.loan_id], _planned(each), day)
            if why:
                yield _item(creditor, each, why)


def _waiting(connection: Connection, released: Iterable[Collected]) -> list[Collected]:
    """Those that neither were dropped nor are on a statement."""
    rows = list(released)
    gone = {*dropped(connection, [each.end_to_end for each in rows]), *seen_at_the_bank(connection, rows)}
    return [each for each in rows if each.end_to_end not in gone]


def _planned(each: Collected) -> Planned:
    day = day_of(each.collect_on)
    return Planned(each.loan_id, day_of(each.due_on), each.cents, day, day, each.mandate, each.sequence)


def _item(creditor: int, each: Collected, why: str) -> Item:
    day = day_of(each.collect_on)
    reason = f"{euros(each.cents)} was released to be collected on {day}, and now: {why}"
    action = (
        f"ask the bank to take {each.end_to_end} out of run {each.run_id}; if it drops the whole run: aflos bank "
        f"collect cancel {each.run_id} --reason TEXT"
    )
    return Item("bank", creditor, str(each.loan_id), 0, "", day, reason, action)
