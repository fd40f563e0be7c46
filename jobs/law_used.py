"""The figures of the law that the products rest on, as they stood on a business date; for the manifest."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from ledger.files import config_files
from servicing.files import parameter, products
from servicing.law import Parameter


def law_on(day: date) -> list[dict[str, object]]:
    """Each interest figure that a product takes from the law: value, first day, and whether it was read in its source.

    A figure nobody knows on that day has value null: a grant that needs it is refused.
    """
    state = tuple(file.sha256 for file in config_files())
    return [_line(each, day) for each in _figures(state)]


@lru_cache(maxsize=2)
def _figures(_state: tuple[str, ...]) -> tuple[Parameter, ...]:
    """The parameters, read anew when any configuration file changed."""
    interests = [product.interest for product in products().values() if product.interest.source == "law"]
    return tuple(parameter(name) for name in sorted({str(each.parameter) for each in interests}))


def _line(figure: Parameter, day: date) -> dict[str, object]:
    if figure.why_not(day):
        return {"parameter": figure.name, "value": None, "from": None, "verified": False}
    value = figure.value_on(day)
    return {
        "parameter": figure.name,
        "value": value.text,
        "from": value.since.isoformat(),
        "verified": value.verified,
    }
