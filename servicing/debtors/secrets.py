"""Citizen numbers (BSN) under AES-GCM, found again by a keyed index; AFLOS_KEY_FILE names the keys."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ledger.errors import BadInput, IoFailed, Misconfigured, VerificationFailed

VARIABLE = "AFLOS_KEY_FILE"
KEY_BYTES = 32
NONCE_BYTES = 12
_LINE = re.compile(r"([1-9]\d{0,3}):([A-Za-z0-9+/]+=*)", re.ASCII)


class Sealed(NamedTuple):
    """A citizen number as the database keeps it: key version, nonce with ciphertext, and the index."""

    key_version: int
    sealed: bytes
    blind_index: bytes


@dataclass(frozen=True, slots=True)
class KeyRing:
    """Keys by version; the newest seals, every one opens what it sealed."""

    keys: Mapping[int, bytes] = field(repr=False)

    def seal(self, debtor: int, bsn: str) -> Sealed:
        """The number under the newest key, bound to its column and its debtor."""
        version = max(self.keys)
        nonce = os.urandom(NONCE_BYTES)
        locked = AESGCM(self._derived(version, "seal")).encrypt(nonce, bsn.encode(), _bound_to(debtor))
        return Sealed(version, nonce + locked, self._index(version, bsn))

    def unseal(self, debtor: int, version: int, sealed: bytes) -> str:
        """This debtor's number; raises `Misconfigured` without its key, `VerificationFailed` on another's."""
        if version not in self.keys:
            raise Misconfigured(
                f"{VARIABLE}: the file has no key {version}, which sealed the BSN of debtor {debtor}"
            )
        nonce, locked = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
        try:
            plain = AESGCM(self._derived(version, "seal")).decrypt(nonce, locked, _bound_to(debtor))
        except InvalidTag:
            raise VerificationFailed(
                f"the BSN of debtor {debtor} is not what key {version} sealed for it"
            ) from None
        return plain.decode()

    def indexes(self, bsn: str) -> list[bytes]:
        """What the index of this number is under each key."""
        return [self._index(version, bsn) for version in self.keys]

    def _index(self, version: int, bsn: str) -> bytes:
        return hmac.digest(self._derived(version, "index"), bsn.encode(), hashlib.sha256)

    def _derived(self, version: int, purpose: str) -> bytes:
        derivation = HKDF(SHA256(), KEY_BYTES, salt=None, info=f"aflos debtor_bsn {purpose}".encode())
        return derivation.derive(self.keys[version])


def has_keys() -> bool:
    """Whether a key file is named at all; without one a citizen number is shown wholly masked."""
    return bool(os.environ.get(VARIABLE))


def key_ring() -> KeyRing:
    """The keys of this installation; raises `Misconfigured` naming what to do."""
    named = os.environ.get(VARIABLE)
    if not named:
        raise Misconfigured(
            f"{VARIABLE} is not set: a BSN is only kept encrypted; aflos debtor key FILE makes a key file"
        )
    path = Path(named)
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="ascii")
    except OSError as wrong:
        raise Misconfigured(f"{VARIABLE}: {path}: cannot be read: {wrong.strerror}") from None
    except UnicodeDecodeError:
        raise Misconfigured(f"{VARIABLE}: {path}: is no key file") from None
    if mode & (stat.S_IRWXO | stat.S_IWGRP):
        raise Misconfigured(f"{VARIABLE}: {path}: others may read or change it: chmod 600 {path}")
    return KeyRing(_keys(text, str(path)))


def make_key_file(path: Path) -> None:
    """A file with a new key that only its owner can read; raises `BadInput` if the file is there already."""
    key = base64.b64encode(os.urandom(KEY_BYTES)).decode()
    try:
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        raise BadInput(
            f"{path}: is there already; a key file is never overwritten, or no BSN opens again"
        ) from None
    except OSError as wrong:
        raise IoFailed(f"{path}: cannot be made: {wrong.strerror}") from None
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(f"1:{key}\n")
        file.flush()
        os.fsync(file.fileno())


def _keys(text: str, path: str) -> dict[int, bytes]:
    keys: dict[int, bytes] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        found = _LINE.fullmatch(line.strip())
        key = _decoded(found[2]) if found else b""
        if found is None or len(key) != KEY_BYTES or int(found[1]) in keys:
            raise Misconfigured(
                f"{VARIABLE}: {path} line {number}: is no version, colon and {KEY_BYTES} bytes in base64"
            )
        keys[int(found[1])] = key
    if not keys:
        raise Misconfigured(f"{VARIABLE}: {path}: holds no key; aflos debtor key FILE makes a key file")
    return keys


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        return b""


def _bound_to(debtor: int) -> bytes:
    """What the ciphertext is bound to, so that it opens in no other column and for no other debtor."""
    return f"aflos debtor_bsn.sealed {debtor}".encode()
