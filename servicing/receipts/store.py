"""Reads and records bank files, their lines and what is decided about them; nothing recorded is ever changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, case, exists, func, select

from ledger.bulk import among, append_rows, plain_rows
from ledger.day import number_of
from servicing.facts import FactKind
from servicing.night_work import STANDINGS
from servicing.receipts.matching import RUNNING, LoanView, PaidOut, Payment
from servicing.receipts.tables import (
    bank_confirmation,
    bank_decision,
    bank_line,
    bank_statement,
)
from servicing.receipts.values import Disposition, Part, StoredLine, came_with_line
from servicing.settlement.store import claims_made_of
from servicing.store import LOANS_PER_QUERY, Recorded
from servicing.tables import fact, loan, loan_state

LINE_COLUMNS = StoredLine._fields
DECISION_COLUMNS = tuple(bank_decision.columns.keys())
FACT_COLUMNS = tuple(fact.columns.keys())


class NewFact(NamedTuple):
    """A fact that a bank line brings to a loan."""

    loan: int
    kind: FactKind
    value_date: int
    cents: int
    of: int
    key: str
    source: str


def known_identities(connection: Connection, identities: Sequence[bytes]) -> dict[bytes, tuple[int, bool]]:
    """The lines known already: the number of each, and whether a statement (053) shows it."""
    confirmed = exists().where(bank_confirmation.c.line_id == bank_line.c.id)
    shown = case((bank_statement.c.kind == 53, 1), (confirmed, 1), else_=0)
    query = select(bank_line.c.identity, bank_line.c.id, shown).join(
        bank_statement, bank_statement.c.id == bank_line.c.statement_id, isouter=True
    )
    found = {}
    for part in _parts(identities):
        own = query.where(bank_line.c.identity.in_(part))
        for identity, number, is_shown in connection.execute(own).all():
            found[bytes(identity)] = (number, bool(is_shown))
    return found


def known_occurrences(
    connection: Connection, account: str, days: tuple[int, int], before: int
) -> dict[tuple[str, int, int], int]:
    """How often statements (053) with a number below one, or without a number, show each line of some days.

    What only a notice told is no line of an earlier statement: it is the one that the next statement shows.
    """
    numbered = func.coalesce(bank_statement.c.number, 0)
    shown_by = func.coalesce(bank_confirmation.c.statement_id, bank_line.c.statement_id)
    key = (bank_line.c.reference, bank_line.c.booked_on, bank_line.c.cents)
    query = (
        select(*key, func.max(bank_line.c.occurrence))
        .join(bank_confirmation, bank_confirmation.c.line_id == bank_line.c.id, isouter=True)
        .join(bank_statement, bank_statement.c.id == shown_by)
        .where(bank_line.c.account == account, bank_line.c.booked_on.between(*days))
        .where(bank_statement.c.kind == 53, numbered < before)
        .group_by(*key)
    )
    return {(row[0], row[1], row[2]): row[3] for row in connection.execute(query)}


def add_lines(connection: Connection, lines: Sequence[StoredLine]) -> None:
    """Keep new lines."""
    append_rows(connection, bank_line, LINE_COLUMNS, lines)


def confirm(connection: Connection, lines: Iterable[int], statement: int) -> None:
    """Note that a statement (053) shows lines of which only a notice told before."""
    append_rows(
        connection, bank_confirmation, ("line_id", "statement_id"), [(line, statement) for line in lines]
    )


def add_decisions(
    connection: Connection, decided: Iterable[tuple[int, int, Sequence[Part]]], by: Recorded
) -> None:
    """Keep what was decided about lines: the line, the number of the decision, and its parts."""
    known_on = number_of(by.known_on)
    rows = [
        (
            line,
            nr,
            place,
            int(part.kind),
            part.loan,
            part.fact,
            part.other_creditor,
            part.cents,
            part.reason,
            known_on,
            by.actor,
            by.at,
        )
        for line, nr, parts in decided
        for place, part in enumerate(parts, start=1)
    ]
    append_rows(connection, bank_decision, DECISION_COLUMNS, rows)


def add_facts(
    connection: Connection, facts: Sequence[NewFact], by: Recorded, numbers: dict[int, int]
) -> list[int]:
    """Record what bank lines bring to loans; the number of each within its loan.

    `numbers` are the last facts of loans as far as known in this transaction; they are kept true.
    The lines are new, so their keys are: that no key comes twice the database holds.
    """
    numbers |= highest_facts(connection, {one.loan for one in facts} - numbers.keys())
    known_on = number_of(by.known_on)
    rows, given = [], []
    for one in facts:
        nr = numbers.get(one.loan, 0) + 1
        numbers[one.loan] = nr
        given.append(nr)
        rows.append(
            (
                one.loan,
                nr,
                int(one.kind),
                one.value_date,
                known_on,
                one.cents,
                one.of,
                "{}",
                one.key,
                by.actor,
                one.source,
                by.at,
            )
        )
    append_rows(connection, fact, FACT_COLUMNS, rows)
    return given


def highest_facts(connection: Connection, loans: Iterable[int]) -> dict[int, int]:
    """The number of the last fact of each loan."""
    if not (loans := set(loans)):
        return {}
    query = select(fact.c.loan_id, func.max(fact.c.nr)).group_by(fact.c.loan_id)
    return _pairs(connection, query.where(among(connection, fact.c.loan_id, loans)))


def loan_views(connection: Connection, loans: Iterable[int]) -> dict[int, LoanView]:
    """What matching needs to know of these loans and of claims made of them; those that do not exist are left out."""
    wanted = sorted(set(loans))
    paid_out = (FactKind.DISBURSEMENT, FactKind.OPENING, FactKind.TRANSFERRED)
    since = func.min(case((fact.c.kind.in_(paid_out), fact.c.value_date)))
    of_facts = select(fact.c.loan_id, since, func.max(fact.c.nr)).group_by(fact.c.loan_id)
    state = loan_state.c
    query = select(
        loan.c.id,
        loan.c.creditor_id,
        loan.c.external,
        loan.c.decision_date,
        state.standing,
        state.instalment,
        state.principal_due + state.interest_due + state.costs,
        state.rate_e8,
        state.arrears_since,
    ).join(loan_state, state.loan == loan.c.id, isouter=True)
    found = {}
    told = plain_rows(connection, of_facts.where(among(connection, fact.c.loan_id, wanted)))
    known = {number: (began, nr) for number, began, nr in told}
    for row in connection.execute(query.where(among(connection, loan.c.id, wanted))).all():
        number, creditor, external, decided, standing, instalment, due, rate, late = row
        began, nr = known.get(number, (None, 0))
        name = "new" if standing is None or standing == 0 else STANDINGS[standing]
        found[number] = LoanView(
            number,
            creditor,
            external or "",
            name,
            max(began, decided) if began else 0,
            instalment or 0,
            due or 0,
            rate or 0,
            late or 0,
            nr,
        )
    followed = claims_made_of(connection, [one.loan for one in found.values() if one.standing not in RUNNING])
    found |= {number: found[number]._replace(followed_by=claims) for number, claims in followed.items()}
    later = {claim for claims in followed.values() for claim in claims} - found.keys()
    return {**loan_views(connection, later), **found} if later else found


def lines_by_number(connection: Connection, numbers: Iterable[int]) -> dict[int, StoredLine]:
    """These lines by number."""
    found = {}
    for part in _parts(sorted(set(numbers))):
        for row in connection.execute(select(bank_line).where(bank_line.c.id.in_(part))):
            found[row.id] = stored_line(row)
    return found


def stored_line(row: Sequence[Any]) -> StoredLine:
    """A row of the table as a line."""
    return StoredLine._make(bytes(each) if isinstance(each, memoryview) else each for each in row)


def payments_by_hand(
    connection: Connection, loans: Iterable[int], first: int, last: int
) -> set[tuple[int, int]]:
    """The payments of these loans, as loan and cents, that a person recorded for these days and no line shows."""
    shown = exists().where(
        bank_decision.c.loan_id == fact.c.loan_id,
        bank_decision.c.fact_nr == fact.c.nr,
        bank_decision.c.kind == int(Disposition.LOAN),
    )
    query = select(fact.c.loan_id, fact.c.cents, fact.c.key).where(
        fact.c.kind == int(FactKind.PAYMENT),
        fact.c.value_date.between(first, last),
        ~shown,
    )
    rows = connection.execute(query.where(among(connection, fact.c.loan_id, set(loans)))).all()
    return {(number, cents) for number, cents, key in rows if not came_with_line(key)}


def bounce_fees(connection: Connection, creditors: Iterable[int]) -> list[tuple[StoredLine, int, int]]:
    """The lines of these creditors by which a payment came back and the bank took a fee: with loan and cents."""
    query = (
        select(bank_decision.c.line_id)
        .join(bank_line, bank_line.c.id == bank_decision.c.line_id)
        .where(
            bank_decision.c.kind == int(Disposition.BANK_COSTS),
            bank_line.c.creditor_id.in_(sorted(creditors)),
        )
        .distinct()
    )
    numbers = list(connection.execute(query).scalars())
    lines, found = lines_by_number(connection, numbers), []
    for number, (_, parts) in sorted(parts_of_lines(connection, numbers).items()):
        loans = [part.loan for part in parts if part.kind is Disposition.RETURN]
        cents = sum(part.cents for part in parts if part.kind is Disposition.BANK_COSTS)
        if len(loans) == 1 and cents:
            found.append((lines[number], loans[0], cents))
    return found


def parts_of_lines(
    connection: Connection, lines: Iterable[int], known_by: int | None = None
) -> dict[int, tuple[int, list[Part]]]:
    """What was decided last about each line as far as known by a night: the decision's number and its parts."""
    found: dict[int, tuple[int, list[Part]]] = {}
    for numbers in _parts(sorted(set(lines))):
        query = select(bank_decision).where(bank_decision.c.line_id.in_(numbers))
        if known_by is not None:
            query = query.where(bank_decision.c.known_on <= known_by)
        for row in connection.execute(query.order_by(*bank_decision.primary_key)):
            nr, parts = found.get(row.line_id, (0, []))
            if row.nr != nr:
                nr, parts = row.nr, []
            parts.append(part_of(row))
            found[row.line_id] = (nr, parts)
    return found


