"""A CSV file of payments, recorded as a whole or not at all."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from backoffice.cli.database import Desk
from backoffice.given_files import content_of
from backoffice.registering import dossiers_of
from backoffice.rights import check_loans
from ledger.day import parse_day
from ledger.errors import BadInput
from ledger.money import cents_of, euros
from servicing.facts import Draft, FactKind
from servicing.registration import Dossier, check_draft, check_life, known_already, provisional
from servicing.store import Loan, find_loan, record

COLUMNS = ("loan", "date", "amount", "reference")
MOST_ERRORS_SHOWN = 50
_AMOUNT = re.compile(r"-?\d{1,15}([.,]\d{1,2})?", re.ASCII)


class Imported(NamedTuple):
    """How many payments a file brought, how many were there before, and the sum of the new ones in euros."""

    recorded: int
    known: int
    total: str


class Line(NamedTuple):
    """One line of the file, read but not yet checked against the loan."""

    number: int
    loan: str
    draft: Draft


def import_payments(desk: Desk, file: Path, today: date) -> Imported:
    """Record the payments of a file; raises `BadInput` listing every line that cannot be right."""
    rows = rows_of(file, COLUMNS)
    headings, errors = headings_of(desk, rows)
    check_loans(desk.by.actor, "record", (heading.id for heading in headings.values()))
    lines: list[Line] = []
    for number, row in rows:
        if row[0] in headings:
            try:
                lines.append(Line(number, row[0], _draft(headings[row[0]].id, row, today)))
            except BadInput as wrong:
                errors[number] = str(wrong)
    new, refused = checked_lines(lines, dossiers_of(desk.connection, headings.values()), desk.by.known_on)
    refuse_lines(file, errors | refused)
    record(desk.connection, [line.draft for line in new], desk.by)
    return Imported(len(new), len(rows) - len(new), euros(sum(line.draft.cents for line in new)))


def headings_of(desk: Desk, rows: Sequence[tuple[int, list[str]]]) -> tuple[dict[str, Loan], dict[int, str]]:
    """The loans the file names, and the lines that name none."""
    headings: dict[str, Loan] = {}
    unknown: dict[str, str] = {}
    for name in dict.fromkeys(row[0] for _, row in rows):
        try:
            headings[name] = find_loan(desk.connection, name)
        except BadInput as wrong:
            unknown[name] = f"loan: {wrong}"
    return headings, {number: unknown[row[0]] for number, row in rows if row[0] in unknown}


def checked_lines(
    lines: Sequence[Line], dossiers: Mapping[int, Dossier], known_on: date
) -> tuple[list[Line], dict[int, str]]:
    """The lines that are new, and what is wrong with others; each line sees the lines before it."""
    grown = dict(dossiers)
    new: list[Line] = []
    errors: dict[int, str] = {}
    for line in lines:
        dossier = grown[line.draft.loan]
        try:
            if known_already(dossier, line.draft) is None:
                check_draft(dossier, line.draft)
                facts = [*dossier.facts, provisional(dossier, line.draft, known_on)]
                grown[line.draft.loan] = Dossier(dossier.loan, dossier.decision_date, facts)
                new.append(line)
        except BadInput as wrong:
            errors[line.number] = str(wrong)
    for line in {line.draft.loan: line for line in new}.values():
        try:
            check_life(grown[line.draft.loan].facts)
        except BadInput as wrong:
            errors[line.number] = str(wrong)
    return new, errors


def _draft(loan: int, row: Sequence[str], today: date) -> Draft:
    _, day_text, amount_text, reference = row
    day = parse_day(day_text)
    if day > today:
        raise BadInput(f"date: {day}: lies after today, {today}")
    if not _AMOUNT.fullmatch(amount_text):
        raise BadInput(f"amount: {amount_text[:40]!r}: must be euros such as 506.91 or 506,91")
    cents = cents_of(amount_text.replace(",", "."))
    if cents <= 0:
        raise BadInput(f"amount: {amount_text}: must be above 0; a payment that came back is reversed")
    if not reference:
        raise BadInput("reference: is missing: it tells a second payment from the same line again")
    return Draft(loan, FactKind.PAYMENT, day, reference, cents=cents)


def rows_of(file: Path, columns: Sequence[str]) -> list[tuple[int, list[str]]]:
    """The lines under the heading, with their numbers; refuses a file of another form as a whole."""
    try:
        text = content_of(file).decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        raise BadInput(f"{file}: byte {wrong.start + 1} is not UTF-8: save it as CSV UTF-8") from None
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";", strict=True)
    try:
        read = [(reader.line_num, [cell.strip() for cell in row]) for row in reader if any(row)]
    except csv.Error as wrong:
        raise BadInput(f"{file} line {reader.line_num}: {wrong}") from None
    if not read or tuple(read[0][1]) != tuple(columns):
        raise BadInput(f"{file} line 1: must be the heading {';'.join(columns)}")
    refuse_lines(
        file,
        {
            number: f"{len(row)} columns: must be {len(columns)}"
            for number, row in read
            if len(row) != len(columns)
        },
    )
    return read[1:]


def refuse_lines(file: Path, errors: Mapping[int, str]) -> None:
    """Raise `BadInput` listing what is wrong by line, if anything is."""
    if not errors:
        return
    shown = [f"line {number}: {errors[number]}" for number in sorted(errors)[:MOST_ERRORS_SHOWN]]
    more = [f"and {len(errors) - MOST_ERRORS_SHOWN} lines more"] if len(errors) > MOST_ERRORS_SHOWN else []
    many = "1 line is" if len(errors) == 1 else f"{len(errors)} lines are"
    raise BadInput("\n".join([f"{file}: {many} refused, nothing was recorded", *shown, *more]))
