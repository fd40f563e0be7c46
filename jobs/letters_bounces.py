"""Which collections came back by the reversals of a night: what was collected, from where, and the bank's reason."""

from __future__ import annotations

import re
from collections.abc import Iterable

from sqlalchemy import Connection

from ledger.day import day_of
from letters.outbox.telling import Bounce
from servicing.collecting.store import collections_by_id
from servicing.facts import Fact, FactKind
from servicing.receipts.store import lines_by_number

_LINE = re.compile(r"bank line (\d+)", re.ASCII)


def bounces_of(connection: Connection, news: Iterable[Fact]) -> dict[tuple[int, int], Bounce]:
    """The collection behind each reversal that is the return of one, by loan and number of the fact."""
    lines = {
        (fact.loan, fact.nr): int(found[1])
        for fact in news
        if fact.kind is FactKind.REVERSAL and (found := _LINE.fullmatch(fact.source))
    }
    known = lines_by_number(connection, lines.values())
    ours = collections_by_id(connection, [line.end_to_end for line in known.values()])
    return {
        where: Bounce(
            ours[line.end_to_end].cents,
            day_of(ours[line.end_to_end].collect_on),
            line.iban,
            line.return_reason,
        )
        for where, number in lines.items()
        if (line := known[number]).end_to_end in ours
    }
