"""The seal of a business date: digests of each loan's rows, chained in the order of the loans to the seal before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import blake2b
from itertools import islice
from struct import Struct

DIGEST_BYTES = 16
NO_ROWS = b""
FACTS_AT_ONCE = 1000
FIRST_SEAL = "0" * 64
"""What the first sealed date has as its previous seal."""

JOURNAL_COLUMNS = (
    "business_date",
    "loan",
    "kind",
    "nr",
    "line",
    "value_date",
    "period",
    "debit",
    "credit",
    "cents",
    "fact",
    "row_nr",
)
"""The columns of a journal row, in the order in which they are stored and sealed; all are integers."""

_ROW = Struct(f"<{len(JOURNAL_COLUMNS)}q")


def digest_of_rows(rows: Iterable[Sequence[int]]) -> bytes:
    """The digest of one loan's journal rows of one date, in the order of their keys: 8 bytes a column."""
    return blake2b(b"".join([_ROW.pack(*row) for row in rows]), digest_size=DIGEST_BYTES).digest()


class RowsDigest:
    """The digest of journal rows that do not all fit in memory, added in the order of their keys."""

    def __init__(self) -> None:
        self._digest = blake2b(digest_size=DIGEST_BYTES)

    def add(self, rows: Iterable[Sequence[int]]) -> None:
        """Add the rows that come next."""
        for row in rows:
            self._digest.update(_ROW.pack(*row))

    @property
    def value(self) -> bytes:
        """What `digest_of_rows` gives for all rows added."""
        return self._digest.digest()


class FactsDigest:
    """The digest of facts that do not all fit in memory, added in the order of loan and number."""

    def __init__(self) -> None:
        self._digest = blake2b(digest_size=DIGEST_BYTES)

    def add(self, facts: Iterable[tuple[object, ...]]) -> None:
        """Add the facts that come next."""
        rows = iter(facts)
        # Many at a time: a step for each would take as long as the digest itself.
        while said := "".join(map(repr, map(tuple, islice(rows, FACTS_AT_ONCE)))):
            self._digest.update(said.encode())

    @property
    def value(self) -> bytes:
        """What `digest_of_facts` gives for all facts added."""
        return self._digest.digest()


def digest_of_facts(facts: Iterable[tuple[object, ...]]) -> bytes:
    """The digest of the facts that became known for a date, in the order of loan and number."""
    digest = FactsDigest()
    digest.add(facts)
    return digest.value


def seal(previous: str, business_date: int, digests: Iterable[tuple[int, bytes]], facts: bytes) -> str:
    """The seal of a date from the one before it, the digests by loan number, and the digest of its facts."""
    chain = blake2b(f"{previous}:{business_date}".encode(), digest_size=32)
    for loan, digest in digests:
        chain.update(b"%d%b" % (loan, digest))
    chain.update(facts)
    return chain.hexdigest()
