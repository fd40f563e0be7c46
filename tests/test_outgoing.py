"""Files for the bank: valid, the same bytes for the same values, and nothing in them that a bank would refuse."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import sepaxml
import xmlschema

from bank.direct_debit import Collection, CollectionBlock, direct_debit_file
from bank.outgoing import Message, NotAPayment, Sender, sepa_text
from bank.transfer import Transfer, TransferBlock, transfer_file

ALMERE = Sender("Gemeente Almere", "NL44TEST0340000001")
CREDITOR_ID = "NL69ZZZ123456780000"
MESSAGE = Message("C-2025-03-1", datetime(2025, 2, 20, 9, 30))  # noqa: DTZ001  # as the file has it
MARCH = Collection(
    "C-100000001-20250301",
    50691,
    "J. Çelik & zn.",
    "NL17TEST0340000002",
    "M-100000001-1",
    date(2025, 1, 5),
    "maart",
)
BLOCK = CollectionBlock("C-2025-03-1-RCUR", "RCUR", date(2025, 2, 28), [MARCH])
BACK = Transfer("R-100000001-1", 1234, "J. Çelik", "NL17TEST0340000002", "terug: te veel betaald")


def changed(**values: object) -> Collection:
    fields = {name: getattr(MARCH, name) for name in Collection.__slots__} | values
    return Collection(**fields)


def collected(*collections: Collection) -> bytes:
    block = CollectionBlock(BLOCK.id, BLOCK.sequence, BLOCK.day, collections)
    return direct_debit_file(MESSAGE, ALMERE, CREDITOR_ID, [block])


def text(content: bytes, path: str) -> list[str | None]:
    root = ET.fromstring(content)  # noqa: S314  # made by ourselves
    namespace = root.tag.partition("}")[0] + "}"
    return [
        each.text for each in root.iterfind(".//" + "/".join(namespace + part for part in path.split("/")))
    ]


def assert_valid(content: bytes, schema: str) -> None:
    known = Path(sepaxml.__file__).parent / "schemas" / f"{schema}.xsd"
    xmlschema.XMLSchema(str(known)).validate(content.decode())


def test_a_collection_file_is_valid_and_says_what_we_said() -> None:
    first = CollectionBlock("C-2025-03-1-FRST", "FRST", date(2025, 2, 28), [changed(id="C-2", cents=1)])
    made = direct_debit_file(MESSAGE, ALMERE, CREDITOR_ID, [BLOCK, first])
    assert_valid(made, "pain.008.001.08")
    assert text(made, "GrpHdr/MsgId") == ["C-2025-03-1"]
    assert text(made, "GrpHdr/CreDtTm") == ["2025-02-20T09:30:00"]
    assert text(made, "GrpHdr/NbOfTxs") == ["2"]
    assert text(made, "GrpHdr/CtrlSum") == ["506.92"]
    assert text(made, "PmtInf/PmtInfId") == ["C-2025-03-1-RCUR", "C-2025-03-1-FRST"]
    assert text(made, "PmtInf/PmtTpInf/SeqTp") == ["RCUR", "FRST"]
    assert text(made, "PmtInf/CtrlSum") == ["506.91", "0.01"]
    assert text(made, "PmtInf/ReqdColltnDt") == ["2025-02-28", "2025-02-28"]
    assert text(made, "CdtrSchmeId/Id/PrvtId/Othr/Id") == [CREDITOR_ID] * 2
    assert text(made, "PmtId/EndToEndId") == [MARCH.id, "C-2"]
    assert text(made, "DbtrAcct/Id/IBAN") == [MARCH.iban] * 2
    assert text(made, "MndtRltdInf/DtOfSgntr") == ["2025-01-05"] * 2
    assert text(made, "DrctDbtTxInf/Dbtr/Nm") == ["J. Celik + zn."] * 2


def test_a_transfer_file_is_valid_and_says_what_we_said() -> None:
    made = transfer_file(MESSAGE, ALMERE, TransferBlock("R-1", date(2025, 3, 3), [BACK]))
    assert_valid(made, "pain.001.001.09")
    assert text(made, "GrpHdr/MsgId") == ["C-2025-03-1"]
    assert text(made, "PmtInf/PmtInfId") == ["R-1"]
    assert text(made, "PmtInf/CtrlSum") == ["12.34"]
    assert text(made, "PmtInf/ReqdExctnDt/Dt") == ["2025-03-03"]
    assert text(made, "CdtTrfTxInf/PmtId/EndToEndId") == [BACK.id]
    assert text(made, "CdtTrfTxInf/Cdtr/Nm") == ["J. Celik"]
    assert text(made, "CdtTrfTxInf/RmtInf/Ustrd") == ["terug: te veel betaald"]


def test_the_same_values_give_the_same_bytes() -> None:
    assert collected(MARCH) == collected(MARCH)
    block = TransferBlock("R-1", date(2025, 3, 3), [BACK])
    assert transfer_file(MESSAGE, ALMERE, block) == transfer_file(MESSAGE, ALMERE, block)


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        ({"iban": "NL18TEST0340000002"}, "check number"),
        ({"iban": ""}, "check number"),
        ({"cents": 0}, "0.01"),
        ({"cents": -1}, "0.01"),
        ({"cents": 100_000_000_000}, "0.01"),
        ({"cents": True}, "0.01"),
        ({"id": ""}, "id ''"),
        ({"id": "x" * 36}, "35"),
        ({"id": "/x"}, "no / at an end"),
        ({"id": "a//b"}, "no / at an end"),
        ({"id": "Ç"}, "letters"),
        ({"mandate": "M 1"}, "mandate"),
        ({"name": "\u202e\t"}, "no letter"),
        ({"signed": date(2025, 3, 1)}, "the mandate comes first"),
    ],
)
def test_what_a_bank_would_refuse_is_refused_first(wrong: dict[str, object], word: str) -> None:
    with pytest.raises(NotAPayment, match=word):
        collected(changed(**wrong))


def test_nothing_is_collected_twice_in_one_file() -> None:
    with pytest.raises(NotAPayment, match="stands twice"):
        collected(MARCH, MARCH)
    with pytest.raises(NotAPayment, match="stands twice"):
        direct_debit_file(MESSAGE, ALMERE, CREDITOR_ID, [BLOCK, BLOCK])
    with pytest.raises(NotAPayment, match="stands twice"):
        transfer_file(MESSAGE, ALMERE, TransferBlock("R-1", date(2025, 3, 3), [BACK, BACK]))


def test_an_empty_file_is_not_made() -> None:
    with pytest.raises(NotAPayment, match="nothing to collect"):
        collected()
    with pytest.raises(NotAPayment, match="nothing to pay"):
        transfer_file(MESSAGE, ALMERE, TransferBlock("R-1", date(2025, 3, 3), []))


def test_a_wrong_sender_is_refused() -> None:
    with pytest.raises(NotAPayment, match="own account"):
        Sender("Gemeente Almere", "NL45TEST0340000001")
    with pytest.raises(NotAPayment, match="check digits"):
        direct_debit_file(MESSAGE, ALMERE, "NL70ZZZ123456780000", [BLOCK])
    with pytest.raises(NotAPayment, match="message"):
        Message("", MESSAGE.created)


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("Çelik-Ünal", "Celik-Unal"),
        ("Łukasz Żółć", "Lukasz Zolc"),
        ("J. & P. <Test>", "J. + P. Test"),
        ("  een\n\ttwee ", "een twee"),
        ("a_b", "a-b"),
        ("x" * 80, "x" * 70),
        ("=cmd|' /C calc'", "cmd ' /C calc'"),
    ],
)
def test_a_text_is_sent_in_signs_every_bank_takes(typed: str, sent: str) -> None:
    assert sepa_text(typed, 70) == sent
