"""The statement of account as a PDF: read, set in the look of all letters, written to standard output."""

from __future__ import annotations

import sys

from sqlalchemy import Connection

from backoffice.called_surety import Named
from backoffice.cli.database import looking
from backoffice.cli.surety_shown import surety_of
from backoffice.rights import seen_loan
from jobs import clock
from ledger.errors import BadInput
from letters.files import press
from letters.outbox.framing import address_lines
from letters.render import render
from reports.statement import Statement
from reports.statement_letter import Account, statement_draft
from reports.store import Heading
from servicing.debtors.store import debtors_of_loan
from servicing.files import products


def print_pdf(heading: Heading, found: Statement) -> None:
    """Write the file; a terminal is no place for it."""
    if sys.stdout.isatty():
        raise BadInput("format: pdf: send it to a file, such as > statement.pdf")
    with looking() as connection:
        account = _account(connection, heading, found)
    prints = press()
    draft = statement_draft(found, account, prints.catalogue.letterhead(heading.creditor), clock.today())
    sys.stdout.buffer.write(render(prints, draft).content)


def _account(connection: Connection, heading: Heading, found: Statement) -> Account:
    """Whom it goes to: the debtors by name, at the address of the first."""
    loan = seen_loan(connection, str(heading.loan))
    people = debtors_of_loan(connection, loan.id, found.until)
    product = products()[loan.product]
    names = list(heading.debtors.values())
    first = next((people[number] for number in heading.debtors if number in people), None)
    lines = address_lines(first) if first else ()
    text = product_text(product.in_letters, surety_of(connection, loan))
    return Account(loan.id, text, product.kind, " en ".join(names), (*names, *lines))


def product_text(product: str, named: Named) -> str:
    """What a loan is, and of a claim from a surety which surety it was."""
    if named.loan is not None:
        return f"{product} (borgtocht {named.loan})"
    return f"{product} (borgtocht uit besluit {named.decision})" if named.decision is not None else product
