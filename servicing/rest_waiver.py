"""The rest after five years of repayment from income may be waived if they were kept (Bbz art. 43 lid 2)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from ledger.money import euros
from servicing.arrangement import Arrangement, arrangements_of, paid_between
from servicing.banking_days import ONE_DAY
from servicing.ended_business import TrackOver, track_of
from servicing.facts import Fact, FactRefused
from servicing.law import Law
from servicing.product import Product

GROUND = "art43"
"""What a waiver says that rests on the five years."""

REASON = "rest na vijf jaar terugbetalen uit inkomen (Bbz 2004 art. 43 lid 2)"


class Asked(NamedTuple):
    """What an arrangement asked in its days [since, until), in cents."""

    since: date
    until: date
    cents: int


@dataclass(frozen=True, slots=True)
class Kept:
    """How the years went: the term, what was asked and paid in it in cents, and what speaks against it."""

    track: TrackOver
    asked: int
    paid: int
    against: tuple[str, ...]

    def says(self, although: str) -> dict[str, object]:
        """What the waiver keeps of it; `although` is why it is given where something speaks against it."""
        more = {"although": although} if although else {}
        return {
            "of": "all",
            "ground": GROUND,
            "reason": REASON,
            "since": self.track.since.isoformat(),
            "until": self.track.over_on.isoformat(),
            "asked": euros(self.asked),
            "paid": euros(self.paid),
            **more,
        }


def rest_after_track(facts: Sequence[Fact], product: Product, law: Law, day: date) -> Kept:
    """How five years of repayment from income were kept, looked at on a day after them.

    Asked is what the payment arrangements asked within the years, of which a later one takes the place of the one
    before. Raises `FactRefused` where no term began, it is not over or nothing is left, `UnknownLaw`.
    """
    track = track_of(facts, product, law, day)
    if track is None:
        raise FactRefused("no repayment from income began: interest did not stop at the end of a business")
    if track.over_on > day:
        raise FactRefused(f"on: {day}: the five years from {track.since} are over on {track.over_on}")
    if not track.left:
        raise FactRefused(f"on: {day}: nothing is left to waive")
    asked = list(_asked(facts, track))
    total, paid = sum(one.cents for one in asked), paid_between(facts, track.since, day)
    return Kept(track, total, paid, tuple(_against(asked, track, paid)))


def _asked(facts: Sequence[Fact], track: TrackOver) -> Iterator[Asked]:
    """What each arrangement asked within the years, oldest first."""
    agreed = sorted(arrangements_of(facts), key=lambda one: (one.decided_on, one.fact))
    for place, one in enumerate(agreed):
        since, until = max(one.decided_on, track.since), _end(one, agreed[place + 1 :], track)
        if since < until:
            before = one.asked_by(since - ONE_DAY)
            yield Asked(since, until, one.asked_by(until - ONE_DAY) - before)


def _end(one: Arrangement, later: Sequence[Arrangement], track: TrackOver) -> date:
    """The first day on which an arrangement asks nothing more of these years."""
    ends = [one.until, one.ended_on, *(each.decided_on for each in later[:1]), track.over_on]
    return min(end for end in ends if end is not None)


def _against(asked: Sequence[Asked], track: TrackOver, paid: int) -> Iterator[str]:
    """What speaks against it: nothing was arranged, not all the time, or less was paid than asked."""
    if not asked:
        yield "no arrangement says what was to be paid"
        return
    ends = [*(one.since for one in asked[1:]), track.over_on]
    for one, following in zip(asked, ends, strict=True):
        if one.until < following:
            yield f"nothing was arranged from {one.until} to {following - timedelta(days=1)}"
    total = sum(one.cents for one in asked)
    if paid < total:
        yield f"{euros(paid)} was paid of {euros(total)} that was asked"
