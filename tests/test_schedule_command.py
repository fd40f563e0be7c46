"""The command `aflos schedule` as it is called from outside."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.command import RUN, called, started

LOAN = {"principal": "25000.00", "rate": "8", "start": "2025-01-01", "instalments": 60}


def schedule(*arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    return called("schedule", *arguments, given=given)


def options(**changes: str) -> list[str]:
    values = {**{key: str(value) for key, value in LOAN.items()}, **changes}
    return [word for key, value in values.items() for word in (f"--{key.replace('_', '-')}", value)]


def test_the_schedule_of_a_loan() -> None:
    done = started("schedule", *options())
    answer: dict[str, Any] = json.loads(done.stdout)
    assert (done.returncode, done.stderr) == (0, "")
    assert (answer["instalment"], answer["method"]) == ("506.91", "annuity")
    assert answer["rows"][0] == {
        "nr": 1,
        "date": "2025-02-01",
        "principal": "340.24",
        "interest": "166.67",
        "due": "506.91",
        "balance": "24659.76",
    }
    assert answer["totals"] == {"principal": "25000.00", "interest": "5414.62"}


def test_all_options_are_the_keys_of_a_case(tmp_path: Path) -> None:
    changes = {
        "method": "linear",
        "every": "3m",
        "first_due": "2025-02-15",
        "day_count": "act/act",
        "rounding": "half-even",
        "instalment": "500.00",
        "grace_principal": "2",
    }
    by_options = schedule(*options(**changes))
    path = tmp_path / "case.json"
    path.write_text(json.dumps(LOAN | changes))
    by_file = schedule("--input", str(path))
    assert by_options.returncode == by_file.returncode == 0
    assert by_options.stdout == by_file.stdout


def test_unrounded_amounts_carry_their_decimals() -> None:
    answer: dict[str, Any] = json.loads(schedule(*options(rounding="none")).stdout)
    assert answer["instalment"].startswith("506.9098572103420617")
    assert answer["rows"][-1]["balance"] == "0." + "0" * 20


@pytest.mark.parametrize(
    "changes", [{"method": "bullet"}, {"grace_principal": "2"}, {"instalment": "20000.00"}]
)
def test_unrounded_amounts_carry_their_decimals_also_where_they_are_whole(changes: dict[str, str]) -> None:
    answer: dict[str, Any] = json.loads(schedule(*options(**changes), "--rounding", "none").stdout)
    amounts = [row[key] for row in answer["rows"] for key in ("principal", "interest", "due", "balance")]
    for amount in (answer["instalment"], *answer["totals"].values(), *amounts):
        assert len(amount.partition(".")[2]) == 20, amount


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this machine has no full disk to try it on")
@pytest.mark.parametrize("words", [["schedule", *options()], ["law", "list"], ["--help"]])
def test_output_that_cannot_be_written_has_its_exit_code(words: list[str]) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run(
            [sys.executable, "-c", RUN, *words], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert (done.returncode, done.stderr) == (74, "aflos: what was to be written: No space left on device\n")


def test_a_reader_that_goes_away_is_no_fault_of_the_program(tmp_path: Path) -> None:
    cases = tmp_path / "cases.jsonl"
    cases.write_text(f"{json.dumps(LOAN)}\n" * 50)
    command = [sys.executable, "-c", RUN, "schedule", "--input", str(cases)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert (process.stderr.read(), process.wait(30)) == (b"", 74)


def test_a_refused_option_names_key_value_and_rule() -> None:
    done = schedule(*options(rate="-1"))
    assert (done.returncode, done.stdout) == (2, "")
    assert (
        done.stderr == "aflos: rate: '-1': a rate is a percentage per year from 0 to 100, such as 8 or 2.5\n"
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"principal": "0"}, "principal: '0': must be above 0"),
        ({"every": "2w"}, "day_count: monthly: needs a period in months or years"),
        ({"first_due": "2024-01-01"}, "first_due: 2024-01-01: must not be before start 2025-01-01"),
        ({"instalment": "166.67"}, "instalment: 166.67: must be above the first period's interest 166.67"),
        ({"grace_principal": "60"}, "grace_principal: 60: must be from 0 to below instalments 60"),
        ({"method": "bullet", "grace_principal": "1"}, "method: bullet: takes no instalment"),
        ({"instalments": "0"}, "instalments: '0': must be a whole number from 1 to 1200"),
        ({"nonsense": "1"}, "nonsense: '1': unknown key; known are principal, rate"),
        ({"rounding": "up"}, "rounding: 'up': must be one of half-up, half-even, none"),
        ({"day_count": "30/360"}, "day_count: '30/360': must be one of monthly, 30E/360"),
    ],
)
def test_a_refused_case_names_key_value_and_rule(changes: dict[str, str], message: str) -> None:
    given = "\n".join(json.dumps(case) for case in (LOAN, LOAN | changes, LOAN))
    done = schedule("--input", "-", given=given)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 2
    assert lines[0] == lines[2]
    assert lines[1]["error"].startswith(message)
    assert done.stderr == "aflos: -: 1 of 3 cases refused; see their errors\n"


def test_one_case_over_several_lines_on_standard_input() -> None:
    done = schedule("--input", "-", given=json.dumps(LOAN, indent=2))
    assert done.returncode == 0
    assert json.loads(done.stdout)["instalment"] == "506.91"


def test_a_missing_value_and_a_mixture_are_refused() -> None:
    assert schedule("--rate", "8").stderr == "aflos: instalments: is missing\n"
    mixed = schedule("--input", "-", "--rate", "8")
    assert mixed.returncode == 2
    assert "give no other values" in mixed.stderr


def test_help_shows_an_example() -> None:
    done = schedule("--help")
    assert done.returncode == 0
    assert "aflos schedule --principal 25000.00 --rate 8 --start 2025-01-01 --instalments 60" in done.stdout


def seconds_of_work() -> float:
    """The processor time of the programs this test has run; a busy machine does not count as slowness of ours."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@pytest.mark.parametrize("rounding", ["half-up", "none"])
def test_a_thousand_cases_take_under_ten_seconds(tmp_path: Path, rounding: str) -> None:
    path = tmp_path / "cases.jsonl"
    cases = [LOAN | {"principal": f"{1000 + number}.37", "rounding": rounding} for number in range(1000)]
    path.write_text("\n".join(map(json.dumps, cases)))
    began = seconds_of_work()
    done = started("schedule", "--input", str(path))
    assert seconds_of_work() - began < 10
    assert (done.returncode, len(done.stdout.splitlines())) == (0, 1000)
