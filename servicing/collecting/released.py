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