def part_of(row: Any) -> Part:  # noqa: ANN401 - a row of bank_decision
    """A row of the table as a part."""
    kind = Disposition(row.kind)
    return Part(kind, row.cents, row.loan_id, row.fact_nr, row.other_creditor, row.reason)


def payments_of_ids(
    connection: Connection, creditor: int, ids: Iterable[str], known_by: int
) -> dict[str, list[Payment]]:
    """The payments that lines with these end-to-end ids brought to loans of a creditor, as known by a night."""
    found: dict[str, list[Payment]] = {}
    for wanted in _parts(sorted(set(ids) - {"", "NOTPROVIDED"})):
        query = select(bank_line.c.id, bank_line.c.end_to_end, bank_line.c.paid_on).where(
            bank_line.c.end_to_end != "",
            bank_line.c.end_to_end.in_(wanted),
            bank_line.c.creditor_id == creditor,
            bank_line.c.cents > 0,
        )
        lines = {row.id: row for row in connection.execute(query)}
        decided = parts_of_lines(connection, lines, known_by)
        paid = [(line, part) for line, (_, parts) in decided.items() for part in parts if part.fact]
        gone = returned_facts(connection, {part.loan for _, part in paid})
        for line, part in paid:
            row = lines[line]
            is_gone = (part.loan, part.fact) in gone
            one = Payment(line, part.loan, part.fact, row.paid_on, part.cents, is_gone)
            found.setdefault(row.end_to_end, []).append(one)
    return found


