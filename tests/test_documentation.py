"""The documents name what there is: commands, targets, words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import click
import pytest

from backoffice.cli.main import COMMANDS, aflos
from tests.house.source import ROOT


def text(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_described(command: str) -> None:
    assert f"`aflos {command}" in text("docs/cli.md")


def helps(command: click.Command, words: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """The words and the help of a command and of every command below it."""
    with click.Context(command, info_name=" ".join(words), terminal_width=120) as context:
        yield " ".join(words), command.get_help(context)
        if isinstance(command, click.Group):
            for name in command.list_commands(context):
                below = command.get_command(context, name)
                assert below is not None
                yield from helps(below, (*words, name))


def test_the_help_of_every_command_has_an_example_and_no_marks() -> None:
    found = dict(helps(aflos, ("aflos",)))
    assert len(found) > 30
    assert not [words for words, help_text in found.items() if "Example" not in help_text]
    assert not [words for words, help_text in found.items() if "\\b" in help_text]


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
