"""Pages are made in processes of their own: one that is killed loses its letter and no other."""

from __future__ import annotations

import os

from jobs.letters_rendering import DIED, render_all
from letters.compose import Draft
from tests.letter_reading import changed, printed, the_press


class Deadly(str):
    """A text that ends the process which is handed it, as the system does where memory runs out."""

    __slots__ = ()

    def __reduce__(self) -> tuple[object, tuple[int]]:
        return os._exit, (9,)


def test_a8_a_process_that_is_killed_loses_its_letter_and_no_other() -> None:
    good = changed("reminder")
    deadly = Draft(good.kind, good.creditor, {**good.fields, "about": Deadly("x")}, good.law)
    found = {one.letter: one for one in render_all([(1, good), (2, deadly)], the_press(), workers=2)}
    assert found[1].content == printed("reminder").content
    assert (found[2].content, found[2].error) == (b"", DIED)
