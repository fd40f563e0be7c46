"""Remission of interest (kwijtschelding van rente, Bbz art. 21), by the day of the application."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple, TypeVar

from ledger.errors import BadInput
from ledger.money import half_up, split
from servicing.dated import Dated
from servicing.law import Law
from servicing.policy import Choices
from servicing.settlement.capital import Excess, applicable_limit
from servicing.settlement.figures import CapitalLoan, Figures
from servicing.settlement.line import OF_LOAN, Line, english_amount

Value = TypeVar("Value")


class LoanRefused(BadInput):
    """A figure of the capital loan is not there that a choice asks, or its case is for a person to decide."""


class Room(NamedTuple):
    """What art. 21 looks at beside the loan, in cents: norm, income, and living assistance of the same year.

    `excess` tests own capital; it is asked only where there is something to remit.
    """

    norm: int
    net_income: int
    assistance: int
    is_assisted: bool
    excess: Callable[[], Excess]

    @property
    def cents(self) -> int:
        """What income and assistance leave of the year norm (lid 3; lid 4 of the old text)."""
        return max(0, self.norm - self.net_income - self.assistance)


@dataclass(frozen=True, slots=True)
class Remission:
    """Interest remitted, what of it was paid already and goes back, and principal turned into a gift; cents.

    `is_of_room`: it was held against the room between the year norm and net income.
    """

    interest: int = 0
    refund: int | None = None
    principal: int = 0
    lines: tuple[Line, ...] = ()
    is_of_room: bool = False


Rule = Callable[[Figures, CapitalLoan, Room, Law, Choices], Remission]


def remission(figures: Figures, room: Room, law: Law, policy: Choices) -> Remission:
    """What the regime of the application remits; only the established self-employed have this right (art. 31)."""
    if figures.loan is None:
        return Remission()
    if figures.group != "established":
        return _refused("Rente wordt alleen kwijtgescholden aan gevestigde zelfstandigen", "Not established")
    found = _REGIMES.on(figures.loan.application)
    assert found, "the first regime has no first day"
    done = found[1](figures, figures.loan, room, law, policy)
    if figures.loan.is_choice_year and not _may_choose(figures, figures.loan):
        done = replace(done, lines=(NO_CHOICE, *done.lines))
    return done


def _may_choose(figures: Figures, loan: CapitalLoan) -> bool:
    """Whether a client can choose this book year: that of an application before 2020, or the one before it."""
    distance = figures.book_year.years_after(figures.book_year.holding(loan.application))
    return loan.application < SINCE and distance in (0, -1)


def _since_2020(figures: Figures, loan: CapitalLoan, room: Room, law: Law, policy: Choices) -> Remission:
    """Interest in the two book years after that of the application, unless there was living allowance."""
    del law
    if not _in_window(figures, loan, policy):
        return _refused(
            "Dit boekjaar is niet één van de twee jaren na dat van de aanvraag", "Outside the window"
        )
    if room.is_assisted:
        return _refused(
            "In dit boekjaar kreeg u ook bijstand om van te leven", "A year with living allowance"
        )
    return _interest(figures, loan, room, policy, ARTICLE)


def _until_2019(figures: Figures, loan: CapitalLoan, room: Room, law: Law, policy: Choices) -> Remission:
    """Principal in the year the client chose (keuzejaar), interest in the two after it, also with allowance."""
    if loan.is_of_bank:
        raise LoanRefused(
            f"surety: true: of an application on {loan.application} a person decides: {OLD_RULES}"
        )
    if _in_window(figures, loan, policy):
        return _interest(figures, loan, room, policy, OLD_INTEREST)
    if loan.is_choice_year and _may_choose(figures, loan):
        return _conversion(figures, loan, room, law, policy)
    return _refused("Dit boekjaar geeft geen recht op omzetting of kwijtschelding", "Outside the window")


SINCE = date(2020, 1, 1)
"""The first day of application on which principal is not turned into a gift any more."""

_REGIMES: Dated[Rule] = Dated({date.min: _until_2019, SINCE: _since_2020})
"""By the day of the application (art. 60a lid 2)."""

ARTICLE = "Bbz art. 21 lid 1"
OF_BANK = "Bbz art. 21 lid 2"
OLD_INTEREST = "Bbz art. 21 lid 2 (tekst tot 2020) en 60a lid 2"
OLD_RULES = "the rules of before 2020 for a surety are not in the program"
OLD_PRINCIPAL = "Bbz art. 21 lid 1 (tekst tot 2020) en 60a lid 2"
NO_CHOICE = Line(
    "Dit kan geen keuzejaar zijn: dat is het boekjaar van een aanvraag van voor 2020, of het boekjaar daarvoor",
    "Not a choice year: that is the book year of an application before 2020, or the one before it",
    OLD_PRINCIPAL,
    0,
)


def _in_window(figures: Figures, loan: CapitalLoan, policy: Choices) -> bool:
    start = _given(_WINDOWS[policy.choice("art21.window")](loan), "disbursement_date", "art21.window")
    return figures.book_year.years_after(figures.book_year.holding(start)) in (1, 2)


_WINDOWS: Mapping[str, Callable[[CapitalLoan], date | None]] = {
    "application": lambda loan: loan.application,
    "disbursement": lambda loan: loan.disbursement,
}


def _interest(figures: Figures, loan: CapitalLoan, room: Room, policy: Choices, article: str) -> Remission:
    """At most the interest of the year and the room under the norm, as far as own capital allows.

    Of a loan of the bank with the college as surety it is not remitted but given, for that loan (art. 21 lid 2).
    """
    due = _share(figures, loan, _base(loan, policy), policy)
    wanted = min(due, room.cents)
    excess = room.excess() if wanted else Excess(0)
    remitted = wanted - excess.blocks(wanted)
    refund = None if loan.is_of_bank else _refund(figures, loan, remitted, policy)
    last = _gift(remitted) if loan.is_of_bank else _remitted(remitted, article)
    lines = (
        Line(
            "De rente van uw bedrijfskrediet over dit boekjaar",
            "Interest of the book year",
            article,
            due,
            OF_LOAN,
        ),
        Line(
            "Uw netto inkomen ligt zoveel onder de jaarnorm",
            "Room between the year norm and income",
            article,
            room.cents,
        ),
        *_blocked_lines(excess, wanted, remitted),
        last,
        *_refund_lines(refund, policy),
    )
    return Remission(remitted, refund, 0, lines, is_of_room=True)


def _remitted(cents: int, article: str) -> Line:
    return Line("Deze rente hoeft u niet te betalen", "Interest remitted", article, cents)


def _gift(cents: int) -> Line:
    text = "Dit bedrag krijgt u als gift. U moet er de lening van de bank mee betalen (rente of aflossing)"
    return Line(text, "Gift, to be used for interest or principal of the bank's loan", OF_BANK, cents)


def _base(loan: CapitalLoan, policy: Choices) -> int:
    """The interest that counts for the book year: due, accrued or paid (policy art21.base)."""
    key, cents = _BASES[policy.choice("art21.base")](loan)
    return _given(cents, key, "art21.base")


_BASES: Mapping[str, Callable[[CapitalLoan], tuple[str, int | None]]] = {
    "due": lambda loan: ("capital_loan_interest", loan.interest_due),
    "accrued": lambda loan: ("capital_loan_interest_accrued", loan.interest_accrued),
    "paid": lambda loan: ("capital_loan_interest_paid", loan.interest_paid),
}


def _share(figures: Figures, loan: CapitalLoan, cents: int, policy: Choices) -> int:
    """This partner's part of an amount of the loan (art. 31); equal parts lose no cent."""
    if figures.capital.partners == 1:
        return cents
    if policy.choice("art21.shares") == "equal":
        return split(cents, figures.capital.partners)[loan.partner - 1]
    return half_up(cents * _given(loan.share, "interest_share_percent", "art21.shares"))


