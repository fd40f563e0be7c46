"""The command `aflos settle capacity`: what somebody can pay by each method, and the arrangement that follows."""

from __future__ import annotations

from datetime import date

import click

from backoffice.cli.explained import explained, language_option
from backoffice.cli.options import day_or_today
from backoffice.cli.output import pairs, print_json
from backoffice.cli.settled import law, policy, shown_line
from ledger.errors import BadInput
from ledger.money import euros
from servicing import files
from servicing.policy import Choices
from servicing.reading import Reader
from servicing.settlement.ability import METHODS, Ability, Asked, ability_of, proposed_arrangement
from servicing.settlement.figures import HOUSEHOLDS

PERIODS = {
    "month": "month_household_norm_with_holiday",
    "month-without-holiday": "month_household_norm_without_holiday",
    "year": "year_household_norm_with_holiday",
}
"""How `--by` names the answers to `loan.art43_income`."""


@click.command(epilog="Methods and choices: docs/settlement.md.")
@click.option("--creditor", required=True, metavar="CODE", help="Whose policy holds.")
@click.option("--income", required=True, metavar="AMOUNT", help="Net income of the household in that period.")
@click.option("--household", required=True, type=click.Choice(HOUSEHOLDS), help="Which norm holds.")
@click.option(
    "--by", type=click.Choice(list(PERIODS)), help="The period and norm; default the college's choice."
)
@click.option("--level", metavar="AMOUNT", help="The attachment-free level (beslagvrije voet) of a month.")
@click.option("--owed", metavar="AMOUNT", help="Propose an arrangement for this debt.")
@click.option("--on", metavar="DAY", help="The day that picks norm and choices; default today.")
@language_option
@click.option("--json", "as_json", is_flag=True, help="JSON instead of text.")
def capacity(
    creditor: str,
    income: str,
    household: str,
    by: str | None,
    level: str | None,
    owed: str | None,
    on: str | None,
    language: str,
    as_json: bool,
) -> None:
    """What somebody can pay: half above the norm after the business ended (art. 43), and what an arrangement may ask.

    Nothing is recorded and no database is read.

    Example: aflos settle capacity --creditor almere --income 2600.00 --household couple --on 2025-07-01
    """
    given = Reader({"income": income, "level": level, "owed": owed})
    day = day_or_today(on)
    choices = _choices(creditor, day, by)
    asked = Asked(
        given.amount("income", above_zero=False),
        next(one for one in HOUSEHOLDS if one == household),
        day,
        given.amount("level", above_zero=False) if level is not None else None,
    )
    debt = given.amount("owed") if owed is not None else None
    answer = _answer(ability_of(asked, law(), choices), choices, debt)
    if as_json:
        print_json(answer)
        return
    lines = answer.pop("explanation")
    assert isinstance(lines, list)
    click.echo("\n\n".join([pairs(_flat(answer)), explained(lines, language)]))


def _choices(creditor: str, day: date, by: str | None) -> Choices:
    """The choices of a creditor, with the period that somebody names in the place of its own."""
    known = [one.code for one in files.creditors().values()]
    if creditor not in known:
        raise BadInput(f"creditor: {creditor[:40]!r}: must be one of {', '.join(known)}")
    return Choices(policy(), creditor, day, {} if by is None else {"loan.art43_income": PERIODS[by]})


def _answer(found: Ability, choices: Choices, debt: int | None) -> dict[str, object]:
    method = choices.choice("arrangement.method")
    amounts: dict[str, object] = {name: _euros(found.a_month[name]) for name in METHODS}
    answer: dict[str, object] = {
        "art43": euros(found.ended.cents),
        "art43_period": found.ended.period,
        "art43_periods": found.ended.periods,
        "art43_total": euros(found.ended.total),
        **amounts,
        "method": method,
    }
    if debt is not None:
        a_month = next((found.a_month[name] for name in METHODS if name == method), None)
        arranged = proposed_arrangement(debt, choices, a_month)
        answer["arrangement"] = (
            None
            if arranged is None
            else [{"count": count, "amount": euros(cents)} for count, cents in arranged.groups]
        )
        answer["left"] = None if arranged is None else euros(arranged.left)
    return {**answer, "explanation": [shown_line(line) for line in found.lines]}


def _flat(answer: dict[str, object]) -> dict[str, object]:
    """An answer with its instalments on one line."""
    runs = answer.get("arrangement")
    if not isinstance(runs, list):
        return answer
    return answer | {"arrangement": [f"{run['count']} x {run['amount']}" for run in runs]}


def _euros(cents: int | None) -> str | None:
    return None if cents is None else euros(cents)
