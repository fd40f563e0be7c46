"""The command `aflos simulate`: a loan's whole life from a file of cases, nothing stored."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from decimal import localcontext

import click

from backoffice.cli.cases import answer_cases
from backoffice.cli.fields import Case, Writer, writer
from servicing.life.outcome import Open, RowOutcome
from servicing.schedule import UNROUNDED
from servicing.simulation import PaymentOutcome
from servicing.simulation import simulate as simulation_of


def answer_simulation(case: Case) -> Mapping[str, object]:
    """The life of the loan in a case as the command prints it; raises `BadInput` by key, value and rule."""
    simulation = simulation_of(case)
    terms = case["terms"]
    written = writer(terms.get("rounding") if isinstance(terms, Mapping) else None)
    with localcontext(UNROUNDED):
        return {
            "viewing_date": simulation.viewing_date.isoformat(),
            "rows": [_row(row, written) for row in simulation.rows],
            "payments": [_payment(payment, written) for payment in simulation.payments],
            "outstanding": _outstanding(simulation.outstanding, written),
            "state": simulation.state,
        }


def _row(row: RowOutcome, written: Writer) -> dict[str, object]:
    return {
        "nr": row.nr,
        "date": row.due.isoformat(),
        "principal": written(row.principal),
        "interest": written(row.interest),
        "due": written(row.principal + row.interest),
        "paid": written(row.paid),
        "balance": written(row.balance),
        "deferred": row.deferred,
    }


def _payment(payment: PaymentOutcome, written: Writer) -> dict[str, object]:
    return {
        "id": payment.id,
        "type": payment.type,
        "on": payment.on.isoformat(),
        "amount": written(payment.amount),
        "costs": written(payment.costs),
        "interest": written(payment.interest),
        "principal": written(payment.principal),
        "credit": written(payment.credit),
        "recovered": written(payment.recovered),
        "balance": written(payment.balance),
        "reversed": payment.reversed,
    }


def _outstanding(amounts: Open, written: Writer) -> dict[str, str]:
    return {
        "principal": written(amounts.principal),
        "interest": written(amounts.interest),
        "costs": written(amounts.costs),
        "credit": written(amounts.credit),
    }


@click.command(name="simulate", epilog="Types of event and rules: docs/how-a-loan-is-computed.md.")
@click.option(
    "--input",
    "source",
    required=True,
    metavar="FILE",
    help="Cases in JSON (.json) or JSON Lines (.jsonl); - reads them.",
)
@click.option("--json", "as_json", is_flag=True, help="JSON, which is the only form.")
def simulate(source: str, as_json: bool) -> None:
    """A loan's whole life from terms and dated events: rows, payments, what is open, its state.

    \b
    Example, case.json:
      {"terms": {"principal": "1000.00", "annual_rate_percent": "8", "start": "2025-01-01",
                 "instalments": 12},
       "events": [{"on": "2025-01-01", "type": "disburse", "amount": "1000.00"},
                  {"on": "2025-02-01", "type": "payment", "amount": "86.99", "id": "p1"}],
       "viewing_date": "2025-02-15"}
      aflos simulate --input case.json
    """  # noqa: D301 - click reads the mark as: keep the lines
    del as_json
    answer_cases(source, answer_simulation, sys.stdout)
