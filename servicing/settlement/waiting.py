"""What the yearly cycle asks of a person: rows of the work list."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ledger.entry import creditor_of_loan
from servicing.daycount import step_date
from servicing.limitation import MONTH, SIGNALS
from servicing.settlement.cycle import DONE, Stand, State, YearCase
from servicing.worklist import Item

NEXT: dict[State, str] = {
    "request-due": "send the request in the outbox (aflos letters), or aflos settle step LOAN request",
    "reminder-due": "send the reminder in the outbox (aflos letters), or aflos settle step LOAN reminder",
    "recovery-term-due": "send the last term (art. 38) in the outbox, or aflos settle step LOAN recovery-term",
    "figures-received": "aflos settle propose, as the coming night does; aflos settle show LOAN names what is missing",
    "figures-missing": "aflos settle propose, as the coming night does; aflos settle show LOAN names what is missing",
    "hearing-due": "send the letter in the outbox (Awb 4:8), or aflos settle step LOAN hearing, or hearing-skipped",
    "to-decide": "weigh the interests, then aflos settle decide LOAN",
}
"""What to do next in the states that wait for a person; what waits for an approval stands there by itself."""


def items_of_case(case: YearCase, stand: Stand, lapses_on: date, day: date, owner: str) -> Iterator[Item]:
    """The rows of one loan and book year on a day."""
    creditor, year = creditor_of_loan(case.loan), f"book year from {case.year.since}"
    if stand.state in NEXT:
        reason = f"{year}: {stand.state.replace('-', ' ')} since {stand.since}"
        action = NEXT[stand.state].replace("LOAN", str(case.loan))
        yield Item("settlement", creditor, str(case.loan), 0, owner, stand.due, reason, action)
    if stand.state in DONE or day < step_date(lapses_on, MONTH, -max(SIGNALS)):
        return
    what = "lapsed" if day >= lapses_on else "lapses"
    reason = f"{year}: the power to reclaim {what} on {lapses_on}"
    yield Item(
        "settlement", creditor, str(case.loan), 0, owner, lapses_on, reason, "settle the year before that day"
    )
