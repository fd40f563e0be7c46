"""Random accounts of a bank and the files it may send of them: cut, overlapping, again, in any order, broken off."""

from __future__ import annotations

import random
import shutil
import signal
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Engine, select

from jobs.inbox import inbox
from ledger.accounts import AccountNumber, account_id
from ledger.database import open_database, reading
from ledger.day import number_of
from ledger.entry import LOANS_PER_CREDITOR
from ledger.tables import journal
from servicing.creditor import Creditor
from servicing.files import creditors
from servicing.receipts.tables import bank_line
from tests.bank_account import Account, Real, paying, total
from tests.bank_desk import FIRST, START, TERMS, differences
from tests.chaos.harness import Countdown, at_boundaries, in_child
from tests.nights import begin_on, close_until, new_loans

DAYS = 4
LAST = FIRST + timedelta(days=DAYS - 1)
LOANS = 4
MOST_LINES = 14
BOUNDARIES = 200
"""Among so many writes and commits of a night one is drawn at which it is killed."""

OFFICES = tuple(creditors().values())
"""Each has its account in a trial, so that a night takes the files of as many sets."""

AT_ONCE = len(OFFICES)


class Sent(NamedTuple):
    """A file the bank sends: its name, its text, and the night before which it is there."""

    name: str
    text: str
    night: date


class Set(NamedTuple):
    """An account of a creditor and the files the bank sends of it, made from a seed."""

    seed: int
    office: Creditor
    whole: Account
    sent: list[Sent]


def prepare(url: str) -> None:
    """A database with a few loans of each creditor and one closed night."""
    engine = open_database(url)
    begin_on(engine, START)
    new_loans(engine, [(office.id, TERMS) for office in OFFICES for _ in range(LOANS)], START)
    close_until(engine, START)
    engine.dispose()


def made(seed: int, office: Creditor) -> Set:
    """A random account of a creditor, cut into files."""
    rng = random.Random(seed)
    whole = account(rng, office)
    return Set(seed, office, whole, files(whole, rng))


def account(rng: random.Random, office: Creditor) -> Account:
    """All lines of an account over a few days: payments, twins, with and without reference, returns, debits."""
    loans = [office.id * LOANS_PER_CREDITOR + number for number in range(1, LOANS + 1)]
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
    return Account(iban=office.iban, lines=lines)


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
        is_late = place >= len(pieces) or rng.random() < 0.3
        sent.append(Sent(f"{names[0]}-{place}.xml", text, night if is_late else FIRST))
        if rng.random() < 0.2:
            sent.append(Sent(f"{names[1]}-{place}-half.xml", text[: rng.randrange(len(text) - 20)], night))
    return sent


def deliver(engine: Engine, sets: Sequence[Set], night: date) -> None:
    """Put the files of a night in the inbox of each creditor."""
    for one in sets:
        folder = inbox(engine) / one.office.code
        folder.mkdir(parents=True, exist_ok=True)
        for file in one.sent:
            if file.night == night:
                (folder / file.name).write_text(file.text, encoding="utf-8")


def killed(url: str, night: date, at: int) -> bool:
    """Close a night in a process that is killed at a write or commit; whether it was."""

    def work() -> None:
        engine = open_database(url)
        with at_boundaries(engine, Countdown(at, signal.SIGKILL)):
            close_until(engine, night)

    return in_child(work) == -signal.SIGKILL


def trial(template: Path, folder: Path, seeds: Sequence[int]) -> list[str]:
    """Send the files of random accounts, one of each creditor, through nights, some killed; what is wrong."""
    rng = random.Random(f"nights {seeds[0]}")
    sets = [made(seed, office) for seed, office in zip(seeds, OFFICES, strict=False)]
    path = Path(shutil.copy(template, folder / f"set{seeds[0]}.db"))
    url = f"sqlite:///{path}"
    with _opened(url) as engine:
        for day in range(DAYS + 1):
            night = FIRST + timedelta(days=day)
            deliver(engine, sets, night)
            while rng.random() < 0.6 and killed(url, night, rng.randint(1, BOUNDARIES)):
                pass
            close_until(engine, night)
        wrong = _wrong(engine, sets)
    shutil.rmtree(path.with_suffix(".inbox"), ignore_errors=True)
    shutil.rmtree(path.with_suffix(".manifests"), ignore_errors=True)
    path.unlink()
    return wrong


@contextmanager
def _opened(url: str) -> Iterator[Engine]:
    engine = open_database(url)
    try:
        yield engine
    finally:
        engine.dispose()


def _wrong(engine: Engine, sets: Sequence[Set]) -> list[str]:
    """Each real line once, the banks in the books what the banks say, and nothing that verify finds."""
    lines = select(bank_line.c.creditor_id, bank_line.c.booked_on, bank_line.c.cents)
    with reading(engine) as connection:
        kept = Counter(tuple(row) for row in connection.execute(lines))
        rows = list(connection.execute(select(journal.c.debit, journal.c.credit, journal.c.cents)))
    wrong = []
    for one in sets:
        number = one.office.id
        real = Counter((number, number_of(line.day), line.cents) for line in one.whole.lines)
        own = Counter({line: times for line, times in kept.items() if line[0] == number})
        if own != real:
            wrong.append(f"seed {one.seed}: lines {own - real} too many, {real - own} missing")
        account = account_id(number, AccountNumber.BANK)
        bank = sum(row.cents * ((row.debit == account) - (row.credit == account)) for row in rows)
        if bank != one.whole.opening + total(one.whole.lines):
            wrong.append(f"seed {one.seed}: the bank in the books is {bank}")
    return wrong + [f"seeds from {sets[0].seed}: {difference}" for difference in differences(engine)]
