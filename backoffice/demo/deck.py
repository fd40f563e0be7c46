"""A deck of cards: chance with a fair share for each, so that a small portfolio has something of everything."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from typing import Generic, TypeVar

Card = TypeVar("Card")


class Deck(Generic[Card]):
    """So many cards of each kind, shuffled again when they are used up."""

    def __init__(self, shares: Mapping[Card, int], rng: Random) -> None:
        self._cards = [card for card, share in shares.items() for _ in range(share)]
        self._rng = rng
        self._left: list[Card] = []

    def draw(self, fits: Callable[[Card], bool] = lambda _card: True) -> Card:
        """The next card that fits; the ones before it stay on top."""
        while True:
            for place, card in enumerate(self._left):
                if fits(card):
                    return self._left.pop(place)
            self._left += self._rng.sample(self._cards, len(self._cards))
