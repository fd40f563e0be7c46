"""Random accounts of a bank and the files it may send of them: cut, overlapping, again, in any order, broken off."""

from __future__ import annotations

import random
import shutil
import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Engine, select

from jobs.inbox import inbox
from ledger.database import open_database, reading
from ledger.tables import journal
from servicing.receipts.tables import bank_line
from tests.bank_account import Account, Real, paying, total
from tests.bank_desk import FIRST, START, TERMS, differences
from tests.chaos.harness import Countdown, at_boundaries, in_child
from tests.nights import begin_on, close_until, new_loan

DAYS = 4
LAST = FIRST + timedelta(days=DAYS - 1)
LOANS = 4
MOST_LINES = 14
BOUNDARIES = 60
_COMPILED: dict[object, object] = {}
"""SQL that is written once for all trials: to write it anew takes a fifth of each."""


class Sent(NamedTuple):
    """A file the bank sends: its name, its text, and the night before which it is there."""

    name: str
    text: str
    night: date


def prepare(url: str) -> None:
    """A database with a few loans of one creditor and one closed night."""
    engine = open_database(url)
    begin_on(engine, START)
    for _ in range(LOANS):
        new_loan(engine, TERMS, known=START)
    close_until(engine, START)
    engine.dispose()


def account(rng: random.Random) -> Account:
    """All lines of an account over a few days: payments, twins, with and without reference, returns, debits."""
    loans = [100000001 + number for number in range(LOANS)]
    days = sorted(FIRST + timedelta(days=rng.randrange(DAYS)) for _ in range(rng.randint(2, MOST_LINES)))
    lines: list[Real] = []
    for place, day in enumerate(days):
        reference = f"R{place}" if rng.random() < 0.7 else ""
        before = [line for line in lines if line.end_to_end and line.cents > 0]
        match rng.randrange(8):
            case 0 if lines and lines[-1].day == day and lines[-1].cents > 0:
                twin = lines[-1]
                lines.append(twin._replace(reference=f"R{place}" if twin.reference else "", end_to_end=""))
            case 1 if before:
                paid = rng.choice(before)
                back = Real(day, -paid.cents, f"R{place}", end_to_end=paid.end_to_end, reason="MD06")
                lines.append(back)
            case 2:
                lines.append(Real(day, -rng.randint(1, 900), f"R{place}", text="kosten"))
            case 3:
                lines.append(Real(day, rng.randint(1, 60_000), reference, text=f"van {place % 3}"))
            case _:
                cents = rng.choice((50_691, rng.randint(1, 60_000)))
                lines.append(paying(rng.choice(loans), day, cents, reference, end_to_end=f"E{place}"))
    return Account(lines=lines)


def files(whole: Account, rng: random.Random) -> list[Sent]:
    """The files, each with its night: a chain that covers all, and others that overlap, repeat or break off."""
    count = len(whole.lines)
    cuts = sorted({0, count, *(rng.randrange(count + 1) for _ in range(rng.randint(0, 4)))})
    pieces = list(pairwise(cuts))
    others = [
        tuple(sorted((rng.randrange(count + 1), rng.randrange(count + 1)))) for _ in range(rng.randint(0, 4))
    ]
    # The first statement taken is where the books of an account begin.
    sent = [Sent("0.xml", whole.statement(0, 0, opened=START, closed=START, number=0), FIRST)]
    for place, (first, last) in enumerate([*pieces, *((one[0], one[1]) for one in others), *pieces[:1]]):
        if first == last:
            continue
        text = whole.statement(first, last, ident=rng.choice((None, f"again-{place}")))
        names = rng.sample(range(1, 1000), 2)
        night = FIRST + timedelta(days=rng.randrange(DAYS))
        sent.append(Sent(f"{names[0]}-{place}.xml", text, night if place >= len(pieces) else FIRST))
        if rng.random() < 0.2:
            sent.append(Sent(f"{names[1]}-{place}-half.xml", text[: rng.randrange(len(text) - 20)], night))
    return sent


def deliver(engine: Engine, sent: list[Sent], night: date) -> None:
    """Put the files of a night in the inbox."""
    folder = inbox(engine) / "almere"
    folder.mkdir(parents=True, exist_ok=True)
    for one in sent:
        if one.night == night:
            (folder / one.name).write_text(one.text, encoding="utf-8")


def killed(url: str, night: date, at: int) -> bool:
    """Close a night in a process that is killed at a write or commit; whether it was."""

    def work() -> None:
        engine = _engine(url)
        with at_boundaries(engine, Countdown(at, signal.SIGKILL)):
            close_until(engine, night)

    return in_child(work) == -signal.SIGKILL


def trial(template: Path, folder: Path, seed: int) -> list[str]:
    """Send the files of a random account through the nights, some of them killed; what is wrong in the end."""
    rng = random.Random(seed)
    path = Path(shutil.copy(template, folder / f"set{seed}.db"))
    url = f"sqlite:///{path}"
    whole = account(rng)
    sent = files(whole, rng)
    with _opened(url) as engine:
        for day in range(DAYS + 1):
            night = FIRST + timedelta(days=day)
            deliver(engine, sent, night)
            if rng.random() < 0.6:
                killed(url, night, rng.randint(1, BOUNDARIES))
            close_until(engine, night)
        wrong = _wrong(engine, whole)
    shutil.rmtree(path.with_suffix(".inbox"), ignore_errors=True)
    shutil.rmtree(path.with_suffix(".manifests"), ignore_errors=True)
    path.unlink()
    return [f"seed {seed}: {what}" for what in wrong]


@contextmanager
def _opened(url: str) -> Iterator[Engine]:
    engine = _engine(url)
    try:
        yield engine
    finally:
        engine.dispose()


def _engine(url: str) -> Engine:
    return open_database(url).execution_options(compiled_cache=_COMPILED)


def _wrong(engine: Engine, whole: Account) -> list[str]:
    """Each real line once, the bank in the books what the bank says, and nothing that verify finds."""
    real = Counter((int(line.day.strftime("%Y%m%d")), line.cents) for line in whole.lines)
    with reading(engine) as connection:
        kept = Counter(
            (row.booked_on, row.cents)
            for row in connection.execute(select(bank_line.c.booked_on, bank_line.c.cents))
        )
        rows = list(connection.execute(select(journal.c.debit, journal.c.credit, journal.c.cents)))
    bank = sum(row.cents * ((row.debit == 11010) - (row.credit == 11010)) for row in rows)
    wrong = [f"lines {kept - real} too many, {real - kept} missing"] if kept != real else []
    if bank != whole.opening + total(whole.lines):
        wrong.append(f"the bank in the books is {bank}")
    return wrong + [str(difference) for difference in differences(engine)]