def returned_facts(connection: Connection, loans: Iterable[int]) -> set[tuple[int, int]]:
    """The facts of these loans that were reversed or withdrawn, by loan and number.

    A payment of which the reversal was withdrawn stands.
    """
    kinds = (FactKind.REVERSAL, FactKind.WITHDRAWAL)
    query = select(fact.c.loan_id, fact.c.nr, fact.c.kind, fact.c.refers_to).where(fact.c.kind.in_(kinds))
    withdrawn: set[tuple[int, int]] = set()
    reversed_by: dict[tuple[int, int], tuple[int, int]] = {}
    for part in _parts(sorted(loans)):
        for number, nr, kind, of in connection.execute(query.where(fact.c.loan_id.in_(part))):
            if kind == FactKind.WITHDRAWAL:
                withdrawn.add((number, of))
            else:
                reversed_by[number, nr] = (number, of)
    return withdrawn | {of for by, of in reversed_by.items() if by not in withdrawn}


REMITTANCES = (Disposition.SET_OFF, Disposition.BAILIFF, Disposition.TRUSTEE, Disposition.SECURITY)
"""What a line can be that pays a batch of other receipts; its fact is then the number of the batch."""


def remitted(connection: Connection, batch: int, *, but: int = 0) -> int:
    """How many cents of a batch of other receipts bank lines (but one) have brought."""
    kinds = [int(kind) for kind in REMITTANCES]
    query = select(bank_decision.c.line_id).where(
        bank_decision.c.fact_nr == batch, bank_decision.c.loan_id == 0, bank_decision.c.kind.in_(kinds)
    )
    lines = set(connection.execute(query).scalars()) - {but}
    decided = parts_of_lines(connection, lines)
    return sum(
        part.cents
        for _, parts in decided.values()
        for part in parts
        if part.kind in REMITTANCES and part.fact == batch
    )


def open_disbursements(connection: Connection, creditor: int, amounts: Iterable[int]) -> list[PaidOut]:
    """The disbursements of these amounts that no bank line shows yet."""
    shown = exists().where(
        bank_decision.c.loan_id == fact.c.loan_id,
        bank_decision.c.fact_nr == fact.c.nr,
        bank_decision.c.kind == int(Disposition.DISBURSEMENT),
    )
    query = (
        select(fact.c.loan_id, fact.c.nr, fact.c.cents, fact.c.key)
        .join(loan, loan.c.id == fact.c.loan_id)
        .where(fact.c.kind == int(FactKind.DISBURSEMENT), loan.c.creditor_id == creditor, ~shown)
    )
    found = []
    for part in _parts(sorted(set(amounts))):
        found += [PaidOut(*row) for row in connection.execute(query.where(fact.c.cents.in_(part)))]
    return found


def _pairs(connection: Connection, query: Select[Any]) -> dict[int, int]:
    return {row[0]: row[1] for row in connection.execute(query).all()}


def _parts(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """The values in pieces that one query can name."""
    return (values[start : start + LOANS_PER_QUERY] for start in range(0, len(values), LOANS_PER_QUERY))
