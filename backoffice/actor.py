"""Who is acting: the person the operating system (or a face's own sign-on) authenticated, and nobody else."""

from __future__ import annotations

import os
import pwd
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from ledger.errors import BadInput

_signed_on: ContextVar[str | None] = ContextVar("signed_on", default=None)


@contextmanager
def authenticated(name: str) -> Iterator[None]:
    """Act as a person whom a face with its own sign-on has authenticated; the command line never does."""
    token = _signed_on.set(name)
    try:
        yield
    finally:
        _signed_on.reset(token)


def actor(claimed: str | None = None) -> str:
    """The account that acts; raises `BadInput` when somebody else is named."""
    name = _signed_on.get() or _account()
    if claimed is not None and claimed != name:
        raise BadInput(f"actor: {claimed[:60]!r}: you are {name}; log in as the person who acts")
    return name


def _account() -> str:
    """The account that runs this process."""
    number = os.getuid()
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"uid-{number}"  # an account without a name, as in some containers
