"""A loan's whole life from a case: the example, every type of event, every refusal, and the oracle."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backoffice.cli.cases import answer_text
from backoffice.cli.simulate import answer_simulation
from tests.histories import History, histories
from tests.oracle import life

Case = dict[str, Any]

ROOT = Path(__file__).parents[1]
RUN = "from backoffice.cli.main import main; main()"
TERMS: Case = {
    "principal": "100.00",
    "annual_rate_percent": "7",
    "start": "2024-01-01",
    "instalments": 6,
    "every": "1m",
    "method": "annuity",
    "day_count": "monthly",
    "rounding": "half-even",
    "instalment": "17.01",
    "allocation": ["costs", "interest", "principal"],
}
DISBURSED: Case = {"on": "2024-01-01", "type": "disburse", "amount": "100.00"}
PAID: Case = {"on": "2024-02-01", "type": "payment", "amount": "17.01", "id": "p1"}
BACK: Case = {"on": "2024-02-20", "type": "reversal", "of": "p1"}
EXAMPLE: Case = {
    "terms": TERMS,
    "events": [DISBURSED, PAID | {"recorded": "2024-02-03"}, BACK, {"on": "2024-03-01", "type": "pay_off"}],
    "viewing_date": "2024-03-01",
}
"""The example of `simulate` in the description of the command line, with its answer in the tests."""


def simulated(*events: Case, on: str | None = None, **terms: object) -> Case:
    """The answer to a case of the example's loan, as it comes out of a file."""
    case: Case = {"terms": TERMS | terms, "events": [DISBURSED, *events]}
    text = json.dumps(case if on is None else case | {"viewing_date": on})
    return dict(answer_text(text.encode(), answer_simulation))


def rows(answer: Case) -> list[str]:
    return [f"{row['principal']}/{row['interest']}/{row['balance']}" for row in answer["rows"]]


def split(payment: Case) -> str:
    return " ".join(f"{part} {payment[part]}" for part in ("costs", "interest", "principal", "credit"))


def test_the_example_comes_out_exactly() -> None:
    answer: Case = dict(answer_simulation(EXAMPLE))
    assert rows(answer) == [
        "16.43/0.58/83.57",
        "16.43/0.58/67.14",
        "17.01/0.00/50.13",
        "17.01/0.00/33.12",
        "17.01/0.00/16.11",
        "16.11/0.00/0.00",
    ]
    assert all(row["paid"] == row["due"] for row in answer["rows"])
    first, last = answer["payments"]
    assert (first["id"], first["reversed"], split(first)) == (
        "p1",
        True,
        "costs 0.00 interest 0.58 principal 16.43 credit 0.00",
    )
    assert (last["type"], last["amount"], last["reversed"]) == ("pay_off", "101.16", False)
    assert split(last) == "costs 0.00 interest 1.16 principal 100.00 credit 0.00"
    assert set(answer["outstanding"].values()) == {"0.00"}
    assert answer["state"] == "closed"


