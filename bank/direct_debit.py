"""Makes the file by which a bank collects from debtors: pain.008.001.08, SEPA core direct debit (incasso)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from sepaxml import SepaDD
from stdnum.eu import at_02

from bank.outgoing import (
    LONGEST_TEXT,
    Message,
    NotAPayment,
    Sender,
    checked_account,
    checked_cents,
    checked_id,
    checked_order,
    finished,
    no_doubles,
    sepa_name,
    sepa_text,
)

SCHEMA = "pain.008.001.08"

Sequencing = Literal["FRST", "RCUR", "FNAL", "OOFF"]
"""Which collection of its mandate it is: the first, a later, the last, the only one."""


@dataclass(frozen=True, slots=True)
class Collection:
    """One amount to take from one account, by a mandate signed on a day; `id` comes back in the bank statement."""

    id: str
    cents: int
    name: str
    iban: str
    mandate: str
    signed: date
    text: str


@dataclass(frozen=True, slots=True)
class CollectionBlock:
    """Collections of one sequence on one day; the bank books them as one and names them by this id."""

    id: str
    sequence: Sequencing
    day: date
    collections: Sequence[Collection]


def direct_debit_file(
    message: Message, sender: Sender, creditor_id: str, blocks: Sequence[CollectionBlock]
) -> bytes:
    """The file, the same bytes for the same values; raises `NotAPayment` for what a bank would not take.

    `creditor_id` is the creditor identifier (incassant-id) of the sender. Names and texts go without accents, because
    not every bank passes them on.
    """
    if not at_02.is_valid(creditor_id):
        raise NotAPayment(f"creditor identifier {creditor_id!r}: its check digits are wrong")
    no_doubles("block", [block.id for block in blocks])
    no_doubles("collection", [each.id for block in blocks for each in block.collections])
    no_doubles("block", [f"{block.sequence} {block.day}" for block in blocks])
    config = {
        "name": sepa_name("account holder", sender.name),
        "IBAN": checked_account("own account", sender.iban),
        "batch": True,
        "creditor_id": creditor_id,
        "currency": "EUR",
    } | ({"BIC": sender.bic} if sender.bic else {})
    made = SepaDD(config, schema=SCHEMA, clean=False)
    for block in blocks:
        for payment in _payments(block):
            made.add_payment(payment)
    return finished(made.export(validate=False), message, [block.id for block in blocks], SCHEMA)


def _payments(block: CollectionBlock) -> list[dict[str, object]]:
    checked_id("block", block.id)
    if not block.collections:
        raise NotAPayment(f"block {block.id}: holds nothing to collect")
    return [_payment(each, block) for each in block.collections]


def _payment(each: Collection, block: CollectionBlock) -> dict[str, object]:
    what = f"collection {each.id}"
    checked_order(f"{what}: mandate signed", each.signed, block.day, "the mandate comes first")
    return {
        "name": sepa_name(what, each.name),
        "IBAN": checked_account(what, each.iban),
        "amount": checked_cents(what, each.cents),
        "type": block.sequence,
        "collection_date": block.day,
        "mandate_id": checked_id(f"{what}: mandate", each.mandate),
        "mandate_date": each.signed,
        "description": sepa_text(each.text, LONGEST_TEXT),
        "endtoend_id": checked_id("collection", each.id),
    }
