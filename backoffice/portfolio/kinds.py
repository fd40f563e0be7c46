"""What a cell must hold, by kind: from its text to a value, or refused with what is expected instead."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache, partial
from typing import Literal, NamedTuple

from backoffice.portfolio.past_words import PAST_WORDS, SCOPE_WORDS
from ledger.day import FIRST_DAY, LAST_DAY
from ledger.money import LARGEST_CENTS, euros
from servicing.daycount import DAY_COUNTS, Step, StepRefused, parse_step
from servicing.debtors.values import EARLIEST_BIRTH, LONGEST_EXTERNAL, DebtorRefused, check_bsn
from servicing.settlement.claim_origin import SCHEMES_OF_CLAIMS
from servicing.texts import FORMULA

Kind = Literal[
    "key",
    "keys",
    "text",
    "amount",
    "balance",
    "percent",
    "day",
    "coming_day",
    "birth",
    "count",
    "balance_count",
    "step",
    "method",
    "day_count",
    "group",
    "early",
    "creditor",
    "product",
    "country",
    "language",
    "bsn",
    "movement",
    "month",
    "years",
    "deferred",
    "deferral_end",
    "decided",
    "reminder",
    "act",
    "role",
    "scope",
    "scheme",
]

Parser = Callable[[str], object]
"""From the text of a cell, blanks around it gone, to its value; raises `Unfit`."""

LONGEST_TEXT = 200
LARGEST_COUNT = 1200
DAYS_AHEAD = 366
"""An event that is dated later than a year from now is a typing error (2205 for 2025), not a plan."""

SMALLEST_PERCENT = Fraction(1, 5)
"""A smaller rate without a percent sign may be a part of 1: is 0.08 eight percent, or eight hundredths of one?"""


class Unfit(ValueError):
    """What the cell should hold instead."""


class Names(NamedTuple):
    """What cells may name: codes of creditors and products by each of their names; `today` bounds days."""

    today: date
    creditors: Mapping[str, str]
    products: Mapping[str, str]


def parsers(names: Names) -> Mapping[Kind, Parser]:
    """The parser of every kind."""
    latest = names.today + timedelta(days=DAYS_AHEAD)
    return {
        "key": key,
        "keys": keys,
        "text": text,
        "amount": partial(amount, smallest=1),
        "balance": partial(amount, smallest=0),
        "percent": percent,
        "day": partial(day, first=FIRST_DAY, last=latest),
        "coming_day": partial(day, first=FIRST_DAY, last=LAST_DAY),
        "birth": partial(day, first=EARLIEST_BIRTH, last=names.today),
        "count": partial(count, smallest=0),
        "balance_count": partial(count, smallest=0),
        "step": step,
        "method": partial(one_of, METHODS),
        "day_count": partial(
            one_of, {word.casefold(): word for word in DAY_COUNTS} | {"maandelijks": "monthly"}
        ),
        "group": partial(one_of, GROUPS),
        "early": partial(one_of, EARLY),
        "creditor": partial(named, names.creditors, "creditor"),
        "product": partial(named, names.products, "product"),
        "country": country,
        "language": language,
        "bsn": bsn,
        "movement": partial(amount, smallest=-LARGEST_CENTS),
        "month": partial(month, last=names.today),
        "years": partial(years, last=names.today.year),
        "scope": scope,
        "scheme": partial(scheme, names.products),
        **{kind: partial(one_of, words) for kind, words in PAST_WORDS.items()},
    }


METHODS = {
    "annuity": "annuity",
    "annuïteit": "annuity",
    "annuiteit": "annuity",
    "linear": "linear",
    "lineair": "linear",
    "bullet": "bullet",
    "ineens": "bullet",
}
GROUPS = {
    "established": "established",
    "gevestigd": "established",
    "starter": "starter",
    "beginnend": "starter",
    "older": "older",
    "ouder": "older",
    "terminating": "terminating",
    "beëindigend": "terminating",
}
EARLY = {
    "term": "term",
    "looptijd": "term",
    "instalment": "instalment",
    "termijnbedrag": "instalment",
}
STEPS = {
    "maand": "1m",
    "month": "1m",
    "kwartaal": "3m",
    "quarter": "3m",
    "halfjaar": "6m",
    "jaar": "1y",
    "year": "1y",
    "week": "1w",
}

AMOUNT = "an amount in euros such as 1.234,56 or 1234.56, with at most two decimals"
DAY = "a day such as 2025-03-01 or 01-03-2025"
PERCENT = "percent per year such as 8 or 7,5, at most 100"

_SPACES = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u2212": "-"})
_DUTCH = re.compile(r"(-?)(\d{1,3}(?:\.\d{3})+|\d{1,3}(?: \d{3})+|\d{1,15})(?:,(\d{1,2}))?", re.ASCII)
_ENGLISH = re.compile(r"(-?)(\d{1,3}(?:,\d{3})+|\d{1,15})(?:\.(\d{1,2}))?", re.ASCII)
_AMBIGUOUS = re.compile(r"-?\d{1,3}[.,]\d{3}", re.ASCII)
_PERCENT = re.compile(r"(\d{1,3}(?:[.,]\d{1,6})?) ?(%?)", re.ASCII)
_COUNT = re.compile(r"\d{1,6}", re.ASCII)
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_DUTCH_DAY = re.compile(r"(\d{1,2})-(\d{1,2})-(\d{4})", re.ASCII)
_DAY_NUMBER = re.compile(r"[1-7]\d{4}", re.ASCII)
_MONTH = re.compile(r"(\d{4})-(\d{1,2})|(\d{1,2})-(\d{4})", re.ASCII)
_YEAR = re.compile(r"\d{4}", re.ASCII)
_COUNTRY = re.compile("[A-Z]{2}")
_LANGUAGE = re.compile("[a-z]{2}")
_MOJIBAKE = re.compile(
    "[\u00c2\u00c3][\u0080-\u00bf\u2030\u2039\u0160]|\u00e2\u20ac|\\+A[A-Za-z0-9]{2,3}-|\ufffd"
)


@lru_cache(maxsize=65536)
def amount(written: str, *, smallest: int) -> int:
    """Whole cents of an amount in Dutch or English form, never a factor 100 or 1000 off."""
    plain = written.translate(_SPACES).removeprefix("€").removeprefix("EUR").strip()
    if _AMBIGUOUS.fullmatch(plain):
        raise Unfit("ambiguous, thousands or decimals: write it with two decimals, such as 1234,00 or 1,23")
    found = _DUTCH.fullmatch(plain) or _ENGLISH.fullmatch(plain)
    if found is None:
        raise Unfit(AMOUNT)
    sign, whole, decimals = found.groups()
    digits = "".join(figure for figure in whole if figure.isdigit())
    cents = int(digits) * 100 + int((decimals or "").ljust(2, "0"))
    cents = -cents if sign else cents
    if cents < smallest:
        raise Unfit("an amount above 0,00" if smallest else "an amount that is not below 0,00")
    if cents > LARGEST_CENTS:
        raise Unfit(f"an amount of at most {euros(LARGEST_CENTS)}")
    return cents


def percent(written: str) -> Fraction:
    """A rate per year as a part of 1."""
    found = _PERCENT.fullmatch(written.translate(_SPACES))
    rate = Fraction(found[1].replace(",", ".")) if found else None
    if found is None or rate is None or rate > 100:
        raise Unfit(PERCENT)
    if 0 < rate < SMALLEST_PERCENT and not found[2]:
        raise Unfit("percent per year: write 8 for eight percent; so small a rate with a percent sign")
    return rate / 100


@lru_cache(maxsize=65536)
def day(written: str, *, first: date, last: date) -> date:
    """A day in ISO or Dutch order; absurd ones are refused."""
    iso, dutch = _ISO.fullmatch(written), _DUTCH_DAY.fullmatch(written)
    parts = iso.groups() if iso else dutch.groups()[::-1] if dutch else None
    if parts is None and _DAY_NUMBER.fullmatch(written):
        raise Unfit(f"{DAY}; this is how a spreadsheet counts days: give the column the form of a date")
    if parts is None:
        raise Unfit(DAY)
    year, month, number = map(int, parts)
    try:
        found = date(year, month, number)
    except ValueError:
        raise Unfit(f"a day of the calendar; {DAY}") from None
    if not first <= found <= last:
        raise Unfit(f"a day from {first} to {last}")
    return found


def count(written: str, *, smallest: int) -> int:
    """A whole number."""
    number = int(written) if _COUNT.fullmatch(written) else -1
    if not smallest <= number <= LARGEST_COUNT:
        raise Unfit(f"a whole number from {smallest} to {LARGEST_COUNT}")
    return number


def text(written: str) -> str:
    """A line of text in Unicode's NFC; refuses what steers a terminal or spreadsheet, and wrongly decoded bytes."""
    plain = unicodedata.normalize("NFC", written.translate(_SPACES) if "\u00a0" in written else written)
    if not plain.isprintable():
        raise Unfit("plain text on one line, without invisible characters")
    if plain[0] in FORMULA:
        raise Unfit("text that does not begin as a formula, with = + - or @")
    if _MOJIBAKE.search(plain):
        raise Unfit("text in one encoding: this was read as another one before; save the source as UTF-8")
    if len(plain) > LONGEST_TEXT:
        raise Unfit(f"at most {LONGEST_TEXT} characters")
    return plain


