"""Writes the letter of a decision: what decision and books give, with the reasons of whoever decided (Awb 3:46)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import cast

from backoffice.charging import interest_to_fix
from backoffice.cli.database import Desk
from backoffice.outbox.agreeing import agreement_fields
from backoffice.outbox.ending import ENDS, ended_fields
from backoffice.registering import dossier_of
from backoffice.rights import check_right, codes
from jobs import clock
from jobs.letters_dunning import numbered
from jobs.letters_freezing import Freezer
from jobs.letters_now import creditors_by_id, situation_of, wording
from jobs.settlement_lines import lines_of_decision
from letters.fields import LetterRefused as FieldsRefused
from letters.outbox.by_hand import BY_DECISION
from letters.outbox.deciding import (
    BUY_OFF,
    Decided,
    about_of,
    given_fields,
    is_buy_off,
    known_fields,
    letter_of,
)
from letters.outbox.framing import Fields
from letters.outbox.store import add_letters
from letters.outbox.telling import Told
from letters.outbox.values import Effects, LetterDraft, LetterRefused
from servicing import files
from servicing.decisions.proposal import Decision, Step, withdrawn_decisions
from servicing.decisions.store import find_decision
from servicing.deferral import Count
from servicing.facts import FactKind
from servicing.in_default import rows_of_decision
from servicing.policy import Choices
from servicing.product import Product
from servicing.registration import Dossier
from servicing.store import debtors_of, facts_of, find_loan
from servicing.viewing import given_up, view_on

ONCE = (
    "what is paid in one amount against the rest is decided with aflos decide arrangement, --amount and --share both "
    "that amount and --first its day; the rest is waived once it is paid"
)
LONGEST_DEFERRAL = "deferral_longest_total"
OBJECTION, PAYMENT_TERM = "objection_term", "decision_payment_term"


def write_decision(desk: Desk, number: int, said: Mapping[str, Sequence[str]], kind: str = "") -> list[int]:
    """Put the letter of an approved decision in the outbox, one to each debtor; their numbers.

    Written again it is put there for those whose letter fell away, such as who moved; others have theirs.
    Its hand-over is that of the decision; `kind` is another letter that may tell of it than the usual. Raises
    `LetterRefused` for a decision without letter or that is not approved, and for a field that is missing.
    """
    decision = find_decision(desk.connection, number)
    check_right(desk.by.actor, "record", decision.creditor_id)
    drafts = _drafts(desk, decision, said, kind)
    if not drafts:
        raise LetterRefused(
            f"decision {number}: its letter goes to nobody: no address is known, or letters are stopped"
        )
    return add_letters(desk.connection, numbered(desk.connection, drafts), clock.today(), desk.by)


def _drafts(
    desk: Desk, decision: Decision, said: Mapping[str, Sequence[str]], named: str
) -> list[LetterDraft]:
    approved = decision.step("approved")
    if approved is None or decision.state == "taken-back":
        raise LetterRefused(
            f"decision {decision.id}: is {decision.state}; only an approved one has a letter (P5)"
        )
    heading = find_loan(desk.connection, str(decision.proposed.subject))
    product, today = files.products()[heading.product], clock.today()
    code = _code(desk, decision, product, named)
    if code is None:
        raise _no_letter(decision, product, named)
    kind = wording().kind(code)
    decided = _decided(desk, decision, approved)
    if decision.id in withdrawn_decisions(decided.facts):
        raise LetterRefused(f"decision {decision.id}: was withdrawn; nothing is left to tell of it")
    dossier = dossier_of(desk.connection, heading)
    books = agreement_fields(dossier, decision, today) | ended_fields(
        desk.connection, dossier, decision, today
    )
    every = known_fields(decided) | books | given_fields(code, kind.fields, said)
    fields: Fields = {name: value for name, value in every.items() if name in kind.fields}
    told = Told(
        code, f"decision {decision.id}", fields, effects=_effects(decision, today), decision=decision.id
    )
    debtors = debtors_of(desk.connection, heading.id)
    known = situation_of(desk.connection, [heading.id], debtors, today)
    try:
        return Freezer(creditors_by_id()[decision.creditor_id], known, wording()).frozen(
            told, product, heading.id, debtors
        )
    except FieldsRefused as wrong:
        raise LetterRefused(
            f"{code}: {wrong}; write it with --say NAME=TEXT, a paragraph at a time"
        ) from None


def _no_letter(decision: Decision, product: Product, named: str) -> LetterRefused:
    own = f"tell it in a letter of your own, then aflos decide handed-over {decision.id} --on DAY --to DEBTOR"
    return LetterRefused(
        f"decision {decision.id}: no letter{f' {named}' if named else ''} tells of this decision, "
        f"{decision.proposed.kind} ({product.kind} law): {ONCE if named == BUY_OFF else own}"
    )


def _code(desk: Desk, decision: Decision, product: Product, named: str) -> str | None:
    """The kind of letter that tells of a decision: the usual one, or another that was named and may tell of it."""
    proposed = decision.proposed
    if named == BUY_OFF and not is_buy_off(proposed.kind, proposed.data or {}, proposed.cents):
        return None
    if named:
        return named if proposed.kind in BY_DECISION.get(named, ()) else None
    facts = facts_of(desk.connection, [decision.proposed.subject])[decision.proposed.subject]
    about = about_of(decision, facts)
    return letter_of(product, decision.proposed.kind, about, decision.proposed.data)


def _decided(desk: Desk, decision: Decision, approved: Step) -> Decided:
    """What the letter of a decision needs of it, of the loan as it stands, and of the law."""
    today = clock.today()
    dossier = dossier_of(desk.connection, find_loan(desk.connection, str(decision.proposed.subject)))
    choices = Choices(files.policy(), codes()[decision.creditor_id], today, {})
    return Decided(
        decision.proposed.kind,
        decision.proposed.value_date,
        decision.proposed.cents,
        decision.proposed.of,
        decision.proposed.data or {},
        dossier.facts,
        view_on(dossier, today),
        files.people().name_of(approved.actor),
        approved.note,
        cast("Count", choices.choice("loan.deferral_count")),
        files.law().value_on(LONGEST_DEFERRAL, today).count,
        lines_of_decision(desk.connection, decision),
        given_up(dossier, decision.proposed.reference, max(today, decision.proposed.value_date)),
        _interest_rows(dossier, decision),
    )


def _interest_rows(dossier: Dossier, decision: Decision) -> list[list[object]]:
    """How statutory interest was computed; nothing where the decision fixes more than that."""
    proposed = decision.proposed
    if decision.kind.fact is not FactKind.STATUTORY_INTEREST:
        return []
    others = [
        fact for fact in dossier.facts if (fact.kind, fact.key) != (decision.kind.fact, proposed.reference)
    ]
    found = interest_to_fix(dossier.loan, others, proposed.value_date)
    return rows_of_decision(found, proposed.cents)


def _effects(decision: Decision, today: date) -> Effects:
    law = files.law()
    # What is asked once an arrangement or a deferral ends was due already: dunning waits for no new term.
    gives_term = decision.kind.effect == "burdening" and decision.kind.fact not in ENDS
    term = law.value_on(PAYMENT_TERM, today).count if gives_term else 0
    return Effects(
        "statutory" if term else "none",
        term,
        announces=decision.id,
        objection_days=law.value_on(OBJECTION, today).count,
    )
