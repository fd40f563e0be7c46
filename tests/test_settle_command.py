"""The command `aflos settle` as it is called from outside."""

from __future__ import annotations

import json
import resource
import subprocess
from pathlib import Path
from typing import Any

from tests.command import called, started
from tests.settlement_years import year

CASE: dict[str, Any] = {
    "book_year": 2025,
    "household": "couple",
    "granted": "11400.00",
    "months_granted": [1, 12],
    "profit": "13000.00",
    "other_income": "0.00",
    "own_capital": "0.00",
    "total_capital": "0.00",
    "income_tax_percent": "20",
    "policy": {},
}
"""The example of `settle` in the description of the command line."""

ANSWER = {
    "year_norm": "23267.22",
    "net_income": "10400.00",
    "total": "21800.00",
    "supplement": "1467.22",
    "gift": "12867.22",
    "reclaim": "0.00",
    "retained_loan": "0.00",
    "interest_remission": "0.00",
}


def settle(*arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    return called("settle", *arguments, given=given)


def test_the_example() -> None:
    done = started("settle", "--input", "-", given=json.dumps(CASE))
    answer: dict[str, Any] = json.loads(done.stdout)
    assert (done.returncode, done.stderr) == (0, "")
    assert ANSWER.items() <= answer.items()
    assert list(answer)[: len(ANSWER)] == list(ANSWER)
    assert {"text", "article", "amount"} <= answer["explanation"][0].keys()


def test_the_example_of_the_documentation() -> None:
    done = settle("--input", "docs/examples/settle.json", "--json")
    assert done.returncode == 0
    assert ANSWER.items() <= json.loads(done.stdout).items()


def test_a_bad_case_stops_no_other(tmp_path: Path) -> None:
    cases = [CASE, CASE | {"book_year": 2024, "income_tax_percent": None}, {"book_year": 2025}, CASE]
    path = tmp_path / "cases.jsonl"
    path.write_text("\n".join(json.dumps(case) for case in cases))
    done = settle("--input", str(path))
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 2
    assert [answer.get("error", "answered")[:30] for answer in answers] == [
        "answered",
        "flat_income_tax on 2024-01-01:",
        "household: is missing",
        "answered",
    ]
    assert "2 of 4 cases refused" in done.stderr


def test_without_cases_it_says_what_to_give() -> None:
    done = settle()
    assert (done.returncode, done.stdout) == (2, "")
    assert "give --input FILE" in done.stderr


def test_a_thousand_cases_take_less_than_ten_seconds(tmp_path: Path) -> None:
    path = tmp_path / "cases.jsonl"
    path.write_text("".join(json.dumps(year(seed)) + "\n" for seed in range(1000)))
    before = computing()
    done = started("settle", "--input", str(path))
    assert (done.returncode, len(done.stdout.splitlines())) == (0, 1000)
    assert computing() - before < 10


def computing() -> float:
    """Seconds that programs started here have computed: what others do on the machine is left out."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
