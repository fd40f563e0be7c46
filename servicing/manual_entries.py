"""Which accounts a person may book on by hand (memoriaal): pairs that no loan, bank line or other receipt drives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, NamedTuple

from pydantic import Field

from ledger.accounts import AccountNumber, Chart
from ledger.config import Strict, Text, checked
from ledger.errors import BadInput, Misconfigured

KIND = "manual-entry"
"""The kind of decision."""

BY_HAND = frozenset({AccountNumber.OTHER_BANK_MOVEMENTS, AccountNumber.BANK_COSTS})
"""Of the accounts the program books on, those that are held against nothing; all others follow from facts alone."""


class Pair(NamedTuple):
    """Two accounts between which a person may book, in either direction, and for what."""

    low: int
    high: int
    en: str
    nl: str


class _For(Strict):
    en: Text
    nl: Text


class _Pair(Strict):
    between: Annotated[list[int], Field(min_length=2, max_length=2)]
    for_: Annotated[_For, Field(alias="for")]


class _File(Strict):
    pairs: list[_Pair]


def pairs_from(content: object, file: str, chart: Chart) -> tuple[Pair, ...]:
    """The pairs in a file; raises `Misconfigured` for an account that nobody may book on by hand."""
    found: list[Pair] = []
    for one in checked(_File, content, file).pairs:
        low, high = sorted(one.between)
        for number in (low, high):
            _check_account(number, chart, file)
        if low == high or (low, high) in {(pair.low, pair.high) for pair in found}:
            raise Misconfigured(f"{file}: between: {one.between}: two accounts, named once")
        found.append(Pair(low, high, one.for_.en, one.for_.nl))
    return tuple(found)


def _check_account(number: int, chart: Chart, file: str) -> None:
    account = chart.accounts.get(number)
    if account is None:
        raise Misconfigured(f"{file}: between: {number}: chart_of_accounts.yaml has no such account")
    if number in set(AccountNumber) - BY_HAND or account.clearing:
        raise Misconfigured(
            f"{file}: between: {number}: {account.en} follows from facts alone and is never booked by hand"
        )


def pair_of(pairs: Sequence[Pair], debit: int, credit: int) -> Pair:
    """The pair that allows an entry; raises `BadInput` naming what is allowed."""
    for pair in pairs:
        if (pair.low, pair.high) == (min(debit, credit), max(debit, credit)):
            return pair
    allowed = ", ".join(f"{pair.low} and {pair.high}" for pair in pairs) or "no accounts"
    raise BadInput(
        f"debit, credit: {debit} and {credit}: manual_entries.yaml allows booking by hand between {allowed}"
    )
