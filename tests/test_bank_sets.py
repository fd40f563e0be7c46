"""Whatever files a bank sends of an account: each of its lines once, and the books hold what the bank holds."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.bank_sets import AT_ONCE, prepare, trial

SETS = 3 * AT_ONCE
"""As many again as wanted: `make bank-chaos`."""


@pytest.fixture(scope="module")
def evening(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = Path(shutil.copy(sqlite_template, tmp_path_factory.mktemp("sets") / "evening.db"))
    prepare(f"sqlite:///{path}")
    return path


@pytest.mark.parametrize("first", range(0, SETS, AT_ONCE))
def test_each_real_line_is_booked_once_whatever_files_come(evening: Path, tmp_path: Path, first: int) -> None:
    assert trial(evening, tmp_path, range(first, first + AT_ONCE)) == []
