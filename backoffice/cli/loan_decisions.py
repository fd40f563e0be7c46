"""The commands `aflos loan ...` that record what happened to a loan or was decided about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import reduce
from pathlib import Path
from typing import Any

import click

from backoffice.batches import came_with_batch
from backoffice.cli.finishing import Check, document_option, finish, preview_option
from backoffice.cli.options import (
    Command,
    actor_option,
    as_json,
    coming_day,
    known_on_option,
    past_day,
    read_input,
)
from backoffice.cli.terms_options import given_terms, terms_options
from backoffice.deferring import broken_deferral_limits
from ledger.errors import BadInput
from servicing import files
from servicing.facts import Draft, Fact, FactKind, FactRefused
from servicing.reading import Reader
from servicing.receipts.values import came_with_line
from servicing.registration import Dossier, named_fact
from servicing.settlement.interest_years import SURETY
from servicing.terms_data import percent_text, terms_data, terms_from
from servicing.texts import plain_text
from servicing.viewing import successor_of

HOW = ("known_on", "actor", "as_json", "preview", "document")
"""The options that say how to record, not what."""

_amount = click.option("--amount", required=True, metavar="AMOUNT", help="Euros, such as 506.91.")
_loan = click.argument("loan")
_decision = click.option(
    "--decision", required=True, metavar="REFERENCE", help="The decision; the same again is nothing new."
)


def _recorded(command: Command) -> Command:
    """The options of every command that records."""
    options: tuple[Callable[[Command], Command], ...] = (known_on_option, actor_option, as_json)
    return reduce(lambda made, option: option(made), reversed(options), command)


def decided_options(command: Command) -> Command:
    """The options of every command that decides."""
    return document_option(preview_option(_recorded(command)))


def _on(help_text: str) -> Callable[[Command], Command]:
    return click.option("--on", required=True, metavar="DAY", help=help_text)


@dataclass(frozen=True, slots=True)
class What:
    """What to record: the kind of fact, its day, what the business calls it, its amount and data."""

    kind: FactKind
    day: date
    key: str
    cents: int = 0
    data: Mapping[str, object] | None = None
    source: str = ""


@click.command()
@_loan
@_amount
@_on("The day the money left.")
@click.option("--reference", metavar="TEXT", help="What the bank calls it; default the day.")
@preview_option
@_recorded
def disburse(loan: str, amount: str, on: str, reference: str | None, **how: Any) -> None:
    """Record that money was paid out to the debtor, the whole loan or a tranche.

    Example: aflos loan disburse 100000001 --amount 25000.00 --on 2025-01-01
    """
    day, cents = past_day("on", on), _cents(amount)
    key = reference if reference is not None else day.isoformat()
    _tell(loan, What(FactKind.DISBURSEMENT, day, key, cents), how, _must_be_paid_out_here)


def _must_be_paid_out_here(dossier: Dossier, product: str) -> None:
    if product == SURETY:
        raise FactRefused(
            f"loan {dossier.loan}: is a surety: the bank pays it out, and nothing of it is lent here"
        )


@click.command()
@_loan
@click.option("--percent", required=True, metavar="PERCENT", help="Per year, such as 8 or 7.25.")
@_on("The day from which it holds.")
@click.option("--recompute", is_flag=True, help="Compute the instalment again.")
@_decision
@decided_options
def rate(loan: str, percent: str, on: str, recompute: bool, decision: str, **how: Any) -> None:
    """Record another interest rate.

    Example: aflos loan rate 100000001 --percent 4 --on 2025-07-01 --decision B-2025-99
    """
    share = Reader({"percent": percent}).rate("percent")
    data = {"annual_rate_percent": percent_text(share), "recompute": recompute}
    _tell(loan, What(FactKind.RATE, coming_day("on", on), decision, data=data, source=decision), how)


@click.command()
@_loan
@_amount
@_on("It holds for rows due on or after this day.")
@_decision
@decided_options
def instalment(loan: str, amount: str, on: str, decision: str, **how: Any) -> None:
    """Record another instalment (of a linear loan: the principal part).

    Example: aflos loan instalment 100000001 --amount 400.00 --on 2025-07-01 --decision B-2025-99
    """
    cents = _cents(amount)
    _tell(loan, What(FactKind.INSTALMENT, coming_day("on", on), decision, cents, source=decision), how)


@click.command()
@_loan
@click.option("--from", "since", required=True, metavar="DAY", help="For rows due from this day ...")
@click.option("--until", required=True, metavar="DAY", help="... until (not including) this day.")
@click.option("--of", required=True, type=click.Choice(["principal", "all"]), help="Principal goes first.")
@click.option("--end", required=True, type=click.Choice(["extend", "same"]), help="Of the last due date.")
@click.option("--on", metavar="DAY", help="From when the decision works on the schedule; default --from.")
@_decision
@decided_options
def defer(
    loan: str, since: str, until: str, of: str, end: str, on: str | None, decision: str, **how: Any
) -> None:
    """Record that payment is deferred (uitstel, Bbz art. 41); what fell due before --on stays due.

    Example: aflos loan defer 100000001 --from 2025-07-01 --until 2026-01-01 --of principal --end extend
    --decision B-2025-99
    """
    first, last = coming_day("from", since), coming_day("until", until)
    if last <= first:
        raise BadInput(f"until: {last}: must come after from {first}")
    data = {"from": first.isoformat(), "until": last.isoformat(), "of": of, "end": end}
    day = first if on is None else coming_day("on", on)
    what = What(FactKind.DEFERRAL, day, decision, data=data, source=decision)
    product = files.products()

    def check(dossier: Dossier, code: str) -> None:
        draft = Draft(dossier.loan, what.kind, day, decision, data=data, source=decision)
        for breach in broken_deferral_limits(dossier, product[code], draft):
            if product[code].on_breach == "refuse":
                raise FactRefused(f"loan {dossier.loan}: {breach}")
            click.echo(f"warning: {breach}", err=True)

    _tell(loan, what, how, check)


@click.command(name="early-repayment")
@_loan
@_amount
@_on("The day it came into the creditor's account.")
@click.option(
    "--mode", required=True, type=click.Choice(["term", "instalment"]), help="Which of them shrinks."
)
@_decision
@decided_options
def early_repayment(loan: str, amount: str, on: str, mode: str, decision: str, **how: Any) -> None:
    """Record money that by agreement repays principal before its date.

    Example: aflos loan early-repayment 100000001 --amount 5000.00 --on 2025-07-01 --mode term --decision B-2025-99
    """
    what = What(
        FactKind.EARLY_REPAYMENT, past_day("on", on), decision, _cents(amount), {"mode": mode}, decision
    )
    _tell(loan, what, how)


@click.command()
@_loan
@_on("The day from which the new schedule holds.")
@click.option("--input", "source", type=click.Path(path_type=Path), help="The terms in JSON, as in simulate.")
@terms_options
@_decision
@decided_options
def reschedule(loan: str, on: str, source: Path | None, decision: str, **options: Any) -> None:
    """Record another schedule for what has not fallen due; what is not given stays as it was.

    Example: aflos loan reschedule 100000001 --on 2025-07-01 --instalments 84 --decision B-2025-99
    """
    day = coming_day("on", on)
    given = given_terms(options)
    if source is not None:
        if given:
            raise click.UsageError("--input takes the terms from the file: give no other terms")
        given = read_input(source)
    how = {key: options.pop(key) for key in HOW}

    def make(dossier: Dossier) -> Draft:
        terms = terms_from(successor_of(dossier, day) | given)
        first = terms.due_date(terms.first_number)
        if terms.start < day or first <= day:
            raise BadInput(
                f"start: {terms.start}: start must not lie before {day}, the first due date after it"
            )
        return Draft(dossier.loan, FactKind.SCHEDULE, day, decision, data=terms_data(terms), source=decision)

    finish(loan, make, how)


@click.command()
@_loan
@_amount
@_on("The day they were charged.")
@_decision
@decided_options
def cost(loan: str, amount: str, on: str, decision: str, **how: Any) -> None:
    """Record costs the debtor owes.

    Example: aflos loan cost 100000001 --amount 9.00 --on 2025-07-01 --decision B-2025-99
    """
    what = What(FactKind.COST, past_day("on", on), decision, _cents(amount), source=decision)
    _tell(loan, what, how)


@click.command()
@_loan
@click.argument("fact")
@click.option("--reason", required=True, metavar="TEXT", help="Why it was wrong; kept with the withdrawal.")
@decided_options
def withdraw(loan: str, fact: str, reason: str, **how: Any) -> None:
    """Take back a fact that was recorded by mistake; the coming night books the difference.

    Example: aflos loan withdraw 100000001 3 --reason "of another loan"
    """
    why = plain_text("reason", reason)
    if not why:
        raise BadInput("reason: is missing: say why the fact was wrong")

    def make(dossier: Dossier) -> Draft:
        wrong = named_fact(dossier, fact)
        _refuse_bank_line(dossier, wrong)
        key = f"fact {wrong.nr}"
        return Draft(
            dossier.loan, FactKind.WITHDRAWAL, wrong.value_date, key, of=wrong.nr, data={"reason": why}
        )

    finish(loan, make, how)


def _refuse_bank_line(dossier: Dossier, wrong: Fact) -> None:
    """What a bank line brought is still on the bank: the line itself is said to be for something else."""
    if came_with_batch(wrong) and wrong.nr not in dossier.withdrawn:
        raise FactRefused(
            f"loan {dossier.loan}: fact {wrong.nr} came with a batch of other receipts ({wrong.source}), which its "
            "payer pays as a whole: aflos decide receipts-withdrawal BATCH takes it back, and what was right in it is "
            "imported again"
        )
    came = wrong.kind in {FactKind.PAYMENT, FactKind.REVERSAL} and came_with_line(wrong.key)
    if came and wrong.nr not in dossier.withdrawn:
        raise FactRefused(
            f"loan {dossier.loan}: fact {wrong.nr} came with a bank line, of which the money must go somewhere: "
            f"aflos bank lines --loan {dossier.loan} names it, then aflos bank rematch, park or refund LINE"
        )


DECISIONS = (disburse, rate, instalment, defer, early_repayment, reschedule, cost, withdraw)


def _tell(loan: str, what: What, how: Mapping[str, Any], check: Check | None = None) -> None:
    """Record or propose, and print, one fact."""

    def make(dossier: Dossier) -> Draft:
        data = what.data or {}
        return Draft(
            dossier.loan, what.kind, what.day, what.key, cents=what.cents, data=data, source=what.source
        )

    finish(loan, make, how, check)


def _cents(amount: str) -> int:
    return Reader({"amount": amount}).amount("amount")
