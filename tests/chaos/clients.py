"""The people and papers around the loans: who is written to and dunned, whose year is settled, what the bank sends."""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine

from jobs.inbox import inbox
from ledger.database import writing
from servicing.creditors.store import begin_quiet, lift_quiet
from servicing.debtors.store import add_debtors
from servicing.debtors.values import NewDebtor
from servicing.decisions.proposal import Proposed, Step
from servicing.decisions.store import add_decision, add_step
from servicing.facts import Draft, FactKind
from servicing.store import Loan, Recorded, add_loan, record
from tests.bank_account import Account, Real, paying, write
from tests.nights import PLAIN_TERMS, at, paid

BEFORE = at("2023-12-30")
FIRST, SECOND, THIRD = NIGHTS = (at("2023-12-31"), at("2024-01-01"), at("2024-01-02"))
YEAR = "2021-01-01"
"""The book year that is settled."""

QUIET = 3
"""The creditor that writes to nobody yet."""


def by(known: date) -> Recorded:
    """Recorded by a test, known to a night."""
    return Recorded("test", known, "2023-12-30T12:00:00+00:00")


def people(connection: Connection, number: int) -> list[int]:
    """So many debtors with an address; their numbers."""
    someone = NewDebtor(
        None, None, None, "S. Jansen", "Agorabaan", "3", "8232 AB", "Lelystad", "NL", "nl", at("2023-01-01")
    )
    return add_debtors(connection, [someone] * number, by(BEFORE))


class Clients(NamedTuple):
    """The loans of clients of whom more becomes known."""

    late: int
    finished: int
    settled: int


def install_clients(engine: Engine) -> Clients:
    """Loans that a night writes about, duns or settles; one creditor is quiet, because it came over this month."""
    with writing(engine) as connection:
        late = _lent(connection, 1, BEFORE, debtors=2, start="2023-11-23")
        _lent(connection, 2, BEFORE, start="2023-11-24")
        once: dict[str, Any] = {"principal": "1000.00", "annual_rate_percent": "0", "instalments": 1}
        finished = _lent(connection, 2, BEFORE, start="2023-12-01", **once)
        settled, silent = _assisted(connection), _assisted(connection)
        asked = [_step(silent, "request", "2022-05-15"), _step(silent, "recovery-term", "2023-12-17")]
        record(connection, asked, by(BEFORE))
        begin_quiet(connection, QUIET, at("2023-12-01"), by(BEFORE))
    return Clients(late, finished, settled)


def tell_clients(engine: Engine, clients: Clients, night: date) -> None:
    """What becomes known for a night of clients, of decisions, of a creditor, and from the bank."""
    with writing(engine) as connection:
        if night == FIRST:
            record(connection, [_figures(clients.settled, "first", "14250.00")], by(night))
        elif night == SECOND:
            _lent(connection, 2, night, start="2024-01-01")
            paid_in = [
                paid(clients.late, "2024-01-01", 20_000),
                paid(clients.finished, "2024-01-01", 100_000),
            ]
            record(connection, [*paid_in, _figures(clients.settled, "corrected", "20000.00")], by(night))
        else:
            record(connection, [_step(clients.settled, "hearing", "2024-01-02")], by(night))
            _decide(connection, clients.settled)
            # It works back: the night before did not know of it.
            lift_quiet(connection, QUIET, SECOND, "checked", by(night))
    for name, text in _files(clients.late)[night].items():
        write(inbox(engine) / "almere", name, text)


def _lent(connection: Connection, creditor: int, known: date, debtors: int = 1, **terms: Any) -> int:
    """A loan paid out in full to people with an address."""
    agreed = PLAIN_TERMS | terms
    start, owing = at(agreed["start"]), people(connection, debtors)
    heading = Loan(0, creditor, "bbz_business_capital", None, "test", start, start, "from-2020")
    number = add_loan(connection, heading, owing, by(known))
    cents = int(agreed["principal"].replace(".", ""))
    drafts = [
        Draft(number, FactKind.GRANT, start, "grant", data=agreed),
        Draft(number, FactKind.DISBURSEMENT, start, "first", cents=cents),
    ]
    record(connection, drafts, by(known))
    return number


def _assisted(connection: Connection) -> int:
    """Living allowance of a book year, twelve months of 800.00."""
    since = at(YEAR)
    heading = Loan(0, 1, "bbz_living_allowance", None, "test", since, since, "from-2020")
    number = add_loan(connection, heading, people(connection, 1), by(BEFORE))
    terms = {
        "principal": "9600.00",
        "annual_rate_percent": "0",
        "start": YEAR,
        "first_due": "2026-01-01",
        "instalments": 1,
        "method": "bullet",
    }
    paid_out = [
        Draft(
            number,
            FactKind.ADVANCE_PAID,
            date(2021, month, 24),
            f"2021-{month:02}",
            cents=80_000,
            data={"month": f"2021-{month:02}", "household": "single"},
        )
        for month in range(1, 13)
    ]
    about = {"book_year": YEAR, "group": "established"}
    drafts = [
        Draft(number, FactKind.GRANT, since, "year", data=terms),
        Draft(number, FactKind.ASSISTANCE, since, "year", data=about),
        *paid_out,
    ]
    record(connection, drafts, by(BEFORE))
    return number


def _figures(loan: int, document: str, profit: str) -> Draft:
    says = {"book_year": YEAR, "figures": {"profit": profit, "income_tax_percent": "20"}}
    return Draft(loan, FactKind.YEAR_FIGURES, FIRST, document, data=says)


def _step(loan: int, step: str, on: str) -> Draft:
    return Draft(loan, FactKind.CYCLE_STEP, at(on), f"{step} {on}", data={"book_year": YEAR, "step": step})


def _decide(connection: Connection, loan: int) -> None:
    """A decision about the second proposal of a year, approved and known to the last night."""
    proposed = Proposed("clawback", loan, "settled", THIRD, 100, document=f"settlement {YEAR} 2")
    number = add_decision(connection, proposed, 100, 2, by(THIRD))
    add_step(connection, number, Step("approved", 0, THIRD, "", "second", THIRD), by(THIRD))


def _files(late: int) -> dict[date, dict[str, str]]:
    """Statements of three days, the last with the rest of what is late; one again, one cut short, one that is none."""
    lines = [
        Real(FIRST, 12_345, "R1", text="huur", name="K. de Vries", iban=""),
        Real(SECOND, -500, "R2", text="kosten"),
        paying(late, THIRD, 60_000, "R3", end_to_end="E3"),
    ]
    whole = Account(opened=FIRST, lines=lines)
    texts = [
        whole.statement(place, place + 1, opened=night, closed=night, number=place + 1)
        for place, night in enumerate(NIGHTS)
    ]
    return {
        FIRST: {"0.xml": texts[0], "half.xml": texts[1][:400], "other.xml": "<Document>\n</Document>\n"},
        SECOND: {"1.xml": texts[1], "again.xml": texts[0]},
        THIRD: {"2.xml": texts[2]},
    }
