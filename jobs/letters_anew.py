"""A letter to a joint debtor that fell away after another had his is put in the outbox anew, as things are now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from sqlalchemy import Connection

from jobs.letters_dunning import MOST_TIMES, base_key
from jobs.letters_freezing import Freezer
from jobs.letters_now import Situation, creditors_by_id, situation_of, wording
from letters.outbox.dropping import is_of_step_done, reason_to_drop, too_late
from letters.outbox.store import add_letters, letters_by_key
from letters.outbox.values import Letter, LetterDraft, OnLoan
from servicing.dunning.store import standings_of
from servicing.securities import liable_on
from servicing.store import Recorded

ABOUT_ANOTHER = "about"
"""The field that says for whom somebody else is written to; it goes when nobody stands for the debtor any more."""


def propose_anew(connection: Connection, keys: Iterable[str], day: date, by: Recorded) -> list[int]:
    """Propose again the letters of dunning with these keys that fell away, to whom they would go now; their numbers.

    Only of a step that another of joint debtors had last (the night proposes that no more), while nothing changed in
    what is owed, no further letter is due, and nothing stops a letter to this debtor.
    """
    gone = _fallen_away(connection, keys)
    if not gone:
        return []
    loans = {on.loan for letter in gone for on in letter.draft.loans}
    known = situation_of(connection, loans, {letter.draft.debtor for letter in gone}, day)
    further = {loan: row.step for loan, row in standings_of(connection, loans).items() if row.act == "letter"}
    drafts = [
        _as_of_now(letter, known)
        for letter in gone
        if is_of_step_done(letter, known.facts) and _is_last(letter, further) and _owes(letter, known)
    ]
    return add_letters(connection, [one for one in drafts if _holds(one, known)], day, by)


def keys_of_others(letters: Iterable[Letter]) -> list[str]:
    """The keys of the letters to the joint debtors whom these letters of dunning did not go to."""
    reached, others = set(), set()
    for one in letters:
        if len(one.debtors_of_step) > 1:
            name = f"{one.draft.kind}:{one.draft.effects.dunning['reference']}:"
            reached.add(f"{name}{one.draft.debtor}")
            others |= {f"{name}{debtor}" for debtor in one.debtors_of_step}
    return sorted(others - reached)


def _fallen_away(connection: Connection, keys: Iterable[str]) -> list[Letter]:
    """The letter that came last under each of these keys, where it fell away and was not proposed too often."""
    names = [
        name
        for key in {base_key(one) for one in keys}
        for name in (key, *(f"{key} #{number}" for number in range(2, MOST_TIMES)))
    ]
    found = sorted(letters_by_key(connection, names).items())
    last = {base_key(one.draft.key): one for _, one in found}
    return [one for one in last.values() if _is_gone(one) and _times(one) < MOST_TIMES - 1]


def _is_gone(letter: Letter) -> bool:
    return letter.last is not None and letter.last.name == "fell-away"


def _times(letter: Letter) -> int:
    """How often a letter was proposed."""
    return int(letter.draft.key.partition(" #")[2] or 1)


def _is_last(letter: Letter, further: Mapping[int, str]) -> bool:
    """Whether no letter of another step is due by now about a loan of this one."""
    step = letter.draft.effects.dunning["step"]
    return all(further.get(on.loan, step) == step for on in letter.draft.loans)


def _owes(letter: Letter, known: Situation) -> bool:
    """Whether a debtor still owes every loan that the letter is about."""
    debtor = letter.draft.debtor
    return all(liable_on(known.facts[on.loan], [debtor], known.day) for on in letter.draft.loans)


def _as_of_now(letter: Letter, known: Situation) -> LetterDraft:
    """The letter as it is frozen now: the same step and amounts, with the addressee and contact of today."""
    draft = letter.draft
    first = draft.loans[0].loan
    to = known.addressee(first, draft.debtor)
    freezer = Freezer(creditors_by_id()[draft.creditor], known, wording())
    kept = {name: value for name, value in draft.fields.items() if name != ABOUT_ANOTHER}
    framed = {name: value for name, value in freezer.framed(first, to).items() if name != "loan"}
    return replace(
        draft,
        key=f"{base_key(draft.key)} #{_times(letter) + 1}",
        loans=[OnLoan(on.loan, len(known.facts[on.loan])) for on in draft.loans],
        fields=kept | framed,
        effects=replace(draft.effects, via=to.via),
        language=known.people[draft.debtor].language,
        template=wording().kind(draft.kind).sha256,
        not_before=None,
        source=f"letter {letter.id}, which fell away",
    )


def _holds(draft: LetterDraft, known: Situation) -> bool:
    """Whether a letter could be sent as things are: an address is known, and nothing stops it."""
    letter = Letter(0, draft, known.day, "", ())
    now = known.now(letter)
    return now.addressee.is_known and not reason_to_drop(letter, now) and not too_late(letter, known.day)
