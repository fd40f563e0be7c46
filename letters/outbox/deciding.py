"""The letter that tells a debtor of a decision: which kind it is, and what the decision itself already says."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from ledger.day import parse_day
from ledger.errors import BadInput
from ledger.money import NotAnAmount, cents_of
from letters.fields import FieldRule
from letters.outbox.framing import Fields
from letters.outbox.settled import (
    SETTLING,
    WITHDRAWAL,
    settled_fields,
    settled_letter,
    withdrawn_fields,
)
from letters.outbox.values import LetterRefused
from servicing.arrangement import Arrangement, agreed_in
from servicing.blocks import holding_of
from servicing.decisions.proposal import Decision
from servicing.deferral import Count, deferral_periods, months_used
from servicing.facts import Fact, FactKind
from servicing.product import Product
from servicing.settlement.line import Line
from servicing.viewing import NOT_GIVEN_UP, GivenUp, View
from servicing.wording import dutch_amount, dutch_day

PUBLIC: Mapping[str, str] = {
    "defer": "deferral",
    "deferral-end": "arrangement_ended",
    "arrangement": "arrangement",
    "arrangement-end": "arrangement_ended",
    "due-at-once": "calling_in",
    "statutory-interest": "statutory_interest",
    "waiver": "waiver",
    "rest-waiver": "rest_waiver",
    "interest-free": "interest_free_after_end",
}
PRIVATE: Mapping[str, str] = {"arrangement": "private_arrangement", "due-at-once": "private_calling_in"}
LETTERS_OF: Mapping[str, Mapping[str, str]] = {"public": PUBLIC, "private": PRIVATE}
"""By the law of the debt and the kind of decision, the letter that tells of it."""

UNBLOCK, OUTCOME_LETTER = "unblock", "objection_outcome"
ARRANGEMENT, SETTLEMENT_ANSWER, BUY_OFF = "arrangement", "settlement_offer_answer", "buy_off"
RATE, STARTED_LETTER = "rate", "preparation_costs_interest"
HOLIDAY, HOLIDAY_LETTER = "interest-free", "interest_holiday"
WITHDRAWN_LETTER = "settlement_withdrawn"


def letter_of(
    product: Product, kind: str, about: FactKind | None = None, data: Mapping[str, object] | None = None
) -> str | None:
    """The letter that tells of a decision, None where none does; `about` is the kind of fact that is unblocked.

    Who lifts an objection tells what is done because of its outcome (Awb art. 7:11); a dispute is answered otherwise.
    Without interest up to a day is an interest holiday, such as that of the Tozo, and no end of a business. An
    arrangement of which the share is said is part of a debt settlement (Bbz art. 42). A preparation credit gets its
    rate when the business starts (Bbz art. 29); another change of rate is told by the new schedule alone.
    """
    law = product.kind
    if kind == RATE:
        return STARTED_LETTER if STARTED_LETTER in product.letters else None
    if kind in SETTLING and data is not None:
        return settled_letter(data)
    if kind == WITHDRAWAL:
        return WITHDRAWN_LETTER if data is not None and "book_year" in data else None
    if kind == HOLIDAY and law == "public" and data is not None and "until" in data:
        return HOLIDAY_LETTER
    if kind == ARRANGEMENT and law == "public" and data is not None and "share" in data:
        return SETTLEMENT_ANSWER
    if kind == UNBLOCK:
        return OUTCOME_LETTER if about is FactKind.OBJECTION and law == "public" else None
    return LETTERS_OF[law].get(kind)


def about_of(decision: Decision, facts: Sequence[Fact]) -> FactKind | None:
    """The kind of fact that a decision is about, None where it is about none."""
    return next((fact.kind for fact in facts if fact.nr == decision.proposed.of), None)


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision as its letter needs it: its data, the loan as it stands with it, who signs and by which mandate.

    `lines` explain a settlement; `given_up` is what a waiver took off the loan; `interest_rows` are how statutory
    interest was computed, where the decision fixes what is computed. `count` and `most_months` are
    how months of deferral are counted and how many there may be.
    """

    kind: str
    since: date
    cents: int
    of: int
    data: Mapping[str, object]
    facts: Sequence[Fact]
    view: View
    signatory: str
    mandate: str
    count: Count
    most_months: int
    lines: Sequence[Line] = ()
    given_up: GivenUp = NOT_GIVEN_UP
    interest_rows: Sequence[Sequence[object]] = ()


def known_fields(decided: Decided) -> Fields:
    """All fields that the decision and the books give; a kind takes those it has."""
    fields: Fields = {
        "signatory": decided.signatory,
        "mandate": decided.mandate,
        "last_due": max(row.due for row in decided.view.rows).isoformat(),
        **balance_fields(decided.view),
    }
    more = MORE.get(decided.kind)
    return fields | (more(decided) if more else {})


