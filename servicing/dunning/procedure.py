"""The dunning procedures: for each legal kind of debt its steps in order, with terms, fee and article, as data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from ledger.config import Strict, Text, Words, checked
from ledger.errors import Misconfigured
from servicing.banking_days import ONE_DAY, ends_a_legal_term
from servicing.facts import Fact, FactKind
from servicing.law import Law
from servicing.legal_terms import LegalTerm, legal_term
from servicing.limitation import ActKind
from servicing.policy import Choices
from servicing.product import Product

Name = Literal["instalments", "recovery", "clawback", "private"]

Act = Literal["letter", "call", "person"]
"""letter: proposed, released and handed over. call: a person telephones. person: a proposal that a person decides."""

DayKey = Literal["dunning.reminder_day", "dunning.call_day", "dunning.aanmaning_day"]
LadderKey = Literal["dunning.ladder", "private.costs"]
Fee = Literal["reminder_fee", "collection_costs", "none"]
"""reminder_fee: with the letter (Awb art. 4:113). collection_costs: told in it, due if it is not paid (BW 6:96)."""

LAST_LETTER_TERM = "dunning.last_letter_term"
DELIVERY = "letters.delivery_days"


class Term(Strict):
    """The time to pay that a letter gives: a figure of the law in days, or a choice of policy in working days.

    A term of the law runs from the day after sending, or from the day after the letter is taken to be received.
    """

    law: Text | None = None
    policy: Literal["dunning.last_letter_term"] | None = None
    runs_from: Annotated[Literal["sending", "receipt"], Field(alias="from")] = "sending"

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.law is None) == (self.policy is None):
            raise ValueError("a term is either of the law or of policy")
        return self


class StepRule(Strict):
    """One step: what is done, when at the earliest (days after the arrears begin), its term, fee and article."""

    act: Act
    letter: Text | None = None
    channel: Literal["post", "registered", "telephone", "desk"]
    day: DayKey | None = None
    term: Term | None = None
    fee: Fee = "none"
    interrupts: ActKind | None = None
    enforces: bool = False
    article: Text
    meaning: Words

    @model_validator(mode="after")
    def _letter_fits(self) -> Self:
        if (self.act == "letter") != (self.letter is not None):
            raise ValueError("a step that is a letter names it, and no other does")
        if self.act != "letter" and (self.term or self.fee != "none" or self.interrupts):
            raise ValueError("only a letter has a term or a fee, or interrupts limitation")
        return self


class _File(Strict):
    name: Words
    legal_basis: Text
    system: Literal["public", "private"]
    begins: Literal["due_date", "decision"]
    payment_term: Text | None = None
    ladder: LadderKey | None = None
    orders: Annotated[dict[Text, list[Text]], Field(min_length=1)]
    interruption: Text
    steps: Annotated[dict[Text, StepRule], Field(min_length=1)]

    @model_validator(mode="after")
    def _orders_name_steps(self) -> Self:
        for order, codes in self.orders.items():
            strange = [code for code in codes if code not in self.steps]
            if strange or len(set(codes)) != len(codes) or not codes:
                raise ValueError(f"orders.{order}: name steps of this procedure, each once: {strange}")
        if self.interruption not in self.steps or self.steps[self.interruption].interrupts is None:
            raise ValueError("interruption: name a step of this procedure that interrupts limitation")
        if self.ladder is None and list(self.orders) != ["only"]:
            raise ValueError('orders: without a ladder chosen by policy there is one order, "only"')
        if (self.begins == "decision") != (self.payment_term is not None):
            raise ValueError("payment_term: goes with what begins by a decision")
        fees = {step.fee for step in self.steps.values()}
        if self.system == "private" and (
            "reminder_fee" in fees or any(step.enforces for step in self.steps.values())
        ):
            raise ValueError("a debt from a contract knows no fee of the Awb and no dwangbevel (Awb 4:85)")
        if self.system == "public" and "collection_costs" in fees:
            raise ValueError("collection costs of BW 6:96 are for a debt from a contract")
        return self


@dataclass(frozen=True, slots=True)
class Procedure:
    """How one legal kind of debt is dunned; `begins` by a due date or by a decision that was announced."""

    code: Name
    name: Words
    legal_basis: str
    system: Literal["public", "private"]
    begins: Literal["due_date", "decision"]
    payment_term: str | None
    ladder: LadderKey | None
    orders: Mapping[str, Sequence[str]]
    interruption: str
    steps: Mapping[str, StepRule]

    def order(self, choices: Choices) -> Sequence[str]:
        """The codes of the steps in the order the college chose."""
        return self.orders["only" if self.ladder is None else choices.choice(self.ladder)]


def procedure_from(code: Name, content: object, file: str) -> Procedure:
    """The procedure in a file; raises `Misconfigured` naming file, key, value and rule."""
    found = checked(_File, content, file)
    return Procedure(
        code,
        found.name,
        found.legal_basis,
        found.system,
        found.begins,
        found.payment_term,
        found.ladder,
        found.orders,
        found.interruption,
        found.steps,
    )


def must_fit(procedure: Procedure, known: Sequence[str], ladders: Sequence[str], file: str) -> None:
    """Refuse a procedure that names a parameter without a file or lacks a ladder that policy offers."""
    terms = [step.term.law for step in procedure.steps.values() if step.term and step.term.law]
    missing = [name for name in chain(terms, filter(None, [procedure.payment_term])) if name not in known]
    if missing:
        raise Misconfigured(f"{file}: {missing[0]!r}: there is no law/{missing[0]}.yaml")
    if procedure.ladder and set(ladders) != set(procedure.orders):
        raise Misconfigured(f"{file}: orders: write one for each of {', '.join(ladders)}")


def procedure_of(product: Product, facts: Sequence[Fact]) -> Name | None:
    """By which procedure a loan is dunned, from the facts that count; None: it is not dunned.

    A loan that was called in is a claim fixed by a recovery decision from then on (Pw art. 58 lid 2 onder b).
    """
    if product.dunning == "none":
        return None
    if product.dunning == "private":
        return "private"
    if product.dunning == "instalments":
        called_in = any(fact.kind is FactKind.DUE_AT_ONCE for fact in facts)
        return "recovery" if called_in else "instalments"
    grounds = [fact.data.get("ground") for fact in facts if fact.kind is FactKind.ANNOUNCED]
    return "clawback" if grounds and grounds[-1] == "clawback" else "recovery"


def term_of(step: StepRule, sent: date, law: Law, choices: Choices) -> LegalTerm | None:
    """The time to pay of a letter sent on a day: it starts the day after; None where the step gives none.

    A term of the law ends on no weekend or holiday (Algemene termijnenwet). Raises `UnknownLaw`, `NotChosen`.
    """
    if step.term is None:
        return None
    if step.term.law is not None:
        return legal_term(sent, days_of_term(step.term, sent, law, choices))
    return LegalTerm(sent + ONE_DAY, _working_days_after(sent, choices.number(LAST_LETTER_TERM)))


def days_of_term(term: Term, sent: date, law: Law, choices: Choices) -> int:
    """The days of a term of the law of a letter sent on a day, with the days of the post where it runs from receipt.

    Raises `UnknownLaw`, `NotChosen`.
    """
    assert term.law is not None, "a term of policy is counted in working days"
    post = choices.number(DELIVERY) if term.runs_from == "receipt" else 0
    return law.value_on(term.law, sent).count + post


def _working_days_after(sent: date, number: int) -> date:
    day = sent
    while number:
        day += ONE_DAY
        number -= ends_a_legal_term(day)
    return day
