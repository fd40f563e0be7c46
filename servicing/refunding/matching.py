"""What a bank line is by which our own refunds went out: one of them, or a run as one line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from servicing.receipts.matching import Verdict
from servicing.receipts.values import Disposition, Part, StoredLine

OURS = "REF-"
"""With this begin the ids of our own refunds and of their files."""

FORWARDS = "FWD-"
"""With this begin the ids of what we forward to another creditor, which knows it again by them."""


class Gone(NamedTuple):
    """What we sent: its cents, the bank line or the loan of which it is (0: none), and whether it was forwarded."""

    cents: int
    line: int
    loan: int
    is_forward: bool = False


class OwnRefunds(NamedTuple):
    """Our own refunds that bank lines name, by their end-to-end id, and by the batch id of their run."""

    by_id: Mapping[str, Gone]
    by_run: Mapping[str, Sequence[Gone]]


def verdict_on_refund(line: StoredLine, own: OwnRefunds) -> Verdict | None:
    """What is certain about money that went out by our own order; None if it is no such line."""
    if line.cents >= 0:
        return None
    name = line.end_to_end if line.end_to_end in own.by_id else ""
    sent = [own.by_id[name]] if name else () if line.end_to_end else own.by_run.get(line.batch_id, ())
    if not sent or sum(one.cents for one in sent) != line.amount:
        return None
    reason = f"our own order {name}" if name else f"our own orders {line.batch_id}"
    return Verdict(tuple(_part(one, reason) for one in sent), reason)


def _part(one: Gone, reason: str) -> Part:
    kind = Disposition.FORWARDED if one.is_forward else Disposition.REFUND
    return Part(kind, one.cents, one.loan, one.line, reason=reason)
