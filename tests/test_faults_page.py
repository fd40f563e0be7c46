"""The page about faults has a line for each, names tests that exist, and keeps up with the tests there are."""

from __future__ import annotations

import re
from pathlib import Path

TESTS = Path(__file__).parent
PAGE = (TESTS.parent / "docs" / "faults.md").read_text(encoding="utf-8")

FAULTS = {"A": 16, "B": 11, "C": 14, "D": 9, "E": 18, "F": 17, "G": 13, "H": 16, "I": 8, "J": 11, "K": 9}
"""How many faults there are of each kind."""

TO_COME = {"J10", "J11", "K3", "K5", "K7", "K8", "K9"}
"""Faults of what is not there yet: the right of access, destruction of cases, operations."""

NAMED_OTHERWISE = {"K1", "K2", "K6"}
"""Faults whose tests are called after what they are about."""

SHOWN = [
    f"{kind}{number}"
    for kind, count in FAULTS.items()
    for number in range(1, count + 1)
    if f"{kind}{number}" not in TO_COME | NAMED_OTHERWISE
]
"""Faults that what is there must not have: each has a test that is named after it."""


def lines() -> dict[str, str]:
    """What the page says of each fault, by its number."""
    return dict(re.findall(r"^\| ([A-K]\d+) \|(.*)\|$", PAGE, re.MULTILINE))


def test_every_fault_has_a_line_in_its_place() -> None:
    numbers = [f"{kind}{number}" for kind, count in FAULTS.items() for number in range(1, count + 1)]
    assert list(lines()) == numbers
    assert all(len(text) > 20 for text in lines().values())


def test_every_named_test_exists() -> None:
    named = re.findall(r"`tests/([\w/]+\.py)(?:::(\w+))?`", PAGE)
    assert len(named) > 100
    for file, name in named:
        text = (TESTS / file).read_text(encoding="utf-8")
        assert f"def {name}(" in text or not name, f"{file}::{name}"


def test_a_fault_of_what_is_there_has_a_test_named_after_it() -> None:
    # One test may show several faults: test_b2_b3_...
    said = lines()
    assert not [one for one in SHOWN if not re.search(rf"::test(_[a-k]\d+)*_{one.lower()}_", said[one])]
    assert not [one for one in TO_COME if "::test" in said[one]]


def test_a_fault_that_a_test_is_named_after_is_not_called_still_to_come() -> None:
    code = "\n".join(file.read_text(encoding="utf-8") for file in TESTS.glob("test_*.py"))
    shown = {
        one.upper()
        for names in re.findall(r"def test((?:_[a-k]\d+)+)_", code)
        for one in names[1:].split("_")
    }
    for fault, text in lines().items():
        assert fault not in shown or "::test" in text, fault
