"""A sample of `make chaos` on both databases, and the proof that it would notice a difference."""

from __future__ import annotations

import subprocess
import sys

from sqlalchemy import text

from tests.chaos.books import books
from tests.chaos.scenario import close_all, install_scenario
from tests.chaos.trials import opened

SAMPLE = {
    "--loans": 14,
    "--sqlite-kills": 5,
    "--postgresql-kills": 2,
    "--double-kills": 1,
    "--ahead": 1,
    "--races": 1,
    "--errors": 1,
    "--zombies": 1,
}


def test_a1_a2_a5_a6_d5_a_disturbed_night_ends_in_the_same_books() -> None:
    words = [word for option, number in SAMPLE.items() for word in (option, str(number))]
    run = subprocess.run(
        [sys.executable, "-m", "tests.chaos", "--seed", "20240101", *words],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_a_difference_is_noticed(sqlite_url: str) -> None:
    install_scenario(sqlite_url, seed=1)
    with opened(sqlite_url) as engine:
        close_all(engine)
        before = books(engine)
        with engine.begin() as connection:
            connection.execute(text("UPDATE loan_state SET bucket = bucket + 1 WHERE loan = 100000001"))
            connection.execute(
                text("INSERT INTO quarantine VALUES (100000001, 20240101, 'close', 'healthy')")
            )
        after = books(engine)
    assert {name for name in before if before[name] != after[name]} == {"states", "quarantine"}
