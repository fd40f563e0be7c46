"""Bank files that others published are read, or refused for the reason stated here.

The files are under licences of their own (AGPL-3.0 and GPL-3.0-or-later) and not kept here: `AFLOS_CAMT_SAMPLES`
names a folder that holds them; a file is known by its digest. What is odd about each has a made-up equal in the other
tests of camt files. They come from github.com/OCA/bank-statement-import (test_files of its camt modules), and of PyPI
from odoo-addon-account-payment-return-import-iso20022 19.0.1.0.1, trytond_account_statement_sepa 8.2.0 and
trytond_account_payment_sepa 8.2.0 (tests).
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import NamedTuple

import pytest

from bank.camt import read_camt
from bank.statement import BadStatement, Line
from bank.status_report import read_report

FOLDER = os.environ.get("AFLOS_CAMT_SAMPLES", "")


class Sample(NamedTuple):
    """A published file: its digest, and how many lines (of a status report: statuses) it holds or why it is refused."""

    sha256: str
    found: int | str


SAMPLES = {
    "oca-bank-statement-import/sftp-camt053.xml": Sample(
        "22f92399af18635eccab30a5d303b5edd85409a99e583b4952c7c97a1a27a5f4",
        "own account 'NL12ABCD3456789012': is no IBAN with a right check number",
    ),
    "oca-bank-statement-import/test-camt053-8.0.xml": Sample(
        "8b4959d587ee701be0315eff082c77848a313ea44596fefbcc359858d6143630",
        "statement '1234Test/1': 15568.27 + 1405.31 - 1418.30 is 15555.28, but the closing balance is 15121.12",
    ),
    "oca-bank-statement-import/test-camt053-bookgdt-dttm.xml": Sample(
        "27dea4bc4862623bfa7305c9a9972fd1a8abec08638fc350cdeb2a04410d6281",
        "statement '1234Test/1': 15568.27 + 0.00 - 754.25 is 14814.02, but the closing balance is 15121.12",
    ),
    "oca-bank-statement-import/test-camt053-no-ntry.xml": Sample(
        "084000b2879c54262ffbdc06168685c0e5a97aaeff3b2b7db932b19f493d58ec",
        "balance: '1520.76' in 'CHF': only amounts in EUR are read",
    ),
    "oca-bank-statement-import/test-camt053-txdtls.xml": Sample(
        "147bcb8e7b579a0bcd606e9e3e2058c9fc088c6ea8f5bf92df4fe06d942887b5",
        "balance: '75960.15' in 'CHF': only amounts in EUR are read",
    ),
    "oca-bank-statement-import/test-camt053.xml": Sample(
        "8b4959d587ee701be0315eff082c77848a313ea44596fefbcc359858d6143630",
        "statement '1234Test/1': 15568.27 + 1405.31 - 1418.30 is 15555.28, but the closing balance is 15121.12",
    ),
    "oca-bank-statement-import/test-camt054.xml": Sample(
        "2a6c710eb2db84808030be7b51ff0eb488bfece9a5e9c8e7ab1820420291d2a8", 1
    ),
    "oca-payment-return/test-sepa-camt-053-unpaid.xml": Sample(
        "5d6418eb6f37f8fa527e3f537e53a1e8fa9d6d345d38cb511f913e996fea61bc",
        "statement 'ZY08XXXXXXIS634C': has no opening balance (OPBD)",
    ),
    "oca-payment-return/test-sepa-camt-054-unpaid.xml": Sample(
        "da9c560ac6568438947af8981bfc1d3cba9cf24202829de3067ef6b533e87813", 1
    ),
    "oca-payment-return/test-sepa-camt-unpaid-invalid.xml": Sample(
        "6fd159c15b848c0da4252ced275347c9adb6c5e0eead7af5f99f33b538c7070b",
        "Document of 'urn:iso:std:iso:20022:tech:xsd:other.054.001.02': is no camt.053 or camt.054 document",
    ),
    "oca-payment-return/test-sepa-pain-unpaid-invalid.xml": Sample(
        "22ce43f3c42a0fd3367417903906064d3d27569ef5716fa02bb2eb9261d2b75f",
        "Document of 'urn:iso:std:iso:20022:tech:xsd:other.002.001.03': is no status report; "
        "known are pain.002.001.03 to 14",
    ),
    "oca-payment-return/test-sepa-pain-unpaid.xml": Sample(
        "d7575d0663d5a8cf2acba081352755c6d3afbe83a2f1eaf892df85e16b0efa9a", 7
    ),
    "tryton/camt.053.001.02.xml": Sample(
        "566c1e92d2e51e568d0e622981fcfd7df8a9087306dfd3d7a099e19a581ed111", 1
    ),
    "tryton/camt.054.001.01.xml": Sample(
        "339ac05ed8c4cc3a20d33c98f916cefd4bf9764dd9680bac9855d85c0e648f15",
        "camt.054.001.01: known are camt.053 and camt.054, 001.02 to 001.13",
    ),
    "tryton/camt.054.001.02.xml": Sample(
        "ce1268738b1cb156cd66aa91fe6e469e807579595f06c4567fd30740fdf8a8fa",
        "the own account has no IBAN: only accounts with one are read",
    ),
    "tryton/camt.054.001.03.xml": Sample(
        "2f61aa796398147b233c4be83e3cea76fa7d47250357226d5907c55dd1460dc9",
        "the own account has no IBAN: only accounts with one are read",
    ),
    "tryton/camt.054.001.04.xml": Sample(
        "211e3e1993a0e8299bbdbb83af8fdd7f8d91a921c74e8b74a9b33d188bf812f8",
        "the own account has no IBAN: only accounts with one are read",
    ),
}


@pytest.mark.skipif(not FOLDER, reason="AFLOS_CAMT_SAMPLES names no folder with published bank files")
@pytest.mark.parametrize("name", SAMPLES)
def test_published_bank_files_are_read_or_refused_for_the_stated_reason(name: str) -> None:
    path = Path(FOLDER) / name
    assert hashlib.sha256(path.read_bytes()).hexdigest() == SAMPLES[name].sha256
    with path.open("rb") as stream:
        try:
            found: int | str
            if "pain" in name:
                found = len(read_report(stream, path.name).statuses)
            else:
                found = sum(isinstance(item, Line) for item in read_camt(stream, path.name))
        except BadStatement as refused:
            found = str(refused).partition(": ")[2]
    assert found == SAMPLES[name].found


@pytest.mark.skipif(not FOLDER, reason="AFLOS_CAMT_SAMPLES names no folder with published bank files")
def test_every_bank_file_in_the_folder_is_known() -> None:
    there = {str(path.relative_to(FOLDER)) for path in Path(FOLDER).rglob("*.xml")}
    assert there == set(SAMPLES)
