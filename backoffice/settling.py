"""Settlements at the desk: figures and steps are recorded, a proposal is decided with its weighing, or taken back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from sqlalchemy import Connection

from backoffice.cli.database import Desk
from backoffice.deciding import Decided, decide
from backoffice.registering import Registered, dossier_of, register
from backoffice.rights import codes
from jobs import clock
from jobs.settlement_cycle import WITHDRAWING, Found, lapse_of, one_case, rules
from jobs.settlement_cycle import subjects_of as subjects_in
from ledger.day import parse_day
from ledger.entry import creditor_of_loan
from ledger.errors import BadInput
from ledger.money import euros
from letters.outbox.settled import withdrawn_data
from servicing.decisions.proposal import Proposed
from servicing.decisions.store import decisions_on, find_decision
from servicing.facts import Draft, FactKind, FactRefused
from servicing.policy import Choices
from servicing.settlement.ability import BY_TERM
from servicing.settlement.allowance import LIVING_ALLOWANCE
from servicing.settlement.book_year import BookYear
from servicing.settlement.case import KEYS, figures_of
from servicing.settlement.claims import arrangement_of
from servicing.settlement.cycle import CycleStep, figures_on, why_not_yet
from servicing.settlement.earlier import before_of, last_settled
from servicing.settlement.interest_years import OF_INTEREST
from servicing.settlement.parts import (
    Before,
    Parts,
    check_reclaim,
    decided,
    largest_of,
    overpaid,
    without_figures,
)
from servicing.settlement.proposing import Amounts, Subjects, case_of, propose, read
from servicing.settlement.store import Kept, add_interest_year
from servicing.settlement.weighing import checked_weighing, prefilled
from servicing.store import Loan
from servicing.texts import plain_text

WITHOUT_FIGURES = "Bbz art. 38 lid 2; Pw art. 54 en 58"
TITLES = {
    "art12_and_pw58": "Bbz art. 12 lid 2 c; Pw art. 58 lid 2",
    "art12_only": "Bbz art. 12 lid 2 c",
}
OWN_KEYS = frozenset(
    {"book_year", "book_year_start", "granted", "months_granted", "months_without", "policy", "surety"}
)
"""Keys of a case that the loan itself or the college gives, so that nobody types them."""


class SettlingRefused(BadInput):
    """A settlement that cannot be decided or withdrawn as it stands; says why and what to do."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What somebody wants decided: cents to reclaim (None: as proposed), the weighing by factor, and why.

    `capacity` is what the client can pay a month, where the college arranges by that.
    """

    reclaim: int | None = None
    weighing: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""
    capacity: int | None = None


def record_figures(
    desk: Desk, heading: Loan, year: BookYear, figures: Mapping[str, object], document: str
) -> Registered:
    """Record the figures of a book year with their document; a later document takes their place, both stay."""
    _must_be_in_the_cycle(heading)
    check_keys(figures)
    if "profit" not in figures:
        raise BadInput("profit: is missing: without it there are no figures")
    says = {"book_year": year.since.isoformat(), "figures": dict(figures)}
    done = _recorded(desk, heading, FactKind.YEAR_FIGURES, year, (clock.today(), document, says))
    _check_figures(desk, heading, year)
    return done


def check_keys(figures: Iterable[str]) -> None:
    """Refuse a key that is no figure of a client's year."""
    for key in figures:
        if key in OWN_KEYS or key not in KEYS:
            raise BadInput(f"{key}: is not a figure of the year: {', '.join(sorted(set(KEYS) - OWN_KEYS))}")


def record_step(
    desk: Desk, heading: Loan, year: BookYear, step: tuple[CycleStep, date, date | None], document: str
) -> Registered:
    """Record that a step of the cycle was done: a letter that was handed over, a hearing skipped, an extension."""
    _must_be_in_the_cycle(heading)
    name, on, until = step
    if (name == "extension") != (until is not None):
        raise BadInput("until: goes with an extension, which has one")
    _check_step(desk, heading, year, step, document)
    says: dict[str, object] = {"book_year": year.since.isoformat(), "step": name}
    if until is not None:
        says["until"] = until.isoformat()
    return _recorded(desk, heading, FactKind.CYCLE_STEP, year, (on, f"{name} {document}", says))


def _check_step(
    desk: Desk, heading: Loan, year: BookYear, step: tuple[CycleStep, date, date | None], document: str
) -> None:
    """Refuse a step that does not fit where the case stands; the same again is nothing new."""
    name, on, _ = step
    found = one_case(desk.connection, heading.id, year.since, desk.by.known_on)
    if found is None or any(fact.key == f"{year.since} {name} {document}" for fact in found.case.facts):
        return
    why = why_not_yet(found.case, found.times, name, on)
    if why:
        raise SettlingRefused(f"loan {heading.id}: {name} on {on}: {why}")


