"""How long somebody has had living allowance, held against the first term of the group (Bbz art. 18, 23, 27)."""

from __future__ import annotations

from collections.abc import Sequence

from servicing.law import Law
from servicing.settlement.allowance import Allowance

TERMS = {
    "established": ("assistance_term_established", "Bbz art. 18"),
    "starter": ("assistance_term_starter", "Bbz art. 23"),
    "terminating": ("assistance_term_terminating", "Bbz art. 27"),
}
"""The parameter of each group with its article; the older self-employed have no term (art. 25)."""


def too_long(years: Sequence[Allowance], law: Law) -> str:
    """Why assistance lasts longer than its first term, by the law of its first month; empty where it does not.

    `years` are those of one client, the first first; a longer term takes a decision, which a person looks up.
    """
    months = sorted({month for year in years for month, cents in year.months.items() if cents})
    group = years[-1].group if years else ""
    if not months or group not in TERMS:
        return ""
    name, article = TERMS[group]
    term = law.value_on(name, months[0]).count
    if len(months) <= term:
        return ""
    return f"{len(months)} months of assistance since {months[0]:%Y-%m}: the first term is {term} ({article}, {group})"
