"""The facts a portfolio tells about a loan, in the order in which they are numbered."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date

from backoffice.portfolio.portfolio import Grant, News, Opening, Payment, Portfolio
from backoffice.portfolio.problems import Place
from backoffice.portfolio.rows import DisbursementRow
from ledger.money import euros
from servicing.facts import FactKind
from servicing.terms_data import granted_data, percent_text, terms_data

NO_DATA = "{}"


def news_of(portfolio: Portfolio, loan: int) -> list[News]:
    """What the portfolio tells about one of its loans."""
    told = list(_later_news(portfolio, loan))
    grant = portfolio.loans[loan].grant
    if grant is None:
        return told
    # The night that reads anything about a loan must know its terms, whatever the decision was dated.
    known_from = min([grant.decision_date, *(news.known_from for news in told)])
    return [*_granted(grant, known_from), *told]


def stored(data: Mapping[str, object]) -> str:
    """The data of a fact as the database keeps it."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"))


def _granted(grant: Grant, known_from: date) -> Iterator[News]:
    terms = stored(granted_data(grant.terms, grant.group))
    yield News(FactKind.GRANT, grant.decision_date, "grant", 0, terms, grant.place, known_from)
    for day, rate in grant.rates:
        data = stored({"annual_rate_percent": percent_text(rate)})
        yield News(FactKind.RATE, day, f"law {day}", 0, data, grant.place, known_from)
    if grant.origin:
        told = stored(grant.origin.data())
        yield News(FactKind.CLAIM_SCHEME, grant.decision_date, "grant", 0, told, grant.place, known_from)
    if grant.wage_tax:
        day = grant.decision_date
        yield News(FactKind.WAGE_TAX, day, "grant", grant.wage_tax, NO_DATA, grant.place, known_from)


def _later_news(portfolio: Portfolio, loan: int) -> Iterator[News]:
    opening = portfolio.openings.get(loan)
    if opening is not None:
        yield from _opened(opening)
    for row in portfolio.disbursements.get(loan, ()):
        yield _disbursed(row)
    for payment in portfolio.payments_of(loan):
        yield from _paid(payment, Place(portfolio.payments_file, payment.row))
    for past in portfolio.past.get(loan, ()):
        yield from past.news


def _opened(opening: Opening) -> Iterator[News]:
    row, on = opening.row, opening.on
    amounts = {
        "principal": row.principal,
        "principal_due": row.principal_due,
        "interest_due": row.interest_due,
        "accrued": row.accrued_interest,
        "deferred_interest": row.deferred_interest,
        "costs": row.costs,
        "credit": row.credit,
    }
    data: dict[str, object] = {key: euros(cents) for key, cents in amounts.items() if cents}
    if row.arrears_since:
        data["arrears_since"] = row.arrears_since.isoformat()
    yield News(FactKind.OPENING, on, "opening", 0, stored(data), row.place, on)
    if opening.rest is not None:
        rest = stored(terms_data(opening.rest))
        yield News(FactKind.SCHEDULE, on, "opening", 0, rest, row.place, on)
    yield from _used(opening)


def _used(opening: Opening) -> Iterator[News]:
    """What of the law's limits was used before the cut-over, and the end of the business (Bbz art. 43)."""
    row, on = opening.row, opening.on
    if row.deferral_months_used:
        months = stored({"months": row.deferral_months_used})
        yield News(FactKind.DEFERRAL_USED, on, "opening", 0, months, row.place, on)
    if row.remission_years_used:
        years = stored({"years": list(row.remission_years_used)})
        yield News(FactKind.REMISSION_USED, on, "opening", 0, years, row.place, on)
    if row.interest_free_since:
        ended = row.interest_free_since
        yield News(FactKind.INTEREST_FREE, ended, "opening", 0, NO_DATA, row.place, on)


def _disbursed(row: DisbursementRow) -> News:
    assert row.reference is not None
    return News(FactKind.DISBURSEMENT, row.on, row.reference, row.amount, NO_DATA, row.place, row.on)


def _paid(payment: Payment, place: Place) -> Iterator[News]:
    kind, data = FactKind.PAYMENT, NO_DATA
    if payment.early:
        kind, data = FactKind.EARLY_REPAYMENT, stored({"mode": payment.early})
    yield News(kind, payment.on, payment.reference, payment.cents, data, place, payment.on)
    back = payment.reversed_on
    if back is not None:
        yield News(FactKind.REVERSAL, back, payment.reference, 0, NO_DATA, place, back, payment.reference)
