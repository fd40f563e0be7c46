"""From a letter in the outbox to what is printed: its frozen fields, with what only its sending date tells."""

from __future__ import annotations

from datetime import date

from letters.catalogue import Catalogue
from letters.compose import Draft
from letters.outbox.values import Letter
from servicing.legal_terms import legal_term


def reference_of_letter(letter: Letter) -> str:
    """The number of a letter as it stands on it: creditor and letter, such as 1-000042."""
    return f"{letter.draft.creditor}-{letter.id:06}"


def page_draft(letter: Letter, creditor: str, sent_on: date, catalogue: Catalogue) -> Draft:
    """What is printed when the letter is sent on a day; `creditor` is the code of whose letter it is."""
    effects, known = letter.draft.effects, catalogue.kind(letter.draft.kind).fields
    end = effects.term_end(sent_on)
    objection = legal_term(sent_on, effects.objection_days).last_day if effects.objection_days else None
    days = {"date": sent_on, OBJECTION_BEFORE: objection, **dict.fromkeys(TERM_FIELDS, end)}
    told = {name: day.isoformat() for name, day in days.items() if day is not None and name in known}
    fields = {**letter.draft.fields, **told, "our_reference": reference_of_letter(letter)}
    return Draft(letter.draft.kind, creditor, fields, letter.draft.law, letter.draft.language)


TERM_FIELDS, OBJECTION_BEFORE = ("pay_before", "view_before", "send_before"), "objection_before"
"""Fields that follow from the sending date: the last day of the term of the letter, and to object."""

AT_SENDING = ("date", "our_reference", *TERM_FIELDS, OBJECTION_BEFORE)
"""Fields that are not frozen at the proposal."""
