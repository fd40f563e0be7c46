"""What is known on a day about the loans and debtors of letters, loaded for many letters at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from sqlalchemy import Connection

from jobs.lapses import limitations
from ledger.entry import creditor_of_loan
from ledger.files import config_files
from letters.catalogue import Catalogue
from letters.files import catalogue
from letters.outbox.dropping import Now, reason_to_drop
from letters.outbox.framing import Addressee, addressee_on
from letters.outbox.values import Letter
from servicing import files
from servicing.blocks import Block, blocks_on
from servicing.creditor import Creditor
from servicing.creditors.store import quiet_creditors
from servicing.debtors.store import particulars_on
from servicing.debtors.values import Particulars
from servicing.facts import Fact
from servicing.limitation_signals import lapse_blocks
from servicing.representatives import Scope
from servicing.store import facts_of
from servicing.worklist import contact_person


@dataclass(frozen=True, slots=True)
class Situation:
    """Facts and blocks of loans and the particulars of debtors on a day, as known by a night (or now)."""

    day: date
    facts: Mapping[int, Sequence[Fact]]
    blocks: Mapping[int, Sequence[Block]]
    people: Mapping[int, Particulars]

    def addressee(self, loan: int, debtor: int, scope: Scope = "letters") -> Addressee:
        """Whom a letter to a debtor about a loan goes to; a debtor recorded after the night is nobody to it."""
        if debtor not in self.people:
            return Addressee(())
        return addressee_on(self.people[debtor], self.facts[loan], debtor, self.day, scope)

    def now(self, letter: Letter) -> Now:
        """What is known about one letter."""
        draft = letter.draft
        scope: Scope = "decisions" if draft.decision else "letters"
        return Now(
            self.day, self.facts, self.blocks, self.addressee(draft.loans[0].loan, draft.debtor, scope)
        )


def situation_of(
    connection: Connection,
    loans: Iterable[int],
    debtors: Iterable[int],
    day: date,
    known_by: date | None = None,
) -> Situation:
    """What is known about these loans and debtors on a day, by a night (None: now)."""
    facts, quiet, policy = (
        facts_of(connection, loans, known_by),
        quiet_creditors(connection, day, known_by),
        files.policy(),
    )
    codes = {one.id: code for code, one in files.creditors().items()}
    lapses = limitations(connection, day, facts)
    blocks = {}
    for loan, known in facts.items():
        creditor = creditor_of_loan(loan)
        holds = policy.choice("objection.dunning", codes[creditor], day) == "hold"
        blocks[loan] = [
            *blocks_on(known, day, objection_holds=holds, quiet=quiet.get(creditor)),
            *lapse_blocks(lapses.get(loan, []), day),
        ]
    return Situation(day, facts, blocks, particulars_on(connection, debtors, day, known_by))


def fallen_away(connection: Connection, letters: Mapping[int, Letter], day: date) -> dict[int, str]:
    """Why some of these letters must not be sent any more, by number; those that still hold are left out."""
    loans = {on.loan for letter in letters.values() for on in letter.draft.loans}
    debtors = {letter.draft.debtor for letter in letters.values()}
    known = situation_of(connection, loans, debtors, day)
    reasons = {number: reason_to_drop(letter, known.now(letter)) for number, letter in letters.items()}
    return {number: reason for number, reason in reasons.items() if reason}


def contact_of(facts: Sequence[Fact], day: date, otherwise: tuple[str, str]) -> tuple[str, str]:
    """Name and telephone of whom a debtor can ask: the contact person of the loan, else what the letterhead says."""
    account = contact_person(facts, day)
    return (files.people().name_of(account), otherwise[1]) if account else otherwise


def creditors_by_id() -> dict[int, Creditor]:
    """The creditors by number."""
    return {one.id: one for one in files.creditors().values()}


def wording() -> Catalogue:
    """The letters in force, understood once for the same configuration."""
    return _wording(tuple(file.sha256 for file in config_files()))


@lru_cache(maxsize=2)
def _wording(_state: tuple[str, ...]) -> Catalogue:
    return catalogue()
