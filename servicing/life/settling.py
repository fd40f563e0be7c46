"""Living allowance that is settled leaves its loan; a claim out of it becomes less; interest is remitted."""

from __future__ import annotations

from ledger.entry import EntryKind
from servicing.events import Reduced, Remitted, Settled
from servicing.life.falling_due import reopen_last_row
from servicing.life.giving_up import take_principal
from servicing.life.paying import Purse
from servicing.life.state import (
    CONVERTED,
    GIVEN,
    INTEREST_DEFERRED,
    INTEREST_DUE,
    NOT_RECLAIMED,
    PRINCIPAL,
    PRINCIPAL_DUE,
    REFUNDABLE,
    REMITTED,
    SETTLEMENTS,
    Effect,
    Place,
    Remission,
    Split,
    State,
)
from servicing.schedule import Amount

ACCOUNTS = (GIVEN, NOT_RECLAIMED, SETTLEMENTS, SETTLEMENTS)
"""Where a gift, what is not reclaimed, a loan that stays and what is reclaimed go, in the order of `Settled.parts`."""


def settle(state: State, event: Settled) -> None:
    """Book the difference with the settlement before: first what comes back, then what leaves the loan.

    What leaves above the principal is owed to the debtor: the supplement, and what he had repaid himself.
    """
    changes = [
        (account, new - old) for account, new, old in zip(ACCOUNTS, event.parts, state.settled, strict=True)
    ]
    state.settled = event.parts
    for account, cents in changes:
        if cents < 0:
            _put_back(state, event, account, -cents)
    for account, cents in changes:
        if cents > 0:
            _take_out(state, event, account, cents)


def reduce_claim(state: State, event: Reduced) -> None:
    """Take principal off a claim; what was paid of it already is owed to the debtor."""
    purse = Purse(Split(event.fact, event.on, event.amount))
    _off_the_rows(state, purse)
    _book(state, purse, EntryKind.REDUCTION, SETTLEMENTS)


def remit(state: State, event: Remitted) -> None:
    """Book the difference with what was remitted of this book year before: interest, and principal that is a gift.

    Unpaid interest of the rows due in the book year goes first; what was paid is owed, or goes off the principal.
    """
    for account, total in ((REMITTED, event.amount), (CONVERTED, event.converted)):
        which = Remission(event.since, account)
        gone = dict(state.remitted.get(which, {}))
        more = total - sum(gone.values())
        if more > 0:
            _remit_more(state, event, account, more, gone)
        elif more < 0:
            _remit_less(state, event, account, -more, gone)
        state.remitted = {**state.remitted, which: gone}


Gone = dict[Place, Amount]


def _remit_more(state: State, event: Remitted, loss: int, cents: Amount, gone: Gone) -> None:
    purse = Purse(Split(event.fact, event.on, cents))
    for row in state.rows if loss == REMITTED else ():
        if row.fell_due and event.since <= row.due < event.until:
            account = INTEREST_DUE if row.payable else INTEREST_DEFERRED
            off = purse.pay(account, row.open_interest)
            row.interest_paid += off
            row.written_off += off
            _add(gone, Place(account, row.nr), off)
    if event.to == "principal" or loss == CONVERTED:
        before = purse.left
        _off_the_rows(state, purse)
        _add(gone, Place(PRINCIPAL), before - purse.left)
    _add(gone, Place(REFUNDABLE), purse.left)
    _book(state, purse, EntryKind.REMISSION, loss)


def _remit_less(state: State, event: Remitted, loss: int, cents: Amount, gone: Gone) -> None:
    """Take back the last first: what is owed to the debtor, then principal, then interest of the last rows."""
    left = cents
    for place in sorted(
        gone, key=lambda one: (one.account != REFUNDABLE, one.account != PRINCIPAL, -one.row)
    ):
        back = min(left, gone[place])
        gone[place] -= back
        left -= back
        if place.row:
            row = next(one for one in state.rows if one.nr == place.row)
            row.interest_paid -= back
            row.written_off -= back
            state.first_open = min(state.first_open, state.rows.index(row))
            # The row may have become payable since it was remitted (the end of a deferral).
            state.record(_taken_back(event, INTEREST_DUE if row.payable else INTEREST_DEFERRED, loss, back))
        elif place.account == REFUNDABLE:
            # Below zero: the debtor has it already and owes it back.
            state.credit -= back
            state.record(_taken_back(event, REFUNDABLE, loss, back))
        else:
            state.record(_taken_back(event, _owed_again(state, back), loss, back))


def _taken_back(event: Remitted, debit: int, loss: int, cents: Amount) -> Effect:
    return Effect(event.on, EntryKind.REMISSION, debit, loss, cents, event.fact)


def _add(gone: Gone, place: Place, cents: Amount) -> None:
    if cents:
        gone[place] = gone.get(place, 0) + cents


def _put_back(state: State, event: Settled, account: int, cents: int) -> None:
    """What was settled otherwise before is lent again; what is still owed to the debtor goes first."""
    owed = int(min(max(0, state.credit), cents))
    state.credit -= owed
    _record(state, event, REFUNDABLE, account, owed)
    _record(state, event, _owed_again(state, cents - owed), account, cents - owed)


def _owed_again(state: State, cents: Amount) -> int:
    """Let principal be owed again; the account on which it stands.

    Rows that come take it. After the last due date none comes: then it is due with the last row, as interest that is
    owed again is due with its own row.
    """
    state.principal += cents
    reopen_last_row(state)
    if state.running is not None:
        state.unassigned += cents
        return PRINCIPAL
    state.last_row.principal += cents
    return PRINCIPAL_DUE


def _take_out(state: State, event: Settled, account: int, cents: int) -> None:
    purse = Purse(Split(event.fact, event.on, cents))
    _off_the_rows(state, purse)
    _book(state, purse, EntryKind.SETTLEMENT, account)


def _off_the_rows(state: State, purse: Purse) -> None:
    """Take principal, and remember per row that nobody paid it."""
    before = [row.principal_paid for row in state.rows]
    take_principal(state, purse)
    for row, settled in zip(state.rows, before, strict=True):
        row.written_off += row.principal_paid - settled


def _book(state: State, purse: Purse, kind: EntryKind, account: int) -> None:
    """Book what was taken; what is left is owed to the debtor."""
    state.credit += purse.left
    purse.split.take(REFUNDABLE, purse.left)
    for credited, cents in purse.split.parts.items():
        state.record(Effect(purse.split.on, kind, account, credited, cents, purse.split.fact))


def _record(state: State, event: Settled, debit: int, credit: int, cents: int) -> None:
    state.record(Effect(event.on, EntryKind.SETTLEMENT, debit, credit, cents, event.fact))
