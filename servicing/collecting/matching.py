"""What a bank line is that is about our own collections: one of them, a whole block of them, or one that came back."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from typing import NamedTuple

from ledger.money import euros
from servicing.collecting.released import Collected
from servicing.receipts.matching import LoanView, Verdict, refusal_of
from servicing.receipts.values import Disposition, Part, StoredLine

OURS = "INC-"
"""With this begin the ids of our own collections, of their blocks and their files."""


class Own(NamedTuple):
    """Our own collections that bank lines name, by their end-to-end id and by the block the bank books as one."""

    by_id: Mapping[str, Collected]
    by_block: Mapping[str, Sequence[Collected]]
    gone: Container[str] = ()

    @property
    def loans(self) -> set[int]:
        """The loans they are for."""
        return {each.loan_id for each in self.by_id.values()} | {
            each.loan_id for block in self.by_block.values() for each in block
        }

    @property
    def loan_of_id(self) -> dict[str, int]:
        """The loan of each by its end-to-end id."""
        return {name: each.loan_id for name, each in self.by_id.items()}


def verdict_on_block(line: StoredLine, own: Own, loans: Mapping[int, LoanView]) -> Verdict | None:
    """What is certain about a line by which the bank books a whole block; None if it is no such line.

    A bank that refused some of a block books the rest, or all and takes those back. What a loan cannot take any
    more, because it was closed meanwhile, waits for a person.
    """
    block = own.by_block.get(line.batch_id, ())
    if not block or line.end_to_end:
        return None
    left = [each for each in block if each.end_to_end not in own.gone]
    fitting = next((some for some in (left, block) if sum(each.cents for each in some) == line.amount), None)
    reason = f"our own {len(fitting or left)} collections {line.batch_id}"
    if fitting is None:
        total = sum(each.cents for each in left)
        return Verdict((), f"{reason} are {euros(total)} together, the line is {euros(line.amount)}")
    return Verdict(tuple(_part(each, line, loans, reason) for each in fitting), reason)


def _part(each: Collected, line: StoredLine, loans: Mapping[int, LoanView], reason: str) -> Part:
    view = loans.get(each.loan_id)
    refusal = refusal_of(view, line.paid_on) if view else f"loan {each.loan_id} is not known"
    if refusal:
        return Part(Disposition.PARKED, each.cents, reason=refusal)
    return Part(Disposition.LOAN, each.cents, loan=each.loan_id, reason=reason)
