"""What was before the cut-over: rows checked against their loan and turned into facts that book nothing twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from backoffice.portfolio.columns import PAST_NAMES, PastName
from backoffice.portfolio.linking import Register
from backoffice.portfolio.news import NO_DATA, stored
from backoffice.portfolio.past_rows import (
    AdvanceRow,
    DecisionRow,
    DeferralRow,
    EarlierDisbursementRow,
    HistoryRow,
    InterestDecisionRow,
    InterruptionRow,
    ReminderRow,
    YearRow,
)
from backoffice.portfolio.portfolio import Grant, News, Past
from backoffice.portfolio.problems import Problems
from backoffice.portfolio.resting import Balances, is_waiting
from ledger.money import euros
from servicing.facts import FactKind
from servicing.limitation import SENT

PastRow = (
    DeferralRow
    | AdvanceRow
    | DecisionRow
    | ReminderRow
    | InterruptionRow
    | InterestDecisionRow
    | YearRow
    | EarlierDisbursementRow
    | HistoryRow
)

ROWS: Mapping[PastName, type[Any]] = {
    "deferrals": DeferralRow,
    "advances": AdvanceRow,
    "decisions": DecisionRow,
    "reminders": ReminderRow,
    "interruptions": InterruptionRow,
    "interest_decisions": InterestDecisionRow,
    "year_to_date": YearRow,
    "earlier_disbursements": EarlierDisbursementRow,
    "history": HistoryRow,
}

ONLY_WITH_OPENING = frozenset({"advances", "year_to_date", "earlier_disbursements", "history"})
"""Tables about a loan that came in with its balance; otherwise its own facts tell it all."""

BEFORE_ITS_DECISION = frozenset({"advances", "history"})
"""Tables with rows that may be older than the decision that grants the loan."""


UNKNOWN = date.max
"""Stands for the day of a balance that was refused, when what rests on it is looked at: nothing lies after it."""


class Context(NamedTuple):
    """A row with its loan: its grant, the day of the balance it came in with, and the row's place among its rows."""

    row: PastRow
    grant: Grant
    opened_on: date | None
    nr: int

    def fact(self, kind: FactKind, key: str, said: Mapping[str, object]) -> News:
        """The fact of the row, on its own day."""
        on = self.grant.decision_date if isinstance(self.row, YearRow) else self.row.on
        known_from = self.opened_on or on
        data = {name: value for name, value in said.items() if value is not None}
        return News(kind, on, key, 0, stored(data) if data else NO_DATA, self.row.place, known_from)


@dataclass(slots=True)
class PastReader:
    """Reads the tables about the past, once loans and opening balances are known."""

    rows: Callable[[PastName], Iterator[tuple[Any, list[Any]]]]
    register: Register
    balances: Balances
    problems: Problems

    def read(self) -> dict[int, list[Past]]:
        """What the files tell about the past, by loan, in the order of tables and rows."""
        found: dict[int, list[Past]] = {}
        for table in PAST_NAMES:
            keys: dict[tuple[int, str], int] = {}
            for place, values in self.rows(table):
                row: PastRow = ROWS[table](place, *values)
                loan = self._loan_of(table, row)
                grant = None if loan is None else self.register.loans[loan].grant
                if loan is None or grant is None:
                    continue
                opened_on = self.balances.day(loan, row.loan)
                if table in ONLY_WITH_OPENING and self.balances.is_refused(loan, row.loan):
                    self.problems.rest(place)
                    opened_on = opened_on or UNKNOWN
                before = found.setdefault(loan, [])
                number = 1 + sum(1 for each in before if each.table == table)
                context = Context(row, grant, opened_on, number)
                self._check(table, context)
                self._check_granted(context, before)
                past = MAKERS[table](row, context)
                before.append(past)
                self._check_key(keys, (loan, past.news[0].key), row)
        return found

    def _loan_of(self, table: PastName, row: PastRow) -> int | None:
        """The loan of a row, which must stand in the file of loans."""
        loan = self.register.find(row.place, row.loan, row.creditor)
        if loan is None:
            return None
        named = self.register.loans[loan]
        if is_waiting(named, self.problems):
            self.problems.rest(row.place)
            return None
        if named.column == "loan":
            rule = "a loan that stands in the file of loans too"
            self.problems.add(row.place, "loan", row.loan, rule)
        elif table in ONLY_WITH_OPENING and not self.balances.may_have(loan, row.loan):
            rule = "a loan with an opening balance: of any other loan everything is booked"
            self.problems.add(row.place, "loan", row.loan, rule)
            return None
        return loan

    def _check(self, table: PastName, context: Context) -> None:
        row, first = context.row, context.grant.decision_date
        if not isinstance(row, YearRow):
            column = "month" if isinstance(row, AdvanceRow) else "date"
            if row.on < first and table not in BEFORE_ITS_DECISION | {"decisions"}:
                rule = f"a day on or after the decision date {first}"
                self.problems.add(row.place, column, row.on, rule)
            if context.opened_on and row.on > context.opened_on:
                rule = f"a day on or before the cut-over date {context.opened_on}: record what came after it"
                self.problems.add(row.place, column, row.on, rule)
        if isinstance(row, DeferralRow | InterestDecisionRow) and row.until <= row.since:
            self.problems.add(row.place, "until", row.until, f"a day after {row.since}")
        if isinstance(row, InterruptionRow) and row.act in SENT and not row.proof:
            rule = "what proves that it was sent; without it this act does not interrupt (Awb 4:105, 4:106)"
            self.problems.warn(row.place, "proof", "", rule)

    def _check_granted(self, context: Context, before: Sequence[Past]) -> None:
        """Never more is paid out than was granted."""
        if isinstance(context.row, EarlierDisbursementRow):
            granted = int(context.grant.terms.principal)
            paid = context.row.amount + sum(past.amounts.get("disbursed_before", 0) for past in before)
            if paid > granted:
                rule = f"together at most the {euros(granted)} that was granted; with this row {euros(paid)}"
                self.problems.add(context.row.place, "amount", euros(context.row.amount), rule)

    def _check_key(self, keys: dict[tuple[int, str], int], key: tuple[int, str], row: PastRow) -> None:
        other = keys.setdefault(key, row.place.row)
        if other != row.place.row:
            rule = f"once a loan in this file; it is on row {other} already"
            self.problems.add(row.place, "", key[1], rule)


