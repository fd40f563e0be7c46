"""Freezes letters: what is told about a loan, to each debtor who is to know it, at the address known that night."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from jobs.letters_now import Situation, contact_of
from letters.catalogue import Catalogue, Kind
from letters.outbox.framing import Addressee, Fields, frame, payment_fields
from letters.outbox.page_draft import AT_SENDING, OBJECTION_BEFORE, TERM_FIELDS
from letters.outbox.telling import Told
from letters.outbox.values import Effects, Law, LetterDraft, OnLoan
from servicing.blocks import stopping
from servicing.creditor import Creditor
from servicing.product import Product
from servicing.representatives import Scope, died_on
from servicing.securities import liable_on

NO_PAGE = "unwritten"
"""The kind of a letter that could not be written; it stands on the work list."""


@dataclass(frozen=True, slots=True)
class Freezer:
    """What letters of one creditor are frozen with on a night."""

    creditor: Creditor
    known: Situation
    catalogue: Catalogue

    @property
    def day(self) -> date:
        """The business date."""
        return self.known.day

    def addressees(
        self, loan: int, debtors: Sequence[int], scope: Scope = "letters"
    ) -> Iterator[tuple[int, Addressee]]:
        """The debtors of a loan who are written to, each with whom the letter goes to; none without an address."""
        for debtor in liable_on(self.known.facts[loan], debtors, self.day):
            to = self.known.addressee(loan, debtor, scope)
            if to.is_known and not stopping(self.known.blocks[loan], "letters", debtor):
                yield debtor, to

    def framed(self, loan: int, to: Addressee) -> Fields:
        """The fields that every letter about a loan has."""
        head = self.catalogue.letterhead(self.creditor.code)
        contact = contact_of(self.known.facts[loan], self.day, (head.department, head.phone))
        return frame(to, contact) | {"loan": str(loan)}

    def frozen(self, told: Told, product: Product, loan: int, debtors: Sequence[int]) -> list[LetterDraft]:
        """A letter to each debtor; none of a kind that is not for this kind of debt."""
        kind = self.catalogue.kind(told.kind)
        if product.kind not in kind.law:
            return []
        owed = [told.fields.get(block.pay) for block in kind.body if block.pay is not None]
        pays = payment_fields(self.creditor, loan, owed[0]) if owed and isinstance(owed[0], int) else {}
        found = []
        for debtor, to in self._reached(told, loan, debtors):
            fields = {**self.framed(loan, to), **self._named(kind, loan, debtor), **pays, **told.fields}
            self.must_fit(kind, fields, product.kind, told.effects)
            draft = LetterDraft(
                key=f"{told.kind}:{loan}:{told.key}:{debtor}",
                kind=told.kind,
                creditor=self.creditor.id,
                debtor=debtor,
                loans=[OnLoan(loan, len(self.known.facts[loan]))],
                fields=fields,
                amounts=told.amounts,
                effects=replace(told.effects, via=to.via, falls_away=bool(told.asks)),
                demanded=told.asks,
                decision=told.decision,
                law=product.kind,
                language=self.known.people[debtor].language,
                template=kind.sha256,
                source=f"night of {self.day}",
            )
            found.append(draft)
        return found

    def _named(self, kind: Kind, loan: int, debtor: int) -> Fields:
        """Who owes, and who died on which day, where this kind of letter says so."""
        name, died = self.known.people[debtor].name, died_on(self.known.facts[loan], debtor, self.day)
        fields: Fields = {"debtor": name}
        if died is not None:
            fields |= {"deceased": name, "died_on": died.isoformat()}
        return {field: value for field, value in fields.items() if field in kind.fields}

    def _reached(self, told: Told, loan: int, debtors: Sequence[int]) -> Iterable[tuple[int, Addressee]]:
        """To whom a letter goes: the debtors, or whom a person named, about the first of them."""
        if not told.to:
            return self.addressees(loan, debtors, "decisions" if told.decision else "letters")
        return [(debtors[0], Addressee(told.to, about=self.known.people[debtors[0]].name))]

    def must_fit(self, kind: Kind, fields: Fields, law: Law, effects: Effects) -> None:
        """Refuse fields that could not become a page when the letter is sent; raises `LetterRefused`."""
        never = set(TERM_FIELDS) if effects.term == "none" else set()
        never |= set() if effects.objection_days else {OBJECTION_BEFORE}
        later = {
            name: self.day.isoformat() for name in AT_SENDING if name in kind.fields and name not in never
        }
        kind.check(later | fields, law)

    def unwritten(self, loan: int, debtors: Sequence[int], which: str = "") -> LetterDraft:
        """What stands in the outbox for a letter that could not be written, so that a person sees it."""
        return LetterDraft(
            key=f"{NO_PAGE}:{loan}:{self.day} {which}".strip(),
            kind=NO_PAGE,
            creditor=self.creditor.id,
            debtor=debtors[0],
            loans=[OnLoan(loan, len(self.known.facts[loan]))],
            fields={"addressee": list(self.known.addressee(loan, debtors[0]).lines)},
            source=f"night of {self.day}",
        )