def balance_fields(view: View) -> Fields:
    """What is owed on a day, and what it is made of; where nothing is, no rows."""
    rows = (
        ("Hoofdsom", view.open.principal),
        ("Rente", view.open.interest),
        ("Kosten", view.open.costs),
        ("Te veel aan u terugbetaald", max(0, -view.open.credit)),
    )
    fields: Fields = {"balance": int(view.open.total), "balance_day": view.on.isoformat()}
    owed = [[text, int(cents)] for text, cents in rows if cents]
    return fields | ({"balance_rows": owed} if owed else {})


def _deferral(decided: Decided) -> Fields:
    since, until = (parse_day(str(decided.data[key])) for key in ("from", "until"))
    of = "de aflossing" if decided.data["of"] == "principal" else "de aflossing en de rente"
    return {
        "deferral_from": since.isoformat(),
        "deferral_until": (until - timedelta(days=1)).isoformat(),
        "deferral_of": of,
        "deferral_months": months_used(deferral_periods(decided.facts), decided.count),
        "deferral_most": decided.most_months,
    }


AGREED = "Wij werken mee aan dit voorstel."
"""The answer to the proposal of a debt settlement that is decided; a refusal is a letter somebody asks for."""


def _arrangement(decided: Decided) -> Fields:
    """What is paid, from when to when as far as that was decided, and whether interest runs meanwhile."""
    agreed = agreed_in(decided.data, decided.since, decided.cents)
    fields: Fields = {"claim_total": int(decided.view.open.total), "instalment": decided.cents}
    fields |= {"bears_interest": True} if agreed.statutory_interest else {"no_interest": True}
    if "first" in decided.data:
        fields |= {"first_pay": agreed.first.isoformat()}
    if agreed.last is not None:
        fields |= {"last_pay": agreed.last.isoformat()}
    if agreed.share:
        fields |= {"creditor_share": agreed.share, "answer": AGREED}
    return fields | (
        _bought_off(decided, agreed) if is_buy_off(decided.kind, decided.data, decided.cents) else {}
    )


def is_buy_off(kind: str, data: Mapping[str, object], cents: int) -> bool:
    """Whether a decision is one to be paid in one amount against the rest (afkoop): an arrangement with that share."""
    return kind == ARRANGEMENT and "share" in data and cents_of(str(data["share"])) == cents


def _bought_off(decided: Decided, agreed: Arrangement) -> Fields:
    """What is paid in one amount by which day, and the rest: together what is owed."""
    rest = int(decided.view.open.total) - agreed.share
    return {"buy_off": agreed.share, "waived": rest, "pay_before": agreed.first.isoformat()}


def _interest(decided: Decided) -> Fields:
    rows: Fields = {"interest_rows": list(decided.interest_rows)} if decided.interest_rows else {}
    return {"interest_total": decided.cents, **rows}


def _started(decided: Decided) -> Fields:
    """From when a loan bears which interest, and what is paid next."""
    fields: Fields = {
        "interest_starts": decided.since.isoformat(),
        "rate": str(decided.data["annual_rate_percent"]),
    }
    coming = [row for row in decided.view.rows if row.due > decided.view.on]
    if coming:
        due = int(coming[0].principal + coming[0].interest)
        fields |= {"first_due": coming[0].due.isoformat(), "instalment": due}
    return fields


def _holiday(decided: Decided) -> Fields:
    """The days of an interest holiday; without an end it is none."""
    if "until" not in decided.data:
        return {}
    until = parse_day(str(decided.data["until"]))
    return {
        "holiday_from": decided.since.isoformat(),
        "holiday_until": (until - timedelta(days=1)).isoformat(),
        "interest_again": until.isoformat(),
    }


OUTCOMES = {
    "upheld": "Uw bezwaar is gegrond.",
    "changed": "Uw bezwaar is voor een deel gegrond.",
    "rejected": "Uw bezwaar is niet gegrond.",
    "withdrawn": "U heeft uw bezwaar ingetrokken.",
}


def _objection(decided: Decided) -> Fields:
    """When the objection came, how it was answered, and what was given back since."""
    held = holding_of(decided.facts, None)
    objection = next(fact for fact in held if fact.nr == decided.of)
    answers = [fact for fact in held if fact.kind is FactKind.OUTCOME and fact.of == objection.nr]
    fields: Fields = {"objection_date": objection.value_date.isoformat()}
    if answers:
        fields["objection_decision"] = OUTCOMES[str(answers[-1].data["outcome"])]
    given_back = [
        GIVEN_BACK[fact.kind].format(dutch_amount(fact.cents), _runs(fact))
        for fact in held
        if fact.nr > objection.nr and fact.kind in GIVEN_BACK
    ]
    return fields | {"effects": given_back or ["Er verandert niets aan wat u moet betalen."]}


