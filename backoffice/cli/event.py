"""The command `aflos event`: what happened to a debtor or around a loan, registered by one person."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import click

from backoffice.actor import actor as acting
from backoffice.cli.database import Desk, recording
from backoffice.cli.debtor import ADDRESS, address_options, changed_particulars, particulars_from
from backoffice.cli.event_preview import preview_event
from backoffice.cli.finishing import preview_option
from backoffice.cli.options import NUMBER, actor_option, as_json, coming_day, past_day
from backoffice.cli.output import print_json
from backoffice.deciding import reason_given
from backoffice.events import Happened, Told, register_event, take_back_event
from backoffice.moved_back import move_back
from backoffice.rights import creditors_of
from ledger.entry import creditor_of_loan
from ledger.errors import BadInput
from ledger.money import euros
from servicing import files
from servicing.circumstances import EVENT_KINDS, OUTCOMES, EventKind
from servicing.debtors import store
from servicing.lapsing import ACT_KINDS
from servicing.limitation import INTERRUPTS, SENT, System
from servicing.reading import Reader
from servicing.representatives import ROLES, SCOPES
from servicing.securities import SECURITIES
from servicing.store import facts_of, find_loan
from servicing.texts import plain_text

NO_MEANS = (
    "warning: kept, but a {act} interrupts nothing for a claim of {system} law ({articles}); take it back with event "
    "wrong-report, and register an act that does"
)
ARTICLES: Mapping[System, str] = {"public": "Awb 4:105 to 4:107", "private": "BW 3:316 to 3:318"}
UNPROVEN = (
    "warning: kept, but without --proof that it was sent this act interrupts nothing (Awb 4:105, 4:106); "
    "take it back with event wrong-report, and register it with its proof"
)
NOT_BACK = (
    "warning: the address of the debtor is as it was recorded: see aflos debtor show and aflos debtor move"
)
KINDS = (*EVENT_KINDS, "wrong-report", "transfer")
_TEXTS = ("text", "role", "name", "address", "outcome", "act", "proof", "security", "rank")


@click.command()
@click.argument("kind", type=click.Choice(KINDS))
@click.argument("subject", metavar="DEBTOR|LOAN")
@click.option("--on", required=True, metavar="DAY", help="The day it happened.")
@click.option(
    "--document", required=True, metavar="REFERENCE", help="What says so; the same again is nothing new."
)
@click.option("--until", metavar="DAY", help="The first day on which it no longer holds.")
@click.option("--review", metavar="DAY", help="When an objection or dispute is looked at again.")
@click.option("--text", metavar="TEXT", help="What else is to be known.")
@click.option("--of", metavar="KIND", help="What this ends, answers or takes back, if not clear.")
@click.option("--which", metavar="REFERENCE", help="Its document, where there are several.")
@click.option("--outcome", type=click.Choice(OUTCOMES), help="Of an objection or dispute.")
@click.option("--role", type=click.Choice(ROLES), help="Of a representative.")
@click.option("--name", metavar="TEXT", help="Of a representative.")
@click.option("--address", metavar="TEXT", help="Of a representative, as it stands on letters.")
@click.option(
    "--scope", multiple=True, type=click.Choice(SCOPES), help="For what; default decisions and letters."
)
@click.option(
    "--act", type=click.Choice(ACT_KINDS), help="Of an interruption of limitation (Awb 4:105, 4:106)."
)
@click.option(
    "--summons",
    metavar="DAY",
    help="When the case was brought in which an order was suspended; default --on.",
)
@click.option("--proof", metavar="TEXT", help="How it is proven that the act was sent.")
@click.option(
    "--debtor", type=NUMBER, metavar="NUMBER", help="Of joint debtors: towards whom alone an act was done."
)
@click.option("--security", type=click.Choice(SECURITIES), help="Which security was given.")
@click.option("--value", metavar="AMOUNT", help="What the security is worth, such as 50000.00.")
@click.option(
    "--rank", type=click.Choice([str(rank) for rank in range(1, 10)]), help="Of a mortgage or pledge."
)
@click.option("--reason", default="", metavar="TEXT", help="Why a report was wrong.")
@address_options
@preview_option
@actor_option
@as_json
def event(
    kind: str,
    subject: str,
    on: str,
    document: str,
    until: str | None,
    of: str | None,
    which: str | None,
    scope: tuple[str, ...],
    value: str | None,
    debtor: int | None,
    reason: str,
    preview: bool,
    actor: str | None,
    as_json: bool,
    **texts: str | None,
) -> None:
    """Register what happened; it protects the debtor from the coming night on, on every loan he has.

    About a debtor: death, move, unknown-address, secret-address, bewind, moratorium, bankruptcy, divorce,
    wsnp-start, wsnp-early-end, wsnp-clean-slate, returned-mail, representative, end (of one of these).
    About a loan: objection, dispute, outcome, interruption, order-suspended, order-resumed, security,
    security-end, contact.
    wrong-report takes one back.

    Example: aflos event death 7 --on 2025-07-01 --document "BRP 2025-07-03"
    """
    day = past_day("on", on)
    says = _says(kind, texts | {"value": value, "until": until}, scope, debtor)
    _check_days(says, day)
    happened = Happened(kind, day, document, says, of, which)
    why = plain_text("reason", reason_given(reason)) if kind == "wrong-report" else ""
    address = _address(kind, texts)
    if preview:
        preview_event(acting(actor), subject, happened, why, as_json=as_json)
        return
    warnings: list[str] = []
    with recording(actor) as desk:
        if kind == "wrong-report":
            told = take_back_event(desk, subject, happened, why)
            _move_back(desk, told, happened)
        else:
            told = register_event(desk, subject, happened)
            _move(desk, told, happened, address)
            warnings = _interrupts_nothing(desk, told, kind, says)
    _tell(told, kind, acting(actor), as_json)
    for warning in warnings:
        click.echo(warning, err=True)


def _says(
    kind: str, texts: Mapping[str, str | None], scope: tuple[str, ...], debtor: int | None
) -> dict[str, object]:
    """What an event says, by the options that go with its kind."""
    known = EVENT_KINDS.get(kind)
    if known is None:
        return {}
    given: dict[str, object] = {
        key: plain_text(key, value) for key in _TEXTS if (value := texts.get(key)) is not None
    }
    if debtor is not None:
        given["debtor"] = debtor
    value = texts.get("value")
    for key in ("until", "review"):
        if (day := texts.get(key)) is not None:
            given[key] = coming_day(key, day).isoformat()
    if (day := texts.get("summons")) is not None:
        given["summons"] = past_day("summons", day).isoformat()
    if value is not None:
        given["value"] = euros(Reader({"value": value}).amount("value"))
    if scope or known.name == "representative":
        given["scope"] = list(scope or SCOPES[:2])
    _check_options(known, given)
    return given


def _check_options(kind: EventKind, given: Mapping[str, object]) -> None:
    missing = [option for option in kind.needs if option != "of" and not given.get(option)]
    if missing:
        raise BadInput(f"{missing[0]}: is missing: {kind.name} needs it")
    strange = [option for option in given if option not in (*kind.needs, *kind.may)]
    if strange:
        raise BadInput(f"{strange[0]}: does not go with {kind.name}")


def _check_days(says: Mapping[str, object], day: date) -> None:
    """What happened holds for a day at least; a case was brought before it had an outcome."""
    summons, until = says.get("summons"), says.get("until")
    if summons is not None and date.fromisoformat(str(summons)) > day:
        raise BadInput(f"summons: {summons}: must not lie after {day}, the day the order was suspended")
    if until is not None and date.fromisoformat(str(until)) <= day:
        raise BadInput(
            f"until: {until}: must lie after {day}, the day it happened: it is the first day without it"
        )


def _address(kind: str, texts: Mapping[str, str | None]) -> Mapping[str, str | None]:
    """The address that goes with a move, and with nothing else."""
    address = {key: texts.get(key) for key in (*ADDRESS, "country")}
    given = any(value is not None for value in address.values())
    if given and kind not in {"move", "unknown-address"}:
        raise BadInput(f"street: does not go with {kind}")
    if kind in {"move", "unknown-address"} and (kind == "move") != given:
        raise BadInput("street, house-number, postcode, city: go with move, which needs them")
    return address


def _interrupts_nothing(desk: Desk, told: Told, kind: str, says: Mapping[str, object]) -> list[str]:
    """Why an act that is kept does not interrupt limitation; nothing where it does."""
    if kind != "interruption":
        return []
    system = files.products()[find_loan(desk.connection, str(told.facts[0].fact.loan)).product].kind
    if says.get("act") not in INTERRUPTS[system]:
        act = str(says.get("act")).replace("_", " ")
        return [NO_MEANS.format(act=act, system=system, articles=ARTICLES[system])]
    return [UNPROVEN] if says.get("act") in SENT and not says.get("proof") else []


def _move(desk: Desk, told: Told, happened: Happened, address: Mapping[str, str | None]) -> None:
    """A move and an unknown address are also particulars of the debtor from that day on."""
    if happened.kind not in {"move", "unknown-address"}:
        return
    before = particulars_from(desk.connection, told.debtor, happened.on)
    after = changed_particulars(before, address, unknown=happened.kind == "unknown-address")
    if after != before:
        since = store.Since(happened.on, after)
        store.change_from(desk.connection, told.debtor, since, desk.by, happened.document)


def _move_back(desk: Desk, told: Told, happened: Happened) -> None:
    """The address from before a move, or an unknown address, that was taken back."""
    taken_back = [each.fact for each in told.facts if not each.again]
    if happened.of not in {"move", "unknown-address"} or not taken_back:
        return
    withdrawal = taken_back[0]
    known = facts_of(desk.connection, [withdrawal.loan])[withdrawal.loan]
    wrong = next(fact for fact in known if fact.nr == withdrawal.of)
    if not move_back(desk, told.debtor, wrong, happened.document):
        click.echo(NOT_BACK, err=True)


def _tell(told: Told, kind: str, account: str, as_json: bool) -> None:
    """Say on which loans it stands; loans of creditors that are not somebody's are protected and not named."""
    seen = set(creditors_of(account, "see"))
    shown = [each for each in told.facts if creditor_of_loan(each.fact.loan) in seen]
    if as_json:
        print_json(
            {
                "event": kind,
                "debtor": told.debtor or None,
                "recorded": any(not each.again for each in told.facts),
                "facts": [
                    {"loan": each.fact.loan, "fact": each.fact.nr, "known_on": each.fact.known_on.isoformat()}
                    for each in shown
                ],
            }
        )
        return
    for each in shown:
        again = " known already" if each.again else ""
        click.echo(
            f"loan {each.fact.loan}:{again} fact {each.fact.nr}, from the night of {each.fact.known_on}"
        )
