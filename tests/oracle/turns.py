"""Turns in a life: interest stops, everything is called in, an amount is claimed, given up or cancelled."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from tests.oracle.loan import Loan, Row
from tests.oracle.terms import Case, cents, day, terms_of

LOSS = {
    "write_off": {"principal": 4900, "interest": 4910, "statutory_interest": 4910, "costs": 4920},
    "waiver": {"principal": 4930, "interest": 4940, "statutory_interest": 4940, "costs": 4950},
}
SETTLED = {"gift": 4970, "not_reclaimed": 4975, "retained": 1220, "reclaimed": 1220}
ALL = ("costs", "statutory_interest", "interest", "principal")


def stop(loan: Loan, place: int, event: Case) -> None:
    """No interest from today; if it says until when, from then on it runs again.

    Of joint debtors the last one to enter a restructuring stops it.
    """
    if "debtors" in event:
        loan.restructured.add(event["debtor"])
        if not set(event["debtors"]) <= loan.restructured:
            return
    loan.stops.add(place)
    if event.get("until"):
        loan.resume_on.append((day(event["until"]), place))


def resume(loan: Loan, on: date) -> None:
    """Stops that were meant until today are over."""
    loan.stops -= {place for until, place in loan.resume_on if until == on}


def call_in(loan: Loan, on: date, place: int, event: Case) -> None:
    """One row that falls due today takes the place of all coming ones; rows that were paid ahead on stay, closed."""
    if event.get("interest", "runs") == "stops":
        loan.stops.add(place)
    if any(not row.fallen for row in loan.rows):
        stay, carried = _make_way(loan, on)
        numbers = [row.nr for row in stay]
        loan.rows = [*stay, Row(max(numbers, default=0) + 1, on, interest=carried)]


def reschedule(loan: Loan, event: Case) -> None:
    """Rows by other terms take the place of all coming ones, from the day on which those terms begin."""
    terms = terms_of(event["terms"])
    stay, carried = _make_way(loan, terms.start)
    since = stay[-1].due if stay else None
    loan.terms = replace(terms, offset=max((row.nr for row in stay), default=0), since=since)
    first = loan.terms.offset + 1
    rows = [loan.terms_row(nr) for nr in range(first, first + terms.count)]
    rows[0].interest += carried
    loan.rows, loan.rate = [*stay, *rows], terms.rate
    if terms.instalment is None:
        loan.compute_instalment()
    else:
        loan.instalment = terms.instalment


def _make_way(loan: Loan, on: date) -> tuple[list[Row], int]:
    """The coming rows go; those that were paid ahead on stay, closed. What they carried of interest is handed on."""
    coming, carried = [row for row in loan.rows if not row.fallen], 0
    touched = [row for row in coming if row.principal_paid or row.principal or row.interest]
    for row in coming:
        row.due = min(row.due, on)
        if not row.closed:
            row.principal = row.principal_paid
        row.closed = True
        carried += row.interest_open
        row.interest -= row.interest_open
    return [row for row in loan.rows if row.fallen] + touched, carried


def claim_statutory(loan: Loan, on: date, amount: int) -> None:
    """Statutory interest by decision."""
    loan.statutory += amount
    loan.post(on, 1360, 8030, amount)


def owe_interest(loan: Loan, on: date, amount: int) -> None:
    """The creditor owes the debtor interest."""
    loan.credit += amount
    loan.post(on, 4960, 1400, amount)


def give_back(loan: Loan, on: date, amount: int) -> None:
    """Credit goes back to the debtor; what was not there is owed by him."""
    loan.credit -= amount
    loan.post(on, 1400, 1170, amount)


def cancel(loan: Loan, on: date, amount: int, of: str) -> None:
    """A cost or statutory interest was not owed; what of it was paid, or more, is given back."""
    if of == "cost":
        gone = min(amount, loan.costs)
        loan.costs -= gone
        loan.post(on, 8010, 1350, gone)
        loan.post(on, 8010, 1400, amount - gone)
    else:
        gone = min(amount, loan.statutory)
        loan.statutory -= gone
        loan.post(on, 8030, 1360, gone)
        loan.post(on, 8030, 1400, amount - gone)
    loan.credit += amount - gone


def give_up(loan: Loan, on: date, event: Case) -> None:
    """Write off or waive a part, at most what is open of it, or all that is open."""
    loss = LOSS[event["type"]]
    if event["of"] == "all":
        gone = sum(PARTS[part](loan, on, loss[part], 10**15) for part in ALL)
    else:
        gone = PARTS[event["of"]](loan, on, loss[event["of"]], cents(event["amount"]))
    loan.written_off += gone
    if event["type"] == "write_off":
        loan.recoverable += gone


def settle(loan: Loan, on: date, event: Case) -> None:
    """A book year is settled once: a gift, what is not reclaimed, and what goes on as another loan, leave this one."""
    for name, account in SETTLED.items():
        amount = cents(event[name])
        left = amount - _principal_off(loan, on, account, amount)
        loan.credit += left
        loan.post(on, account, 1400, left)


def reduce(loan: Loan, on: date, amount: int) -> None:
    """A claim out of a settlement is less; what is no longer open of it goes back."""
    left = amount - _principal_off(loan, on, 1220, amount)
    loan.credit += left
    loan.post(on, 1220, 1400, left)


def remit(loan: Loan, on: date, event: Case) -> None:
    """Interest of rows due in a year is not asked after all; what of it was paid goes back or off the principal."""
    left = cents(event["amount"])
    for row in loan.rows:
        if row.fallen and day(event["since"]) <= row.due < day(event["until"]):
            gone = min(left, row.interest_open)
            loan.post(on, 4980, loan.interest_account(row), gone)
            row.interest_off += gone
            left -= gone
    if event["to"] == "principal":
        left -= _principal_off(loan, on, 4980, left)
    loan.credit += left
    loan.post(on, 4980, 1400, left)


def _costs_off(loan: Loan, on: date, loss: int, most: int) -> int:
    gone = min(most, loan.costs)
    loan.costs -= gone
    loan.post(on, loss, 1350, gone)
    return gone


def _statutory_off(loan: Loan, on: date, loss: int, most: int) -> int:
    gone = min(most, loan.statutory)
    loan.statutory -= gone
    loan.post(on, loss, 1360, gone)
    return gone


def _principal_off(loan: Loan, on: date, loss: int, most: int) -> int:
    all_gone = left = min(most, loan.owed)
    loan.principal_settled += left
    for row in loan.before + loan.rows:
        gone = min(left, row.principal_open)
        row.principal_off += gone
        left -= gone
        loan.post(on, loss, 1310, gone)
    loan.written_off_coming += left
    loan.post(on, loss, 1300, left)
    return all_gone


def _interest_off(loan: Loan, on: date, loss: int, most: int) -> int:
    """The rows in order and what runs; what is or was deferred after that, a running deferred period last."""
    left = most
    runs_deferred = loan.running is not None and loan.keeps_interest(loan.row_of_untaken)
    for deferred in (False, True):
        for row in loan.before + loan.rows:
            if loan.keeps_interest(row) == deferred:
                gone = min(left, row.interest_open)
                loan.post(on, loss, loan.interest_account(row), gone)
                row.interest_off += gone
                left -= gone
        if runs_deferred == deferred:
            gone = min(left, loan.untaken)
            loan.recognise(on, gone)
            loan.row_of_untaken.interest += gone
            loan.row_of_untaken.interest_off += gone
            left -= gone
            loan.post(on, loss, 1330, gone)
    return most - left


PARTS = {
    "costs": _costs_off,
    "statutory_interest": _statutory_off,
    "interest": _interest_off,
    "principal": _principal_off,
}
