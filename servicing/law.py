"""The law's figures as data: values by first day, each with its source, refused where not known."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Annotated, Literal, Self, assert_never

from pydantic import Field, model_validator

from ledger.config import Strict, Text, Words, checked
from ledger.errors import BadInput, Misconfigured
from ledger.money import cents_of
from servicing.dated import Dated

Kind = Literal["law", "practice", "contract"]
Changes = Literal["by_decree", "yearly", "half_yearly"]
SelectBy = Literal["calendar_day", "grant_date", "book_year", "sending_date"]
Unit = Literal[
    "eur",
    "eur_per_month",
    "eur_per_book_year",
    "percent",
    "percent_per_year",
    "percent_of_income",
    "percent_of_norm",
    "percent_of_norm_incl_vt",
    "percent_of_balance",
    "percent_of_grant",
    "percent_of_total_capital",
    "days",
    "working_days",
    "months",
    "months_after_book_year",
    "years",
]

_DECIMAL = re.compile(r"\d{1,13}(\.\d{1,8})?")
_AMOUNT = re.compile(r"\d{1,11}\.\d\d")
_COUNT = re.compile(r"\d{1,4}")


class UnknownLaw(BadInput):
    """No figure may be used for this parameter on this day; only the step that needs it waits."""

    def __init__(self, parameter: str, day: date, why: str) -> None:
        super().__init__(f"{parameter} on {day}: {why}")
        self.parameter = parameter
        self.day = day
        self.why = why


class Row(Strict):
    """One value from its first day on: a decimal as text, null (exists, not found), or `ended`.

    `keeps_earlier`: what arose before that day keeps the value before it (overgangsrecht).
    """

    value: str | None = None
    ended: bool = False
    indicative: bool = False
    source: Text
    verified: bool
    keeps_earlier: bool = False
    note: Text | None = None

    @model_validator(mode="after")
    def _one_state(self) -> Self:
        if self.ended == ("value" in self.model_fields_set):
            raise ValueError("write either a value (null if it was not found) or ended: true")
        return self

    @property
    def why_not(self) -> str | None:
        """Why nobody may compute with this row; None if one may."""
        if self.value is None:
            return "the figure exists but was not found"
        return f"only an indication is known ({self.value})" if self.indicative else None


@dataclass(frozen=True, slots=True)
class LawValue:
    """One figure in force: `text` in its unit, from `since`, read in `source`."""

    parameter: str
    text: str
    unit: Unit
    since: date
    source: str
    verified: bool
    note: str | None
    keeps_earlier: bool = False

    @property
    def cents(self) -> int:
        """Whole cents, of a figure in euros."""
        assert _family(self.unit) == "eur", f"{self.parameter} is in {self.unit}"
        return cents_of(self.text)

    @property
    def rate(self) -> Fraction:
        """The part of 1, of a figure in percent: 6 percent is 6/100."""
        assert _family(self.unit) == "percent", f"{self.parameter} is in {self.unit}"
        return Fraction(self.text) / 100

    @property
    def count(self) -> int:
        """How many days, months or years, of a figure that counts them."""
        assert _family(self.unit) == "count", f"{self.parameter} is in {self.unit}"
        return int(self.text)


class _File(Strict):
    """What a file in config/law holds; its name is the parameter's."""

    description: Words
    dutch_term: Text
    kind: Kind
    reference: Text
    unit: Unit
    changes: Changes
    select_by: SelectBy
    values: Annotated[dict[date, Row], Field(min_length=1)]

    @model_validator(mode="after")
    def _values_fit(self) -> Self:
        for day, row in self.values.items():
            if day != _period_start(self.changes, day):
                raise ValueError(
                    f"values.{day}: a {self.changes} value starts on the first day of its period"
                )
            if row.value is not None and not _form(self.unit).fullmatch(row.value):
                raise ValueError(f"values.{day}.value: {row.value!r}: {_FORMS[_family(self.unit)]}")
        return self


