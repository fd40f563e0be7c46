"""Debtors who behave at random, nights closed one by one, and the list of proposals worked out naively from facts.

The naive list knows nothing of the product: instalments without interest, so that what is open is counted on the
fingers; blocks, restarts and steps written down again from the rules, day by day. Run as a program: `make dunning-sim`.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from random import Random

from sqlalchemy import Engine

from backoffice.installation import install
from jobs.business_dates import set_cut_over
from jobs.manifest import folder
from jobs.verify import verify
from ledger.database import open_database, reading, writing
from servicing.dunning.letters import bundles_of, handed_over
from servicing.dunning.sent import drafts_of, withdrawal_drafts
from servicing.dunning.standing import due_of
from servicing.dunning.store import notes_on, standings
from servicing.facts import Draft, Fact, FactKind
from servicing.store import Loan, Recorded, add_loan, facts_of, record
from tests.dunning_cases import LAW, PROCEDURES, rules
from tests.nights import close_until

INSTALMENT, TERMS = 10_000, 48
FIRST = date(2023, 1, 1)
ONE = timedelta(days=1)
Proposal = tuple[int, date, str]
LADDERS = {
    "instalments": (("reminder", 7), ("call", 14), ("aanmaning", 21), ("last_letter", 0), ("person", 0)),
    "recovery": (("reminder", 7), ("aanmaning", 21), ("enforcement", 0)),
}
BLOCKING = (FactKind.HOLD, FactKind.OBJECTION, FactKind.DEATH, FactKind.MORATORIUM)


def due_days(is_claim: bool, start: date) -> list[date]:
    """When something falls due: a claim at once after six weeks, a loan on the first of each month."""
    if is_claim:
        return [start + timedelta(days=42)]
    months = (start.year * 12 + start.month - 1 + number for number in range(1, TERMS + 1))
    return [date(month // 12, month % 12 + 1, 1) for month in months]


@dataclass
class Debtor:
    """A loan or a claim, how well its debtor pays, and what is to happen to it on coming days."""

    loan: int
    is_claim: bool
    start: date
    pays: float
    coming: dict[date, list[Draft]] = field(default_factory=dict)

    def later(self, day: date, draft: Draft) -> None:
        """Let something be told on a day to come."""
        self.coming.setdefault(day, []).append(draft)


class Office:
    """The office and its debtors: each day something may happen, proposals are carried out late or never."""

    def __init__(self, engine: Engine, rng: Random, debtors: int) -> None:
        self.engine, self.rng = engine, rng
        with writing(engine) as connection:
            set_cut_over(connection, FIRST - ONE)
        self.debtors = {one.loan: one for one in (self._debtor(number) for number in range(debtors))}
        self.told: set[Proposal] = set()
        self.letters = 0

    def _debtor(self, number: int) -> Debtor:
        is_claim, by = number % 4 == 3, Recorded("test", FIRST, "2023-01-01T00:00:00+00:00")
        product = "recovery_claim" if is_claim else "bbz_business_capital"
        cents = 3 * INSTALMENT if is_claim else TERMS * INSTALMENT
        terms: dict[str, object] = {
            "principal": f"{cents // 100}.00",
            "annual_rate_percent": "0",
            "start": FIRST.isoformat(),
            "first_due": due_days(is_claim, FIRST)[0].isoformat(),
            "instalments": 1 if is_claim else TERMS,
            "method": "bullet" if is_claim else "linear",
            "instalment": "0.00" if is_claim else f"{INSTALMENT // 100}.00",
        }
        if is_claim:
            del terms["instalment"]
        with writing(self.engine) as connection:
            heading = Loan(0, 1, product, None, "test", FIRST, FIRST, "private" if is_claim else "from-2020")
            loan = add_loan(connection, heading, [], by)
            drafts = [
                Draft(loan, FactKind.GRANT, FIRST, "grant", data=terms),
                Draft(loan, FactKind.DISBURSEMENT, FIRST, "first", cents=cents),
            ]
            if is_claim:
                drafts.append(Draft(loan, FactKind.ANNOUNCED, FIRST, "decision", data={"ground": "recovery"}))
            record(connection, drafts, by)
        return Debtor(loan, is_claim, FIRST, self.rng.choice([0.2, 0.6, 0.9]))

    def live(self, day: date) -> None:
        """One day: what happens is told, then its night is closed."""
        drafts = [draft for one in self.debtors.values() for draft in self._day(one, day)]
        drafts += self._letters(day)
        if drafts:
            with writing(self.engine) as connection:
                record(connection, drafts, Recorded("test", day, "2023-01-01T00:00:00+00:00"))
        close_until(self.engine, day)
        with reading(self.engine) as connection:
            notes = notes_on(connection, day)
        self.told |= {(note.loan, day, note.step) for note in notes if note.what == "proposed"}

    def _day(self, one: Debtor, day: date) -> list[Draft]:
        rng, drafts = self.rng, one.coming.pop(day, [])
        if day in due_days(one.is_claim, one.start) and rng.random() < one.pays:
            paid = day + timedelta(days=rng.choice([0, 0, 1, 9, 17, 26]))
            cents = INSTALMENT * rng.choice([1, 1, 1, 2]) - rng.choice([0, 0, 0, 2_500])
            payment = Draft(one.loan, FactKind.PAYMENT, paid, f"payment {paid} {day}", cents=cents)
            if paid == day:
                drafts.append(payment)
            else:
                one.later(paid, payment)
        if rng.random() < 0.012:
            drafts += self._event(one, day, len(drafts))
        if rng.random() < 0.01:
            drafts.append(Draft(one.loan, FactKind.CONTACT, day, f"contact {day}", data={"text": "x"}))
        return drafts

    def _event(self, one: Debtor, day: date, ahead: int) -> Iterator[Draft]:
        """Something happens; `ahead` facts of that day are recorded before it."""
        kind = self.rng.choice([*BLOCKING, FactKind.REVERSAL, FactKind.PAYMENT])
        with reading(self.engine) as connection:
            known = facts_of(connection, [one.loan])[one.loan]
        taken = {fact.of for fact in known}
        if kind is FactKind.PAYMENT:
            yield Draft(one.loan, kind, day, f"extra {day}", cents=3 * INSTALMENT)
        elif kind is FactKind.REVERSAL:
            paid = [fact for fact in known if fact.kind is FactKind.PAYMENT and fact.nr not in taken]
            if paid:
                yield Draft(one.loan, kind, day, f"back {paid[-1].nr}", of=paid[-1].nr)
        elif not any(fact.kind in BLOCKING and fact.nr not in taken for fact in known):
            yield self._block(one, kind, day, len(known) + ahead + 1)

    def _block(self, one: Debtor, kind: FactKind, day: date, number: int) -> Draft:
        """A block that will be fact `number` of its loan, and what ends it some days later."""
        end = day + timedelta(days=self.rng.randint(3, 40))
        looked = end + ONE
        if kind is FactKind.OBJECTION:
            one.later(end, Draft(one.loan, FactKind.UNBLOCKED, end, f"{day}", of=number))
        ends = FactKind.WITHDRAWAL if kind is FactKind.DEATH else FactKind.HANDLED
        one.later(looked, Draft(one.loan, ends, looked, f"ends {day}", of=number))
        has_end = kind in {FactKind.HOLD, FactKind.MORATORIUM}
        data: dict[str, object] = {"until": end.isoformat(), "reason": "x"} if has_end else {"reason": "x"}
        return Draft(one.loan, kind, day, f"block {day}", data=data)

    def _letters(self, day: date) -> list[Draft]:
        """Some of what is due is carried out: letters leave, calls are made; a letter is withdrawn now and then."""
        with reading(self.engine) as connection:
            rows = standings(connection, {1})
        drafts = [
            Draft(row.loan, FactKind.CONTACT, day, f"call {day}", data={"text": "x"})
            for row in rows
            if row.act == "call" and self.rng.random() < 0.3
        ]
        for bundle in bundles_of(due_of(row, 1) for row in rows if row.act == "letter"):
            if self.rng.random() < 0.5:
                name = bundle[0].procedure
                product = "bbz_business_capital" if name == "instalments" else "recovery_claim"
                letter, _ = handed_over(
                    bundle,
                    f"letter {bundle[0].loan} {day}",
                    day,
                    PROCEDURES[name],
                    (LAW, rules(product).choices),
                )
                drafts += drafts_of(letter)
                self.letters += 1
                if self.rng.random() < 0.1:
                    self._withdraw(bundle[0].loan, letter.reference, day + timedelta(days=5))
        return drafts

    def _withdraw(self, loan: int, reference: str, day: date) -> None:
        self.debtors[loan].later(day, Draft(loan, FactKind.CONTACT, day, f"withdraw {reference}", data={}))

    def withdrawals(self, day: date) -> list[Draft]:
        """The letters that are taken back today, where a note of the days before says so."""
        drafts: list[Draft] = []
        for one in self.debtors.values():
            for draft in one.coming.get(day, []):
                if draft.key.startswith("withdraw "):
                    with reading(self.engine) as connection:
                        known = facts_of(connection, [one.loan])[one.loan]
                    drafts += withdrawal_drafts(known, draft.key.removeprefix("withdraw "), day, "wrong")
            left = [draft for draft in one.coming.get(day, []) if not draft.key.startswith("withdraw ")]
            if day in one.coming:
                one.coming[day] = left
        return drafts


class Naive:
    """The list again, from the facts of one loan alone."""

    def __init__(self, facts: Sequence[Fact], is_claim: bool) -> None:
        self.facts, self.is_claim = facts, is_claim
        self.ladder = LADDERS["recovery" if is_claim else "instalments"]
        self.days = due_days(is_claim, FIRST)

    def proposals(self, until: date) -> list[tuple[date, str]]:
        """Each proposal with the day on which it came."""
        found: list[tuple[date, str]] = []
        before, day = "", FIRST
        while day <= until:
            step = self.step(day)
            if step and step != before:
                found.append((day, step))
            before, day = step, day + ONE
        return found

    def step(self, day: date) -> str:
        """The step that is due in the night of a day; empty where none is."""
        known = [fact for fact in self.facts if fact.known_on <= day]
        gone = {fact.of for fact in known if fact.kind is FactKind.WITHDRAWAL}
        known = [fact for fact in known if fact.nr not in gone or fact.kind in BLOCKING]
        since = self.since(known, gone, day)
        if since is None or self.blocked(known, gone, day):
            return ""
        again = self.restart(known) or since
        term_end = self.days[0]  # the six weeks of a claim end on no weekend, its due date stays where it is
        while self.is_claim and term_end.weekday() > 4:
            term_end += ONE
        floor = max(since, term_end) if self.is_claim else since
        if self.is_claim and day <= term_end:
            return ""
        return self.climb(known, (max(floor, again), floor, again), day)

    def since(self, known: Sequence[Fact], gone: set[int], day: date) -> date | None:
        """The oldest due date that is not paid by the end of a day: money first pays costs, then the oldest row."""
        back = {fact.of for fact in known if fact.kind is FactKind.REVERSAL}
        paid = costs = 0
        moves = sorted(
            (fact.value_date, fact.kind is FactKind.PAYMENT, fact.nr, fact)
            for fact in known
            if fact.kind in {FactKind.PAYMENT, FactKind.COST} and fact.nr not in back | gone
        )
        for _, is_payment, _, fact in moves:
            if is_payment:
                left = max(0, fact.cents - costs)
                costs = max(0, costs - fact.cents)
                paid += left
            else:
                costs += fact.cents
        row = paid // (3 * INSTALMENT if self.is_claim else INSTALMENT)
        return self.days[row] if row < len(self.days) and self.days[row] < day else None

    def blocked(self, known: Sequence[Fact], gone: set[int], day: date) -> bool:
        """Whether anything holds it up, or ended and waits for a look."""
        for fact in known:
            if fact.kind in BLOCKING and fact.nr not in gone and fact.value_date <= day:
                looked = any(each.kind is FactKind.HANDLED and each.of == fact.nr for each in known)
                if not looked:
                    return True
        return False

    def restart(self, known: Sequence[Fact]) -> date | None:
        """The last day on which somebody looked at the end of a block, or took a wrong report back."""
        blocks = {fact.nr for fact in known if fact.kind in BLOCKING}
        days = [
            fact.value_date
            for fact in known
            if fact.of in blocks and fact.kind in {FactKind.HANDLED, FactKind.WITHDRAWAL}
        ]
        return max(days, default=None)

    def climb(self, known: Sequence[Fact], begin: tuple[date, date, date], day: date) -> str:
        """The step after the highest letter that was sent since the ladder began, and after its call; or not yet."""
        start, floor, again = begin
        place, last, term = 0, start, date.min
        for number, (code, _) in enumerate(self.ladder):
            sent = [
                fact
                for fact in known
                if fact.kind is FactKind.DUNNED and fact.data["step"] == code
                if fact.value_date > floor and fact.value_date >= again
            ]
            if sent:
                until = sent[-1].data.get("term_until")
                place, last = number + 1, sent[-1].value_date
                term = date.fromisoformat(str(until)) if until else date.min
        calls = [
            fact.value_date for fact in known if fact.kind is FactKind.CONTACT and fact.value_date >= last
        ]
        if self.ladder[place][0] == "call" and calls:
            place, last, term = place + 1, min(calls), date.min
        return self.ladder[place][0] if self.earliest(place, start, last, term) <= day else ""

    def earliest(self, place: int, start: date, last: date, term: date) -> date:
        """So many days after the ladder began, and after the step before and its term."""
        own = self.ladder[place][1]
        days = [start + timedelta(days=own)]
        if place:
            before = self.ladder[place - 1][1]
            apart = own - before if own and before else 0
            days += [last + timedelta(days=max(1, apart)), term + ONE]
        return max(days)


@dataclass
class Outcome:
    """What a run gave: letters sent, proposals of the product, and where the naive list differs."""

    letters: int
    proposals: int
    differences: list[str]


def simulate(engine: Engine, seed: int, debtors: int, days: int) -> Outcome:
    """Let debtors live for so many days, and hold every proposal against the naive list."""
    office = Office(engine, Random(seed), debtors)
    day = FIRST
    for number in range(days):
        day = FIRST + timedelta(days=number)
        taken = office.withdrawals(day)
        if taken:
            with writing(engine) as connection:
                record(connection, taken, Recorded("test", day, "2023-01-01T00:00:00+00:00"))
        office.live(day)
    with reading(engine) as connection:
        facts = facts_of(connection, office.debtors)
    wanted = {
        (loan, on, step)
        for loan, one in office.debtors.items()
        for on, step in Naive(facts[loan], one.is_claim).proposals(day)
    }
    wrong = [f"missing {each}" for each in sorted(wanted - office.told)]
    wrong += [f"too many {each}" for each in sorted(office.told - wanted)]
    wrong += _letters_wrong(facts, office)
    with reading(engine) as connection:
        wrong += [str(each) for each in verify(connection, folder(engine)).differences]
    return Outcome(office.letters, len(office.told), wrong)


def _letters_wrong(facts: dict[int, list[Fact]], office: Office) -> list[str]:
    """Letters to somebody who owed nothing, in a blocked time, or twice for one proposal."""
    wrong = []
    for loan, known in facts.items():
        naive = Naive(known, office.debtors[loan].is_claim)
        wrong += [
            f"loan {loan}: {fact.data['step']} on {fact.value_date} was not due"
            for fact in known
            if fact.kind is FactKind.DUNNED and naive.step(fact.value_date - ONE) != fact.data["step"]
        ]
    return wrong


def main(debtors: int, days: int, seed: int) -> int:
    """Print what a run gave; 1 where anything differs."""
    with tempfile.TemporaryDirectory() as folder:
        engine = open_database(f"sqlite:///{Path(folder) / 'sim.db'}", create=True)
        install(engine)
        found = simulate(engine, seed, debtors, days)
        engine.dispose()
    sys.stdout.write(
        f"seed {seed}: {debtors} debtors, {days} nights: {found.proposals} proposals, {found.letters} letters, "
        f"{len(found.differences)} differences\n"
    )
    sys.stdout.write("".join(f"{line}\n" for line in found.differences[:50]))
    return 1 if found.differences else 0


if __name__ == "__main__":
    sys.exit(main(*(int(word) for word in sys.argv[1:4])))
