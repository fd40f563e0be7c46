"""The chart of accounts: the same numbers for every creditor, an account id names both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Literal

from ledger.config import Strict, Text, checked
from ledger.entry import ACCOUNTS_PER_CREDITOR
from ledger.errors import Misconfigured


class AccountNumber(IntEnum):
    """The accounts that the program itself books on (grootboekrekeningen)."""

    BANK = 1010
    BANK_IN_TRANSIT = 1100
    SET_OFFS = 1120
    BAILIFF_REMITTANCES = 1130
    TRUSTEE_DISTRIBUTIONS = 1140
    SECURITY_PROCEEDS = 1150
    TO_FORWARD = 1160
    REFUNDS_OF_RECEIPTS = 1170
    OTHER_BANK_MOVEMENTS = 1180
    BANK_COSTS = 1185
    RECEIPTS_TO_ALLOCATE = 1190
    REVERSED_RECEIPTS = 1195
    DISBURSEMENTS_IN_TRANSIT = 1200
    BENEFITS_ADMINISTRATION = 1210
    SETTLEMENT_TRANSFERS = 1220
    PRINCIPAL_NOT_YET_DUE = 1300
    PRINCIPAL_DUE = 1310
    INTEREST_DUE = 1320
    INTEREST_ACCRUED = 1330
    DEFERRED_INTEREST = 1340
    COSTS_RECEIVABLE = 1350
    STATUTORY_INTEREST = 1360
    TO_BE_REFUNDED = 1400
    OPENING_BALANCES = 2900
    WRITE_OFF_PRINCIPAL = 4900
    WRITE_OFF_INTEREST = 4910
    WRITE_OFF_COSTS = 4920
    WAIVED_PRINCIPAL = 4930
    WAIVED_INTEREST = 4940
    WAIVED_COSTS = 4950
    INTEREST_OWED = 4960
    LIVING_ALLOWANCE_GIVEN = 4970
    NOT_RECLAIMED = 4975
    INTEREST_REMITTED = 4980
    CAPITAL_CONVERTED = 4985
    INTEREST_INCOME = 8000
    COST_INCOME = 8010
    RECOVERED = 8020
    STATUTORY_INTEREST_INCOME = 8030


AccountKind = Literal["balance", "result"]
Side = Literal["debit", "credit"]


@dataclass(frozen=True, slots=True)
class Account:
    """One line of the chart; a clearing account (tussenrekening) must be explained item by item."""

    number: int
    en: str
    nl: str
    rgs: str
    kind: AccountKind
    normal: Side
    clearing: bool


class _Line(Strict):
    en: Text
    nl: Text
    rgs: Text
    kind: AccountKind
    normal: Side
    clearing: bool = False


class _ChartFile(Strict):
    accounts: dict[int, _Line]


@dataclass(frozen=True, slots=True)
class Chart:
    """The accounts by number, in order."""

    accounts: Mapping[int, Account]

    @property
    def clearing(self) -> tuple[int, ...]:
        """The numbers of the clearing accounts."""
        return tuple(number for number, account in self.accounts.items() if account.clearing)


def account_id(creditor: int, number: int) -> int:
    """The account of one creditor: 11300 is principal not yet due at creditor 1."""
    return creditor * ACCOUNTS_PER_CREDITOR + number


def chart_from(content: object, file: str) -> Chart:
    """The chart in a file; each number has four digits, and every account booked on exists."""
    lines = checked(_ChartFile, content, file).accounts
    for number in lines:
        if not 1000 <= number < ACCOUNTS_PER_CREDITOR:
            raise Misconfigured(f"{file}: accounts: {number}: an account number has four digits")
    missing = [number for number in AccountNumber if number not in lines]
    if missing:
        raise Misconfigured(f"{file}: accounts: {missing[0]:d}: this account is booked on and must exist")
    return Chart(
        {number: Account(number=number, **line.model_dump()) for number, line in sorted(lines.items())}
    )
