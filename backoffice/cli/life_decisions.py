"""Decisions about a loan that give up, add or end something; all made from one table by one function."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

import click

from backoffice.charging import (
    Charge,
    Owed,
    interest_owed,
    interest_runs_meanwhile,
    may_charge,
    refuse_private_claim,
)
from backoffice.cli.finishing import Check, finish
from backoffice.cli.loan_decisions import decided_options
from backoffice.cli.options import Command, coming_day, past_day
from backoffice.conditions import check_given_up, check_share
from ledger.errors import BadInput
from ledger.money import euros
from servicing.facts import Draft, FactKind
from servicing.reading import Reader
from servicing.regime import interest_after_calling_in
from servicing.registration import Dossier, named_fact
from servicing.securities import securities_on

PARTS = ("costs", "statutory_interest", "interest", "principal", "all")


@dataclass(frozen=True, slots=True)
class Made:
    """A command that proposes a kind of fact: the options it has besides loan, day and decision."""

    name: str
    fact: FactKind
    options: tuple[str, ...]
    help: str
    example: str


MADE = (
    Made(
        "write-off",
        FactKind.WRITE_OFF,
        ("part", "some"),
        "Take a part of the claim out of the books; it stays owed.",
        "--part principal --amount 500.00 --on 2025-07-01 --decision B-2025-99",
    ),
    Made(
        "waiver",
        FactKind.WAIVER,
        ("part", "some"),
        "Give up a part of the claim, or all of it (kwijtschelding; after the amount of a buy-off was paid, its rest).",
        "--part all --on 2025-07-01 --decision B-2025-99",
    ),
    Made(
        "interest-free",
        FactKind.INTEREST_FREE,
        ("until",),
        "No interest from a day, such as the end of the business (Bbz art. 43).",
        "--on 2025-07-01 --decision B-2025-99",
    ),
    Made(
        "due-at-once",
        FactKind.DUE_AT_ONCE,
        ("interest",),
        "Make all that is left due at once (Bbz art. 39, 41 lid 4); works from its hand-over.",
        "--on 2025-07-01 --decision B-2025-99",
    ),
    Made(
        "statutory-interest",
        FactKind.STATUTORY_INTEREST,
        ("amount", "attributable", "more"),
        "Charge statutory interest on arrears (Awb 4:99); works from its hand-over.",
        '--amount 41.23 --on 2025-07-01 --attributable "paid a car first" --decision B-2025-99',
    ),
    Made(
        "cancellation",
        FactKind.CANCELLATION,
        ("of", "amount"),
        "Cancel costs or statutory interest, such as after an objection.",
        "--of 7 --amount 40.00 --on 2025-07-01 --decision B-2025-99",
    ),
    Made(
        "interest-owed",
        FactKind.INTEREST_OWED,
        ("computed", "back"),
        "Interest the creditor owes the debtor on what was paid and is given back on a day (Awb 4:102).",
        "--of 9 --on 2025-07-01 --decision B-2025-99",
    ),
    Made(
        "arrangement",
        FactKind.ARRANGEMENT,
        ("amount", "until", "first", "meanwhile", "share"),
        "A payment arrangement (betalingsregeling): so much a month; nothing is dunned meanwhile.",
        "--amount 100.00 --first 2025-07-31 --on 2025-07-01 --decision B-2025-99",
    ),
    Made(
        "arrangement-end",
        FactKind.ARRANGEMENT_END,
        ("of",),
        "End a payment arrangement, such as after its breach (Awb 4:96); works from its hand-over.",
        "--of 7 --on 2025-07-01 --decision B-2025-99",
    ),
    Made(
        "deferral-end",
        FactKind.DEFERRAL_END,
        ("of",),
        "End a deferral before its time (Awb 4:96); works from its hand-over.",
        "--of 7 --on 2025-07-01 --decision B-2025-99",
    ),
)
"""The table; a line a command."""

GIVEN = ("amount", "part", "until", "interest", "fact", "attributable", "more_because", "share", "first")
SAYS = {
    "of": "part",
    "interest": "interest",
    "attributable": "attributable",
    "more_because": "more_because",
}
"""What a fact says, and the option that gives it."""

CHARGED = frozenset({FactKind.STATUTORY_INTEREST})
"""Facts that the policy interest.policy allows or not, up to what is computed."""

_OPTIONS: dict[str, Callable[[Command], Command]] = {
    "amount": click.option("--amount", required=True, metavar="AMOUNT", help="Euros, such as 506.91."),
    "computed": click.option("--amount", metavar="AMOUNT", help="Euros; left out where --of computes it."),
    "back": click.option(
        "--of",
        "fact",
        metavar="FACT",
        help="By which fact it is given back, such as a cancellation; by number.",
    ),
    "some": click.option("--amount", metavar="AMOUNT", help="Euros; left out where all is given up."),
    "part": click.option("--part", required=True, type=click.Choice(PARTS), help="Which part of the claim."),
    "until": click.option("--until", metavar="DAY", help="The first day on which it no longer holds."),
    "interest": click.option(
        "--interest",
        type=click.Choice(["runs", "stops"]),
        help="On what is due; default by the day of the application (Bbz art. 41 lid 6).",
    ),
    "meanwhile": click.option(
        "--statutory-interest",
        "meanwhile",
        type=click.Choice(["runs", "stops"]),
        help="During the arrangement (Awb 4:101); default by the policy deferral.interest.",
    ),
    "first": click.option(
        "--first", metavar="DAY", help="When the first amount is to be paid; default the day itself."
    ),
    "share": click.option(
        "--share",
        metavar="AMOUNT",
        help="Of a debt settlement (Bbz art. 42, or agreed about a contract): what is paid in all; the rest can be "
        "given up then.",
    ),
    "attributable": click.option(
        "--attributable",
        metavar="TEXT",
        help="Why the debtor is to blame for not paying (Bbz art. 41 lid 5); by interest.policy needed.",
    ),
    "more": click.option(
        "--more-because",
        metavar="TEXT",
        help="Why more is fixed than aflos loan statutory-interest computes; without it more is refused.",
    ),
    "of": click.option(
        "--of", "fact", required=True, metavar="FACT", help="The fact it is about, by number."
    ),
}


def _check(made: Made, charge: Charge, about: str | None) -> Check | None:
    """What is looked at beside the facts of the loan, such as its kind of debt."""
    if made.fact in CHARGED:
        return partial(may_charge, charge=charge)
    return refuse_private_claim if made.fact is FactKind.INTEREST_OWED and about is not None else None


def _unsaid(
    fact: FactKind, said: Mapping[str, object], dossier: Dossier, meanwhile: tuple[date, str | None]
) -> dict[str, object]:
    """What follows from law or policy about interest where nobody says; nothing where it runs in an arrangement."""
    if fact is FactKind.ARRANGEMENT:
        day, interest = meanwhile
        runs = interest == "runs" if interest is not None else interest_runs_meanwhile(dossier, day)
        return {} if runs else {"statutory_interest": False}
    if fact is FactKind.DUE_AT_ONCE and dossier.application_date is not None and "interest" not in said:
        return {"interest": interest_after_calling_in(dossier.application_date)}
    return {}


def _days_and_share(given: Mapping[str, str | None], day: date) -> dict[str, str]:
    """When an arrangement begins and ends (or interest runs again), and what a debt settlement pays in all."""
    says: dict[str, str] = {}
    until = coming_day("until", given["until"]) if given["until"] is not None else None
    if until is not None:
        says["until"] = until.isoformat()
    if given["first"] is not None:
        first = coming_day("first", given["first"])
        if first < day or first >= (until or date.max):
            raise BadInput(
                f"first: {first}: must lie on or after {day}, and before the end of the arrangement"
            )
        says["first"] = first.isoformat()
    if given["share"] is not None:
        says["share"] = euros(Reader({"share": given["share"]}).amount("share"))
    return says


def _warn_of_securities(dossier: Dossier, draft: Draft) -> None:
    """What a security covers stays outside a debt settlement, and it is used first."""
    held = securities_on(dossier.facts, draft.value_date) if "share" in draft.data else []
    if held:
        told = ", ".join(f"{one.kind} {euros(one.cents)}" for one in held)
        click.echo(
            f"warning: {told}: what a security covers stays outside a debt settlement: it is used first",
            err=True,
        )


def made_command(made: Made) -> click.Command:
    """The command of a line of the table."""

    def propose(loan: str, on: str, decision: str, **options: Any) -> None:
        day = (past_day if made.fact is FactKind.STATUTORY_INTEREST else coming_day)("on", on)
        given = {key: options.pop(key, None) for key in GIVEN}
        meanwhile = options.pop("meanwhile", None)
        cents = Reader({"amount": given["amount"]}).amount("amount") if given["amount"] is not None else 0
        if (given["part"] == "all") == bool(cents) and "part" in made.options:
            raise BadInput("amount: goes with a part, and is left out where all is given up")
        says = {key: given[name] for key, name in SAYS.items()} | _days_and_share(given, day)
        data = {key: value for key, value in says.items() if value is not None}

        def make(dossier: Dossier) -> Draft:
            if made.fact is FactKind.INTEREST_OWED:
                return interest_owed(dossier, Owed(decision, day, cents, given["fact"]))
            about = named_fact(dossier, given["fact"]).nr if given["fact"] is not None else 0
            every = {**data, **_unsaid(made.fact, data, dossier, (day, meanwhile))}
            draft = Draft(dossier.loan, made.fact, day, decision, cents, about, every, decision)
            check_share(dossier, draft)
            check_given_up(dossier, draft)
            _warn_of_securities(dossier, draft)
            return draft

        check = _check(made, Charge(decision, day, cents, data), given["fact"])
        finish(loan, make, options, check)

    propose.__doc__ = f"{made.help}\n\n    Example: aflos decide {made.name} 100000001 {made.example}\n"
    command: Callable[..., Any] = decided_options(propose)
    for name in reversed(made.options):
        command = _OPTIONS[name](command)
    decided = click.option("--decision", required=True, metavar="REFERENCE", help="The decision.")
    on = click.option("--on", required=True, metavar="DAY", help="From which day it holds.")
    return click.command(name=made.name)(click.argument("loan")(on(decided(command))))


LIFE_DECISIONS = tuple(made_command(made) for made in MADE)