def decide_settlement(desk: Desk, found: Found, ask: Ask) -> Decided:
    """Put a proposal up for approval by a second person, with the amount and the weighing behind it.

    Any amount from nothing to the most that may be reclaimed; the rest becomes a gift on its own line.
    """
    kept = _decidable(found)
    before = before_now(found)
    largest = largest_of(kept.amounts, before)
    reclaim = _asked(kept.amounts, before, ask)
    check_reclaim(kept.amounts, before, reclaim)
    if reclaim and clock.today() >= lapse_of(found):
        raise SettlingRefused(f"reclaim: the power to reclaim lapsed on {lapse_of(found)}: only 0.00 is left")
    weighing = checked_weighing(ask.weighing, prefill_of(found)) if largest else {}
    data = _data(found, kept, reclaim, ask.capacity) | {
        "weighing": weighing,
        "reason": plain_text("reason", ask.reason),
    }
    if largest and not data["reason"]:
        raise BadInput("reason: is missing: say why this amount is reclaimed, or not")
    burdens = reclaim > 0 or kept.amounts.retained > 0
    amounts = kept.amounts
    at_stake = max(reclaim, amounts.retained, amounts.supplement, amounts.remission, amounts.conversion)
    kind = "clawback" if burdens else "settlement"
    reference = _reference(desk.connection, kept)
    proposed = Proposed(kind, kept.loan, reference, clock.today(), at_stake, data=data, document=kept.name)
    return decide(desk, proposed)


def _asked(amounts: Amounts, before: Before, ask: Ask) -> int:
    """What is to be reclaimed: as proposed, unless more was paid as supplement than is due, which somebody decides."""
    over = overpaid(amounts, before)
    if ask.reclaim is None and over:
        raise BadInput(
            f"reclaim: is missing: {euros(over)} was paid out as supplement and is not due any more: say how much of "
            f"{euros(largest_of(amounts, before))} is reclaimed"
        )
    return amounts.reclaim if ask.reclaim is None else ask.reclaim


def withdraw_settlement(desk: Desk, number: int, reason: str) -> Decided:
    """Propose to take back a settlement in force, with everything it made on other loans."""
    decision = find_decision(desk.connection, number)
    subject = decision.proposed.subject
    if decision.proposed.kind not in {"settlement", "clawback"} or decision.state != "in-force":
        raise SettlingRefused(f"decision {number}: is no settlement in force")
    later = [
        one.id
        for one in decisions_on(desk.connection, subject)
        if one.proposed.kind in {"settlement", "clawback"} and one.state == "in-force" and one.id > number
    ]
    gone = {
        (one.proposed.data or {}).get("withdraws"): one.id
        for one in decisions_on(desk.connection, subject)
        if one.proposed.kind == WITHDRAWING and one.state not in {"rejected", "taken-back"}
    }
    if number in gone:
        raise SettlingRefused(f"decision {number}: decision {gone[number]} takes it back already")
    if set(later) - set(gone):
        raise SettlingRefused(
            f"decision {number}: was corrected by decision {later[-1]}; withdraw that first"
        )
    said, approved = decision.proposed.data or {}, decision.step("approved")
    assert approved is not None, f"decision {number} is in force and was never approved"
    data = withdrawn_data(number, approved.day.isoformat(), said) | {"reason": plain_text("reason", reason)}
    name = f"withdraw settlement {number}"
    proposed = Proposed(
        WITHDRAWING, subject, name, clock.today(), decision.at_stake, data=data, document=name
    )
    return decide(desk, proposed)


def before_now(found: Found) -> Before:
    """What was repaid on the loan, and what of an earlier supplement has left the office, as known today."""
    return Before() if found.about == "interest" else before_of(found.case.facts, clock.today())


def subjects_of(found: Found) -> Subjects:
    """What a proposal for a case is made from."""
    return subjects_in(found, codes()[creditor_of_loan(found.case.loan)])


def the_case(connection: Connection, heading: Loan, year: date | None, day: date) -> Found:
    """The case of a loan and book year; raises `BadInput` where there is none."""
    found = one_case(connection, heading.id, year, day)
    if found is None:
        which = f" in book year {year}" if year else ""
        raise BadInput(f"loan {heading.id}: nothing is to be settled{which}")
    return found


def year_of(heading: Loan, text: str | None, found: Found | None) -> BookYear:
    """The book year somebody means: its first day, a year for the calendar year, or the only one of the loan."""
    if text is None:
        if found is None:
            raise BadInput(f"loan {heading.id}: year: is missing: say which, such as 2024")
        return found.case.year
    if len(text) == len("2024") and text.isascii() and text.isdigit():
        return BookYear(date(int(text), 1, 1))
    return BookYear(parse_day(text).replace(day=1))


def prefill_of(found: Found) -> dict[str, str]:
    """The text of each factor to begin with."""
    figures = figures_on(found.case.facts, found.case.year)
    return prefilled(figures.value_date if figures else None, clock.today())


