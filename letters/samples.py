"""A letter of each kind with the sample data of the vocabulary, for the gallery and for tests."""

from __future__ import annotations

from letters.catalogue import Catalogue
from letters.compose import Draft

NOT_SHOWN = frozenset({"about"})
"""What only letters to somebody else have."""


def sample(catalogue: Catalogue, code: str, language: str = "nl") -> Draft:
    """The kind with a value in every field: of a municipality, or of the fund where only private law allows it."""
    kind = catalogue.kind(code)
    fields = {name: rule.sample for name, rule in kind.fields.items() if name not in NOT_SHOWN}
    if "public" in kind.law:
        return Draft(code, "lelystad", fields, "public", language)
    return Draft(code, "flevoland", fields, "private", language)