def _refund(figures: Figures, loan: CapitalLoan, remitted: int, policy: Choices) -> int | None:
    """What of the remitted interest was paid already; unpaid interest is remitted first."""
    if loan.interest_paid is None:
        return None
    paid = _share(figures, loan, loan.interest_paid, policy)
    unpaid = max(0, _share(figures, loan, _base(loan, policy), policy) - paid)
    return max(0, remitted - unpaid)


def _conversion(figures: Figures, loan: CapitalLoan, room: Room, law: Law, policy: Choices) -> Remission:
    """Principal up to the room under the norm, at most the distance from own capital to its limit."""
    principal = _given(loan.principal, "capital_principal", CHOSEN)
    _check_capital(figures)
    limit, source = applicable_limit(figures, law)
    distance = max(0, limit - half_up(figures.capital.own_share))
    cents = min(_share(figures, loan, principal, policy), room.cents, distance)
    lines = (
        Line("Ruimte onder de jaarnorm in het keuzejaar", "Room under the norm", OLD_PRINCIPAL, room.cents),
        Line("Ruimte onder de vermogensgrens", "Room under the limit", OLD_PRINCIPAL, distance, source),
        Line("Dit deel van de lening wordt een gift", "Principal turned into a gift", OLD_PRINCIPAL, cents),
    )
    return Remission(principal=cents, lines=lines, is_of_room=True)


CHOSEN = "choice_year: true"
"""The choice of the client that asks what the loan is, and what he owns."""


def _check_capital(figures: Figures) -> None:
    """Refuse a choice year without own capital, or with a total below it: what they are decides the gift."""
    capital = figures.capital
    _given(capital.own if capital.is_told else None, "own_capital", CHOSEN)
    if capital.total < capital.own:
        raise LoanRefused(
            f"total_capital: {english_amount(capital.total)}: must not be below own capital of "
            f"{english_amount(capital.own)}: {CHOSEN} asks both"
        )


def _given(value: Value | None, key: str, choice: str) -> Value:
    """What a choice asks; refuses a case that leaves it out."""
    if value is None:
        raise LoanRefused(f"{key}: is missing: {choice} asks it")
    return value


def _refused(text: str, text_en: str) -> Remission:
    return Remission(lines=(Line(f"{text}: geen kwijtschelding", text_en, "Bbz art. 21", 0),))


def _blocked_lines(excess: Excess, wanted: int, remitted: int) -> Iterator[Line]:
    if wanted != remitted:
        yield from excess.lines
        text = "Door uw eigen vermogen wordt dit deel niet kwijtgescholden"
        yield Line(text, "Not remitted because of own capital", "Bbz art. 3", wanted - remitted)


def _refund_lines(refund: int | None, policy: Choices) -> Iterator[Line]:
    if refund:
        text, text_en, article = _REFUNDS[policy.choice("art21.refund")]
        yield Line(text, text_en, article, refund)


_REFUNDS = {
    "arrears_first_by_decision": (
        "Dit betaalde u al. Voorstel: eerst verrekenen met achterstand, de rest krijgt u terug",
        "Paid already: proposal to set off with arrears first, the rest is refunded",
        "Bbz art. 21 lid 1; Awb art. 4:93; Pw art. 60a lid 4",
    ),
    "to_client": ("Dit betaalde u al; u krijgt het terug", "Paid already: refunded", "Bbz art. 21 lid 1"),
    "to_principal": (
        "Dit betaalde u al; het gaat van uw lening af",
        "Paid already: goes to the principal",
        "Bbz art. 21 lid 1",
    ),
}
