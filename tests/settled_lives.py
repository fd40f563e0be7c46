"""Random lives of loans that are settled, corrected, withdrawn, paid and told out of order; and naive sums of them."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from ledger.money import cents_of, euros
from servicing.facts import Draft, Fact, FactKind
from servicing.settlement.allowance import holding
from tests.as_facts import LOAN, NO_NIGHT

Told = tuple[Draft, date]
START = date(2024, 1, 1)
MONTH = 100_00
PARTS = ("gift", "not_reclaimed", "retained", "reclaimed")


def living(random: Random) -> list[Told]:
    """A loan for living allowance: advances, some late, payments, settlements, and withdrawals of any of them."""
    terms = {
        "principal": "1.00",
        "annual_rate_percent": "0",
        "start": START.isoformat(),
        "first_due": "2074-01-01",
        "instalments": 1,
        "method": "bullet",
    }
    told = [(Draft(LOAN, FactKind.GRANT, START, "grant", data=terms), NO_NIGHT)]
    told += [
        _advance(random, month, START + timedelta(days=31 * month)) for month in range(random.randint(1, 5))
    ]
    known = date(2025, 3, 1)
    for place in range(random.randint(3, 9)):
        known += timedelta(days=random.randint(0, 40))
        told.append(_next(random, told, known, place))
    return told


def claim(random: Random) -> list[Told]:
    """A claim out of a settlement: paid, lowered, raised by nothing, reversed, and its transfer withdrawn."""
    cents = random.randint(1, 9) * MONTH
    terms = {
        "principal": euros(cents),
        "annual_rate_percent": "0",
        "start": "2025-03-01",
        "first_due": "2025-04-14",
        "instalments": 1,
        "method": "bullet",
    }
    day = date(2025, 3, 1)
    told = [(Draft(LOAN, FactKind.GRANT, day, "grant", data=terms), NO_NIGHT)]
    told.append((Draft(LOAN, FactKind.TRANSFERRED, day, "first", cents, data={"settlement": 1}), day))
    for place in range(random.randint(1, 6)):
        day += timedelta(days=random.randint(0, 30))
        told.append(_on_the_claim(random, told, day, place))
    return told


def capital(random: Random) -> list[Told]:
    """Business capital: paid now and then; interest of two years remitted, corrected, withdrawn; principal given."""
    terms = {
        "principal": "12000.00",
        "annual_rate_percent": "12",
        "start": START.isoformat(),
        "instalments": random.choice((6, 24, 36)),
        "method": random.choice(("annuity", "linear", "bullet")),
    }
    told = [(Draft(LOAN, FactKind.GRANT, START, "grant", data=terms), NO_NIGHT)]
    told.append((Draft(LOAN, FactKind.DISBURSEMENT, START, "first", 1_200_000), START))
    day = START
    for place in range(random.randint(4, 10)):
        day += timedelta(days=random.randint(10, 75))
        told.append(_on_the_capital(random, told, day, place))
    return told


def remitted(facts: list[Fact]) -> dict[int, int]:
    """What is remitted in all, by account: of each book year what was last told of it and not withdrawn."""
    last: dict[str, Fact] = {}
    for fact in sorted(holding(facts), key=lambda fact: (fact.value_date, fact.nr)):
        if fact.kind is FactKind.REMITTED:
            last[str(fact.data["since"])] = fact
    names = {4980: "remission", 4985: "converted"}
    return {
        account: sum(cents_of(str(fact.data[name])) for fact in last.values())
        for account, name in names.items()
    }


def naive(facts: list[Fact]) -> dict[int, int]:
    """The balances of a loan for living allowance by simple sums: what was paid, repaid, and last settled."""
    held = holding(facts)
    lent = sum(fact.cents for fact in held if fact.kind is FactKind.ADVANCE_PAID)
    repaid = sum(fact.cents for fact in held if fact.kind is FactKind.PAYMENT)
    settled = [fact for fact in held if fact.kind is FactKind.SETTLED]
    last = max(settled, key=lambda fact: (fact.value_date, fact.nr), default=None)
    gift, kept, retained, reclaimed = (
        cents_of(str(last.data[name])) if last is not None else 0 for name in PARTS
    )
    return {
        1210: -lent,
        1100: repaid,
        1220: retained + reclaimed,
        4970: gift,
        4975: kept,
        1300: lent - repaid - gift - kept - retained - reclaimed,
    }


def _advance(random: Random, month: int, known: date) -> Told:
    says = {"month": f"2024-{month + 1:02}", "household": "single"}
    day = START + timedelta(days=31 * month + random.randint(0, 5))
    cents = MONTH * random.randint(1, 9)
    return Draft(LOAN, FactKind.ADVANCE_PAID, day, f"m{month} {known}", cents, data=says), max(day, known)


def _next(random: Random, told: list[Told], known: date, place: int) -> Told:
    match random.choice(("advance", "payment", "settle", "settle", "withdraw")):
        case "advance":
            return _advance(random, random.randint(0, 11), known)
        case "payment":
            day = known - timedelta(days=random.randint(0, 60))
            return Draft(LOAN, FactKind.PAYMENT, day, f"p{place}", MONTH * random.randint(1, 4)), known
        case "settle":
            amounts = {name: euros(MONTH * random.randint(0, 6)) for name in PARTS}
            day = known - timedelta(days=random.randint(0, 20))
            return Draft(LOAN, FactKind.SETTLED, day, f"s{place}", data=amounts), known
        case _:
            return _withdrawn(random, told, known, place)


def _withdrawn(random: Random, told: list[Told], known: date, place: int) -> Told:
    """A withdrawal of a fact that counts; a payment of a cent where there is none."""
    gone = {draft.of for draft, _ in told if draft.kind is FactKind.WITHDRAWAL}
    others = (FactKind.GRANT, FactKind.WITHDRAWAL)
    left = [nr for nr, (draft, _) in enumerate(told, start=1) if draft.kind not in others and nr not in gone]
    if not left:
        return Draft(LOAN, FactKind.PAYMENT, known, f"p{place}", 1), known
    of = random.choice(left)
    return Draft(LOAN, FactKind.WITHDRAWAL, known, f"w{place}", of=of, data={"settlement": 1}), known


def _on_the_capital(random: Random, told: list[Told], known: date, place: int) -> Told:
    match random.choice(("payment", "payment", "remit", "remit", "withdraw")):
        case "remit":
            since = random.choice((2024, 2025))
            says = {
                "since": f"{since}-01-01",
                "until": f"{since + 1}-01-01",
                "to": random.choice(("debtor", "principal")),
                "remission": euros(random.randint(0, 1_500_00)),
                "converted": euros(random.choice((0, 0, random.randint(0, 9_000_00)))),
            }
            return Draft(LOAN, FactKind.REMITTED, known, f"r{place}", data=says), known
        case "withdraw":
            return _withdrawn(random, told, known, place)
        case _:
            day = known - timedelta(days=random.randint(0, 40))
            return Draft(
                LOAN, FactKind.PAYMENT, max(day, START), f"p{place}", random.randint(1, 900_00)
            ), known


def _on_the_claim(random: Random, told: list[Told], known: date, place: int) -> Told:
    transferred, _ = told[1]
    lowered = sum(draft.cents for draft, _ in told if draft.kind is FactKind.REDUCED)
    match random.choice(("payment", "lower", "lower", "withdraw")):
        case "lower" if lowered + MONTH <= transferred.cents:
            return Draft(LOAN, FactKind.REDUCED, known, f"r{place}", MONTH, of=2), known
        case "withdraw":
            return _withdrawn(random, told, known, place)
        case _:
            day = known - timedelta(days=random.randint(0, 10))
            return Draft(LOAN, FactKind.PAYMENT, day, f"p{place}", MONTH * random.randint(1, 3)), known
