"""All tables of Aflos in one place, for the migrations that make them and the tests that compare them."""

from __future__ import annotations

import importlib
import importlib.util

from sqlalchemy import MetaData

from ledger.tables import metadata

_PACKAGES = (
    "ledger",
    "servicing",
    "jobs",
    "servicing.receipts",
    "servicing.decisions",
    "servicing.collecting",
    "servicing.refunding",
    "servicing.debtors",
    "servicing.creditors",
    "servicing.dunning",
    "letters.outbox",
    "letters.print_runs",
    "servicing.settlement",
)


def whole_schema() -> MetaData:
    """The metadata with the tables of every package that has a tables.py."""
    for package in _PACKAGES:
        if importlib.util.find_spec(f"{package}.tables") is not None:
            importlib.import_module(f"{package}.tables")
    return metadata
