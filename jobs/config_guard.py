"""The configuration each night used is kept; a law value changed for days already worked is refused."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import PurePosixPath

from sqlalchemy import Connection, insert, select

from jobs.difference import Difference
from jobs.tables import business_day, config_set, config_version
from ledger.config import read_yaml
from ledger.errors import Misconfigured
from ledger.files import ConfigFile, config_files
from servicing.law import Parameter, parameter_from


def keep_config(connection: Connection, last_closed: date | None) -> str:
    """Keep the files in force, and give the name of their set; raises `Misconfigured` for a changed past."""
    files, name = config_files(), set_in_force()
    if not connection.execute(select(config_set.c.path).where(config_set.c.set_sha256 == name)).first():
        if last_closed is not None:
            _refuse_changed_past(_last_used(connection), files, last_closed)
        _keep(connection, name, files)
    return name


def set_in_force() -> str:
    """The name of the set of files that are in force."""
    return _name_of((file.name, file.sha256) for file in config_files())


def changed_configuration(connection: Connection) -> Iterator[Difference]:
    """Files that the nights used and that are no longer what they were; their sets stand in the manifests."""
    paths: dict[str, str] = {}
    sets: dict[str, list[tuple[str, str]]] = {}
    for row in connection.execute(select(config_set)):
        paths[row.sha256] = row.path
        sets.setdefault(row.set_sha256, []).append((row.path, row.sha256))
    for row in connection.execute(select(config_version)):
        if hashlib.sha256(row.content.encode()).hexdigest() != row.sha256:
            what = f"configuration {paths.get(row.sha256, row.sha256)}: is not the file that the nights used"
            yield Difference(None, 0, "", what)
    used = select(business_day.c.config_set).where(business_day.c.config_set.is_not(None)).distinct()
    for name in sorted(set(connection.execute(used).scalars()) - set(sets)):
        yield Difference(None, 0, "", f"configuration {name[:16]}: is gone, and nights used it")
    for name, listed in sorted(sets.items()):
        if _name_of(listed) != name:
            yield Difference(None, 0, "", f"configuration {name[:16]}: files were put in, out or exchanged")


def _name_of(files: Iterable[tuple[str, str]]) -> str:
    listing = "".join(f"{sha256} {name}\n" for name, sha256 in sorted(files))
    return hashlib.sha256(listing.encode()).hexdigest()


def _keep(connection: Connection, name: str, files: Sequence[ConfigFile]) -> None:
    held = set(connection.execute(select(config_version.c.sha256)).scalars())
    new = {file.sha256: file.text for file in files if file.sha256 not in held}
    if new:
        connection.execute(
            insert(config_version), [{"sha256": key, "content": text} for key, text in new.items()]
        )
    rows = [{"set_sha256": name, "path": file.name, "sha256": file.sha256} for file in files]
    connection.execute(insert(config_set), rows)


def _last_used(connection: Connection) -> dict[str, str]:
    """The text of each file in the last night, by name."""
    last = (
        select(business_day.c.config_set)
        .where(business_day.c.config_set.is_not(None))
        .order_by(business_day.c.day.desc())
        .limit(1)
    ).scalar_subquery()
    query = (
        select(config_set.c.path, config_version.c.content)
        .join(config_version, config_set.c.sha256 == config_version.c.sha256)
        .where(config_set.c.set_sha256 == last)
    )
    return {row.path: row.content for row in connection.execute(query)}


def _refuse_changed_past(before: dict[str, str], files: Sequence[ConfigFile], last_closed: date) -> None:
    for file in files:
        old = before.get(file.name)
        if not file.name.startswith("law/") or old == file.text:
            continue
        now = _parameter(file, file.text)
        then = _used(file, old) if old is not None else None
        if then is not None:
            for day in sorted({since for rows in (then.rows, now.rows) for since, _ in rows.items()}):
                if day <= last_closed:
                    _refuse_changed_value(file, day, _value(then, day), _value(now, day))


def _used(file: ConfigFile, text: str) -> Parameter | None:
    """The parameter of a file that was kept; None where it cannot be read, so that no night can have used it."""
    try:
        return _parameter(file, text)
    except Misconfigured:
        return None


def _parameter(file: ConfigFile, text: str) -> Parameter:
    return parameter_from(PurePosixPath(file.name).stem, read_yaml(text, file.origin), file.origin)


def _value(parameter: Parameter, day: date) -> str | None:
    return None if parameter.why_not(day) else parameter.value_on(day).text


def _refuse_changed_value(file: ConfigFile, day: date, old: str | None, new: str | None) -> None:
    """A value that was unknown may become known; a known one may not change for days already worked."""
    if old is not None and new != old:
        raise Misconfigured(
            f"{file.origin}: {day}: {old} became {new}, but closed nights may have used it; put the old value "
            "back: a change of the past needs its effect shown and approved first"
        )
