"""Terms written as data: the `terms` of a simulation, and what a decision fact stores."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction

from ledger.money import euros
from servicing.daycount import DAY_COUNTS, StepRefused, parse_step
from servicing.plan import MOST_INSTALMENTS, check_terms
from servicing.reading import Reader
from servicing.schedule import ROUNDING_RULES, Amount
from servicing.terms import LEGAL_ORDER, METHODS, Part, Terms, TermsRefused

LONGEST_TOLERANCE = 31
GROUP = "group"
"""The key in a grant's data for the group of the client; facts without it are of nobody's group."""

SURETY_LOAN, SURETY_DECISION = "surety", "surety_decision"
"""The keys in the grant of a claim from a surety: the loan that is the surety, or the decision that gave it."""

BESIDE = frozenset({GROUP, SURETY_LOAN, SURETY_DECISION})
"""What a grant says beside its terms."""


def terms_from(
    data: Mapping[str, object], where: str = "terms: ", rate_key: str = "annual_rate_percent"
) -> Terms:
    """The terms in a mapping such as the `terms` of a simulation; refuses by key, value and rule."""
    reader = Reader(data, where)
    try:
        step = parse_step(reader.text("every")) if reader.has("every") else parse_step("1m")
    except StepRefused as wrong:
        raise TermsRefused(f"{where}every: {wrong}") from None
    plan = _plan(reader, where) if reader.has("plan") else ()
    instalments = len(plan) or reader.integer("instalments", 1, MOST_INSTALMENTS)
    terms = Terms(
        principal=reader.amount("principal"),
        rate=reader.rate(rate_key),
        start=reader.day("start"),
        instalments=instalments,
        step=step,
        method=reader.choice("method", METHODS) if reader.has("method") else "annuity",
        day_count=reader.choice("day_count", DAY_COUNTS) if reader.has("day_count") else "monthly",
        rounding=reader.choice("rounding", ROUNDING_RULES) if reader.has("rounding") else "half-up",
        instalment=reader.amount("instalment") if reader.has("instalment") else None,
        first_due=reader.day("first_due") if reader.has("first_due") else None,
        grace_principal=_optional_integer(reader, "grace_principal", instalments),
        allocation=_allocation(reader, where) if reader.has("allocation") else LEGAL_ORDER,
        interest_from=reader.day("interest_from") if reader.has("interest_from") else None,
        payment_tolerance=_optional_integer(reader, "payment_tolerance", LONGEST_TOLERANCE),
        plan=plan,
        interest_last=reader.has("interest_last") and reader.flag("interest_last"),
    )
    reader.done()
    _check(terms, where)
    return terms


def terms_granted(data: Mapping[str, object]) -> Terms:
    """The terms in the fact that grants a loan."""
    return terms_from(data if BESIDE.isdisjoint(data) else terms_alone(data))


def granted_data(terms: Terms, group: str | None) -> dict[str, object]:
    """What the fact that grants a loan says: the terms, and the group of the client where it was told."""
    return terms_data(terms) | ({GROUP: group} if group else {})


def without_group(data: Mapping[str, object]) -> dict[str, object]:
    """What a grant says but for the group of the client."""
    return {key: value for key, value in data.items() if key != GROUP}


def terms_alone(data: Mapping[str, object]) -> dict[str, object]:
    """The terms in a grant, without what it says beside them."""
    return {key: value for key, value in data.items() if key not in BESIDE}


def terms_data(terms: Terms) -> dict[str, object]:
    """The terms as data that `terms_from` reads back to equal terms; without what is not set."""
    data: dict[str, object | None] = {
        "principal": _amount(terms.principal),
        "annual_rate_percent": percent_text(terms.rate),
        "start": terms.start.isoformat(),
        "instalments": None if terms.plan else terms.instalments,
        "every": str(terms.step),
        "method": terms.method,
        "day_count": terms.day_count,
        "rounding": terms.rounding,
        "instalment": None if terms.instalment is None else _amount(terms.instalment),
        "first_due": terms.first_due.isoformat() if terms.first_due else None,
        "grace_principal": terms.grace_principal,
        "allocation": list(terms.allocation),
        "interest_from": terms.interest_from.isoformat() if terms.interest_from else None,
        "payment_tolerance": terms.payment_tolerance,
        "plan": [_plan_row(day, amount) for day, amount in terms.plan] or None,
        "interest_last": terms.interest_last or None,
    }
    return {key: value for key, value in data.items() if value is not None}


def _plan(reader: Reader, where: str) -> tuple[tuple[date, Amount | None], ...]:
    """The rows of a free plan: a day and an amount each, the last a day alone."""
    rows = reader.take("plan")
    if not isinstance(rows, list) or not 1 <= len(rows) <= MOST_INSTALMENTS:
        raise TermsRefused(f"{where}plan: must be a list of 1 to {MOST_INSTALMENTS} rows")
    found = []
    for place, row in enumerate(rows, start=1):
        if not isinstance(row, Mapping):
            raise TermsRefused(
                f"{where}plan: row {place}: must have a date, and an amount unless it is the last"
            )
        one = Reader(row, f"{where}plan: row {place}: ")
        found.append((one.day("date"), one.amount("amount") if one.has("amount") else None))
        one.done()
    return tuple(found)


def _plan_row(day: date, amount: Amount | None) -> dict[str, str]:
    return {"date": day.isoformat()} | ({} if amount is None else {"amount": _amount(amount)})


def percent_text(rate: Fraction) -> str:
    """A rate per year as a percentage in decimals, such as "8" or "2.5"."""
    percent = rate * 100
    text = format(Decimal(percent.numerator) / Decimal(percent.denominator), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _amount(amount: Amount) -> str:
    return euros(int(amount))


def _optional_integer(reader: Reader, key: str, largest: int) -> int:
    return reader.integer(key, 0, largest) if reader.has(key) else 0


def _allocation(reader: Reader, where: str) -> tuple[Part, ...]:
    words = reader.words("allocation")
    parts: tuple[Part, ...] = tuple(part for word in words for part in LEGAL_ORDER if part == word)
    if sorted(words) != sorted(LEGAL_ORDER):
        raise TermsRefused(f"{where}allocation: {words!r}: must name each of {', '.join(LEGAL_ORDER)} once")
    return parts


def _check(terms: Terms, where: str) -> None:
    """Refuse terms that cannot hold together."""
    try:
        check_terms(terms)
    except TermsRefused as wrong:
        raise TermsRefused(f"{where}{wrong}") from None
