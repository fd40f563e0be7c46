"""Short ways for tests to bring living allowance in, tell its figures and settle a year as two persons."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from freezegun import freeze_time
from sqlalchemy import Engine

from backoffice.advances import COLUMNS
from tests.desk import run
from tests.nights import at, close_until
from tests.offices import good_by

HEADING = f"{';'.join(COLUMNS)}\n"
LIVING = "100000001"
WEIGHED = {
    "income": "Inkomen iets boven de norm en geen andere schulden",
    "health": "Geen klachten gemeld tijdens het gesprek",
    "household": "Alleenstaand zonder kinderen in huis",
    "fault": "Leverde alle stukken op tijd in",
    "office": "Wij besluiten binnen drie maanden na de cijfers",
}
"""A weighing in words of a case."""


def weighing(**changed: str) -> list[str]:
    """The options of a weighing; a factor of nothing is left out."""
    words = {**WEIGHED, **changed}
    return [word for factor, text in words.items() if text for word in ("--weigh", f"{factor}={text}")]


def advances(folder: Path, months: int, amount: str, *, year: int = 2025, household: str = "single") -> None:
    """Bring in so many months of a year, each of the same amount, for debtor 1 of Almere."""
    names = [f"{year}-{month:02}" for month in range(1, months + 1)]
    lines = [f"1;;{name};{amount};;{household};established;;{name}-24;{name}\n" for name in names]
    file = folder / f"advances-{year}.csv"
    file.write_text(HEADING + "".join(lines), encoding="utf-8")
    totals = [word for name in names for word in ("--total", f"{name}={amount}")]
    done = run("import", "advances", str(file), "--creditor", "almere", *totals)
    assert done.code == 0, done.err


def figures(document: str, *given: str, loan: str = LIVING, year: str = "2025") -> None:
    """Tell the figures of a year."""
    words = [word for each in given for word in ("--set", each)]
    done = run("settle", "figures", loan, "--year", year, *words, "--document", document)
    assert done.code == 0, done.err


def night(engine: Engine, day: str) -> dict[str, Any]:
    """Close all nights up to a day, as on the day after; what the last one says about settlements."""
    with freeze_time(f"{at(day) + timedelta(days=1)} 12:00:00"):
        told = close_until(engine, at(day))[-1]["settlements"]
    assert isinstance(told, dict)
    return told


def state(loan: str = LIVING, day: str | None = None) -> Any:  # noqa: ANN401 - any JSON
    """The row of the list about a loan."""
    words = ("--on", day) if day else ()
    return next(row for row in good_by("clerk", "settle", "list", *words) if str(row["loan"]) == loan)


def decided(*words: str, loan: str = LIVING) -> int:
    """Decide as a clerk, approve as another person; the number of the decision."""
    number = good_by("clerk", "settle", "decide", loan, *words)["decision"]
    good_by("approver", "settle", "approve", str(number))
    return int(number)


def handed_over(number: int, day: str) -> None:
    """Hand a decision over to debtor 1."""
    good_by("clerk", "decide", "handed-over", str(number), "--on", day, "--to", "1")
