"""Status reports (pain.002): what is refused of a file, by itself, with its block or with the whole file."""

from __future__ import annotations

import io

import pytest

from bank.statement import BadStatement
from bank.status_report import Report, read_report
from tests.status_reports import DAY, report


def read(text: str) -> Report:
    return read_report(io.BytesIO(text.encode()), "r.xml")


def refused(text: str) -> dict[tuple[str, str], str]:
    """Why blocks and orders are refused, by their ids."""
    return {(one.block, one.end_to_end): one.reason for one in read(text).statuses if one.is_refused}


@pytest.mark.parametrize("version", ["03", "10", "14"])
def test_an_order_is_refused_with_the_code_of_the_bank(version: str) -> None:
    found = read(report("M", {"A": "AC01", "B": ""}, block="M-1", version=version))
    assert str(found.day) == DAY
    named = [(one.end_to_end, one.is_refused, one.reason) for one in found.statuses]
    assert named == [("A", True, "AC01"), ("B", False, ""), ("", False, ""), ("", False, "")]
    assert {one.message for one in found.statuses} == {"M"}


def test_a_block_or_a_file_is_refused_as_a_whole() -> None:
    assert refused(report("M", {}, block="M-1", block_status="RJCT")) == {("M-1", ""): ""}
    assert refused(report("M", file_status="RJCT")) == {("", ""): ""}
    assert refused(report("M", file_status="ACTC")) == {}


def test_an_order_that_says_nothing_goes_with_its_block_or_its_file() -> None:
    for how in ({"block_status": "RJCT"}, {"file_status": "RJCT"}):
        text = report("M", {"A": ""}, block="M-1", **how).replace("<TxSts>ACSP</TxSts>", "")
        assert ("M-1", "A") in refused(text)
    words = "<StsRsnInf><Rsn><Prtry>X1</Prtry></Rsn><AddtlInf>no  such account</AddtlInf></StsRsnInf>"
    text = report("M", {"A": ""}, block="M-1", block_status="RJCT").replace("<TxSts>ACSP</TxSts>", words)
    assert refused(text)["M-1", "A"] == "X1 no such account"


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (("pain.002.001.03", "pain.002.001.02"), "is no status report"),
        (("<OrgnlMsgId>M</OrgnlMsgId>", ""), "names no file"),
        (("<OrgnlPmtInfId>M-1</OrgnlPmtInfId>", ""), "names no block"),
        (("<OrgnlEndToEndId>A</OrgnlEndToEndId>", ""), "names no order"),
        (("<TxSts>RJCT</TxSts>", ""), "A: has no status"),
        (("RJCT", "MAYBE"), "status 'MAYBE'"),
        (("<TxSts>RJCT</TxSts>", "<TxSts>RJCT</TxSts><TxSts>ACSP</TxSts>"), "stands a second time"),
        (("<CreDtTm>2024-02-01T20:00:00</CreDtTm>", ""), "report: has no date"),
        (('<?xml version="1.0"?>', "<!DOCTYPE a [<!ENTITY b 'c'>]>"), "document type"),
    ],
)
def test_a_report_that_cannot_be_right_is_refused(change: tuple[str, str], rule: str) -> None:
    text = report("M", {"A": "AC01"}, block="M-1").replace(*change)
    with pytest.raises(BadStatement, match=rule) as wrong:
        read(text)
    assert str(wrong.value).startswith("r.xml, line 1")
