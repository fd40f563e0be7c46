"""The statement of account as a letter (PDF): the same lines, in the look of all letters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from moneyed import Money

from ledger.money import cents_of_money
from letters.compose import Draft
from letters.letterhead import Letterhead
from letters.template import Law
from reports.earlier import EarlierLine
from reports.statement import Balances, Line, Statement
from servicing.wording import dutch_day

Fields = dict[str, object]


@dataclass(frozen=True, slots=True)
class Account:
    """Whose statement it is: the loan with its product and law, the debtors' names, and whom it goes to."""

    loan: int
    product: str
    law: Law
    debtor: str
    addressee: tuple[str, ...]


def statement_draft(found: Statement, account: Account, head: Letterhead, today: date) -> Draft:
    """What is printed; lines there are none of are left out."""
    fields: Fields = {
        "addressee": list(account.addressee),
        "date": today.isoformat(),
        "our_reference": f"{account.loan}, {dutch_day(found.until)}",
        "contact_name": head.department,
        "contact_phone": head.phone,
        "contact_email": head.email,
        "loan": str(account.loan),
        "debtor": account.debtor,
        "product": account.product[:1].lower() + account.product[1:],
        "since": found.since.isoformat(),
        "until": found.until.isoformat(),
        "opening": _cents(found.opening.total),
        "balance_rows": _parts(found.closing),
        "balance": _cents(found.closing.total),
    }
    rows = (("statement_rows", found.lines), ("waiting_rows", found.not_booked))
    fields |= {name: _rows(lines) for name, lines in rows if lines}
    if found.earlier:
        fields["earlier_rows"] = [_earlier(line) for line in found.earlier]
    return Draft("statement_of_account", head.creditor, fields, account.law)


def _rows(lines: Sequence[Line]) -> list[list[object]]:
    return [
        [
            line.value_date.isoformat(),
            line.text,
            *(
                _cents(amount)
                for amount in (line.principal, line.interest, line.costs, line.credit, line.balance)
            ),
        ]
        for line in lines
    ]


def _earlier(line: EarlierLine) -> list[object]:
    balance: object = "" if line.balance is None else _cents(line.balance)
    return [
        line.value_date.isoformat(),
        line.text,
        *(_cents(one) for one in (line.principal, line.interest, line.costs)),
        balance,
    ]


def _parts(balances: Balances) -> list[list[object]]:
    """What the balance is made of; what is owed to the debtor makes it less."""
    parts = [("Hoofdsom", balances.principal), ("Rente", balances.interest), ("Kosten", balances.costs)]
    rows: list[list[object]] = [[name, _cents(amount)] for name, amount in parts]
    return [*rows, ["Tegoed", -_cents(balances.credit)]] if balances.credit else rows


def _cents(amount: Money) -> int:
    return cents_of_money(amount)
