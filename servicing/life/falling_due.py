"""A row falls due: its interest period closes, its interest and principal become owed."""

from __future__ import annotations

from ledger.entry import EntryKind
from servicing.life.notes import Given, Occasion
from servicing.life.state import (
    INTEREST_ACCRUED,
    INTEREST_DEFERRED,
    INTEREST_DUE,
    INTEREST_INCOME,
    NOTHING,
    PRINCIPAL,
    PRINCIPAL_DUE,
    Effect,
    Row,
    State,
    accrue,
    note_interest,
    round_amount,
)
from servicing.schedule import Amount


def fall_due(state: State) -> None:
    """The next row falls due on its date."""
    row = state.rows[state.falls_due_next]
    accrue(state, row.due)
    occasion = Occasion(EntryKind.INTEREST, row.due, 0, row.nr)
    note_interest(state, occasion)
    carried = row.open_interest
    excess, new = _close_period(state, row)
    _give_principal(state, row)
    due = _book_interest(state, row, new)
    if state.notes is not None:
        noted = state.notes.interest[occasion]
        noted.carried, noted.excess, noted.due = carried, excess, due
        state.notes.segments.clear()
    row.fell_due = True
    state.falls_due_next += 1
    if excess:
        first_open_after(state, row).interest += excess
    if row is state.last_row:
        _deferred_falls_due(state)
    row.balance = state.unassigned + sum([later.principal for later in state.rows[state.falls_due_next :]])


def first_open_after(state: State, row: Row) -> Row:
    """The lowest row after `row` that is not closed; if there is none the last one, which opens again."""
    for later in state.rows[state.rows.index(row) + 1 :]:
        if not later.closed:
            return later
    reopen_last_row(state)
    return state.last_row


def reopen_last_row(state: State) -> None:
    """The last row takes what is still to come, also if it was closed early before."""
    state.last_row.closed = False
    state.first_open = min(state.first_open, len(state.rows) - 1)


def _close_period(state: State, row: Row) -> tuple[Amount, Amount]:
    """Give the period's untaken interest to a row; (excess for the next open row, what is new in the books)."""
    total = round_amount(state, state.accrued)
    rest, new = total - state.taken, total - state.booked
    state.accrued, state.taken, state.booked = NOTHING, 0, 0
    if row.closed and rest:
        first_open_after(state, row).interest += rest
        return 0, new
    row.interest += rest
    excess = _over_instalment(state, row)
    row.interest -= excess
    return excess, new


def _over_instalment(state: State, row: Row) -> Amount:
    """Interest that does not fit in the instalment beside principal already paid on the row, in cents."""
    if not row.principal or not takes_instalment(state, row):
        return 0
    fits = max(instalment_of_row(state, row) - row.principal, row.interest_paid)
    return max(0, row.interest - fits)


def instalment_of_row(state: State, row: Row) -> Amount:
    """What a plan sets for the row, or else the instalment of the loan (linear: the principal part), in cents."""
    return state.instalment if row.planned is None else row.planned


def takes_instalment(state: State, row: Row) -> bool:
    """Whether the row is an annuity row that pays instalment less interest."""
    return state.terms.method == "annuity" and row is not state.last_row and takes_principal(state, row)


def takes_principal(state: State, row: Row) -> bool:
    """Whether principal can fall due with this row: the last always, no grace, bullet or deferred one."""
    return row is state.last_row or (not row.interest_only and row.deferred in {"", "interest"})


def row_principal(state: State, row: Row, interest: Amount) -> Amount:
    """The principal a row pays when its interest is `interest`, what was paid on it included, in cents."""
    room = state.unassigned + row.principal
    if row is state.last_row:
        return room
    if not takes_principal(state, row):
        return row.principal
    instalment = instalment_of_row(state, row)
    wanted = instalment if state.terms.method == "linear" else max(0, instalment - interest)
    return min(max(wanted, row.principal), room)


def _give_principal(state: State, row: Row) -> None:
    """Fix the row's principal and make what is not paid of it due."""
    if row.closed:
        return
    principal = row_principal(state, row, row.interest)
    if state.notes is not None:
        state.notes.principal[row.nr] = Given(
            principal,
            row.principal_paid,
            instalment_of_row(state, row),
            row.interest,
            state.unassigned + row.principal,
            takes_principal(state, row) and row is not state.last_row,
            state.notes.spreading,
        )
    state.unassigned -= principal - row.principal
    row.principal = principal
    state.record(
        Effect(row.due, EntryKind.INSTALMENT, PRINCIPAL_DUE, PRINCIPAL, row.open_principal, row_nr=row.nr)
    )


def _book_interest(state: State, row: Row, new: Amount) -> Amount:
    """Recognise what is new and make the row's open interest due (or deferred); the interest that is due now."""
    open_interest = 0 if row.closed else row.open_interest
    account = INTEREST_DEFERRED if row.keeps_interest else INTEREST_DUE
    row.payable = not row.keeps_interest
    direct = min(new, open_interest)
    for debit, credit, cents in (
        (account, INTEREST_INCOME, direct),
        (INTEREST_ACCRUED, INTEREST_INCOME, new - direct),
        (account, INTEREST_ACCRUED, open_interest - direct),
    ):
        if cents:
            state.record(Effect(row.due, EntryKind.INTEREST, debit, credit, cents, row_nr=row.nr))
    state.standing += new - open_interest
    return open_interest


def _deferred_falls_due(state: State) -> None:
    """With the last row the deferred interest of earlier rows becomes due."""
    for row in state.rows:
        if row.fell_due and not row.payable:
            row.payable = True
            state.record(
                Effect(
                    state.last_row.due,
                    EntryKind.DEFERRED_INTEREST,
                    INTEREST_DUE,
                    INTEREST_DEFERRED,
                    row.open_interest,
                    row_nr=row.nr,
                )
            )
