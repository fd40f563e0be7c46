"""A print run as a value: whose, how many letters were put in it, and where it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple

RunStepName = Literal["released", "dated-anew", "printing", "not-printed", "handed-over", "withdrawn"]
RunState = Literal["approved", "released", "handed-over-unknown", "handed-over", "withdrawn"]
"""handed-over-unknown: a print began and nobody knows whether it left; a person says so."""


class RunStep(NamedTuple):
    """What happened to a run; `day` is its sending date from here on."""

    name: RunStepName
    day: date
    note: str
    actor: str


@dataclass(frozen=True, slots=True)
class PrintRun:
    """Letters of one creditor that go out together; `actor` put them together, another person releases them."""

    id: int
    creditor: int
    number: int
    demanded: int
    actor: str
    known_on: date
    steps: Sequence[RunStep] = ()

    @property
    def state(self) -> RunState:
        """Where it stands."""
        if not self.steps:
            return "approved"
        return _STATES[self.steps[-1].name]

    @property
    def sending_date(self) -> date | None:
        """The date on its letters; None before release."""
        return self.steps[-1].day if self.steps else None


_STATES: dict[RunStepName, RunState] = {
    "released": "released",
    "dated-anew": "released",
    "printing": "handed-over-unknown",
    "not-printed": "released",
    "handed-over": "handed-over",
    "withdrawn": "withdrawn",
}
