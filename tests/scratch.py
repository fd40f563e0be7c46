"""Where tests put what they throw away: in memory if it has room, so that thousands of commits wait for no disk."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

MEMORY = Path("/dev/shm")  # noqa: S108 - only folders that are made anew lie in it
ENOUGH_BYTES = 4 * 1024**3
"""A container often has 64 MB there, which is not enough."""


def scratch() -> Path:
    """The folder in which tests make theirs."""
    if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= ENOUGH_BYTES:
        return MEMORY
    return Path(tempfile.gettempdir())
