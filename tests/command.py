"""The whole command line as it is called from outside, without the start of a program for every call."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Mapping
from subprocess import CompletedProcess, run

from click.testing import CliRunner

from backoffice.cli.main import main
from tests.house.source import ROOT

RUN = "from backoffice.cli.main import main; main()"


def started(
    *words: str, given: str = "", variables: Mapping[str, str] | None = None
) -> CompletedProcess[str]:
    """What a program of its own gives that runs `aflos` with these words at the root of the repository."""
    command = [sys.executable, "-c", RUN, *words]
    environment = {**os.environ, **(variables or {})}
    return run(command, input=given, env=environment, capture_output=True, text=True, check=False, cwd=ROOT)


def called(
    *words: str, given: str = "", variables: Mapping[str, str | None] | None = None
) -> CompletedProcess[str]:
    """What `aflos` with these words gives at the root of the repository: exit code, standard output and errors.

    It is `main` itself, with its own reading of words, errors and exit codes; a variable of None is not set. What
    only a new process shows (a closed pipe, a full disk, what a command imports) is for `started`, a second each.
    """
    with CliRunner().isolation(given, variables) as (out, err, _), contextlib.chdir(ROOT):
        code = _ended(words)
        sys.stdout.flush()
        return CompletedProcess(words, code, _text(out.getvalue()), _text(err.getvalue()))


def _ended(words: tuple[str, ...]) -> int:
    """The exit code; an error that `main` does not know stays an error of the test."""
    try:
        main(words)
    except SystemExit as stop:
        return int(stop.code or 0)
    return 0


def _text(content: bytes) -> str:
    return content.decode().replace("\r\n", "\n")
