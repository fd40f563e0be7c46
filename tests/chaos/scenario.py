"""Fifty loans and three nights around New Year: payments, one backdated, a reversal, a rate change, poison."""

from __future__ import annotations

import hashlib
import random
from datetime import date

from sqlalchemy import Connection, Engine, select

from jobs.manifest import folder, kept_seal
from jobs.night import close_nights
from jobs.run import Options
from jobs.sealing import SEALED_FACT_COLUMNS
from jobs.tables import business_day, quarantine
from ledger.database import open_database, reading, writing
from ledger.day import day_of
from ledger.tables import day_total, journal
from servicing.facts import Draft, FactKind
from servicing.store import Recorded, record
from servicing.tables import fact, loan_state
from tests.nights import ARREARS_LIMITS, PLAIN_TERMS, at, begin_on, close_until, new_loan, paid

LOANS = 50
CHUNK = 7
"""Small, so that a night has many transactions to be killed in."""

SMALL = (11, 14)
"""Seed and number of loans where one run is enough."""

BEFORE = at("2023-12-30")
NIGHTS = (at("2023-12-31"), at("2024-01-01"), at("2024-01-02"))
STARTS = ("2023-12-01", "2023-12-01", "2023-12-02", "2023-10-31", "2023-12-15")
FIRST_FACT = 3
"""The number of a loan's first fact after its grant and its disbursement."""


def install_scenario(url: str, seed: int, loans: int = LOANS) -> None:
    """Loans, one closed night, and the news of three nights to come."""
    engine = open_database(url)
    rng = random.Random(seed)
    begin_on(engine, BEFORE)
    made = [
        new_loan(engine, _terms(rng, number), creditor=1 + number % 7, known=BEFORE)
        for number in range(loans)
    ]
    close_until(engine, BEFORE)
    for night, news in zip(NIGHTS, _news(made, rng), strict=True):
        by = Recorded("test", night, "2023-12-30T12:00:00+00:00")
        with writing(engine) as connection:
            record(connection, news, by)
    engine.dispose()


def _terms(rng: random.Random, number: int) -> dict[str, object]:
    return PLAIN_TERMS | {
        "principal": f"{rng.randint(20, 400) * 100}.00",
        "annual_rate_percent": rng.choice(("8", "6.25", "0")),
        "start": STARTS[number % len(STARTS)],
        "instalments": rng.choice((12, 36, 60)),
        "method": rng.choice(("annuity", "annuity", "linear", "bullet")),
    }


def _news(loans: list[int], rng: random.Random) -> tuple[list[Draft], list[Draft], list[Draft]]:
    """The news of each night; the first loan in ten pays each night, some others get into trouble."""
    payers = loans[::10]
    returned, backdated, rated, typo, hopeless = loans[1], loans[2], loans[3], loans[4], loans[6]
    first = [paid(loan, "2023-12-31", rng.randint(100, 90_000)) for loan in (*payers, returned)]
    first.append(Draft(rated, FactKind.RATE, at("2023-12-20"), "rate", data={"annual_rate_percent": "7"}))
    first.append(Draft(hopeless, FactKind.RATE, at("2023-12-31"), "typo", data={"rate": 9}))
    second = [paid(loan, "2024-01-01", rng.randint(100, 90_000)) for loan in payers]
    second.append(paid(backdated, "2023-12-15", rng.randint(100, 90_000)))
    second.append(Draft(returned, FactKind.REVERSAL, at("2024-01-01"), "storno", of=FIRST_FACT))
    second.append(Draft(typo, FactKind.RATE, at("2024-01-01"), "typo", data={"rate": 9}))
    third = [paid(loan, "2024-01-02", rng.randint(100, 90_000)) for loan in payers]
    third.append(Draft(typo, FactKind.WITHDRAWAL, at("2024-01-02"), "mend", of=FIRST_FACT))
    return first, second, third


def close_all(engine: Engine, chunk: int = CHUNK, workers: int = 1) -> None:
    """Close what is open of the three nights."""
    close_nights(engine, NIGHTS[-1], Options(ARREARS_LIMITS, chunk, workers=workers))


def books(engine: Engine) -> dict[str, str]:
    """A hash of each table, without run numbers and moments; and whether each manifest is kept outside."""
    with reading(engine) as connection:
        queries = {
            "journal": select(journal).order_by(*journal.primary_key),
            "states": select(loan_state).order_by(loan_state.c.loan),
            "totals": select(day_total).order_by(*day_total.primary_key),
            "facts": select(*(fact.c[name] for name in SEALED_FACT_COLUMNS)).order_by(*fact.primary_key),
            "quarantine": select(quarantine).order_by(quarantine.c.loan),
            "dates": select(
                *(business_day.c[name] for name in ("day", "state", "seal", "previous_seal", "config_set"))
            ).order_by(business_day.c.day),
        }
        found = {
            name: _hash([tuple(row) for row in connection.execute(query)]) for name, query in queries.items()
        }
        found["manifests"] = _hash(_outside(connection, engine))
    return found


def _hash(rows: object) -> str:
    return hashlib.sha256(repr(rows).encode()).hexdigest()


def _outside(connection: Connection, engine: Engine) -> list[tuple[date, bool]]:
    """Each closed date, and whether the seal kept outside is its seal."""
    closed = select(business_day.c.day, business_day.c.seal).where(business_day.c.state == "closed")
    dates = [(day_of(row.day), row.seal) for row in connection.execute(closed.order_by(business_day.c.day))]
    return [(day, kept_seal(folder(engine), day) == seal) for day, seal in dates if day > BEFORE]
