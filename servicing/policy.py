"""What the law leaves to the college: questions, what may be answered, and who answered what."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from ledger.config import Strict, Text, checked
from ledger.errors import BadInput, Misconfigured
from ledger.money import cents_of
from servicing.dated import Dated

USED_KEYS: frozenset[str] = frozenset(
    {
        *("jaarnorm.method", "jaarnorm.household"),
        *(
            "art12.cap",
            "art12.holiday",
            "art12.special",
            "art12.minimum",
            "art12.crisis_aid",
            "title.clawback",
        ),
        *("art6.period", "art6.forfait_scope", "art6.negative"),
        *("art3.date", "art13.mode", "art13.supplement", "art13.base", "art4.until", "round"),
        *("art21.base", "art21.window", "art21.refund", "art21.shares", "art21.missing"),
        *("loan.art43_income", "loan.deferral", "loan.deferral_count"),
        *("interest.end", "interest.basis", "interest.floor", "interest.policy", "deferral.interest"),
        *("hold.longest", "mandate.one_person_limit", "objection.dunning", "objection.review"),
        *("alloc.order", "bounce", "bounce.fee"),
        *("collect.day", "collect.lead", "collect.notice"),
        "claim.joint",
        *("letters.longest_wait", "letters.payment_confirmation", "letters.yearly_statement"),
        "assistance.new_term_after",
        *("cycle.request", "cycle.reminder", "cycle.recovery_term", "cycle.hearing_term", "cycle.decide_by"),
        *("arrangement.smallest_instalment", "arrangement.longest_term", "arrangement.method"),
        "state.receipts",
        *("fee.charge", "fee.date", "fee.base", "fee.multi", "fee.repeat"),
        *("dunning.ladder", "dunning.reminder_day", "dunning.call_day", "dunning.aanmaning_day"),
        *("dunning.last_letter_term", "due.shift", "small_amount.limit"),
        *("private.costs", "letters.delivery_days", "waiver.rules", "review.every"),
    }
)
"""The choices that the program really asks for today; a test holds this list against the code."""

PolicyUnit = Literal["euros", "days", "working_days", "banking_days", "months", "year"]

_AMOUNT = re.compile(r"\d{1,11}\.\d\d")
_COUNT = re.compile(r"\d{1,4}")


class NotChosen(BadInput):
    """The college has to choose and has not; the step that asks waits."""

    def __init__(self, key: str, creditor: str, question: str) -> None:
        super().__init__(f"{key} for {creditor}: not chosen yet: {question}")
        self.key = key
        self.creditor = creditor


class Choice(Strict):
    """One question left to the college (beleidskeuze), answered by an option or a number in a unit.

    `not_worked` names options that the law leaves open and this program does not work, each with the reason.
    """

    number: Text | None
    question: Text
    options: Annotated[list[Text], Field(min_length=2)] | None = None
    unit: PolicyUnit | None = None
    default: Text | None
    until_chosen: Text | None = None
    not_worked: Annotated[dict[Text, Text], Field(default_factory=dict)]
    reference: Text
    explanation: Text
    uitleg: Text

    @model_validator(mode="after")
    def _answers_fit(self) -> Self:
        if (self.options is None) == (self.unit is None):
            raise ValueError("a choice has either options or a unit")
        if self.default is not None and self.until_chosen is not None:
            raise ValueError("until_chosen is for a choice whose default is null")
        if set(self.not_worked) - set(self.options or ()):
            raise ValueError("not_worked names options")
        for name, value in (("default", self.default), ("until_chosen", self.until_chosen)):
            rule = self.refusal(value)
            if rule:
                raise ValueError(f"{name}: {value!r}: {rule}")
        return self

    def refusal(self, value: str | None) -> str | None:
        """The rule that a value breaks; None if it may be answered (null always may)."""
        if value is None:
            return None
        if value in self.not_worked:
            return f"this program does not work it: {self.not_worked[value]}"
        if self.options is not None:
            worked = [option for option in self.options if option not in self.not_worked]
            return None if value in worked else f"choose one of {', '.join(worked)}"
        if self.unit == "euros":
            return None if _AMOUNT.fullmatch(value) else "write an amount with two decimals in quotes"
        return None if _COUNT.fullmatch(value) else f"write a whole number of {self.unit} in quotes"


class Setting(Strict):
    """What a college chose from a day on, and where it decided so."""

    value: Text | None
    source: Text


class _DefaultsFile(Strict):
    choices: dict[Text, Choice]


class _CreditorFile(Strict):
    choices: dict[Text, Annotated[dict[date, Setting], Field(min_length=1)]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What holds for a choice and who says so; no value means that the step that asks waits."""

    value: str | None
    chosen: bool
    source: str


