"""`python -m tests.slow_night PLACE …`: the command aflos, standing still for long when the night reaches a place."""

from __future__ import annotations

import sys
import time
from typing import Any

from sqlalchemy import Engine, event

from backoffice.cli.main import main
from ledger.fault_points import watched

STILL_SECONDS = 60
BETWEEN, INSIDE = "between", "inside"


def stand_still(*_: Any) -> None:
    """Tell the test, and wait longer than any test does."""
    sys.stderr.write("standing still\n")
    sys.stderr.flush()
    end = time.monotonic() + STILL_SECONDS
    while time.monotonic() < end:
        time.sleep(0.05)


def stand_at_states(_connection: object, _cursor: object, statement: str, *_: Any) -> None:
    """In the middle of a chunk: its journal rows are written, its state rows are not."""
    if statement.startswith("DELETE FROM loan_state"):
        stand_still()


if __name__ == "__main__":
    place = sys.argv.pop(1)
    if place == INSIDE:
        event.listen(Engine, "before_cursor_execute", stand_at_states)
    with watched(lambda name: time.sleep(0.5) if name == "unit done" and place == BETWEEN else None):
        main()
