"""The whole configuration read at once, so that a mistake shows when it is made and not in the night that needs it."""

from __future__ import annotations

from jobs.timetable import timetable
from ledger.files import chart_of_accounts
from letters.files import catalogue
from servicing import files
from servicing.receipts.files import bank_rules


def check_configuration() -> None:
    """Read every file of the configuration; raises `Misconfigured` naming file, key and rule of the first mistake."""
    for read in (
        files.law,
        files.creditors,
        files.products,
        files.policy,
        files.procedures,
        files.people,
        files.arrears_limits,
        files.manual_pairs,
        chart_of_accounts,
        bank_rules,
        timetable,
        catalogue,
    ):
        read()
