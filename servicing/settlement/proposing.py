"""From the facts of a loan and book year to a proposal: what the settlement gives, in amounts that can be kept."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from ledger.errors import BadInput
from ledger.money import euros
from servicing.facts import Fact, FactKind
from servicing.history import History, history_of
from servicing.law import Law
from servicing.life.outcome import interest_run
from servicing.life.state import Row
from servicing.life.timeline import live
from servicing.policy import Choices, Policy
from servicing.settlement.allowance import Allowance, allowance_of, holding
from servicing.settlement.book_year import BookYear
from servicing.settlement.case import figures_of
from servicing.settlement.cycle import figures_on
from servicing.settlement.figures import Figures
from servicing.settlement.interest_years import group_of, interest_before, rows_due, was_taken_over
from servicing.settlement.norm import loan_holds_special
from servicing.settlement.settling import Settlement, settle

Basis = Literal["figures", "missing"]
"""What a proposal rests on: the figures of the year, or their absence (Bbz art. 38)."""

Subject = Literal["allowance", "interest"]
"""What is settled: living allowance (art. 12 and 13), or the interest of business capital (art. 21)."""


class NothingToSettle(BadInput):
    """A loan and book year of which no living allowance and no interest is known."""


@dataclass(frozen=True, slots=True)
class Amounts:
    """The outcome of a proposal in cents; `refund` is what of the remitted interest was paid (None: not known).

    `conversion` is principal of business capital that becomes a gift (keuzejaar).
    """

    granted: int = 0
    year_norm: int = 0
    net_income: int = 0
    supplement: int = 0
    gift: int = 0
    retained: int = 0
    reclaim: int = 0
    largest_reclaim: int = 0
    remission: int = 0
    refund: int | None = None
    conversion: int = 0

    @property
    def not_reclaimed(self) -> int:
        """What could be reclaimed and is not."""
        return self.largest_reclaim - self.reclaim

    def data(self) -> dict[str, str | None]:
        """The amounts as they are kept and shown."""
        cents: list[tuple[str, int | None]] = [(name, getattr(self, name)) for name in self.__slots__]
        found = {name: None if amount is None else euros(amount) for name, amount in cents}
        return {**found, "not_reclaimed": euros(self.not_reclaimed)}


@dataclass(frozen=True, slots=True)
class Subjects:
    """What a proposal is made from: the loan's facts, the book year, its application and the office's choices.

    `beside` is living allowance of the same client and year on another loan; it excludes remission (art. 21).
    `given` is the living allowance of the loan itself, where somebody has read it already. `is_surety`: the bank lent.
    """

    facts: Sequence[Fact]
    year: BookYear
    about: Subject
    application: date
    creditor: str
    beside: Allowance | None = None
    given: Allowance | None = None
    is_surety: bool = False

    @property
    def allowance(self) -> Allowance | None:
        """The living allowance that is settled; None where the facts tell of none."""
        return self.given or allowance_of(self.facts)


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is proposed, on which basis, from which case."""

    basis: Basis
    case: Mapping[str, object]
    amounts: Amounts

    def digest(self, amounts: Mapping[str, object] | None = None) -> str:
        """The same for the same case and outcome; `amounts` as data, where somebody has them already."""
        return digest_of(self.basis, self.case, self.amounts.data() if amounts is None else amounts)


def digest_of(basis: str, case: Mapping[str, object], amounts: Mapping[str, object]) -> str:
    """What tells one proposal from another: its basis, its case and what comes of it."""
    return hashlib.sha256(_IN_ORDER.encode([basis, case, amounts]).encode()).hexdigest()


_IN_ORDER = json.JSONEncoder(sort_keys=True)


def propose(subjects: Subjects, day: date, law: Law, policy: Policy) -> Proposal:
    """What the settlement of a book year gives by all that is known; raises `BadInput` where a figure is missing.

    Without figures of the client all that was granted may be reclaimed, and no interest is remitted.
    """
    check_special(subjects, Choices(policy, subjects.creditor, subjects.year.since, {}))
    case = case_of(subjects, day)
    if figures_on(subjects.facts, subjects.year) is None:
        return Proposal("missing", case, _without_figures(case, subjects))
    figures, choices = read(case, subjects.creditor, policy)
    return Proposal("figures", case, amounts_of(settle(figures, law, choices), figures, subjects.about))


def check_special(subjects: Subjects, choices: Choices) -> None:
    """Refuse months that hold special assistance where the college says that it is no part of the loan (choice A5)."""
    found = subjects.allowance if subjects.about == "allowance" else None
    if found is not None and found.special and not loan_holds_special(choices):
        raise NothingToSettle(
            f"art12.special is {choices.choice('art12.special')}: special assistance is no part of the loan, but the "
            f"months of this book year hold {euros(found.special)} of it: withdraw those advances, and bring them in "
            "again without it"
        )


def read(case: Mapping[str, object], creditor: str, policy: Policy) -> tuple[Figures, Choices]:
    """The figures of a case, and what the college chose for them."""
    figures = figures_of(case)
    return figures, Choices(policy, creditor, figures.day, {})


