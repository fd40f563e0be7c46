"""The products: what law or contract says about each kind of debt, figures by the names of parameters."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal, Self, get_args

from pydantic import AfterValidator, Field, model_validator

from ledger.config import Strict, Text, Words, checked
from ledger.errors import BadInput, Misconfigured
from ledger.money import euros
from servicing.daycount import DayCount
from servicing.law import Law, SelectBy
from servicing.schedule import RoundingRule
from servicing.terms import Method, Part
from servicing.wording import PAID_OUT

Group = Literal["established", "starter", "older", "terminating"]


def _percent(text: str) -> str:
    whole, _, decimals = text.partition(".")
    if not (whole + decimals).isascii() or not (whole + decimals).isdigit():
        raise ValueError('write a percentage in quotes, such as "8"')
    return text


class Interest(Strict):
    """Where the interest comes from: a parameter of the law, the contract (with a proposal), or nowhere."""

    source: Literal["law", "agreed", "none"]
    parameter: Text | None = None
    select_by: SelectBy | None = None
    minus: Text | None = None
    free_months: Text | None = None
    is_last: bool = False
    interest_free_until: Literal["start_of_business"] | None = None
    default_percent: Annotated[str, AfterValidator(_percent)] | None = None
    reason: Text | None = None

    @model_validator(mode="after")
    def _source_fits(self) -> Self:
        if (self.source == "law") != (self.parameter is not None and self.select_by is not None):
            raise ValueError(
                "interest by law names its parameter and which day selects it; other interest does not"
            )
        if self.default_percent is not None and (self.source != "agreed" or self.reason is None):
            raise ValueError("default_percent is for agreed interest, with its reason")
        return self


class Limit(Strict):
    """A bound on amount (euros) or term (months), given by a parameter of the law, for one group or all."""

    of: Literal["amount", "term_months"]
    bound: Literal["minimum", "maximum"]
    parameter: Text
    group: Group | None = None


class _File(Strict):
    name: Words
    legal_basis: Text
    kind: Literal["public", "private"]
    interest: Interest
    day_count: DayCount
    rounding: RoundingRule
    methods: Annotated[list[Method], Field(min_length=1)]
    on_breach: Literal["refuse", "warn"]
    limits: list[Limit]
    allocation: list[Part]
    regime: Literal["application_date", "none"]
    dunning: Literal["instalments", "recovery", "private", "none"]
    letters: list[Text]
    in_letters: Text | None = None
    begins: Text = PAID_OUT

    @model_validator(mode="after")
    def _all_parts_once(self) -> Self:
        if sorted(self.allocation) != sorted(get_args(Part)):
            raise ValueError(f"allocation: {self.allocation}: name costs, interest and principal, each once")
        if (self.kind == "private") != (self.dunning == "private"):
            raise ValueError(
                f"dunning: {self.dunning}: the private procedure is for private-law debts and no others"
            )
        return self


@dataclass(frozen=True, slots=True)
class Product:
    """One kind of debt (regeling): its legal basis, interest, schedule, limits and procedures.

    `in_letters` is what a letter calls it after "uw"; the Dutch name where the file says nothing. `begins` is what
    a statement says of its first amount.
    """

    code: str
    name: Words
    legal_basis: str
    kind: Literal["public", "private"]
    interest: Interest
    day_count: DayCount
    rounding: RoundingRule
    methods: tuple[Method, ...]
    on_breach: Literal["refuse", "warn"]
    limits: tuple[Limit, ...]
    allocation: tuple[Part, ...]
    regime: Literal["application_date", "none"]
    dunning: Literal["instalments", "recovery", "private", "none"]
    letters: tuple[str, ...]
    in_letters: str
    begins: str

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of all parameters of the law this product uses."""
        of_interest = (self.interest.parameter, self.interest.minus, self.interest.free_months)
        return (*(name for name in of_interest if name), *(limit.parameter for limit in self.limits))


@dataclass(frozen=True, slots=True)
class Asked:
    """What a debtor would get: whole cents for so many months, granted on a day, as a member of a group."""

    amount: int
    months: int
    granted_on: date
    group: Group | None = None


def limits_broken(product: Product, asked: Asked, law: Law) -> tuple[str, ...]:
    """Each broken limit as a sentence with its figure; raises `UnknownLaw` where the figure is not known.

    Where limits differ by group the group must be one of them, else `BadInput`.
    """
    groups = {limit.group for limit in product.limits if limit.group}
    if groups and asked.group not in groups:
        raise BadInput(f"group: {asked.group!r}: {product.code} is for {' or '.join(sorted(groups))}")
    applying = [limit for limit in product.limits if limit.group in (None, asked.group)]
    sentences = (_broken(limit, asked, law) for limit in applying)
    return tuple(sentence for sentence in sentences if sentence)


def _broken(limit: Limit, asked: Asked, law: Law) -> str | None:
    figure = law.value_on(limit.parameter, asked.granted_on)
    is_amount = limit.of == "amount"
    value, bound = (asked.amount, figure.cents) if is_amount else (asked.months, figure.count)
    if value >= bound if limit.bound == "minimum" else value <= bound:
        return None
    shown = f"{euros(value)} euros" if is_amount else f"{value} months"
    return f"{shown}: the {limit.bound} is {figure.text} ({figure.parameter} from {figure.since})"


def product_from(code: str, content: object, file: str) -> Product:
    """The product in a file; raises `Misconfigured` naming file, key, value and rule."""
    found = checked(_File, content, file)
    return Product(
        code=code,
        name=found.name,
        legal_basis=found.legal_basis,
        kind=found.kind,
        interest=found.interest,
        day_count=found.day_count,
        rounding=found.rounding,
        methods=tuple(found.methods),
        on_breach=found.on_breach,
        limits=tuple(found.limits),
        allocation=tuple(found.allocation),
        regime=found.regime,
        dunning=found.dunning,
        letters=tuple(found.letters),
        in_letters=found.in_letters or found.name.nl,
        begins=found.begins,
    )


def must_know_parameters(product: Product, known: Iterable[str], file: str) -> None:
    """Refuses a product that names a parameter of the law without a file; raises `Misconfigured`."""
    missing = sorted(set(product.parameters) - set(known))
    if missing:
        raise Misconfigured(f"{file}: {missing[0]!r}: there is no law/{missing[0]}.yaml")
