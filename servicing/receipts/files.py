"""Reads the rules for bank lines from the configuration in force."""

from __future__ import annotations

from ledger.config import read_yaml
from ledger.files import config_file
from servicing.receipts.rules import BankRules, bank_rules_from


def bank_rules() -> BankRules:
    """The rules for bank lines; raises `Misconfigured`."""
    file = config_file("bank.yaml")
    return bank_rules_from(read_yaml(file.text, file.origin), file.origin)
