"""How seldom a process of the night looks for garbage in its memory."""

from __future__ import annotations

import gc

GARBAGE_AFTER = 500_000
"""So many more things must be there before a search for garbage begins."""


def keep_what_is_loaded() -> None:
    """Modules stay as long as the process: to look through them for garbage takes longer than many a statement.

    What a night makes is rows, not rings, so garbage is looked for hundreds of times less often.
    """
    gc.freeze()
    gc.set_threshold(GARBAGE_AFTER, *gc.get_threshold()[1:])
