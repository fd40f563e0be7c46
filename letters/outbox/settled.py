"""What the letters of a settlement say: how it was computed, what it comes to, and how interests were weighed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ledger.day import parse_day
from ledger.money import cents_of
from letters.outbox.framing import Fields
from servicing.settlement.book_year import BookYear
from servicing.settlement.line import DECIDED_AFTER, Line

SETTLING = ("settlement", "clawback")
"""The kinds of decision about a proposal of the yearly cycle."""

WITHDRAWAL = "settlement-withdrawal"
"""The kind of decision that takes a settlement back."""

FACTORS = {
    "income": "Inkomen en schulden",
    "health": "Gezondheid",
    "household": "Gezin",
    "fault": "Uw eigen aandeel",
    "office": "Ons aandeel",
}
"""The factors that are weighed, in the words of a letter."""

BY_ITSELF = "Dit volgt uit de berekening hierboven."
"""The reason of a decision that leaves nothing to be weighed."""


def withdrawn_data(number: int, decided_on: str, data: Mapping[str, object]) -> dict[str, object]:
    """What the withdrawal of a settlement keeps of it for its letter: its book year, day, and what it came to."""
    kept = {key: data[key] for key in ("reclaimed", "supplement", "retained", "remission") if key in data}
    return {"withdraws": number, "book_year": data["book_year"], "decided_on": decided_on, **kept}


def withdrawn_fields(data: Mapping[str, object]) -> Fields:
    """The fields of the letter about a settlement that is taken back."""
    cents = {name: _cents(data, key) for name, key in WITHDRAWN.items() if key in data}
    return {
        "book_year": year_text(str(data["book_year"])),
        "decision_date": str(data["decided_on"]),
        "reasons": [str(data["reason"])],
        **{name: amount for name, amount in cents.items() if amount},
    }


WITHDRAWN = {
    "clawback": "reclaimed",
    "supplement": "supplement",
    "retained": "retained",
    "remitted": "remission",
}
"""The fields of a withdrawal, by the key of the settlement they are read from."""


def settled_letter(data: Mapping[str, object]) -> str:
    """The letter that tells of a settlement: of interest, of a claim without figures, or of living allowance."""
    if data["about"] == "interest":
        return "interest_remission"
    return "recovery_decision" if data["basis"] == "missing" and _more(data, "reclaimed") else "settlement"


def settled_fields(data: Mapping[str, object], lines: Sequence[Line]) -> Fields:
    """All fields of these letters that the decision and the lines of its proposal give."""
    weighing = data.get("weighing")
    weighed = weighing if isinstance(weighing, Mapping) else {}
    told: Fields = {
        "book_year": year_text(str(data["book_year"])),
        "reasons": [str(data.get("reason") or BY_ITSELF)],
        "weighing": [f"{name}: {weighed[key]}" for key, name in FACTORS.items() if key in weighed] or None,
    }
    if data["about"] == "interest":
        return told | _of_interest(data, lines)
    claim, supplement = _more(data, "reclaimed"), _more(data, "supplement")
    return told | {
        "granted": _cents(data, "granted"),
        "gift": _cents(data, "gift"),
        "supplement": supplement,
        "clawback": claim,
        "not_reclaimed": _cents(data, "not_reclaimed"),
        "retained": _cents(data, "retained"),
        "no_figures": data["basis"] == "missing",
        "computation_rows": [*rows_of(lines), *_outcome(data)],
        "balance": claim,
        "balance_rows": [[text, cents] for text, _, cents in _outcome(data)],
        "claim_article": str(data["title"]),
    }


def rows_of(lines: Sequence[Line]) -> list[list[object]]:
    """The lines of a proposal as rows, without those that a decision puts others in the place of."""
    return [[line.text, line.article, line.cents] for line in lines if line.text_en not in DECIDED_AFTER]


def year_text(since: str) -> str:
    """A book year as people call it: 2025, or 2024/2025 where it does not begin in January."""
    year = BookYear(parse_day(since))
    first, last = year.since.year, year.until.year
    return str(first) if year.since.month == 1 else f"{first}/{last}"


def _outcome(data: Mapping[str, object]) -> list[list[object]]:
    """What was decided to reclaim, and what of it is asked now; adds up to that."""
    asked, claimed = _cents(data, "reclaim"), _cents(data, "reclaimed")
    before = data["before"]
    assert isinstance(before, Mapping)
    title = str(data["title"])
    rows: list[list[object]] = [
        ["Besluit: dit vragen wij terug", title, asked],
        ["Daarvan betaalde u al", title, claimed - asked],
        ["Daarvan was al eerder besloten", title, -min(claimed, cents_of(str(before["reclaimed"])))],
    ]
    return [row for row in rows if row[2]]


def _of_interest(data: Mapping[str, object], lines: Sequence[Line]) -> Fields:
    refund = _cents(data, "refund") if data["to"] == "debtor" else 0
    remitted, of_bank = _cents(data, "remission"), bool(data.get("surety") and _cents(data, "remission"))
    return {
        "remitted": remitted,
        "converted": _cents(data, "converted"),
        "refund": remitted if of_bank else refund,
        "of_bank": of_bank,
        "computation_rows": rows_of(lines),
    }


def _more(data: Mapping[str, object], key: str) -> int:
    """What there is more of than an earlier settlement of the year gave, in cents."""
    before = data["before"]
    assert isinstance(before, Mapping)
    return max(0, _cents(data, key) - cents_of(str(before[key])))


def _cents(data: Mapping[str, object], key: str) -> int:
    return cents_of(str(data[key]))
