"""What stands in the books, in plain Dutch (B1), for whoever reads a statement or an explanation."""

from __future__ import annotations

import unicodedata
from datetime import date
from fractions import Fraction

from ledger.entry import EntryKind
from ledger.money import euros
from servicing.facts import GIVING_UP_KINDS, FactKind
from servicing.schedule import UNROUNDED, Amount, round_cents
from servicing.terms_data import percent_text

MONTHS = (
    *("januari", "februari", "maart", "april", "mei", "juni"),
    *("juli", "augustus", "september", "oktober", "november", "december"),
)
PAID_OUT = "Lening uitbetaald"
"""What a debt begins with, where its product does not say it otherwise."""

UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Unicode's categories of characters that steer a terminal or a page, or that nobody sees."""

_TEXTS = {
    EntryKind.OPENING: "Beginstand uit de vorige administratie",
    EntryKind.DISBURSEMENT: "{begins}",
    EntryKind.INTEREST: "Rente over termijn {row}",
    EntryKind.INSTALMENT: "Termijn {row} te betalen",
    EntryKind.PAYMENT: "Betaling ontvangen",
    EntryKind.REVERSAL: "Betaling teruggeboekt",
    EntryKind.COST: "Kosten",
    EntryKind.CUT_OFF: "Rente tot en met {day}",
    EntryKind.DEFERRED_INTEREST: "Uitgestelde rente van termijn {row} te betalen",
    EntryKind.WRITE_OFF: "Afschrijving",
    EntryKind.MANUAL: "Boeking met de hand",
    EntryKind.BANK_OPENING: "Beginsaldo van de bankrekening",
    EntryKind.BANK_LINE: "Bij- of afschrijving van de bank",
    EntryKind.ALLOCATION: "Ontvangst anders toegewezen",
    EntryKind.OTHER_RECEIPT: "Ontvangst buiten de bank om",
    EntryKind.WAIVER: "Kwijtschelding",
    EntryKind.STATUTORY_INTEREST: "Wettelijke rente volgens besluit",
    EntryKind.CANCELLATION: "Vervalt: niet verschuldigd",
    EntryKind.INTEREST_OWED: "Rente die u terugkrijgt",
    EntryKind.CREDIT_REFUND: "Tegoed aan u terugbetaald",
    EntryKind.SETTLEMENT: "Bijstand definitief vastgesteld",
    EntryKind.REMISSION: "Rente kwijtgescholden (Bbz artikel 21)",
    EntryKind.REDUCTION: "Vordering lager na een nieuwe vaststelling",
    EntryKind.TRANSFER: "Vordering uit de vaststelling van bijstand",
    EntryKind.ADVANCE: "Bijstand betaald als lening",
}
_OF_A_PAYMENT = "Rente tot de betaling"
_UNTIL_GIVEN_UP = "Rente tot de afboeking"
_EARLY = "Extra aflossing ontvangen"


def dutch_day(day: date) -> str:
    """The day as people write it: 1 maart 2025."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def entry_text(
    kind: EntryKind, day: date, row_nr: int, cause: FactKind | None, begins: str = PAID_OUT
) -> str:
    """What an entry is about; `cause` is the kind of fact behind it, None when time has passed.

    `begins` is what the debt begins with: money that was paid out, or a claim that arose.
    """
    if kind is EntryKind.INTEREST and cause is not None:
        return _UNTIL_GIVEN_UP if cause in GIVING_UP_KINDS else _OF_A_PAYMENT
    if kind is EntryKind.PAYMENT and cause is FactKind.EARLY_REPAYMENT:
        return _EARLY
    return _TEXTS[kind].format(row=row_nr, day=dutch_day(day), begins=begins)


def correction_text(text: str) -> str:
    """What an entry is about that puts an earlier one right."""
    return f"Correctie op: {text[0].lower()}{text[1:]}"


def printable(text: str) -> str:
    """The text without characters that steer a terminal or a page."""
    if text.isprintable():
        return text
    return "".join(letter for letter in text if unicodedata.category(letter) not in UNSEEN)


def dutch_amount(cents: Amount) -> str:
    """The amount as people write it: € 25.000,00; parts of a cent are shown to eight decimals."""
    text = euros(cents) if isinstance(cents, int) else f"{UNROUNDED.scaleb(cents, -2):.8f}"
    whole, _, decimals = text.partition(".")
    return f"€ {int(whole):,}".replace(",", ".") + f",{decimals}" if whole != "-0" else f"€ -0,{decimals}"


def dutch_percent(rate: Fraction) -> str:
    """A rate per year as a percentage with a comma: 2,5."""
    return percent_text(rate).replace(".", ",")


def unrounded(cents: Fraction | Amount) -> str:
    """An amount in euros with eight decimals, such as "166.66666667", from cents."""
    return f"{UNROUNDED.scaleb(round_cents(cents, 'none'), -2):.8f}"
