"""A bank account as its bank keeps it: all its lines, and any run of them as a camt.053 file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import NamedTuple

from bank.reference import reference_of
from ledger.money import euros

ALMERE, DRONTEN = "NL44TEST0340000001", "NL17TEST0340000002"
PAYER = "NL35TEST0340000008"


class Real(NamedTuple):
    """A line as the bank booked it; cents below zero went out."""

    day: date
    cents: int
    reference: str = ""
    kenmerk: str = ""
    text: str = ""
    end_to_end: str = ""
    name: str = "S. Jansen"
    iban: str = PAYER
    reason: str = ""
    value: date | None = None
    reversal: bool = False


def paying(loan: int, day: date, cents: int, reference: str, **more: object) -> Real:
    """A payment that names a loan by its payment reference."""
    return Real(day, cents, reference, kenmerk=reference_of(loan), **more)  # type: ignore[arg-type]


@dataclass
class Account:
    """All lines of one account in order, from an opening balance on a day."""

    iban: str = ALMERE
    opening: int = 100_000
    opened: date = date(2024, 1, 1)
    lines: list[Real] = field(default_factory=list)

    def balance_before(self, place: int) -> int:
        """What the account held before the line at a place."""
        return self.opening + sum(line.cents for line in self.lines[:place])

    def statement(self, first: int = 0, last: int | None = None, **how: object) -> str:
        """The lines from a place up to (not including) another as a statement."""
        last = len(self.lines) if last is None else last
        lines = self.lines[first:last]
        opening, closing = self.balance_before(first), self.balance_before(last)
        days = [line.day for line in lines]
        begun = how.get("opened") or (days[0] if days else self.opened)
        ended = how.get("closed") or (days[-1] if days else begun)
        balances = (opening, begun, closing, ended)
        return camt(self.iban, balances, lines, number=how.get("number", last + 1), ident=how.get("ident"))  # type: ignore[arg-type]


def camt(
    iban: str,
    balances: tuple[int, date, int, date] | None,
    lines: Iterable[Real],
    number: int = 1,
    ident: str | None = None,
) -> str:
    """A camt.053.001.02 file (a camt.054 without balances) as text."""
    kind, message, name = (
        ("053", "BkToCstmrStmt", "Stmt") if balances else ("054", "BkToCstmrDbtCdtNtfctn", "Ntfctn")
    )
    held = ""
    if balances:
        opening, begun, closing, ended = balances
        held = _balance("OPBD", opening, begun) + _balance("CLBD", closing, ended)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.{kind}.001.02"><{message}>'
        "<GrpHdr><MsgId>M</MsgId><CreDtTm>2024-01-01T20:00:00</CreDtTm></GrpHdr>"
        f"<{name}><Id>{ident or f'S-{number}'}</Id><ElctrncSeqNb>{number}</ElctrncSeqNb>"
        "<CreDtTm>2024-01-01T20:00:00</CreDtTm>"
        f"<Acct><Id><IBAN>{iban}</IBAN></Id><Ccy>EUR</Ccy></Acct>{held}\n"
        + "\n".join(_entry(line) for line in lines)
        + f"\n</{name}></{message}></Document>\n"
    )


def _balance(code: str, cents: int, day: date) -> str:
    sign = "CRDT" if cents >= 0 else "DBIT"
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>"
        f'<Amt Ccy="EUR">{euros(abs(cents))}</Amt><CdtDbtInd>{sign}</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>'
    )


def _entry(line: Real) -> str:
    sign, role = ("CRDT", "Dbtr") if line.cents > 0 else ("DBIT", "Cdtr")
    amount = f'<Amt Ccy="EUR">{euros(abs(line.cents))}</Amt>'
    own = f"<AcctSvcrRef>{line.reference}</AcctSvcrRef>" if line.reference else ""
    value = f"<ValDt><Dt>{line.value or line.day}</Dt></ValDt>"
    end_to_end = f"<Refs><EndToEndId>{line.end_to_end or 'NOTPROVIDED'}</EndToEndId></Refs>"
    told = f"<Strd><CdtrRefInf><Ref>{line.kenmerk}</Ref></CdtrRefInf></Strd>" if line.kenmerk else ""
    told += f"<Ustrd>{line.text}</Ustrd>" if line.text else ""
    remittance = f"<RmtInf>{told}</RmtInf>" if told else ""
    back = f"<RtrInf><Rsn><Cd>{line.reason}</Cd></Rsn></RtrInf>" if line.reason else ""
    reversal = "<RvslInd>true</RvslInd>" if line.reversal else ""
    return (
        f"<Ntry>{amount}<CdtDbtInd>{sign}</CdtDbtInd>{reversal}<Sts>BOOK</Sts>"
        f"<BookgDt><Dt>{line.day}</Dt></BookgDt>{value}{own}"
        "<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd>"
        f"<NtryDtls><TxDtls>{end_to_end}{amount}<CdtDbtInd>{sign}</CdtDbtInd>"
        f"<RltdPties><{role}><Nm>{line.name}</Nm></{role}><{role}Acct><Id><IBAN>{line.iban}</IBAN></Id></{role}Acct></RltdPties>"
        f"{remittance}{back}</TxDtls></NtryDtls></Ntry>"
    )


def notice(parts: Sequence[Real], ident: str = "N-1") -> str:
    """A notice (camt.054) with one entry of all these parts, which have the day and the reference of the first."""
    entry = parts[0]._replace(cents=total(parts))
    each = re.findall(r"<TxDtls>.*?</TxDtls>", camt(ALMERE, None, parts))
    return re.sub(r"<TxDtls>.*?</TxDtls>", lambda _: "".join(each), camt(ALMERE, None, [entry], ident=ident))


def write(folder: Path, name: str, text: str) -> Path:
    """A file in a folder that is made if it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def total(lines: Sequence[Real]) -> int:
    """What some lines did to the account."""
    return sum(line.cents for line in lines)
