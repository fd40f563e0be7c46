"""The file of claims that goes to a bailiff: a line for each debtor of a claim, and a line of totals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from ledger.money import money
from reports.csv_text import Cell, csv_text
from servicing.debtors.values import Particulars

COLUMNS = (
    *("file", "line", "loan", "payment_reference", "debtor", "jointly_liable"),
    *("name", "street", "house_number", "postcode", "city", "country"),
    *("due_since", "decision_handed_over", "aanmaning_sent", "aanmaning_term_until"),
    *("principal", "interest", "statutory_interest", "costs", "total"),
)
TOTALS = "totals"
"""What stands in the column `line` of the last one; it counts each claim once, whatever the number of its debtors."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What may be enforced of one loan (Awb 4:117): since when, the acts before it, open amounts in cents, by whom."""

    loan: int
    payment_reference: str
    due_since: date
    handed_over: date
    aanmaning: date
    term_until: date
    principal: int
    interest: int
    statutory: int
    costs: int
    debtors: tuple[tuple[int, Particulars], ...]

    @property
    def parts(self) -> tuple[int, ...]:
        """Principal, interest, statutory interest, costs."""
        return self.principal, self.interest, self.statutory, self.costs

    @property
    def total(self) -> int:
        """All that may be enforced, in cents."""
        return sum(self.parts)


def bailiff_csv(file: str, claims: Sequence[Claim]) -> str:
    """The file as CSV (RFC 4180): the same claims always give the same text."""
    return csv_text(COLUMNS, [*_lines(file, claims), _totals(file, claims)])


def _lines(file: str, claims: Iterable[Claim]) -> Iterator[tuple[Cell, ...]]:
    for number, claim in enumerate(claims, start=1):
        for debtor, who in claim.debtors:
            yield (
                *(file, str(number), str(claim.loan), claim.payment_reference, str(debtor)),
                str(len(claim.debtors)),
                *(who.name, who.street, who.house_number, who.postcode, who.city, who.country),
                *(claim.due_since.isoformat(), claim.handed_over.isoformat()),
                *(claim.aanmaning.isoformat(), claim.term_until.isoformat()),
                *(money(cents) for cents in (*claim.parts, claim.total)),
            )


def _totals(file: str, claims: Sequence[Claim]) -> tuple[Cell, ...]:
    sums = [sum(claim.parts[place] for claim in claims) for place in range(4)]
    blank = [""] * (COLUMNS.index("principal") - 3)
    return (file, TOTALS, str(len(claims)), *blank, *(money(cents) for cents in (*sums, sum(sums))))
