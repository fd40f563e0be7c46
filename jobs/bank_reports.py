"""What a bank refuses of the files we sent it, before it books anything: collections and refunds that never were."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from sqlalchemy import Connection

from bank.statement import BadStatement
from bank.status_report import Report, Status
from jobs.bank_import import came_before, keep_file
from jobs.bank_request import NotYet, Outcome, Request
from jobs.bank_statements import next_numbers, one_at_a_time
from ledger.day import day_of, number_of
from servicing.collecting.released import Dropped
from servicing.collecting.store import collections_of_run, drop, dropped, runs
from servicing.refunding.store import refund_runs, refunds_of_run

MOST_WORDS = 200
"""Characters of a bank's reason that are kept."""


class _File(NamedTuple):
    """A file of ours that a report is about: whose, and its orders, each with the block it stood in."""

    creditor: int
    orders: Mapping[str, str]


def import_report(
    connection: Connection, document: tuple[str, str], report: Report, request: Request
) -> Outcome:
    """Take a status report (its name and digest) into the open transaction; again it brings nothing.

    Raises `BadStatement` for one that is about no file or order of ours or of another creditor, and `NotYet`.
    """
    name, sha256 = document
    one_at_a_time(connection)
    before = came_before(connection, name, sha256)
    if before is not None:
        return before
    if number_of(report.day) > request.until:
        raise NotYet(f"{name}: is of {report.day}, after {day_of(request.until)}")
    file = _file(connection, name, report.statuses[-1].message)
    if request.creditor not in {0, file.creditor}:
        raise BadStatement(f"{name}: is about a file of another creditor than this folder or option names")
    wrong = next(_strangers(report.statuses, file), None)
    if wrong is not None:
        raise BadStatement(
            f"{name}, line {wrong.file_line}: {_named(wrong)}: is not in our file {wrong.message}"
        )
    return _keep(connection, document, (file, report), request)


def _keep(
    connection: Connection, document: tuple[str, str], told: tuple[_File, Report], request: Request
) -> Outcome:
    (name, sha256), (file, report), by = document, told, request.by
    refused = _refused(report.statuses, file)
    known = dropped(connection, refused)
    stamp = (number_of(by.known_on), by.actor, by.at)
    new = {order: reason for order, reason in refused.items() if order not in known}
    drop(
        connection, [Dropped(order, file.creditor, 1, reason, name, *stamp) for order, reason in new.items()]
    )
    outcome = Outcome(name, file.creditor, lines=sum(bool(one.end_to_end) for one in report.statuses))
    outcome.refused = [f"{order}: {reason or 'no reason given'}" for order, reason in new.items()]
    keep_file(connection, next_numbers(connection)[0], sha256, outcome, by)
    return outcome


def _file(connection: Connection, name: str, message: str) -> _File:
    for run in runs(connection):
        if run.message_id == message:
            rows = collections_of_run(connection, run.id)
            return _File(run.creditor_id, {each.end_to_end: each.block_id for each in rows})
    for paid in refund_runs(connection):
        if paid.message_id == message:
            # A run of refunds is one block, under the id of its file.
            refunds = refunds_of_run(connection, paid.id)
            return _File(paid.creditor_id, {each.end_to_end: paid.message_id for each in refunds})
    raise BadStatement(f"{name}: is about the file {message[:40]!r}, which is none of ours")


def _strangers(statuses: Iterable[Status], file: _File) -> Iterator[Status]:
    """What a report says of blocks or orders that did not stand in our file."""
    blocks = set(file.orders.values())
    for one in statuses:
        is_ours = (
            file.orders.get(one.end_to_end) == one.block if one.end_to_end else one.block in {"", *blocks}
        )
        if not is_ours:
            yield one


def _refused(statuses: Iterable[Status], file: _File) -> dict[str, str]:
    """Every order that is refused, by itself or with its block or file, with the nearest reason."""
    found: dict[str, str] = {}
    for one in statuses:
        if one.is_refused:
            within = (order for order, block in file.orders.items() if one.block in {"", block})
            for order in [one.end_to_end] if one.end_to_end else within:
                found.setdefault(order, one.reason[:MOST_WORDS])
    return found


def _named(one: Status) -> str:
    return (one.end_to_end or one.block)[:40]