def key(written: str) -> str:
    """A number or reference that the office uses itself."""
    plain = text(written)
    if len(plain) > LONGEST_EXTERNAL or "|" in plain:
        raise Unfit(f"a number or reference of at most {LONGEST_EXTERNAL} characters, without |")
    return plain


def keys(written: str) -> tuple[str, ...]:
    """Several of them with | between them, none twice."""
    found = tuple(key(part.strip()) for part in written.split("|") if part.strip())
    if not found or len(set(found)) < len(found):
        raise Unfit("numbers of debtors with | between them, each once")
    return found


def step(written: str) -> Step:
    """The time from one due date to the next."""
    try:
        return parse_step(STEPS.get(written.casefold(), written))
    except StepRefused:
        raise Unfit(f"1m, 3m, 1y, 2w, 15d or one of {', '.join(STEPS)}") from None


def month(written: str, *, last: date) -> date:
    """The first day of a month in ISO or Dutch order."""
    found = _MONTH.fullmatch(written)
    year, number = (int(found[1] or found[4]), int(found[2] or found[3])) if found else (0, 0)
    if not (1 <= number <= 12 and FIRST_DAY <= date(max(year, 1), number, 1) <= last):
        raise Unfit(f"a month such as 2024-11 or 11-2024, not after {last:%Y-%m}")
    return date(year, number, 1)


