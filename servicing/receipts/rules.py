"""The rules of the office for bank lines that are no receipts, and until when a night waits for statements."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from ledger.config import Strict, Text, checked
from servicing.receipts.matching import Rule
from servicing.receipts.values import Disposition


def _time(text: str) -> str:
    if time.fromisoformat(text).strftime("%H:%M") != text:
        raise ValueError('write a time of the day in quotes, such as "07:00"')
    return text


class _Rule(Strict):
    direction: Literal["in", "out"]
    code: Text | None = None
    contains: Text | None = None
    iban: Text | None = None
    becomes: Annotated[Literal["ignored", "bank-costs"], Field(alias="for")]
    reason: Text

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not (self.code or self.contains or self.iban):
            raise ValueError("a rule names a code, a text or an IBAN")
        return self


class _BankFile(Strict):
    rules: dict[Text, _Rule]
    statements_until: Annotated[str, AfterValidator(_time)]


@dataclass(frozen=True, slots=True)
class BankRules:
    """What fits money that came in, what fits money that went out, and the time until which a night waits."""

    incoming: tuple[Rule, ...]
    outgoing: tuple[Rule, ...]
    statements_until: time


def bank_rules_from(content: object, file: str) -> BankRules:
    """The rules in a file; raises `Misconfigured` naming file and key."""
    found = checked(_BankFile, content, file)
    both: dict[str, list[Rule]] = {"in": [], "out": []}
    kinds = {kind.text: kind for kind in Disposition}
    for name, rule in found.rules.items():
        texts = rule.code or "", rule.contains or "", rule.iban or ""
        both[rule.direction].append(Rule(name, *texts, kinds[rule.becomes], rule.reason))
    return BankRules(tuple(both["in"]), tuple(both["out"]), time.fromisoformat(found.statements_until))
