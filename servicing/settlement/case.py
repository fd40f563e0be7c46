"""A case of `aflos settle` as it is written: keys and values to the figures of one year, each error named."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from itertools import pairwise

from servicing.dated import Dated
from servicing.policy import Choice, Choices, Policy
from servicing.reading import CaseRefused, Reader
from servicing.settlement.book_year import MONTHS_IN_YEAR, BookYear, month_after
from servicing.settlement.figures import (
    GROUPS,
    HOUSEHOLDS,
    Capital,
    CapitalLoan,
    Company,
    CrisisAid,
    Figures,
    Household,
)

REQUIRED = ("book_year", "household", "granted", "months_granted", "profit")
OPTIONAL = (
    *("other_income", "own_capital", "total_capital", "special_assistance", "book_year_start", "group"),
    *("application_date", "capital_loan_interest", "supplement_paid", "income_tax_percent", "policy"),
    *("profit_before_start", "health_compensation", "bbz_light", "tozo", "partners", "partner", "wage_tax"),
    *("disbursement_date", "capital_loan_interest_accrued", "capital_loan_interest_paid"),
    *("interest_share_percent", "capital_principal", "choice_year", "months_without"),
    *("company_profit", "company_tax", "company_members", "surety", "partner_income", "profit_corrections"),
)
KEYS = (*REQUIRED, *OPTIONAL)
FIRST_YEAR, LAST_YEAR = 2004, 2099
MOST_PARTNERS = 20
MOST_MEMBERS = 100
ANYONE = "a case"
"""Stands where a creditor is named: a case answers for itself."""

CASE_DEFAULTS = {"art13.mode": "i"}
"""What a case takes where the college has to choose and the case says nothing."""


def figures_of(case: Mapping[str, object]) -> Figures:
    """The figures in a case; raises `CaseRefused` naming key, value and rule."""
    _refuse_unknown(case, KEYS, "")
    for key in REQUIRED:
        if key not in case:
            raise CaseRefused(f"{key}: is missing")
    reader = Reader(case)
    year = _book_year(reader)
    granted = reader.amount("granted", above_zero=False)
    months = _months(reader, granted)
    capital = _capital(reader)
    return Figures(
        book_year=year,
        households=_households(reader, year),
        granted=granted,
        months_granted=months,
        profit=reader.signed_amount("profit"),
        other_income=_amount(reader, "other_income"),
        profit_before_start=_signed(reader, "profit_before_start"),
        special_assistance=_amount(reader, "special_assistance"),
        health_compensation=_amount(reader, "health_compensation"),
        supplement_paid=_amount(reader, "supplement_paid"),
        income_tax=reader.rate("income_tax_percent") if reader.has("income_tax_percent") else None,
        group=reader.choice("group", GROUPS) if reader.has("group") else "established",
        capital=capital,
        aid=CrisisAid(_amount(reader, "bbz_light"), _amount(reader, "tozo")),
        company=_company(reader),
        loan=_loan(reader, capital.partners),
        wage_tax=_optional(reader, "wage_tax"),
        months_without=_without(reader, months),
        partner_income=_amount(reader, "partner_income"),
        profit_corrections=_signed(reader, "profit_corrections"),
    )


def choices_of(case: Mapping[str, object], policy: Policy, figures: Figures) -> Choices:
    """The defaults with what the case chose, under `policy`; unknown keys and values are refused."""
    given = case.get("policy") or {}
    if not isinstance(given, Mapping):
        raise Reader(case).refuse("policy", given, "must be keys with values, such as art12.cap: months")
    _refuse_unknown(given, policy.choices, "policy: ")
    chosen = {
        key: _answer(Reader(given, "policy: "), key, policy.choices[key])
        for key, value in given.items()
        if value is not None
    }
    return Choices(policy, ANYONE, figures.day, {**CASE_DEFAULTS, **chosen})


def _answer(reader: Reader, key: str, choice: Choice) -> str:
    if choice.unit == "euros":
        cents = reader.amount(key, above_zero=False)
        return f"{cents // 100}.{cents % 100:02}"
    value = reader.take(key)
    rule = "must be text" if not isinstance(value, str) else choice.refusal(str(value))
    if rule:
        raise reader.refuse(key, value, rule)
    return str(value)


def _refuse_unknown(case: Mapping[str, object], known: Collection[str], where: str) -> None:
    for key, value in case.items():
        if key not in known:
            raise Reader(case, where).refuse(key, value, f"unknown key; known are {', '.join(known)}")


def _book_year(reader: Reader) -> BookYear:
    """The book year that starts in the year it is named for, or that ends in it (`book_year_start`)."""
    year = reader.integer("book_year", FIRST_YEAR, LAST_YEAR)
    if not reader.has("book_year_start"):
        return BookYear(date(year, 1, 1))
    start = reader.day("book_year_start")
    if start.day != 1:
        raise reader.refuse(
            "book_year_start", start.isoformat(), "a book year starts on the first of a month"
        )
    if year not in (start.year, month_after(start, MONTHS_IN_YEAR - 1).year):
        raise reader.refuse("book_year_start", start.isoformat(), f"must start or end book year {year}")
    return BookYear(start)


def _households(reader: Reader, year: BookYear) -> Dated[Household]:
    value = reader.take("household")
    if not isinstance(value, list):
        return Dated({year.since: Reader({"household": value}).choice("household", HOUSEHOLDS)})
    if not value:
        raise reader.refuse("household", value, "must name at least one household")
    found = [_household(nr, entry) for nr, entry in enumerate(value, start=1)]
    if found[0][0] > year.since:
        rule = f"the first one must hold on {year.since}, the first day of the book year"
        raise reader.refuse("household: 1: from", found[0][0].isoformat(), rule)
    for (earlier, _), (later, _) in pairwise(found):
        if later <= earlier:
            raise reader.refuse("household: from", later.isoformat(), f"must come after {earlier}")
    if found[-1][0] >= year.until:
        raise reader.refuse("household: from", found[-1][0].isoformat(), f"must lie before {year.until}")
    return Dated(dict(found))


def _household(nr: int, entry: object) -> tuple[date, Household]:
    where = f"household: {nr}: "
    if not isinstance(entry, Mapping):
        raise Reader({}).refuse(where.removesuffix(": "), entry, "must be {from, household}")
    reader = Reader(entry, where)
    found = reader.day("from"), reader.choice("household", HOUSEHOLDS)
    reader.done()
    return found


def _months(reader: Reader, granted: int) -> tuple[int, int] | None:
    """The first and last month with assistance; null where nothing was granted."""
    if not reader.has("months_granted"):
        if granted:
            raise CaseRefused("months_granted: null: must be [first, last] where assistance was granted")
        return None
    value = reader.take("months_granted")
    rule = "must be [first, last], months from 1 to 12 counted from the first of the book year"
    if not isinstance(value, list) or len(value) != 2:
        raise reader.refuse("months_granted", value, rule)
    first, last = (Reader({"months_granted": each}).integer("months_granted", 1, 12) for each in value)
    if last < first:
        raise reader.refuse("months_granted", value, "the last month must not lie before the first")
    return first, last


def _without(reader: Reader, months: tuple[int, int] | None) -> frozenset[int]:
    """Months without assistance between the first and the last with it."""
    if not reader.has("months_without"):
        return frozenset()
    value = reader.take("months_without")
    first, last = months or (0, 0)
    if not isinstance(value, list):
        raise reader.refuse("months_without", value, "must be a list of months")
    found = {Reader({"months_without": each}).integer("months_without", 1, 12) for each in value}
    if any(not first < month < last for month in found):
        raise reader.refuse("months_without", value, "each must lie between the months granted")
    return frozenset(found)


def _amount(reader: Reader, key: str) -> int:
    return reader.amount(key, above_zero=False) if reader.has(key) else 0


def _optional(reader: Reader, key: str) -> int | None:
    return _amount(reader, key) if reader.has(key) else None


def _signed(reader: Reader, key: str) -> int:
    return reader.signed_amount(key) if reader.has(key) else 0


def _capital(reader: Reader) -> Capital:
    partners = reader.integer("partners", 1, MOST_PARTNERS) if reader.has("partners") else 1
    is_told = reader.has("own_capital")
    own, total = _signed(reader, "own_capital"), _amount(reader, "total_capital")
    return Capital(own, total, partners, is_told)


def _company(reader: Reader) -> Company:
    """The company of art. 33; its tax and its members mean nothing without its profit."""
    if not reader.has("company_profit"):
        for key in ("company_tax", "company_members"):
            if reader.has(key):
                raise CaseRefused(f"company_profit: is missing: {key} goes with it")
        return Company()
    members = reader.integer("company_members", 1, MOST_MEMBERS) if reader.has("company_members") else 1
    return Company(reader.signed_amount("company_profit"), _amount(reader, "company_tax"), members)


def _loan(reader: Reader, partners: int) -> CapitalLoan | None:
    """The capital loan; None without an amount of it, unless its principal is asked, for then nothing is remitted."""
    day = {key: reader.day(key) for key in ("application_date", "disbursement_date") if reader.has(key)}
    loan = CapitalLoan(
        application=day.get("application_date", date.min),
        disbursement=day.get("disbursement_date"),
        interest_due=_amount(reader, "capital_loan_interest"),
        interest_accrued=_optional(reader, "capital_loan_interest_accrued"),
        interest_paid=_optional(reader, "capital_loan_interest_paid"),
        partner=reader.integer("partner", 1, partners) if reader.has("partner") else 1,
        share=reader.rate("interest_share_percent") if reader.has("interest_share_percent") else None,
        principal=_optional(reader, "capital_principal"),
        is_choice_year=reader.flag("choice_year") if reader.has("choice_year") else False,
        is_of_bank=reader.flag("surety") if reader.has("surety") else False,
    )
    amounts = loan.interest_due, loan.interest_accrued, loan.interest_paid, loan.principal
    if not any(amounts) and not loan.is_choice_year:
        return None
    if loan.application == date.min:
        raise CaseRefused("application_date: is missing: it decides which rules of art. 21 hold")
    return loan
