"""An approved decision that burdens and that nobody was told of: it does not work yet, and may be taken back."""

from __future__ import annotations

from sqlalchemy import Connection

from letters.outbox.store import open_letters
from servicing.decisions.proposal import Decision
from servicing.decisions.store import DecisionRefused


def is_untold(decision: Decision) -> bool:
    """Whether a decision about a debt was approved and handed over to nobody, so that it burdens nobody (Awb 3:40)."""
    waits = decision.state == "fixed-not-announced" and decision.kind.fact is not None
    return waits and not decision.handed_over


def check_no_letter_waits(connection: Connection, decision: Decision) -> None:
    """Raise `DecisionRefused` where a letter that tells of a decision may still be sent."""
    for number, letter in open_letters(connection, decision.creditor_id).items():
        if letter.draft.decision == decision.id:
            raise DecisionRefused(
                f"decision {decision.id}: letter {number} tells of it and waits: aflos letters exclude {number}, "
                "or withdraw its print run, first"
            )
