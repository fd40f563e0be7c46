"""What holds for dunning on a day: law, policy, products and procedures, read again when a file was written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from ledger.entry import creditor_of_loan
from ledger.files import config_files
from servicing import files
from servicing.blocks import holding_of
from servicing.dunning.beside import Beside, beside_of
from servicing.dunning.ladder import Rules
from servicing.dunning.owing import Overdue
from servicing.dunning.procedure import DayKey, Name, Procedure
from servicing.facts import Fact
from servicing.law import Law
from servicing.policy import Choices, Policy
from servicing.product import Product


@dataclass(frozen=True)
class Book:
    """Everything that was configured; `codes` are the creditors by number."""

    law: Law
    policy: Policy
    products: Mapping[str, Product]
    procedures: Mapping[Name, Procedure]
    codes: Mapping[int, str]

    def choices(self, creditor: int, day: date) -> Choices:
        """What a creditor chose, as it holds on a day."""
        return Choices(self.policy, self.codes[creditor], day, {})

    def rules(self, loan: int, product: str, day: date) -> Rules:
        """What holds for a loan on a day."""
        choices = self.choices(creditor_of_loan(loan), day)
        return Rules(self.products[product], self.procedures, self.law, choices)

    def least_days(self, day: date) -> int:
        """After so many days of arrears the first step of any creditor may come; at least one."""
        keys: set[DayKey] = {
            step.day
            for procedure in self.procedures.values()
            for step in procedure.steps.values()
            if step.day is not None
        }
        chosen = [self.choices(creditor, day) for creditor in self.codes]
        return max(1, min(choices.number(key) for choices in chosen for key in keys))


def beside_on(overdue: Overdue, facts: Sequence[Fact], day: date) -> Beside:
    """What is asked for beside the rows of a loan, by what holds and the law of a day."""
    return beside_of(overdue, holding_of(facts, None), day, dunning_book().law)


def dunning_book() -> Book:
    """What is configured now."""
    return _book(tuple(file.sha256 for file in config_files()))


@lru_cache(maxsize=2)
def _book(_state: tuple[str, ...]) -> Book:
    codes = {one.id: code for code, one in files.creditors().items()}
    return Book(files.law(), files.policy(), files.products(), files.procedures(), codes)
