"""Makes a letter that a person asks for, from what the books say on a day and what the person says besides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from backoffice.cli.database import Desk
from backoffice.dunning import Why, why
from backoffice.registering import dossier_of
from backoffice.rights import check_right
from jobs import clock
from jobs.dunning_rules import beside_on, dunning_book
from jobs.letters_freezing import Freezer
from jobs.letters_now import creditors_by_id, situation_of, wording
from letters.catalogue import Kind
from letters.fields import LetterRefused as FieldsRefused
from letters.outbox.by_hand import Known, book_fields, dunned_kinds, trigger_of
from letters.outbox.deciding import SETTLEMENT_ANSWER, given_fields
from letters.outbox.framing import Fields, payment_fields
from letters.outbox.store import add_letters
from letters.outbox.telling import LoanCase, Told, schedule
from letters.outbox.values import Effects, LetterRefused, canonical, sha256_of
from servicing import files
from servicing.banking_days import ONE_DAY
from servicing.dunning.beside import NOTHING_BESIDE, Beside
from servicing.dunning.ladder import Step
from servicing.history import history_of
from servicing.payoff import payoff
from servicing.product import Product
from servicing.registration import Dossier
from servicing.representatives import died_on
from servicing.store import Loan, debtors_of, find_loan
from servicing.viewing import View, view_on

DAYS_OF_PAYOFF = 14
OBJECTION = "objection_term"
OF_A_GRANT = frozenset({"grant_business_capital", "grant_preparation_costs", "guarantee_called"})
"""Decisions that tell what was granted; what a later one agrees is for the person to say."""

DECEASED = "deceased"
"""Who died: a letter that has this field is about the debtors of whom that is known, and goes to their heirs."""

BALANCE_ROWS = "balance_rows"
"""What a balance is made of; the books have none where nothing is owed."""

OURS = frozenset({"decision", "order"})


class Asked(NamedTuple):
    """What a person asks for: on which day the balance is, to whom (empty: the debtors), and what he says."""

    on: date
    to: tuple[str, ...]
    said: Mapping[str, Sequence[str]]


def make_letter(desk: Desk, code: str, name: str, asked: Asked) -> list[int]:
    """Put a letter about a loan in the outbox, one to each debtor or to whom it is to go; their numbers.

    Raises `LetterRefused` for a kind that comes about in another way, and for a field that is missing.
    """
    heading = find_loan(desk.connection, name)
    check_right(desk.by.actor, "record", heading.creditor_id)
    kind = wording().kind(code)
    way = trigger_of(kind, dunned_kinds(dunning_book().procedures))
    if not way.startswith("aflos letters make"):
        raise LetterRefused(f"{code}: is not made by hand: {way}")
    fields = _fields(desk, heading, kind, asked)
    if code == SETTLEMENT_ANSWER and not fields.get("refused"):
        raise LetterRefused(
            f"{code}: an answer that agrees tells of a decision (P5): aflos decide arrangement {heading.id} --share "
            "AMOUNT, then aflos letters write DECISION; a refusal says --say refused=yes"
        )
    told = _told(kind, fields, asked)
    debtors, today = debtors_of(desk.connection, heading.id), clock.today()
    known = situation_of(desk.connection, [heading.id], debtors, today)
    if DECEASED in kind.fields:
        died = [one for one in debtors if died_on(known.facts[heading.id], one, today)]
        debtors = died or debtors
    freezer = Freezer(creditors_by_id()[heading.creditor_id], known, wording())
    try:
        drafts = freezer.frozen(told, files.products()[heading.product], heading.id, debtors)
    except FieldsRefused as wrong:
        raise LetterRefused(f"{code}: {wrong}; write it with --say NAME=TEXT, a line at a time") from None
    if not drafts:
        raise LetterRefused(f"{code}: goes to nobody: no address is known, or letters are stopped: see --to")
    return add_letters(desk.connection, drafts, today, desk.by)


def _fields(desk: Desk, heading: Loan, kind: Kind, asked: Asked) -> Fields:
    """What the books know of the fields of a kind, and what the person wrote; that goes before."""
    dossier, product = dossier_of(desk.connection, heading), files.products()[heading.product]
    found = why(desk.connection, heading, asked.on + ONE_DAY)
    known = Known(
        product,
        view_on(dossier, asked.on),
        payoff(dossier.facts, asked.on, DAYS_OF_PAYOFF),
        found.case.overdue,
        _beside(found, asked.on),
        heading.decision_date.isoformat(),
    )
    every = book_fields(known)
    _refuse_nothing_owed(heading.id, kind, every, asked)
    if kind.code in OF_A_GRANT:
        every |= _agreed(dossier, product, known.view)
    if not kind.asks_money:  # such as a claim that says on which account it can be paid
        every |= payment_fields(
            creditors_by_id()[heading.creditor_id], heading.id, int(known.view.open.total)
        )
    if kind.nature == "order":
        every |= _enforced(heading.id, found, _beside(found, asked.on))
    every |= given_fields(kind.code, kind.fields, asked.said)
    return {name: value for name, value in every.items() if name in kind.fields}


def _refuse_nothing_owed(loan: int, kind: Kind, every: Fields, asked: Asked) -> None:
    """Refuse a letter that says what is owed where the books know of nothing, unless the person says it whole."""
    needed = BALANCE_ROWS in kind.fields and BALANCE_ROWS not in kind.optional
    if needed and BALANCE_ROWS not in every and "balance" not in asked.said:
        raise LetterRefused(
            f"{kind.code}: nothing is owed of loan {loan} on {asked.on}, so that there is no such letter: "
            f"aflos statement {loan} --format pdf > statement.pdf shows the debtor what was owed and paid"
        )


def _agreed(dossier: Dossier, product: Product, view: View) -> Fields:
    """What was lent, and what is paid from now on."""
    fields = schedule(LoanCase(product, dossier, view, (), {})) or {}
    rows = fields.get("schedule_rows")
    count: Fields = {"instalments": len(rows)} if isinstance(rows, list) else {}
    return {"principal": int(history_of(dossier.facts).terms.principal), **count, **fields}


def _beside(found: Why, on: date) -> Beside:
    overdue = found.case.overdue
    return beside_on(overdue, found.case.facts, on) if overdue is not None else NOTHING_BESIDE


def _enforced(loan: int, known: Why, beside: Beside) -> Fields:
    """What a dwangbevel is for; refused unless dunning has come to it (P1: Awb 4:117, Pw 60 lid 2).

    Of costs that were paid nothing is asked again: a payment goes there first.
    """
    found = known.found
    if not isinstance(found, Step) or found.code != "enforcement":
        raise LetterRefused(f"loan {loan}: no dwangbevel may be made: {getattr(found, 'reason', '')}")
    formal = [one for one in known.sent if one.step == "aanmaning"][-1]
    fee = min(formal.fee, beside.costs)
    asked = (
        ("Wat u moest betalen", found.overdue.cents),
        ("Kosten van de aanmaning", fee),
        ("Andere kosten die nog openstaan", beside.costs - fee),
        ("Wettelijke rente uit ons besluit", beside.interest),
    )
    fields: Fields = {
        "claim_rows": [[words, cents] for words, cents in asked if cents],
        "order_total": found.overdue.cents + beside.cents,
        "formal_reminder_date": formal.on.isoformat(),
    }
    return fields | ({"fee": fee} if fee else {})


def _told(kind: Kind, fields: Fields, asked: Asked) -> Told:
    pays = [fields.get(block.pay) for block in kind.body if block.pay is not None and block.when is None]
    asks = pays[0] if pays and isinstance(pays[0], int) else 0
    if kind.nature in OURS and asked.to:
        raise LetterRefused(f"to: {kind.code} goes to every debtor, or to who stands for him (Awb 3:41)")
    days = files.law().value_on(OBJECTION, asked.on).count if kind.nature == "decision" else 0
    effects = Effects(
        objection_days=days,
        is_asked_for=kind.nature not in {"reminder", "order"},
        is_addressed=bool(asked.to),
    )
    key = f"asked {asked.on} {sha256_of(canonical([fields, list(asked.to)]).encode())[:12]}"
    return Told(kind.code, key, fields, (), asks, effects, 0, asked.to)
