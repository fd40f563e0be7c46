"""Who may do what: roles per creditor, mandates by kind and amount, deputies; all of them with days."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal, NamedTuple, Self

from pydantic import AfterValidator, Field, model_validator

from ledger.config import Strict, Text, checked
from ledger.errors import BadInput, Misconfigured
from ledger.money import NotAnAmount, cents_of, euros

Role = Literal["clerk", "adviser", "approver", "auditor", "manager", "system"]
Right = Literal["see", "record", "decide", "run", "manage"]

RIGHTS: Mapping[Right, frozenset[Role]] = {
    "see": frozenset({"clerk", "adviser", "approver", "auditor", "manager", "system"}),
    "record": frozenset({"clerk", "adviser", "approver", "manager", "system"}),
    "decide": frozenset({"clerk", "adviser", "approver", "manager"}),
    "run": frozenset({"manager", "system"}),
    "manage": frozenset({"manager"}),
}
"""Which roles give a right: an auditor sees everything and changes nothing; the night runs and records."""

EVERYTHING = "an office without people.yaml of its own"
"""By which decision an account may act that is not named, as long as that is allowed."""


class NotAllowed(BadInput):
    """A person without the role or mandate; nothing was done, and the refusal is kept."""

    def __init__(self, account: str, what: str, why: str) -> None:
        super().__init__(f"{account}: {what}: {why}")
        self.account = account
        self.what = what


def _amount(text: str) -> str:
    try:
        cents_of(text)
    except NotAnAmount as wrong:
        raise ValueError(str(wrong)) from None
    return text


class _Dated(Strict):
    creditors: Literal["all"] | Annotated[list[Text], Field(min_length=1)] = "all"
    first_day: date
    last_day: date | None = None

    @model_validator(mode="after")
    def _days_in_order(self) -> Self:
        if self.last_day is not None and self.last_day < self.first_day:
            raise ValueError(f"last_day: {self.last_day}: must not lie before first_day {self.first_day}")
        return self

    def holds(self, creditor: str, day: date) -> bool:
        """Whether it counts for a creditor on a day."""
        is_in_time = self.first_day <= day and (self.last_day is None or day <= self.last_day)
        return is_in_time and (self.creditors == "all" or creditor in self.creditors)


class Held(_Dated):
    """A role for some creditors, from a first day."""

    role: Role


class Mandate(_Dated):
    """Which kinds of decision somebody may take in the name of the college, up to which amount, and by what."""

    kinds: Literal["all"] | Annotated[list[Text], Field(min_length=1)]
    up_to: Annotated[str, AfterValidator(_amount)] | None = None
    decided_in: Text

    def covers(self, power: Power, day: date) -> bool:
        """Whether a decision of this kind and amount lies within it on a day."""
        is_kind = self.kinds == "all" or power.kind in self.kinds
        is_small = self.up_to is None or power.cents <= cents_of(self.up_to)
        return is_kind and is_small and self.holds(power.creditor, day)


class Deputy(_Dated):
    """Whose roles and mandates somebody has for a time."""

    person: Text


class Person(Strict):
    """Somebody who works here: name, roles, mandates, and for whom they stand in."""

    name: Text
    roles: Annotated[list[Held], Field(min_length=1)]
    mandates: list[Mandate] = Field(default=[])
    deputy_for: list[Deputy] = Field(default=[])


class _PeopleFile(Strict):
    unnamed_accounts: Literal["nothing", "everything"] = "nothing"
    people: dict[Text, Person]


class Power(NamedTuple):
    """What a mandate must cover: the kind of decision, the amount at stake in cents and the creditor's code."""

    kind: str
    cents: int
    creditor: str


class Authority(NamedTuple):
    """On whose mandate a person acts, and where that was decided."""

    owner: str
    decided_in: str


@dataclass(frozen=True, slots=True)
class People:
    """Everybody who may work with the program, and whether an account that is not named may do all."""

    persons: Mapping[str, Person]
    is_open: bool

    def may(self, account: str, right: Right, creditor: str, day: date) -> bool:
        """Whether somebody has a right for a creditor on a day, by a role or as a deputy."""
        if account not in self.persons:
            return self.is_open
        return any(
            held.role in RIGHTS[right] and held.holds(creditor, day)
            for name in self._stands_for(account, creditor, day)
            for held in self.persons[name].roles
        )

    def check(self, account: str, right: Right, creditor: str, day: date) -> None:
        """Raise `NotAllowed` for somebody without the right."""
        if not self.may(account, right, creditor, day):
            raise NotAllowed(account, f"{right} for {creditor}", self._why_not(account, right, day))

    def authority(self, account: str, power: Power, day: date, maker: str = "") -> Authority | None:
        """A mandate by which somebody may decide; never that of whoever made the proposal."""
        if account == maker or not self.may(account, "decide", power.creditor, day):
            return None
        if account not in self.persons:
            return Authority(account, EVERYTHING)
        for name in self._stands_for(account, power.creditor, day):
            for mandate in self.persons[name].mandates:
                if name != maker and mandate.covers(power, day):
                    return Authority(name, mandate.decided_in)
        return None

    def who_may_decide(self, power: Power, day: date, maker: str = "") -> list[str]:
        """The accounts that are named here and may decide."""
        return sorted(name for name in self.persons if self.authority(name, power, day, maker))

    def name_of(self, account: str) -> str:
        """The name of somebody, or the account itself."""
        return self.persons[account].name if account in self.persons else account

    def _stands_for(self, account: str, creditor: str, day: date) -> Iterator[str]:
        """Somebody and those for whom they are deputy."""
        yield account
        for deputy in self.persons[account].deputy_for:
            if deputy.holds(creditor, day):
                yield deputy.person

    def _why_not(self, account: str, right: Right, day: date) -> str:
        if account not in self.persons:
            return "is not named in people.yaml"
        roles = ", ".join(sorted({held.role for held in self.persons[account].roles}))
        needed = ", ".join(sorted(RIGHTS[right]))
        return f"needs one of the roles {needed} on {day}; people.yaml gives {roles}"


def people_from(content: object, file: str, creditors: Mapping[str, object]) -> People:
    """The people in a file; raises `Misconfigured` naming file, key and rule."""
    found = checked(_PeopleFile, content, file)
    for account, person in found.people.items():
        for dated in (*person.roles, *person.mandates, *person.deputy_for):
            for code in () if dated.creditors == "all" else dated.creditors:
                if code not in creditors:
                    raise Misconfigured(f"{file}: people.{account}: no creditor has the code {code!r}")
        for deputy in person.deputy_for:
            if deputy.person not in found.people or deputy.person == account:
                raise Misconfigured(
                    f"{file}: people.{account}.deputy_for: {deputy.person!r} is nobody else named"
                )
    return People(found.people, is_open=found.unnamed_accounts == "everything")


def power_text(power: Power) -> str:
    """A power in words, for whoever asks why they may not."""
    return f"{power.kind} of {euros(power.cents)} for {power.creditor}"
