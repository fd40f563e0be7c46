"""The letters of dunning: what is due becomes rows of the outbox, and a row goes when what it asks is due no more."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import NamedTuple

from sqlalchemy import Connection

from jobs import clock
from jobs.dunning_rules import Book, beside_on, dunning_book
from jobs.letters_freezing import NO_PAGE, Freezer
from jobs.letters_night import headings_of, keep
from jobs.letters_now import creditors_by_id, situation_of, wording
from jobs.run import Run
from ledger.entry import creditor_of_loan
from ledger.faults import classify
from letters.outbox.dropping import is_of_step_done
from letters.outbox.dunning import asked_fields, reference_of, says
from letters.outbox.framing import Addressee, payment_fields, payments_apart
from letters.outbox.store import add_steps, letters_by_key, letters_by_number, open_dunning
from letters.outbox.values import Amount, Effects, Law, Letter, LetterDraft, OnLoan, Step, TermKind
from servicing.banking_days import ONE_DAY
from servicing.blocks import holding_of, stopping
from servicing.dunning.collection_costs import costs_in_words
from servicing.dunning.letters import Due, bundles_of, handed_over, letters_due
from servicing.dunning.letters import Letter as DueLetter
from servicing.dunning.procedure import LAST_LETTER_TERM, StepRule, days_of_term
from servicing.dunning.sent import HandedOver, sent_of
from servicing.dunning.store import due_letters, loans_with_letter
from servicing.store import Recorded, facts_of

ACTOR = "night"
LOANS_AT_ONCE = 1000
"""Creditors are taken together in one transaction until they have letters about so many loans."""

MOST_TIMES = 20
"""A letter that fell away may be proposed anew under the next number; more often a person looks first."""


@dataclass(frozen=True, slots=True)
class Dunner:
    """What the letters of a creditor are made with on a night; `decided` are the days of the decisions by loan."""

    freezer: Freezer
    book: Book
    decided: Mapping[int, date]

    def as_sent(self, bundle: Sequence[Due], on: date) -> HandedOver:
        """What a bundle becomes when it is sent on a day, with the fee of that day."""
        choices = self.book.choices(self.freezer.creditor.id, on)
        procedure = self.book.procedures[bundle[0].procedure]
        return handed_over(bundle, "", on, procedure, (self.book.law, choices))[0]

    def letters(self, bundle: Sequence[Due]) -> Iterator[Wanted]:
        """The letters of a bundle, to each debtor whose address is known."""
        night = self.freezer.day
        choices = self.book.choices(self.freezer.creditor.id, night)
        sent = self.as_sent(bundle, night + ONE_DAY)
        one_each = choices.choice("claim.joint") == "one_balance_two_letters"
        for letter in letters_due(bundle, one_each=one_each):
            loan, debtor = letter.lines[0].loan, letter.debtors[0]
            to = self.freezer.known.addressee(loan, debtor)
            if to.is_known and not stopping(self.freezer.known.blocks[loan], "letters", debtor):
                yield Wanted(letter, sent, to)

    def written(self, bundle: Sequence[Due], standing: Collection[str]) -> list[Made]:
        """The letters of a bundle; what cannot be written is kept as such with the reason, for a person to see."""
        try:
            return [
                Made(one.key, None if one.key in standing else self.draft(one))
                for one in self.letters(bundle)
            ]
        except Exception as error:
            if classify(error) != "business":
                raise
            first = bundle[0]
            lost = self.freezer.unwritten(first.loan, first.debtors)
            key = f"{NO_PAGE}:{first.letter}:{first.loan}:{first.proposed_on}"
            why = f"{type(error).__name__}: {error}"[:500]
            return [Made(key, replace(lost, key=key), why)] * bool(lost.debtor)

    def draft(self, wanted: Wanted) -> LetterDraft:
        """A letter that is due, frozen."""
        letter, sent, to = wanted.letter, wanted.sent, wanted.to
        loan, debtor = letter.lines[0].loan, letter.debtors[0]
        fields = self._fields(letter, sent, to)
        overdue = sum(one.overdue.cents for one in letter.lines)
        kind = self.freezer.catalogue.kind(letter.letter)
        law: Law = "private" if letter.procedure == "private" else "public"
        said = says(sent) | {"reference": wanted.reference, "to": list(letter.debtors)}
        effects = self._effects(letter, said, to)
        self.freezer.must_fit(kind, fields, law, effects)
        return LetterDraft(
            key=wanted.key,
            kind=letter.letter,
            creditor=letter.creditor,
            debtor=debtor,
            loans=[OnLoan(one.loan, len(self.freezer.known.facts[one.loan])) for one in letter.lines],
            fields=fields,
            amounts=[Amount("overdue", overdue, balance="overdue"), *_beside(letter.lines)],
            effects=effects,
            demanded=int(str(fields["open_total"])),
            law=law,
            language=self.freezer.known.people[debtor].language,
            template=kind.sha256,
            source=f"night of {self.freezer.day}, loan {loan}",
        )

    def _fields(self, letter: DueLetter, sent: HandedOver, to: Addressee) -> dict[str, object]:
        loan = letter.lines[0].loan
        fees = {line.loan: line.fee for line in sent.lines}
        each = {one.loan: one.overdue.cents + one.beside.cents + fees[one.loan] for one in letter.lines}
        fee = sum(fees[one] for one in each)
        earlier = {one.step: one.on for one in sent_of(holding_of(self.freezer.known.facts[loan], None))}
        fields = asked_fields(letter.lines, fee, earlier, {self.decided[one] for one in each})
        pays = payment_fields(self.freezer.creditor, loan, int(str(fields["open_total"])))
        known = self.freezer.catalogue.kind(letter.letter).fields
        framed = {**self.freezer.framed(loan, to), "loan": ", ".join(str(one) for one in each)}
        every = {**framed, **pays, **payments_apart(each), **fields, **self._costs(sent)}
        return {name: value for name, value in every.items() if name in known}

    def _costs(self, sent: HandedOver) -> dict[str, object]:
        """The fields that tell of collection costs; none where the letter tells of none."""
        base = sum(line.overdue for line in sent.lines)
        words = costs_in_words(base, sent.on, self.book.law) if sent.costs else ""
        return {"costs": sent.costs, "costs_percent": words} if sent.costs else {}

    def _effects(self, letter: DueLetter, said: dict[str, object], to: Addressee) -> Effects:
        rule = self.book.procedures[letter.procedure].steps[letter.step]
        term, days = self._term(rule)
        return Effects(term, days, via=to.via, falls_away=True, dunning=said)

    def _term(self, rule: StepRule) -> tuple[TermKind, int]:
        night = self.freezer.day
        if rule.term is None:
            return "none", 0
        if rule.term.law is not None:
            choices = self.book.choices(self.freezer.creditor.id, night)
            return "statutory", days_of_term(rule.term, night + ONE_DAY, self.book.law, choices)
        return "working_days", self.book.choices(self.freezer.creditor.id, night).number(LAST_LETTER_TERM)


class Wanted(NamedTuple):
    """A letter that is due on a night, what it would be when sent, and to whom it goes."""

    letter: DueLetter
    sent: HandedOver
    to: Addressee

    @property
    def reference(self) -> str:
        """What the business calls the step."""
        return reference_of(self.letter.bundle, says(self.sent))

    @property
    def key(self) -> str:
        """The business key of the letter."""
        return f"{self.letter.letter}:{self.reference}:{self.letter.debtors[0]}"


class Made(NamedTuple):
    """A letter that is due under its key: frozen, or None where it stands open already; or why it cannot be written."""

    key: str
    draft: LetterDraft | None
    failed: str = ""


def write_dunning(run: Run, day: date) -> None:
    """Write the letters that are due by the end of a night; those that are due no more fall away."""
    for loans in run.access.read(lambda connection: loans_to_dun(connection, day)):
        run.write(partial(dun, loans=loans, day=day))


def loans_to_dun(connection: Connection, day: date) -> list[list[int]]:
    """The loans about which a letter is due or was until this night: creditors together while they have few."""
    found: dict[int, list[int]] = {}
    for loan in loans_with_letter(connection, day):
        found.setdefault(creditor_of_loan(loan), []).append(loan)
    groups: list[list[int]] = []
    for loans in found.values():
        if not groups or len(groups[-1]) + len(loans) > LOANS_AT_ONCE:
            groups.append([])
        groups[-1] += loans
    return groups


def dun(connection: Connection, loans: Sequence[int], day: date) -> None:
    """Bring the outbox to what is due about all such loans of creditors: letters that are new, and that fall away."""
    dunners, due = dunners_on(connection, {creditor_of_loan(loan) for loan in loans}, day)
    standing = {number: base_key(key) for number, key in open_dunning(connection, loans).items()}
    kept = set(standing.values())
    made = [each for bundle in bundles_of(due) for each in dunners[bundle[0].creditor].written(bundle, kept)]
    wanted = {one.key for one in made if not one.failed}
    by = Recorded(ACTOR, day, clock.now_utc().isoformat())
    gone = letters_by_number(connection, [number for number, key in standing.items() if key not in wanted])
    gone = _without_those_of_joint_debtors(connection, gone, {one.loan for one in due})
    why = "what it asks for is not due any more, or is another amount"
    add_steps(connection, {number: Step("fell-away", 0, day, why, ACTOR) for number in gone}, gone, by)
    new = numbered(connection, [one.draft for one in made if one.draft and not one.failed])
    lost = {one.key: one.failed for one in made if one.failed}
    keep(connection, [*new, *(one.draft for one in made if one.draft and one.failed)], lost, day)


def _without_those_of_joint_debtors(
    connection: Connection, gone: Mapping[int, Letter], due: Collection[int]
) -> dict[int, Letter]:
    """Without letters of a step that another joint debtor had already: each has his own, until more is due."""
    shared = {
        on.loan
        for letter in gone.values()
        for on in letter.draft.loans
        if len(letter.draft.effects.dunning["debtors"]) > 1 and on.loan not in due
    }
    facts = facts_of(connection, shared) if shared else {}
    return {number: one for number, one in gone.items() if not is_of_step_done(one, facts)}


def dunners_on(
    connection: Connection, creditors: Collection[int], day: date
) -> tuple[dict[int, Dunner], list[Due]]:
    """Who makes the letters of each creditor on a day, and what is due."""
    due = due_letters(connection, creditors)
    loans = sorted({one.loan for one in due})
    debtors = {debtor for one in due for debtor in one.debtors}
    headings, _ = headings_of(connection, loans)
    known = situation_of(connection, loans, debtors, day, known_by=day)
    due = [one._replace(beside=beside_on(one.overdue, known.facts[one.loan], day)) for one in due]
    decided = {loan: decided for loan, (_, decided) in headings.items()}
    book, catalogue, by_id = dunning_book(), wording(), creditors_by_id()
    return {
        creditor: Dunner(Freezer(by_id[creditor], known, catalogue), book, decided) for creditor in creditors
    }, due


def fees_changed(connection: Connection, letters: Mapping[int, Letter], on: date) -> dict[int, str]:
    """The letters that would bear another fee if they were sent on a day: the tariff is that of sending."""
    asking = {number: one for number, one in letters.items() if one.draft.effects.dunning}
    if not asking:
        return {}
    dunners, due = dunners_on(connection, {letter.draft.creditor for letter in asking.values()}, on)
    now = {
        line.loan: line.fee
        for bundle in bundles_of(due)
        for line in dunners[bundle[0].creditor].as_sent(bundle, on).lines
    }
    return {
        number: f"sent on {on} it would bear another fee"
        for number, letter in asking.items()
        if any(now.get(loan, fee) != fee for loan, _, _, fee in letter.draft.effects.dunning["lines"])
    }


def _beside(lines: Sequence[Due]) -> list[Amount]:
    cents = sum(one.beside.cents for one in lines)
    return [Amount("beside", cents, balance="beside")] if cents else []


def base_key(key: str) -> str:
    """The key without the number of times it was proposed."""
    return key.partition(" #")[0]


def numbered(connection: Connection, drafts: Iterable[LetterDraft]) -> list[LetterDraft]:
    """The drafts under a key that is free where the letter before fell away; those that a person excluded stay out."""
    found = []
    for draft in drafts:
        keys = [draft.key, *(f"{draft.key} #{number}" for number in range(2, MOST_TIMES))]
        known = {letter.draft.key: letter for letter in letters_by_key(connection, keys).values()}
        taken = [key for key in keys if key in known]
        last = known[taken[-1]].last if taken else None
        if not taken or (last is not None and last.name == "fell-away" and len(taken) < len(keys)):
            found.append(replace(draft, key=keys[len(taken)]))
    return found
