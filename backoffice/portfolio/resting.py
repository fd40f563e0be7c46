"""What rests on rows that were refused: looked at as far as that can be, and counted instead of called wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import NamedTuple

from backoffice.portfolio.portfolio import Named, Opening, Portfolio
from backoffice.portfolio.problems import Place, Problems
from backoffice.portfolio.rows import OpeningRow


class Balances(NamedTuple):
    """The opening balances that were taken, and the day of those that were refused if it is known."""

    taken: Mapping[int, Opening]
    cut_over: date | None
    disbursed: frozenset[int]
    problems: Problems

    def is_refused(self, loan: int, number: str) -> bool:
        """Whether a loan has a balance in the files that has an error, or may have one in a file that was not read."""
        return loan not in self.taken and self.problems.is_refused("opening_balances", number)

    def may_have(self, loan: int, number: str) -> bool:
        """Whether a loan has a balance in the files, with an error or without, or may have one."""
        return loan in self.taken or self.problems.is_refused("opening_balances", number)

    def day(self, loan: int, number: str) -> date | None:
        """The day of the balance of a loan; None if it has none, or if nobody knows the day."""
        if loan in self.taken:
            return self.taken[loan].on
        is_opened = self.is_refused(loan, number) and loan not in self.disbursed
        return self.cut_over if is_opened else None


def rest_on_refused(
    portfolio: Portfolio, openings: Mapping[int, list[OpeningRow]], problems: Problems
) -> None:
    """Count what rests on loans and debtors with an error."""
    for at, named in enumerate(portfolio.loans):
        if is_waiting(named, problems):
            for place in _places(portfolio, openings, at):
                problems.rest(place)
        elif named.grant and any(problems.is_refused("debtors", one) for one in named.grant.debtors):
            problems.rest(named.place)
    for row in portfolio.representatives:
        if problems.is_refused("debtors", row.debtor):
            problems.rest(row.place)


def is_waiting(named: Named, problems: Problems) -> bool:
    """Whether a loan stands in the files with an error, so that what is about it waits."""
    is_granted = named.column == "number" or problems.is_refused("loans", named.number)
    return named.grant is None and is_granted


def _places(portfolio: Portfolio, openings: Mapping[int, list[OpeningRow]], at: int) -> Iterator[Place]:
    yield from (row.place for row in portfolio.disbursements.get(at, ()))
    yield from (row.place for row in openings.get(at, ()))
    yield from (Place(portfolio.payments_file, payment.row) for payment in portfolio.payments_of(at))
