"""How the commands that record a fact tell what they did."""

from __future__ import annotations

from collections.abc import Mapping

import click

from backoffice.cli.output import print_json
from backoffice.registering import Registered
from ledger.money import euros
from servicing.facts import Fact


def fact_shown(fact: Fact) -> dict[str, object]:
    """A fact as JSON writes it."""
    return {
        "fact": fact.nr,
        "kind": fact.kind.text,
        "value_date": fact.value_date.isoformat(),
        "known_on": fact.known_on.isoformat(),
        "reference": fact.key,
        "amount": euros(fact.cents) if fact.cents else None,
        "of": fact.of or None,
        "data": dict(fact.data),
        "actor": fact.actor,
        "source": fact.source,
    }


def tell(done: Registered, as_json: bool, more: Mapping[str, object] | None = None) -> None:
    """Print what was recorded; a fact that was there before is said to be so, since when."""
    fact = done.fact
    if as_json:
        print_json({"loan": fact.loan, "recorded": not done.again, **fact_shown(fact), **(more or {})})
        return
    amount = f" of {euros(fact.cents)}" if fact.cents else ""
    what = f"loan {fact.loan}: {fact.kind.text}{amount} on {fact.value_date}"
    if done.again:
        click.echo(f"{what}: known already as fact {fact.nr} since {fact.known_on}, nothing recorded")
    else:
        click.echo(f"{what}: recorded as fact {fact.nr}, counts from the night of {fact.known_on}")