def _runs(fact: Fact) -> str:
    """From the first payment to the repayment, where it was computed (Awb art. 4:102 lid 1)."""
    since = fact.data.get("since") if fact.kind is FactKind.INTEREST_OWED else None
    if not since:
        return ""
    return f" over wat u te veel betaalde, van {dutch_day(parse_day(str(since)))} tot {dutch_day(fact.value_date)}"


GIVEN_BACK: Mapping[FactKind, str] = {
    FactKind.CANCELLATION: "U hoeft {} aan kosten of rente niet te betalen.",
    FactKind.REDUCED: "Wij vorderen {} minder van u terug.",
    FactKind.INTEREST_OWED: "U krijgt {} rente van ons{}.",
    FactKind.CREDIT_REFUND: "Wij betalen {} aan u terug.",
}
"""What is done after an objection, as its letter says it."""


def _waiver(decided: Decided) -> Fields:
    """What was waived, and of which parts: never more than was open."""
    gone = zip(("Hoofdsom", "Rente", "Kosten"), decided.given_up, strict=True)
    rows = [[text, cents] for text, cents in gone if cents]
    return {"waived": sum(decided.given_up)} | ({"waived_rows": rows} if rows else {})


def _rest_waiver(decided: Decided) -> Fields:
    until = parse_day(str(decided.data["until"]))
    return {
        "waived": sum(decided.given_up),
        "track_from": str(decided.data["since"]),
        "track_until": (until - timedelta(days=1)).isoformat(),
        "track_paid": cents_of(str(decided.data["paid"])),
    }


MORE: Mapping[str, Callable[[Decided], Fields]] = {
    "defer": _deferral,
    "arrangement": _arrangement,
    "statutory-interest": _interest,
    "waiver": _waiver,
    "rest-waiver": _rest_waiver,
    HOLIDAY: _holiday,
    RATE: _started,
    UNBLOCK: _objection,
    WITHDRAWAL: lambda decided: withdrawn_fields(decided.data),
    **dict.fromkeys(SETTLING, lambda decided: settled_fields(decided.data, decided.lines)),
}
"""What kinds of decisions say besides."""


def given_fields(code: str, rules: Mapping[str, FieldRule], said: Mapping[str, Sequence[str]]) -> Fields:
    """What a person wrote for a kind of letter, by field; a row of a table as its cells with ";" between.

    Raises `LetterRefused` for a field it has not, or that does not fit.
    """
    fields: Fields = {}
    for name, texts in said.items():
        rule = rules.get(name)
        if rule is None and name == "reasons":
            raise LetterRefused(f"reasons: {code} gives no reasons of its own: leave out --reason")
        if rule is None:
            raise LetterRefused(
                f"{name}: {code} has no such field to write; it has {', '.join(sorted(rules))}"
            )
        if rule.columns is not None:
            fields[name] = [_row(name, [column.type for column in rule.columns], text) for text in texts]
        else:
            fields[name] = _read(name, rule.type, texts)
    return fields


def _row(name: str, types: Sequence[str], text: str) -> list[object]:
    cells = [cell.strip() for cell in text.split(";")]
    if len(cells) != len(types):
        raise LetterRefused(f"{name}: {text[:60]!r}: a row has {len(types)} cells with ; between")
    return [_read(name, kind, [cell]) if cell else "" for kind, cell in zip(types, cells, strict=True)]


def _read(name: str, kind: str, texts: Sequence[str]) -> object:
    if kind in {"lines", "paragraphs"}:
        return list(texts)
    if len(texts) != 1:
        raise LetterRefused(f"{name}: is given {len(texts)} times, and stands once")
    try:
        return _ONE.get(kind, str)(texts[0])
    except (NotAnAmount, ValueError, BadInput) as wrong:
        raise LetterRefused(f"{name}: {texts[0][:60]!r}: {wrong}") from None


_ONE: Mapping[str, Callable[[str], object]] = {
    "amount": cents_of,
    "cents": cents_of,
    "number": int,
    "flag": lambda text: {"yes": True, "no": False}[text] if text in {"yes", "no"} else _no_flag(),
    "day": lambda text: date.fromisoformat(text).isoformat(),
    "date": lambda text: date.fromisoformat(text).isoformat(),
}


def _no_flag() -> bool:
    raise ValueError("write yes or no")
