"""The commands that hand claims over to a bailiff in one file, and list those that are with him."""

from __future__ import annotations

from pathlib import Path

import click

from backoffice.actor import actor as acting
from backoffice.at_bailiff import Batch, There, hand_over_claims, with_bailiff
from backoffice.bailiff_recall import Chosen, Recall, recall_claims
from backoffice.cli.database import looking, recording
from backoffice.cli.options import COUNT, actor_option, as_json, past_day
from backoffice.cli.output import print_json, shown
from backoffice.cli.table import table
from backoffice.rights import codes, creditors_of
from ledger.entry import creditor_of_loan
from ledger.errors import BadInput
from ledger.money import euros
from servicing.store import find_loan
from servicing.texts import plain_text

COLUMNS = ("loan", "creditor", "file", "since", "total", "paid_since")


@click.command(name="bailiff-file")
@click.argument("loans", nargs=-1, required=True, metavar="LOAN...")
@click.option("--on", required=True, metavar="DAY", help="The day the claims go out.")
@click.option("--document", required=True, metavar="NAME", help="What the file is called; used once.")
@click.option("--to", required=True, type=click.Path(path_type=Path), help="The folder to write to.")
@actor_option
@as_json
def bailiff_file(
    loans: tuple[str, ...], on: str, document: str, to: Path, actor: str | None, as_json: bool
) -> None:
    """Hand claims over to the bailiff in one CSV file with totals; all of them or none.

    Only claims of one creditor for which a dwangbevel may be proposed: the decision was handed over, its term
    and that of an aanmaning have passed (Awb 4:117), and nothing blocks. From then on no letter is proposed.
    The same again writes the same file and records nothing new.

    Example: aflos dunning bailiff-file 100000001 100000007 --on 2025-08-01 --document GDW-2025-08 --to .
    """
    batch = Batch(plain_text("document", document), past_day("on", on))
    with recording(actor) as desk:
        headings = [find_loan(desk.connection, loan) for loan in loans]
        done = hand_over_claims(desk, headings, batch, to)
    total = euros(sum(claim.total for claim in done.claims))
    answer = {
        "file": str(done.path),
        "sha256": done.sha256,
        "claims": len(done.claims),
        "total": total,
        "recorded": not done.again,
    }
    if as_json:
        print_json(answer)
        return
    click.echo(f"{done.path}: {len(done.claims)} claims, {total} in all")


@click.command(name="bailiff-list")
@click.option("--creditor", metavar="CODE", help="Such as almere.")
@as_json
def bailiff_list(creditor: str | None, as_json: bool) -> None:
    """The claims that are with the bailiff: since when, in which file, and what came in since.

    Example: aflos dunning bailiff-list --creditor almere
    """
    known = codes()
    if creditor is not None and creditor not in known.values():
        raise BadInput(f"creditor: {creditor[:40]!r}: must be one of {', '.join(known.values())}")
    seen = {one for one in creditors_of(acting(), "see") if creditor in {None, known[one]}}
    with looking() as connection:
        rows = [_row(one, known) for one in with_bailiff(connection, seen)]
    if as_json:
        print_json(rows)
        return
    click.echo(table(COLUMNS, [[shown(row[name]) for name in COLUMNS] for row in rows]))


@click.command(name="bailiff-recall")
@click.argument("loans", nargs=-1, metavar="[LOAN]...")
@click.option("--file", default="", metavar="NAME", help="All claims of this file that are there.")
@click.option("--creditor", metavar="CODE", help="All claims of this creditor that are there.")
@click.option("--number", type=COUNT, help="How many those are; with --file or --creditor.")
@click.option("--on", required=True, metavar="DAY", help="The day they come back.")
@click.option("--document", required=True, metavar="REFERENCE", help="What the recall is called.")
@click.option("--reason", default="", metavar="TEXT", help="Why; kept with each.")
@actor_option
@as_json
def bailiff_recall(
    loans: tuple[str, ...],
    file: str,
    creditor: str | None,
    number: int | None,
    on: str,
    document: str,
    reason: str,
    actor: str | None,
    as_json: bool,
) -> None:
    """Recall claims from the bailiff, all of them or none: named ones, those of a file, or all of a creditor.

    Their ladders go on the same night. What he asks for it: aflos dunning bailiff recalled --costs. The same again
    records nothing new.

    Example: aflos dunning bailiff-recall --file GDW-2025-08 --number 12 --on 2025-10-01 --document R-2025-3
    """
    is_all = bool(file or creditor)
    if bool(loans) == is_all or is_all != (number is not None):
        raise BadInput("loan: name loans, or --file or --creditor with --number, how many claims those are")
    by_code = {code: one for one, code in codes().items()}
    if creditor is not None and creditor not in by_code:
        raise BadInput(f"creditor: {creditor[:40]!r}: must be one of {', '.join(by_code)}")
    chosen = Chosen(loans, file, by_code[creditor] if creditor else 0, number)
    recall = Recall(plain_text("document", document), past_day("on", on), plain_text("reason", reason))
    with recording(actor) as desk:
        done = recall_claims(desk, chosen, recall)
    back = [one.fact.loan for one in done]
    if as_json:
        again = all(one.again for one in done)
        print_json({"document": recall.reference, "loans": back, "recorded": not again})
        return
    click.echo(f"{recall.reference}: {len(back)} claims came back: {', '.join(str(loan) for loan in back)}")


def _row(one: There, known: dict[int, str]) -> dict[str, object]:
    return {
        "loan": one.fact.loan,
        "creditor": known[creditor_of_loan(one.fact.loan)],
        "file": one.fact.key,
        "since": one.fact.value_date.isoformat(),
        "total": one.total or None,
        "paid_since": euros(one.paid),
    }
