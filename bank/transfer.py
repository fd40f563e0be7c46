"""Makes the file by which a bank pays out: pain.001.001.09, SEPA credit transfer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sepaxml import SepaTransfer

from bank.outgoing import (
    LONGEST_TEXT,
    Message,
    NotAPayment,
    Sender,
    checked_account,
    checked_cents,
    checked_id,
    finished,
    no_doubles,
    sepa_name,
    sepa_text,
)

SCHEMA = "pain.001.001.09"


@dataclass(frozen=True, slots=True)
class Transfer:
    """One amount to pay into one account; `id` comes back in the bank statement."""

    id: str
    cents: int
    name: str
    iban: str
    text: str


@dataclass(frozen=True, slots=True)
class TransferBlock:
    """Transfers on one day; the bank books them as one and names them by this id."""

    id: str
    day: date
    transfers: Sequence[Transfer]


def transfer_file(message: Message, sender: Sender, block: TransferBlock) -> bytes:
    """The file, the same bytes for the same values; raises `NotAPayment` for what a bank would not take."""
    checked_id("block", block.id)
    no_doubles("transfer", [each.id for each in block.transfers])
    if not block.transfers:
        raise NotAPayment(f"block {block.id}: holds nothing to pay")
    config = {
        "name": sepa_name("account holder", sender.name),
        "IBAN": checked_account("own account", sender.iban),
        "batch": True,
        "currency": "EUR",
    } | ({"BIC": sender.bic} if sender.bic else {})
    made = SepaTransfer(config, schema=SCHEMA, clean=False)
    for each in block.transfers:
        made.add_payment(_payment(each, block.day))
    return finished(made.export(validate=False), message, [block.id], SCHEMA)


def _payment(each: Transfer, day: date) -> dict[str, object]:
    what = f"transfer {each.id}"
    return {
        "name": sepa_name(what, each.name),
        "IBAN": checked_account(what, each.iban),
        "amount": checked_cents(what, each.cents),
        "execution_date": day,
        "description": sepa_text(each.text, LONGEST_TEXT),
        "endtoend_id": checked_id("transfer", each.id),
    }
