"""Where a booked amount comes from: computed again from the facts known then, and held against the booking."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from ledger.entry import ACCOUNTS_PER_CREDITOR, Entry, EntryKind
from ledger.errors import BadInput, Misconfigured, VerificationFailed
from ledger.money import euros
from servicing.explain_lines import LINES, Basis, Known, Line
from servicing.explain_settlement import SETTLEMENT_LINES
from servicing.facts import Fact, FactKind
from servicing.history import history_of
from servicing.law import Law, UnknownLaw
from servicing.life.notes import Notes
from servicing.life.timeline import live
from servicing.posting import Booked, Cause, differences, should_be
from servicing.product import Product
from servicing.wording import correction_text, dutch_amount, entry_text

EXPLAINED = {**LINES, **SETTLEMENT_LINES}
"""What explains each kind of entry."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """An entry, the fact behind it (None: time has passed) and the lines its amounts follow from.

    `earlier` are the entries of the same cause that this one puts right.
    """

    entry: Entry
    text: str
    fact: Fact | None
    lines: list[Line]
    should_be: list[Booked]
    earlier: list[Entry]


def basis_of(product: Product | None, law: Law, decision_date: date, accounts: Mapping[int, str]) -> Basis:
    """What a loan's amounts rest on: its product's legal basis, and the law's figure for its rate, if there is one."""
    if product is None:
        return Basis("", "", "", None, is_public=True, accounts=accounts)
    article, source, rate = product.legal_basis, "", None
    name = product.interest.parameter
    if name is not None:
        try:
            figure = law.value_on(name, decision_date)
        except (UnknownLaw, Misconfigured):
            figure = None
        if figure is not None:
            rate, article = figure.rate, law.parameters[name].reference
            source = f"{name} vanaf {figure.since}: {figure.source}"
    is_public = product.kind == "public"
    return Basis(product.legal_basis, article, source, rate, is_public, accounts, product.begins)


def explain(entry: Entry, entries: Iterable[Entry], facts: Sequence[Fact], basis: Basis) -> Explanation:
    """The explanation of an entry from all entries and facts of its loan.

    Raises `VerificationFailed` when what the facts of that night give is not what was booked.
    """
    if entry.key.kind is EntryKind.MANUAL:
        raise BadInput(f"{entry.key.text()}: was booked by hand; nothing computes it")
    cause, night = cause_of(entry), entry.key.business_date
    known = [fact for fact in facts if fact.known_on <= night]
    notes, history = Notes(), history_of(known)
    state = live(history.terms, history.events, history.reversals, night, notes)
    wanted = [row for row in should_be(state.effects, None) if row.cause == cause]
    earlier = [one for one in entries if cause_of(one) == cause and one.key.business_date < night]
    was = [row for one in earlier for row in rows_of(one)]
    _verify(entry, differences(wanted, was))
    by_number = {fact.nr: fact for fact in known}
    fact = by_number.get(entry.fact)
    text = entry_text(cause.kind, cause.value_date, cause.row_nr, fact.kind if fact else None, basis.begins)
    lines = (
        EXPLAINED[cause.kind](Known(cause, by_number, notes, state, basis))
        if wanted
        else [_gone(fact, known)]
    )
    return Explanation(
        entry,
        correction_text(text) if earlier else text,
        fact,
        [*lines, *(_correction(wanted, was, earlier, basis) if earlier else ())],
        wanted,
        earlier,
    )


def cause_of(entry: Entry) -> Cause:
    """Why the entry is in the books."""
    return Cause(entry.key.kind, entry.value_date, entry.fact, entry.row_nr)


def rows_of(entry: Entry) -> list[Booked]:
    """The rows of an entry with account numbers of the chart."""
    return [
        Booked(
            cause_of(entry),
            posting.debit % ACCOUNTS_PER_CREDITOR,
            posting.credit % ACCOUNTS_PER_CREDITOR,
            posting.cents,
        )
        for posting in entry.postings
    ]


def _verify(entry: Entry, expected: Sequence[Booked]) -> None:
    booked = differences(rows_of(entry), ())
    if booked != list(expected):
        raise VerificationFailed(
            f"{entry.key.text()}: booked is {_told(booked)}; computed again it is {_told(expected)}"
        )


def _told(rows: Sequence[Booked]) -> str:
    return "; ".join(f"{row.debit} to {row.credit} {euros(row.cents)}" for row in rows) or "nothing"


def _gone(fact: Fact | None, known: Sequence[Fact]) -> Line:
    """Nothing is left of it: the fact was withdrawn, or other facts changed the course of the loan."""
    if fact is not None and any(one.kind is FactKind.WITHDRAWAL and one.of == fact.nr for one in known):
        return Line(f"Feit {fact.nr} ({fact.key}) is ingetrokken", euros(0))
    return Line("Door latere feiten hoort hier niets meer te staan", euros(0))


def _correction(
    wanted: Sequence[Booked], was: Sequence[Booked], earlier: Sequence[Entry], basis: Basis
) -> list[Line]:
    """What should be, what was booked, and the difference, for each pair of accounts."""
    keys = ", ".join(one.key.text() for one in earlier)
    usual = [(row.debit, row.credit) for row in (*wanted, *was)]
    lines = []
    for row in differences(wanted, was):
        pair = (row.debit, row.credit)
        debit, credit = min(
            pair, pair[::-1], key=lambda one: usual.index(one) if one in usual else len(usual)
        )
        now, before = _between(wanted, debit, credit), _between(was, debit, credit)
        lines.append(
            Line(
                f"{basis.account(debit)} aan {basis.account(credit)}: moet zijn {dutch_amount(now)}, "
                f"was geboekt {dutch_amount(before)}, verschil {dutch_amount(now - before)}",
                euros(now - before),
                {"should_be": euros(now), "was_booked": euros(before), "booked_by": keys},
            )
        )
    return lines


def _between(rows: Sequence[Booked], debit: int, credit: int) -> int:
    """What was debited to one account and credited to another on balance, in cents."""
    there = sum(row.cents for row in rows if (row.debit, row.credit) == (debit, credit))
    return there - sum(row.cents for row in rows if (row.debit, row.credit) == (credit, debit))
