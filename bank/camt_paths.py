"""Which elements of a camt file are read, and in which slot of which record each is kept.

Names that differ between versions (Nm or Pty/Nm, Sts or Sts/Cd, BIC or BICFI) stand side by side.
"""

from __future__ import annotations

from functools import lru_cache

from bank.xml_reader import AMOUNT, AMOUNTS, CONTAINER, LIST, ONCE, SCOPE, TEXT, Node

HEADER, STATEMENT, BALANCE, ENTRY, DETAILS, PART = range(6)
"""The scopes, each with a record of its own; details (NtryDtls) fill that of their entry."""

# Header.
MESSAGE_ID, PAGE, IS_LAST_PAGE = range(3)

# Statement.
STATEMENT_ID, NUMBER, CREATED, COPY, ACCOUNT, CURRENCY = range(6)

# Balance.
TYPE, BALANCE_AMOUNT, BALANCE_SIGN, BALANCE_DAY = range(4)

# Entries and parts share the first slots, so that a part falls back on its entry.
(SIGN, ADDITIONAL, DOMAIN, FAMILY, SUBFAMILY, PROPRIETARY, CHARGES_TOTAL, CHARGES) = range(8)

# Entry.
(ENTRY_AMOUNT, REVERSAL, STATUS, BOOKED, VALUE, ACCOUNT_REFERENCE, ENTRY_REFERENCE) = range(8, 15)
(BATCH_MESSAGE, BATCH_PAYMENT, BATCH_COUNT) = range(15, 18)

# Part.
(PART_AMOUNT, BOOKED_AMOUNT, INSTRUCTED, PART_REFERENCE, TRANSACTION_ID, INSTRUCTION_ID) = range(8, 14)
(END_TO_END_ID, MANDATE_ID, REFERENCES, TEXTS, RETURN_REASON) = range(14, 19)
(DEBTOR, DEBTOR_IBAN, CREDITOR, CREDITOR_IBAN, ULTIMATE_DEBTOR, ULTIMATE_CREDITOR) = range(19, 25)

SIZES = {HEADER: 3, STATEMENT: 6, BALANCE: 4, ENTRY: 18, PART: 25}

Leaves = tuple[tuple[str, int, int], ...]
"""Of elements in a scope: the path, what is done with it, and the slot."""

