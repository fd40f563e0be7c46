"""The sheet of paper: A4, where the window of an envelope is, margins and sizes of type; in points, y from the top."""

from __future__ import annotations

from typing import NamedTuple

MM = 72 / 25.4
WIDTH, HEIGHT = 210 * MM, 297 * MM

LEFT, RIGHT = 25 * MM, 185 * MM
"""The column of text: about 85 letters on a line."""

ADDRESS_LEFT, ADDRESS_RIGHT = 25 * MM, 90 * MM
ADDRESS_TOP, ADDRESS_BOTTOM = 54 * MM, 84 * MM
"""What shows through a left window of 45 x 90 mm (20 mm from the left, 15 mm from below) of an envelope DL (110 x 220)
and C5/6 (114 x 229), wherever the letter, folded in three, lies in it."""

DETAILS_LEFT, DETAILS_VALUE = 116 * MM, 136 * MM
SENDER_TOP, DETAILS_TOP, PARTICULARS_TOP = 20 * MM, 20 * MM, 56 * MM
BODY_TOP, NEXT_TOP, BODY_BOTTOM = 89 * MM, 30 * MM, 279 * MM
FOOT = 285 * MM

GREY = (89, 89, 89)
BLACK = (0, 0, 0)
PALE = (214, 214, 214)


class Style(NamedTuple):
    """A size of type in points, the distance of its lines, and whether it is bold."""

    size: float
    leading: float
    bold: bool = False
    colour: tuple[int, int, int] = BLACK


BODY = Style(10, 12.9)
STRONG = Style(10, 12.9, bold=True)
TITLE = Style(13, 17, bold=True)
HEAD = Style(10, 12.9, bold=True)
SMALL = Style(8.5, 11.4)
LABEL = Style(8, 10.2, colour=GREY)
CELL = Style(9.5, 12.4)
CELL_STRONG = Style(9.5, 12.4, bold=True)
ADDRESS_STYLES = (Style(10.5, 13), Style(9, 11), Style(8, 9.6))
"""The address is set smaller before it is refused."""

RETURN = Style(6.5, 8, colour=GREY)
