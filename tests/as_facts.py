"""From the events of a `simulate` case to facts, and nights worked on them without a database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from ledger.entry import ACCOUNTS_PER_CREDITOR, Entry
from ledger.money import cents_of
from servicing.facts import Draft, Fact, FactKind
from servicing.night_work import Setting, Task, news_reaches_back, work_loan
from servicing.posting import Booked, Cause
from tests.lives import OPENING, SETTLED, day

Case = dict[str, Any]
LOAN = 100_000_001
NO_NIGHT = date(1950, 1, 1)

KINDS = {
    "disburse": FactKind.DISBURSEMENT,
    "payment": FactKind.PAYMENT,
    "reversal": FactKind.REVERSAL,
    "cost": FactKind.COST,
    "rate": FactKind.RATE,
    "instalment": FactKind.INSTALMENT,
    "deferral": FactKind.DEFERRAL,
    "early_repayment": FactKind.EARLY_REPAYMENT,
    "write_off": FactKind.WRITE_OFF,
    "opening": FactKind.OPENING,
    "waiver": FactKind.WAIVER,
    "interest_free_from": FactKind.INTEREST_FREE,
    "wsnp_start": FactKind.WSNP_START,
    "wsnp_early_end": FactKind.WSNP_EARLY_END,
    "deferral_end": FactKind.DEFERRAL_END,
    "due_at_once": FactKind.DUE_AT_ONCE,
    "statutory_interest": FactKind.STATUTORY_INTEREST,
    "cancellation": FactKind.CANCELLATION,
    "interest_owed": FactKind.INTEREST_OWED,
    "credit_refund": FactKind.CREDIT_REFUND,
    "settled": FactKind.SETTLED,
    "reduction": FactKind.REDUCED,
    "remission": FactKind.REMITTED,
    "withdrawal": FactKind.WITHDRAWAL,
    "schedule": FactKind.SCHEDULE,
}
PAID_BY = {"benefits": FactKind.ADVANCE_PAID, "settlement": FactKind.TRANSFERRED}
AS_THEY_ARE: dict[str, tuple[str, ...]] = {
    "write_off": ("of",),
    "waiver": ("of",),
    "wsnp_start": ("debtor", "debtors"),
    "early_repayment": ("mode",),
    "settled": SETTLED,
}
"""Types of which the fact says what the event says."""

REFERRING = ("reversal", "wsnp_early_end", "deferral_end", "cancellation", "reduction", "withdrawal")


def drafts_of(terms: Case, events: Sequence[Case], loan: int = LOAN) -> list[tuple[Draft, date]]:
    """The facts with the day each becomes known; the grant first, then the events in input order."""
    start = day(terms["start"])
    plain = {key: value.isoformat() if isinstance(value, date) else value for key, value in terms.items()}
    found = [(Draft(loan, FactKind.GRANT, start, "grant", data=plain), NO_NIGHT)]
    numbers = {case["id"]: place for place, case in enumerate(events, start=2) if case.get("id")}
    for place, case in enumerate(events, start=2):
        on = day(case.get("on") or case.get("from"))
        draft = Draft(
            loan,
            PAID_BY.get(case.get("by", ""), KINDS[case["type"]]),
            on,
            f"event {place}",
            cents_of(str(case["amount"])) if "amount" in case and case["type"] != "remission" else 0,
            numbers[case["of"]] if case["type"] in REFERRING else 0,
            case.get("terms") or _data(case),
        )
        found.append((draft, day(case.get("recorded") or on)))
    return found


def _data(case: Case) -> dict[str, object]:
    if case["type"] in AS_THEY_ARE:
        return {key: case[key] for key in AS_THEY_ARE[case["type"]] if key in case}
    match case["type"]:
        case "remission":
            amounts = {"remission": str(case["amount"]), "converted": "0.00"}
            return {**{key: case[key] for key in ("since", "until", "to")}, **amounts}
        case "rate":
            return {"annual_rate_percent": case["percent"], "recompute": bool(case.get("recompute"))}
        case "deferral":
            return {key: str(case[key]) for key in ("from", "until", "of", "end")}
        case "interest_free_from":
            return {"until": str(case["until"])} if case.get("until") else {}
        case "due_at_once":
            return {"interest": case.get("interest", "runs")}
        case "opening":
            names = (*OPENING, "arrears_since")
            return {name: str(case[name]) for name in names if case.get(name)}
        case _:
            return {}


def facts_of(drafts: Iterable[tuple[Draft, date]]) -> list[Fact]:
    """The drafts as recorded facts."""
    return [
        Fact(d.loan, nr, d.kind, d.value_date, known, d.key, d.cents, d.of, d.data, "test", "")
        for nr, (d, known) in enumerate(drafts, start=1)
    ]


@dataclass
class Nights:
    """One loan worked night by night, as the database would keep it."""

    facts: list[Fact]
    booked: list[Booked] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    worked_to: date | None = None
    next_event: date = NO_NIGHT
    balances: tuple[int, ...] = ()

    def work(self, night: date) -> None:
        """Work one night, if there is anything to do."""
        known = [fact for fact in self.facts if fact.known_on <= night]
        news = self.worked_to is None or any(fact.known_on > self.worked_to for fact in known)
        if len(known) <= 1 or not (news or self.next_event <= night):
            return
        reaches_back = news_reaches_back(known, self.worked_to)
        task = Task(LOAN, known, self.worked_to, self.balances, self.booked if reaches_back else None)
        worked = work_loan(task, Setting(night, 0, (1, 31)))
        self.entries += worked.entries
        self.booked += [row for entry in worked.entries for row in _rows(entry)]
        self.worked_to, self.next_event, self.balances = night, worked.next_event, worked.balances

    def work_until(self, last: date) -> None:
        """Work every night on which something can happen, up to a day."""
        days = sorted({fact.known_on for fact in self.facts if fact.known_on <= last})
        for at in [*days, last]:
            while self.worked_to is not None and self.next_event < at:
                self.work(max(self.next_event, self.worked_to + timedelta(days=1)))
            self.work(at)

    def sums(self) -> dict[tuple[int, date], int]:
        """Cents by account and value date, debit positive."""
        found: dict[tuple[int, date], int] = {}
        for row in self.booked:
            for account, cents in ((row.debit, row.cents), (row.credit, -row.cents)):
                key = (account, row.cause.value_date)
                found[key] = found.get(key, 0) + cents
        return {key: cents for key, cents in found.items() if cents}


def _rows(entry: Entry) -> Iterable[Booked]:
    cause = Cause(entry.key.kind, entry.value_date, entry.fact, entry.row_nr)
    for posting in entry.postings:
        yield Booked(
            cause,
            posting.debit % ACCOUNTS_PER_CREDITOR,
            posting.credit % ACCOUNTS_PER_CREDITOR,
            posting.cents,
        )
