"""Cases of the settlement as they come out of a file, changed key by key."""

from __future__ import annotations

import json
from typing import Any

from backoffice.cli.cases import answer_text
from backoffice.cli.settled import answer_settlement

Case = dict[str, Any]

YEAR: Case = {
    "book_year": 2025,
    "household": "single",
    "granted": "9600.00",
    "months_granted": [1, 12],
    "profit": "14250.00",
    "income_tax_percent": "20",
}
"""A clawback of 4,712.94: worked case 2."""

LOAN: Case = {
    "granted": "0.00",
    "months_granted": None,
    "profit": "0.00",
    "other_income": "15287.06",
    "application_date": "2024-06-01",
    "capital_loan_interest": "2000.00",
}
"""The year norm of 16,287.06 leaves room for 1,000.00."""


def answered(**keys: object) -> Case:
    """The answer or the error."""
    return dict(answer_text(json.dumps(YEAR | keys).encode(), answer_settlement))


def answer(**keys: object) -> Case:
    """The answer to a case that is right."""
    found = answered(**keys)
    assert "error" not in found, found["error"]
    return found


def error(**keys: object) -> str:
    """Why a case is refused."""
    return str(answered(**keys)["error"])


def lines(found: Case, key: str = "text") -> list[str]:
    """One column of the explanation."""
    return [line[key] for line in found["explanation"]]


def moving_in(day: str) -> list[dict[str, str]]:
    return [{"from": "2024-01-01", "household": "single"}, {"from": day, "household": "couple"}]
