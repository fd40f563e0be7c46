"""Short ways for tests to make cases of dunning: facts as recorded, arrears, and what holds for a creditor."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Any

from ledger.money import cents_of
from servicing import files
from servicing.blocks import blocks_on
from servicing.dunning.ladder import Case, Rules, Step, Wait, next_step
from servicing.dunning.owing import Overdue, OverdueRow
from servicing.facts import Fact, FactKind
from servicing.policy import Choices

LOAN = 100_000_001
LAW, POLICY, PRODUCTS = files.law(), files.policy(), files.products()
PROCEDURES = files.procedures()


def at(text: str) -> date:
    return date.fromisoformat(text)


def fact(nr: int, kind: FactKind, on: str, **data: Any) -> Fact:
    """A fact known on its own day; `of`, `cents` and `known` are its own."""
    day, of, cents = at(on), data.pop("of", 0), data.pop("cents", 0)
    known = at(data.pop("known", on))
    return Fact(LOAN, nr, kind, day, known, f"{nr}", cents, of, data, "clerk", "")


def letter(nr: int, step: str, on: str, until: str = "", **data: Any) -> Fact:
    """A letter that was handed over, of the ladder of instalments unless another procedure is given."""
    says = {"step": step, "procedure": "instalments", "letter": step, **data}
    if until:
        says["term_until"] = until
    return fact(nr, FactKind.DUNNED, on, **says)


def overdue(*rows: tuple[str, str], **more: str) -> Overdue:
    """Rows by due date and amount, all of it principal."""
    found = tuple(
        OverdueRow(nr, at(due), cents_of(amount), 0) for nr, (due, amount) in enumerate(rows, start=1)
    )
    costs, statutory, whole = (cents_of(more.get(name, "0.00")) for name in ("costs", "statutory", "whole"))
    return Overdue(found, costs, statutory, whole)


@cache
def rules(product: str = "bbz_business_capital", creditor: str = "almere", **own: str) -> Rules:
    """What holds for a product of a creditor, with answers of its own to the choices (dots as two underscores)."""
    chosen = {key.replace("__", "."): value for key, value in own.items()}
    return Rules(PRODUCTS[product], PROCEDURES, LAW, Choices(POLICY, creditor, at("2025-01-01"), chosen))


def step_on(
    day: str,
    facts: Sequence[Fact] = (),
    due: Overdue | None = None,
    by: Rules | None = None,
    **case: Any,
) -> Step | Wait:
    """What is due on a day on one missed instalment of 31 January 2025, or on other arrears."""
    known = [each for each in facts if each.known_on <= at(day)]
    found = due if due is not None else overdue(("2025-01-31", "506.91"))
    blocks = case.pop("blocks", None)
    stops = blocks_on(known, at(day)) if blocks is None else blocks
    return next_step(
        Case(LOAN, known, case.pop("debtors", (1,)), found, stops, **case), by or rules(), at(day)
    )


def told(found: Step | Wait) -> str:
    """The code of a step, or why none is due."""
    return found.code if isinstance(found, Step) else found.reason
