"""The parallel run: the balances of another administration laid beside ours, loan by loan."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection

from backoffice.portfolio.kinds import Names, parsers
from backoffice.portfolio.past_rows import OldBalanceRow
from backoffice.portfolio.problems import Place, Problems
from backoffice.portfolio.reading import read_compared
from backoffice.portfolio.rows import values_of
from backoffice.portfolio.workbooks import Unreadable
from jobs import clock
from ledger.money import euros
from servicing.files import creditors
from servicing.parallel import COMPARED, Difference, balances_on, differences
from servicing.store import Loan, facts_of, loans


class Differing(NamedTuple):
    """A loan with an amount that differs, and its row in the old file."""

    loan: Loan
    row: int
    difference: Difference


@dataclass(slots=True)
class Comparison:
    """What a comparison found; `not_here` are numbers that only the file names, `not_there` loans it leaves out."""

    on: date
    compared: int = 0
    differing: list[Differing] = field(default_factory=list)
    not_here: list[tuple[int, str]] = field(default_factory=list)
    not_there: list[Loan] = field(default_factory=list)
    old: Counter[str] = field(default_factory=Counter)
    ours: Counter[str] = field(default_factory=Counter)

    @property
    def is_equal(self) -> bool:
        """Whether both administrations say the same."""
        return not (self.differing or self.not_here or self.not_there)

    def totals(self) -> list[dict[str, object]]:
        """The sums of the amounts the file gives, in euros."""
        return [
            {
                "what": what,
                "old": euros(self.old[what]),
                "ours": euros(self.ours[what]),
                "difference": euros(self.ours[what] - self.old[what]),
            }
            for what in COMPARED
            if what in self.old
        ]


def old_balances(path: Path, encoding: str) -> list[OldBalanceRow]:
    """The rows of the old administration; raises `PortfolioRefused` naming every error."""
    problems = Problems()
    rows: list[OldBalanceRow] = []
    codes = {
        name.casefold(): creditor.code
        for creditor in creditors().values()
        for name in (creditor.code, creditor.short_name, creditor.name, creditor.account_holder)
    }
    known = parsers(Names(clock.today(), codes, {}))
    try:
        for place, values in values_of(read_compared(path, encoding), known, problems):
            rows.append(OldBalanceRow(place, *values))
            if not rows[-1].amounts:
                problems.add(place, "", None, f"at least one amount to compare: {', '.join(COMPARED)}")
    except Unreadable as wrong:
        problems.add(Place(path.name, wrong.row), "", None, str(wrong))
    problems.stop("compared")
    return rows


def compare_balances(
    connection: Connection, rows: Sequence[OldBalanceRow], on: date, seen: frozenset[int]
) -> Comparison:
    """The balances of the old administration beside ours on a day, for the creditors somebody may see.

    Raises `PortfolioRefused` for a loan that stands in the file twice, or may be two of ours.
    """
    ours = [each for each in loans(connection) if each.creditor_id in seen]
    found = Comparison(on)
    matched = _matched(rows, ours, found)
    touched = {each.creditor_id for each, _ in matched.values()}
    missing = [each for each in ours if each.creditor_id in touched and each.id not in matched]
    facts = facts_of(connection, [*matched, *(each.id for each in missing)])
    for number, (heading, row) in sorted(matched.items()):
        balances = balances_on(facts[number], on)
        found.compared += 1
        found.old.update(row.amounts)
        found.ours.update({what: balances[what] for what in row.amounts})
        told = differences(row.amounts, balances)
        found.differing += [Differing(heading, row.place.row, one) for one in told]
    found.not_there = [each for each in missing if any(balances_on(facts[each.id], on).values())]
    return found


def _matched(
    rows: Sequence[OldBalanceRow], ours: Sequence[Loan], found: Comparison
) -> dict[int, tuple[Loan, OldBalanceRow]]:
    """Each row with its loan, by our number; those that nobody knows are noted."""
    codes = {one.code: one.id for one in creditors().values()}
    by_name: dict[str, list[Loan]] = {}
    for each in ours:
        for name in {each.external, str(each.id)} - {None}:
            by_name.setdefault(str(name), []).append(each)
    matched: dict[int, tuple[Loan, OldBalanceRow]] = {}
    problems = Problems()
    for row in rows:
        wanted = codes.get(row.creditor or "")
        fitting = [one for one in by_name.get(row.loan, ()) if wanted in (None, one.creditor_id)]
        if len(fitting) > 1:
            problems.add(row.place, "loan", row.loan, "a loan of one creditor: name the creditor")
        elif not fitting:
            found.not_here.append((row.place.row, row.loan))
        elif fitting[0].id in matched:
            other = matched[fitting[0].id][1].place.row
            problems.add(row.place, "loan", row.loan, f"a loan once; it is on row {other} already")
        else:
            matched[fitting[0].id] = (fitting[0], row)
    problems.stop("compared")
    return matched


def comparison_data(found: Comparison, codes: Mapping[int, str]) -> dict[str, object]:
    """The comparison as --json shows it."""
    return {
        "on": found.on.isoformat(),
        "compared": found.compared,
        "equal": found.is_equal,
        "differing": [difference_data(each, codes) for each in found.differing],
        "not_here": [{"row": row, "loan": number} for row, number in found.not_here],
        "not_there": [
            {"loan": each.id, "number": each.external, "creditor": codes[each.creditor_id]}
            for each in found.not_there
        ],
        "totals": found.totals(),
    }


def difference_data(each: Differing, codes: Mapping[int, str]) -> dict[str, object]:
    """One differing amount, in euros."""
    what, old, ours = each.difference
    return {
        "row": each.row,
        "loan": each.loan.id,
        "number": each.loan.external,
        "creditor": codes[each.loan.creditor_id],
        "what": what,
        "old": euros(old),
        "ours": euros(ours),
        "difference": euros(ours - old),
    }
