"""What a bank line is by which our own refunds went out: one of them, or a run as one line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from servicing.receipts.matching import Verdict
from servicing.receipts.values import Disposition, Part, StoredLine

OURS = "REF-"
"""With this begin the ids of our own refunds and of their files."""


class OwnRefunds(NamedTuple):
    """The cents of our own refunds that bank lines name, by their end-to-end id, and of their runs by batch id."""

    by_id: Mapping[str, int]
    by_run: Mapping[str, int]


def verdict_on_refund(line: StoredLine, own: OwnRefunds) -> Verdict | None:
    """What is certain about money that went out by our own order; None if it is no such line."""
    if line.cents >= 0:
        return None
    name = line.end_to_end if line.end_to_end in own.by_id else ""
    cents = own.by_id.get(line.end_to_end, 0) or (0 if line.end_to_end else own.by_run.get(line.batch_id, 0))
    if cents != line.amount:
        return None
    reason = f"our own refund {name}" if name else f"our own refunds {line.batch_id}"
    return Verdict((Part(Disposition.REFUND, line.amount, reason=reason),), reason)
