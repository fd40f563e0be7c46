"""Writes a file for somebody outside: whole or not at all, and never another one under the same name."""

from __future__ import annotations

import os
from pathlib import Path

from ledger.errors import BadInput, IoFailed
from ledger.fault_points import reach


def write_once(folder: Path, name: str, content: bytes) -> tuple[Path, bool]:
    """The file with these contents in a folder, and whether it was there already; raises `BadInput`, `IoFailed`."""
    path, part = folder / name, folder / f".{name}.part"
    try:
        if not folder.is_dir():
            raise BadInput(f"{folder}: there is no such folder")
        if path.exists():
            if path.read_bytes() != content:
                raise BadInput(f"{path}: another file of this name is there; move it away first")
            return path, True
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        reach("before the outgoing file has its name")
        part.replace(path)
    except OSError as wrong:
        raise IoFailed(f"{path}: cannot be written: {wrong.strerror}") from None
    return path, False


def write_again(folder: Path, name: str, content: bytes) -> Path:
    """The file with these contents in a folder, which is made; an older one makes place. Raises `IoFailed`."""
    path, part = folder / name, folder / f".{name}.part"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        part.write_bytes(content)
        part.replace(path)
    except OSError as wrong:
        raise IoFailed(f"{path}: cannot be written: {wrong.strerror}") from None
    return path
