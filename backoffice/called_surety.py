"""A surety that the bank calls (Bbz art. 16 onder d): which claims are of it, and what of it still stands."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection, select

from ledger.day import day_of, number_of
from ledger.errors import BadInput
from ledger.money import cents_of, euros
from servicing.debtors.store import merges
from servicing.facts import FactKind, FactRefused
from servicing.settlement.state_share import SURETY
from servicing.store import Loan, debtors_of, find_loan
from servicing.tables import fact, loan
from servicing.terms_data import SURETY_DECISION, SURETY_LOAN

CLAIM = "bbz_guarantee_claim"
"""What was paid to a bank that called a surety; a loan of its own."""

CALLED = "called"
"""The state of a surety of which nothing stands any more."""


class Named(NamedTuple):
    """The surety of a claim: a loan in the books, or the decision that gave it where it never was in them."""

    loan: str | None
    decision: str | None

    def data(self) -> dict[str, object]:
        """What the fact that grants the claim says of it."""
        told = {SURETY_LOAN: self.loan, SURETY_DECISION: self.decision}
        return {key: value for key, value in told.items() if value is not None}


class Call(NamedTuple):
    """A claim from a surety: its loan, the day of its decision, and how much of the surety it takes."""

    claim: int
    on: date
    cents: int


class Standing(NamedTuple):
    """What a surety is for, in cents, and what of it was called."""

    cents: int
    calls: tuple[Call, ...]

    @property
    def called(self) -> int:
        """What was called in all."""
        return sum(call.cents for call in self.calls)

    @property
    def left(self) -> int:
        """What of it still stands."""
        return self.cents - self.called


class Calling(NamedTuple):
    """A claim that is to be granted: whose, against whom, when it was decided, and for how much."""

    creditor: int
    debtors: Collection[int]
    decided: date
    cents: int


def asked_surety(product: str, surety: str | None, decision: str | None) -> Named | None:
    """The surety a case names, None for what is no claim from one; raises `BadInput` by key and rule."""
    given = {SURETY_LOAN: surety, SURETY_DECISION: decision}
    told = [(key, value) for key, value in given.items() if value is not None]
    if product != CLAIM:
        for key, value in told:
            raise BadInput(f"{key}: {value}: only a {CLAIM} has it, and this is a {product}: leave it out")
        return None
    if len(told) > 1:
        raise BadInput(
            f"{SURETY_DECISION}: {decision}: {SURETY_LOAN} {surety} says which surety it is: leave one of them out"
        )
    if not told:
        raise BadInput(
            f"{SURETY_LOAN}: is missing: the loan of the surety that the bank called (aflos loan list --product "
            f"{SURETY}); of one that never was in these books give {SURETY_DECISION}, the decision that gave it"
        )
    return Named(surety, decision)


def named_in(data: Mapping[str, object]) -> Named:
    """The surety that the grant of a claim names; neither where nobody told it."""
    found = [data.get(key) for key in (SURETY_LOAN, SURETY_DECISION)]
    return Named(*(None if value is None else str(value) for value in found))


def check_call(connection: Connection, named: Named, calling: Calling) -> Named:
    """The surety by its loan number; raises `FactRefused` where it is not of this claim, or too little of it stands."""
    if named.loan is None:
        _check_not_kept(connection, str(named.decision), calling.creditor)
        return named
    surety = find_loan(connection, named.loan)
    _check_whose(connection, surety, calling)
    stands = standings(connection, surety.creditor_id)[surety.id]
    if calling.cents > stands.left:
        before = "".join(
            f"; called before: {euros(call.cents)} on {call.on} (loan {call.claim})" for call in stands.calls
        )
        raise FactRefused(
            f"{SURETY_LOAN}: {surety.id}: is for {euros(stands.cents)}, of which {euros(stands.left)} still stands; "
            f"{euros(calling.cents)} is claimed{before}; claim no more than stands: for more the college is no surety"
        )
    return Named(str(surety.id), None)


def _check_whose(connection: Connection, surety: Loan, calling: Calling) -> None:
    """The surety is one, of the same creditor and of whoever the claim is on, and was there before the claim."""
    where = f"{SURETY_LOAN}: {surety.id}: "
    if surety.creditor_id != calling.creditor:
        raise FactRefused(f"{where}is of another creditor; name a surety of the creditor of the claim")
    if surety.product != SURETY:
        raise FactRefused(
            f"{where}is a {surety.product}, no surety; aflos loan list --product {SURETY} shows them"
        )
    same = merges(connection)
    given_for = {same.get(number, number) for number in debtors_of(connection, surety.id)}
    strange = sorted(number for number in calling.debtors if same.get(number, number) not in given_for)
    if strange:
        raise FactRefused(
            f"{where}was not given for debtor {', '.join(map(str, strange))}; the claim is on who the surety was given "
            f"for: aflos loan show {surety.id} names them"
        )
    if calling.decided < surety.decision_date:
        raise FactRefused(
            f"{where}was given on {surety.decision_date}, after the decision of {calling.decided} about the claim; "
            "correct decision_date, or name the surety that was called"
        )


def _check_not_kept(connection: Connection, decision: str, creditor: int) -> None:
    """A surety that is in the books is named by its loan, so that what is called of it is counted."""
    query = (
        select(loan.c.id)
        .join(fact, fact.c.loan_id == loan.c.id)
        .where(
            loan.c.product == SURETY,
            loan.c.creditor_id == creditor,
            fact.c.kind == int(FactKind.GRANT),
            fact.c.key == decision,
        )
        .order_by(loan.c.id)
    )
    found = connection.execute(query).scalars().first()
    if found is not None:
        raise FactRefused(
            f"{SURETY_DECISION}: {decision!r}: gave the surety that is loan {found}: give {SURETY_LOAN} {found} instead"
        )


def standings(
    connection: Connection, creditor: int | None = None, on: date | None = None, known_by: date | None = None
) -> Mapping[int, Standing]:
    """What stands of each surety (of a creditor), by its loan number; with `on` what was decided by that day alone."""
    query = (
        select(loan.c.id, loan.c.product, fact.c.value_date, fact.c.data)
        .join(fact, fact.c.loan_id == loan.c.id)
        .where(loan.c.product.in_((SURETY, CLAIM)), fact.c.kind == int(FactKind.GRANT))
        .order_by(loan.c.id, fact.c.nr)
    )
    if creditor is not None:
        query = query.where(loan.c.creditor_id == creditor)
    if known_by is not None:
        query = query.where((loan.c.product == SURETY) | (fact.c.known_on <= number_of(known_by)))
    amounts: dict[int, int] = {}
    calls: dict[str, list[Call]] = {}
    for row in connection.execute(query):
        data, day = json.loads(row.data), day_of(row.value_date)
        cents = cents_of(str(data["principal"]))
        if row.product == SURETY:
            amounts[row.id] = cents
        elif (of := named_in(data).loan) is not None and (on is None or day <= on):
            calls.setdefault(of, []).append(Call(row.id, day, cents))
    return {number: Standing(cents, tuple(calls.get(str(number), ()))) for number, cents in amounts.items()}
