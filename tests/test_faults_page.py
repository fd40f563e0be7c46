"""The page about faults names tests that exist, and every fault of the capabilities there are has its line."""

from __future__ import annotations

import re
from pathlib import Path

PAGE = Path(__file__).parent.parent / "docs" / "faults.md"
TESTS = Path(__file__).parent
OF_THE_FIRST_NIGHT = (
    "B1 B2 B3 B4 B5 B6 B7 B8 H5 H7 H8 H12 H14 H15 I1 I2 I3 I4 I5 I6 I7 I8 J4 J5".split()  # noqa: SIM905 - a list to read
)


def lines() -> dict[str, str]:
    """What the page says of each fault, by its number."""
    found = re.findall(r"^\| ([A-K]\d+) \|(.*)\|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    return dict(found)


def test_every_named_test_exists() -> None:
    for file, name in re.findall(r"`tests/(\w+\.py)::(\w+)`", PAGE.read_text(encoding="utf-8")):
        assert f"def {name}(" in (TESTS / file).read_text(encoding="utf-8"), f"{file}::{name}"


def test_every_fault_of_the_first_night_has_a_test_named_after_it() -> None:
    said = lines()
    for number in OF_THE_FIRST_NIGHT:
        assert re.search(rf"::test(_[a-k]\d+)*_{number.lower()}_", said[number]), number


def test_every_fault_has_a_line() -> None:
    said = lines()
    assert {number[0] for number in said} == set("ABCDEFGHIJK")
    assert all(len(text) > 20 for text in said.values())
