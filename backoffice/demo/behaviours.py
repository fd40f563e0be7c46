"""How debtors pay and what is decided meanwhile: each behaviour tells the story of a loan from what falls due."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta

from backoffice.demo.cycle import little_profit, much_profit, silent
from backoffice.demo.offers import ONE_MONTH
from backoffice.demo.story import UNNUMBERED, Due, Story
from servicing.daycount import step_date
from servicing.facts import Draft, FactKind
from servicing.law import UnknownLaw
from servicing.terms_data import terms_data

Behaviour = Callable[[Story, Sequence[Due]], None]

TYPING_ERROR = 90_00
"""Cents by which a payment is recorded wrongly."""


STATUTORY = 41_23
"""Cents of statutory interest that a decision fixes."""

WAIVED = 25_00
"""Cents of interest that are waived when the rest is written off."""


def days(number: int) -> timedelta:
    """So many days."""
    return timedelta(days=number)


def on_time(story: Story, dues: Sequence[Due]) -> None:
    """Every instalment on its day."""
    for due in dues:
        story.pay_due(due, due.on)


def days_before(story: Story, dues: Sequence[Due]) -> None:
    """Every instalment some days before it falls due."""
    for due in dues:
        early = max(story.begun + days(1), due.on - days(story.rng.randrange(1, 6)))
        story.pay_due(due, due.on if due.is_last else early)


def late(story: Story, dues: Sequence[Due]) -> None:
    """Every instalment days or weeks too late."""
    for due in dues:
        story.pay_due(due, due.on + days(story.rng.randrange(4, 45)))


def partly(story: Story, dues: Sequence[Due]) -> None:
    """A part of each instalment; what is missing follows with every third."""
    missing = 0
    for nr, due in enumerate(dues, start=1):
        part = due.cents * story.rng.randrange(40, 90) // 100
        paid = due.cents + missing if nr % 3 == 0 else part
        missing += due.cents - paid
        story.pay_due(due, due.on, paid)


def in_advance(story: Story, dues: Sequence[Due]) -> None:
    """Three instalments at once, then two months nothing."""
    for start in range(0, len(dues), 3):
        some = dues[start : start + 3]
        if some[-1].is_last:
            on_time(story, some)
        else:
            story.pay(some[0].on, sum(due.cents for due in some))


def twice(story: Story, dues: Sequence[Due]) -> None:
    """One instalment is paid a second time some days later, and the next one is left out."""
    at = story.rng.randrange(1, max(2, len(dues) // 2))
    for nr, due in enumerate(dues):
        if nr != at + 1 or due.is_last:
            story.pay_due(due, due.on)
        if nr == at and not due.is_last:
            story.pay(due.on + days(4), due.cents)


def bouncing(story: Story, dues: Sequence[Due]) -> None:
    """Direct debits of which some come back after days, sometimes weeks, and are paid by hand later."""
    for nr, due in enumerate(dues):
        if nr % 4 == 2 and not due.is_last:
            payment = story.pay(due.on, due.cents)
            back = due.on + days(story.rng.choice((2, 3, 5, 40)))
            story.take_back(payment, back)
            story.pay(back + days(story.rng.randrange(3, 15)), due.cents)
        else:
            story.pay_due(due, due.on)


def stops(story: Story, dues: Sequence[Due]) -> None:
    """Payment stops; every second debtor pays the arrears after half a year and goes on."""
    at = story.rng.randrange(1, max(2, len(dues) - 2))
    on_time(story, dues[:at])
    if not dues[at].is_last:
        _remind(story, dues[at].on + days(24), dues[at].cents)
    resumes = at + 6
    if story.rng.randrange(2) and resumes < len(dues):
        story.pay(dues[resumes].on, sum(due.cents for due in dues[at : resumes + 1]))
        on_time(story, dues[resumes + 1 :])


def deferred(story: Story, dues: Sequence[Due]) -> None:
    """Deferral (uitstel, Bbz art. 41) of principal or of everything, then on time by the new schedule."""
    at = _some_place(story, dues)
    on_time(story, dues[:at])
    on = dues[at - 1].on + days(3)
    until = step_date(on, ONE_MONTH, story.rng.randrange(3, 9))
    of, end = story.rng.choice(("principal", "all")), story.rng.choice(("extend", "same"))
    data = {"from": on.isoformat(), "until": until.isoformat(), "of": of, "end": end}
    story.decide(FactKind.DEFERRAL, on, data)
    on_time(story, _coming(story, on))


def repaid_early(story: Story, dues: Sequence[Due]) -> None:
    """An early repayment, by which the term or the instalment becomes less."""
    at = _some_place(story, dues)
    on_time(story, dues[:at])
    on = dues[at - 1].on + days(story.rng.randrange(4, 20))
    cents = int(story.state(on).principal) * story.rng.randrange(15, 45) // 100
    story.repay_early(on, cents, story.rng.choice(("term", "instalment")))
    on_time(story, _coming(story, on))


def rate_changed(story: Story, dues: Sequence[Due]) -> None:
    """Another rate is agreed (private law only) and the instalment computed again."""
    at = _some_place(story, dues)
    on_time(story, dues[:at])
    on = dues[at - 1].on + days(1)
    percent = story.rng.choice(("6", "6.75", "9"))
    story.decide(FactKind.RATE, on, {"annual_rate_percent": percent, "recompute": True})
    on_time(story, _coming(story, on))


def rescheduled(story: Story, dues: Sequence[Due]) -> None:
    """Another schedule by decision: a year longer, on another day of the month."""
    at = _some_place(story, dues)
    on_time(story, dues[:at])
    on = dues[at - 1].on + days(3)
    terms = replace(
        story.terms,
        principal=story.state(on).principal,
        start=on,
        instalments=len(story.dues(on)) + 12,
        first_due=step_date(on.replace(day=25), ONE_MONTH, 1),
        instalment=None,
        grace_principal=0,
        interest_from=None,
    )
    story.decide(FactKind.SCHEDULE, on, terms_data(terms))
    on_time(story, _coming(story, on))


def paid_off(story: Story, dues: Sequence[Due]) -> None:
    """On time, and then all at once."""
    at = _some_place(story, dues)
    on_time(story, dues[:at])
    story.pay_off(dues[at - 1].on + days(story.rng.randrange(2, 25)))


def corrected(story: Story, dues: Sequence[Due]) -> None:
    """A payment is recorded with a wrong amount, withdrawn, and recorded again."""
    at = _some_place(story, dues)
    for nr, due in enumerate(dues):
        if nr == at and not due.is_last:
            wrong = story.pay(due.on, due.cents + TYPING_ERROR, due.on + days(1))
            story.withdraw(wrong, due.on + days(20))
            story.pay(due.on, due.cents, due.on + days(20))
        else:
            story.pay_due(due, due.on)


def ended(story: Story, dues: Sequence[Due]) -> None:
    """The business ends, which is decided a month later: no interest from that day (Bbz art. 43 lid 2)."""
    at = _some_place(story, dues)
    on_time(story, dues[:at])
    on = dues[at - 1].on + days(2)
    story.tell(on + days(30), Draft(story.loan, FactKind.INTEREST_FREE, on, f"interest-free {on}"))
    on_time(story, _coming(story, on))


def restructured(story: Story, dues: Sequence[Due]) -> None:
    """A court declares debt restructuring (WSNP); every second time it ends early, and interest revives."""
    at = _some_place(story, dues)
    on_time(story, dues[:at])
    on = dues[at - 1].on + days(5)
    start = f"wsnp {on}"
    story.tell(on + days(9), Draft(story.loan, FactKind.WSNP_START, on, start))
    if story.rng.randrange(2):
        end = on + days(200)
        draft = Draft(story.loan, FactKind.WSNP_EARLY_END, end, f"einde {start}", of=UNNUMBERED)
        story.tell(end + days(1), draft, start)
        on_time(story, _coming(story, end))


def called_in(story: Story, dues: Sequence[Due]) -> None:
    """Payment stops, the loan is called in, statutory interest fixed, some interest waived, the rest written off."""
    at = _some_place(story, dues)
    on_time(story, dues[:at])
    on = dues[at - 1].on + days(100)
    story.decide(FactKind.DUE_AT_ONCE, on, {"interest": "runs"})
    fixed = on + days(60)
    story.tell(fixed, Draft(story.loan, FactKind.STATUTORY_INTEREST, fixed, f"rente {fixed}", STATUTORY))
    story.pay(on + days(80), int(story.state(on).principal) // 3)
    gone = on + days(150)
    waiver = Draft(story.loan, FactKind.WAIVER, gone, f"waiver {gone}", WAIVED, data={"of": "interest"})
    story.tell(gone, waiver)
    story.decide(FactKind.WRITE_OFF, gone, {"of": "all"})


def in_the_cycle(tell: Callable[[Story], None]) -> Behaviour:
    """Of living allowance nothing falls due: what its client does about the figures of the year."""

    def behaviour(story: Story, _dues: Sequence[Due]) -> None:
        tell(story)

    return behaviour


def _remind(story: Story, on: date, owed: int) -> None:
    """The fee of a reminder, where the law's figure is known on that day."""
    with suppress(UnknownLaw):
        threshold = story.law.value_on("reminder_fee_threshold", on).cents
        name = "reminder_fee_low" if owed < threshold else "reminder_fee_high"
        story.charge(on, story.law.value_on(name, on).cents)


def _some_place(story: Story, dues: Sequence[Due]) -> int:
    """How many instalments go before what happens."""
    return story.rng.randrange(1, max(2, len(dues) - 2))


def _coming(story: Story, on: date) -> list[Due]:
    """What falls due in the window after a change."""
    return [due for due in story.dues(on) if due.on <= story.window.last]


BEHAVIOURS: Mapping[str, Behaviour] = {
    "on_time": on_time,
    "days_before": days_before,
    "late": late,
    "partly": partly,
    "in_advance": in_advance,
    "twice": twice,
    "bouncing": bouncing,
    "stops": stops,
    "deferred": deferred,
    "repaid_early": repaid_early,
    "rate_changed": rate_changed,
    "rescheduled": rescheduled,
    "paid_off": paid_off,
    "corrected": corrected,
    "ended": ended,
    "restructured": restructured,
    "called_in": called_in,
    "little_profit": in_the_cycle(little_profit),
    "much_profit": in_the_cycle(much_profit),
    "silent": in_the_cycle(silent),
}
