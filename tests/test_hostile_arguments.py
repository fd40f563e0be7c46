"""What is typed that no office types: bytes that are no text, numbers beyond any, files without end, closed streams."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from backoffice.cli.door import MOST_OF_A_LINE, check_words, fitting
from backoffice.cli.main import aflos
from backoffice.cli.payment_file import refuse_lines
from backoffice.given_files import content_of
from ledger.errors import BadInput
from tests.command import RUN, called
from tests.house.source import ROOT


def commands(command: click.Command, path: str = "aflos") -> Iterator[tuple[str, click.Command]]:
    """Every command with how it is called."""
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            assert found is not None
            yield from commands(found, f"{path} {name}")
    else:
        yield path, command


def test_no_number_is_larger_than_a_database_can_look_for() -> None:
    unbounded = [
        f"{path}: {option.name}"
        for path, command in commands(aflos)
        for option in command.params
        if isinstance(option.type, click.types.IntParamType)
        and (not isinstance(option.type, click.IntRange) or option.type.max is None)
    ]
    # These are checked by themselves: a seed may be any number, the others are no numbers of rows.
    assert unbounded == ["aflos demo: seed", "aflos nightly: confirm_days"]


@pytest.mark.parametrize(
    "words",
    [("decide", "show"), ("approve",), ("letters", "show"), ("bank", "park", "--reason", "x")],
)
def test_a_number_of_nothing_is_refused_with_the_range(words: tuple[str, ...]) -> None:
    done = called(*words, "9" * 30)
    assert done.returncode == 2
    assert "is not in the range 1<=x<=2147483647" in done.stderr


def test_h5_an_argument_that_is_no_text_is_refused_by_its_place() -> None:
    check_words(["debtor", "list", "--search", "Şahin 😀"])
    with pytest.raises(BadInput, match=r"^argument 4: 'caf\\xe9': is not UTF-8"):
        check_words(["debtor", "list", "--search", os.fsdecode(b"caf\xe9")])


def test_a_long_value_hides_neither_the_place_nor_the_rule() -> None:
    shown = fitting(f"loan 1: {'x' * 100_000}: must be plain text")
    assert len(shown) < MOST_OF_A_LINE + 50
    assert shown.startswith("loan 1: xxx")
    assert shown.endswith("xxx: must be plain text")
    assert fitting("short") == "short"


def test_h4_a_file_without_an_end_is_not_read_to_it(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"^/dev/zero: larger than 1000 bytes"):
        content_of(Path("/dev/zero"), 1000)
    with pytest.raises(BadInput, match="must be a file that exists"):
        content_of(tmp_path)


def test_h4_a_bank_file_is_no_device() -> None:
    done = called("bank", "import", "/dev/zero")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("aflos: /dev/zero: must be a file: a device or a pipe may never end")


@pytest.mark.parametrize("command", ["schedule", "simulate", "settle"])
def test_h4_a_device_holds_no_cases(command: str) -> None:
    done = called(command, "--input", "/dev/zero")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "aflos: input: /dev/zero: must be a file or -: a device may never end\n"


@pytest.mark.parametrize("command", ["nightly", "scheduler"])
def test_a_wrong_lease_is_refused_before_there_is_anything_to_do(command: str) -> None:
    done = called(
        command, variables={"AFLOS_LEASE_SECONDS": "abc", "AFLOS_DATABASE": "sqlite:////nowhere/a.db"}
    )
    assert done.returncode == 78
    assert "AFLOS_LEASE_SECONDS is a whole number of seconds above 0, not 'abc'" in done.stderr


def test_one_line_that_is_refused_is_one() -> None:
    with pytest.raises(BadInput, match=r"^a.csv: 1 line is refused, nothing was recorded\nline 3: wrong$"):
        refuse_lines(Path("a.csv"), {3: "wrong"})


def test_closed_streams_are_no_fault_of_the_program() -> None:
    script = 'exec "$0" -c "$1" law list <&- >&- 2>&-'
    done = subprocess.run(["/bin/sh", "-c", script, sys.executable, RUN], cwd=ROOT, check=False)
    assert done.returncode == 0


@pytest.mark.parametrize("endless", ["cat /dev/zero", "yes ''"])
def test_h4_standard_input_that_never_ends_is_refused(endless: str) -> None:
    script = f"{endless} | {sys.executable} -c '{RUN}' schedule --input -"
    done = subprocess.run(["/bin/sh", "-c", script], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 2
    assert done.stderr.startswith("aflos: input: 100000000 bytes without a case")
