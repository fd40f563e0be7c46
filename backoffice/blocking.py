"""The blocks of a loan under the policy of its creditor and the law, for whoever collects, writes or shows them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import Connection, select

from backoffice.rights import codes
from ledger.day import day_of, number_of
from servicing import files
from servicing.blocks import Block, blocks_on
from servicing.creditors.store import quiet_creditors
from servicing.facts import FactKind
from servicing.lapsing import Lapse
from servicing.limitation_signals import first_lapse, lapse_block, may_be_near
from servicing.store import Loan, facts_of
from servicing.tables import loan, loan_state


def blocks_of(connection: Connection, heading: Loan, day: date) -> list[Block]:
    """What blocks a loan on a day, as known now; also that it has lapsed."""
    facts = facts_of(connection, [heading.id])[heading.id]
    holds = files.policy().choice("objection.dunning", codes()[heading.creditor_id], day) == "hold"
    quiet = quiet_creditors(connection, day).get(heading.creditor_id)
    lapsed = limitations(connection, day, [heading.id]).get(heading.id)
    return [
        *blocks_on(facts, day, objection_holds=holds, quiet=quiet),
        *lapse_block(lapsed, day),
    ]


def limitations(connection: Connection, day: date, loans: Iterable[int] | None = None) -> dict[int, Lapse]:
    """The row that lapses first, of each loan (of some loans) where one is near its lapse or past it on a day."""
    late = loan_state.c.arrears_since.between(1, number_of(day))
    query = select(loan_state.c.loan, loan_state.c.arrears_since, loan.c.product).join(
        loan, loan.c.id == loan_state.c.loan
    )
    if loans is not None:
        query = query.where(loan_state.c.loan.in_(list(loans)))
    law, products = files.law(), files.products()
    systems = {
        row.loan: products[row.product].kind
        for row in connection.execute(query.where(late))
        if may_be_near(day_of(row.arrears_since), day, products[row.product].kind, law)
    }
    known = facts_of(connection, systems)
    found = {number: first_lapse(known[number], day, system, law) for number, system in systems.items()}
    return {number: lapse for number, lapse in found.items() if lapse is not None}


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
