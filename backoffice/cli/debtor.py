"""The commands `aflos debtor ...`: who owes, where they live, and the key under which the BSN is kept."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from datetime import date
from functools import reduce
from pathlib import Path

import click
from sqlalchemy import Connection

from backoffice.cli.database import recording
from backoffice.cli.options import Command, actor_option, as_json, coming_day, day_or_today, on_option
from backoffice.cli.output import pairs, print_json, shown
from backoffice.cli.table import table
from backoffice.rights import check_debtor, creditors_of, hidden_debtors
from ledger.entry import creditor_of_loan
from ledger.errors import BadInput
from servicing.debtors import store
from servicing.debtors.secrets import has_keys, make_key_file
from servicing.debtors.values import DebtorRefused, NewDebtor, Particulars, birth_date_of, check_bsn, masked
from servicing.texts import plain_text

HIDDEN = "*********"
"""A BSN where no key is at hand to show its last digits."""

ADDRESS = ("street", "house_number", "postcode", "city")

_source = click.option("--source", default="", metavar="TEXT", help="The document it comes from.")
_country = click.option("--country", metavar="CODE", help="Two capitals; default NL.")
_language = click.option("--language", metavar="CODE", help="Of letters: nl, en, pl ...; default nl.")


def address_options(command: Command) -> Command:
    """The options of an address."""
    options: list[Callable[[Command], Command]] = [
        click.option("--street", metavar="TEXT"),
        click.option("--house-number", metavar="TEXT", help="With letter and addition."),
        click.option("--postcode", metavar="TEXT"),
        click.option("--city", metavar="TEXT"),
        _country,
    ]
    return reduce(lambda made, option: option(made), reversed(options), command)


@click.group()
def debtor() -> None:
    """Debtors: who owes, where they live, in which language they are written to.

    Example: aflos debtor show 12
    """


@debtor.command(name="add")
@click.option("--name", required=True, metavar="TEXT", help="As it stands on letters.")
@address_options
@_language
@click.option("--birth-date", metavar="DAY", help="Such as 1958-03-01; a firm has none.")
@click.option("--external", metavar="NUMBER", help="The office's own number.")
@click.option("--bsn", "with_bsn", is_flag=True, help="Ask for the BSN (or read it from standard input).")
@click.option("--on", metavar="DAY", help="Since when name and address hold; default today.")
@_source
@actor_option
@as_json
def add_debtor(
    with_bsn: bool,
    birth_date: str | None,
    on: str | None,
    source: str,
    actor: str | None,
    as_json: bool,
    **texts: str | None,
) -> None:
    """Record a debtor; without an address it is unknown.

    Example: aflos debtor add --name "S. Jansen" --street Agorabaan --house-number 3 --postcode "8232 JL"
    --city Lelystad --birth-date 1958-03-01 --bsn
    """
    new = NewDebtor(
        external=texts["external"],
        birth_date=None if birth_date is None else birth_date_of(birth_date),
        bsn=_asked_bsn() if with_bsn else None,
        name=texts["name"] or "",
        street=texts["street"] or "",
        house_number=texts["house_number"] or "",
        postcode=texts["postcode"] or "",
        city=texts["city"] or "",
        country=texts["country"] or "NL",
        language=texts["language"] or "nl",
        value_date=_day("on", on),
    )
    with recording(actor) as desk:
        (number,) = store.add_debtors(desk.connection, [new], desk.by, source)
    _tell({"debtor": number, "recorded": True}, f"debtor {number} recorded", as_json)


@debtor.command(name="show")
@click.argument("name", metavar="DEBTOR")
@on_option
@click.option("--show-bsn", is_flag=True, help="The whole BSN; needs --reason.")
@click.option("--reason", default="", metavar="TEXT", help="Why you look; kept with the reading.")
@actor_option
@as_json
def show_debtor(
    name: str, on: str | None, show_bsn: bool, reason: str, actor: str | None, as_json: bool
) -> None:
    """Who a debtor is on a day, with the history and the loans; that you looked is recorded.

    Example: aflos debtor show 12 --show-bsn --reason "letter to the tax office"
    """
    if show_bsn and not reason.strip():
        raise BadInput(
            "reason: is missing: a whole BSN is shown for a reason that is kept, such as --reason TEXT"
        )
    with recording(actor, "see") as desk:
        found = store.find_debtor(desk.connection, name)
        check_debtor(desk.connection, desk.by.actor, "see", found.id)
        what = "particulars and BSN" if show_bsn else "particulars"
        store.log_reading(desk.connection, store.Reading(found.id, what, reason.strip()), desk.by)
        answer = _whole(desk.connection, desk.by.actor, found, day_or_today(on))
        answer["bsn"] = _bsn(desk.connection, found.id, show_bsn)
    if as_json:
        print_json(answer)
    else:
        click.echo(_page(answer))


@debtor.command(name="list")
@click.option("--search", default="", metavar="TEXT", help="Part of a name, city or number.")
@on_option
@actor_option
@as_json
def list_debtors(search: str, on: str | None, actor: str | None, as_json: bool) -> None:
    """All debtors, or those whose name, city or number holds a text; that you looked is recorded.

    Example: aflos debtor list --search jansen
    """
    with recording(actor, "see") as desk:
        store.log_reading(desk.connection, store.Reading(None, "list", search), desk.by)
        hidden = hidden_debtors(desk.connection, desk.by.actor)
        found = [each for each in store.debtors(desk.connection) if each.id not in hidden]
        people = store.particulars_on(desk.connection, [each.id for each in found], day_or_today(on))
    rows = [_line(each, people[each.id]) for each in found]
    chosen = [row for row in rows if search.casefold() in " ".join(map(shown, row.values())).casefold()]
    if as_json:
        print_json(chosen)
    else:
        headers = ("debtor", "external", "name", "postcode", "city", "country", "language")
        click.echo(table(headers, [[shown(row[key]) for key in headers] for row in chosen]))


@debtor.command(name="move")
@click.argument("name", metavar="DEBTOR")
@click.option("--on", required=True, metavar="DAY", help="The day from which it holds.")
@click.option("--name", "new_name", metavar="TEXT", help="Another name.")
@address_options
@_language
@click.option("--unknown", is_flag=True, help="The address is unknown from that day (VOW).")
@_source
@actor_option
@as_json
def move_debtor(
    name: str,
    on: str,
    new_name: str | None,
    unknown: bool,
    source: str,
    actor: str | None,
    as_json: bool,
    **texts: str | None,
) -> None:
    """Record another address, name or language from a day on; a new address is given as a whole.

    Example: aflos debtor move 12 --on 2025-04-01 --street Kerkweg --house-number 1 --postcode 8304BA --city Emmeloord
    """
    day = _day("on", on)
    with recording(actor) as desk:
        found = store.find_debtor(desk.connection, name)
        check_debtor(desk.connection, desk.by.actor, "record", found.id)
        before = particulars_from(desk.connection, found.id, day)
        after = changed_particulars(before, texts | {"name": new_name}, unknown=unknown)
        changed = after != before
        if changed:
            store.change_from(desk.connection, found.id, store.Since(day, after), desk.by, source)
    answer = {"debtor": found.id, "recorded": changed, "on": day.isoformat()}
    told = (
        f"debtor {found.id}: recorded from {day}"
        if changed
        else f"debtor {found.id}: known already, nothing to do"
    )
    _tell(answer, told, as_json)


@debtor.command(name="merge")
@click.argument("merged", metavar="DEBTOR")
@click.argument("into", metavar="INTO", required=False)
@click.option("--undo", is_flag=True, help="They are two persons after all.")
@click.option("--reason", required=True, metavar="TEXT", help="How that is known; kept with it.")
@actor_option
@as_json
def merge_debtors(
    merged: str, into: str | None, undo: bool, reason: str, actor: str | None, as_json: bool
) -> None:
    """Say that two records are the same person; loans and books keep the record they came from.

    Example: aflos debtor merge 12 7 --reason "BSN compared with the register"
    """
    if undo == (into is not None):
        raise BadInput("into: name the record that stays, or give --undo alone")
    why = plain_text("reason", reason)
    with recording(actor) as desk:
        first = store.find_debtor(desk.connection, merged).id
        second = 0 if into is None else store.find_debtor(desk.connection, into).id
        for each in (first, second or first):
            check_debtor(desk.connection, desk.by.actor, "record", each)
        store.merge(desk.connection, first, second, why, desk.by)
    told = f"debtor {first}: stands by itself again" if undo else f"debtor {first}: is debtor {second}"
    _tell({"debtor": first, "merged_into": second or None, "recorded": True}, told, as_json)


@debtor.command(name="bsn")
@click.argument("name", metavar="DEBTOR")
@actor_option
@as_json
def keep_bsn(name: str, actor: str | None, as_json: bool) -> None:
    """Keep the BSN of a debtor; it is asked for, or read from standard input, never an argument.

    Example: aflos debtor bsn 12
    """
    bsn = _asked_bsn()
    check_bsn(bsn)
    with recording(actor) as desk:
        found = store.find_debtor(desk.connection, name)
        check_debtor(desk.connection, desk.by.actor, "record", found.id)
        store.set_bsn(desk.connection, found.id, bsn)
    _tell({"debtor": found.id, "recorded": True}, f"debtor {found.id}: BSN kept, {masked(bsn)}", as_json)


@debtor.command(name="key")
@click.argument("file", type=click.Path(path_type=Path))
def make_key(file: Path) -> None:
    """Make a file with a new key for the BSN; AFLOS_KEY_FILE then names it. Keep a copy in the safe.

    Example: aflos debtor key /etc/aflos/keys
    """
    make_key_file(file)
    click.echo(f"{file}: key 1 made; set AFLOS_KEY_FILE to this file and keep a copy where backups do not go")


LONGEST_BSN_LINE = 1_000
"""Characters of the line with the BSN: a pipe may never end."""


def _asked_bsn() -> str:
    """The BSN from a hidden prompt, or the first line of standard input."""
    if sys.stdin.isatty():
        return str(click.prompt("BSN", hide_input=True, err=True)).strip()
    return sys.stdin.readline(LONGEST_BSN_LINE).strip()


def _day(key: str, text: str | None) -> date:
    return day_or_today(None) if text is None else coming_day(key, text)


def particulars_from(connection: Connection, number: int, day: date) -> Particulars:
    """Who the debtor is on a day, which may not lie before the first record."""
    first = store.history_of_particulars(connection, number)[0].value_date
    if day < first:
        raise DebtorRefused(f"on: {day}: debtor {number} is known from {first}; nothing holds before that")
    return store.particulars_on(connection, [number], day)[number]


def changed_particulars(
    before: Particulars, texts: Mapping[str, str | None], *, unknown: bool
) -> Particulars:
    """The particulars with what is given; an address replaces the whole one before."""
    given = {key: text for key, text in texts.items() if text is not None}
    has_address = any(key in given for key in ADDRESS)
    if unknown and has_address:
        raise BadInput("unknown: the address is either unknown or given")
    if not given and not unknown:
        raise BadInput("nothing to change is given; aflos debtor move --help shows what can change")
    if unknown or has_address:
        given = dict.fromkeys(ADDRESS, "") | {"country": "NL"} | given
    return replace(before, **given)


def _whole(connection: Connection, account: str, found: store.Debtor, day: date) -> dict[str, object]:
    """Everything about a debtor but the BSN, with his loans of the creditors that somebody may see."""
    seen = set(creditors_of(account, "see"))
    loans = [one for one in store.loans_of_debtor(connection, found.id) if creditor_of_loan(one) in seen]
    others = {number: store.debtors_of_loan(connection, number, day) for number in loans}
    history = store.history_of_particulars(connection, found.id)
    return {
        **_line(found, store.particulars_on(connection, [found.id], day)[found.id]),
        "merged_into": store.merges(connection).get(found.id),
        "records": store.records_of(connection, found.id),
        "birth_date": found.birth_date.isoformat() if found.birth_date else None,
        "bsn": None,
        "on": day.isoformat(),
        "loans": [{"loan": loan, "with": [one for one in others[loan] if one != found.id]} for loan in loans],
        "history": [_change(change) for change in history],
    }


def _bsn(connection: Connection, number: int, whole: bool) -> str | None:
    """The BSN as asked for; masked by default, and wholly hidden where no key is at hand."""
    if not store.has_bsn(connection, number):
        return None
    if not whole and not has_keys():
        return HIDDEN
    bsn = store.bsn_of(connection, number)
    return bsn if whole or bsn is None else masked(bsn)


def _line(found: store.Debtor, particulars: Particulars) -> dict[str, object]:
    return {"debtor": found.id, "external": found.external, **asdict(particulars)}


def _change(change: store.Change) -> dict[str, object]:
    return {
        "from": change.value_date.isoformat(),
        "known_on": change.known_on.isoformat(),
        **asdict(change.particulars),
        "actor": change.actor,
        "source": change.source,
    }


def _page(answer: dict[str, object]) -> str:
    history, loans = answer["history"], answer["loans"]
    assert isinstance(history, list)
    assert isinstance(loans, list)
    heads = ("from", "name", "street", "house_number", "postcode", "city", "country", "language", "source")
    owed = [[str(row["loan"]), shown(row["with"])] for row in loans]
    parts = [
        pairs({key: value for key, value in answer.items() if key not in {"history", "loans"}}),
        table(heads, [[shown(row[key]) for key in heads] for row in history]),
        table(("loan", "with debtors"), owed) if owed else "no loans",
    ]
    return "\n\n".join(parts)


def _tell(answer: dict[str, object], text: str, as_json: bool) -> None:
    if as_json:
        print_json(answer)
    else:
        click.echo(text)
