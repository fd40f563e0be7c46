"""A checked portfolio into the database, in the transaction that is open; every row once, however often it comes."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, insert, select

from backoffice.cli.database import Desk
from backoffice.client_group import Lent, asked_years
from backoffice.events import Happened, copy_circumstances, register_event
from backoffice.portfolio.checking import particulars_of
from backoffice.portfolio.known import Known
from backoffice.portfolio.news import news_of, stored
from backoffice.portfolio.portfolio import Grant, News, Portfolio
from backoffice.portfolio.problems import Problems
from backoffice.portfolio.rows import DebtorRow
from jobs import clock
from jobs.business_dates import last_closed, recorded, set_cut_over
from jobs.tables import business_day
from ledger.bulk import append_rows
from ledger.day import day_of, number_of
from ledger.errors import BadInput
from ledger.money import euros
from servicing import files
from servicing.creditor import Creditor
from servicing.debtors.store import add_debtors
from servicing.debtors.values import NewDebtor
from servicing.facts import Fact, FactKind
from servicing.people import NotAllowed
from servicing.representatives import SCOPES
from servicing.settlement.tables import interest_year
from servicing.store import Recorded, facts_of, next_loan_number
from servicing.tables import fact, import_batch, loan, loan_debtor
from servicing.terms_data import GROUP, without_group

LOANS_A_CHUNK = 5000
FACT_COLUMNS = tuple(column.name for column in fact.columns)
LOAN_COLUMNS = tuple(column.name for column in loan.columns)
OWNER_COLUMNS = tuple(column.name for column in loan_debtor.columns)

MONEY_KINDS = frozenset({FactKind.PAYMENT, FactKind.EARLY_REPAYMENT})


class Stamp(NamedTuple):
    """Who records and from when it is known; `history_from` is set while no night has read anything yet.

    Then a fact is known from its own day on (never before the first business date), because the office knew
    it then; the nights to come replay history. Otherwise it is known from the first night that can read it.
    """

    by: Recorded
    history_from: date | None

    def known_on(self, known_from: date) -> date:
        """The first night that reads a fact which the office knew from a day on."""
        return max(self.history_from, known_from) if self.history_from else self.by.known_on


@dataclass(slots=True)
class Counts:
    """How many rows of each file were new, and how many were known already."""

    new: Counter[str] = field(default_factory=Counter)
    known: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class Loader:
    """What every step of one import needs."""

    connection: Connection
    portfolio: Portfolio
    known: Known
    stamp: Stamp
    problems: Problems
    counts: Counts = field(default_factory=Counts)


def stamp_for(connection: Connection, portfolio: Portfolio, actor: str) -> Stamp:
    """The stamp of this import; sets the cut-over date in a database that has none and no night yet."""
    begun = select(business_day.c.day).where(business_day.c.state != "cut-over").limit(1)
    if connection.execute(begun).first() is not None:
        return Stamp(recorded(connection, actor), None)
    day = last_closed(connection)
    if day is None:
        day = _cut_over(portfolio)
        if day is None:
            return Stamp(recorded(connection, actor), None)
        set_cut_over(connection, day)
    first = day + timedelta(days=1)
    return Stamp(Recorded(actor, first, clock.now_utc().isoformat()), first)


def load(loader: Loader, creditors: Mapping[str, Creditor]) -> Counts:
    """Record what is new; a row that is known with other contents is noted as a problem."""
    debtors = _add_debtors(loader)
    numbers = _add_loans(loader, debtors, creditors)
    places = list(numbers)
    for start in range(0, len(places), LOANS_A_CHUNK):
        chunk = {at: numbers[at] for at in places[start : start + LOANS_A_CHUNK]}
        rows = list(_fact_rows(loader, chunk))
        if not loader.problems.error_count:
            append_rows(loader.connection, fact, FACT_COLUMNS, rows)
    if not loader.problems.error_count:
        _protect(loader, debtors, numbers)
        _ask_by_itself(loader, numbers)
        add_representatives(loader)
    return loader.counts


def _protect(loader: Loader, debtors: Mapping[str, int], numbers: Mapping[int, int]) -> None:
    """Tell new loans of debtors who were known already what holds about them (a death, a moratorium)."""
    desk = Desk(loader.connection, loader.stamp.by)
    for at, named in enumerate(loader.portfolio.loans):
        grant = named.grant
        if grant is None or at in loader.known.loans:
            continue
        before = [debtors[debtor] for debtor in grant.debtors if debtor in loader.known.debtors]
        copy_circumstances(desk, numbers[at], before, grant.decision_date)


def _ask_by_itself(loader: Loader, numbers: Mapping[int, int]) -> None:
    """Put new loans of established clients in the yearly cycle, in their years of art. 21."""
    policy = files.policy()
    rows = [
        (numbers[at], number_of(year))
        for at, named in enumerate(loader.portfolio.loans)
        if named.grant is not None and at not in loader.known.loans
        for year in asked_years(_lent(named.grant), policy)
    ]
    append_rows(loader.connection, interest_year, ("loan_id", "book_year"), rows)


def _lent(grant: Grant) -> Lent:
    days = grant.application_date, grant.decision_date, grant.terms.start
    return Lent(grant.product, grant.creditor, grant.group, *days)


def add_representatives(loader: Loader) -> None:
    """Register who stands for a debtor, on all loans of that debtor."""
    desk = Desk(loader.connection, loader.stamp.by)
    for row in loader.portfolio.representatives:
        says: dict[str, object] = {"role": row.role, "name": row.name, "address": row.address}
        says["scope"] = list(row.scope or SCOPES[:2])
        if row.until:
            says["until"] = row.until.isoformat()
        try:
            told = register_event(desk, row.debtor, Happened("representative", row.on, row.reference, says))
        except NotAllowed:
            raise
        except BadInput as wrong:
            loader.problems.add(row.place, "debtor", row.debtor, str(wrong))
            continue
        is_new = any(not each.again for each in told.facts)
        (loader.counts.new if is_new else loader.counts.known)["representatives"] += 1


def add_batch(connection: Connection, portfolio: Portfolio, totals: object, by: Recorded) -> None:
    """Remember the folder by its contents, with its proof totals."""
    row = {
        "kind": "portfolio",
        "name": portfolio.name,
        "sha256": portfolio.sha256,
        "cut_over": number_of(portfolio.cut_over) if portfolio.cut_over else None,
        "totals": json.dumps(totals, sort_keys=True, separators=(",", ":")),
        "actor": by.actor,
        "recorded_at": by.at,
    }
    connection.execute(insert(import_batch), [row])


class Batch(NamedTuple):
    """A folder that was imported: when, and its proof totals."""

    recorded_at: str
    cut_over: date | None
    totals: Mapping[str, Any]


def batch_of(connection: Connection, sha256: str) -> Batch | None:
    """The import of a folder with these contents; None if there was none."""
    query = select(import_batch).where(import_batch.c.sha256 == sha256)
    row = connection.execute(query).first()
    if row is None:
        return None
    return Batch(row.recorded_at, day_of(row.cut_over) if row.cut_over else None, json.loads(row.totals))


def _cut_over(portfolio: Portfolio) -> date | None:
    """The day of the opening balances, or else the day before the first fact, so that nights replay history."""
    if portfolio.cut_over is not None:
        return portfolio.cut_over
    days = [each.grant.decision_date for each in portfolio.loans if each.grant is not None]
    days += [row.on for rows in portfolio.disbursements.values() for row in rows]
    days += [payment.on for payment in portfolio.payments]
    if not days:
        return None
    return min(*days, clock.today()) - timedelta(days=1)


def _add_debtors(loader: Loader) -> dict[str, int]:
    """The number of each debtor by the office's number, new ones recorded now."""
    new = [row for row in loader.portfolio.debtors if row.number not in loader.known.debtors]
    source = new[0].place.file if new else ""
    by = loader.stamp.by
    numbers = add_debtors(loader.connection, [_new_debtor(row, by.known_on) for row in new], by, source)
    loader.counts.new["debtors"] += len(new)
    loader.counts.known["debtors"] += len(loader.portfolio.debtors) - len(new)
    found = {number: each.id for number, each in loader.known.debtors.items()}
    return found | {row.number: number for row, number in zip(new, numbers, strict=True)}