def test_the_command_answers_a_file_of_cases(tmp_path: Path) -> None:
    path = tmp_path / "cases.jsonl"
    cases: list[Case] = [EXAMPLE, {"terms": {}}, EXAMPLE]
    path.write_text("\n".join(json.dumps(case) for case in cases))
    command = [sys.executable, "-c", RUN, "simulate", "--input", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    good, bad, again = done.stdout.splitlines()
    assert done.returncode == 2
    assert good == again == json.dumps(answer_simulation(EXAMPLE), separators=(",", ":"))
    assert json.loads(bad) == {"error": "terms: instalments: is missing"}


def test_an_event_counts_from_the_day_it_is_recorded() -> None:
    late = PAID | {"recorded": "2024-02-10"}
    assert simulated(late, on="2024-02-09")["payments"] == []
    assert split(simulated(late, on="2024-02-10")["payments"][0]) == (
        "costs 0.00 interest 0.58 principal 16.43 credit 0.00"
    )


def test_without_a_viewing_date_everything_counts() -> None:
    assert simulated(PAID | {"recorded": "2024-02-10"})["viewing_date"] == "2024-02-10"


def test_a_reversal_counts_from_its_own_day_and_takes_the_payment_away() -> None:
    before, after = simulated(PAID, BACK, on="2024-02-19"), simulated(PAID, BACK, on="2024-02-20")
    assert (before["payments"][0]["reversed"], before["outstanding"]["principal"]) == (False, "83.57")
    assert (after["payments"][0]["reversed"], after["outstanding"]["principal"]) == (True, "100.00")
    assert after["rows"][0]["paid"] == "0.00"


def test_a_reversed_payment_keeps_the_split_it_had_when_the_reversal_was_recorded() -> None:
    cost = {"on": "2024-01-20", "type": "cost", "amount": "5.00", "recorded": "2024-03-01"}
    with_cost = simulated(PAID, cost, BACK | {"recorded": "2024-03-02"})
    without = simulated(PAID, cost, BACK, on="2024-03-02")
    assert split(with_cost["payments"][0]) == "costs 5.00 interest 0.58 principal 11.43 credit 0.00"
    assert split(without["payments"][0]) == "costs 0.00 interest 0.58 principal 16.43 credit 0.00"


def test_a_reversal_may_stand_before_its_payment() -> None:
    assert simulated(BACK, PAID)["payments"][0]["reversed"]


def test_a_loan_before_its_disbursement_is_pending_and_shows_its_plan() -> None:
    case: Case = {"terms": TERMS, "events": [], "viewing_date": "2024-05-01"}
    answer: Case = dict(answer_simulation(case))
    assert answer["state"] == "pending"
    assert rows(answer)[:2] == ["16.43/0.58/83.57", "16.52/0.49/67.05"]
    assert set(answer["outstanding"].values()) == {"0.00"}


def test_a_payment_of_more_than_all_is_credit() -> None:
    answer = simulated(PAID | {"on": "2024-01-01", "amount": "120.00"})
    assert (answer["state"], answer["outstanding"]["credit"]) == ("overpaid", "20.00")


def test_costs_come_before_interest_and_principal() -> None:
    answer = simulated({"on": "2024-01-20", "type": "cost", "amount": "5.00"}, PAID)
    assert split(answer["payments"][0]) == "costs 5.00 interest 0.58 principal 11.43 credit 0.00"


def test_another_rate_keeps_the_instalment_unless_told_to_compute_it_again() -> None:
    rate = {"on": "2024-02-01", "type": "rate", "percent": "12"}
    assert [row["due"] for row in simulated(PAID, rate)["rows"]][:2] == ["17.01", "17.01"]
    again = simulated(PAID, rate | {"recompute": True})
    # On a due date terms change before the row falls due: 100.00 over 6 months at 1 % a month is 17.25.
    assert [row["due"] for row in again["rows"]][:3] == ["17.25", "17.25", "17.25"]
    assert again["rows"][0]["interest"] == "0.58"


def test_another_instalment_holds_for_rows_due_from_its_day() -> None:
    answer = simulated(PAID, {"on": "2024-03-01", "type": "instalment", "amount": "20.00"})
    assert [row["due"] for row in answer["rows"]][:3] == ["17.01", "20.00", "20.00"]


def test_an_early_repayment_shortens_the_term_or_lowers_the_instalment() -> None:
    extra = {"on": "2024-02-01", "type": "early_repayment", "amount": "50.00", "id": "e1"}
    term = simulated(PAID, extra | {"mode": "term"})
    lower = simulated(PAID, extra | {"mode": "instalment"})
    assert split(term["payments"][1]) == "costs 0.00 interest 0.00 principal 50.00 credit 0.00"
    assert [row["due"] for row in term["rows"]] == ["17.01", "17.01", "16.86", "0.00", "0.00", "0.00"]
    # 33.57 over 5 months at 7 %: 6.83.
    assert [row["due"] for row in lower["rows"]][1:5] == ["6.83"] * 4


@pytest.mark.parametrize(
    ("of", "end", "dues"),
    [
        ("principal", "extend", ["17.01", "0.49", "0.49", "17.01", "17.01", "17.01", "17.01", "17.00"]),
        ("principal", "same", ["17.01", "0.49", "0.49", "28.18", "28.18", "28.19"]),
        ("all", "extend", ["17.01", "0.49", "0.49", "17.01", "17.01", "17.01", "17.01", "17.00"]),
    ],
)
def test_a_deferral(of: str, end: str, dues: list[str]) -> None:
    deferral = {"type": "deferral", "from": "2024-03-01", "until": "2024-05-01", "of": of, "end": end}
    decided_ahead = simulated(PAID, deferral | {"on": "2024-02-10"}, on="2024-02-15")
    decided_then = simulated(PAID, deferral)
    assert [row["due"] for row in decided_then["rows"]] == dues
    assert decided_ahead["rows"][1:] == decided_then["rows"][1:]
    assert [row["deferred"] for row in decided_then["rows"]][:4] == ["", of, of, ""]


def test_a_payment_within_the_tolerance_counts_on_the_due_date() -> None:
    late = PAID | {"on": "2024-02-02"}
    assert split(simulated(late, payment_tolerance=1)["payments"][0]) == (
        "costs 0.00 interest 0.58 principal 16.43 credit 0.00"
    )


def test_unrounded_amounts_carry_at_least_ten_decimals() -> None:
    paid = [PAID | {"on": f"2024-0{month}-01", "id": f"p{month}"} for month in (2, 3, 4)]
    answer = simulated(*paid, {"on": "2024-05-10", "type": "pay_off"}, rounding="none", day_count="act/365")
    row, last = answer["rows"][0], answer["payments"][-1]
    # 100 x 7 % x 31/365.
    assert row["interest"] == "0.59452054794520547945"
    assert row["due"] == "17.01000000000000000000"
    assert len(last["amount"].partition(".")[2]) >= 10
    assert (answer["state"], set(answer["outstanding"].values())) == ("closed", {"0.00000000000000000000"})
    unpaid = simulated(rounding="none")
    assert (unpaid["rows"][0]["paid"], unpaid["outstanding"]["costs"]) == ("0." + "0" * 20,) * 2


ERRORS: list[tuple[Case, str]] = [
    ({"events": []}, "terms: is missing"),
    ({"terms": []}, "terms: []: must be an object with keys"),
    ({"terms": TERMS | {"colour": "red"}}, "terms: colour: 'red': is not a known key"),
    ({"terms": TERMS | {"method": "bullet"}}, "terms: method: bullet: takes no instalment"),
    ({"terms": TERMS, "event": []}, "event: []: is not a known key"),
    ({"terms": TERMS, "events": {}}, "events: {}: must be a list of at most 10000 events"),
    ({"terms": TERMS, "events": [7]}, "events[0]: 7: must be an object with keys"),
    ({"terms": TERMS, "viewing_date": "2024"}, "viewing_date: '2024': a day is written 2025-03-01"),
]
EVENT_ERRORS: list[tuple[Case, str]] = [
    ({"type": "gift"}, "type: 'gift': must be one of disburse, payment, pay_off, cost, rate"),
    ({}, "type: is missing"),
    ({"type": "interest_free_from"}, "on: is missing"),
    (
        {"type": "interest_free_from", "on": "2024-02-01", "until": "2024-02-01"},
        "until: '2024-02-01': must come after 2024-02-01",
    ),
    ({"type": "due_at_once", "on": "2024-02-01", "interest": "half"}, "interest: 'half': must be one of"),
    ({"type": "write_off", "on": "2024-02-01", "amount": "1.00"}, "of: is missing"),
    ({"type": "waiver", "on": "2024-02-01", "of": "interest"}, "amount: is missing"),
    ({"type": "waiver", "on": "2024-02-01", "of": "all", "amount": "1.00"}, "amount: '1.00': is not a known"),
    ({"type": "wsnp_early_end", "on": "2024-02-01", "of": "w"}, "of: 'w': must be the id of a wsnp_start"),
    ({"type": "deferral_end", "on": "2024-02-01", "of": "d"}, "of: 'd': must be the id of a deferral"),
    ({"type": "cancellation", "on": "2024-02-01", "of": "c"}, "of: 'c': must be the id of costs"),
    ({"type": "payment", "amount": "1.00"}, "on: is missing"),
    ({"type": "payment", "on": "2024-02-30", "amount": "1.00"}, "on: '2024-02-30': a day is written"),
    ({"type": "payment", "on": "2024-02-01"}, "amount: is missing"),
    ({"type": "payment", "on": "2024-02-01", "amount": "0.00"}, "amount: '0.00': must be above 0"),
    ({"type": "payment", "on": "2024-02-01", "amount": "1.001"}, "amount: '1.001': an amount such as"),
    ({"type": "payment", "on": "2024-02-01", "amount": 1e30}, "amount: 1e+30: an amount such as"),
    ({"type": "rate", "on": "2024-02-01", "percent": "1", "id": "c"}, "id: 'c': is not a known key"),
    ({"type": "rate", "on": "2024-02-01", "percent": "101"}, "percent: '101': a rate is at most"),
    ({"type": "rate", "on": "2024-02-01", "percent": "8", "recompute": 1}, "recompute: 1: must be true"),
    (
        {"type": "early_repayment", "on": "2024-02-01", "amount": "1.00", "mode": "x"},
        "mode: 'x': must be one of",
    ),
    ({"type": "deferral", "until": "2024-05-01"}, "from: is missing"),
    (
        {"type": "deferral", "from": "2024-05-01", "until": "2024-05-01"},
        "until: '2024-05-01': must come after from 2024-05-01",
    ),
    ({"type": "reversal", "on": "2024-02-01", "of": "nobody"}, "of: 'nobody': must be the id of a payment"),
    ({"type": "reversal", "on": "2024-02-20", "of": "p1", "id": "r"}, "id: 'r': is not a known key"),
    ({"type": "reversal", "on": "2024-01-31", "of": "p1"}, "on: '2024-01-31': lies before p1, on"),
    (PAID, "id: 'p1': is the id of another event too"),
]


@pytest.mark.parametrize(("case", "error"), ERRORS)
def test_a_case_that_cannot_be_answered(case: Case, error: str) -> None:
    answer = answer_text(json.dumps(case).encode(), answer_simulation)
    assert str(answer["error"]).startswith(error)


@pytest.mark.parametrize(("event", "error"), EVENT_ERRORS)
def test_an_event_that_cannot_be_read(event: Case, error: str) -> None:
    answer = simulated(PAID, event)
    assert answer["error"].removeprefix("events[2]: ").startswith(error)


def test_a_payment_comes_back_once() -> None:
    assert simulated(PAID, BACK, BACK | {"on": "2024-03-01"})["error"] == (
        "events[3]: of: 'p1': must be the id of a payment that is not reversed already"
    )


def test_a_disbursement_after_the_last_due_date_is_refused() -> None:
    assert "after the last due date 2024-07-01" in simulated(DISBURSED | {"on": "2024-08-01"})["error"]


@settings(max_examples=40, deadline=None, derandomize=True)
@given(histories())
def test_the_answer_is_the_oracles(history: History) -> None:
    for day in history.viewing_dates:
        case = {"terms": history.terms, "events": history.events, "viewing_date": day.isoformat()}
        answer: Case = dict(answer_simulation(case))
        if answer["state"] == "pending":
            continue  # the product shows the plan then, the oracle nothing
        for row in answer["rows"]:
            del row["deferred"]
        for payment in answer["payments"]:
            del payment["type"]
        del answer["viewing_date"]
        assert answer == life(history.terms, history.events, day).as_json()


@settings(max_examples=40, deadline=None, derandomize=True)
@given(histories(), st.booleans())
def test_after_a_pay_off_nothing_is_left(history: History, unrounded: bool) -> None:
    day = (history.viewing_dates[-1] + timedelta(days=1)).isoformat()
    terms = history.terms | ({"rounding": "none"} if unrounded else {})
    answer = answer_simulation({"terms": terms, "events": [*history.events, {"on": day, "type": "pay_off"}]})
    outstanding = answer["outstanding"]
    assert isinstance(outstanding, dict)
    assert {Decimal(outstanding[part]) for part in ("principal", "interest", "costs")} == {Decimal(0)}
    assert answer["state"] in {"closed", "overpaid"}


def test_interest_carried_to_a_deferred_row_is_paid_off_too() -> None:
    # Rows 2 and 3 are paid on 1 February; the interest of their periods is carried to row 4, which is deferred.
    deferral = {"on": "2024-02-10", "type": "deferral", "from": "2024-04-15", "until": "2024-05-15"}
    answer = simulated(
        PAID | {"amount": "51.03"},
        deferral | {"of": "all", "end": "extend"},
        {"on": "2024-04-10", "type": "pay_off"},
    )
    assert answer["payments"][-1]["credit"] == "0.00"
    assert (answer["state"], answer["outstanding"]["interest"]) == ("closed", "0.00")


def test_a_thousand_cases_take_under_ten_seconds() -> None:
    begun = time.process_time()
    for _ in range(100):
        answer_simulation(EXAMPLE)
        answer_simulation(EXAMPLE | {"terms": TERMS | {"rounding": "none"}})
    assert time.process_time() - begun < 2
