"""Where the pages of letters lie: a folder outside the database, each file under the hash of what it holds."""

from __future__ import annotations

import os
from pathlib import Path

from sqlalchemy import Engine

from ledger.errors import IoFailed, VerificationFailed
from ledger.fault_points import reach
from letters.outbox.values import sha256_of


class PageLost(VerificationFailed):
    """A page that was sent is not in the archive, or is not what was sent."""


def archive_of(engine: Engine) -> Path:
    """AFLOS_LETTERS, else a folder beside the database file, else one in the user's data folder."""
    if given := os.environ.get("AFLOS_LETTERS"):
        return Path(given)
    if engine.dialect.name == "sqlite" and engine.url.database:
        return Path(engine.url.database).with_suffix(".letters")
    data = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(data) / "aflos" / f"{engine.url.database}.letters"


def place_of(archive: Path, sha256: str) -> Path:
    """The file of a page."""
    return archive / sha256[:2] / f"{sha256}.pdf"


def keep_page(archive: Path, content: bytes) -> Path:
    """Put a page in the archive, whole or not at all; the same again is the same file. Raises `IoFailed`."""
    path = place_of(archive, sha256_of(content))
    part = path.with_suffix(f".{os.getpid()}.part")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        reach("before the page has its name")
        part.replace(path)
    except OSError as wrong:
        raise IoFailed(f"{path}: cannot be written: {wrong.strerror}") from None
    return path


def page_of(archive: Path, sha256: str) -> bytes:
    """The page with a hash; raises `PageLost` where it is missing or has been changed."""
    path = place_of(archive, sha256)
    try:
        content = path.read_bytes()
    except OSError as wrong:
        raise PageLost(f"{path}: {wrong.strerror}; put back the archive of letters from a backup") from None
    if sha256_of(content) != sha256:
        raise PageLost(
            f"{path}: is not the page that was kept; put back the archive of letters from a backup"
        )
    return content
