"""What a bank says of a file it was sent, as a pain.002 file."""

from __future__ import annotations

from collections.abc import Mapping

DAY = "2024-02-01"


def report(message: str, orders: Mapping[str, str] | None = None, **how: str) -> str:
    """A report on a file: the orders of one `block` with why each is refused ("" if it is taken).

    `file_status` and `block_status` are those around the orders; `version` and `day` those of the report.
    """
    block, block_status, file_status = (
        how.get(name, "") for name in ("block", "block_status", "file_status")
    )
    version, day = how.get("version", "03"), how.get("day", DAY)
    parts = "".join(_order(name, reason) for name, reason in (orders or {}).items())
    about = f"<PmtInfSts>{block_status}</PmtInfSts>" if block_status else ""
    around = f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>{block}</OrgnlPmtInfId>{about}{parts}</OrgnlPmtInfAndSts>"
    group = f"<GrpSts>{file_status}</GrpSts>" if file_status else ""
    return (
        f'<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.{version}">'
        f"<CstmrPmtStsRpt><GrpHdr><MsgId>B</MsgId><CreDtTm>{day}T20:00:00</CreDtTm></GrpHdr>"
        f"<OrgnlGrpInfAndSts><OrgnlMsgId>{message}</OrgnlMsgId><OrgnlMsgNmId>pain.008</OrgnlMsgNmId>{group}"
        f"</OrgnlGrpInfAndSts>{around if block else ''}</CstmrPmtStsRpt></Document>"
    )


def _order(name: str, reason: str) -> str:
    why = f"<StsRsnInf><Rsn><Cd>{reason}</Cd></Rsn></StsRsnInf>" if reason else ""
    status = "RJCT" if reason else "ACSP"
    return f"<TxInfAndSts><OrgnlEndToEndId>{name}</OrgnlEndToEndId><TxSts>{status}</TxSts>{why}</TxInfAndSts>"
