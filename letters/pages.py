"""From one column of boxes to pages: what belongs together stays together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from letters.box import Box
from letters.paper import BODY_BOTTOM, BODY_TOP, NEXT_TOP


class Placed(NamedTuple):
    """A box with the distance of its top from the top of the page."""

    top: float
    box: Box


Page = list[Placed]


def paginated(boxes: Iterable[Box]) -> list[Page]:
    """The boxes on as many pages as they need; a table that goes on begins again with its heading."""
    pages: list[Page] = [[]]
    top = BODY_TOP
    for group in _groups(list(boxes)):
        needed = sum(box.height for box in group)
        if group[0].begins_sheet or (top + needed > BODY_BOTTOM and pages[-1]):
            pages.append([])
            top = NEXT_TOP
            if group[0].again is not None:
                pages[-1].append(Placed(top, group[0].again))
                top += group[0].again.height
        top = _place(group, pages[-1], top)
    return pages


def _place(group: Sequence[Box], page: Page, top: float) -> float:
    """Set boxes below each other; empty places at the top of a page are left out."""
    for box in group:
        if box.is_space and not page:
            continue
        if not box.is_space:
            page.append(Placed(top, box))
        top += box.height
    return top


def _groups(boxes: Sequence[Box]) -> Iterable[Sequence[Box]]:
    """Boxes that stay on one page, with what each keeps next to it."""
    group: list[Box] = []
    for box in boxes:
        group.append(box)
        if not box.keep:
            yield group
            group = []
    if group:
        yield group
