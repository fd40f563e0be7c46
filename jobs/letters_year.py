"""The statement of balance and interest that every debtor gets in January, written on the night of 31 December."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from functools import partial

from sqlalchemy import Connection, select

from jobs.chunk import parts_of
from jobs.letters_freezing import Freezer
from jobs.letters_night import Written, headings_of, keep
from jobs.letters_now import creditors_by_id, situation_of, wording
from jobs.run import Run
from jobs.tables import quarantine
from ledger.day import number_of
from ledger.entry import creditor_of_loan
from ledger.errors import AflosError
from letters.outbox.framing import Fields
from letters.outbox.telling import Told
from letters.outbox.values import LetterDraft
from letters.outbox.year import Move, Year, year_of
from reports.store import year_moves
from servicing import files
from servicing.creditors.store import quiet_creditors
from servicing.night_work import StateRow
from servicing.product import Product
from servicing.tables import loan_debtor, loan_state

YEARLY, MORTGAGE = "yearly_statement", "mortgage_yearly_statement"

LOANS_AT_ONCE = 2000
"""So many loans are written about in one transaction."""


class SetAside(AflosError):
    """A loan whose books are not those of the night, so that no statement can be made of them."""


def write_year(run: Run, day: date) -> None:
    """Write the yearly statements, on the last day of a year only; again writes none twice."""
    if (day + timedelta(days=1)).year == day.year:
        return
    for creditor, loans in run.access.read(lambda connection: _loans(connection, day)).items():
        for start in range(0, len(loans), LOANS_AT_ONCE):
            part = loans[start : start + LOANS_AT_ONCE]
            run.write(partial(write_of_loans, creditor=creditor, loans=part, day=day))


def _loans(connection: Connection, day: date) -> dict[int, list[int]]:
    """The loans with a debtor, by creditor, of those who send statements."""
    policy, quiet, codes = files.policy(), quiet_creditors(connection, day, day), creditors_by_id()
    query = select(loan_debtor.c.loan_id).distinct().order_by(loan_debtor.c.loan_id)
    found: dict[int, list[int]] = {}
    for number in connection.execute(query).scalars():
        found.setdefault(creditor_of_loan(number), []).append(number)
    return {
        creditor: numbers
        for creditor, numbers in found.items()
        if creditor not in quiet
        and policy.choice("letters.yearly_statement", codes[creditor].code, day) == "each"
    }


def write_of_loans(connection: Connection, creditor: int, loans: Sequence[int], day: date) -> None:
    """Freeze and keep the statements of some loans of a creditor; of a loan on which nothing stands or moved none.

    The books of a loan that is set aside are not those of the day: a person sees that its statement is missing.
    """
    headings, debtors = headings_of(connection, loans)
    years = _years(connection, loans, day)
    everybody = {debtor for number in years for debtor in debtors[number]}
    known = situation_of(connection, years, everybody, day, known_by=day)
    freezer, products = Freezer(creditors_by_id()[creditor], known, wording()), files.products()
    aside = {row.loan: row.error for row in connection.execute(select(quarantine))}
    written = Written(freezer)

    def statement(number: int) -> list[LetterDraft]:
        if number in aside:
            raise SetAside(f"the night set the loan aside: {aside[number]}")
        product, year = products[headings[number][0]], years[number]
        kind = MORTGAGE if MORTGAGE in product.letters else YEARLY
        told = Told(kind, str(day.year), _fields(kind, year, product, day.year), year.amounts)
        return freezer.frozen(told, product, number, debtors[number])

    for number in years:
        written.add(number, debtors[number], partial(statement, number), YEARLY)
    keep(connection, written.drafts, written.failed, day)


def _fields(kind: str, year: Year, product: Product, number: int) -> Fields:
    """The fields of a statement; on a rest secured by mortgage interest is a balance of its own (Bbz art. 43d)."""
    fields = year.fields(product.in_letters, number)
    if kind == YEARLY:
        return fields
    apart: Fields = {"balance": year.balance - year.interest, "capital_interest": year.interest}
    return {name: fields[name] for name in ("year", "year_rows")} | apart


def _years(connection: Connection, loans: Sequence[int], day: date) -> dict[int, Year]:
    """What moved on each loan in the year, and where it stands; of loans with something to tell."""
    moves: dict[int, list[Move]] = {number: [] for number in loans}
    for number, move in year_moves(connection, loans, day):
        moves[number].append(move)
    found = {}
    for part in parts_of(loans):
        for row in connection.execute(select(loan_state).where(loan_state.c.loan.in_(part))):
            told = year_of(moves[row.loan], overdue=_overdue(StateRow(*row), day))
            if told is not None:
                found[row.loan] = told
    return found


def _overdue(state: StateRow, day: date) -> int:
    """What fell due before the end of the year and is not paid."""
    is_late = 0 < state.arrears_since <= number_of(day)
    return state.principal_due + state.interest_due if is_late else 0
