"""A released run and its collections as they are kept."""

from __future__ import annotations

from typing import NamedTuple


class Run(NamedTuple):
    """A released run, in the order of the columns of its table."""

    id: int
    creditor_id: int
    message_id: str
    account: str
    holder: str
    creditor_identifier: str
    number: int
    cents: int
    made_at: str
    sha256: str
    proposed_by: str
    actor: str
    recorded_at: str


class Collected(NamedTuple):
    """A released collection, in the order of the columns of its table; days as integers."""

    loan_id: int
    due_on: int
    run_id: int
    end_to_end: str
    block_id: str
    cents: int
    collect_on: int
    mandate: int
    sequence: str
    attempt: int = 1


class Dropped(NamedTuple):
    """An order of ours that was never booked, in the order of the columns of its table; days as integers.

    `by_bank`: the bank refused it, for the `reason` it gives; else a person cancelled it.
    """

    end_to_end: str
    creditor_id: int
    by_bank: int
    reason: str
    source: str
    known_on: int
    actor: str
    recorded_at: str

    @property
    def code(self) -> str:
        """The bank's code for why, such as AC01; "unexplained" if it gives none."""
        return self.reason.partition(" ")[0] or UNEXPLAINED


UNEXPLAINED = "unexplained"
"""Why a collection came back, or was refused, of which the bank gives no reason."""
