"""Opening balances: whether they can be true, and the terms of the instalments that are still to come."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from backoffice.portfolio.granting import are_sound
from backoffice.portfolio.portfolio import Grant, Opening
from backoffice.portfolio.problems import Place, Problems
from backoffice.portfolio.rows import OpeningRow
from ledger.money import euros
from servicing.terms import Terms

COLUMN_OF = {
    "instalments": "remaining_instalments",
    "first_due": "next_due",
    "start": "cut_over",
    "annual_rate_percent": "principal",
}
"""Keys of terms that the file of opening balances calls otherwise."""


def one_cut_over(rows: list[OpeningRow], given: date | None, today: date, problems: Problems) -> date | None:
    """The one day as of which all balances are, from the rows or the option; None, and a problem, without."""
    found = given
    for row in rows:
        found = found or row.cut_over
        if row.cut_over not in (None, found):
            rule = f"{found}: all balances are as of one day"
            problems.add(row.place, "cut_over", row.cut_over, rule)
    if rows and found is None:
        place = Place(rows[0].place.file, 0)
        problems.add(
            place, "cut_over", None, "the day of the balances must stand in this column or in --cut-over"
        )
    if found is not None and found > today:
        place = rows[0].place if rows else Place("--cut-over", 0)
        problems.add(place, "cut_over" if rows else "", found, f"a day on or before today, {today}")
    return found


def opening_of(row: OpeningRow, grant: Grant, on: date, problems: Problems) -> Opening | None:
    """The balances a row describes; None if they cannot be true."""
    before = problems.error_count
    _check_amounts(row, grant, problems)
    _check_days(row, grant, on, problems)
    if problems.error_count > before:
        return None
    if not row.remaining_instalments:
        return Opening(row, on, None)
    rest = _rest(row, grant.terms, on)
    return Opening(row, on, rest) if are_sound(rest, row.place, COLUMN_OF, problems) else None


def _rest(row: OpeningRow, terms: Terms, on: date) -> Terms:
    """The terms from the cut-over on: the decision's, for what is left."""
    past = terms.instalments - row.remaining_instalments
    grace = max(0, min(terms.grace_principal - max(past, 0), row.remaining_instalments - 1))
    later = terms.interest_from and terms.interest_from > on
    return replace(
        terms,
        principal=row.principal,
        start=on,
        instalments=row.remaining_instalments,
        first_due=row.next_due,
        instalment=row.instalment or terms.instalment,
        grace_principal=grace if terms.method != "bullet" else 0,
        interest_from=terms.interest_from if later else None,
    )


def _check_amounts(row: OpeningRow, grant: Grant, problems: Problems) -> None:
    lent = row.principal + (row.principal_due or 0)
    granted = int(grant.terms.principal)
    if lent > granted:
        rule = f"principal of at most the {euros(granted)} that was granted, due and not yet due together"
        problems.add(row.place, "principal", euros(lent), rule)
    if not any((lent, row.interest_due, row.accrued_interest, row.deferred_interest, row.costs, row.credit)):
        rule = "a balance: nothing is open, so leave the loan out or bring in its disbursements and payments"
        problems.add(row.place, "principal", "0.00", rule)
    remaining = row.remaining_instalments
    if bool(remaining) != bool(row.principal):
        rule = f"instalments for the {euros(row.principal)} that is not yet due: both or neither"
        problems.add(row.place, "remaining_instalments", remaining, rule)
    if row.deferred_interest and not remaining:
        rule = "0,00 without remaining instalments: deferred interest falls due with the last one"
        problems.add(row.place, "deferred_interest", euros(row.deferred_interest), rule)


def _check_days(row: OpeningRow, grant: Grant, on: date, problems: Problems) -> None:
    if grant.decision_date > on:
        rule = f"a loan decided on or before the cut-over date; it was on {grant.decision_date}"
        problems.add(row.place, "loan", row.loan, rule)
    if bool(row.remaining_instalments) != bool(row.next_due):
        rule = f"a due date exactly while instalments remain, and {row.remaining_instalments} do"
        problems.add(row.place, "next_due", row.next_due or "", rule)
    if row.next_due and row.next_due <= on:
        problems.add(row.place, "next_due", row.next_due, f"a day after the cut-over date {on}")
    due = (row.principal_due or 0) + (row.interest_due or 0)
    if bool(due) != bool(row.arrears_since):
        rule = f"the oldest unpaid due date exactly where something fell due, and {euros(due)} did"
        problems.add(row.place, "arrears_since", row.arrears_since or "", rule)
    ended = row.interest_free_since
    if ended and not grant.decision_date <= ended <= on:
        rule = f"a day from the decision date {grant.decision_date} to {on}; record a later one with aflos decide"
        problems.add(row.place, "interest_free_since", ended, rule)
    if row.arrears_since and row.arrears_since > on:
        problems.add(row.place, "arrears_since", row.arrears_since, f"a day on or before {on}")
