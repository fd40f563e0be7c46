"""What the books of a night give reason to write, as fields of letters: from facts and the life of one loan."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

from letters.outbox.framing import Fields
from letters.outbox.values import Amount, Effects
from servicing.facts import Fact, FactKind
from servicing.history import history_of
from servicing.life.outcome import RowOutcome
from servicing.product import Product
from servicing.registration import MONEY_KINDS, Dossier, reversal_of
from servicing.terms_data import percent_text
from servicing.viewing import Division, View, payment_lines

WELCOME = "welcome"
SCHEDULE = "repayment_schedule"
FINAL = "final_statement"
WELCOME_DAYS = 31
"""A loan that was paid out longer ago when it became known is no news to its debtor."""

BOUNCES = {
    "AM04": "er stond niet genoeg geld op de rekening",
    "AC01": "het rekeningnummer klopt niet",
    "AC04": "de rekening is opgeheven",
    "AC06": "de rekening is geblokkeerd",
    "MD01": "de bank vond geen geldige machtiging",
    "MD06": "u heeft het bedrag laten terugboeken",
    "MD07": "de rekeninghouder is overleden",
    "MS02": "u heeft de bank gevraagd niet te betalen",
}
"""Why a collection came back, by the reason code of the bank (ISO 20022, ExternalReturnReason1Code)."""


class Bounce(NamedTuple):
    """A collection that came back: what was collected when, from which account, and the bank's reason code."""

    cents: int
    collected_on: date
    iban: str
    code: str


class Told(NamedTuple):
    """A letter about one loan before it has an addressee: kind, business key, fields, amounts, and what it asks for.

    `effects` are what its hand-over does, `decision` the one it tells of (0: none), `to` the lines of an address that a
    person named.
    """

    kind: str
    key: str
    fields: Fields
    amounts: tuple[Amount, ...] = ()
    asks: int = 0
    effects: Effects = Effects()
    decision: int = 0
    to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LoanCase:
    """A loan as a night knows it: `news` are the facts of this night, `entries` the keys that book each fact."""

    product: Product
    dossier: Dossier
    view: View
    news: Sequence[Fact]
    entries: Mapping[int, tuple[str, ...]]
    bounces: Mapping[int, Bounce] = field(default_factory=dict)
    confirms: bool = False

    @property
    def loan(self) -> int:
        """Its number."""
        return self.dossier.loan

    @property
    def balance(self) -> int:
        """All that is owed, in cents."""
        return int(self.view.open.total)

    def paid(self, name: str, fact: Fact, cents: int) -> Amount:
        """An amount that the entries of a fact add up to."""
        return Amount(name, cents, self.entries.get(fact.nr, ()))


def told_of(case: LoanCase) -> list[Told]:
    """The letters that the news of a night about a loan gives reason to."""
    holding = {fact.nr for fact in case.dossier.holding}
    news = [fact for fact in case.news if fact.nr in holding]
    found = [(f"fact {fact.nr}", TELLING[fact.kind](case, fact)) for fact in news if fact.kind in TELLING]
    every = [*found, ("closed", _final(case, news))]
    return [told._replace(key=f"{key}{told.key}") for key, told in every if told is not None]


def schedule(case: LoanCase) -> Fields | None:
    """The schedule that is still to come, with what it is computed from; None where nothing is to come."""
    coming = [row for row in case.view.rows if row.due > case.view.on]
    if not coming:
        return None
    return {
        "product": case.product.in_letters,
        "rate": _rate(case),
        "instalment": _due(coming[0]),
        "first_due": coming[0].due.isoformat(),
        "last_due": coming[-1].due.isoformat(),
        "schedule_rows": [_row(row) for row in coming],
    }


def _welcome(case: LoanCase, fact: Fact) -> Told | None:
    """The first payment of a loan, where its product welcomes: what was agreed, with the schedule.

    A claim, and a rest after the business ended, are debts for which the debtor gets no money now.
    """
    if WELCOME not in case.product.letters:
        return None
    first = next(each for each in case.dossier.holding if each.kind is FactKind.DISBURSEMENT)
    fields = schedule(case)
    old = fact.value_date < case.view.on - timedelta(days=WELCOME_DAYS)
    if fact.nr != first.nr or fields is None or old:
        return None
    rows = fields["schedule_rows"]
    assert isinstance(rows, list)
    more: Fields = {
        "principal": fact.cents,
        "disbursed_on": fact.value_date.isoformat(),
        "instalments": len(rows),
    }
    return Told(WELCOME, "", fields | more, (case.paid("principal", fact, fact.cents),))


def _confirmation(case: LoanCase, fact: Fact) -> Told | None:
    """How a payment was used, where the college confirms payments."""
    lines = {line.fact.nr: line for line in payment_lines(case.dossier, case.view.on)}
    line = lines.get(fact.nr)
    if not case.confirms or line is None or line.division is None or line.reversed_by:
        return None
    fields: Fields = {
        "paid": fact.cents,
        "paid_on": fact.value_date.isoformat(),
        "paid_rows": _division(line.division),
        "balance": case.balance,
    }
    return Told("payment_confirmation", "", fields, (case.paid("paid", fact, fact.cents),))