_HEADER: Leaves = (
    ("MsgId", TEXT, MESSAGE_ID),
    ("MsgPgntn/PgNb", TEXT, PAGE),
    ("MsgPgntn/LastPgInd", TEXT, IS_LAST_PAGE),
)
_STATEMENT: Leaves = (
    ("Id", ONCE, STATEMENT_ID),
    ("ElctrncSeqNb", ONCE, NUMBER),
    ("CreDtTm", TEXT, CREATED),
    ("CpyDplctInd", TEXT, COPY),
    ("Acct/Id/IBAN", ONCE, ACCOUNT),
    ("Acct/Ccy", ONCE, CURRENCY),
)
_BALANCE: Leaves = (
    ("Tp/CdOrPrtry/Cd", ONCE, TYPE),
    ("Tp/Cd", ONCE, TYPE),
    ("Amt", AMOUNT, BALANCE_AMOUNT),
    ("CdtDbtInd", ONCE, BALANCE_SIGN),
    ("Dt/Dt", ONCE, BALANCE_DAY),
    ("Dt/DtTm", ONCE, BALANCE_DAY),
)
_SHARED: Leaves = (
    ("CdtDbtInd", ONCE, SIGN),
    ("BkTxCd/Domn/Cd", TEXT, DOMAIN),
    ("BkTxCd/Domn/Fmly/Cd", TEXT, FAMILY),
    ("BkTxCd/Domn/Fmly/SubFmlyCd", TEXT, SUBFAMILY),
    ("BkTxCd/Prtry/Cd", TEXT, PROPRIETARY),
    ("Chrgs/TtlChrgsAndTaxAmt", AMOUNTS, CHARGES_TOTAL),
    ("Chrgs/Amt", AMOUNTS, CHARGES),
    ("Chrgs/Rcrd/Amt", AMOUNTS, CHARGES),
)
_ENTRY: Leaves = (
    *_SHARED,
    ("Amt", AMOUNT, ENTRY_AMOUNT),
    ("RvslInd", ONCE, REVERSAL),
    ("Sts", ONCE, STATUS),
    ("Sts/Cd", CONTAINER, 0),
    ("Sts/Prtry", CONTAINER, 0),
    ("BookgDt/Dt", ONCE, BOOKED),
    ("BookgDt/DtTm", ONCE, BOOKED),
    ("ValDt/Dt", ONCE, VALUE),
    ("ValDt/DtTm", ONCE, VALUE),
    ("AcctSvcrRef", ONCE, ACCOUNT_REFERENCE),
    ("NtryRef", ONCE, ENTRY_REFERENCE),
    ("AddtlNtryInf", TEXT, ADDITIONAL),
)
_DETAILS: Leaves = (
    ("Btch/MsgId", TEXT, BATCH_MESSAGE),
    ("Btch/PmtInfId", TEXT, BATCH_PAYMENT),
    ("Btch/NbOfTxs", TEXT, BATCH_COUNT),
)
_PART: Leaves = (
    *_SHARED,
    ("Amt", AMOUNT, PART_AMOUNT),
    ("AmtDtls/TxAmt/Amt", AMOUNT, BOOKED_AMOUNT),
    ("AmtDtls/InstdAmt/Amt", AMOUNT, INSTRUCTED),
    ("Refs/AcctSvcrRef", TEXT, PART_REFERENCE),
    ("Refs/TxId", TEXT, TRANSACTION_ID),
    ("Refs/InstrId", TEXT, INSTRUCTION_ID),
    ("Refs/EndToEndId", ONCE, END_TO_END_ID),
    ("Refs/MndtId", ONCE, MANDATE_ID),
    ("RmtInf/Strd/CdtrRefInf/Ref", LIST, REFERENCES),
    ("RmtInf/Strd/CdtrRefInf/CdtrRef", LIST, REFERENCES),
    ("RmtInf/Ustrd", LIST, TEXTS),
    ("RtrInf/Rsn/Cd", TEXT, RETURN_REASON),
    ("RtrInf/Rsn/Prtry", TEXT, RETURN_REASON),
    ("RltdPties/Dbtr/Nm", TEXT, DEBTOR),
    ("RltdPties/Dbtr/Pty/Nm", TEXT, DEBTOR),
    ("RltdPties/DbtrAcct/Id/IBAN", ONCE, DEBTOR_IBAN),
    ("RltdPties/Cdtr/Nm", TEXT, CREDITOR),
    ("RltdPties/Cdtr/Pty/Nm", TEXT, CREDITOR),
    ("RltdPties/CdtrAcct/Id/IBAN", ONCE, CREDITOR_IBAN),
    ("RltdPties/UltmtDbtr/Nm", TEXT, ULTIMATE_DEBTOR),
    ("RltdPties/UltmtDbtr/Pty/Nm", TEXT, ULTIMATE_DEBTOR),
    ("RltdPties/UltmtCdtr/Nm", TEXT, ULTIMATE_CREDITOR),
    ("RltdPties/UltmtCdtr/Pty/Nm", TEXT, ULTIMATE_CREDITOR),
    ("AddtlTxInf", TEXT, ADDITIONAL),
)
_MESSAGES = {"053": ("BkToCstmrStmt", "Stmt"), "054": ("BkToCstmrDbtCdtNtfctn", "Ntfctn")}


@lru_cache(maxsize=32)
def tree(kind: str, prefix: str) -> Node:
    """What is read of a document whose elements are named with that prefix, such as "ns2:" or none."""
    message, statement = _MESSAGES[kind]
    plan: tuple[tuple[str, int, Leaves], ...] = (
        (f"{message}/GrpHdr", HEADER, _HEADER),
        (f"{message}/{statement}", STATEMENT, _STATEMENT),
        (f"{message}/{statement}/Bal", BALANCE, _BALANCE),
        (f"{message}/{statement}/Ntry", ENTRY, _ENTRY),
        (f"{message}/{statement}/Ntry/NtryDtls", DETAILS, _DETAILS),
        (f"{message}/{statement}/Ntry/NtryDtls/TxDtls", PART, _PART),
    )
    return grown(prefix, plan)


def entries(root: Node, kind: str, prefix: str) -> tuple[Node, str]:
    """The element in whose midst entries stand, and how an entry is named."""
    message, statement = _MESSAGES[kind]
    return root[prefix + message][prefix + statement], f"{prefix}Ntry"


def grown(prefix: str, plan: tuple[tuple[str, int, Leaves], ...]) -> Node:
    """The tree of scopes by their paths, each with the elements in it that are read."""
    root = Node(Node())
    for path, scope, leaves in plan:
        node = _grow(root, prefix, path)
        node.kind, node.slot = SCOPE, scope
        for leaf, action, slot in leaves:
            child = _grow(node, prefix, leaf)
            child.kind, child.slot = action, slot
    return root


def _grow(node: Node, prefix: str, path: str) -> Node:
    for part in path.split("/"):
        name = prefix + part
        if name not in node:
            node[name] = Node(node)
        node = node[name]
    return node
