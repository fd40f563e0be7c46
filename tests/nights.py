"""Short ways for tests to make loans, record facts and close nights on a database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, select

from jobs.business_dates import known_on, set_cut_over
from jobs.manifest import Manifest
from jobs.night import close_nights
from jobs.run import Options
from ledger.database import reading, writing
from ledger.entry import ACCOUNTS_PER_CREDITOR
from ledger.tables import journal
from servicing.facts import Draft, FactKind
from servicing.store import Loan, Recorded, add_loan, record

ARREARS_LIMITS = (1, 31, 91, 181, 366)

PLAIN_TERMS: dict[str, Any] = {
    "principal": "25000.00",
    "annual_rate_percent": "8",
    "start": "2024-01-01",
    "instalments": 60,
}
"""Worked case 6: 25,000.00 at 8 % in 60 monthly instalments of 506.91."""


def at(text: str) -> date:
    """The day written 2024-01-31."""
    return date.fromisoformat(text)


def stamp(engine: Engine, today: date) -> Recorded:
    """Recorded by a test on a day."""
    with reading(engine) as connection:
        return Recorded("test", known_on(connection, today), "2024-01-01T00:00:00+00:00")


def begin_on(engine: Engine, day: date) -> None:
    """Let the first business date be `day`."""
    with writing(engine) as connection:
        set_cut_over(connection, day - timedelta(days=1))


def new_loan(engine: Engine, terms: dict[str, Any], *, creditor: int = 1, known: date | None = None) -> int:
    """A granted loan that is disbursed in full on its start."""
    start = at(terms["start"])
    return new_loans(engine, [(creditor, terms)], known or start)[0]


def new_loans(engine: Engine, wanted: Iterable[tuple[int, dict[str, Any]]], known: date) -> list[int]:
    """Granted loans by creditor and terms, each disbursed in full on its start, in one transaction."""
    by = stamp(engine, known)
    with writing(engine) as connection:
        return [_new_loan(connection, creditor, terms, by) for creditor, terms in wanted]


def _new_loan(connection: Connection, creditor: int, terms: dict[str, Any], by: Recorded) -> int:
    start = at(terms["start"])
    heading = Loan(0, creditor, "bbz_business_capital", None, "test", start, start, "from-2020")
    number = add_loan(connection, heading, [], by)
    cents = int(terms["principal"].replace(".", ""))
    drafts = [
        Draft(number, FactKind.GRANT, start, "grant", data=terms),
        Draft(number, FactKind.DISBURSEMENT, start, "first", cents=cents),
    ]
    record(connection, drafts, by)
    return number


def tell(engine: Engine, today: date, *drafts: Draft) -> list[int]:
    """Record facts on a day."""
    by = stamp(engine, today)
    with writing(engine) as connection:
        return record(connection, drafts, by)


def paid(loan: int, on: str, cents: int, key: str = "") -> Draft:
    """A payment."""
    return Draft(loan, FactKind.PAYMENT, at(on), key or f"payment {on}", cents=cents)


def close_until(engine: Engine, day: date, **options: Any) -> list[Manifest]:
    """Close all open nights up to a day."""
    return close_nights(engine, day, Options(ARREARS_LIMITS, confirm_days=100_000, **options))


Sums = dict[tuple[int, int, int], int]


def sums(engine: Engine, loans: Sequence[int] | None = None) -> Sums:
    """What is equal however facts arrive: cents by loan, account number and value date, debit positive."""
    found: Sums = {}
    with reading(engine) as connection:
        for row in connection.execute(select(journal)):
            for account, cents in ((row.debit, row.cents), (row.credit, -row.cents)):
                key = (row.loan, account % ACCOUNTS_PER_CREDITOR, row.value_date)
                found[key] = found.get(key, 0) + cents
    return {key: cents for key, cents in found.items() if cents and (loans is None or key[0] in loans)}


def journal_rows(engine: Engine) -> list[tuple[Any, ...]]:
    """Every row of the journal, in the order of its keys."""
    with reading(engine) as connection:
        return [tuple(row) for row in connection.execute(select(journal).order_by(*journal.primary_key))]


def seals(manifests: Iterable[Manifest]) -> list[object]:
    """The seals of some nights."""
    return [manifest["seal"] for manifest in manifests]
