"""The commands `aflos decide ...`: proposed, waiting for whom, handed over; and `aflos approve`."""

from __future__ import annotations

from typing import Any

import click

from backoffice.actor import actor
from backoffice.cli.credit_refund import credit_refund
from backoffice.cli.database import looking, recording
from backoffice.cli.finishing import decision_line, decision_shown, finish, tell_decided
from backoffice.cli.life_decisions import LIFE_DECISIONS
from backoffice.cli.loan_decisions import DECISIONS, decided_options
from backoffice.cli.manual_entry import manual_entry_command
from backoffice.cli.options import NUMBER, actor_option, as_json, coming_day, day_or_today, past_day
from backoffice.cli.output import pairs, print_json, shown
from backoffice.cli.receipts_withdrawal import receipts_withdrawal
from backoffice.cli.rest_waiver import rest_waiver
from backoffice.cli.table import table
from backoffice.deciding import addressees_of, hand_over, reason_given, reject, take_back
from backoffice.deciding import approve as approve_decision
from backoffice.rights import check_right, creditors_of
from ledger.errors import BadInput
from servicing.debtors.store import find_debtor
from servicing.decisions.kinds import KINDS
from servicing.decisions.proposal import Decision, is_late
from servicing.decisions.store import decisions, find_decision
from servicing.facts import Draft, FactKind
from servicing.reading import Reader
from servicing.registration import Dossier, named_fact

COLUMNS = (
    "decision",
    "decision_kind",
    "subject",
    "reference",
    "at_stake",
    "state",
    "maker",
    "approver",
    "waits_for",
)

_number = click.argument("number", metavar="ID", type=NUMBER)
_reason = click.option("--reason", default="", metavar="TEXT", help="Why; kept with it.")


@click.group()
def decide() -> None:
    """Decisions of the college: proposed, waiting for a second person, announced.

    Example: aflos decide defer 100000001 --from 2025-07-01 --until 2026-01-01 --of principal --end extend
    --decision B-2025-99 --preview
    """


OTHERS = (credit_refund, rest_waiver, manual_entry_command, receipts_withdrawal)

for decision_command in (*DECISIONS, *LIFE_DECISIONS, *OTHERS):
    if decision_command.name in KINDS:
        decide.add_command(decision_command)


@decide.command()
@click.argument("loan")
@click.option(
    "--of", "fact", required=True, metavar="FACT", help="The objection or dispute, by its fact number."
)
@click.option("--on", required=True, metavar="DAY", help="From when it stops nothing more.")
@click.option(
    "--decision", required=True, metavar="REFERENCE", help="The decision; the same again is nothing new."
)
@decided_options
def unblock(loan: str, fact: str, on: str, decision: str, **how: Any) -> None:
    """Let dunning and direct debit go on after an objection or dispute; two persons.

    Example: aflos decide unblock 100000001 --of 7 --on 2025-09-01 --decision B-2025-120
    """
    day = past_day("on", on)

    def make(dossier: Dossier) -> Draft:
        about = named_fact(dossier, fact)
        return Draft(dossier.loan, FactKind.UNBLOCKED, day, decision, of=about.nr, source=decision)

    finish(loan, make, how)


@decide.command()
@click.argument("loan")
@click.option("--debtor", required=True, metavar="NUMBER", help="One of the debtors of the loan.")
@click.option(
    "--liable", required=True, type=click.Choice(["yes", "no"]), help="For the whole, or no longer."
)
@click.option("--on", required=True, metavar="DAY", help="From which day.")
@click.option(
    "--decision", required=True, metavar="REFERENCE", help="The decision; the same again is nothing new."
)
@decided_options
def liability(loan: str, debtor: str, liable: str, on: str, decision: str, **how: Any) -> None:
    """Release a joint debtor, such as after a divorce, or hold him liable again; two persons.

    Example: aflos decide liability 100000001 --debtor 8 --liable no --on 2025-09-01 --decision B-2025-130
    """
    day = coming_day("on", on)

    def make(dossier: Dossier) -> Draft:
        says = {
            "debtor": Reader({"debtor": debtor}).integer("debtor", 1, 999_999_999),
            "liable": liable == "yes",
        }
        return Draft(dossier.loan, FactKind.LIABILITY, day, decision, data=says, source=decision)

    finish(loan, make, how)


