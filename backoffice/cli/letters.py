"""The commands `aflos letters ...`: proposed, put together, released by another person, printed once, taken back."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click

from backoffice.actor import actor as acting
from backoffice.cli.bank_runs import creditor_option, named_creditor
from backoffice.cli.database import looking, opened, recording, refusals_kept
from backoffice.cli.letter_page import letter_page
from backoffice.cli.letters_gallery import gallery
from backoffice.cli.letters_print import print_
from backoffice.cli.options import COUNT, NUMBER, actor_option, as_json, coming_day, day_or_today, past_day
from backoffice.cli.output import print_json, shown
from backoffice.cli.table import table
from backoffice.deciding import decide, reason_given
from backoffice.outbox.choosing import Chosen, Selection, exclude, put_together
from backoffice.outbox.making import Asked, make_letter
from backoffice.outbox.releasing import Totals, release_run
from backoffice.outbox.returning import came_back, withdrawal_of
from backoffice.outbox.seeing import (
    Wanted,
    letter_shown,
    letters_wanted,
    page_shown,
    run_shown,
    steps_shown,
)
from backoffice.outbox.writing import write_decision
from backoffice.outgoing_files import write_once
from backoffice.rights import check_right, creditors_of, seen_loan
from jobs import clock
from ledger.database import reading
from ledger.money import cents_of, euros
from letters.fields import FieldRule
from letters.files import catalogue
from letters.outbox.page_draft import reference_of_letter
from letters.outbox.store import letters_by_number, letters_of_run, sent_of
from letters.outbox.values import Letter, LetterRefused
from letters.print_runs.store import print_runs

COLUMNS = ("letter", "creditor", "kind", "debtor", "loans", "state", "run", "demanded", "sent_on", "why")
RUN_COLUMNS = ("run", "creditor", "state", "letters", "demanded", "sending_date", "put_together_by")


@click.group()
def letters() -> None:
    """Letters: put together by one person, released by another, printed and handed over once.

    Example: aflos letters propose --creditor almere --all
    """


letters.add_command(print_)
letters.add_command(gallery)


@letters.command(name="write")
@click.argument("decision", type=NUMBER)
@click.option(
    "--reason", "reasons", multiple=True, metavar="TEXT", help="Why it was decided so; a paragraph each."
)
@click.option(
    "--say", "said", multiple=True, metavar="NAME=TEXT", help="Another field of the letter; more than once."
)
@click.option("--kind", default="", metavar="KIND", help="Another letter than the usual, such as buy_off.")
@actor_option
@as_json
def write(
    decision: int,
    reasons: tuple[str, ...],
    said: tuple[str, ...],
    kind: str,
    actor: str | None,
    as_json: bool,
) -> None:
    """Write the letter of an approved decision, one to each debtor; its hand-over is that of the decision.

    Example: aflos letters write 7 --reason "Uw omzet viel weg." --say condition="U stuurt ons uw btw-aangifte."
    """
    with recording(actor) as desk:
        numbers = write_decision(desk, decision, _said(reasons, said), kind)
    if as_json:
        print_json({"decision": decision, "letters": numbers})
    else:
        click.echo(
            f"decision {decision}: letters {', '.join(str(number) for number in numbers) or 'none that are new'}"
        )


@letters.command(name="make")
@click.argument("kind")
@click.argument("loan")
@click.option("--on", "on", metavar="DAY", help="The day of the balance; default today.")
@click.option("--to", "lines", multiple=True, metavar="LINE", help="Another addressee, a line at a time.")
@click.option("--reason", "reasons", multiple=True, metavar="TEXT", help="Why; a paragraph each.")
@click.option(
    "--say", "said", multiple=True, metavar="NAME=TEXT", help="Another field of the letter; more than once."
)
@actor_option
@as_json
def make(
    kind: str,
    loan: str,
    on: str | None,
    lines: tuple[str, ...],
    reasons: tuple[str, ...],
    said: tuple[str, ...],
    actor: str | None,
    as_json: bool,
) -> None:
    """Put a letter that somebody asks for in the outbox, such as a payoff statement or a letter to the heirs.

    The books fill in what they know; a field that is missing is named. It goes the way of every letter: approved,
    released, handed over.

    Example: aflos letters make payoff_statement 100000001 --on 2025-07-31
    """
    day = coming_day("on", on) if on is not None else clock.today()
    with recording(actor) as desk:
        numbers = make_letter(desk, kind, loan, Asked(day, lines, _said(reasons, said)))
    if as_json:
        print_json({"kind": kind, "letters": numbers})
    else:
        click.echo(f"{kind}: letters {', '.join(map(str, numbers)) or 'none that are new'}")


def _said(reasons: tuple[str, ...], said: tuple[str, ...]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {"reasons": list(reasons)} if reasons else {}
    for one in said:
        name, sign, text = one.partition("=")
        if not sign:
            raise LetterRefused(f"say: {one[:60]!r}: must be written as NAME=TEXT")
        found.setdefault(name, []).append(text)
    return found


@letters.command(name="propose")
@creditor_option
@click.option("--all", "everything", is_flag=True, help="Every letter that is proposed.")
@click.option("--kind", "kinds", multiple=True, metavar="KIND", help="Only of this kind; more than once.")
@click.option(
    "--letter", "numbers", multiple=True, type=NUMBER, metavar="N", help="Only this letter; more than once."
)
@actor_option
@as_json
def propose(
    code: str,
    everything: bool,
    kinds: tuple[str, ...],
    numbers: tuple[int, ...],
    actor: str | None,
    as_json: bool,
) -> None:
    """Put proposed letters of a creditor together in a print run; without a choice nothing is done.

    Example: aflos letters propose --creditor almere --kind reminder
    """
    creditor = named_creditor(code)
    with recording(actor) as desk:
        check_right(desk.by.actor, "record", creditor.id)
        chosen = put_together(desk, creditor, Selection(everything, kinds, numbers))
    if as_json:
        print_json(_chosen(chosen))
    else:
        _tell(chosen, is_chosen=everything or bool(kinds or numbers))


@letters.command(name="list")
@click.option("--creditor", "code", metavar="CODE", help="Only of this creditor, such as almere.")
@click.option("--loan", metavar="LOAN", help="Only about this loan.")
@click.option("--run", type=COUNT, default=0, metavar="RUN", help="Only in this print run.")
@click.option("--kind", default="", metavar="KIND", help="Only of this kind.")
@click.option(
    "--state", default="", metavar="WORD", help="proposed, held, approved, released, handed-over ..."
)
@as_json
def list_(code: str | None, loan: str | None, run: int, kind: str, state: str, as_json: bool) -> None:
    """The letters, where each stands and why, and the print runs.

    Example: aflos letters list --creditor almere --state proposed
    """
    seen = creditors_of(acting(), "see")
    wanted = [one for one in seen if code is None or one == named_creditor(code).id]
    with looking() as connection:
        number = seen_loan(connection, loan).id if loan else 0
        rows = letters_wanted(connection, Wanted(wanted, number, run, kind, state))
        runs = [
            run_shown(one, letters_of_run(connection, one.id))
            for one in print_runs(connection)
            if one.creditor in wanted and run in {0, one.id}
        ]
    if as_json:
        print_json({"letters": rows, "runs": runs})
        return
    click.echo(table(COLUMNS, [[shown(row[key]) for key in COLUMNS] for row in rows]))
    if runs:
        click.echo("\n" + table(RUN_COLUMNS, [[shown(row[key]) for key in RUN_COLUMNS] for row in runs]))


@letters.command(name="show")
@click.argument("letter", type=NUMBER)
@as_json
def show(letter: int, as_json: bool) -> None:
    """One letter with its frozen fields, its amounts with the entries behind them, and what happened to it.

    Example: aflos letters show 12 --json
    """
    with looking() as connection:
        found = letters_by_number(connection, [letter]).get(letter)
        sent = sent_of(connection, [letter]).get(letter)
    one = _seen(found, letter)
    answer = letter_shown(one, sent, clock.today()) | {
        "fields": dict(one.draft.fields),
        "amounts": [
            {
                "name": each.name,
                "amount": euros(each.cents),
                "entries": list(each.entries),
                "balance": each.balance,
            }
            for each in one.draft.amounts
        ],
        "steps": list(steps_shown(one)),
    }
    if as_json:
        print_json(answer)
    else:
        click.echo(letter_page(answer, _rules_of(one.draft.kind)))


@letters.command(name="preview")
@click.argument("letter", type=NUMBER)
@click.option("--to", "folder", required=True, type=click.Path(path_type=Path), help="An existing folder.")
@as_json
def preview(letter: int, folder: Path, as_json: bool) -> None:
    """Write the page of a letter: of one that was sent the page that was sent, byte for byte.

    Example: aflos letters preview 12 --to /srv/letters
    """
    with opened() as engine, refusals_kept(engine), reading(engine) as connection:
        one = _seen(letters_by_number(connection, [letter]).get(letter), letter)
        content = page_shown(engine, connection, one)
        is_sent = letter in sent_of(connection, [letter])
    kind = "sent" if is_sent else "preview"
    path, again = write_once(folder, f"letter-{reference_of_letter(one)}-{kind}.pdf", content)
    if as_json:
        print_json({"letter": letter, "file": str(path), "sent": is_sent, "written": not again})
    else:
        click.echo(f"{path}: {'is there already' if again else 'written'}")


@letters.command(name="exclude")
@click.argument("numbers", nargs=-1, required=True, type=NUMBER, metavar="LETTER...")
@click.option("--reason", required=True, metavar="TEXT", help="Why it does not go.")
@click.option("--until", metavar="DAY", help="Hold it until this day, instead of for good.")
@actor_option
@as_json
def exclude_(
    numbers: tuple[int, ...], reason: str, until: str | None, actor: str | None, as_json: bool
) -> None:
    """Take letters out before they are handed over: for good, or held until a day.

    Example: aflos letters exclude 12 --reason "called: pays on Friday" --until 2025-07-11
    """
    day = coming_day("until", until) if until is not None else None
    with recording(actor) as desk:
        found = exclude(desk, numbers, reason, day)
    rows = [letter_shown(one, None, clock.today()) for one in found]
    if as_json:
        print_json(rows)
    else:
        click.echo(table(COLUMNS, [[shown(row[key]) for key in COLUMNS] for row in rows]))


@letters.command(name="release")
@click.argument("run", type=NUMBER)
@click.option("--number", type=COUNT, required=True, help="How many letters you release.")
@click.option("--total", required=True, metavar="AMOUNT", help="What they ask for together, such as 1520.73.")
@click.option("--on", "on", metavar="DAY", help="The sending date; default today.")
@actor_option
@as_json
def release(run: int, number: int, total: str, on: str | None, actor: str | None, as_json: bool) -> None:
    """Release a print run by its totals; where people are named, another person put it together.

    Example: aflos letters release 3 --number 12 --total 1520.73
    """
    day = day_or_today(on)
    with recording(actor, "decide") as desk:
        done = release_run(desk, run, Totals(number, cents_of(total)), day)
    if as_json:
        print_json(run_shown(done.run, done.letters) | {"fell_away": _reasons(done.dropped)})
        return
    for letter, reason in done.dropped.items():
        click.echo(f"letter {letter} fell away: {shown(reason)}")
    click.echo(f"run {run}: {len(done.letters)} letters dated {day}: aflos letters print {run} --to FOLDER")


@letters.command(name="returned")
@click.argument("letter", type=NUMBER)
@click.option("--on", "on", metavar="DAY", help="The day it came back; default today.")
@click.option("--reason", default="", metavar="TEXT", help="What the post wrote on it.")
@actor_option
@as_json
def returned(letter: int, on: str | None, reason: str, actor: str | None, as_json: bool) -> None:
    """Record that a letter came back: its term does not run, and nothing more goes to that address.

    Example: aflos letters returned 12 --on 2025-07-08 --reason "moved"
    """
    day = past_day("on", on) if on is not None else clock.today()
    with recording(actor) as desk:
        found = came_back(desk, letter, day, reason)
    if as_json:
        print_json(letter_shown(found, None, clock.today()))
    else:
        click.echo(f"letter {letter} came back on {day}: find the address (aflos worklist --source mail)")


@letters.command(name="withdraw")
@click.argument("run", type=NUMBER)
@click.option("--reason", required=True, metavar="TEXT", help="Why the letters should not have gone.")
@actor_option
@as_json
def withdraw(run: int, reason: str, actor: str | None, as_json: bool) -> None:
    """Propose to take back the letters of a print run; a second person approves it (aflos approve).

    Example: aflos letters withdraw 3 --reason "the payments of 3 July were not in yet"
    """
    with recording(actor, "decide") as desk:
        done = decide(desk, withdrawal_of(desk, run, reason_given(reason)))
    assert done.decision is not None
    if as_json:
        print_json({"run": run, "decision": done.decision.id, "state": done.decision.state})
    else:
        click.echo(f"decision {done.decision.id}: {done.decision.state}: aflos approve {done.decision.id}")


def _seen(found: Letter | None, number: int) -> Letter:
    """The letter, for somebody who may see its creditor's; raises `LetterRefused` and `NotAllowed`."""
    if found is None:
        raise LetterRefused(f"no letter {number}; aflos letters list shows them")
    check_right(acting(), "see", found.draft.creditor)
    return found


