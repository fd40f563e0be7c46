"""Configuration files: those shipped, and over them file by file those in the folder AFLOS_CONFIG names."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from ledger.accounts import Chart, chart_from
from ledger.config import read_yaml
from ledger.errors import Misconfigured

SHIPPED = Path(__file__).resolve().parent.parent / "config"
"""The default layer lies beside the packages, in a checkout as in an installed wheel."""

VARIABLE = "AFLOS_CONFIG"
FOLDERS = ("dunning", "law", "letters", "policy", "products")


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """The content of one configuration file as it is in force, with its SHA-256 (hexadecimal)."""

    name: str
    origin: str
    text: str
    sha256: str


class _Held(NamedTuple):
    """All files as they were at one moment, by name and by folder."""

    files: Mapping[str, ConfigFile]
    folders: Mapping[str, tuple[str, ...]]


_held: ContextVar[_Held | None] = ContextVar("held", default=None)


@contextmanager
def steady_config() -> Iterator[None]:
    """Inside, every configuration file stays as it was at the start: one piece of work, one configuration."""
    before = _held.set(_all_held(config_files()))
    try:
        yield
    finally:
        _held.reset(before)


@lru_cache(maxsize=1)
def _all_held(files: tuple[ConfigFile, ...]) -> _Held:
    folders = {folder: tuple(file.name for file in files if _is_in(folder, file)) for folder in FOLDERS}
    return _Held({file.name: file for file in files}, folders)


def _is_in(folder: str, file: ConfigFile) -> bool:
    return file.name.startswith(f"{folder}/")


def config_file(relative: str) -> ConfigFile:
    """The file in force, such as law/flat_income_tax.yaml; raises `Misconfigured` if no layer has it."""
    held = _held.get()
    found = held.files.get(relative) if held is not None else None
    return found or _read(relative)


def _read(relative: str) -> ConfigFile:
    path = _find(relative)
    try:
        content = path.read_bytes()
        text = content.decode("utf-8")
    except OSError as wrong:
        raise Misconfigured(f"{path}: cannot be read: {wrong.strerror}") from None
    except UnicodeDecodeError:
        raise Misconfigured(f"{path}: is not text in UTF-8") from None
    return ConfigFile(relative, str(path), text, hashlib.sha256(content).hexdigest())


def config_text(relative: str) -> str:
    """The text of the file in force; raises `Misconfigured` if no layer has it or it cannot be read."""
    return config_file(relative).text


def config_hash(relative: str) -> str:
    """The SHA-256 of the file in force, in hexadecimal."""
    return config_file(relative).sha256


def config_names(folder: str) -> tuple[str, ...]:
    """The names in a folder of both layers together, such as law/flat_income_tax.yaml, in order."""
    held = _held.get()
    if held is not None:
        return held.folders[folder]
    names = {name for layer in _layers() for name in _yaml_files(layer / folder)}
    return tuple(f"{folder}/{name}" for name in sorted(names))


def config_files() -> tuple[ConfigFile, ...]:
    """Every configuration file in force, for whoever keeps what a night used; read again when one was written."""
    held = _held.get()
    if held is not None:
        return tuple(held.files.values())
    folders = [layer / folder for layer in _layers() for folder in ("", *FOLDERS)]
    return _read_all(tuple(stamp for folder in folders for stamp in _stamps(folder)))


def _stamps(folder: Path) -> Iterator[tuple[str, int, int, int]]:
    """What changes when a file of a folder is written or another is put in its place."""
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                found = entry.stat()
                yield entry.path, found.st_size, found.st_mtime_ns, found.st_ctime_ns
    except OSError:
        yield str(folder), 0, 0, 0  # whoever reads it says what is wrong


@lru_cache(maxsize=1)
def _read_all(_stamps: tuple[object, ...]) -> tuple[ConfigFile, ...]:
    tops = {name for layer in _layers() for name in _yaml_files(layer)}
    names = [*sorted(tops), *(name for folder in FOLDERS for name in config_names(folder))]
    return tuple(config_file(name) for name in names)


def chart_of_accounts() -> Chart:
    """The chart of accounts in force, the same for every creditor."""
    file = config_file("chart_of_accounts.yaml")
    return chart_from(read_yaml(file.text, file.origin), file.origin)


def _find(relative: str) -> Path:
    if not _stays_inside(relative):
        raise Misconfigured(f"{relative!r}: a configuration file lies inside the configuration folder")
    for layer in reversed(_layers()):
        path = layer / relative
        if path.exists():
            return path
    raise Misconfigured(
        f"{relative}: there is no such file in {' or '.join(str(path) for path in _layers())}"
    )


@lru_cache(maxsize=512)
def _stays_inside(relative: str) -> bool:
    path = PurePosixPath(relative)
    return ".." not in path.parts and not path.is_absolute()


def _layers() -> tuple[Path, ...]:
    named = os.environ.get(VARIABLE)
    if not named:
        return (SHIPPED,)
    own = Path(named)
    if not own.is_dir():
        raise Misconfigured(f"{VARIABLE}: {named!r}: there is no such folder")
    _refuse_stray_files(own)
    return (SHIPPED, own)


def _refuse_stray_files(own: Path) -> None:
    known = {*FOLDERS, *_yaml_files(SHIPPED)}
    for entry in _entries(own):
        if entry.name not in known and (entry.is_dir() or entry.name.endswith((".yaml", ".yml"))):
            raise Misconfigured(
                f"{VARIABLE}: {entry.path}: nothing reads this; known here: {', '.join(sorted(known))}"
            )


def _yaml_files(folder: Path) -> list[str]:
    files = _entries(folder)
    for entry in files:
        if entry.name.endswith(".yml"):
            raise Misconfigured(f"{entry.path}: a configuration file ends in .yaml")
    return [entry.name for entry in files if entry.name.endswith(".yaml")]


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return [entry for entry in entries if not entry.name.startswith(".")]
    except FileNotFoundError:
        return []
    except OSError as wrong:
        raise Misconfigured(f"{folder}: cannot be read: {wrong.strerror}") from None
