"""The creditors: six municipalities and the province, each an administration of its own (schuldeisers)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator
from stdnum import iban
from stdnum.eu import at_02

from ledger.config import Strict, Text, checked

CreditorKind = Literal["municipality", "province"]


def _iban(text: str) -> str:
    if not iban.is_valid(text) or text != iban.compact(text):
        raise ValueError("write an IBAN without spaces whose check digits are right")
    return text


def _creditor_identifier(text: str) -> str:
    if not at_02.is_valid(text) or text != at_02.compact(text):
        raise ValueError("write a SEPA creditor identifier without spaces whose check digits are right")
    return text


class _Entry(Strict):
    id: Annotated[int, Field(ge=1, le=9999)]
    name: Text
    short_name: Text
    kind: CreditorKind
    area_code: Text | None = None
    iban: Annotated[str, AfterValidator(_iban)]
    account_holder: Annotated[Text, Field(max_length=70)]
    more_accounts: list[Annotated[str, AfterValidator(_iban)]] = Field(default_factory=list)
    creditor_identifier: Annotated[str, AfterValidator(_creditor_identifier)] | None = None


@dataclass(frozen=True, slots=True)
class Creditor:
    """Whoever is owed the debt, with the name for letters and the account on which debtors pay.

    `creditor_identifier` (incassant-id) is by which banks know it as a collector; without it nothing is collected.
    """

    code: str
    id: int
    name: str
    short_name: str
    kind: CreditorKind
    area_code: str | None
    iban: str
    account_holder: str
    more_accounts: tuple[str, ...] = ()
    creditor_identifier: str | None = None

    @property
    def accounts(self) -> tuple[str, ...]:
        """All bank accounts, first the one debtors are asked to pay on."""
        return (self.iban, *self.more_accounts)


class _CreditorsFile(Strict):
    creditors: dict[Text, _Entry]

    @model_validator(mode="after")
    def _numbers_differ(self) -> Self:
        numbers = [creditor.id for creditor in self.creditors.values()]
        if len(set(numbers)) < len(numbers):
            raise ValueError(f"creditors: ids {numbers}: each creditor has its own number")
        accounts = [iban for one in self.creditors.values() for iban in (one.iban, *one.more_accounts)]
        if len(set(accounts)) < len(accounts):
            raise ValueError("creditors: a bank account belongs to one creditor")
        return self


def creditors_from(content: object, file: str) -> Mapping[str, Creditor]:
    """The creditors in a file by code, such as "almere"; raises `Misconfigured` naming file and key."""
    found = checked(_CreditorsFile, content, file).creditors
    creditors = [
        Creditor(
            code=code, more_accounts=tuple(entry.more_accounts), **entry.model_dump(exclude={"more_accounts"})
        )
        for code, entry in found.items()
    ]
    return {creditor.code: creditor for creditor in sorted(creditors, key=lambda creditor: creditor.id)}
