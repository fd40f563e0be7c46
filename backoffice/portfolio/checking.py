"""All files together: every row read, linked and held against the rules; values, or a list of problems."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from backoffice.portfolio.columns import TableName
from backoffice.portfolio.granting import Rules, grant_of
from backoffice.portfolio.kinds import Kind, Names, Parser, parsers
from backoffice.portfolio.linking import Register
from backoffice.portfolio.opening import one_cut_over, opening_of
from backoffice.portfolio.past import PastReader
from backoffice.portfolio.past_rows import RepresentativeRow
from backoffice.portfolio.portfolio import Opening, Payment, Portfolio
from backoffice.portfolio.problems import Place, Problems
from backoffice.portfolio.reading import Folder
from backoffice.portfolio.resting import Balances, rest_on_refused
from backoffice.portfolio.rows import (
    CoDebtorRow,
    DebtorRow,
    DisbursementRow,
    LoanRow,
    OpeningRow,
    PaymentRow,
    values_of,
)
from ledger.errors import BadInput
from ledger.money import euros
from servicing.creditor import Creditor
from servicing.debtors.values import Particulars
from servicing.law import Law
from servicing.product import Product


class Setting(NamedTuple):
    """What the files are held against: today, the configuration in force, and a cut-over date if one was given."""

    today: date
    creditors: Mapping[str, Creditor]
    products: Mapping[str, Product]
    law: Law
    cut_over: date | None = None


def check(folder: Folder, setting: Setting, problems: Problems) -> Portfolio:
    """The portfolio a folder holds; what is wrong is noted in `problems`, and then the values are not complete."""
    return _Check(folder, setting, problems).run()


@dataclass(slots=True)
class _Check:
    folder: Folder
    setting: Setting
    problems: Problems

    def run(self) -> Portfolio:
        """Read the small tables whole, then the payments, row by row."""
        register = Register(self.problems)
        portfolio = Portfolio(self.folder.name, self.folder.sha256, None)
        portfolio.debtors = self._debtors()
        granted = self._granted(register)
        self._add_co_debtors(granted, register)
        portfolio.disbursements = self._disbursements(register)
        openings = self._openings(register)
        rows = [row for some in openings.values() for row in some]
        cut_over = one_cut_over(rows, self.setting.cut_over, self.setting.today, self.problems)
        portfolio.cut_over = cut_over
        self._grant(granted, register, portfolio)
        portfolio.openings = self._opened(openings, register, portfolio, cut_over) if cut_over else {}
        self._refuse_others(openings, portfolio)
        for loan, row in granted.items():
            if loan not in portfolio.disbursements and loan not in openings:
                rule = "nothing was paid out yet: it has no disbursement and no opening balance"
                self.problems.warn(row.place, "number", row.number, rule)
        disbursed = frozenset(portfolio.disbursements)
        balances = Balances(portfolio.openings, cut_over, disbursed, self.problems)
        portfolio.past = PastReader(self._rows, register, balances, self.problems).read()
        portfolio.representatives = self._representatives()
        portfolio.payments = self._payments(register, portfolio, balances)
        portfolio.loans = register.loans
        rest_on_refused(portfolio, openings, self.problems)
        portfolio.unqualified = register.unqualified
        return portfolio

    def _rows(self, name: TableName) -> Iterator[tuple[Place, list[Any]]]:
        sheet = self.folder.sheets.get(name)
        return values_of(sheet, self._parsers(), self.problems) if sheet else iter(())

    def _parsers(self) -> Mapping[Kind, Parser]:
        creditors = {
            name.casefold(): creditor.code
            for creditor in self.setting.creditors.values()
            for name in (creditor.code, creditor.short_name, creditor.name, creditor.account_holder)
        }
        products = {
            name.casefold(): product.code
            for product in self.setting.products.values()
            for name in (product.code, product.name.en, product.name.nl)
        }
        return parsers(Names(self.setting.today, creditors, products))

    def _debtors(self) -> list[DebtorRow]:
        found: dict[str, DebtorRow] = {}
        numbers: dict[str, Place] = {}
        for place, values in self._rows("debtors"):
            row = DebtorRow(place, *values)
            if row.number in found:
                rule = f"a debtor once; it is on {found[row.number].place} already"
                self.problems.add(place, "number", row.number, rule)
            elif row.bsn and numbers.setdefault(row.bsn, place) != place:
                self.problems.add(place, "bsn", None, f"a BSN once; it is on {numbers[row.bsn]} already")
                self.problems.refused.add(("debtors", row.number))
            else:
                found[row.number] = row
                self._check_particulars(row)
        return list(found.values())

    def _check_particulars(self, row: DebtorRow) -> None:
        try:
            particulars_of(row)
        except BadInput as wrong:
            key, _, rule = str(wrong).partition(": ")
            self.problems.add(row.place, key, None, rule)

    def _representatives(self) -> list[RepresentativeRow]:
        rows = [RepresentativeRow(place, *values) for place, values in self._rows("representatives")]
        for row in rows:
            if row.until is not None and row.until <= row.on:
                self.problems.add(row.place, "until", row.until, f"a day after {row.on}")
        return rows

    def _granted(self, register: Register) -> dict[int, LoanRow]:
        granted = {}
        for place, values in self._rows("loans"):
            row = LoanRow(place, *values)
            loan = register.grant(place, row.number, row.creditor)
            if loan is not None:
                granted[loan] = row
        return granted

    def _add_co_debtors(self, granted: dict[int, LoanRow], register: Register) -> None:
        for place, values in self._rows("co_debtors"):
            row = CoDebtorRow(place, *values)
            loan = register.find(place, row.loan, row.creditor)
            if loan is None:
                continue
            if loan not in granted:
                if self.problems.is_refused("loans", row.loan):
                    self.problems.rest(place)
                else:
                    self.problems.add(place, "loan", row.loan, "a loan that stands in the file of loans too")
            elif loan in granted and row.debtor in granted[loan].debtors:
                self.problems.add(
                    place, "debtor", row.debtor, f"somebody who is no debtor of {row.loan} already"
                )
            elif loan in granted:
                granted[loan] = granted[loan]._replace(debtors=(*granted[loan].debtors, row.debtor))

    def _disbursements(self, register: Register) -> dict[int, list[DisbursementRow]]:
        found: dict[int, list[DisbursementRow]] = {}
        for place, values in self._rows("disbursements"):
            row = DisbursementRow(place, *values)
            loan = register.find(place, row.loan, row.creditor)
            if loan is None:
                continue
            others = found.setdefault(loan, [])
            row = row._replace(reference=row.reference or str(len(others) + 1))
            if any(row.reference == other.reference for other in others):
                rule = f"a reference once for loan {row.loan}"
                self.problems.add(place, "reference", row.reference, rule)
            others.append(row)
        return found

    def _openings(self, register: Register) -> dict[int, list[OpeningRow]]:
        found: dict[int, list[OpeningRow]] = {}
        for place, values in self._rows("opening_balances"):
            row = OpeningRow(place, *values)
            loan = register.find(place, row.loan, row.creditor)
            if loan is not None:
                found.setdefault(loan, []).append(row)
        return found

    def _grant(self, granted: Mapping[int, LoanRow], register: Register, portfolio: Portfolio) -> None:
        rules = Rules(self.setting.products, self.setting.law, self.problems)
        for loan, row in granted.items():
            paid_out = portfolio.disbursements.get(loan, [])
            grant = grant_of(row, min((each.on for each in paid_out), default=None), rules)
            register.loans[loan].grant = grant
            if grant is not None:
                self._check_paid_out(paid_out, row, grant.terms.due_date(grant.terms.instalments))

    def _check_paid_out(self, paid_out: list[DisbursementRow], row: LoanRow, last_due: date) -> None:
        together = 0
        for each in paid_out:
            together += each.amount
            if together > row.amount:
                rule = f"at most the {euros(row.amount)} that was granted, together"
                self.problems.add(each.place, "amount", euros(together), rule)
            if each.on > last_due:
                self.problems.add(
                    each.place, "date", each.on, f"a day on or before the last due date {last_due}"
                )
            if each.on < row.decision_date:
                self.problems.warn(
                    each.place, "date", each.on, f"before the decision date {row.decision_date}"
                )

    def _opened(
        self,
        openings: Mapping[int, list[OpeningRow]],
        register: Register,
        portfolio: Portfolio,
        cut_over: date,
    ) -> dict[int, Opening]:
        found = {}
        for loan, (row, *others) in openings.items():
            for other in others:
                self.problems.add(
                    other.place, "loan", other.loan, f"a loan once; it is on {row.place} already"
                )
            if loan in portfolio.disbursements:
                rule = "a loan with either disbursements or an opening balance; it has both"
                self.problems.add(row.place, "loan", row.loan, rule)
            if register.loans[loan].column == "loan" and not self.problems.is_refused("loans", row.loan):
                self.problems.add(row.place, "loan", row.loan, "a loan that stands in the file of loans too")
            grant = register.loans[loan].grant
            opening = opening_of(row, grant, cut_over, self.problems) if grant else None
            if opening is not None and loan not in portfolio.disbursements:
                found[loan] = opening
        return found

    def _refuse_others(self, openings: Mapping[int, list[OpeningRow]], portfolio: Portfolio) -> None:
        """Note which balances were refused, so that what rests on them is not called wrong too."""
        for loan, (row, *_) in openings.items():
            if loan not in portfolio.openings:
                self.problems.refused.add(("opening_balances", row.loan))

    def _payments(self, register: Register, portfolio: Portfolio, balances: Balances) -> list[Payment]:
        first = {loan: min(row.on for row in rows) for loan, rows in portfolio.disbursements.items()}
        found = []
        for place, values in self._rows("payments"):
            row = PaymentRow(place, *values)
            portfolio.payments_file = place.file
            loan = register.find(place, row.loan, row.creditor)
            if loan is None:
                continue
            if row.reversed_on and row.reversed_on < row.on:
                self.problems.add(place, "reversed_on", row.reversed_on, f"a day on or after {row.on}")
            opened_on = balances.day(loan, row.loan)
            if opened_on and row.on <= opened_on:
                rule = f"a day after the cut-over date {opened_on}: before it is in the balances"
                self.problems.add(place, "date", row.on, rule)
            if loan in first and row.on < first[loan]:
                self.problems.warn(place, "date", row.on, f"before the first disbursement on {first[loan]}")
            payment = Payment(loan, place.row, row.on, row.amount, row.reference, row.reversed_on, row.early)
            found.append(payment)
        found.sort(key=lambda payment: payment.loan)
        portfolio.payments = found
        self._check_references(portfolio)
        return found

    def _check_references(self, portfolio: Portfolio) -> None:
        for _, some in groupby(portfolio.payments, itemgetter(0)):
            rows: dict[str, int] = {}
            for payment in some:
                if rows.setdefault(payment.reference, payment.row) != payment.row:
                    place = Place(portfolio.payments_file, payment.row)
                    rule = f"a reference once a loan; it is on row {rows[payment.reference]} already"
                    self.problems.add(place, "reference", payment.reference, rule)


def particulars_of(row: DebtorRow) -> Particulars:
    """Name and address of a debtor; raises `BadInput` naming the column."""
    return Particulars(
        row.name,
        row.street or "",
        row.house_number or "",
        row.postcode or "",
        row.city or "",
        row.country or "NL",
        row.language or "nl",
    )