def _new_debtor(row: DebtorRow, since: date) -> NewDebtor:
    who = particulars_of(row)
    return NewDebtor(
        external=row.number,
        birth_date=row.birth_date,
        bsn=row.bsn,
        name=who.name,
        street=who.street,
        house_number=who.house_number,
        postcode=who.postcode,
        city=who.city,
        country=who.country,
        language=who.language,
        value_date=max(since, row.birth_date or since),
    )


def _add_loans(
    loader: Loader, debtors: Mapping[str, int], creditors: Mapping[str, Creditor]
) -> dict[int, int]:
    """The number of each loan by its place in the portfolio, new ones registered now."""
    numbers = {at: each.id for at, each in loader.known.loans.items()}
    following: dict[int, int] = {}
    rows, owners = [], []
    for at, named in enumerate(loader.portfolio.loans):
        if named.grant is None or at in numbers:
            continue
        creditor = creditors[named.grant.creditor].id
        number = following.get(creditor) or next_loan_number(loader.connection, creditor)
        following[creditor] = number + 1
        numbers[at] = number
        rows.append(_loan_row(number, creditor, named.grant, loader.stamp.by))
        places = enumerate(named.grant.debtors, start=1)
        owners += [(number, debtors[debtor], place) for place, debtor in places]
    append_rows(loader.connection, loan, LOAN_COLUMNS, rows)
    append_rows(loader.connection, loan_debtor, OWNER_COLUMNS, owners)
    return numbers


