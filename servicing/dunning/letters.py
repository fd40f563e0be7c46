"""From steps that are due on loans to letters: what one debtor owes one creditor in one letter, with one fee."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from ledger.errors import BadInput
from servicing.dunning.beside import NOTHING_BESIDE, Beside
from servicing.dunning.collection_costs import collection_costs
from servicing.dunning.fee import Reminded, fees_of
from servicing.dunning.owing import Overdue
from servicing.dunning.procedure import Name, Procedure, term_of
from servicing.dunning.sent import HandedOver, Line
from servicing.law import Law, UnknownLaw
from servicing.policy import Choices


class Due(NamedTuple):
    """A letter that is due about one loan: for which step, to which debtors, and what was proposed since when."""

    loan: int
    creditor: int
    procedure: Name
    step: str
    letter: str
    debtors: tuple[int, ...]
    overdue: Overdue
    proposed_on: date
    is_charged: bool = False
    beside: Beside = NOTHING_BESIDE


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter to a debtor (or to all of them together) about all his loans for which the same step is due.

    `bundle` are all letters that share a fee: they leave together, and each loan in them counts once.
    """

    creditor: int
    procedure: Name
    step: str
    letter: str
    debtors: tuple[int, ...]
    lines: tuple[Due, ...]
    bundle: str


def letters_due(due: Iterable[Due], *, one_each: bool = True) -> list[Letter]:
    """The letters for what is due, in the order of creditor, bundle and debtor.

    `one_each`: each debtor has a letter of his own about the loans he owes (policy claim.joint).
    """
    return [letter for bundle in bundles_of(due) for letter in _letters(bundle, one_each=one_each)]


def bundles_of(due: Iterable[Due]) -> list[list[Due]]:
    """What is due, put together as far as it shares creditor, procedure, step and a debtor; the loans in order."""
    bundles: dict[int, list[Due]] = {}
    where: dict[tuple[object, ...], int] = {}
    for one in sorted(due, key=lambda each: each.loan):
        shared = [(one.creditor, one.procedure, one.step, debtor) for debtor in one.debtors if debtor]
        joined = sorted({where[key] for key in shared if key in where})
        whole = [*(each for number in joined for each in bundles.pop(number)), one]
        bundles[one.loan] = whole
        where |= {
            (each.creditor, each.procedure, each.step, debtor): one.loan
            for each in whole
            for debtor in each.debtors
            if debtor
        }
    found = [sorted(bundle, key=lambda each: each.loan) for bundle in bundles.values()]
    return sorted(found, key=lambda bundle: (bundle[0].creditor, bundle[0].loan, bundle[0].step))


def handed_over(
    bundle: Sequence[Due], reference: str, sent: date, procedure: Procedure, ways: tuple[Law, Choices]
) -> tuple[HandedOver, str]:
    """What a bundle becomes when it is sent on a day: lines with their fee, and the term; and why it has no fee.

    The tariff is that of the day of sending; where it is not known the letter goes without fee. Raises `NotChosen`,
    `UnknownLaw` for an unknown term or scale of collection costs, and `BadInput` where no costs can be told.
    """
    law, choices = ways
    rule = procedure.steps[bundle[0].step]
    fees: dict[int, int] = {}
    why = ""
    if rule.fee == "reminder_fee":
        try:
            fees = fees_of([_reminded(one) for one in bundle], sent, law, choices)
        except UnknownLaw as unknown:
            why = f"no fee: {unknown}"
    costs = _costs(bundle, sent, law) if rule.fee == "collection_costs" else 0
    term = term_of(rule, sent, law, choices)
    letter = HandedOver(
        reference,
        procedure.code,
        bundle[0].step,
        bundle[0].letter,
        sent,
        tuple(_line(one, fees.get(one.loan, 0)) for one in bundle),
        tuple(sorted({debtor for one in bundle for debtor in one.debtors})),
        term.last_day if term else None,
        rule.interrupts,
        costs=costs,
    )
    return letter, why


def _line(one: Due, fee: int) -> Line:
    return Line(one.loan, one.overdue.since, one.overdue.cents, fee, one.beside.cents)


def _costs(bundle: Sequence[Due], sent: date, law: Law) -> int:
    """The collection costs a letter tells of, on all it asks for together (BW 6:96 lid 7); raises `BadInput`."""
    if len({one.debtors for one in bundle}) > 1:
        loans = ", ".join(str(one.loan) for one in bundle)
        raise BadInput(
            f"loans {loans}: are not of the same debtors: no one amount of costs can be told to all"
        )
    return collection_costs(sum(one.overdue.cents for one in bundle), sent, law)


def _letters(bundle: Sequence[Due], *, one_each: bool) -> list[Letter]:
    first = bundle[0]
    name = f"{first.creditor}:{first.loan}:{first.step}:{first.proposed_on}"
    everybody = tuple(sorted({debtor for one in bundle for debtor in one.debtors}))
    groups = [(debtor,) for debtor in everybody] if one_each else [everybody]
    return [
        Letter(
            first.creditor,
            first.procedure,
            first.step,
            first.letter,
            group,
            tuple(one for one in bundle if set(one.debtors) & set(group)),
            name,
        )
        for group in groups
    ]


def _reminded(one: Due) -> Reminded:
    return Reminded(one.loan, one.procedure, one.overdue, one.is_charged)
