"""Fifty loans and three nights around New Year: payments, one backdated, a reversal, a rate change, poison.

Beside them clients of whom a night writes, duns or settles, and the files of a bank.
"""

from __future__ import annotations

import random

from sqlalchemy import Engine, insert

from jobs.night import close_nights
from jobs.run import Options
from ledger.database import open_database, writing
from servicing.facts import Draft, FactKind
from servicing.store import record
from servicing.tables import loan_debtor
from tests.chaos.clients import BEFORE, NIGHTS, Clients, by, install_clients, people, tell_clients
from tests.nights import ARREARS_LIMITS, PLAIN_TERMS, at, begin_on, close_until, new_loans, paid

LOANS = 50
NEVER = 10**9
CHUNK = 7
"""Small, so that a night has many transactions to be killed in."""

SMALL = 14
"""So many loans have all the news in them."""

CREDITORS = 3

WITH_DEBTORS = 7
"""So many of the loans have somebody to write to, those in trouble among them."""

STARTS = ("2023-12-01", "2023-12-01", "2023-12-02", "2023-10-31", "2023-11-23")
FIRST_FACT = 3
"""The number of a loan's first fact after its grant and its disbursement."""


def install_scenario(
    url: str, seed: int, loans: int = LOANS, *, clients: bool = False, daily: bool = False
) -> None:
    """Loans, one closed night, and the news of three nights to come; with clients beside them where asked.

    `daily`: each night is closed before the news of the next is known.
    """
    engine = open_database(url)
    rng = random.Random(seed)
    begin_on(engine, BEFORE)
    wanted = [(1 + number % CREDITORS, _terms(rng, number)) for number in range(loans)]
    made = new_loans(engine, wanted, BEFORE)
    theirs = _clients(engine, made) if clients else None
    close_until(engine, BEFORE)
    for night, news in zip(NIGHTS, _news(made, rng), strict=True):
        with writing(engine) as connection:
            record(connection, news, by(night))
        if theirs is not None:
            tell_clients(engine, theirs, night)
        if daily:
            close_nights(engine, night, Options(ARREARS_LIMITS))
    engine.dispose()


def install_small(url: str) -> None:
    """The scenario where one run is enough and nobody is written to."""
    install_scenario(url, 11, SMALL)


def _clients(engine: Engine, loans: list[int]) -> Clients:
    """Give the first loans somebody to write to, and add the clients."""
    with writing(engine) as connection:
        owing = zip(loans, people(connection, WITH_DEBTORS), strict=False)
        rows = [{"loan_id": loan, "debtor_id": debtor, "place": 1} for loan, debtor in owing]
        connection.execute(insert(loan_debtor), rows)
    return install_clients(engine)


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
    second.append(Draft(typo, FactKind.RATE, at("2024-01-01"), "rate", data={"annual_rate_percent": "7"}))
    third = [paid(loan, "2024-01-02", rng.randint(100, 90_000)) for loan in payers]
    third.append(Draft(typo, FactKind.WITHDRAWAL, at("2024-01-02"), "mend", of=FIRST_FACT))
    return first, second, third


def close_all(engine: Engine, chunk: int = CHUNK, workers: int = 1, ahead: int = NEVER) -> None:
    """Close what is open of the three nights; a process decides ahead about so many loans and more."""
    close_nights(engine, NIGHTS[-1], Options(ARREARS_LIMITS, chunk, workers=workers, ahead=ahead))
