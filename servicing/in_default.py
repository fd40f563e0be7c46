"""What of a loan is in default, and the statutory interest that a decision may fix on it (Bbz art. 41 lid 5)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from ledger.day import parse_day
from ledger.entry import EntryKind
from ledger.money import half_up
from servicing.arrangement import arrangements_of
from servicing.banking_days import ONE_DAY, legal_term_end
from servicing.blocks import holding_of
from servicing.dunning.sent import ASKING_LETTERS, sent_of
from servicing.facts import Fact, FactKind
from servicing.history import history_of
from servicing.joint_restructuring import starts_behind
from servicing.law import Law
from servicing.life.notes import Notes, Occasion
from servicing.life.state import REFUNDABLE, STATUTORY, STATUTORY_INCOME, Row, State, accrue
from servicing.life.timeline import live
from servicing.policy import Choices
from servicing.schedule import Amount
from servicing.statutory_interest import (
    FLOOR_DEBTOR,
    Basis,
    Debt,
    End,
    Floor,
    Interest,
    Reduction,
    Ways,
    statutory_interest,
)
from servicing.terms_data import percent_text
from servicing.wording import dutch_day

_ENDS: Mapping[str, End] = {"exclusive": "exclusive", "inclusive": "inclusive"}
_BASES: Mapping[str, Basis] = {"365": "365", "actual": "actual"}
_FLOORS: Mapping[str, Floor] = {
    "cumulative": "cumulative",
    "per_payment": "per_payment",
    "per_decision": "per_decision",
}

NEVER, ATTRIBUTABLE, FROM_REMINDER = "never", "attributable_default_only", "from_aanmaning"
"""What a college may answer to interest.policy, besides that it always charges."""

CLAIMS = frozenset({"recovery_claim"})
"""Products that are no loan: their default is not that of Bbz art. 41 lid 5."""


def reminded_on(facts: Sequence[Fact], by: date) -> date | None:
    """The day of the first formal reminder (aanmaning) up to a day, or None."""
    gone = {fact.of for fact in facts if fact.kind is FactKind.WITHDRAWAL}
    holding = [fact for fact in facts if fact.nr not in gone]
    days = [sent.on for sent in sent_of(holding) if sent.step in ASKING_LETTERS]
    days += [fact.value_date for fact in holding if fact.data.get("act") == "formal_reminder"]
    return min((day for day in days if day <= by), default=None)


def why_not_charged(facts: Sequence[Fact], on: date, product: str, charging: str) -> str:
    """Why no statutory interest is charged on a loan by the policy interest.policy; empty where it may be."""
    if charging == NEVER:
        return "interest.policy: the college charges none"
    if charging == ATTRIBUTABLE and product in CLAIMS:
        return "interest.policy: only on a loan that is not paid by the debtor's own fault, not on a claim"
    if charging == FROM_REMINDER and reminded_on(facts, on) is None:
        return "interest.policy: only from the formal reminder (aanmaning), and there is none"
    return ""


FIXED_BEFORE, NOT_ASKED = "eerder al vastgesteld", "dit vragen wij niet"
TOO_SMALL = "te klein bij een betaling, en afronding"
"""What is taken off the computed interest, as the letter of a decision says it."""

Pauses = tuple[tuple[date, date], ...]


class Owing(NamedTuple):
    """A row in default, with the interest on it."""

    row_nr: int
    due: date
    debt: Debt
    interest: Interest


@dataclass(frozen=True, slots=True)
class Proposal:
    """Statutory interest up to a day: by row, in all, what earlier decisions fixed, what can be fixed now; in cents."""

    on: date
    owing: tuple[Owing, ...]
    total: int
    fixed_before: int
    due: int


def proposed_interest(
    facts: Sequence[Fact], on: date, law: Law, ways: Ways, since: date | None = None
) -> Proposal:
    """The statutory interest on what is in default; nothing below the floor of the law; less what was fixed before.

    `since` is the first day for which it is charged at all, such as that of the formal reminder.

    While interest of the loan runs over the principal, only arrears of interest bear statutory interest: it comes
    instead of the interest of the loan, never on top of it. Raises `UnknownLaw`.
    """
    found = tuple(_owing(facts, on, since, law, ways))
    if ways.floor == "per_payment":
        total = sum(one.interest.due for one in found)
    else:
        total = sum(one.interest.total for one in found)
        total = total if total >= law.value_on(FLOOR_DEBTOR, on).cents else 0
    before = _fixed(facts, on)
    due = max(0, total - before)
    if ways.floor == "per_decision" and due < law.value_on(FLOOR_DEBTOR, on).cents:
        due = 0
    return Proposal(on, found, total, before, due)


def _owing(facts: Sequence[Fact], on: date, since: date | None, law: Law, ways: Ways) -> Iterator[Owing]:
    """The rows in default, the oldest first; what was paid of interest is of the oldest on which it ran by then."""
    history, notes = history_of(facts), Notes()
    state = live(history.terms, history.events, history.reversals, on, notes)
    paid = _interest_gone(state, on)
    for row, due, debt in _debts(facts, (state, notes), on, since):
        interest = statutory_interest(replace(debt, interest_paid=paid), law, ways)
        paid = interest.not_of_this
        yield Owing(row.nr, due, debt, interest)


def _interest_gone(state: State, on: date) -> tuple[Reduction, ...]:
    """What of the statutory interest that was fixed was paid or given up, by day; less what was cancelled of that."""
    found: list[Reduction] = []
    for one in sorted(state.effects, key=lambda effect: effect.value_date):
        if one.value_date > on:
            break
        if one.kind is EntryKind.CANCELLATION:
            back = int(one.cents) if (one.debit, one.credit) == (STATUTORY_INCOME, REFUNDABLE) else 0
            while found and back:
                last = found.pop()
                taken = min(back, last.cents)
                back -= taken
                if last.cents > taken:
                    found.append(Reduction(last.on, last.cents - taken))
        elif one.credit == STATUTORY:
            found.append(Reduction(one.value_date, int(one.cents)))
    return tuple(found)


def interest_rows(found: Proposal) -> list[list[object]]:
    """The computation as rows of a letter: period, sum, percent, days, whole cents; they add up as the interest does.

    Within a year of default a row has what is due so far less the rows before it, as the year is rounded once.
    """
    rows: list[list[object]] = []
    for one in found.owing:
        anniversaries, year, taken = {day for day, _ in one.interest.added}, Fraction(0), 0
        for step in one.interest.steps:
            if step.since in anniversaries:
                year, taken = Fraction(0), 0
            year += step.interest
            cents = half_up(year) - taken
            taken += cents
            if cents:
                period = f"{dutch_day(step.since)} tot {dutch_day(step.until)}"
                rows.append([period, step.base, percent_text(step.rate), step.days, cents])
    return rows


def rows_of_decision(found: Proposal, cents: int) -> list[list[object]]:
    """The computation in the letter of a decision: what earlier ones fixed, and what is not asked, taken off it.

    Empty where more is fixed than was computed: the reason of that is a person's.
    """
    left = found.total - found.fixed_before - cents
    if left < 0:
        return []
    rows = interest_rows(found)
    too_small = sum(one.interest.total for one in found.owing) - found.total
    off = [(TOO_SMALL, too_small), (FIXED_BEFORE, found.fixed_before), (NOT_ASKED, left)]
    return [*rows, *([text, "", "", "", -part] for text, part in off if part)]


def ways_of(choices: Choices) -> Ways:
    """What a creditor chose about statutory interest; raises `NotChosen`."""
    return Ways(
        _ENDS[choices.choice("interest.end")],
        _BASES[choices.choice("interest.basis")],
        _FLOORS[choices.choice("interest.floor")],
    )


def _debts(
    facts: Sequence[Fact], life: tuple[State, Notes], on: date, since: date | None
) -> Iterator[tuple[Row, date, Debt]]:
    """The rows that fell due before a day and of which something was not paid in time."""
    state, notes = life
    accrue(state, on)
    pauses, earlier = _pauses(facts, on), _fixed_earlier(facts)
    for row, due, of_principal, of_interest in _claims(state):
        default_from = max(legal_term_end(due) + ONE_DAY, since or due)
        fixed = 0
        if earlier is not None and not row.nr:
            default_from = max(default_from, earlier[0])
            fixed = 0 if row.keeps_interest else min(earlier[1], int(row.interest))
        claim = _Row(row, default_from, of_principal, of_interest, fixed)
        for part, rests in _parted(claim, notes.ran, on) if default_from < on else ():
            debt = _debt(part, state, notes, on)
            if debt is not None:
                cents, payments = debt
                yield row, due, Debt(cents, default_from, on, payments, (*pauses, *rests))


def _parted(of: _Row, ran: Sequence[tuple[date, date]], on: date) -> list[tuple[_Row, Pauses]]:
    """A row in default as sums that bear statutory interest alike, each with the time in which it bears none.

    While interest of the loan runs its principal bears no other; then principal is a sum of its own, or none at all.
    """
    bore = _within(ran, of.default_from, on)
    if not of.principal or not bore:
        return [(of, ())]
    alone = (of._replace(principal=False), ())
    if bore == ((of.default_from, on + ONE_DAY),):
        return [alone]
    return [alone, (of._replace(interest=False), bore)]


def _within(ran: Sequence[tuple[date, date]], first: date, last: date) -> Pauses:
    """When interest of a loan ran, from one day to another, as periods that do not touch; the last day is counted."""
    found: list[tuple[date, date]] = []
    for begun, ended in ran:
        since, until = max(begun, first), ended if ended < last else last + ONE_DAY
        if found and since == found[-1][1]:
            found[-1] = (found[-1][0], until)
        elif since < until:
            found.append((since, until))
    return tuple(found)


def _claims(state: State) -> Iterator[tuple[Row, date, bool, bool]]:
    """What fell due of each row, and when: principal, interest; interest that is kept apart with the last row."""
    for row in state.rows:
        if row.fell_due:
            yield row, row.due, True, not row.keeps_interest
        if row.fell_due and row.keeps_interest and row.payable:
            yield row, state.last_row.due, False, True


def _fixed_earlier(facts: Sequence[Fact]) -> tuple[date, int] | None:
    """Up to which day another administration fixed interest on what it handed over as overdue, and how much."""
    decided = [fact for fact in holding_of(facts, None) if fact.kind is FactKind.INTEREST_DECISION]
    if not decided:
        return None
    return max(parse_day(str(fact.data["until"])) for fact in decided), sum(fact.cents for fact in decided)


class _Row(NamedTuple):
    """A row, the first day of its default, and what of it bears statutory interest.

    `fixed` is how much of its interest is statutory interest of before, in cents.
    """

    row: Row
    default_from: date
    principal: bool
    interest: bool
    fixed: int


def _debt(of: _Row, state: State, notes: Notes, on: date) -> tuple[int, tuple[Reduction, ...]] | None:
    """What of a row was open when its default began, and the payments on it since; None if nothing was."""
    row, fixed = of.row, of.fixed
    owed = _parts(of, _fell_due(row, notes) - fixed, _principal(row, notes))
    paid = []
    for split in state.splits:
        for share in notes.payments.get(split.fact, ()):
            if (share.row_nr, share.due) == (row.nr, row.due) and row.due <= split.on <= on:
                of_fixed = min(fixed, int(share.interest))
                fixed -= of_fixed
                paid.append(Reduction(split.on, _parts(of, share.interest - of_fixed, share.principal)))
    still_open = _parts(of, row.open_interest - fixed, row.open_principal)
    given_up = max(0, owed - sum(one.cents for one in paid) - still_open)
    in_time = sum(one.cents for one in paid if one.on < of.default_from)
    owed -= in_time + given_up
    late = tuple(one for one in paid if one.on >= of.default_from and one.cents)
    return (owed, late) if owed > 0 and sum(one.cents for one in late) <= owed else None


def _parts(of: _Row, interest: Amount, principal: Amount) -> int:
    """What of two amounts bears statutory interest."""
    return int((interest if of.interest else 0) + (principal if of.principal else 0))


def _fell_due(row: Row, notes: Notes) -> int:
    """The interest that became due with the row, in cents; of a row brought in at the opening all of it."""
    noted = notes.interest.get(Occasion(EntryKind.INTEREST, row.due, 0, row.nr))
    return int(noted.due if noted is not None else row.interest)


def _principal(row: Row, notes: Notes) -> int:
    given = notes.principal.get(row.nr)
    return int(given.principal - given.paid if given is not None and row.nr else row.principal)


def _pauses(facts: Sequence[Fact], on: date) -> Pauses:
    """When no statutory interest runs: an arrangement that says so (Awb art. 4:101), a restructuring (Fw art. 303)."""
    lasting = on + ONE_DAY  # the last day is one of them where the day of payment counts
    quiet = [
        (one.decided_on, min(end for end in (one.until, one.ended_on, lasting) if end is not None))
        for one in arrangements_of(facts)
        if not one.statutory_interest
    ]
    gone = {fact.of for fact in facts if fact.kind in {FactKind.WITHDRAWAL, FactKind.WSNP_EARLY_END}}
    holding = [fact for fact in facts if fact.nr not in gone]
    starts = [fact for fact in holding if fact.kind is FactKind.WSNP_START and starts_behind(fact, holding)]
    return tuple(
        (since, until)
        for since, until in [*quiet, *((one.value_date, lasting) for one in starts)]
        if since < until
    )


def _fixed(facts: Sequence[Fact], on: date) -> int:
    """What earlier decisions fixed and was not cancelled, in cents."""
    gone = {fact.of for fact in facts if fact.kind is FactKind.WITHDRAWAL}
    holding = [fact for fact in facts if fact.nr not in gone and fact.value_date <= on]
    fixed = {fact.nr: fact.cents for fact in holding if fact.kind is FactKind.STATUTORY_INTEREST}
    cancelled = [fact for fact in holding if fact.kind is FactKind.CANCELLATION and fact.of in fixed]
    return sum(fixed.values()) - sum(fact.cents for fact in cancelled)
