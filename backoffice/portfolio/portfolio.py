"""A checked portfolio as values: what the files say, linked, in whole cents, with the place of each row."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from operator import itemgetter
from typing import NamedTuple

from backoffice.portfolio.columns import PastName
from backoffice.portfolio.past_rows import RepresentativeRow
from backoffice.portfolio.problems import Place
from backoffice.portfolio.rows import DebtorRow, DisbursementRow, OpeningRow
from servicing.facts import FactKind
from servicing.settlement.claim_origin import Origin
from servicing.terms import Terms


class Grant(NamedTuple):
    """A loan as it was decided, with the rates that the law gives it later."""

    place: Place
    number: str
    creditor: str
    product: str
    debtors: tuple[str, ...]
    application_date: date
    decision_date: date
    purpose: str
    regime: str
    terms: Terms
    rates: tuple[tuple[date, Fraction], ...]
    group: str | None = None
    wage_tax: int = 0
    origin: Origin | None = None


class Opening(NamedTuple):
    """The balances a loan comes in with; `rest` are the terms of the instalments still to come."""

    row: OpeningRow
    on: date
    rest: Terms | None


class Payment(NamedTuple):
    """A payment of one loan; `row` is its row in the file of payments."""

    loan: int
    row: int
    on: date
    cents: int
    reference: str
    reversed_on: date | None
    early: str | None


class News(NamedTuple):
    """A fact as a row tells it; `known_from` is the day on which the office knew it, `of` the key it reverses."""

    kind: FactKind
    on: date
    key: str
    cents: int
    data: str
    place: Place
    known_from: date
    of: str = ""


class Past(NamedTuple):
    """A row about what was before the cut-over: its table, the amounts it names in cents, and its facts."""

    table: PastName
    amounts: Mapping[str, int]
    news: Sequence[News]


@dataclass(slots=True)
class Named:
    """A loan the files speak of: granted in them, or (grant None) one the database must know."""

    number: str
    creditor: str | None
    place: Place
    column: str
    grant: Grant | None = None


@dataclass(slots=True)
class Portfolio:
    """Everything in a folder; loans are named by their place in `loans`."""

    name: str
    sha256: str
    cut_over: date | None
    debtors: Sequence[DebtorRow] = ()
    loans: list[Named] = field(default_factory=list)
    disbursements: Mapping[int, list[DisbursementRow]] = field(default_factory=dict)
    openings: Mapping[int, Opening] = field(default_factory=dict)
    payments: Sequence[Payment] = ()
    payments_file: str = ""
    past: Mapping[int, Sequence[Past]] = field(default_factory=dict)
    """What was before the cut-over, by loan."""
    representatives: Sequence[RepresentativeRow] = ()
    unqualified: Mapping[str, Place] = field(default_factory=dict)
    """Loan numbers that were named without their creditor, with the first place."""

    def payments_of(self, loan: int) -> Sequence[Payment]:
        """The payments of a loan, in the order of the file."""
        first = bisect_left(self.payments, loan, key=itemgetter(0))
        return self.payments[first : bisect_right(self.payments, loan, lo=first, key=itemgetter(0))]
