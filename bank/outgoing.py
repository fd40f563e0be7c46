"""What the files we send to a bank share: who sends them, the signs a bank takes, and ids that are always the same."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import PurePath
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import sepaxml
from stdnum import bic as business_identifier
from stdnum import iban
from text_unidecode import unidecode

if TYPE_CHECKING:
    from xmlschema import XMLSchema

from ledger.errors import BadInput
from ledger.money import euros

LONGEST_ID = 35
LONGEST_NAME = 70
LONGEST_TEXT = 140
MOST_CENTS = 99_999_999_999
"""The largest amount of one SEPA payment, 999,999,999.99."""

_ID = re.compile(r"(?!/)(?!.*//)[A-Za-z0-9/\-?:().,'+]{1,35}(?<!/)", re.ASCII)
_OTHER = re.compile(r"[^A-Za-z0-9/\-?:().,'+ ]+", re.ASCII)
_SAME = str.maketrans({"&": "+", "_": "-", "@": "(", "\N{EURO SIGN}": "E"})


class NotAPayment(BadInput):
    """A file for the bank holds what no bank would take; names the payment, the value and the rule."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Whose account the money goes to or comes from, with the name on it."""

    name: str
    iban: str
    bic: str = ""

    def __post_init__(self) -> None:
        """Refuse an account whose check digits are wrong; the schema would let it through."""
        checked_account("own account", self.iban)
        if self.bic and not business_identifier.is_valid(self.bic):
            raise NotAPayment(f"BIC {self.bic!r}: is none")
        sepa_name("account holder", self.name)


@dataclass(frozen=True, slots=True)
class Message:
    """One file: its id, which the bank gives back and refuses a second time, and the moment it is made."""

    id: str
    created: datetime

    def __post_init__(self) -> None:
        """Refuse an id a bank does not take."""
        checked_id("message", self.id)


def sepa_text(text: str, longest: int) -> str:
    """The text in the signs that every bank passes on: without accents (Çelik becomes Celik), other signs left out."""
    plain = unidecode(text.translate(_SAME))
    return " ".join(_OTHER.sub(" ", plain).split())[:longest].strip()


def sepa_name(what: str, name: str) -> str:
    """A name as a bank takes it; raises `NotAPayment` if nothing is left of it."""
    found = sepa_text(name, LONGEST_NAME)
    if not found:
        raise NotAPayment(f"{what}: name {name!r} has no letter a bank takes")
    return found


def checked_account(what: str, account: str) -> str:
    """An IBAN without spaces; raises `NotAPayment` if its check digits are wrong."""
    compact = account.replace(" ", "").upper()
    if not iban.is_valid(compact):
        raise NotAPayment(f"{what}: {account!r} is no IBAN with a right check number")
    return compact


def checked_id(what: str, text: str) -> str:
    """An id of at most 35 signs; raises `NotAPayment`."""
    if not _ID.fullmatch(text):
        raise NotAPayment(f"{what}: id {text!r}: 1 to {LONGEST_ID} letters, digits or signs, no / at an end")
    return text


def checked_cents(what: str, cents: int) -> int:
    """An amount of a SEPA payment; raises `NotAPayment`."""
    if type(cents) is not int or not 0 < cents <= MOST_CENTS:
        raise NotAPayment(f"{what}: amount {cents!r} cents: 0.01 to {euros(MOST_CENTS)}")
    return cents


def checked_order(what: str, first: date, last: date, rule: str) -> None:
    """Raises `NotAPayment` with the rule if a day comes after the day it must not come after."""
    if first > last:
        raise NotAPayment(f"{what}: {first} is after {last}: {rule}")


def no_doubles(what: str, ids: Sequence[str]) -> None:
    """Raises `NotAPayment` if an id stands twice."""
    seen: set[str] = set()
    for each in ids:
        if each in seen:
            raise NotAPayment(f"{what}: id {each!r} stands twice in one file")
        seen.add(each)


def finished(content: bytes, message: Message, payment_ids: Sequence[str], schema: str) -> bytes:
    """The file with our own ids and moment instead of the random ones of the library, valid by its schema."""
    namespace = f"urn:iso:std:iso:20022:tech:xsd:{schema}"
    root = ET.fromstring(content)  # noqa: S314  # made by ourselves a moment ago
    texts = {"MsgId": message.id, "CreDtTm": message.created.strftime("%Y-%m-%dT%H:%M:%S")}
    for name, text in texts.items():
        _only(root, namespace, f"GrpHdr/{name}").text = text
    blocks = root.findall(f".//{{{namespace}}}PmtInf")
    for block, payment_id in zip(blocks, payment_ids, strict=True):
        _only(block, namespace, "PmtInfId").text = payment_id
    ET.register_namespace("", namespace)
    ET.indent(root)
    inside: bytes = ET.tostring(root, "utf-8")
    whole = b'<?xml version="1.0" encoding="UTF-8"?>\n' + inside + b"\n"
    wrong = next(_schema(schema).iter_errors(whole.decode()), None)
    if wrong is not None:
        raise NotAPayment(f"{message.id}: is not valid by {schema}: {wrong.reason} at {wrong.path}")
    return whole


@lru_cache(maxsize=4)
def _schema(name: str) -> XMLSchema:
    """The schema of the message as the library carries it; making it ready takes longer than using it."""
    from xmlschema import XMLSchema  # noqa: PLC0415 - half a second that only who makes a file should wait

    return XMLSchema(str(PurePath(sepaxml.__file__).parent / "schemas" / f"{name}.xsd"))


def _only(element: ET.Element, namespace: str, path: str) -> ET.Element:
    found = element.findall(".//" + "/".join(f"{{{namespace}}}{part}" for part in path.split("/")))
    assert len(found) == 1, path
    return found[0]
