"""A letter of each kind with the sample data of the vocabulary, for the gallery and for tests."""

from __future__ import annotations

from letters.catalogue import Catalogue
from letters.compose import Draft

NOT_SHOWN = frozenset({"about", "mandate", "signatory", "pay_rows"})
"""What only letters to somebody else, decisions, and letters about several loans have."""

FUND = {"pay_iban": "NL76TEST0340000007", "pay_holder": "Provincie Flevoland"}
"""Where a private-law loan of the fund is paid."""


def sample(catalogue: Catalogue, code: str, language: str = "nl") -> Draft:
    """The kind with a value in every field: of a municipality, or of the fund where only private law allows it."""
    kind = catalogue.kind(code)
    hidden = NOT_SHOWN.intersection(kind.optional)
    fields = {name: value for name, value in kind.sample.items() if name not in hidden}
    if "public" in kind.law:
        return Draft(code, "lelystad", fields, "public", language)
    fields |= {name: value for name, value in FUND.items() if name in fields}
    return Draft(code, "flevoland", fields, "private", language)
