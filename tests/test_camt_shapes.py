"""Entries read without the parser are what the parser makes of them, and what it refuses is refused in its words."""

from __future__ import annotations

import io
import os
import random
import re

import pytest

from bank.camt import Item, read_camt
from bank.camt_paths import END_TO_END_ID, TEXTS, entries, tree
from bank.camt_shapes import shape_of
from bank.statement import BadStatement
from tests.camt_files import amount, details, document, element, entry, nested, part, party

MUTATIONS = int(os.environ.get("AFLOS_MUTATIONS", "100"))
SIGNS = [
    "<",
    ">",
    "&",
    "/",
    "&amp;",
    "&#65;",
    "<!-- x -->",
    "<![CDATA[",
    "]]>",
    "<?x?>",
    '"',
    "\n",
    "\r",
    "\r\n",
]
SIGNS += [
    " ",
    "\t",
    "\0",
    "\x0b",
    "\x85",
    "\u2028",
    "\ufffe",
    "é",
    "0",
    "x" * 150,
    " a  b ",
    "<Nm/>",
    "<Sts>",
    "</Sts>",
]


def outcome(content: bytes, often: int) -> list[Item] | str:
    """What is read, or in which words it is refused."""
    try:
        return list(read_camt(io.BytesIO(content), "bank.xml", often))
    except BadStatement as wrong:
        return str(wrong)


def told(text: str, cents: str = "10.00", version: int = 2) -> str:
    """An entry with two remarks, charges and a name; as newer versions write it from version 8 on."""
    status = nested("Cd", "BOOK") if version >= 8 else "BOOK"
    remark = nested(
        "RmtInf", element("Ustrd", text), element("Ustrd", "again"), nested("Strd/CdtrRefInf/Ref", text)
    )
    inside = part(
        nested("Refs/EndToEndId", text),
        amount(cents),
        remark,
        nested("RltdPties", party("Dbtr", text, "NL35TEST0340000008", version)),
    )
    return entry(
        cents,
        element("Sts", status),
        nested("Chrgs", amount("1.00", "TtlChrgsAndTaxAmt")),
        element("AcctSvcrRef", text),
        details(nested("Btch/PmtInfId", text), inside),
        status="",
    )


def batch(first: str, second: str) -> str:
    """An entry of two parts."""
    inside = (part(nested("Refs/TxId", each), amount("5.00")) for each in (first, second))
    return entry("10.00", element("NtryRef", first), details(*inside), element("AddtlNtryInf", second))


ENTRIES = [
    told("one"),
    told("two"),
    told("three", version=8),
    batch("a", "b"),
    told("four"),
    told("x" * 200 + "  y"),
    told(" two \n lines "),
    told("A &amp; B"),
    told(""),
    told("five"),
    batch("c", "d"),
    told("six", version=8),
    told("Zoë"),
]
WHOLE = document(ENTRIES, closing="230.00")


@pytest.mark.parametrize("ends", [b"\n", b"\r\n", b""])
def test_entries_of_known_shape_are_what_the_parser_makes_of_them(ends: bytes) -> None:
    content = WHOLE.replace(b"\n", ends)
    found = outcome(content, 1)
    assert len(found) == 2 + len(ENTRIES) + 2
    assert found == outcome(content, 0)


class Pieces:
    """A file that comes in pieces."""

    def __init__(self, *pieces: bytes) -> None:
        self.left = list(pieces)

    def read(self, _size: int = -1, /) -> bytes:
        """The next piece."""
        return self.left.pop(0) if self.left else b""


@pytest.mark.parametrize("most", [1, 7, 97, 1009])
def test_where_a_piece_ends_changes_nothing(most: int) -> None:
    pieces = [WHOLE[start : start + most] for start in range(0, len(WHOLE), most)]
    assert list(read_camt(Pieces(*pieces), "bank.xml", 1)) == outcome(WHOLE, 0)


def test_the_lines_of_a_long_file_are_no_text() -> None:
    wide = told("wide").replace("</Chrgs>", "</Chrgs>" + "\n" * 5_000)
    content = document([told("A &amp; B"), *[wide] * 40, told("A &amp; C")], closing="520.00")
    middle = content.rindex(b"<Ntry>") + 3
    found = list(read_camt(Pieces(content[:middle], content[middle:]), "bank.xml", 1))
    assert len(found) == 44
    assert found == outcome(content, 0)


def test_a_plain_entry_is_read_by_its_shape_alone() -> None:
    parent, tag = entries(tree("053", ""), "053", "")
    first, other = told("one").strip(), told("two").strip()
    shape = shape_of(re.findall("<([^>]*)>", first), parent[tag])
    assert shape
    match = shape.pattern.fullmatch(other)
    assert match
    filled = shape.filled(match, 7)
    assert filled
    assert filled.parts[0][END_TO_END_ID] == "two"
    assert filled.parts[0][TEXTS] == ("two", "again")
    assert filled.part_lines == [7 + other[: other.index("<TxDtls>")].count("\n")]


def test_of_files_with_random_faults_the_same_is_read_or_refused() -> None:
    text, chance = WHOLE.decode(), random.Random(7)
    differing = []
    for _ in range(MUTATIONS):
        changed = text
        for _ in range(chance.choice((1, 1, 2, 3))):
            place = chance.randrange(len(text) // 6, len(changed))
            changed = (
                changed[:place] + chance.choice(SIGNS) + changed[place + chance.choice((0, 0, 1, 2, 8)) :]
            )
        content = changed.encode()
        if outcome(content, 1) != outcome(content, 0):
            differing.append(content)
    assert differing == []