@dataclass(frozen=True, slots=True)
class Policy:
    """All choices, and per creditor what it answered from which day."""

    choices: Mapping[str, Choice]
    settings: Mapping[str, Mapping[str, Dated[Setting]]]
    _answers: dict[tuple[str, str | None, date], Answer] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def answer(self, key: str, creditor: str | None, on: date) -> Answer:
        """What holds for a creditor on a day; without a creditor what holds for all who chose nothing.

        A run asks the same of many clients: it is looked up once.
        """
        asked = key, creditor, on
        found = self._answers.get(asked)
        if found is None:
            found = self._answers[asked] = self._answer(key, creditor, on)
        return found

    def _answer(self, key: str, creditor: str | None, on: date) -> Answer:
        choice = self.choices[key]
        dated = self.settings.get(creditor, {}).get(key) if creditor else None
        found = dated.on(on) if dated else None
        if found and found[1].value is not None:
            return Answer(found[1].value, chosen=True, source=f"{found[1].source} (from {found[0]})")
        if choice.default is not None:
            return Answer(choice.default, chosen=True, source="default")
        return Answer(choice.until_chosen, chosen=False, source="not chosen")

    def choice(self, key: str, creditor: str, on: date) -> str:
        """The answer as written; raises `NotChosen` if the college must choose and has not."""
        value = self.answer(key, creditor, on).value
        if value is None:
            raise NotChosen(key, creditor, self.choices[key].question)
        return value

    def number(self, key: str, creditor: str, on: date) -> int:
        """The answer of a choice in days, months or years; raises `NotChosen`."""
        assert self.choices[key].unit not in (None, "euros"), f"{key} is not counted"
        return int(self.choice(key, creditor, on))  # policy-key-passed-on

    def cents(self, key: str, creditor: str, on: date) -> int:
        """The answer of a choice in euros, in whole cents; raises `NotChosen`."""
        assert self.choices[key].unit == "euros", f"{key} is not in euros"
        return cents_of(self.choice(key, creditor, on))  # policy-key-passed-on


@dataclass(frozen=True, slots=True)
class Choices:
    """What holds for one creditor on one day; `own` are answers that one case gives for itself."""

    policy: Policy
    creditor: str
    on: date
    own: Mapping[str, str]

    def choice(self, key: str) -> str:
        """The answer as written; raises `NotChosen` if the college must choose and has not."""
        return self.own[key] if key in self.own else self.policy.choice(key, self.creditor, self.on)

    def number(self, key: str) -> int:
        """The answer of a choice that is counted, such as a year; raises `NotChosen`."""
        return int(self.choice(key))

    def cents(self, key: str) -> int:
        """The answer of a choice in euros, in whole cents; raises `NotChosen`."""
        return cents_of(self.choice(key))


def choices_from(content: object, file: str) -> Mapping[str, Choice]:
    """The choices and their defaults in a file; raises `Misconfigured` naming file, key, value and rule."""
    return checked(_DefaultsFile, content, file).choices


def settings_from(content: object, file: str, choices: Mapping[str, Choice]) -> Mapping[str, Dated[Setting]]:
    """What one creditor chose; refuses an unknown key and a value that may not be answered."""
    settings = checked(_CreditorFile, content, file).choices
    for key, dated in settings.items():
        if key not in choices:
            raise Misconfigured(f"{file}: choices.{key}: there is no such choice")
        for day, setting in dated.items():
            rule = choices[key].refusal(setting.value)
            if rule:
                raise Misconfigured(f"{file}: choices.{key}.{day}.value: {setting.value!r}: {rule}")
    return {key: Dated(dated) for key, dated in settings.items()}
