"""The letters a night writes for what its books give reason to: rows in the outbox, one transaction a creditor."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import Connection, Select, select

from jobs import clock
from jobs.bank_night import Span, span_of
from jobs.chunk import parts_of
from jobs.letters_bounces import bounces_of
from jobs.letters_freezing import Freezer
from jobs.letters_now import creditors_by_id, situation_of, wording
from jobs.manifest import aside_since
from jobs.run import Run
from jobs.tables import quarantine
from ledger.day import day_of, number_of
from ledger.entry import EntryKind, Key, creditor_of_loan
from ledger.faults import classify
from ledger.tables import journal
from letters.outbox.store import add_letters, add_steps, letters_by_number
from letters.outbox.telling import TELLING, LoanCase, told_of
from letters.outbox.values import LetterDraft, Step
from servicing import files
from servicing.banking_days import ONE_DAY
from servicing.creditors.store import quiet_creditors
from servicing.facts import Fact
from servicing.night_work import STANDINGS
from servicing.registration import MONEY_KINDS, Dossier
from servicing.store import Recorded
from servicing.tables import fact, loan, loan_debtor, loan_state
from servicing.viewing import view_on

ACTOR = "night"
CLOSED = STANDINGS.index("closed")
Found = TypeVar("Found")

BOOKING_AN_AMOUNT = (int(EntryKind.PAYMENT), int(EntryKind.DISBURSEMENT), int(EntryKind.REVERSAL))
"""Entries whose postings add up to the amount of the fact behind them."""


def write_letters(run: Run, day: date, previous: date | None) -> None:
    """Write the letters that the news of a night gives reason to; a night that is worked again writes none twice.

    A loan that was set aside and is mended is written about all that it missed.
    """
    span = span_of(day, previous)
    mended = run.access.read(lambda connection: mended_loans(connection, previous))
    told = [(span, run.access.read(lambda connection: loans_to_tell(connection, span, apart=mended)))]
    for number, since in mended.items():
        missed = span_of(day, since - ONE_DAY)
        told.append((missed, run.access.read(partial(loans_to_tell, span=missed, only=number))))
    for each, found in told:
        for creditor, loans in found.items():
            run.write(partial(write_of_creditor, creditor=creditor, loans=loans, span=each))


def mended_loans(connection: Connection, previous: date | None) -> dict[int, date]:
    """The loans that the date closed before had set aside, and that are so no more: since when they were."""
    before = aside_since(connection, previous) if previous is not None else {}
    if not before:
        return {}
    aside = set(connection.execute(select(quarantine.c.loan)).scalars())
    return {number: since for number, since in sorted(before.items()) if number not in aside}


def loans_to_tell(
    connection: Connection, span: Span, apart: Collection[int] = (), only: int = 0
) -> dict[int, list[int]]:
    """The loans about which the news of a night may give reason to write, by creditor.

    Those `apart` are left out; `only` (0: none) is the one that is asked about.
    """
    rows = connection.execute(_news(span, only)).all()
    if not rows:
        return {}
    day = day_of(span.until)
    quiet, confirms = quiet_creditors(connection, day, day), confirming(day)
    money = {int(kind) for kind in MONEY_KINDS}
    found: dict[int, set[int]] = {}
    for number, kind, standing in rows:
        creditor = creditor_of_loan(number)
        tells = kind not in money or standing == CLOSED or creditor in confirms
        if tells and creditor not in quiet and number not in apart:
            found.setdefault(creditor, set()).add(number)
    return {creditor: sorted(numbers) for creditor, numbers in sorted(found.items())}


def _news(span: Span, only: int) -> Select[Any]:
    """Loans with a debtor, not set aside, and the kinds of news that tell something."""
    kinds = [int(kind) for kind in TELLING] + [int(kind) for kind in MONEY_KINDS]
    query = (
        select(fact.c.loan_id, fact.c.kind, loan_state.c.standing)
        .join(loan_state, loan_state.c.loan == fact.c.loan_id)
        .where(
            fact.c.known_on.between(span.since + 1, span.until),
            fact.c.kind.in_(kinds),
            fact.c.loan_id.in_(select(loan_debtor.c.loan_id)),
            fact.c.loan_id.not_in(select(quarantine.c.loan)),
        )
        .distinct()
    )
    return query.where(fact.c.loan_id == only) if only else query


def confirming(day: date) -> set[int]:
    """The creditors that confirm each payment."""
    policy = files.policy()
    return {
        number
        for number, one in creditors_by_id().items()
        if policy.choice("letters.payment_confirmation", one.code, day) == "each"
    }


def write_of_creditor(connection: Connection, creditor: int, loans: Sequence[int], span: Span) -> None:
    """Freeze and keep the letters about loans of a creditor; one that cannot be written is kept as such."""
    keep(connection, *drafts_of_creditor(connection, creditor, loans, span), day_of(span.until))


def drafts_of_creditor(
    connection: Connection, creditor: int, loans: Sequence[int], span: Span
) -> tuple[list[LetterDraft], dict[str, str]]:
    """The letters the news of a night gives reason to, and by their keys why some of them cannot be written."""
    day = day_of(span.until)
    headings, debtors = headings_of(connection, loans)
    everybody = {debtor for own in debtors.values() for debtor in own}
    known = situation_of(connection, loans, everybody, day, known_by=day)
    freezer = Freezer(creditors_by_id()[creditor], known, wording())
    cases = _Cases(connection, freezer, headings, span)
    written = Written(freezer)
    for number in loans:
        written.add(number, debtors[number], partial(_frozen, freezer, cases, number, debtors[number]))
    return written.drafts, written.failed


def _frozen(freezer: Freezer, cases: _Cases, number: int, debtors: Sequence[int]) -> Iterator[LetterDraft]:
    case = cases.case(number)
    for told in told_of(case):
        yield from freezer.frozen(told, case.product, case.loan, debtors)


@dataclass(slots=True)
class Written:
    """The letters of a creditor as they are frozen, and why some could not be."""

    freezer: Freezer
    drafts: list[LetterDraft] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)

    def add(
        self, loan: int, debtors: Sequence[int], freeze: Callable[[], Iterable[LetterDraft]], which: str = ""
    ) -> None:
        """Freeze the letters about a loan; one that cannot be written, of a kind if it is said, is kept as such."""
        try:
            self.drafts += list(freeze())
        except Exception as error:
            if classify(error) != "business":
                raise
            lost = self.freezer.unwritten(loan, debtors, which)
            self.drafts.append(lost)
            self.failed[lost.key] = f"{which} {type(error).__name__}: {error}".strip()[:500]


def keep(connection: Connection, drafts: Sequence[LetterDraft], failed: Mapping[str, str], day: date) -> None:
    """Put the letters of a night in the outbox, those that could not be written with the reason."""
    by = Recorded(ACTOR, day, clock.now_utc().isoformat())
    new = letters_by_number(connection, add_letters(connection, drafts, day, by))
    lost = {number: one for number, one in new.items() if one.draft.key in failed}
    steps = {number: Step("failed", 0, day, failed[one.draft.key], ACTOR) for number, one in lost.items()}
    add_steps(connection, steps, lost, by)


class _Cases:
    """The loans of a creditor as a night knows them, made when they are asked for."""

    def __init__(
        self, connection: Connection, freezer: Freezer, headings: Mapping[int, tuple[str, date]], span: Span
    ) -> None:
        self.freezer, self.headings, self.span = freezer, headings, span
        self.products = files.products()
        self.entries = _by_loan(_entries(connection, list(headings), span.until))
        news = [one for known in freezer.known.facts.values() for one in known if self._is_new(one)]
        self.bounces = _by_loan(bounces_of(connection, news))
        self.confirms = freezer.creditor.id in confirming(freezer.day)

    def _is_new(self, one: Fact) -> bool:
        return self.span.since < number_of(one.known_on) <= self.span.until

    def case(self, number: int) -> LoanCase:
        """One loan; raises what its life raises."""
        facts = self.freezer.known.facts[number]
        product, decided = self.headings[number]
        dossier = Dossier(number, decided, facts)
        return LoanCase(
            self.products[product],
            dossier,
            view_on(dossier, self.freezer.day),
            [one for one in facts if self._is_new(one)],
            self.entries.get(number, {}),
            self.bounces.get(number, {}),
            confirms=self.confirms,
        )


def _by_loan(found: Mapping[tuple[int, int], Found]) -> dict[int, dict[int, Found]]:
    """What was found by loan and number of the fact, as one mapping for each loan."""
    each: dict[int, dict[int, Found]] = {}
    for (number, nr), one in found.items():
        each.setdefault(number, {})[nr] = one
    return each


def headings_of(
    connection: Connection, loans: Sequence[int]
) -> tuple[dict[int, tuple[str, date]], dict[int, list[int]]]:
    """Product and decision day, and the debtors, of these loans."""
    headings: dict[int, tuple[str, date]] = {}
    debtors: dict[int, list[int]] = {number: [] for number in loans}
    for part in parts_of(loans):
        query = select(loan.c.id, loan.c.product, loan.c.decision_date).where(loan.c.id.in_(part))
        headings |= {number: (product, day_of(day)) for number, product, day in connection.execute(query)}
        owing = select(loan_debtor.c.loan_id, loan_debtor.c.debtor_id).where(loan_debtor.c.loan_id.in_(part))
        for number, debtor in connection.execute(owing.order_by(loan_debtor.c.loan_id, loan_debtor.c.place)):
            debtors[number].append(debtor)
    return headings, debtors


def _entries(
    connection: Connection, loans: Sequence[int], day: int
) -> dict[tuple[int, int], tuple[str, ...]]:
    """The keys of the entries that a night booked for a fact, by loan and number of the fact."""
    found: dict[tuple[int, int], dict[str, None]] = {}
    columns = [journal.c[name] for name in ("loan", "fact", "kind", "nr")]
    for part in parts_of(loans):
        booked = (
            journal.c.loan.in_(part)
            & (journal.c.business_date == day)
            & journal.c.kind.in_(BOOKING_AN_AMOUNT)
        )
        for number, nr, kind, place in connection.execute(select(*columns).where(booked).distinct()):
            key = Key(day_of(day), number, EntryKind(kind), place).text()
            found.setdefault((number, nr), {})[key] = None
    return {where: tuple(sorted(keys)) for where, keys in found.items()}
