"""The page about points of practice names tests that exist, and has each point that a test is named after."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
PAGE = (TESTS.parent / "docs" / "practice-points.md").read_text(encoding="utf-8")
POINTS: dict[str, str] = dict(re.findall(r"^\| P(\d+) \|(.*)\|$", PAGE, re.MULTILINE))
FILES = {file.name: file.read_text(encoding="utf-8") for file in TESTS.glob("test_*.py")}

ASKED_OF_MONEY_IN = (5, 6, 8, 11, 12, 16, 17, 18, 20, 21, 22, 24, 26, 32)
"""Points about the bank, people, a loan's life and migration."""


def test_every_named_test_exists() -> None:
    for file, name in re.findall(r"`tests/(\w+\.py)::(\w+)`", PAGE):
        assert f"def {name}(" in FILES[file], f"{file}::{name}"


@pytest.mark.parametrize("point", ASKED_OF_MONEY_IN)
def test_a_point_names_a_test_that_bears_its_number(point: int) -> None:
    assert re.search(rf"::test\w*_p0?{point}_", POINTS[str(point)])


def test_each_point_that_a_test_is_named_after_has_a_line_in_order() -> None:
    code = "\n".join(FILES.values())
    named = {
        int(number) for names in re.findall(r"def test((?:_[a-p]\d+)+)_", code) for number in _points(names)
    }
    assert named == {int(point) for point in POINTS}
    assert [int(point) for point in POINTS] == sorted(int(point) for point in POINTS)


def _points(names: str) -> list[str]:
    return re.findall(r"_p(\d+)", names)
