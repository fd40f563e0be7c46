"""The letters of dunning: what is due becomes rows of the outbox, and a row goes when what it asks is due no more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from sqlalchemy import Connection

from jobs import clock
from jobs.dunning_rules import Book, dunning_book
from jobs.letters_freezing import Freezer
from jobs.letters_night import headings_of
from jobs.letters_now import creditors_by_id, situation_of, wording
from jobs.run import Run
from ledger.entry import creditor_of_loan
from letters.outbox.dunning import asked_fields, reference_of, says
from letters.outbox.framing import Addressee, payment_fields
from letters.outbox.store import add_letters, add_steps, letters_by_key, open_letters
from letters.outbox.values import Amount, Effects, Letter, LetterDraft, OnLoan, Step, TermKind
from servicing.banking_days import ONE_DAY
from servicing.blocks import holding_of, stopping
from servicing.dunning.letters import Due, bundles_of, handed_over, letters_due
from servicing.dunning.letters import Letter as DueLetter
from servicing.dunning.procedure import LAST_LETTER_TERM, StepRule
from servicing.dunning.sent import HandedOver, sent_of
from servicing.dunning.store import due_letters, standings
from servicing.store import Recorded

ACTOR = "night"
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

    def drafts(self, bundle: Sequence[Due]) -> Iterator[LetterDraft]:
        """The letters of a bundle, to each debtor whose address is known."""
        night = self.freezer.day
        choices = self.book.choices(self.freezer.creditor.id, night)
        sent = self.as_sent(bundle, night + ONE_DAY)
        one_each = choices.choice("claim.joint") == "one_balance_two_letters"
        for letter in letters_due(bundle, one_each=one_each):
            loan, debtor = letter.lines[0].loan, letter.debtors[0]
            to = self.freezer.known.addressee(loan, debtor)
            if to.is_known and not stopping(self.freezer.known.blocks[loan], "letters", debtor):
                yield self._draft(letter, sent, to)

    def _draft(self, letter: DueLetter, sent: HandedOver, to: Addressee) -> LetterDraft:
        loan, debtor = letter.lines[0].loan, letter.debtors[0]
        said = says(sent)
        reference = reference_of(letter.bundle, said)
        fields = self._fields(letter, sent, to)
        overdue = sum(one.overdue.cents for one in letter.lines)
        kind = self.freezer.catalogue.kind(letter.letter)
        return LetterDraft(
            key=f"{letter.letter}:{reference}:{debtor}",
            kind=letter.letter,
            creditor=letter.creditor,
            debtor=debtor,
            loans=[OnLoan(one.loan, len(self.freezer.known.facts[one.loan])) for one in letter.lines],
            fields=fields,
            amounts=[Amount("overdue", overdue, balance="overdue")],
            effects=self._effects(letter, said | {"reference": reference}, to),
            demanded=int(str(fields["open_total"])),
            law="private" if letter.procedure == "private" else "public",
            language=self.freezer.known.people[debtor].language,
            template=kind.sha256,
            source=f"night of {self.freezer.day}, loan {loan}",
        )

    def _fields(self, letter: DueLetter, sent: HandedOver, to: Addressee) -> dict[str, object]:
        loan = letter.lines[0].loan
        own = {one.loan for one in letter.lines}
        fee = sum(line.fee for line in sent.lines if line.loan in own)
        earlier = {one.step: one.on for one in sent_of(holding_of(self.freezer.known.facts[loan], None))}
        fields = asked_fields(letter.lines, fee, earlier, self.decided[loan])
        pays = payment_fields(self.freezer.creditor, loan, int(str(fields["open_total"])))
        known = self.freezer.catalogue.kind(letter.letter).fields
        every = {**self.freezer.framed(loan, to), **pays, **fields}
        return {name: value for name, value in every.items() if name in known}

    def _effects(self, letter: DueLetter, said: dict[str, object], to: Addressee) -> Effects:
        rule = self.book.procedures[letter.procedure].steps[letter.step]
        term, days = self._term(rule)
        return Effects(term, days, via=to.via, falls_away=True, dunning=said)

    def _term(self, rule: StepRule) -> tuple[TermKind, int]:
        night = self.freezer.day
        if rule.term is None:
            return "none", 0
        if rule.term.law is not None:
            return "statutory", self.book.law.value_on(rule.term.law, night + ONE_DAY).count
        return "working_days", self.book.choices(self.freezer.creditor.id, night).number(LAST_LETTER_TERM)


def write_dunning(run: Run, day: date) -> None:
    """Write the letters that are due by the end of a night; those that are due no more fall away."""
    for creditor in run.access.read(creditors_to_dun):
        run.write(partial(dun_creditor, creditor=creditor, day=day))


def creditors_to_dun(connection: Connection) -> list[int]:
    """The creditors with a letter of dunning that is due, or open in the outbox."""
    due = {creditor_of_loan(row.loan) for row in standings(connection, creditors_by_id(), "letter")}
    waiting = {one.draft.creditor for one in open_letters(connection, of_dunning=True).values()}
    return sorted(due | waiting)


def dun_creditor(connection: Connection, creditor: int, day: date) -> None:
    """Bring the outbox of a creditor to what is due: letters that are new, and letters that fall away."""
    due = due_letters(connection, creditor)
    dunner = _dunner(connection, creditor, due, day)
    wanted = {draft.key: draft for bundle in bundles_of(due) for draft in dunner.drafts(bundle)}
    by = Recorded(ACTOR, day, clock.now_utc().isoformat())
    standing = _open(connection, creditor)
    gone = {number: letter for number, letter in standing.items() if _base(letter.draft.key) not in wanted}
    why = "what it asks for is not due any more, or is another amount"
    add_steps(connection, {number: Step("fell-away", 0, day, why, ACTOR) for number in gone}, gone, by)
    kept = {_base(letter.draft.key) for letter in standing.values()}
    new = [draft for key, draft in wanted.items() if key not in kept]
    add_letters(connection, _numbered(connection, new), day, by)


def _dunner(connection: Connection, creditor: int, due: Sequence[Due], day: date) -> Dunner:
    loans = sorted({one.loan for one in due})
    debtors = {debtor for one in due for debtor in one.debtors}
    headings, _ = headings_of(connection, loans)
    known = situation_of(connection, loans, debtors, day, known_by=day)
    freezer = Freezer(creditors_by_id()[creditor], known, wording())
    return Dunner(freezer, dunning_book(), {loan: decided for loan, (_, decided) in headings.items()})


def fees_changed(connection: Connection, letters: Mapping[int, Letter], on: date) -> dict[int, str]:
    """The letters that would bear another fee if they were sent on a day: the tariff is that of sending."""
    asking = {number: one for number, one in letters.items() if one.draft.effects.dunning}
    now: dict[int, int] = {}
    for creditor in {letter.draft.creditor for letter in asking.values()}:
        due = due_letters(connection, creditor)
        dunner = _dunner(connection, creditor, due, on)
        now |= {
            line.loan: line.fee for bundle in bundles_of(due) for line in dunner.as_sent(bundle, on).lines
        }
    return {
        number: f"sent on {on} it would bear another fee"
        for number, letter in asking.items()
        if any(now.get(loan, fee) != fee for loan, _, _, fee in letter.draft.effects.dunning["lines"])
    }


def _open(connection: Connection, creditor: int) -> dict[int, Letter]:
    return open_letters(connection, creditor, of_dunning=True)


def _base(key: str) -> str:
    """The key without the number of times it was proposed."""
    return key.partition(" #")[0]


def _numbered(connection: Connection, drafts: Iterable[LetterDraft]) -> list[LetterDraft]:
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