def _bounced(case: LoanCase, fact: Fact) -> Told | None:
    """A direct debit that came back."""
    bounce = case.bounces.get(fact.nr)
    if bounce is None:
        return None
    reason = BOUNCES.get(bounce.code, f"de bank gaf als reden {bounce.code}")
    fields: Fields = {
        "debit_amount": bounce.cents,
        "debit_on": bounce.collected_on.isoformat(),
        "debit_iban": bounce.iban,
        "bounce_reason": reason,
    }
    collected = case.paid("debit_amount", fact, bounce.cents)
    return Told("bounced_direct_debit", "", fields, (collected,), bounce.cents)


def _schedule_anew(case: LoanCase, fact: Fact) -> Told | None:
    """A decision changed what is still to be paid."""
    fields = schedule(case)
    if fields is None or fact.nr != max(_rescheduled(case)):
        return None
    return Told(SCHEDULE, "", fields | _owed(case))


def _owed(case: LoanCase) -> Fields:
    """What is owed on the day, and what of it is overdue already: no row that is to come has that."""
    late: Fields = {"open_total": int(case.view.overdue)} if case.view.overdue else {}
    return {"balance": case.balance, "balance_day": case.view.on.isoformat(), **late}


def _rescheduled(case: LoanCase) -> list[int]:
    """The decisions about what is due that came tonight and were not taken back, by number."""
    holding = {fact.nr for fact in case.dossier.holding}
    return [one.nr for one in case.news if one.kind in RESCHEDULING and one.nr in holding]


def _schedule_again(case: LoanCase, fact: Fact) -> Told | None:
    """A decision that an earlier night wrote of was taken back: what is still to be paid is as without it."""
    told = {one.nr for one in case.dossier.facts if one.kind in RESCHEDULING} - {one.nr for one in case.news}
    last = max((one.nr for one in case.news if one.kind is FactKind.WITHDRAWAL and one.of in told), default=0)
    fields = schedule(case)
    if fields is None or _rescheduled(case) or fact.nr != last:
        return None
    return Told(SCHEDULE, "", fields | _owed(case))


def _final(case: LoanCase, news: Sequence[Fact]) -> Told | None:
    """All is paid: the last payment closed the loan."""
    paid = [
        fact
        for fact in case.dossier.holding
        if fact.kind in MONEY_KINDS and reversal_of(case.dossier, fact) is None
    ]
    if case.view.state != "closed" or not paid or not any(fact.kind in MONEY_KINDS for fact in news):
        return None
    fields: Fields = {
        "product": case.product.in_letters,
        "closed_on": max(fact.value_date for fact in paid).isoformat(),
        "paid_total": sum(fact.cents for fact in paid),
        "zero_rows": [["Hoofdsom", 0], ["Rente", 0], ["Kosten", 0]],
        "zero": 0,
    }
    return Told(FINAL, f" {fields['closed_on']}", fields, (Amount("zero", 0, balance="total"),))


RESCHEDULING = frozenset(
    {
        *(FactKind.RATE, FactKind.INSTALMENT, FactKind.SCHEDULE, FactKind.EARLY_REPAYMENT),
        *(FactKind.DEFERRAL, FactKind.DEFERRAL_END),
    }
)
"""Decisions after which other instalments are due."""

TELLING: Mapping[FactKind, Callable[[LoanCase, Fact], Told | None]] = {
    FactKind.DISBURSEMENT: _welcome,
    FactKind.PAYMENT: _confirmation,
    FactKind.REVERSAL: _bounced,
    FactKind.WITHDRAWAL: _schedule_again,
    **dict.fromkeys(RESCHEDULING, _schedule_anew),
}
"""What each kind of fact gives reason to write."""

TELLING_KINDS = (
    WELCOME,
    "payment_confirmation",
    "bounced_direct_debit",
    SCHEDULE,
    FINAL,
)
"""The letters that come about so."""


def _rate(case: LoanCase) -> str:
    """The rate in force, as a percentage."""
    rates = [
        fact
        for fact in case.dossier.holding
        if fact.kind is FactKind.RATE and fact.value_date <= case.view.on
    ]
    if rates:
        return str(rates[-1].data["annual_rate_percent"])
    return percent_text(history_of(case.dossier.facts).terms.rate)


def _row(row: RowOutcome) -> list[object]:
    return [row.nr, row.due.isoformat(), int(row.principal), int(row.interest), _due(row), int(row.balance)]


def _due(row: RowOutcome) -> int:
    return int(row.principal + row.interest)


def _division(one: Division) -> list[list[object]]:
    """What a payment was used for, without what is nothing."""
    parts = (
        ("Kosten", one.costs),
        ("Rente", one.interest),
        ("Aflossing", one.principal),
        ("Tegoed", one.credit),
        ("Eerder afgeschreven", one.recovered),
    )
    return [[text, int(cents)] for text, cents in parts if cents]
