"""The blocks of a loan under the policy of its creditor and the law, for whoever collects, writes or shows them."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection

from backoffice.rights import codes
from jobs.lapses import limitations
from servicing import files
from servicing.blocks import Block, blocks_on, holding_of
from servicing.creditors.store import quiet_creditors
from servicing.facts import Fact, FactKind
from servicing.limitation_signals import lapse_blocks
from servicing.store import Loan, facts_of


def blocks_of(connection: Connection, heading: Loan, day: date) -> list[Block]:
    """What blocks a loan on a day, as known now; also that it has lapsed."""
    facts = facts_of(connection, [heading.id])[heading.id]
    holds = holds_after_objection(heading, day)
    quiet = quiet_creditors(connection, day).get(heading.creditor_id)
    lapses = limitations(connection, day, [heading.id]).get(heading.id, [])
    answers = {fact.of: fact for fact in holding_of(facts, None) if fact.kind is FactKind.OUTCOME}
    return [
        *(
            _answered(block, answers.get(block.fact))
            for block in blocks_on(facts, day, objection_holds=holds, quiet=quiet)
        ),
        *lapse_blocks(lapses, day),
    ]


def _answered(block: Block, answer: Fact | None) -> Block:
    """An objection or dispute that was answered still stops what it stopped, until two persons lift it."""
    if answer is None or block.kind not in {FactKind.OBJECTION, FactKind.DISPUTE}:
        return block
    outcome = f"{block.kind.text} answered on {answer.value_date}: {answer.data.get('outcome')}"
    return block._replace(reason=f"{outcome}; holds until aflos decide unblock")


def holds_after_objection(heading: Loan, day: date) -> bool:
    """Whether an objection stops dunning, by the policy of the creditor."""
    return files.policy().choice("objection.dunning", codes()[heading.creditor_id], day) == "hold"


def block_shown(block: Block) -> dict[str, object]:
    """A block as JSON writes it."""
    return {
        "fact": block.fact or None,
        "kind": block.kind.text if block.fact or block.kind is FactKind.QUIET else "limitation",
        "stops": sorted(block.stops),
        "reason": block.reason,
        "article": block.article,
        "since": block.since.isoformat(),
        "until": block.until.isoformat() if block.until else None,
        "debtor": block.debtor or None,
        "is_over": block.is_over,
        "actor": block.actor or None,
    }
