"""Files that a person names on the command line, read whole and never further than they may be long."""

from __future__ import annotations

from pathlib import Path

from ledger.errors import BadInput, IoFailed

LARGEST_FILE = 100_000_000


def content_of(file: Path, most: int = LARGEST_FILE) -> bytes:
    """The bytes of a file; raises `BadInput` for none or too many (a device never ends), else `IoFailed`."""
    try:
        with file.open("rb") as stream:
            content = stream.read(most + 1)
    except (FileNotFoundError, IsADirectoryError):
        raise BadInput(f"{file}: must be a file that exists") from None
    except OSError as wrong:
        raise IoFailed(f"{file}: {wrong.strerror}") from None
    if len(content) > most:
        raise BadInput(f"{file}: larger than {most} bytes: split it")
    return content
