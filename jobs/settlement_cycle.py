"""Every loan and book year that is to be settled: where each stands, what the night proposes, who is forgotten."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import Connection, select

from ledger.bulk import among
from ledger.day import day_of
from ledger.entry import creditor_of_loan
from ledger.errors import AflosError
from ledger.files import config_files
from ledger.money import euros
from letters.outbox.settled import WITHDRAWAL
from servicing import files
from servicing.decisions.proposal import Decision, as_known
from servicing.decisions.store import decisions_about
from servicing.facts import Fact
from servicing.law import Law
from servicing.policy import Choices, Policy
from servicing.regime import REFORM
from servicing.settlement.allowance import LIVING_ALLOWANCE, Allowance, allowance_of
from servicing.settlement.book_year import BookYear
from servicing.settlement.cycle import (
    DONE,
    Decided,
    Proposed,
    Stand,
    State,
    Times,
    YearCase,
    after_hearing,
    asking_for_interest,
    figures_on,
    newest,
    power_lapses_on,
    stand_of,
    times_of,
)
from servicing.settlement.earlier import before_of
from servicing.settlement.interest_years import SURETY, Asking, in_cycle
from servicing.settlement.parts import overpaid
from servicing.settlement.proposing import Subject, Subjects, propose
from servicing.settlement.store import Kept, New, add_proposals, interest_years, proposals_of
from servicing.store import LOANS_PER_QUERY, Recorded, facts_of
from servicing.tables import loan, loan_debtor

SETTLING = frozenset({"settlement", "clawback"})
"""Kinds of decision about a proposal: one that burdens nobody, and one that does."""

WITHDRAWING = WITHDRAWAL

TO_PROPOSE = frozenset({"figures-received", "figures-missing"})
LOOKED_AT_AGAIN: State = "to-decide"
"""What is proposed and waits for its decision; a payment, law or policy may have changed what it gives."""


class Rules(NamedTuple):
    """What holds for all cases: the law, and the choices of the colleges."""

    law: Law
    policy: Policy


@dataclass(frozen=True, slots=True)
class Found:
    """A case with everything known of it, and where it stands; `allowance` is what is settled, if that is it.

    `overpaid`: what was paid as supplement and is not due any more by what is proposed and not decided yet, in cents.
    """

    case: YearCase
    about: Subject
    application: date
    kept: Kept | None
    decision: Decision | None
    times: Times
    stand: Stand
    beside: Allowance | None = None
    allowance: Allowance | None = None
    is_surety: bool = False
    overpaid: int = 0


class Entry(NamedTuple):
    """A loan and book year in the cycle, before its facts are read."""

    loan: int
    year: BookYear
    about: Subject
    application: date
    allowance: Allowance | None = None
    is_surety: bool = False


def rules() -> Rules:
    """Law and policy in force, read anew when any file of configuration changed."""
    return _rules(tuple(file.sha256 for file in config_files()))


@lru_cache(maxsize=2)
def _rules(_state: tuple[str, ...]) -> Rules:
    return Rules(files.law(), files.policy())


def cases(
    connection: Connection,
    day: date,
    creditors: Collection[int] | None = None,
    loans: Iterable[int] = (),
    known_by: date | None = None,
) -> list[Found]:
    """The cases (of some creditors, or of these loans) with where each stands at the end of a day.

    `known_by` is the night that looks (None: now): it knows no decision that came after it.
    """
    wanted = set(loans)
    entries, facts = _entries(connection, day, wanted)
    if creditors is not None:
        entries = [entry for entry in entries if creditor_of_loan(entry.loan) in creditors]
    if not entries:
        return []
    numbers = {entry.loan for entry in entries}
    proposals, decided = proposals_of(connection, numbers), _decided(connection, numbers, known_by)
    context = decided, rules(), codes(), day
    asking = [entry.loan for entry in entries if entry.about == "interest"]
    beside = _beside(connection, asking, known_by)
    found = [
        _found(entry, facts[entry.loan], proposals.get((entry.loan, entry.year.since), []), context)
        for entry in entries
    ]
    if beside:
        found = [replace(one, beside=beside.get((one.case.loan, one.case.year.since))) for one in found]
    return _in_cycle(found, day)


def _entries(
    connection: Connection, day: date, wanted: Collection[int]
) -> tuple[list[Entry], Mapping[int, Sequence[Fact]]]:
    """What is in the cycle: all living allowance, and the interest of loans that were asked about it."""
    query = select(loan.c.id, loan.c.application_date).where(loan.c.product == LIVING_ALLOWANCE)
    if wanted:
        query = query.where(among(connection, loan.c.id, sorted(wanted)))
    allowances = {row.id: day_of(row.application_date) for row in connection.execute(query)}
    interest = [
        (number, year) for number, year in interest_years(connection) if not wanted or number in wanted
    ]
    applied = _applied(connection, {number for number, _ in interest})
    facts = facts_of(connection, {*allowances, *applied}, day)
    entries = [
        Entry(number, found.book_year, "allowance", allowances[number], found)
        for number in sorted(allowances)
        if (found := allowance_of(facts[number])) is not None
    ]
    asked = [
        Entry(number, BookYear(year), "interest", applied[number][0], is_surety=applied[number][1] == SURETY)
        for number, year in interest
    ]
    return [*entries, *asked], facts


def _in_cycle(found: Sequence[Found], day: date) -> list[Found]:
    """All but the years of interest of which nobody told anything and that are not asked about by themselves."""
    years: dict[int, list[BookYear]] = {}
    for one in found:
        if one.about == "interest" and figures_on(one.case.facts, one.case.year) is not None:
            years.setdefault(one.case.loan, []).append(one.case.year)
    return [
        one
        for one in found
        if one.about == "allowance"
        or in_cycle(one.case, one.times, years.get(one.case.loan, ()), day, _asking(one))
    ]


def _asking(one: Found) -> Asking:
    """Living allowance of the same year leaves nothing to remit (lid 1, of applications since 2020)."""
    if one.beside is not None and one.application >= REFORM:
        return "never"
    return "always" if one.is_surety else "with-interest"


def _applied(connection: Connection, numbers: Iterable[int]) -> dict[int, tuple[date, str]]:
    """The day of the application of some loans, and their product."""
    wanted, found = sorted(numbers), {}
    for start in range(0, len(wanted), LOANS_PER_QUERY):
        part = wanted[start : start + LOANS_PER_QUERY]
        query = select(loan.c.id, loan.c.application_date, loan.c.product).where(loan.c.id.in_(part))
        for row in connection.execute(query):
            found[row.id] = day_of(row.application_date), row.product
    return found


def _decided(
    connection: Connection, loans: Collection[int], known_by: date | None
) -> dict[tuple[int, str], Decision]:
    """The last decision about each proposal that stands, by loan and name of the proposal."""
    known = decisions_about(connection, loans)
    if known_by is not None:
        known = [as_known(one, known_by) for one in known if one.known_on <= known_by]
    withdrawn = {
        (one.proposed.data or {}).get("withdraws")
        for one in known
        if one.proposed.kind == WITHDRAWING and one.state == "in-force"
    }
    return {
        (one.proposed.subject, one.proposed.document): one
        for one in known
        if one.proposed.kind in SETTLING
        and one.state not in {"rejected", "taken-back"}
        and one.id not in withdrawn
    }


def codes() -> dict[int, str]:
    """The creditors by number, by the code that policy knows them under."""
    return {one.id: one.code for one in files.creditors().values()}


Context = tuple[Mapping[tuple[int, str], Decision], Rules, Mapping[int, str], date]


def _found(entry: Entry, facts: Sequence[Fact], made: Sequence[Kept], context: Context) -> Found:
    decided, known, codes, day = context
    choices = Choices(known.policy, codes[creditor_of_loan(entry.loan)], day, {})
    times = times_of(entry.year, facts, known.law, choices)
    if entry.about == "interest":
        times = asking_for_interest(times, choices.choice("art21.missing"))
    kept = made[-1] if made else None
    decision = _decision_about(made, decided)
    over = _overpaid(kept, facts, day) if kept and decision is None else 0
    proposed = Proposed(kept.last_fact, kept.known_on, kept.amounts.largest_reclaim + over) if kept else None
    case = YearCase(entry.loan, entry.year, facts, proposed, _stood(decision) if decision else None)
    stand = after_hearing(stand_of(case, times, day), day)
    return Found(
        case,
        entry.about,
        entry.application,
        kept,
        decision,
        times,
        stand,
        allowance=entry.allowance,
        is_surety=entry.is_surety,
        overpaid=over,
    )


def _overpaid(kept: Kept, facts: Sequence[Fact], day: date) -> int:
    """What a proposal shows to be paid too much; nothing of a loan that cannot be worked, which a night sets aside."""
    if kept.about == "interest":
        return 0
    try:
        return overpaid(kept.amounts, before_of(facts, day))
    except AflosError:
        return 0


def _decision_about(made: Sequence[Kept], decided: Mapping[tuple[int, str], Decision]) -> Decision | None:
    """The decision about the last proposal, or about one before it that said the same."""
    for kept in reversed(made):
        if kept.digest != made[-1].digest:
            return None
        if (kept.loan, kept.name) in decided:
            return decided[kept.loan, kept.name]
    return None


def _stood(decision: Decision) -> Decided:
    last = decision.steps[-1].day if decision.steps else decision.known_on
    if decision.state == "in-force":
        return Decided("in-force", last)
    return Decided("proposed" if decision.state == "proposed" else "fixed-not-announced", last)


class Waiting(NamedTuple):
    """A case that cannot be proposed yet, and why: a figure or a choice is missing."""

    loan: int
    book_year: date
    why: str


def subjects_of(one: Found, code: str) -> Subjects:
    """What a proposal for a case is made from; `code` of its creditor."""
    case = one.case
    return Subjects(
        case.facts, case.year, one.about, one.application, code, one.beside, one.allowance, one.is_surety
    )


def may_be_proposed(one: Found) -> bool:
    """Whether a case may get another proposal now."""
    return one.stand.state in TO_PROPOSE or one.stand.state == LOOKED_AT_AGAIN


def propose_all(connection: Connection, by: Recorded, day: date, found: Sequence[Found]) -> list[Waiting]:
    """Propose every case that is ready, and anew what waits for a decision and gives something else by now.

    A case that cannot be computed waits by itself, with its reason.
    """
    ready = [one for one in found if may_be_proposed(one)]
    known, named = rules(), codes()
    new, waiting = [], []
    for one in ready:
        number, year = one.case.loan, one.case.year
        code = named[creditor_of_loan(number)]
        about = subjects_of(one, code)
        try:
            proposal = propose(about, day, *known)
        except AflosError as error:
            waiting.append(Waiting(number, year.since, str(error)))
            continue
        if one.stand.state == LOOKED_AT_AGAIN and one.kept and proposal.digest() == one.kept.digest:
            continue
        nr = one.kept.nr + 1 if one.kept else 1
        new.append(New(number, year.since, nr, one.about, proposal, newest(one.case.facts)))
    add_proposals(connection, new, by)
    return waiting


def _beside(
    connection: Connection, loans: Sequence[int], known_by: date | None
) -> dict[tuple[int, date], Allowance]:
    """Living allowance that the debtors of a loan had in the same book year on another loan."""
    if not loans:
        return {}
    mine, other = loan_debtor, loan_debtor.alias()
    query = (
        select(mine.c.loan_id, other.c.loan_id.label("other"))
        .join(other, other.c.debtor_id == mine.c.debtor_id)
        .join(loan, loan.c.id == other.c.loan_id)
        .where(mine.c.loan_id.in_(loans), loan.c.product == LIVING_ALLOWANCE)
    )
    pairs = {(row.loan_id, row.other) for row in connection.execute(query)}
    facts = facts_of(connection, {other for _, other in pairs}, known_by)
    allowances = {number: allowance_of(each) for number, each in facts.items()}
    return {
        (number, allowance.book_year.since): allowance
        for number, other in pairs
        if (allowance := allowances[other]) is not None
    }


def unsettled(found: Iterable[Found], day: date) -> dict[str, dict[str, object]]:
    """Advances without a settlement by book year: cases, cents lent, and how many are past their last day."""
    years: dict[str, list[tuple[int, bool]]] = {}
    for one in found:
        allowance = one.allowance
        if allowance is not None and allowance.granted and one.stand.state not in DONE:
            late = day > one.times.decide_by
            years.setdefault(one.case.year.since.isoformat(), []).append((allowance.granted, late))
    return {
        year: {
            "cases": len(rows),
            "amount": euros(sum(cents for cents, _ in rows)),
            "late": sum(late for _, late in rows),
        }
        for year, rows in sorted(years.items())
    }


def one_case(connection: Connection, number: int, year: date | None, day: date) -> Found | None:
    """The case of a loan and book year (None: its only or last one)."""
    found = [one for one in cases(connection, day, loans=[number]) if year in {None, one.case.year.since}]
    return found[-1] if found else None


def lapse_of(found: Found) -> date:
    """The day on which the power to reclaim of a case lapses."""
    return power_lapses_on(found.case, found.times, rules().law)