def _rules_of(kind: str) -> Mapping[str, FieldRule]:
    """What the fields of a kind hold; nothing of one that the configuration does not have any more."""
    found = catalogue().kinds.get(kind)
    return found.fields if found else {}


def _chosen(chosen: Chosen) -> dict[str, object]:
    demanded = sum(one.draft.demanded for one in chosen.letters)
    return {
        "run": chosen.run or None,
        "number": len(chosen.letters),
        "total": euros(demanded),
        "letters": [letter_shown(one, None, clock.today()) for one in chosen.letters],
        "waiting": _reasons(chosen.waiting),
        "fell_away": _reasons(chosen.dropped),
    }


def _reasons(reasons: dict[int, str] | object) -> list[dict[str, object]]:
    assert isinstance(reasons, dict)
    return [{"letter": number, "reason": reason} for number, reason in reasons.items()]


NOTHING_WAITS = (
    "nothing is put together: no letter that was chosen waits to be put in a run; see aflos letters list"
)
NOTHING_CHOSEN = "nothing is put together: choose with --all, --kind or --letter; see aflos letters list"


def _tell(chosen: Chosen, *, is_chosen: bool) -> None:
    for number, reason in chosen.waiting.items():
        click.echo(f"letter {number} waits: {shown(reason)}")
    for number, reason in chosen.dropped.items():
        click.echo(f"letter {number} fell away: {shown(reason)}")
    if not chosen.run:
        click.echo(NOTHING_WAITS if is_chosen else NOTHING_CHOSEN)
        return
    demanded = euros(sum(one.draft.demanded for one in chosen.letters))
    click.echo(
        f"run {chosen.run}: {len(chosen.letters)} letters that ask for {demanded} together; another person looks "
        f"(aflos letters list --run {chosen.run}) and releases it: "
        f"aflos letters release {chosen.run} --number LETTERS --total AMOUNT"
    )
