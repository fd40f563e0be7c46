"""The command `aflos explain`: where a booked amount comes from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click
from sqlalchemy import Connection

from backoffice.cli.database import looking
from backoffice.cli.explain_bank import explained_bank
from backoffice.cli.options import as_json
from backoffice.cli.output import pairs, print_json
from backoffice.cli.table import table
from backoffice.rights import seen_loan
from ledger.entry import LOANS_PER_CREDITOR, Entry, Key, parse_key
from ledger.files import chart_of_accounts
from ledger.money import euros
from ledger.store import entries_of_loan, find_entry
from servicing import files
from servicing.explain import Explanation, basis_of, rows_of
from servicing.explain import explain as explanation_of
from servicing.explain_lines import Basis, Line
from servicing.facts import Fact
from servicing.store import facts_of


@click.command(name="explain")
@click.argument("key", metavar="KEY")
@as_json
def explain(key: str, as_json: bool) -> None:
    """Where a booked amount comes from: balance x days x rate, the rule, the article and the source.

    It is computed again from the facts known when it was booked; a difference is an error (exit code 5).

    Example: aflos explain 100000001:2025-03-01:interest:1
    """
    parsed = parse_key(key)
    if parsed.loan % LOANS_PER_CREDITOR == 0:
        with looking() as connection:
            told = explained_bank(connection, parsed)
        if as_json:
            print_json(told)
        else:
            click.echo(_bank_page(told))
        return
    with looking() as connection:
        basis, found = _explained(connection, parsed)
    if as_json:
        print_json(_shown(found, basis))
    else:
        click.echo(_page(found, basis))


def _bank_page(told: Mapping[str, Any]) -> str:
    names = ("key", "text", "value_date", "business_date")
    rows = [[f"{row['debit']} aan {row['credit']}", row["amount"]] for row in told["postings"]]
    lines = [[line[name] for name in ("text", "amount", "source")] for line in told["lines"]]
    parts = [pairs({name: told[name] for name in names}), table(("booked", "amount"), rows)]
    return "\n\n".join([*parts, table(("because", "amount", "source"), lines)])


def _explained(connection: Connection, key: Key) -> tuple[Basis, Explanation]:
    wanted = find_entry(connection, key)
    loan = seen_loan(connection, str(key.loan))
    accounts = {number: account.nl for number, account in chart_of_accounts().accounts.items()}
    product = files.products().get(loan.product)
    basis = basis_of(product, files.law(), loan.decision_date, accounts)
    facts = facts_of(connection, [key.loan])[key.loan]
    return basis, explanation_of(wanted, entries_of_loan(connection, key.loan), facts, basis)


def _shown(found: Explanation, basis: Basis) -> dict[str, object]:
    entry = found.entry
    return {
        "key": entry.key.text(),
        "loan": entry.key.loan,
        "kind": entry.key.kind.text,
        "text": found.text,
        "value_date": entry.value_date.isoformat(),
        "business_date": entry.key.business_date.isoformat(),
        "row": entry.row_nr or None,
        "fact": _fact(found.fact),
        "postings": _postings(entry, basis),
        "lines": [_line(line) for line in found.lines],
        "earlier": [one.key.text() for one in found.earlier],
    }


def _fact(fact: Fact | None) -> dict[str, object] | None:
    if fact is None:
        return None
    return {
        "nr": fact.nr,
        "kind": fact.kind.text,
        "reference": fact.key,
        "value_date": fact.value_date.isoformat(),
        "known_on": fact.known_on.isoformat(),
        "actor": fact.actor,
        "source": fact.source,
    }


def _postings(entry: Entry, basis: Basis) -> list[dict[str, object]]:
    return [
        {
            "debit": basis.account(row.debit),
            "credit": basis.account(row.credit),
            "amount": euros(row.cents),
        }
        for row in rows_of(entry)
    ]


def _line(line: Line) -> dict[str, object]:
    return {
        "text": line.text,
        "amount": line.amount,
        "article": line.article,
        "source": line.source,
        **line.details,
    }


def _page(found: Explanation, basis: Basis) -> str:
    entry = found.entry
    top = {
        "key": entry.key.text(),
        "what": found.text,
        "value date": entry.value_date.isoformat(),
        "booked in the night of": entry.key.business_date.isoformat(),
    }
    rows = [[f"{row['debit']} aan {row['credit']}", str(row["amount"])] for row in _postings(entry, basis)]
    lines = [[line.text, line.amount, line.article, line.source] for line in found.lines]
    return "\n\n".join(
        [
            pairs(top),
            table(("booked", "amount"), rows),
            table(("because", "amount", "article", "source"), lines),
        ]
    )
