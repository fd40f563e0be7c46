"""What an approved decision does that becomes no fact on a loan; a line a kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from backoffice.batches import take_back_batch
from backoffice.cli.database import Desk
from backoffice.outbox.returning import WITHDRAWING, withdraw_run
from backoffice.settlement_effects import carry_out, take_back_settlement
from ledger.period import PeriodClosing
from ledger.store import record_closing
from servicing.decisions.kinds import RECEIPTS_WITHDRAWAL
from servicing.decisions.proposal import Decision


def reopen_period(desk: Desk, decision: Decision) -> None:
    """Open a month and all after it again for one creditor, from the first night that has not begun."""
    period = int(str((decision.proposed.data or {})["period"]))
    by = desk.by
    closing = PeriodClosing(
        decision.creditor_id,
        period,
        closed=False,
        known_on=by.known_on,
        actor=by.actor,
        recorded_at=by.at,
    )
    record_closing(desk.connection, closing)


EFFECTS: Mapping[str, Callable[[Desk, Decision], None]] = {
    "reopen-period": reopen_period,
    WITHDRAWING: withdraw_run,
    RECEIPTS_WITHDRAWAL: take_back_batch,
    "settlement": carry_out,
    "clawback": carry_out,
    "settlement-withdrawal": take_back_settlement,
}
"""By kind; a kind that is not here is carried out by whoever asks whether it was approved, such as a refund."""
