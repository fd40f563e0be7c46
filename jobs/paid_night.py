"""The night for loans to which payments came and nothing else that the short lane does not know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from jobs.chunk import STATE_COLUMNS, Night, states_of, write_states
from jobs.dunning_night import Seen, look_at_ladders
from jobs.short_night import rows_of
from jobs.tables import quarantine
from ledger.accounts import AccountNumber
from ledger.bulk import among, append_rows, plain_rows
from ledger.day import day_of, number_of
from ledger.entry import ACCOUNTS_PER_CREDITOR, EntryKind, creditor_of_loan
from ledger.period import booking_period
from ledger.seal import JOURNAL_COLUMNS, NO_ROWS, digest_of_rows
from ledger.tables import journal
from servicing.dunning.standing import Standing
from servicing.dunning.store import standings_of
from servicing.facts import FactKind
from servicing.night_work import StateRow
from servicing.payment_lane import LanePayment, PaidWork, Receipt, work_paid
from servicing.short_lane import TAKES_PAYMENTS, LaneWork, Tonight
from servicing.tables import fact, loan_state

Rows = list[tuple[int, ...]]

_BANK = int(AccountNumber.BANK_IN_TRANSIT)
_PRINCIPAL_DUE, _INTEREST_DUE = int(AccountNumber.PRINCIPAL_DUE), int(AccountNumber.INTEREST_DUE)
_PAYMENT = int(EntryKind.PAYMENT)
_PLAIN = int(FactKind.PAYMENT)

_OWN = ("worked_to", "facts", "digest")
_ALL = (*STATE_COLUMNS, *LaneWork._fields, *_OWN)
_AFTER = itemgetter(*(len(_ALL) - 1 - _ALL[::-1].index(name) for name in STATE_COLUMNS))
"""Of a state row, the work of the night and what the night notes itself: the last that tells of each column."""


class PaidChunk(NamedTuple):
    """What a night does to the loans of a chunk that take the short lane with payments.

    Journal rows in the order of their keys, new state rows by loan, and the places of those that leave their ladder.
    """

    rows: Rows
    states: list[tuple[Any, ...]]
    leaving: list[Standing]


def work_paid_chunk(connection: Connection, loans: Sequence[int], night: Night) -> list[int]:
    """Work those of these loans to which only time and plain payments happened; the others, left for the full function.

    Asked again after it was kept, it leaves the loans it has worked, and the full function passes over them.
    """
    late = night.dunning.late if night.dunning else 0
    return write_paid(connection, loans, night, decide_paid(connection, loans, night, late))


def decide_paid(connection: Connection, loans: Sequence[int], night: Night, late: int) -> PaidChunk:
    """What `write_paid` is to write of these loans; `late` is that of `Dunning`.

    Reads only what the night alone writes, and facts known since it began.
    """
    aside = set(connection.execute(select(quarantine.c.loan)).scalars())
    states = [
        state
        for number, state in states_of(connection, loans).items()
        if state.lane > TAKES_PAYMENTS and number not in aside
    ]
    ladders = standings_of(connection, [state.loan for state in states if state.arrears_since])
    news = _payments(connection, [state.loan for state in states], night)
    tonight = Tonight(number_of(night.day), night.arrears_limits)
    decided = PaidChunk([], [], [])
    for state in states:
        payments = news[state.loan]
        work = None if payments is None else work_paid(state, payments, tonight)
        if work is not None and not _tells_ladder(state, work, ladders, (tonight.day, late)):
            own = paid_rows(night, work)
            decided.rows.extend(own)
            decided.states.append(state_after(state, night, work, own))
            if state.loan in ladders:
                decided.leaving.append(ladders[state.loan])
    return decided


def write_paid(connection: Connection, loans: Sequence[int], night: Night, decided: PaidChunk) -> list[int]:
    """Write what was decided of these loans; those of which nothing was, left for the full function."""
    append_rows(connection, journal, JOURNAL_COLUMNS, decided.rows)
    write_states(connection, decided.states)
    _leave_ladders(connection, night, decided.leaving)
    done = {state[0] for state in decided.states}
    return [loan for loan in loans if loan not in done]


def _tells_ladder(
    state: StateRow, work: PaidWork, ladders: Mapping[int, Standing], days: tuple[int, int]
) -> bool:
    """Whether a loan is on a ladder after tonight, or may come on one: the full function tells how much is overdue.

    The days are tonight and that since which a loan in arrears is late.
    """
    today, late = days
    is_paid = not 0 < work.work.arrears_since < today
    return not is_paid and (state.loan in ladders or work.work.arrears_since <= late)


def _leave_ladders(connection: Connection, night: Night, stands: Sequence[Standing]) -> None:
    """Take loans of which nothing is overdue any more from their ladders."""
    if night.dunning is not None and stands:
        seen = [Seen(row.loan, (), None) for row in stands]
        look_at_ladders(connection, night.dunning, seen, {row.loan: row for row in stands}, night.day)


def _payments(
    connection: Connection, loans: Sequence[int], night: Night
) -> dict[int, list[LanePayment] | None]:
    """The payments that became known since each loan was worked last; None where something else did."""
    found: dict[int, list[LanePayment] | None] = {loan: [] for loan in loans}
    columns = (fact.c.loan_id, fact.c.kind, fact.c.value_date, fact.c.nr, fact.c.cents)
    query = select(*columns).join(loan_state, loan_state.c.loan == fact.c.loan_id)
    query = query.where(fact.c.known_on <= number_of(night.day), fact.c.known_on > loan_state.c.worked_to)
    for loan, kind, *payment in plain_rows(connection, query.where(among(connection, fact.c.loan_id, loans))):
        before = found[loan]
        if before is None or kind != _PLAIN:
            found[loan] = None
        else:
            before.append(LanePayment._make(payment))
    return found


def paid_rows(night: Night, work: PaidWork) -> Rows:
    """The journal rows of a loan with payments, in the order of their keys."""
    day, loan = number_of(night.day), work.work.loan
    closed = night.last_closed_periods[creditor_of_loan(loan)]
    rows = rows_of(day, booking_period(night.day, closed), work.work)
    for nr, receipt in enumerate(work.receipts, start=1):
        period = booking_period(day_of(receipt.value_date), closed)
        rows += _receipt_rows((day, loan, _PAYMENT, nr), receipt, period)
    return sorted(rows)


def _receipt_rows(key: tuple[int, ...], receipt: Receipt, period: int) -> Iterable[tuple[int, ...]]:
    base = creditor_of_loan(key[1]) * ACCOUNTS_PER_CREDITOR
    parts = [(_PRINCIPAL_DUE, receipt.principal), (_INTEREST_DUE, receipt.interest)]
    paid = [(account, cents) for account, cents in parts if cents]
    for line, (account, cents) in enumerate(paid, start=1):
        accounts = base + _BANK, base + account
        yield (*key, line, receipt.value_date, period, *accounts, cents, receipt.fact, 0)


def state_after(state: StateRow, night: Night, work: PaidWork, rows: Rows) -> tuple[Any, ...]:
    """The state row of a loan after a night with payments, plain: so another process takes it in half the time."""
    digest = digest_of_rows(rows) if rows else NO_ROWS
    own = (number_of(night.day), state.facts + len(work.receipts), digest)
    after: tuple[Any, ...] = _AFTER((*state, *work.work, *own))
    return after
