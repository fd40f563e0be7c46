"""Letters a person asks for: what the books can fill in of them, and which kinds come about in another way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from letters.catalogue import Kind
from letters.outbox.deciding import (
    ARRANGEMENT,
    BUY_OFF,
    HOLIDAY_LETTER,
    LETTERS_OF,
    OUTCOME_LETTER,
    SETTLEMENT_ANSWER,
    STARTED_LETTER,
    WITHDRAWN_LETTER,
    balance_fields,
)
from letters.outbox.dunning import rows_of
from letters.outbox.framing import Fields
from letters.outbox.telling import TELLING_KINDS
from servicing.dunning.beside import Beside
from servicing.dunning.owing import Overdue
from servicing.dunning.procedure import Name, Procedure
from servicing.payoff import Payoff
from servicing.product import Product
from servicing.viewing import View

ELSEWHERE: Mapping[str, str] = {
    **dict.fromkeys(TELLING_KINDS, "the night writes it when it happens (docs/outbox.md)"),
    **dict.fromkeys(("yearly_statement", "mortgage_yearly_statement"), "the night of 31 December writes it"),
    "correction": "aflos letters withdraw",
    "statement_of_account": "aflos statement LOAN --format pdf",
    **dict.fromkeys(
        (HOLIDAY_LETTER, OUTCOME_LETTER, STARTED_LETTER, WITHDRAWN_LETTER), "aflos letters write DECISION"
    ),
    **{kind: "aflos letters write DECISION" for kinds in LETTERS_OF.values() for kind in kinds.values()},
}
"""Kinds that come about in one way only, and how."""

BY_DECISION: Mapping[str, tuple[str, ...]] = {
    BUY_OFF: (ARRANGEMENT,),
    "settlement": ("settlement", "clawback"),
}
"""Kinds that may tell of a decision instead of its usual letter: aflos letters write DECISION --kind KIND."""


ASKED_FOR: Mapping[str, tuple[str, ...]] = {
    "death": ("estate",),
    "unknown-address": ("address_enquiry",),
    "returned-mail": ("address_enquiry",),
    "wsnp-start": ("claim_filing",),
    "bankruptcy": ("claim_filing",),
    "moratorium": ("balance_statement",),
    "bewind": ("balance_statement",),
    "outcome": (OUTCOME_LETTER,),
}
"""The letters that an event gives a person reason to make; none leaves by itself."""


class Known(NamedTuple):
    """What the books say of a loan on a day, for a letter somebody asks for."""

    product: Product
    view: View
    payoff: Payoff
    overdue: Overdue | None
    beside: Beside
    contract_date: str


def dunned_kinds(procedures: Mapping[Name, Procedure]) -> dict[str, str]:
    """The kinds that dunning proposes, each with the procedures that have it."""
    found: dict[str, list[str]] = {}
    for name, procedure in procedures.items():
        for step in procedure.steps.values():
            if step.letter is not None:
                found.setdefault(step.letter, []).append(name)
    return {kind: ", ".join(names) for kind, names in found.items()}


def trigger_of(kind: Kind, dunned: Mapping[str, str]) -> str:
    """How a letter of a kind comes about; `dunned` are the kinds that dunning proposes, each with its procedures."""
    if kind.code in dunned:
        return f"dunning proposes it ({dunned[kind.code]})"
    if kind.code in BY_DECISION:
        return f"aflos letters write DECISION --kind {kind.code}"
    by_hand = f"aflos letters make {kind.code} LOAN"
    if kind.code == SETTLEMENT_ANSWER:
        return f"{by_hand} (a refusal); aflos letters write DECISION (an arrangement with its share)"
    return ELSEWHERE.get(kind.code, by_hand)


def book_fields(known: Known) -> Fields:
    """Everything the books can fill in; a kind takes the fields it has."""
    lines = known.payoff.lines
    fields: Fields = {
        **balance_fields(known.view),
        "product": known.product.in_letters,
        "contract_date": known.contract_date,
        "payoff_rows": [[line.on.isoformat(), int(line.total)] for line in lines],
        "payoff_rises": lines[-1].total > lines[0].total,
        "payoff_until": known.payoff.valid_until.isoformat(),
    }
    if known.overdue is not None:
        open_rows = rows_of(known.overdue, known.beside)
        fields |= {"open_rows": open_rows, "open_total": known.overdue.cents + known.beside.cents}
    return fields
