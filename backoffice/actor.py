"""Who is acting: the person the operating system authenticated, and nobody else."""

from __future__ import annotations

import os
import pwd

from ledger.errors import BadInput


def actor(claimed: str | None = None) -> str:
    """The account that runs this process; raises `BadInput` when somebody else is named."""
    number = os.getuid()
    try:
        name = pwd.getpwuid(number).pw_name
    except KeyError:
        name = f"uid-{number}"  # an account without a name, as in some containers
    if claimed is not None and claimed != name:
        raise BadInput(f"actor: {claimed[:60]!r}: you are {name}; log in as the person who acts")
    return name
