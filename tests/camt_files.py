"""Bank statements made for tests, element by element; the bank, its accounts and the people are invented."""

from __future__ import annotations

import io
from collections.abc import Iterable

import pytest

from bank.camt import read_camt
from bank.statement import BadStatement, End, Heading, Line

OWN = "NL44TEST0340000001"
OTHER = "NL17TEST0340000002"
NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.{kind}.001.{version:02}"
MESSAGES = {"053": ("BkToCstmrStmt", "Stmt"), "054": ("BkToCstmrDbtCdtNtfctn", "Ntfctn")}
NEW_NAMES = 8
"""From this version on a party has its name in Pty, and a status its code in Cd."""


def element(tag: str, *inside: str, **attributes: str) -> str:
    """An element with what is inside, a line of its own."""
    named = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f"<{tag}{named}>{''.join(inside)}</{tag}>\n"


def nested(path: str, *inside: str) -> str:
    """Elements one in the other, such as Refs/EndToEndId."""
    first, _, rest = path.partition("/")
    return element(first, nested(rest, *inside) if rest else "".join(inside))


def amount(euros: str, tag: str = "Amt") -> str:
    """An amount in euros."""
    return element(tag, euros, Ccy="EUR")


def balance(code: str, euros: str, day: str = "2025-03-03", sign: str = "CRDT") -> str:
    """The balance of an account on a day."""
    return element(
        "Bal",
        nested("Tp/CdOrPrtry/Cd", code),
        amount(euros),
        element("CdtDbtInd", sign),
        nested("Dt/Dt", day),
    )


def entry(euros: str, *inside: str, sign: str = "CRDT", status: str = "BOOK", day: str = "2025-03-03") -> str:
    """A booked entry; `inside` are its further elements, such as details."""
    return element(
        "Ntry",
        amount(euros),
        element("CdtDbtInd", sign),
        element("Sts", status) if status else "",
        nested("BookgDt/Dt", day) if day else "",
        *inside,
    )


def details(*parts: str) -> str:
    """What an entry consists of."""
    return element("NtryDtls", *parts)


def part(*inside: str) -> str:
    """One transaction of an entry."""
    return element("TxDtls", *inside)


def party(role: str, name: str, iban: str, version: int = 2) -> str:
    """One side of a payment, as that version writes it."""
    named = nested("Pty/Nm", name) if version >= NEW_NAMES else element("Nm", name)
    return element(role, named) + nested(f"{role}Acct/Id/IBAN", iban)


def document(
    entries: Iterable[str],
    opening: str = "100.00",
    closing: str = "100.00",
    heading: str = "",
    form: tuple[str, int] = ("053", 2),
) -> bytes:
    """A whole file with one statement; `heading` replaces its heading, balances included."""
    kind, version = form
    message, statement = MESSAGES[kind]
    balances = balance("OPBD", opening, "2025-02-28") + balance("CLBD", closing) if kind == "053" else ""
    inside = (heading or head() + balances) + "".join(entries)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        + element(
            "Document",
            element(
                message,
                element("GrpHdr", element("MsgId", "MESSAGE-1"), element("CreDtTm", "2025-03-03T20:00:00")),
                element(statement, inside),
            ),
            xmlns=NAMESPACE.format(kind=kind, version=version),
        )
    ).encode()


def head(iban: str = OWN, currency: str = "EUR") -> str:
    """What stands above the balances."""
    return (
        element("Id", "STATEMENT-1")
        + element("ElctrncSeqNb", "62")
        + element("CreDtTm", "2025-03-03T20:00:00+01:00")
        + element("Acct", nested("Id/IBAN", iban), element("Ccy", currency))
    )


PLAIN_ENTRY = entry("10.00")


def read(content: bytes) -> list[Heading | Line | End]:
    """All that is read of a file."""
    return list(read_camt(io.BytesIO(content), "bank.xml"))


def lines(content: bytes) -> list[Line]:
    """The lines of a file."""
    return [item for item in read(content) if isinstance(item, Line)]


def one(*inside: str, sign: str = "CRDT") -> Line:
    """The line of the only entry, of 10.00."""
    closing = "110.00" if sign == "CRDT" else "90.00"
    (line,) = lines(document([entry("10.00", *inside, sign=sign)], closing=closing))
    return line


def refused(content: bytes, *words: str) -> None:
    """Holds that a file is refused with all these words."""
    with pytest.raises(BadStatement) as told:
        read(content)
    assert str(told.value).startswith("bank.xml")
    for word in words:
        assert word in str(told.value)