def amounts_of(found: Settlement, figures: Figures, about: Subject) -> Amounts:
    """What of a settlement a proposal keeps."""
    refund = found.remission.refund
    if about == "interest":
        return Amounts(
            year_norm=found.year_norm,
            net_income=found.net_income,
            remission=found.remission.interest,
            refund=refund,
            conversion=found.remission.principal,
        )
    return Amounts(
        granted=figures.granted,
        year_norm=found.year_norm,
        net_income=found.net_income,
        supplement=found.supplement,
        gift=found.gift,
        retained=found.retained_loan,
        reclaim=found.reclaim,
        largest_reclaim=found.determination.largest_reclaim,
    )


def case_of(subjects: Subjects, day: date) -> dict[str, object]:
    """The case of a settlement: what the loan itself knows, and the last figures of the year on top."""
    known = _of_allowance(subjects) if subjects.about == "allowance" else _of_interest(subjects, day)
    figures = figures_on(subjects.facts, subjects.year)
    said = figures.data.get("figures") if figures is not None else None
    case = {**known, **(said if isinstance(said, Mapping) else {})}
    if subjects.about == "interest" and figures is not None:
        _check_known(case, subjects)
    return case


def _check_known(case: Mapping[str, object], subjects: Subjects) -> None:
    """Refuse a year of interest that the loan was not here for, and of which nobody told the interest."""
    missing = [key for key in INTEREST_KEYS if key not in case]
    if subjects.is_surety:
        if INTEREST_KEYS[0] not in case:
            raise NothingToSettle(
                f"{INTEREST_KEYS[0]}: is missing: the yearly statement of the bank tells it: aflos settle figures "
                f"--set {INTEREST_KEYS[0]}=AMOUNT"
            )
    elif missing and not case.get("choice_year"):
        raise NothingToSettle(
            f"{', '.join(missing)}: the loan was taken over in or after the book year from {subjects.year.since}, and "
            "its import did not tell the interest of before: aflos settle figures --set KEY=AMOUNT"
        )


INTEREST_KEYS = ("capital_loan_interest", "capital_loan_interest_paid")
"""Interest due in the book year and what was paid of it: out of the loan, or told with the figures."""


def _of_allowance(subjects: Subjects) -> dict[str, object]:
    found = subjects.allowance
    if found is None:
        raise NothingToSettle("no living allowance is known of this loan")
    return found.case()


def _of_interest(subjects: Subjects, day: date) -> dict[str, object]:
    """Interest of the rows due in the book year, and what was paid of it; with living allowance beside it."""
    year, history = subjects.year, history_of(subjects.facts)
    group = group_of(subjects.facts)
    beside = subjects.beside.case() if subjects.beside else {}
    return {
        "granted": "0.00",
        "months_granted": None,
        **beside,
        **({"group": group} if group else {}),
        "book_year": str(year.since.year),
        "book_year_start": year.since.isoformat(),
        "application_date": subjects.application.isoformat(),
        **({"surety": True} if subjects.is_surety else _of_loan(history, subjects, day)),
        "capital_principal": euros(int(history.terms.principal)),
    }


def _of_loan(history: History, subjects: Subjects, day: date) -> dict[str, object]:
    """What our own books say of the loan and the book year; what they do not know is left out."""
    facts, year = subjects.facts, subjects.year
    before = interest_before(facts, year)
    told = {} if before is None else _of_rows(rows_due(history, year, day), before)
    return told | _accrued(history, facts, year, day) | _disbursed(facts)


def _of_rows(rows: Sequence[Row], before: tuple[int, int]) -> dict[str, object]:
    """Interest due in the book year and what was paid of it, with what was before the loan was taken over."""
    charged, paid = before
    own = [row for row in rows if row.nr]  # row 0 holds arrears of before, which the import told
    due = charged + sum(int(row.interest) for row in own)
    paid += sum(int(row.interest_paid - min(row.written_off, row.interest_paid)) for row in own)
    return dict(zip(INTEREST_KEYS, (euros(due), euros(paid)), strict=True))


def _accrued(history: History, facts: Sequence[Fact], year: BookYear, day: date) -> dict[str, object]:
    """Interest that ran over the book year; left out of a year that is not over or of a loan that came in during it."""
    if day < year.until or was_taken_over(facts, year):
        return {}
    run = [
        interest_run(live(history.terms, history.events, history.reversals, on), on)
        for on in (year.since, year.until)
    ]
    return {"capital_loan_interest_accrued": euros(run[1] - run[0])}


def _disbursed(facts: Sequence[Fact]) -> dict[str, object]:
    """The day on which the loan was paid out first; left out where nobody told it."""
    kinds = {FactKind.DISBURSEMENT, FactKind.EARLIER_DISBURSEMENT}
    days = [fact.value_date for fact in holding(facts) if fact.kind in kinds]
    return {"disbursement_date": min(days).isoformat()} if days else {}


def _without_figures(case: Mapping[str, object], subjects: Subjects) -> Amounts:
    """Nothing becomes a gift and no interest is remitted: there are no data to convert with (CRVB:2021:2596)."""
    if subjects.about == "interest":
        return Amounts()
    found = subjects.allowance
    assert found is not None, case
    return Amounts(granted=found.granted, reclaim=found.granted, largest_reclaim=found.granted)
