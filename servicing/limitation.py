"""Limitation (verjaring): when a claim can no longer be collected, and what moves that day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple

from servicing.banking_days import ONE_DAY
from servicing.daycount import Step, step_date
from servicing.law import Law

TERM = "limitation_term"

System = Literal["public", "private"]
"""Awb title 4.4, or the Burgerlijk Wetboek."""

ActKind = Literal[
    "legal_action",
    "acknowledgement",
    "formal_reminder",
    "set_off",
    "enforcement_order",
    "execution",
    "written_notice",
]

INTERRUPTS: dict[System, frozenset[ActKind]] = {
    "public": frozenset(
        {"legal_action", "acknowledgement", "formal_reminder", "set_off", "enforcement_order", "execution"}
    ),
    "private": frozenset({"legal_action", "acknowledgement", "execution", "written_notice"}),
}
"""Awb art. 4:105 and 4:106: a municipality cannot interrupt by a mere notice (4:107); BW art. 3:316 to 3:318."""

SENT: frozenset[ActKind] = frozenset({"formal_reminder", "set_off", "enforcement_order", "written_notice"})
"""Acts that reach the debtor by a letter: they count only when the sending is proven."""

SIGNALS = (12, 6, 3)
"""So many months before the lapse a person is told."""

MONTHS_AFTER_INSOLVENCY = 6
"""A private claim does not lapse before six months after a bankruptcy or debt restructuring (Fw art. 36 and 313)."""

MONTH = Step(1, "m")

ExtensionKind = Literal["deferral", "moratorium", "bankruptcy", "wsnp", "order_suspended"]


class Act(NamedTuple):
    """Something that may interrupt: on which day, of what kind, and whether it is proven that it was sent."""

    on: date
    kind: ActKind
    proven: bool = False


class Extension(NamedTuple):
    """Time [since, until) by which the term is longer (Awb art. 4:111); `until` None: it still lasts."""

    since: date
    until: date | None
    kind: ExtensionKind


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim to payment: its name, the last day of its payment term, and under which law it lapses."""

    name: str
    term_end: date
    system: System = "public"


@dataclass(frozen=True, slots=True)
class Limitation:
    """How it stands with one claim: what began the term, how many days it was extended, and the lapse day."""

    claim: Claim
    began_by: Act | None
    extended_days: int
    lapses_on: date | None

    def state(self, day: date) -> Literal["running", "near", "lapsed", "resting"]:
        """How it stands on a day; resting: the term is extended for as long as something lasts."""
        if self.lapses_on is None:
            return "resting"
        if day >= self.lapses_on:
            return "lapsed"
        return "near" if day >= self.signals[0] else "running"

    @property
    def signals(self) -> tuple[date, ...]:
        """The days on which a person is told that the lapse comes."""
        if self.lapses_on is None:
            return ()
        return tuple(step_date(self.lapses_on, MONTH, -months) for months in SIGNALS)


def limitation(claim: Claim, acts: Iterable[Act], extensions: Sequence[Extension], law: Law) -> Limitation:
    """When the claim lapses: five years after its payment term, or after the last act that interrupted in time.

    From the lapse day on it cannot be collected: reminders, direct debit, set-off and enforcement stop.
    """
    began: Act | None = None
    found = _term(claim, claim.term_end, extensions, law)
    for act in sorted(act for act in acts if interrupts(act, claim.system)):
        in_time = found[1] is None or act.on < found[1]
        if in_time and act.on > (began.on if began else claim.term_end):
            began, found = act, _term(claim, act.on, extensions, law)
    return Limitation(claim, began, *found)


def interrupts(act: Act, system: System) -> bool:
    """Whether the act starts the term again: of the right kind, and if it was a letter, proven sent."""
    return act.kind in INTERRUPTS[system] and (act.proven or act.kind not in SENT)


def _term(claim: Claim, before: date, extensions: Sequence[Extension], law: Law) -> tuple[int, date | None]:
    """Days of extension and the lapse day of a term that starts the day after `before`."""
    years = law.value_on(TERM, max(before, law.parameters[TERM].rows.first)).count
    lapse = step_date(before, Step(years, "y"), 1) + ONE_DAY
    if claim.system == "private":
        return _after_insolvency(lapse, extensions)
    return _extended(before + ONE_DAY, lapse, extensions)


def _extended(first: date, lapse: date, extensions: Sequence[Extension]) -> tuple[int, date | None]:
    """The lapse day moved by the time of the extensions that began within the term, counted once."""
    days, counted_to = 0, first
    for one in sorted(extensions, key=lambda extension: extension.since):
        if one.since >= lapse:
            break
        if one.until is None:
            return days, None
        more = max(0, (one.until - max(one.since, counted_to)).days)
        counted_to = max(counted_to, one.until)
        days, lapse = days + more, lapse + more * ONE_DAY
    return days, lapse


def _after_insolvency(lapse: date, extensions: Sequence[Extension]) -> tuple[int, date | None]:
    """A private claim that would lapse during insolvency, or soon after it, lapses six months after its end."""
    first = lapse
    for one in sorted(extensions, key=lambda extension: extension.since):
        if one.kind not in {"bankruptcy", "wsnp"} or one.since >= lapse:
            continue
        if one.until is None:
            return (lapse - first).days, None
        lapse = max(lapse, step_date(one.until, MONTH, MONTHS_AFTER_INSOLVENCY))
    return (lapse - first).days, lapse
