"""The dunning of a chunk: after its books, in the same transaction, each late loan gets its place on the ladder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, select

from jobs.dunning_rules import Book, dunning_book
from jobs.information import Information, information
from ledger.day import number_of
from ledger.entry import creditor_of_loan
from servicing.banking_days import ONE_DAY
from servicing.blocks import blocks_on
from servicing.creditors.quiet import CreditorFact, Quiet, quiet_on
from servicing.creditors.store import creditor_facts
from servicing.dunning.ladder import Case, Rules, Step, Wait, next_step
from servicing.dunning.owing import Overdue, overdue_of
from servicing.dunning.standing import Note, Standing, notes_of, noting, overdue_in, standing_of, waits
from servicing.dunning.store import standings_of, write_standings
from servicing.facts import Fact, FactKind
from servicing.lapsing import Lapse
from servicing.law import UnknownLaw
from servicing.life.outcome import arrears_since
from servicing.life.state import State
from servicing.limitation_signals import first_lapses, lapse_blocks, may_be_near, nearest_lapse
from servicing.night_work import StateRow
from servicing.policy import NotChosen
from servicing.securities import liable_on
from servicing.store import LOANS_PER_QUERY
from servicing.tables import IN_ARREARS, loan, loan_debtor, loan_state

_ANY_LATE = (
    select(loan_state.c.loan).where(IN_ARREARS, loan_state.c.arrears_since < bindparam("day")).limit(1)
)


@dataclass(frozen=True, slots=True)
class Dunning:
    """What a night knows for dunning: what information it may rest on, facts about creditors, since when is late.

    `known_by` is the night (None: now); a loan in arrears since the due date `late` (a number) or longer gets on a
    ladder tonight, 0: none is late.
    """

    information: Information
    creditors: Mapping[int, Sequence[CreditorFact]]
    known_by: date | None
    late: int = 0

    def quiet(self, creditor: int, day: date) -> Quiet | None:
        """The quiet period of a creditor on a day."""
        return quiet_on(self.creditors.get(creditor, ()), day, self.known_by)


class Seen(NamedTuple):
    """A loan of a chunk: its facts, its life if worked, or why it was set aside; else what its row says is overdue.

    `is_news`: more than time happened to it, as far as the night knows.
    """

    loan: int
    facts: Sequence[Fact]
    state: State | None
    aside: str = ""
    before: Overdue | None = None
    is_news: bool = True

    def overdue(self, day: date) -> Overdue | None:
        """What is overdue by the end of a day."""
        return overdue_of(self.state, day) if self.state is not None else self.before


class Heading(NamedTuple):
    """What a ladder needs of a loan beside its facts."""

    product: str
    debtors: Sequence[int]


def dunning_of_night(connection: Connection, day: date) -> Dunning:
    """What is known for the dunning of a business date."""
    return Dunning(
        information(connection, day, day), creditor_facts(connection), day, late_enough(connection, day)
    )


def late_enough(connection: Connection, day: date) -> int:
    """Since which due date (a number) a loan in arrears gets on a ladder on a date; 0 if none is in arrears."""
    if connection.execute(_ANY_LATE, {"day": number_of(day)}).first() is None:
        return 0
    return number_of(day - timedelta(days=dunning_book().least_days(day)))


def unchanged(
    facts: Sequence[Fact], state: StateRow | None, before: Standing | None, day: date
) -> Overdue | None:
    """What is overdue on a loan to which nothing happened since it was worked; None where its life must tell.

    Its ladder is looked at all the same: a block, the law or what the bank told may have changed.
    """
    if state is None or before is None or state.next_event <= number_of(day) or state.facts != len(facts):
        return None
    return overdue_in_row(facts, before, day)


def overdue_in_row(facts: Sequence[Fact], before: Standing, day: date) -> Overdue | None:
    """What is overdue on a loan to which nothing but time happened; None where its life must tell."""
    if any(fact.kind is FactKind.STATUTORY_INTEREST for fact in facts) or _counts_whole_debt(
        before.loan, day
    ):
        return None  # that runs from day to day
    return overdue_in(before, day)


def _counts_whole_debt(loan: int, day: date) -> bool:
    return dunning_book().choices(creditor_of_loan(loan), day).choice("fee.base") == "whole_debt"


def look_at_ladders(
    connection: Connection,
    dunning: Dunning,
    seen: Sequence[Seen],
    before: Mapping[int, Standing],
    day: date,
) -> None:
    """Decide for each loan of a chunk which step is due, and write where it stands now; `before`: where it stood."""
    late = [one for one in seen if one.loan in before or _is_late(one, day)]
    noted = _noted(late, before, day)
    looked = [one for one in late if one.loan not in noted]
    stands, notes = _looked(connection, dunning, looked, before, day) if looked else ([], [])
    changed = [row for loan, row in noted.items() if row is not before[loan]]
    touched = [row.loan for row in changed] + [one.loan for one in looked]
    write_standings(connection, touched, [*changed, *stands], notes)


def _looked(
    connection: Connection,
    dunning: Dunning,
    late: Sequence[Seen],
    before: Mapping[int, Standing],
    day: date,
) -> tuple[list[Standing], list[Note]]:
    """Where these loans stand after tonight, and what came and went."""
    book, headings = dunning_book(), headings_of(connection, [one.loan for one in late])
    least = timedelta(days=book.least_days(day))
    rows: list[Standing] = []
    notes: list[Note] = []
    for one in late:
        old = before.get(one.loan)
        if old is None and not _is_late(one, day - least + ONE_DAY):
            continue
        new = stand(one, (book, dunning), headings[one.loan], old, day)
        rows += [new] if new is not None else []
        notes += notes_of(old, new, day)
    return rows, notes


def drop_proposal(connection: Connection, loan: int, reason: str, day: date) -> None:
    """Let what was proposed about a loan fall away because the night set it aside."""
    old = standings_of(connection, [loan]).get(loan)
    if old is not None:
        case, wait = (
            Case(loan, (), (), None),
            Wait(f"set aside by the night: {reason}", "quarantine", day + ONE_DAY),
        )
        new = standing_of(case, wait, day, old)
        write_standings(connection, [loan], [new], notes_of(old, new, day))


def headings_of(connection: Connection, loans: Sequence[int]) -> dict[int, Heading]:
    """Product and debtors of these loans."""
    found: dict[int, Heading] = {}
    wanted = sorted(set(loans))
    for start in range(0, len(wanted), LOANS_PER_QUERY):
        part = wanted[start : start + LOANS_PER_QUERY]
        debtors: dict[int, list[int]] = {number: [] for number in part}
        query = select(loan_debtor.c.loan_id, loan_debtor.c.debtor_id).where(loan_debtor.c.loan_id.in_(part))
        for number, debtor in connection.execute(query.order_by(loan_debtor.c.loan_id, loan_debtor.c.place)):
            debtors[number].append(debtor)
        for number, product in connection.execute(
            select(loan.c.id, loan.c.product).where(loan.c.id.in_(part))
        ):
            found[number] = Heading(product, debtors[number])
    return found


def decided(
    one: Seen, overdue: Overdue | None, ways: tuple[Book, Dunning], heading: Heading, day: date
) -> tuple[Case, Step | Wait]:
    """The case of a loan on a day, and the step that is due on it, or why none is."""
    book, dunning = ways
    rules = book.rules(one.loan, heading.product, day)
    case = _case(one, overdue, (rules, dunning), heading, day)
    try:
        return case, next_step(case, rules, day)
    except (UnknownLaw, NotChosen) as missing:
        return case, Wait(f"it waits for a value: {missing}", "config", day + ONE_DAY)


def _noted(late: Sequence[Seen], before: Mapping[int, Standing], day: date) -> dict[int, Standing]:
    """The rows of loans whose time it is not, with what fell due tonight; the others are looked at."""
    found: dict[int, Standing] = {}
    for one in late:
        old = before.get(one.loan)
        if old is None or one.is_news or not waits(old, day):
            continue
        overdue, was = one.overdue(day), overdue_in(old, day)
        if overdue is not None and was is not None and overdue.rows == was.rows:
            found[one.loan] = noting(old, was, overdue.coming)
    return found


def stand(
    one: Seen, ways: tuple[Book, Dunning], heading: Heading, old: Standing | None, day: date
) -> Standing | None:
    """Where a loan stands after tonight; None where nothing is overdue, and it leaves the ladder."""
    overdue = one.overdue(day)
    if overdue is None and not one.aside:
        return None
    if overdue is not None and not _counts_whole_debt(one.loan, day):
        overdue = replace(overdue, whole=0)  # it is not asked for, and changes from day to day
    case, found = decided(one, overdue, ways, heading, day)
    return standing_of(case, found, day, old)


def _case(
    one: Seen, overdue: Overdue | None, ways: tuple[Rules, Dunning], heading: Heading, day: date
) -> Case:
    rules, dunning = ways
    creditor = creditor_of_loan(one.loan)
    liable = tuple(liable_on(one.facts, heading.debtors, day))
    lapses: list[Lapse] = []
    if overdue is not None and may_be_near(overdue.since, day, rules.product.kind, rules.law):
        lapses = first_lapses(one.facts, day, rules.product.kind, rules.law, liable)
    holds = rules.choices.choice("objection.dunning") == "hold"
    quiet = dunning.quiet(creditor, day)
    blocks = blocks_on(one.facts, day, dunning.known_by, objection_holds=holds, quiet=quiet)
    blocks += lapse_blocks(lapses, day)
    held = f"set aside by the night: {one.aside}" if one.aside else dunning.information.held(one.loan)
    return Case(
        one.loan,
        one.facts,
        liable,
        overdue,
        blocks,
        held,
        *nearest_lapse(lapses, day),
    )


def _is_late(one: Seen, day: date) -> bool:
    """Whether something of a loan fell due before a day and is open."""
    since = arrears_since(one.state) if one.state is not None else None
    return since is not None and since < day