@dataclass(frozen=True, slots=True)
class Parameter:
    """One figure of the law through time (wettelijke parameter); `select_by` says which day picks it."""

    name: str
    description: Words
    dutch_term: str
    kind: Kind
    reference: str
    unit: Unit
    changes: Changes
    select_by: SelectBy
    rows: Dated[Row]

    def value_on(self, day: date) -> LawValue:
        """The figure in force on a day; raises `UnknownLaw`, and never gives that of another period."""
        found = self.rows.on(day)
        why = self.why_not(day)
        if found is None or found[1].value is None or why:
            raise UnknownLaw(self.name, day, why or "not known")
        since, row = found
        return LawValue(
            self.name, found[1].value, self.unit, since, row.source, row.verified, row.note, row.keeps_earlier
        )

    def why_not(self, day: date) -> str | None:
        """Why there is no figure to compute with on a day; None if there is one."""
        found = self.rows.on(day)
        if found is None:
            return f"nothing is known before {self.rows.first}"
        since, row = found
        if row.ended:
            return f"it ended on {since}"
        if (
            _period_start(self.changes, since) != _period_start(self.changes, day)
            and self.changes != "by_decree"
        ):
            return (
                f"{_period_name(self.changes, day)} has no value of its own; that of {since} does not go on"
            )
        return row.why_not and f"{row.why_not}{f'; {row.note}' if row.note else ''}"

    def expected_on(self, day: date) -> bool:
        """Whether the law knows the figure on a day, as far as its rows say: begun and not ended."""
        found = self.rows.on(day)
        return found is not None and not found[1].ended

    def due_after(self, day: date) -> date | None:
        """The first day of the next period, if that period needs a value it does not have yet."""
        coming = _next_start(self.changes, day)
        if coming is None or not self.expected_on(coming) or not self.why_not(coming):
            return None
        return coming


@dataclass(frozen=True, slots=True, eq=False)
class Law:
    """All parameters by name; one law is equal to itself alone, so that what follows from it can be remembered."""

    parameters: Mapping[str, Parameter]

    def value_on(self, name: str, day: date) -> LawValue:
        """The figure in force on a day; raises `UnknownLaw`, or `Misconfigured` for a name without a file."""
        if name not in self.parameters:
            raise Misconfigured(
                f"law/{name}.yaml: the program needs this parameter and there is no such file"
            )
        return self.parameters[name].value_on(day)


def parameter_from(name: str, content: object, file: str) -> Parameter:
    """The parameter in a file; raises `Misconfigured` naming file, key, value and rule."""
    found = checked(_File, content, file)
    return Parameter(
        name=name,
        description=found.description,
        dutch_term=found.dutch_term,
        kind=found.kind,
        reference=found.reference,
        unit=found.unit,
        changes=found.changes,
        select_by=found.select_by,
        rows=Dated(found.values),
    )


Family = Literal["eur", "percent", "count"]

_FORMS: Mapping[Family, str] = {
    "eur": 'write an amount in euros with two decimals in quotes, such as "12671.00"',
    "percent": 'write a decimal in quotes, such as "0.06"',
    "count": 'write a whole number in quotes, such as "42"',
}


def _family(unit: Unit) -> Family:
    if unit.startswith("eur"):
        return "eur"
    return "percent" if unit.startswith("percent") else "count"


def _form(unit: Unit) -> re.Pattern[str]:
    return {"eur": _AMOUNT, "percent": _DECIMAL, "count": _COUNT}[_family(unit)]


def _period_start(changes: Changes, day: date) -> date:
    match changes:
        case "yearly":
            return date(day.year, 1, 1)
        case "half_yearly":
            return date(day.year, 1 if day.month < 7 else 7, 1)
        case "by_decree":
            return day
        case _:
            assert_never(changes)


def _next_start(changes: Changes, day: date) -> date | None:
    if changes == "by_decree":
        return None
    start = _period_start(changes, day)
    if changes == "half_yearly" and start.month == 1:
        return date(day.year, 7, 1)
    return date(day.year + 1, 1, 1)


def _period_name(changes: Changes, day: date) -> str:
    if changes == "yearly":
        return str(day.year)
    return f"the {'first' if day.month < 7 else 'second'} half of {day.year}"
