"""Money comes in: a payment is divided over the open rows (Awb art. 4:92 lid 1, BW art. 6:44 lid 1)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ledger.entry import EntryKind
from servicing.life.falling_due import row_principal, takes_principal
from servicing.life.notes import Occasion, Share
from servicing.life.recompute import recompute_instalment
from servicing.life.state import (
    BANK,
    COSTS,
    INTEREST_ACCRUED,
    INTEREST_DEFERRED,
    INTEREST_DUE,
    INTEREST_INCOME,
    PRINCIPAL,
    PRINCIPAL_DUE,
    RECOVERED,
    REFUNDABLE,
    STATUTORY,
    Effect,
    Row,
    Split,
    State,
    note_interest,
    untaken,
)
from servicing.schedule import Amount
from servicing.terms import Part


class Purse:
    """The money of one payment while it is divided: what is left, and where it went."""

    def __init__(self, split: Split) -> None:
        self.left = split.amount
        self.split = split

    def pay(self, account: int, owed: Amount) -> Amount:
        """Pay at most `owed` cents to an account; the amount paid."""
        if not owed or not self.left:
            return 0  # most parts of most payments
        paid = min(self.left, owed)
        self.left -= paid
        self.split.take(account, paid)
        return paid


def pay(state: State, split: Split) -> None:
    """Divide a payment over costs, rows, deferred interest and credit."""
    purse = Purse(split)
    for row in open_rows(state) if purse.left else ():
        for part in state.terms.allocation:
            _pay_part(state, purse, row, part)
        _close_if_paid(state, row)
        if not purse.left:
            break
    _pay_rest(state, purse)
    _settle(state, purse)


def repay_early(state: State, split: Split, mode: str) -> None:
    """Pay what fell due, then lower the coming principal; `mode` says whether the term or the instalment shrinks."""
    purse = Purse(split)
    _pay_costs(state, purse)
    _pay_statutory(state, purse)
    for row in open_rows(state):
        if not row.fell_due:
            break
        for part in state.terms.allocation:
            _pay_part(state, purse, row, part)
    repaid = purse.pay(PRINCIPAL, state.unassigned)
    state.unassigned -= repaid
    state.principal -= repaid
    if purse.left:
        for row in open_rows(state):
            _pay_coming_interest(state, purse, row)
    _pay_rest(state, purse)
    _settle(state, purse)
    if mode == "instalment":
        recompute_instalment(state)


def paid_by_row(state: State) -> list[Share]:
    """What is paid on each row, if notes are taken."""
    if state.notes is None:
        return []
    return [Share(row.nr, row.due, row.interest_paid, row.principal_paid) for row in state.rows]


def note_shares(state: State, fact: int, before: Sequence[Share]) -> None:
    """Note what a payment paid of each row, from what was paid before it."""
    if state.notes is None:
        return
    shares = [
        Share(now.row_nr, now.due, now.interest - then.interest, now.principal - then.principal)
        for now, then in zip(paid_by_row(state), before, strict=True)
    ]
    state.notes.payments[fact] = [share for share in shares if share.interest or share.principal]


def owed_in_full(state: State) -> Amount:
    """What pays the loan off now: costs, interest up to now, principal, what was refunded too much; in cents."""
    interest = sum((row.open_interest for row in state.rows), start=0)
    too_much = max(0, -state.credit)
    return state.costs + state.statutory + interest + untaken(state) + state.principal + too_much


def open_rows(state: State) -> Iterator[Row]:
    """The rows that can take money now, from the oldest; the first open one is remembered."""
    rows = state.rows
    while state.first_open < len(rows) and _is_done(state, rows[state.first_open]):
        state.first_open += 1
    for row in rows[state.first_open :]:
        if not _is_done(state, row):
            yield row
    if state.running is None and state.first_open == len(rows):
        yield state.last_row  # interest of the tail goes into the last row


def _is_done(state: State, row: Row) -> bool:
    """Whether a row can never take money again (but for deferred interest, which comes after all rows)."""
    if not row.fell_due:
        return row.closed
    interest = 0 if row.keeps_interest else row.open_interest
    return not interest and not row.open_principal and row is not state.last_row


def _pay_part(state: State, purse: Purse, row: Row, part: Part) -> None:
    """Pay one part of a row."""
    if part == "costs":
        _pay_costs(state, purse)
    elif part == "interest":
        _pay_statutory(state, purse)
        pay_interest(state, purse, row)
    elif row.fell_due:
        paid = purse.pay(PRINCIPAL_DUE, row.open_principal)
        row.principal_paid += paid
        state.principal -= paid
    else:
        _pay_coming_principal(state, purse, row)


def pay_interest(state: State, purse: Purse, row: Row) -> None:
    """Pay the interest of a row."""
    if row.fell_due:
        _pay_due_interest(state, purse, row)
    else:
        _pay_coming_interest(state, purse, row)


def _pay_costs(state: State, purse: Purse) -> None:
    if state.costs:
        state.costs -= purse.pay(COSTS, state.costs)


def _pay_statutory(state: State, purse: Purse) -> None:
    if state.statutory:
        state.statutory -= purse.pay(STATUTORY, state.statutory)


def _pay_due_interest(state: State, purse: Purse, row: Row) -> None:
    """Interest of a row that fell due; of the last row in the tail also what has run since."""
    if not row.keeps_interest:
        row.interest_paid += purse.pay(INTEREST_DUE, row.open_interest)
    if state.running is None and row is state.last_row:
        _take_running(state, purse, row)


def available(state: State, row: Row) -> Amount:
    """Running interest (U) a coming row can take: only the first open one, unless that keeps it as deferred."""
    first = _first_coming(state)
    return untaken(state) if row is first and not first.keeps_interest else 0


def _first_coming(state: State) -> Row | None:
    """The lowest coming row that is not closed; None in the tail or when all are closed."""
    return next((row for row in state.rows[state.falls_due_next :] if not row.closed), None)


def _pay_coming_interest(state: State, purse: Purse, row: Row) -> None:
    """What was carried to a coming row, then the running interest."""
    if row.fell_due or row.keeps_interest:
        return
    carried = purse.pay(INTEREST_ACCRUED, row.open_interest)
    row.interest_paid += carried
    state.standing -= carried
    if available(state, row):
        _take_running(state, purse, row)


def _take_running(state: State, purse: Purse, row: Row) -> None:
    """Take running interest before it is due: recognise what does not stand in the books yet, then pay it."""
    taken = purse.pay(INTEREST_ACCRUED, untaken(state))
    if taken:
        note_interest(state, Occasion(EntryKind.INTEREST, purse.split.on, purse.split.fact, row.nr))
    new = max(0, taken - _recognised(state))
    state.record(
        Effect(
            purse.split.on,
            EntryKind.INTEREST,
            INTEREST_ACCRUED,
            INTEREST_INCOME,
            new,
            purse.split.fact,
            row.nr,
        )
    )
    state.booked += new
    state.standing += new - taken
    state.taken += taken
    row.interest += taken
    row.interest_paid += taken


def _recognised(state: State) -> Amount:
    """Interest of the running period that stands in the books and was not taken, in cents."""
    return state.booked - state.taken


def coming_principal(state: State, row: Row) -> Amount:
    """The principal a coming row takes in all (its target), in cents."""
    interest = row.interest + available(state, row)
    return max(row_principal(state, row, interest), row.principal)


def _pay_coming_principal(state: State, purse: Purse, row: Row) -> None:
    paid = purse.pay(PRINCIPAL, coming_principal(state, row) - row.principal)
    row.principal += paid
    row.principal_paid += paid
    state.unassigned -= paid
    state.principal -= paid


def _close_if_paid(state: State, row: Row) -> None:
    """A coming row whose principal and interest so far are paid is closed at that interest."""
    if row.fell_due or row.keeps_interest or not row.principal or not takes_principal(state, row):
        return
    if row.open_interest or available(state, row):
        return
    if coming_principal(state, row) == row.principal:
        row.closed = True


def _pay_rest(state: State, purse: Purse) -> None:
    """Costs and statutory interest without an open row, then deferred interest, then what was written off."""
    if not purse.left:
        return
    _pay_costs(state, purse)
    _pay_statutory(state, purse)
    pay_deferred(state, purse)
    state.recoverable -= purse.pay(RECOVERED, state.recoverable)


def pay_deferred(state: State, purse: Purse) -> None:
    """Deferred interest, oldest first, also what was carried to a coming row; then what runs now."""
    if not purse.left:
        return
    for row in state.rows:
        if row.keeps_interest and purse.left:
            paid = purse.pay(_interest_account(row), row.open_interest)
            row.interest_paid += paid
            state.standing -= 0 if row.fell_due else paid
    first = _first_coming(state)
    if first is not None and first.keeps_interest and purse.left:
        _take_running(state, purse, first)


def _interest_account(row: Row) -> int:
    """Where the open interest of a row stands."""
    if not row.fell_due:
        return INTEREST_ACCRUED
    return INTEREST_DUE if row.payable else INTEREST_DEFERRED


def _settle(state: State, purse: Purse) -> None:
    """Book where the money went; what nobody is owed becomes credit."""
    split = purse.split
    state.credit += purse.left
    split.take(REFUNDABLE, purse.left)
    for account, amount in split.parts.items():
        state.record(Effect(split.on, EntryKind.PAYMENT, BANK, account, amount, split.fact))
    split.balance = state.principal
    state.splits.append(split)
