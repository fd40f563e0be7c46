"""What is recorded of other particulars: their own day, and the later days that only repeat what they change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from servicing.debtors.values import Particulars

ADDRESS = ("street", "house_number", "postcode", "city", "country")
GROUPS = (("name",), ADDRESS, ("language",))
"""What changes together."""

Held = tuple[date, Particulars]
"""Particulars, after the day from which they hold."""


def recorded_with(history: Sequence[Held], change: Held) -> list[Held]:
    """The records that a change makes, from those before it by day.

    A move that becomes known after another name was recorded is also the address of that name; a later day on which
    something was really changed keeps that.
    """
    on, after = change
    before = [known for day, known in history if day <= on][-1]
    later = {day: known for day, known in history if day > on}
    changed = [group for group in GROUPS if not _same(group, before, after)]
    made = [change]
    for day, known in later.items():
        changed = [group for group in changed if _same(group, before, known)]
        new = {key: getattr(after, key) for group in changed for key in group}
        made += [(day, replace(known, **new))] if new else []
    return made


def _same(group: Sequence[str], one: Particulars, other: Particulars) -> bool:
    return all(getattr(one, key) == getattr(other, key) for key in group)