def _deferral(row: DeferralRow, context: Context) -> Past:
    """A deferral that still runs at the cut-over holds for the rows to come; one that is over only counts."""
    days = {"from": row.since.isoformat(), "until": row.until.isoformat()}
    news = context.fact(FactKind.DEFERRAL, row.reference, {**days, "of": row.of, "end": row.end})
    if context.opened_on and row.until > context.opened_on:
        news = news._replace(on=context.opened_on)
    return Past("deferrals", {}, [news])


def _advance(row: AdvanceRow, context: Context) -> Past:
    month = f"{row.month:%Y-%m}"
    news = context.fact(FactKind.ADVANCE, month, {"month": month})
    return Past("advances", {"advanced": row.amount}, [news._replace(cents=row.amount)])


def _decision(row: DecisionRow, context: Context) -> Past:
    said = {"decision": row.decided, "title": row.title}
    return Past("decisions", {}, [context.fact(FactKind.EARLIER_DECISION, row.reference, said)])


def _reminder(row: ReminderRow, context: Context) -> Past:
    """The fee is in the opening balance; of a loan that comes in with all its facts it is charged."""
    key, fee = row.reference or f"{row.on} {row.step}", row.fee or 0
    news = [context.fact(FactKind.REMINDER, key, {"step": row.step})._replace(cents=fee)]
    if fee and context.opened_on is None:
        news.append(context.fact(FactKind.COST, f"reminder {key}", {})._replace(cents=fee))
    return Past("reminders", {"reminder_fees": fee}, news)


def _interruption(row: InterruptionRow, context: Context) -> Past:
    key = row.reference or f"{row.on} {row.act}"
    said = {"act": row.act, "proof": row.proof}
    return Past("interruptions", {}, [context.fact(FactKind.INTERRUPTION, key, said)])


def _interest_decision(row: InterestDecisionRow, context: Context) -> Past:
    """What is unpaid of it is in the opening balance; of a loan with all its facts it is booked."""
    kind = FactKind.INTEREST_DECISION if context.opened_on else FactKind.STATUTORY_INTEREST
    said = {"from": row.since.isoformat(), "until": row.until.isoformat()}
    news = context.fact(kind, row.reference, said)._replace(cents=row.amount)
    return Past("interest_decisions", {"interest_decided": row.amount}, [news])


def _year(row: YearRow, context: Context) -> Past:
    on = context.opened_on
    assert on is not None, "the movements of a year belong to an opening balance"
    said = {name: euros(cents) for name, cents in row.amounts.items()}
    news = context.fact(FactKind.YEAR_TO_DATE, str(on.year), said)._replace(on=on)
    return Past("year_to_date", {f"year_{name}": cents for name, cents in row.amounts.items()}, [news])


def _disbursed(row: EarlierDisbursementRow, context: Context) -> Past:
    news = context.fact(FactKind.EARLIER_DISBURSEMENT, row.reference or str(context.nr), {})
    return Past("earlier_disbursements", {"disbursed_before": row.amount}, [news._replace(cents=row.amount)])


def _line(row: HistoryRow, context: Context) -> Past:
    amounts = {
        "principal": row.principal,
        "interest": row.interest,
        "costs": row.costs,
        "balance": row.balance,
    }
    said = {name: euros(cents) for name, cents in amounts.items() if cents is not None}
    news = context.fact(FactKind.EARLIER_LINE, row.reference or str(context.nr), {"text": row.text, **said})
    return Past("history", {}, [news])


MAKERS: Mapping[PastName, Callable[[Any, Context], Past]] = {
    "deferrals": _deferral,
    "advances": _advance,
    "decisions": _decision,
    "reminders": _reminder,
    "interruptions": _interruption,
    "interest_decisions": _interest_decision,
    "year_to_date": _year,
    "earlier_disbursements": _disbursed,
    "history": _line,
}
