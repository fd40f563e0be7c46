"""The documents name what there is: commands, targets, words."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from backoffice.cli.main import COMMANDS
from tests.house.source import ROOT


def text(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_described(command: str) -> None:
    assert f"`aflos {command}" in text("docs/cli.md")


def test_every_target_that_is_named_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", text("Makefile"), re.MULTILINE))
    named = set(re.findall(r"`make ([a-z-]+)`", text("README.md") + text("CHANGELOG.md")))
    assert named
    assert named <= targets


def test_every_target_is_listed_by_help() -> None:
    targets = re.findall(r"^[a-z-]+:(?!=).*", text("Makefile"), re.MULTILINE)
    assert targets
    assert not [line for line in targets if " ## " not in line]


def test_a_word_has_one_line_in_the_glossary() -> None:
    rows = re.findall(r"^\| ([^|]+?) \| ([^|]+?) \| ", text("docs/glossary.md"), re.MULTILINE)
    words = Counter(english for english, _ in rows if english not in {"English", "---"})
    assert len(words) >= 60
    assert not [word for word, times in words.items() if times > 1]


def test_every_decision_is_in_the_list() -> None:
    listed = text("docs/decisions/README.md")
    pages = [page.name for page in (ROOT / "docs/decisions").glob("0*.md")]
    assert pages
    assert not [page for page in pages if page not in listed]


def test_the_lock_names_no_address() -> None:
    lock = text("requirements.lock")
    assert "--hash=sha256:" in lock
    assert not re.search(r"://|^-|^--?(?:extra-)?index", lock, re.MULTILINE)