def _loan_row(number: int, creditor: int, grant: Grant, by: Recorded) -> tuple[object, ...]:
    return (
        number,
        creditor,
        grant.product,
        grant.number,
        grant.purpose,
        number_of(grant.application_date),
        number_of(grant.decision_date),
        grant.regime,
        by.actor,
        str(grant.place),
        by.at,
    )


def _fact_rows(loader: Loader, numbers: Mapping[int, int]) -> Iterator[tuple[Any, ...]]:
    """The rows of the facts that are new, of some loans."""
    known = loader.known.loans
    recorded_facts = facts_of(loader.connection, [number for at, number in numbers.items() if at in known])
    for at, number in numbers.items():
        yield from _new_rows(loader, number, news_of(loader.portfolio, at), recorded_facts.get(number, []))


def _new_rows(
    loader: Loader, number: int, told: Iterable[News], olds: Sequence[Fact]
) -> Iterator[tuple[Any, ...]]:
    following = len(olds) + 1
    by_key = {_key_of(old.kind, old.key, old.of): old for old in olds}
    payments = {old.key: old.nr for old in olds if old.kind in MONEY_KINDS}
    opened = max((old.value_date for old in olds if old.kind is FactKind.OPENING), default=None)
    by = loader.stamp.by
    for news in told:
        of = payments.get(news.of, 0) if news.of else 0
        old = by_key.get(_key_of(news.kind, news.key, of))
        counts = loader.counts.new if old is None else loader.counts.known
        counts.update(COUNTED.get(news.kind, ()))
        if old is not None:
            _compare(news, old, of, loader.problems)
            continue
        if opened and news.kind in MONEY_KINDS and news.on <= opened:
            rule = f"a day after the cut-over date {opened}: before it is in the balances"
            loader.problems.add(news.place, "date", news.on, rule)
        if news.kind in MONEY_KINDS:
            payments[news.key] = following
        yield (
            number,
            following,
            int(news.kind),
            number_of(news.on),
            number_of(loader.stamp.known_on(news.known_from)),
            news.cents,
            of,
            news.data,
            news.key,
            by.actor,
            str(news.place),
            by.at,
        )
        following += 1


COUNTED = {
    FactKind.GRANT: ("loans",),
    FactKind.DISBURSEMENT: ("disbursements",),
    FactKind.OPENING: ("opening_balances",),
    FactKind.PAYMENT: ("payments",),
    FactKind.EARLY_REPAYMENT: ("payments",),
    FactKind.REVERSAL: ("reversals",),
    FactKind.DEFERRAL: ("deferrals",),
    FactKind.ADVANCE: ("advances",),
    FactKind.EARLIER_DECISION: ("decisions",),
    FactKind.REMINDER: ("reminders",),
    FactKind.INTERRUPTION: ("interruptions",),
    FactKind.INTEREST_DECISION: ("interest_decisions",),
    FactKind.STATUTORY_INTEREST: ("interest_decisions",),
    FactKind.YEAR_TO_DATE: ("year_to_date",),
    FactKind.EARLIER_LINE: ("history",),
    FactKind.EARLIER_DISBURSEMENT: ("earlier_disbursements",),
}
"""What a fact counts as; the others follow from one of these."""


def _key_of(kind: FactKind, key: str, of: int) -> tuple[str, str]:
    """What is recorded once: a grant, an opening, a payment by its number, the reversal of a payment."""
    if kind in {FactKind.GRANT, FactKind.OPENING}:
        return kind.text, ""
    if kind is FactKind.REVERSAL:
        return kind.text, str(of)
    return ("payment" if kind in MONEY_KINDS else kind.text), key


_COLUMN = {
    FactKind.GRANT: "number",
    FactKind.OPENING: "loan",
    FactKind.SCHEDULE: "loan",
    FactKind.RATE: "rate",
    FactKind.ADVANCE: "month",
    FactKind.YEAR_TO_DATE: "loan",
    FactKind.WAGE_TAX: "wage_tax",
    FactKind.CLAIM_SCHEME: "claim_scheme",
    FactKind.DEFERRAL_USED: "deferral_months_used",
    FactKind.REMISSION_USED: "remission_years_used",
    FactKind.INTEREST_FREE: "interest_free_since",
}
"""The column that names a fact; any other one has a reference."""


def _compare(news: News, old: Fact, of: int, problems: Problems) -> None:
    """Again is a no-op; differently is a problem. A grant recorded before groups were kept stays as it is."""
    data = news.data
    if old.kind is FactKind.GRANT and GROUP not in old.data:
        data = stored(without_group(json.loads(data)))
    told = (news.kind, news.on, news.cents, of, data)
    if told == (old.kind, old.value_date, old.cents, old.of, stored(old.data)):
        return
    column = _COLUMN.get(news.kind)
    amount = f" of {euros(old.cents)}" if old.cents else ""
    says = f", {stored(old.data)}" if old.data else ""
    rule = f"what is recorded under it already: a {old.kind.text} on {old.value_date}{amount}{says}"
    problems.add(news.place, column or "reference", None if column else news.key, rule)
