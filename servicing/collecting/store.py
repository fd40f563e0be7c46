"""Keeps what is proposed and what was released to be collected; one collection of an instalment, ever."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, exists, func, insert, select

from ledger.bulk import append_rows
from ledger.day import day_of, number_of
from ledger.entry import LOANS_PER_CREDITOR, book_of_creditor, creditor_of_loan
from servicing.collecting.mandates import Past
from servicing.collecting.planning import Planned
from servicing.collecting.released import UNEXPLAINED, Collected, Dropped, Run
from servicing.collecting.tables import (
    collection,
    collection_plan,
    collection_proposal,
    collection_run,
    order_dropped,
)
from servicing.facts import Draft, FactKind, FactRefused
from servicing.receipts.tables import bank_line
from servicing.store import LOANS_PER_QUERY, Recorded
from servicing.tables import IS_MANDATE, fact, loan


class Proposal(NamedTuple):
    """The open proposal of a creditor: up to which due date, whether debtors were told, whose, and since when."""

    creditor_id: int
    until: date
    is_announced: bool
    actor: str
    proposed_at: str
    planned: tuple[Planned, ...]


def loans_with_mandate(connection: Connection, creditor: int) -> list[int]:
    """The loans of a creditor about which a mandate was ever recorded."""
    query = (
        select(fact.c.loan_id)
        .join(loan, loan.c.id == fact.c.loan_id)
        .where(fact.c.kind == int(FactKind.MANDATE), loan.c.creditor_id == creditor)
        .distinct()
        .order_by(fact.c.loan_id)
    )
    return list(connection.execute(query).scalars())


def refuse_same_id(connection: Connection, draft: Draft) -> None:
    """Refuse a mandate whose id another loan of the creditor has for another account, name or day.

    An id names one mandate of a creditor (SEPA core rulebook, AT-01): one paper may be for several loans.
    """
    if draft.kind is not FactKind.MANDATE:
        return
    withdrawn, book = fact.alias(), book_of_creditor(creditor_of_loan(draft.loan))
    gone = exists().where(
        withdrawn.c.loan_id == fact.c.loan_id,
        withdrawn.c.refers_to == fact.c.nr,
        withdrawn.c.kind == int(FactKind.WITHDRAWAL),
    )
    query = select(fact.c.loan_id, fact.c.value_date, fact.c.data).where(
        IS_MANDATE,
        fact.c.key == draft.key,
        fact.c.loan_id != draft.loan,
        fact.c.loan_id > book,
        fact.c.loan_id < book + LOANS_PER_CREDITOR,
        ~gone,
    )
    own = (number_of(draft.value_date), dict(draft.data))
    for number, signed, data in connection.execute(query):
        if (signed, json.loads(data)) != own:
            raise FactRefused(
                f"loan {draft.loan}: mandate {draft.key}: loan {number} has this id for another account, name or day: "
                "an id names one mandate of a creditor"
            )


def propose(
    connection: Connection, proposal: tuple[int, date, bool], planned: Sequence[Planned], by: Recorded
) -> None:
    """Put a proposal (creditor, up to which due date, whether debtors were told) in the place of the one before."""
    creditor, until, is_announced = proposal
    forget(connection, creditor)
    row = {"creditor_id": creditor, "until": number_of(until), "is_announced": int(is_announced)}
    connection.execute(insert(collection_plan).values(**row, actor=by.actor, proposed_at=by.at))
    rows = [
        {
            "loan_id": each.loan,
            "due_on": number_of(each.due),
            "creditor_id": creditor,
            "cents": each.cents,
            "collect_on": number_of(each.collect_on),
            "announce_by": number_of(each.announce_by),
            "mandate": each.mandate,
            "sequence": each.sequence,
        }
        for each in planned
    ]
    if rows:
        connection.execute(insert(collection_proposal), rows)


def forget(connection: Connection, creditor: int) -> None:
    """Drop the open proposal of a creditor; it bound nobody."""
    connection.execute(delete(collection_proposal).where(collection_proposal.c.creditor_id == creditor))
    connection.execute(delete(collection_plan).where(collection_plan.c.creditor_id == creditor))


def open_proposal(connection: Connection, creditor: int) -> Proposal | None:
    """The proposal of a creditor that waits to be released."""
    found = connection.execute(
        select(collection_plan).where(collection_plan.c.creditor_id == creditor)
    ).first()
    if found is None:
        return None
    query = select(collection_proposal).where(collection_proposal.c.creditor_id == creditor)
    rows = connection.execute(query.order_by(*collection_proposal.primary_key))
    planned = tuple(
        Planned(
            row.loan_id,
            day_of(row.due_on),
            row.cents,
            day_of(row.collect_on),
            day_of(row.announce_by),
            row.mandate,
            row.sequence,
        )
        for row in rows
    )
    return Proposal(
        creditor, day_of(found.until), bool(found.is_announced), found.actor, found.proposed_at, planned
    )


def next_run(connection: Connection) -> int:
    """The number the next run gets."""
    return (connection.execute(select(func.max(collection_run.c.id))).scalar() or 0) + 1


def add_run(connection: Connection, run: Run, collections: Sequence[Collected]) -> None:
    """Keep a released run; an instalment that was released before and not dropped breaks the key of the table."""
    connection.execute(insert(collection_run).values(run._asdict()))
    connection.execute(insert(collection), [each._asdict() for each in collections])


def runs(connection: Connection, creditor: int | None = None) -> list[Run]:
    """The released runs (of one creditor) in order."""
    query = select(collection_run).order_by(collection_run.c.id)
    if creditor is not None:
        query = query.where(collection_run.c.creditor_id == creditor)
    return [Run._make(row) for row in connection.execute(query)]


def collections_of_run(connection: Connection, run: int) -> list[Collected]:
    """What a run collects, in the order of its file."""
    query = select(collection).where(collection.c.run_id == run)
    found = connection.execute(
        query.order_by(collection.c.block_id, collection.c.loan_id, collection.c.due_on)
    )
    return [Collected._make(row) for row in found]


def collected_before(connection: Connection, loans: Iterable[int]) -> dict[int, list[Collected]]:
    """The released collections of these loans in the order of their days."""
    found: dict[int, list[Collected]] = {}
    in_order = (collection.c.collect_on, collection.c.due_on, collection.c.attempt)
    for part in _parts(sorted(set(loans))):
        query = select(collection).where(collection.c.loan_id.in_(part))
        for row in connection.execute(query.order_by(*in_order)):
            found.setdefault(row.loan_id, []).append(Collected._make(row))
    return found


def coming(connection: Connection, creditor: int, day: date) -> list[Collected]:
    """What was released for a creditor to be collected on a day or after it."""
    query = (
        select(collection)
        .join(collection_run, collection_run.c.id == collection.c.run_id)
        .where(collection_run.c.creditor_id == creditor, collection.c.collect_on >= number_of(day))
        .order_by(collection.c.collect_on, collection.c.loan_id, collection.c.due_on)
    )
    return [Collected._make(row) for row in connection.execute(query)]


def dropped(connection: Connection, ids: Iterable[str]) -> dict[str, Dropped]:
    """Which of our own orders with these ids were never booked."""
    found: dict[str, Dropped] = {}
    for part in _parts(sorted(set(ids))):
        for row in connection.execute(select(order_dropped).where(order_dropped.c.end_to_end.in_(part))):
            found[row.end_to_end] = Dropped._make(row)
    return found


def drop(connection: Connection, orders: Sequence[Dropped]) -> None:
    """Keep that orders were cancelled or refused; one that was dropped before breaks the key of the table."""
    append_rows(connection, order_dropped, Dropped._fields, orders)


def seen_at_the_bank(connection: Connection, collections: Sequence[Collected]) -> list[str]:
    """The ids of these collections that a bank line names, or whose block one does."""
    found: list[str] = []
    for part in _parts(sorted({each.end_to_end for each in collections})):
        query = select(bank_line.c.end_to_end).where(bank_line.c.end_to_end.in_(part))
        found += connection.execute(query.distinct()).scalars()
    blocks = {each.block_id for each in collections}
    query = select(bank_line.c.batch_id).where(bank_line.c.batch_id.in_(sorted(blocks)))
    booked = set(connection.execute(query.distinct()).scalars())
    return sorted({*found, *(each.end_to_end for each in collections if each.block_id in booked)})


def came_back(connection: Connection, ids: Iterable[str]) -> dict[str, str]:
    """Why collections with these ids came back, as the bank says."""
    found: dict[str, str] = {}
    for part in _parts(sorted(set(ids))):
        query = select(bank_line.c.end_to_end, bank_line.c.return_reason).where(
            bank_line.c.end_to_end.in_(part), bank_line.c.is_return == 1, bank_line.c.cents < 0
        )
        found |= {row.end_to_end: row.return_reason or UNEXPLAINED for row in connection.execute(query)}
    return found


def past_of(
    collections: Sequence[Collected], returns: Mapping[str, str], gone: Mapping[str, Dropped]
) -> dict[int, list[Past]]:
    """What was collected by each mandate of a loan and whether it came back; one the bank refused came back too."""
    found: dict[int, list[Past]] = {}
    for each in collections:
        own = gone.get(each.end_to_end)
        if own is None or own.by_bank:
            why = own.code if own else returns.get(each.end_to_end, "")
            found.setdefault(each.mandate, []).append(Past(day_of(each.collect_on), why))
    return found


def collections_by_id(connection: Connection, ids: Iterable[str]) -> dict[str, Collected]:
    """Our own collections among these end-to-end ids."""
    found: dict[str, Collected] = {}
    for part in _parts(sorted(set(ids) - {""})):
        for row in connection.execute(select(collection).where(collection.c.end_to_end.in_(part))):
            found[row.end_to_end] = Collected._make(row)
    return found


def collections_by_block(connection: Connection, blocks: Iterable[str]) -> dict[str, list[Collected]]:
    """The collections of our own blocks among these batch ids; a bank may book a block as one line."""
    found: dict[str, list[Collected]] = {}
    for part in _parts(sorted(set(blocks) - {""})):
        query = select(collection).where(collection.c.block_id.in_(part))
        for row in connection.execute(query.order_by(collection.c.loan_id, collection.c.due_on)):
            found.setdefault(row.block_id, []).append(Collected._make(row))
    return found


def _parts(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (values[start : start + LOANS_PER_QUERY] for start in range(0, len(values), LOANS_PER_QUERY))
