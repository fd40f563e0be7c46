"""The commands `aflos law ...`: legal parameters and policy choices in force on a day, with their sources."""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, TypeVar

import click

from backoffice.cli.table import table
from backoffice.configuration import check_configuration
from jobs import clock
from ledger.day import parse_day
from ledger.errors import BadInput
from servicing import files
from servicing.law import Law, Parameter
from servicing.law_report import Finding, findings, parameter_rows, state_on
from servicing.policy import USED_KEYS, Policy

Command = TypeVar("Command", bound=Callable[..., Any])

_on = click.option("--on", "on_text", metavar="DAY", help="The day, such as 2025-07-01; default today.")
_json = click.option("--json", "as_json", is_flag=True, help="JSON instead of a table.")


@click.group()
def law() -> None:
    """Legal parameters and policy choices in force on a day.

    Example: aflos law list --on 2025-07-01
    """


@law.command(name="list")
@_on
@_json
def list_law(on_text: str | None, as_json: bool) -> None:
    """The value of every parameter on a day, or why there is none.

    Example: aflos law list --on 2025-07-01 --json
    """
    on = _day(on_text)
    rows = [state_on(parameter, on) for parameter in files.law().parameters.values()]
    if as_json:
        _print_json(rows)
        return
    headers = ("parameter", "value", "unit", "from", "verified", "source or reason")
    click.echo(table(headers, [_line(row) for row in rows]))


@law.command(name="show")
@click.argument("name")
@_on
@_json
def show_law(name: str, on_text: str | None, as_json: bool) -> None:
    """One parameter through time, by its English name or its Dutch term.

    Example: aflos law show statutory_interest_non_trade
    """
    on = _day(on_text)
    parameter = _named(files.law(), name)
    rows = parameter_rows(parameter)
    if as_json:
        _print_json({**state_on(parameter, on), "values": rows})
        return
    click.echo(_heading(parameter))
    headers = ("from", "value", "verified", "source", "note")
    click.echo(table(headers, [[_text(row[key]) for key in headers] for row in rows]))


@law.command(name="check")
@_on
@_json
def check_law(on_text: str | None, as_json: bool) -> None:
    """What is unknown or not verified on a day, and what needs a value for the coming period.

    Every other file of the configuration is read as well, and refused (exit code 78) where it is wrong.

    Example: aflos law check --on 2026-07-01
    """
    on = _day(on_text)
    check_configuration()
    found = findings(files.law(), on)
    if as_json:
        _print_json({"on": on.isoformat()} | {kind: [_as_dict(one) for one in found[kind]] for kind in found})
        return
    for kind, ones in found.items():
        click.echo(f"{kind.replace('_', ' ')} on {on}: {len(ones)}")
        if ones:
            click.echo(table(("  parameter", "day", "why"), [_finding_line(one) for one in ones]))


@law.command(name="policy")
@click.option("--creditor", metavar="CODE", help="What holds for this creditor, such as almere.")
@_on
@_json
def policy_choices(creditor: str | None, on_text: str | None, as_json: bool) -> None:
    """Every choice the law leaves to the college: what holds, who chose it, and whether the program asks.

    Example: aflos law policy --creditor almere
    """
    on = _day(on_text)
    codes = files.creditors()
    if creditor is not None and creditor not in codes:
        raise BadInput(f"--creditor: {creditor!r}: choose one of {', '.join(codes)}")
    rows = _policy_rows(files.policy(), creditor, on)
    if as_json:
        _print_json(rows)
        return
    headers = ("number", "key", "value", "in use", "source", "question")
    keys = ("number", "key", "value", "in_use", "source", "question")
    click.echo(table(headers, [[_text(row[key]) for key in keys] for row in rows]))


def _policy_rows(policy: Policy, creditor: str | None, on: date) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for key, choice in policy.choices.items():
        answer = policy.answer(key, creditor, on)
        rows.append(
            {
                "key": key,
                "number": choice.number,
                "value": answer.value,
                "chosen": answer.chosen,
                "source": answer.source,
                "in_use": key in USED_KEYS,
                "options": choice.options,
                "not_worked": dict(choice.not_worked),
                "unit": choice.unit,
                "default": choice.default,
                "reference": choice.reference,
                "question": choice.question,
                "explanation": choice.explanation,
                "uitleg": choice.uitleg,
            }
        )
    return rows


def _day(text: str | None) -> date:
    return clock.today() if text is None else parse_day(text)


def _named(law_in_force: Law, name: str) -> Parameter:
    parameters = law_in_force.parameters
    by_any_name = {**parameters, **{one.dutch_term: one for one in parameters.values()}}
    if name in by_any_name:
        return by_any_name[name]
    close = difflib.get_close_matches(name, by_any_name, n=3)
    hint = f"; did you mean {' or '.join(close)}?" if close else "; aflos law list shows all"
    raise BadInput(f"{name!r}: there is no such parameter{hint}")


def _heading(parameter: Parameter) -> str:
    return (
        f"{parameter.name} ({parameter.dutch_term})\n{parameter.description.en}\n{parameter.description.nl}\n"
        f"{parameter.kind}, {parameter.reference}; in {parameter.unit}; changes {parameter.changes}; "
        f"selected by {parameter.select_by}\n"
    )


def _line(row: dict[str, object]) -> list[str]:
    texts = [_text(row[key]) for key in ("parameter", "value", "unit", "from", "verified")]
    return [*texts, _text(row["why"] or row["source"])]


def _finding_line(one: Finding) -> list[str]:
    return [f"  {one.parameter}", one.day.isoformat(), one.why]


def _as_dict(one: Finding) -> dict[str, str]:
    return {"parameter": one.parameter, "day": one.day.isoformat(), "why": one.why}


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "-" if value is None else str(value)


def _print_json(value: Sequence[object] | dict[str, Any]) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))
