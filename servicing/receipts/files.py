"""Reads the rules for bank lines from the configuration in force."""

from __future__ import annotations

from functools import lru_cache

from ledger.config import read_yaml
from ledger.files import ConfigFile, config_file
from servicing.receipts.rules import BankRules, bank_rules_from


def bank_rules() -> BankRules:
    """The rules for bank lines; raises `Misconfigured`."""
    return _rules(config_file("bank.yaml"))


@lru_cache(maxsize=4)
def _rules(file: ConfigFile) -> BankRules:
    return bank_rules_from(read_yaml(file.text, file.origin), file.origin)
