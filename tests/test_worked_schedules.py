"""Worked cases 6 and 7: annuities and a linear loan at 8 % to the cent."""

from __future__ import annotations

import pytest

from ledger.money import euros
from servicing.plan import schedule_of
from servicing.terms import Terms
from tests.loans import figures, loan

# Worked cases 6 and 7 (8 % a year, monthly, in arrears): rows 1, 2, 3, 12 and the last; interest in total and
# in the first twelve rows.
WORKED: dict[str, tuple[Terms, str, tuple[str, str, str, str, str], str, str]] = {
    "6 annuity": (
        loan(),
        "506.91",
        (
            "506.91 166.67 340.24 24659.76",
            "506.91 164.40 342.51 24317.25",
            "506.91 162.12 344.79 23972.46",
            "506.91 140.87 366.04 20764.01",
            "506.93 3.36 503.57 0.00",
        ),
        "5414.62",
        "1846.93",
    ),
    "6 linear": (
        loan(method="linear"),
        "416.67",
        (
            "583.34 166.67 416.67 24583.33",
            "580.56 163.89 416.67 24166.66",
            "577.78 161.11 416.67 23749.99",
            "552.78 136.11 416.67 19999.96",
            "419.25 2.78 416.47 0.00",
        ),
        "5083.30",
        "1816.67",
    ),
    "7 over 72": (
        loan(instalments=72),
        "438.33",
        (
            "438.33 166.67 271.66 24728.34",
            "438.33 164.86 273.47 24454.87",
            "438.33 163.03 275.30 24179.57",
            "438.33 146.07 292.26 21617.83",
            "438.47 2.90 435.57 0.00",
        ),
        "6559.90",
        "1877.79",
    ),
    "7 over 84": (
        loan(instalments=84),
        "389.66",
        (
            "389.66 166.67 222.99 24777.01",
            "389.66 165.18 224.48 24552.53",
            "389.66 163.68 225.98 24326.55",
            "389.66 149.76 239.90 22223.75",
            "389.23 2.58 386.65 0.00",
        ),
        "7731.01",
        "1899.67",
    ),
    "7 of 190,000": (
        loan("190000.00", instalments=84),
        "2961.38",
        (
            "2961.38 1266.67 1694.71 188305.29",
            "2961.38 1255.37 1706.01 186599.28",
            "2961.38 1244.00 1717.38 184881.90",
            "2961.38 1138.16 1823.22 168900.96",
            "2961.49 19.61 2941.88 0.00",
        ),
        "58756.03",
        "14437.52",
    ),
    "7 of 6,000": (
        loan("6000.00"),
        "121.66",
        (
            "121.66 40.00 81.66 5918.34",
            "121.66 39.46 82.20 5836.14",
            "121.66 38.91 82.75 5753.39",
            "121.66 33.81 87.85 4983.35",
            "121.51 0.80 120.71 0.00",
        ),
        "1299.45",
        "443.27",
    ),
    "7 of 48,000": (
        loan("48000.00", instalments=72),
        "841.60",
        (
            "841.60 320.00 521.60 47478.40",
            "841.60 316.52 525.08 46953.32",
            "841.60 313.02 528.58 46424.74",
            "841.60 280.45 561.15 41506.12",
            "841.16 5.57 835.59 0.00",
        ),
        "12594.76",
        "3605.32",
    ),
}


@pytest.mark.parametrize("name", list(WORKED))
def test_worked_cases_6_and_7_to_the_cent(name: str) -> None:
    terms, instalment, expected, interest, first_year = WORKED[name]
    schedule = schedule_of(terms)
    assert euros(int(schedule.instalment)) == instalment
    assert tuple(figures(schedule.rows[at]) for at in (0, 1, 2, 11, -1)) == expected
    assert euros(sum(int(row.interest) for row in schedule.rows)) == interest
    assert euros(sum(int(row.interest) for row in schedule.rows[:12])) == first_year
    assert len(schedule.rows) == terms.instalments