def years(written: str, *, last: int) -> tuple[int, ...]:
    """Book years with | between them, none twice."""
    parts = [part.strip() for part in written.split("|")]
    found = tuple(int(part) if _YEAR.fullmatch(part) else 0 for part in parts)
    if len(set(found)) < len(found) or not all(FIRST_DAY.year <= year <= last for year in found):
        raise Unfit(f"years up to {last} such as 2023, several with | between them, each once")
    return found


def scope(written: str) -> tuple[str, ...]:
    """What a representative is for, with | between the words."""
    return tuple(dict.fromkeys(one_of(SCOPE_WORDS, part.strip()) for part in written.split("|")))


def one_of(words: Mapping[str, str], written: str) -> str:
    """One of some words, in English or Dutch."""
    found = words.get(unicodedata.normalize("NFC", written).casefold())
    if found is None:
        raise Unfit(f"one of {', '.join(words)}")
    return found


def named(codes: Mapping[str, str], what: str, written: str) -> str:
    """The code of the creditor or product with this code or name."""
    found = codes.get(written.casefold())
    if found is None:
        raise Unfit(f"the code or name of a {what}: {', '.join(dict.fromkeys(codes.values()))}")
    return found


def scheme(products: Mapping[str, str], written: str) -> str:
    """What is reclaimed: a product with this code or name, or an act that pays benefits elsewhere."""
    word = written.casefold()
    found = products.get(word, word)
    if found not in SCHEMES_OF_CLAIMS:
        raise Unfit(f"what is reclaimed: one of {', '.join(SCHEMES_OF_CLAIMS)}")
    return found


def country(written: str) -> str:
    """Two capitals as in ISO 3166."""
    found = "NL" if written.casefold() in {"nederland", "netherlands"} else written.upper()
    if not _COUNTRY.fullmatch(found):
        raise Unfit("two letters as in ISO 3166, such as NL or BE")
    return found


def language(written: str) -> str:
    """Two letters as in ISO 639."""
    if not _LANGUAGE.fullmatch(written.lower()):
        raise Unfit("two letters as in ISO 639, such as nl or en")
    return written.lower()


def bsn(written: str) -> str:
    """A citizen service number as text, leading zero and all."""
    try:
        check_bsn(written)
    except DebtorRefused as wrong:
        raise Unfit(str(wrong).removeprefix("bsn: ")) from None
    return written


def decimal_text(number: float) -> str:
    """A number of a spreadsheet as it was typed: the shortest decimal that is this number."""
    return format(Decimal(repr(number)), "f")
