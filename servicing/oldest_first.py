"""Amounts that are used up from the oldest on, such as credits and repayments."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

Of = TypeVar("Of")


def take(standing: list[tuple[Of, int]], cents: int) -> Iterator[tuple[Of, int]]:
    """Take so many cents out of what stands, oldest first: whose each part was, and how much; what is left stays."""
    while cents and standing:
        whose, there = standing.pop(0)
        taken = min(cents, there)
        cents -= taken
        if there > taken:
            standing.insert(0, (whose, there - taken))
        yield whose, taken