@decide.command(name="list")
@click.option("--waiting", is_flag=True, help="Only those that wait for an approval.")
@click.option("--mine", is_flag=True, help="Only those that you may approve.")
@click.option("--late", is_flag=True, help="Only those approved and not handed over within three days.")
@click.option("--on", metavar="DAY", help="Late on which day; default today.")
@as_json
def list_decisions(waiting: bool, mine: bool, late: bool, on: str | None, as_json: bool) -> None:
    """Decisions with where they stand and for whom they wait.

    Example: aflos decide list --waiting
    """
    account, day = actor(), day_or_today(on)
    with looking() as connection:
        found = decisions(connection, creditors_of(account, "see"))
    rows = [decision_shown(each) for each in found if not late or is_late(each, day)]
    if waiting or mine:
        rows = [row for row in rows if row["state"] == "proposed"]
    if mine:
        rows = [row for row in rows if account in _names(row)]
    if as_json:
        print_json(rows)
    else:
        click.echo(table(COLUMNS, [[shown(row[key]) for key in COLUMNS] for row in rows]))


@decide.command(name="show")
@_number
@as_json
def show_decision(number: int, as_json: bool) -> None:
    """One decision with its contents and every step.

    Example: aflos decide show 12
    """
    with looking() as connection:
        found = find_decision(connection, number)
        check_right(actor(), "see", found.creditor_id)
    answer = decision_shown(found) | {
        "value_date": found.proposed.value_date.isoformat(),
        "data": dict(found.proposed.data or {}),
        "steps": [
            {
                "step": step.name,
                "on": step.day.isoformat(),
                "debtor": step.debtor or None,
                "actor": step.actor,
                "note": step.note,
            }
            for step in found.steps
        ],
    }
    if as_json:
        print_json(answer)
        return
    steps = [f"{step.day}  {step.name}  {step.actor}  {shown(step.note)}" for step in found.steps]
    click.echo("\n".join([pairs({key: value for key, value in answer.items() if key != "steps"}), *steps]))


@decide.command(name="handed-over")
@_number
@click.option("--on", required=True, metavar="DAY", help="The day it was sent or given.")
@click.option("--to", "debtor", required=True, metavar="DEBTOR", help="To whom; each debtor has his own.")
@click.option("--via", default="", metavar="NAME", help="The representative who received it.")
@actor_option
@as_json
def handed_over(number: int, on: str, debtor: str, via: str, actor: str | None, as_json: bool) -> None:
    """Record that a decision was handed over; one that burdens works from the last hand-over (Awb 3:40).

    Example: aflos decide handed-over 12 --on 2025-07-03 --to 7
    """
    day = past_day("on", on)
    with recording(actor) as desk:
        found = find_debtor(desk.connection, debtor)
        done = hand_over(desk, number, found.id, day, via)
        waiting = _still_to_hand_over(
            done.decision, list(addressees_of(desk, find_decision(desk.connection, number)))
        )
    tell_decided(done, as_json)
    if waiting:
        click.echo(f"still to be handed over to debtors {', '.join(map(str, waiting))}", err=True)


@decide.command(name="take-back")
@_number
@_reason
@actor_option
@as_json
def take_back_decision(number: int, reason: str, actor: str | None, as_json: bool) -> None:
    """Take back your own proposal before it is approved; one that burdens also before anybody was told of it.

    Example: aflos decide take-back 12 --reason "wrong loan"
    """
    why = reason_given(reason)
    with recording(actor, "decide") as desk:
        found = take_back(desk, number, why)
    _tell(found, as_json)


@click.command()
@_number
@click.option("--reject", "is_rejected", is_flag=True, help="Refuse it; needs --reason.")
@_reason
@actor_option
@as_json
def approve(number: int, is_rejected: bool, reason: str, actor: str | None, as_json: bool) -> None:
    """Approve (or reject) a decision that somebody else proposed, within your mandate.

    Example: aflos approve 12
    """
    if reason and not is_rejected:
        raise BadInput("reason: goes with --reject; an approval has the mandate as its ground")
    with recording(actor, "decide") as desk:
        if is_rejected:
            found = reject(desk, number, reason_given(reason))
        else:
            done = approve_decision(desk, number)
    if is_rejected:
        _tell(found, as_json)
        return
    tell_decided(done, as_json)


def _tell(found: Decision, as_json: bool) -> None:
    if as_json:
        print_json(decision_shown(found))
    else:
        click.echo(decision_line(found))


def _still_to_hand_over(decision: Decision | None, addressees: list[int]) -> list[int]:
    done = decision.handed_over if decision else {}
    return [number for number in addressees if number not in done]


def _names(row: dict[str, object]) -> list[str]:
    names = row["waits_for"]
    assert isinstance(names, list)
    return names
