"""The citizen number (BSN): checked, sealed, bound to its debtor, found by index, never shown by accident.

The numbers are synthetic: those starting with 99999 are not given out.
"""

from __future__ import annotations

import base64
import os
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from ledger.database import writing
from ledger.errors import BadInput, Misconfigured, VerificationFailed
from servicing.debtors.secrets import KeyRing, key_ring, make_key_file
from servicing.debtors.store import add_debtors, bsn_of, find_by_bsn, has_bsn, set_bsn
from servicing.debtors.values import DebtorRefused, NewDebtor, check_bsn, masked
from servicing.tables import debtor_bsn
from tests.test_debtors import BY, JANSEN

BSN = "999990019"
OTHER = "999990020"


@pytest.fixture
def key_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "keys"
    make_key_file(path)
    monkeypatch.setenv("AFLOS_KEY_FILE", str(path))
    return path


def with_bsn(bsn: str, external: str = "D-1") -> NewDebtor:
    return replace(JANSEN, bsn=bsn, external=external)


@pytest.mark.parametrize(
    ("bsn", "rule"),
    [
        ("999990018", "does not pass the 11-test"),
        ("99999001", "8 characters: must be nine digits, a leading zero written"),
        ("9999900190", "10 characters"),
        ("99999OO19", "nine digits"),
        ("٩" * 9, "nine digits"),
        ("0" * 9, "11-test"),
    ],
)
def test_h15_a_number_that_cannot_be_one_is_refused_without_being_shown(bsn: str, rule: str) -> None:
    with pytest.raises(DebtorRefused, match=rule) as refused:
        with_bsn(bsn)
    assert bsn not in str(refused.value)


def test_h15_a_leading_zero_is_kept(database: Engine, key_file: Path) -> None:
    zeros = "0" * 7 + "12"
    check_bsn(zeros)
    with writing(database) as connection:
        add_debtors(connection, [with_bsn(zeros)], BY)
        assert bsn_of(connection, 1) == zeros
    assert masked(zeros) == "*****0012"


def test_a_number_is_sealed_found_and_opened(database: Engine, key_file: Path) -> None:
    with writing(database) as connection:
        add_debtors(connection, [with_bsn(BSN), replace(JANSEN, external="D-2")], BY)
        set_bsn(connection, 2, OTHER)
        assert [bsn_of(connection, number) for number in (1, 2)] == [BSN, OTHER]
        assert find_by_bsn(connection, OTHER) == 2
        row = connection.execute(select(debtor_bsn)).first()
        assert row is not None
        assert BSN.encode() not in row.sealed + row.blind_index


def test_the_same_number_twice_is_refused(database: Engine, key_file: Path) -> None:
    with writing(database) as connection:
        add_debtors(connection, [with_bsn(BSN)], BY)
        with pytest.raises(DebtorRefused, match="bsn: belongs to debtor 1 already"):
            add_debtors(connection, [with_bsn(BSN, "D-2")], BY)
        with pytest.raises(DebtorRefused, match="two of the debtors that are added have the same one"):
            add_debtors(connection, [with_bsn(OTHER, "D-2"), with_bsn(OTHER, "D-3")], BY)
        with pytest.raises(DebtorRefused, match="debtor 1: has a BSN already"):
            set_bsn(connection, 1, OTHER)


def test_a_ciphertext_opens_for_its_own_debtor_only(key_file: Path) -> None:
    ring = key_ring()
    version, sealed, _ = ring.seal(1, BSN)
    assert ring.unseal(1, version, sealed) == BSN
    with pytest.raises(VerificationFailed, match="the BSN of debtor 2"):
        ring.unseal(2, version, sealed)
    with pytest.raises(VerificationFailed, match="debtor 1"):
        ring.unseal(1, version, sealed[:-1] + bytes([sealed[-1] ^ 1]))
    assert ring.seal(1, BSN).sealed != sealed


def test_a_newer_key_seals_and_the_older_one_still_opens(database: Engine, key_file: Path) -> None:
    with writing(database) as connection:
        add_debtors(connection, [with_bsn(BSN)], BY)
    with key_file.open("a") as file:
        file.write(f"# since the change of keys\n\n2:{base64.b64encode(os.urandom(32)).decode()}\n")
    with writing(database) as connection:
        add_debtors(connection, [with_bsn(OTHER, "D-2")], BY)
        assert [bsn_of(connection, number) for number in (1, 2)] == [BSN, OTHER]
        assert list(connection.execute(select(debtor_bsn.c.key_version)).scalars()) == [1, 2]
        with pytest.raises(DebtorRefused, match="belongs to debtor 1"):
            add_debtors(connection, [with_bsn(BSN, "D-3")], BY)
    only_first = KeyRing({1: key_ring().keys[1]})
    with pytest.raises(Misconfigured, match="no key 2"):
        only_first.unseal(2, 2, b"")


def test_without_a_key_nothing_but_the_number_is_refused(
    database: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AFLOS_KEY_FILE", raising=False)
    with writing(database) as connection:
        add_debtors(connection, [JANSEN], BY)
        assert not has_bsn(connection, 1)
        assert bsn_of(connection, 1) is None
        with pytest.raises(Misconfigured, match=r"AFLOS_KEY_FILE is not set.*aflos debtor key FILE"):
            set_bsn(connection, 1, BSN)


def test_a_key_file_is_made_once_and_for_its_owner(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    make_key_file(path)
    before = path.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(BadInput, match="never overwritten"):
        make_key_file(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        ("", "holds no key"),
        ("one:AAAA\n", "line 1"),
        ("1:AAAA\n", "32 bytes in base64"),
        (f"1:{'A' * 43}=\n1:{'B' * 43}=\n", "line 2"),
        ("\u00e9", "is no key file"),
    ],
)
def test_a_broken_key_file_is_refused(key_file: Path, content: str, rule: str) -> None:
    key_file.write_text(content, encoding="utf-8")
    with pytest.raises(Misconfigured, match=rule):
        key_ring()


def test_a_key_file_others_can_read_is_refused(key_file: Path) -> None:
    key_file.chmod(0o644)
    with pytest.raises(Misconfigured, match="chmod 600"):
        key_ring()


def test_no_repr_shows_a_number_or_a_key(key_file: Path) -> None:
    key = key_file.read_text().removeprefix("1:").strip()
    assert BSN not in repr(with_bsn(BSN))
    assert base64.b64decode(key).hex() not in repr(key_ring())
    assert key not in repr(key_ring())
    assert "keys" not in repr(key_ring())
