"""Where a book year stands in its cycle, day by day, from its facts alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from servicing import files
from servicing.facts import Fact, FactKind
from servicing.policy import Choices
from servicing.settlement.book_year import BookYear
from servicing.settlement.cycle import (
    CycleStep,
    Decided,
    Proposed,
    YearCase,
    after_hearing,
    asking_for_interest,
    newest,
    power_lapses_on,
    stand_of,
    times_of,
    why_not_yet,
)
from tests.nights import at

YEAR = BookYear(date(2025, 1, 1))
LAW, POLICY = files.law(), files.policy()


def told(kind: FactKind, day: str, nr: int, **data: object) -> Fact:
    """A fact of the cycle of 2025."""
    said = {"book_year": "2025-01-01", **data}
    return Fact(100000001, nr, kind, at(day), at(day), f"fact {nr}", 0, 0, said, "test", "")


def step(name: str, day: str, nr: int, **data: object) -> Fact:
    return told(FactKind.CYCLE_STEP, day, nr, step=name, **data)


REQUEST = step("request", "2026-04-02", 2)
REMINDER = step("reminder", "2026-06-03", 3)
RECOVERY = step("recovery-term", "2026-07-02", 4)
LONGER = step("extension", "2026-06-20", 5, until="2026-09-01")
FIGURES = told(FactKind.YEAR_FIGURES, "2026-05-05", 6, figures={"profit": "1.00"})


def standing(facts: Sequence[Fact], day: str, **more: Any) -> tuple[str, str]:
    case = YearCase(100000001, YEAR, facts, **more)
    times = times_of(YEAR, facts, LAW, Choices(POLICY, "almere", at(day), {}))
    found = after_hearing(stand_of(case, times, at(day)), at(day))
    return found.state, found.since.isoformat()


@pytest.mark.parametrize(
    ("facts", "day", "wanted"),
    [
        ([], "2025-12-31", ("running", "2025-01-01")),
        ([], "2026-03-31", ("year-ended", "2026-01-01")),
        ([], "2026-04-01", ("request-due", "2026-04-01")),
        ([], "2030-04-01", ("request-due", "2026-04-01")),
        ([REQUEST], "2026-05-31", ("requested", "2026-04-02")),
        ([REQUEST], "2026-06-01", ("reminder-due", "2026-06-01")),
        ([REQUEST, REMINDER], "2026-07-01", ("reminded", "2026-06-03")),
        ([REQUEST, REMINDER], "2026-07-02", ("recovery-term-due", "2026-07-02")),
        ([REQUEST, REMINDER, LONGER], "2026-09-01", ("reminded", "2026-06-03")),
        ([REQUEST, REMINDER, LONGER], "2026-09-02", ("recovery-term-due", "2026-09-02")),
        ([REQUEST, REMINDER, RECOVERY], "2026-07-16", ("recovery-term", "2026-07-02")),
        ([REQUEST, REMINDER, RECOVERY], "2026-07-17", ("figures-missing", "2026-07-17")),
        ([REQUEST, FIGURES], "2027-01-01", ("figures-received", "2026-05-05")),
    ],
)
def test_before_a_proposal(facts: list[Fact], day: str, wanted: tuple[str, str]) -> None:
    assert standing(facts, day) == wanted


@pytest.mark.parametrize(
    ("missing", "facts", "day", "wanted"),
    [
        ("remind_then_refuse", [REQUEST], "2026-06-01", ("reminder-due", "2026-06-01")),
        ("remind_then_refuse", [REQUEST], "2026-07-02", ("recovery-term-due", "2026-07-02")),
        ("refuse", [REQUEST], "2026-06-01", ("requested", "2026-04-02")),
        ("refuse", [REQUEST], "2026-07-02", ("recovery-term-due", "2026-07-02")),
        ("wait", [REQUEST, REMINDER], "2026-07-02", ("reminded", "2026-06-03")),
    ],
)
def test_c5_the_college_says_what_happens_when_figures_about_interest_stay_out(
    missing: str, facts: list[Fact], day: str, wanted: tuple[str, str]
) -> None:
    times = times_of(YEAR, facts, LAW, Choices(POLICY, "almere", at(day), {}))
    stand = stand_of(YearCase(100000001, YEAR, facts), asking_for_interest(times, missing), at(day))
    assert (stand.state, stand.since.isoformat()) == wanted


def test_after_a_proposal() -> None:
    facts, proposed = [FIGURES], Proposed(6, at("2026-05-06"), 100)
    assert standing(facts, "2026-05-07", proposed=proposed) == ("hearing-due", "2026-05-06")
    heard = [*facts, step("hearing", "2026-05-08", 7)]
    assert standing(heard, "2026-05-22", proposed=proposed) == ("hearing", "2026-05-08")
    assert standing(heard, "2026-05-23", proposed=proposed) == ("to-decide", "2026-05-23")
    skipped = [*facts, step("hearing-skipped", "2026-05-08", 7)]
    assert standing(skipped, "2026-05-08", proposed=proposed) == ("to-decide", "2026-05-08")
    nothing = Proposed(6, at("2026-05-06"), 0)
    assert standing(facts, "2026-05-07", proposed=nothing) == ("to-decide", "2026-05-06")


@pytest.mark.parametrize(
    ("state", "wanted"),
    [("proposed", "decided"), ("fixed-not-announced", "fixed-not-announced"), ("in-force", "settled")],
)
def test_after_a_decision(state: Any, wanted: str) -> None:  # noqa: ANN401 - one of the words
    proposed, decided = Proposed(6, at("2026-05-06"), 100), Decided(state, at("2026-06-01"))
    assert standing([FIGURES], "2026-06-02", proposed=proposed, decided=decided) == (wanted, "2026-06-01")


def test_a_step_that_does_not_fit_is_refused_with_its_reason() -> None:
    times = times_of(YEAR, [], LAW, Choices(POLICY, "almere", at("2026-01-01"), {}))
    asked = [step("request", "2026-04-02", 5)]

    def why(name: CycleStep, day: str, facts: Sequence[Fact] = (), proposed: Proposed | None = None) -> str:
        return why_not_yet(YearCase(100000001, YEAR, facts, proposed), times, name, at(day))

    assert why("request", "2026-03-01") == why("extension", "2026-03-01") == ""
    assert "the request comes first" in why("reminder", "2026-06-01")
    assert why("reminder", "2026-06-01", asked) == ""
    assert "until 2026-07-01 (Bbz art. 38 lid 2)" in why("recovery-term", "2026-07-01", asked)
    assert why("recovery-term", "2026-07-02", asked) == ""
    told_of = [*asked, FIGURES]
    assert "nothing to be heard about" in why("hearing", "2026-05-07", told_of)
    assert "nothing to be heard about" in why(
        "hearing", "2026-05-07", told_of, Proposed(6, at("2026-05-06"), 0)
    )
    assert "is of 2026-05-06" in why(
        "hearing-skipped", "2026-05-05", told_of, Proposed(6, at("2026-05-06"), 1)
    )
    assert why("hearing", "2026-05-06", told_of, Proposed(6, at("2026-05-06"), 1)) == ""


def test_news_after_a_proposal_asks_for_another() -> None:
    later = told(FactKind.YEAR_FIGURES, "2026-08-01", 9, figures={"profit": "2.00"})
    settled = {
        "proposed": Proposed(6, at("2026-05-06"), 100),
        "decided": Decided("in-force", at("2026-06-01")),
    }
    assert standing([FIGURES, later], "2026-08-02", **settled) == ("figures-received", "2026-08-01")
    withdrawn = Fact(
        100000001, 10, FactKind.WITHDRAWAL, at("2026-09-01"), at("2026-09-01"), "w", 0, 9, {}, "test", ""
    )
    assert newest([FIGURES, later, withdrawn]) == 10


def test_p8_the_power_to_reclaim_lapses_five_years_after_the_office_knew() -> None:
    times = times_of(YEAR, [], LAW, Choices(POLICY, "almere", at("2026-05-05"), {}))
    assert power_lapses_on(YearCase(1, YEAR, [FIGURES]), times, LAW) == date(2031, 5, 5)
    assert power_lapses_on(YearCase(1, YEAR, []), times, LAW) == date(2031, 7, 1)
