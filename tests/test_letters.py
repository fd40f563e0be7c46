"""Letters: the same fields give the same file, and what does not fit is refused before anything is printed."""

from __future__ import annotations

from functools import cache

import pytest

from letters.compose import Draft
from letters.fields import LetterRefused
from letters.files import press
from letters.render import Press, render
from letters.samples import sample


@cache
def the_press() -> Press:
    return press()


def test_the_same_fields_give_the_same_bytes() -> None:
    first, again = (render(the_press(), sample(the_press().catalogue, "reminder")) for _ in range(2))
    assert first == again
    assert first.content.startswith(b"%PDF-1.7")


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [
        ("open_total", None, "is missing"),
        ("open_total", 105881, "lines add up to"),
        ("open_total", 105882.0, "is no amount"),
        ("open_total", True, "is no amount"),
        ("date", "26-11-2026", "is no day"),
        ("pay_reference", "7000000300000017", "is no reference"),
        ("pay_iban", "NL88TEST0340000003", "is no iban"),
        ("pay_amount", 0, "more than nothing"),
        ("open_rows", [], "takes 1 to"),
        ("open_rows", [["2026-09-30", "Termijn 14"]], "a row has 3 cells"),
        ("addressee", [], "takes 1 to"),
        ("surprise", "a", "no such field"),
    ],
)
def test_g7_fields_that_do_not_fit_are_refused_by_name(name: str, value: object, rule: str) -> None:
    draft = sample(the_press().catalogue, "reminder")
    wrong = Draft(draft.kind, draft.creditor, {**draft.fields, name: value}, draft.law)
    with pytest.raises(LetterRefused, match=rule) as refused:
        render(the_press(), wrong)
    assert name in str(refused.value)


def test_a_letter_under_the_wrong_law_is_refused() -> None:
    draft = sample(the_press().catalogue, "reminder")
    with pytest.raises(LetterRefused, match="no letter under private law"):
        render(the_press(), Draft(draft.kind, "flevoland", draft.fields, "private"))


def test_a_kind_or_creditor_that_does_not_exist_is_refused() -> None:
    draft = sample(the_press().catalogue, "reminder")
    with pytest.raises(LetterRefused, match="there is no such letter"):
        render(the_press(), Draft("../../reminder", draft.creditor, draft.fields))
    with pytest.raises(LetterRefused, match="no creditor with a letterhead"):
        render(the_press(), Draft("reminder", "nowhere", draft.fields))
