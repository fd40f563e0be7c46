"""Debtors as values: what is refused at the door, and how a citizen number is shown."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields
from datetime import date

from stdnum.exceptions import ValidationError
from stdnum.nl import bsn as eleven_test
from stdnum.nl import postcode as dutch_postcode

from ledger.errors import BadInput
from servicing.texts import plain_text

EARLIEST_BIRTH = date(1900, 1, 1)
LONGEST = {"name": 200, "street": 80, "house_number": 20, "postcode": 20, "city": 80}
"""Characters a line may have; a name in the population register (BRP) has at most 200."""

LONGEST_EXTERNAL = 60
_NINE_DIGITS = re.compile(r"(?<!\d)\d{9}(?!\d)", re.ASCII)
_COUNTRY = re.compile("[A-Z]{2}")
_LANGUAGE = re.compile("[a-z]{2}")
_BIRTH = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_ADDRESS = ("street", "house_number", "postcode", "city")


class DebtorRefused(BadInput):
    """A debtor that cannot be right; names the key and the rule, and never a citizen number."""


@dataclass(frozen=True, slots=True)
class Particulars:
    """Name, address and language of a debtor; with all of the address empty it is unknown (VOW).

    Texts are kept in Unicode's NFC without blanks around them, a Dutch postcode as "1234 AB".
    """

    name: str
    street: str
    house_number: str
    postcode: str
    city: str
    country: str = "NL"
    language: str = "nl"

    def __post_init__(self) -> None:
        """Tidy the texts, then refuse what could be no name, address, country or language."""
        for key in (each.name for each in fields(self)):
            object.__setattr__(self, key, _line(key, getattr(self, key)))
        if not self.name:
            raise DebtorRefused("name: is missing")
        if not _COUNTRY.fullmatch(self.country):
            raise DebtorRefused(f"country: {self.country!r}: must be two capitals as in ISO 3166, such as NL")
        if not _LANGUAGE.fullmatch(self.language):
            raise DebtorRefused(
                f"language: {self.language!r}: must be two letters as in ISO 639, such as nl or en"
            )
        if self.has_address:
            _check_address(self)

    @property
    def has_address(self) -> bool:
        """Whether it is known where letters go."""
        return any(getattr(self, key) for key in _ADDRESS)


@dataclass(frozen=True, slots=True)
class NewDebtor:
    """A debtor before the first record; `value_date` is since when name and address hold.

    The citizen number (BSN) is nine digits as text, a leading zero kept; it is in no repr and no error.
    """

    external: str | None
    birth_date: date | None
    bsn: str | None = field(repr=False)
    name: str
    street: str
    house_number: str
    postcode: str
    city: str
    country: str
    language: str
    value_date: date

    def __post_init__(self) -> None:
        """Refuse what cannot be right, before anything is written."""
        where = f"debtor {self.external}: " if self.external else ""
        try:
            self._check()
        except BadInput as wrong:
            raise DebtorRefused(f"{where}{wrong}") from None

    @property
    def particulars(self) -> Particulars:
        """Name, address and language, tidied."""
        return Particulars(
            self.name,
            self.street,
            self.house_number,
            self.postcode,
            self.city,
            self.country,
            self.language,
        )

    def _check(self) -> None:
        assert self.particulars
        if self.external is not None:
            _check_external(self.external)
        if self.bsn is not None:
            check_bsn(self.bsn)
        if self.birth_date and not EARLIEST_BIRTH <= self.birth_date <= self.value_date:
            raise DebtorRefused(
                f"birth_date: {self.birth_date}: must lie from {EARLIEST_BIRTH} to {self.value_date}"
            )


def check_bsn(bsn: str) -> None:
    """Refuse a citizen number (BSN) that is not nine digits passing the 11-test, without showing it."""
    if not (len(bsn) == 9 and bsn.isascii() and bsn.isdigit()):
        raise DebtorRefused(f"bsn: {len(bsn)} characters: must be nine digits, a leading zero written")
    try:
        eleven_test.validate(bsn)
    except ValidationError:
        raise DebtorRefused("bsn: does not pass the 11-test: compare it with the proof of identity") from None


def masked(bsn: str) -> str:
    """The citizen number as screens show it: its last four digits, "*****6782"."""
    return "*" * (len(bsn) - 4) + bsn[-4:]


def without_bsn(text: str) -> str:
    """The text with every citizen number in it masked, for logs and errors; another number may look like one."""
    return _NINE_DIGITS.sub(
        lambda found: masked(found[0]) if eleven_test.is_valid(found[0]) else found[0], text
    )


def birth_date_of(text: str) -> date:
    """A day of birth written as 1958-03-01; people are older than the books' first day."""
    try:
        if _BIRTH.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise DebtorRefused(f"birth_date: {text[:40]!r}: must be a day written as 1958-03-01")


def _check_external(external: str) -> None:
    if not 0 < len(external) <= LONGEST_EXTERNAL or plain_text("external", external) != external:
        raise DebtorRefused(
            f"external: {external!r}: must be 1 to {LONGEST_EXTERNAL} characters, no blanks around"
        )


def _check_address(particulars: Particulars) -> None:
    for key in ("street", "city"):
        if not getattr(particulars, key):
            raise DebtorRefused(f"{key}: is missing; leave the whole address out if it is unknown")
    if particulars.country != "NL":
        return
    try:
        object.__setattr__(particulars, "postcode", dutch_postcode.validate(particulars.postcode))
    except ValidationError:
        raise DebtorRefused(
            f"postcode: {particulars.postcode!r}: must be four digits and two letters, such as 8232 AB"
        ) from None


def _line(key: str, value: str) -> str:
    text = plain_text(key, value)
    longest = LONGEST.get(key)
    if longest is not None and len(text) > longest:
        raise DebtorRefused(f"{key}: {len(text)} characters: must have at most {longest}")
    return text
