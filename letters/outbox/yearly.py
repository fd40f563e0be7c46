"""What the letters of the yearly cycle say: request for figures, reminders, and the hearing before a clawback."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from letters.outbox.framing import Fields
from letters.outbox.settled import rows_of, year_text
from letters.outbox.telling import Told
from letters.outbox.values import Effects
from servicing.facts import Fact
from servicing.settlement.book_year import BookYear
from servicing.settlement.cycle import LETTERS, STEP_OF, Stand, State, Times, YearCase, steps_of
from servicing.settlement.line import Line
from servicing.settlement.proposing import Amounts

DOCUMENTS = (
    "de jaarrekening over {year} (balans en winst-en-verliesrekening)",
    "de aangifte of aanslag inkomstenbelasting over {year}, ook van uw partner",
    "jaaropgaven van loon of uitkering over {year}",
)
"""What is asked of every client; whoever misses something else writes to him."""

RECEIVED = {
    "profit": "de winst van uw bedrijf over {year}",
    "other_income": "uw andere inkomen, ook dat van uw partner, over {year}",
    "partner_income": "het inkomen van uw partner over {year}",
    "own_capital": "uw vermogen",
}
"""What came in, by the figure that was recorded."""

OVERPAID, OF_OVERPAID = "Dit kreeg u eerder als aanvulling. U heeft er geen recht meer op", "Pw art. 58 lid 2"

NO_AMOUNTS = Amounts()


@dataclass(frozen=True, slots=True)
class YearlyCase:
    """A case for whose state a letter is due, on a day; of a hearing what is proposed, with its lines.

    `overpaid` is what was paid as supplement and is not due any more, in cents.
    `of_interest`: it is about the interest of business capital, not about living allowance.
    """

    case: YearCase
    stand: Stand
    times: Times
    day: date
    phone: str
    proposal: int = 0
    amounts: Amounts = NO_AMOUNTS
    lines: Sequence[Line] = ()
    is_without_figures: bool = False
    of_interest: bool = False
    overpaid: int = 0


def step_key(case: YearCase, stand: Stand, proposal: int) -> str:
    """What the step that is due is called, once for each proposal that is heard."""
    heard = f" {proposal}" if stand.state == "hearing-due" else ""
    return f"{case.year.since} {STEP_OF[stand.state]}{heard}"


def yearly_letter(one: YearlyCase, times: int) -> Told:
    """The letter that is due, for so many times; its hand-over is the step."""
    state, key = one.stand.state, f"{step_key(one.case, one.stand, one.proposal)} {times}"
    step = STEP_OF[state]
    days = {"recovery-term": one.times.recovery_days, "hearing": one.times.hearing_days}.get(step, 0)
    cycle = {
        "loan": one.case.loan,
        "book_year": one.case.year.since.isoformat(),
        "step": step,
        "reference": key,
    }
    effects = Effects("statutory" if days else "none", days, cycle=cycle)
    year: Fields = {"book_year": year_text(one.case.year.since.isoformat())}
    return Told(LETTERS[state], key, year | FIELDS[state](one), effects=effects)


def received_letter(year: BookYear, figures: Fact, decide_by: date, *, of_interest: bool) -> Told:
    """That the figures of a year came in, for each time they did, and by when the office means to decide.

    It falls away when they are withdrawn.
    """
    since = year.since.isoformat()
    given = figures.data["figures"]
    assert isinstance(given, Mapping), f"fact {figures.nr} holds no figures"
    items = [text.format(year=year_text(since)) for key, text in RECEIVED.items() if key in given]
    fields: dict[str, object] = {
        "book_year": year_text(since),
        "received": items,
        **_about(of_interest=of_interest),
    }
    if decide_by > figures.known_on:
        fields["decide_before"] = decide_by.isoformat()
    key, effects = f"{since} figures {figures.nr}", Effects(confirms=figures.nr)
    return Told("figures_received", key, fields, effects=effects)


def _request(one: YearlyCase) -> Fields:
    return {
        "documents": _documents(one),
        "send_before": _send_before(one),
        **_about(of_interest=one.of_interest),
    }


def _about(*, of_interest: bool) -> Fields:
    """What makes a letter one about interest; nothing where it is about living allowance."""
    return {"of_interest": True} if of_interest else {}


def _reminder(one: YearlyCase) -> Fields:
    asked = [on for step, on, _ in steps_of(one.case.facts, one.case.year) if step == "request"]
    return {
        "missing": _documents(one),
        "send_before": _send_before(one),
        "first_request": asked[-1].isoformat(),
        **_about(of_interest=one.of_interest),
    }


def _hearing(one: YearlyCase) -> Fields:
    most = one.amounts.largest_reclaim
    return {
        "computation_rows": [*rows_of(one.lines), *_overpaid(one)],
        "most": most + one.overpaid,
        "gift": max(0, one.amounts.gift - (most - one.amounts.reclaim)),
        "hearing": f"bel {one.phone} voor een afspraak",
        "no_figures": one.is_without_figures,
    }


def _overpaid(one: YearlyCase) -> list[list[object]]:
    return [[OVERPAID, OF_OVERPAID, one.overpaid]] if one.overpaid else []


def _documents(one: YearlyCase) -> list[str]:
    year = year_text(one.case.year.since.isoformat())
    return [text.format(year=year) for text in DOCUMENTS]


def _send_before(one: YearlyCase) -> str:
    """The deadline of art. 38, and never less than the last term after the letter was proposed."""
    return max(one.times.deadline, one.day + timedelta(days=one.times.recovery_days)).isoformat()


FIELDS: Mapping[State, Callable[[YearlyCase], Fields]] = {
    "request-due": _request,
    "reminder-due": _reminder,
    "recovery-term-due": _reminder,
    "hearing-due": _hearing,
}
"""What the letter of each state says."""
