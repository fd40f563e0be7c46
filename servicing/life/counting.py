"""Which events count, and what they bring about on later days, before a life is worked through."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date

from servicing.events import (
    Deferral,
    DeferralEnded,
    Event,
    InterestResumed,
    InterestRevived,
    InterestStopped,
    Paid,
    PaidOff,
    Spread,
)

Coming = Spread | InterestResumed
"""What was decided before and happens by itself on its day."""


def happenings(events: Iterable[Event], reversed_: Sequence[Paid | PaidOff], until: date) -> list[Event]:
    """What happens up to the end of a day: without what was taken back by then, with what follows from it."""
    found = (each for event in _standing(events, until) for each in _with_consequences(event))
    return [event for event in found if event.on <= until and event not in reversed_]


def coming_by_itself(events: Iterable[Event], on: date) -> list[Coming]:
    """What is decided on a day and happens after it: interest runs again, the instalment is computed again."""
    found = (each for event in _standing(events, on) for each in _with_consequences(event))
    return [each for each in found if isinstance(each, Spread | InterestResumed) and each.on > on]


def _standing(events: Iterable[Event], on: date) -> Iterator[Event]:
    """The events without stops that were revoked by a day, deferrals cut off where they ended early."""
    events = list(events)
    revoked = [event.stop for event in events if isinstance(event, InterestRevived) and event.on <= on]
    ends = {
        event.deferral: event.on
        for event in sorted(_ended(events, on), key=lambda ended: ended.on, reverse=True)
    }
    for event in events:
        if isinstance(event, Deferral) and event in ends:
            if ends[event] > event.since:
                yield replace(event, until=min(event.until, ends[event]))
        elif not isinstance(event, DeferralEnded | InterestRevived) and event not in revoked:
            yield event


def _ended(events: Iterable[Event], on: date) -> Iterator[DeferralEnded]:
    return (event for event in events if isinstance(event, DeferralEnded) and event.on <= on)


def _with_consequences(event: Event) -> Iterator[Event]:
    """A coming deferral with the same end spreads the principal again when it begins; a stop with an end ends."""
    yield event
    if isinstance(event, Deferral) and event.end == "same" and event.since > event.on:
        yield Spread(event.since, event.fact)
    if isinstance(event, InterestStopped) and event.until is not None:
        yield InterestResumed(event.until, event.fact)
