"""From a letter in the outbox to what is printed: its frozen fields, with what only its sending date tells."""

from __future__ import annotations

from datetime import date

from letters.catalogue import Catalogue
from letters.compose import Draft
from letters.outbox.values import Letter


def reference_of_letter(letter: Letter) -> str:
    """The number of a letter as it stands on it: creditor and letter, such as 1-000042."""
    return f"{letter.draft.creditor}-{letter.id:06}"


def page_draft(letter: Letter, creditor: str, sent_on: date, catalogue: Catalogue) -> Draft:
    """What is printed when the letter is sent on a day; `creditor` is the code of whose letter it is."""
    end = letter.draft.effects.term_end(sent_on)
    fields = {
        **letter.draft.fields,
        "date": sent_on.isoformat(),
        "our_reference": reference_of_letter(letter),
    }
    known = catalogue.kind(letter.draft.kind).fields
    if end is not None:
        fields |= {name: end.isoformat() for name in TERM_FIELDS if name in known}
    return Draft(letter.draft.kind, creditor, fields, letter.draft.law, letter.draft.language)


TERM_FIELDS = ("pay_before",)
"""Fields that hold the last day of the term of a letter."""