def _must_be_in_the_cycle(heading: Loan) -> None:
    if heading.product not in {LIVING_ALLOWANCE, *OF_INTEREST}:
        raise FactRefused(
            f"loan {heading.id}: is {heading.product}; only living allowance is settled by year, and the interest "
            "of business capital"
        )


def _recorded(
    desk: Desk,
    heading: Loan,
    kind: FactKind,
    year: BookYear,
    told: tuple[date, str, Mapping[str, object]],
) -> Registered:
    on, document, says = told
    if heading.product in OF_INTEREST:
        add_interest_year(desk.connection, heading.id, year.since)
    key = f"{year.since} {document}"
    dossier = dossier_of(desk.connection, heading)
    return register(desk, dossier, Draft(heading.id, kind, on, key, data=says, source=document))


def _check_figures(desk: Desk, heading: Loan, year: BookYear) -> None:
    """Refuse figures that no settlement could read; an unknown figure of the law is no reason to refuse."""
    found = one_case(desk.connection, heading.id, year.since, desk.by.known_on)
    if found is None:
        raise BadInput(f"loan {heading.id}: no living allowance is known in the book year from {year.since}")
    figures_of(case_of(subjects_of(found), clock.today()))


def _decidable(found: Found) -> Kept:
    """The proposal that may be decided now; raises `SettlingRefused` naming the state and the next step."""
    kept, stand, loan = found.kept, found.stand, found.case.loan
    if stand.state in {"hearing-due", "hearing"}:
        running = f"; the one that runs ends on {stand.due}" if stand.state == "hearing" else ""
        raise SettlingRefused(
            f"loan {loan}: the client is heard first (Awb art. 4:8): aflos settle step {loan} hearing, or "
            f"hearing-skipped with the reason{running}"
        )
    if kept is None or stand.state != "to-decide":
        raise SettlingRefused(
            f"loan {loan}: is {stand.state} since {stand.since}; only what is proposed and heard is decided: "
            "aflos settle propose"
        )
    known = rules()
    if propose(subjects_of(found), clock.today(), *known).digest() != kept.digest:
        raise SettlingRefused(
            f"loan {loan}: the proposal gives other amounts now, because law or policy changed: propose it again"
        )
    return kept


def _data(found: Found, kept: Kept, reclaim: int, capacity: int | None) -> dict[str, object]:
    """What the decision says, and what follows from it once it works."""
    year, known = found.case.year, rules()
    code = codes()[creditor_of_loan(kept.loan)]
    choices = Choices(known.policy, code, year.since, {})
    today = replace(choices, on=clock.today())
    if capacity is not None and today.choice("arrangement.method") == BY_TERM:
        raise SettlingRefused(f"capacity: is not asked: arrangement.method for {code} is {BY_TERM}")
    data: dict[str, object] = {
        "about": kept.about,
        "book_year": year.since.isoformat(),
        "proposal": kept.nr,
        "digest": kept.digest,
        "basis": kept.basis,
    }
    if kept.about == "interest":
        to = "principal" if choices.choice("art21.refund") == "to_principal" else "debtor"
        return data | {
            "surety": found.is_surety,
            "remission": euros(kept.amounts.remission),
            "converted": euros(kept.amounts.conversion),
            "refund": euros(kept.amounts.refund or 0),
            "since": year.since.isoformat(),
            "until": year.until.isoformat(),
            "to": to,
        }
    parts = parts_of(found, kept, reclaim)
    title = TITLES[choices.choice("title.clawback")] if kept.basis == "figures" else WITHOUT_FIGURES
    earlier = last_settled(found.case.facts)
    before = earlier.data if earlier else {}
    return data | {
        **parts.data(),
        "granted": euros(kept.amounts.granted),
        "before": {key: before.get(key, "0.00") for key in ("reclaimed", "supplement")},
        "reclaim": euros(parts.reclaim),
        "supplement": euros(parts.supplement),
        "title": title,
        "arrangement": arrangement_of(parts.reclaimed, today, capacity) if parts.reclaimed else None,
    }


def parts_of(found: Found, kept: Kept, reclaim: int) -> Parts:
    """What the assistance becomes if this much is reclaimed."""
    before = before_now(found)
    if kept.basis == "missing":
        return without_figures(kept.amounts, before, reclaim)
    known = rules()
    figures, choices = read(kept.case, codes()[creditor_of_loan(kept.loan)], known.policy)
    return decided(figures, kept.amounts, before, reclaim, (known.law, choices))


def _reference(connection: Connection, kept: Kept) -> str:
    """How the decision is called; after one that was rejected or taken back it gets a number more."""
    before = [
        one
        for one in decisions_on(connection, kept.loan)
        if one.proposed.document == kept.name and one.proposed.kind != WITHDRAWING
    ]
    return f"{kept.name} again {len(before) + 1}" if before else kept.name
