"""The command line as a person sees it, run inside the test's own process, and a loan to work on."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from backoffice.cli.main import aflos
from ledger.errors import AflosError
from servicing.debtors.secrets import make_key_file
from tests.kept_books import told_once

GRANTED = {
    "--creditor": "almere",
    "--product": "bbz_business_capital",
    "--group": "established",
    "--debtor": "1",
    "--purpose": "a van",
    "--decision": "B-2025-17",
    "--decision-date": "2025-01-01",
    "--principal": "25000.00",
    "--start": "2025-01-01",
    "--instalments": "60",
}
"""Worked case 6, granted to debtor 1: 25,000.00 at 8 % in 60 monthly instalments of 506.91."""

LOAN = "100000001"

SYNTHETIC_BSN = re.compile(r"(?<!\d)99999\d{4}(?!\d)")
"""The numbers tests use; they are not given out."""


@dataclass(frozen=True)
class Done:
    """What a command printed and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:  # noqa: ANN401 - any JSON
        return json.loads(self.out)


Aflos = Callable[..., Done]


def run(*words: str, given: str = "") -> Done:
    """Run a command; an expected error becomes its exit code and one message, as on the command line.

    Nothing a command prints in any test may hold a whole BSN, unless it was asked for.
    """
    result = CliRunner().invoke(aflos, words, input=given)
    if isinstance(result.exception, AflosError):
        done = Done(result.exception.exit_code, result.stdout, str(result.exception))
    elif result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    else:
        done = Done(result.exit_code, result.stdout, result.stderr)
    assert "--show-bsn" in words or not SYNTHETIC_BSN.search(done.out + done.err), f"a BSN: {words[:2]}"
    return done


def options(values: dict[str, str], **changes: str | None) -> list[str]:
    """Options as words; a change of None leaves one out."""
    changed = {f"--{key.replace('_', '-')}": value for key, value in changes.items()}
    return [word for key, value in (values | changed).items() if value is not None for word in (key, value)]


def add_debtor(name: str = "S. Jansen", *more: str, given: str = "") -> Done:
    return run("debtor", "add", "--name", name, "--on", "2024-01-01", *more, given=given)


def good(*words: str) -> Any:  # noqa: ANN401 - any JSON
    """What a command answers that must succeed."""
    done = run(*words, "--json")
    assert done.code == 0, done.err
    return done.json


def add_loan(**changes: str | None) -> Done:
    return run("loan", "add", *options(GRANTED, **changes))


def open_desk(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let commands work on a database, with a key for the BSN."""
    keys = tmp_path / "keys"
    make_key_file(keys)
    monkeypatch.setenv("AFLOS_DATABASE", url)
    monkeypatch.setenv("AFLOS_KEY_FILE", str(keys))


def open_loan(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let commands work on a database with one loan, paid out on its start."""
    open_desk(url, tmp_path, monkeypatch)
    told_once(url, _tell_loan)


def _tell_loan() -> None:
    for done in (add_debtor(), add_loan(known_on="2025-01-01")):
        assert done.code == 0, done.err
    good("loan", "disburse", LOAN, "--amount", "25000.00", "--on", "2025-01-01", "--known-on", "2025-01-01")
