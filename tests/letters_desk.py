"""Letters for the tests of the outbox: a debtor with a loan, and reminders about it as a night would freeze them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine

from jobs import clock
from jobs.business_dates import recorded
from jobs.letters_now import creditors_by_id, situation_of
from ledger.database import reading, writing
from letters.outbox.framing import frame, payment_fields
from letters.outbox.store import add_letters, letters_by_number
from letters.outbox.values import Effects, Letter, LetterDraft, OnLoan
from servicing.facts import Draft, FactKind
from servicing.store import debtors_of, facts_of, record
from tests.desk import LOAN, Done, add_debtor, add_loan, good, open_desk
from tests.offices import by, good_by, open_office

CENTS = 50691

ADDRESS = ("--street", "Agorabaan", "--house-number", "3", "--postcode", "8232 AB", "--city", "Lelystad")


def open_letters_desk(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A debtor with an address and a loan of Almere, in an office with people; the folder for print files."""
    open_desk(url, tmp_path, monkeypatch)
    for done in (add_debtor("S. Jansen", *ADDRESS), add_loan(known_on="2025-01-01")):
        assert done.code == 0, done.err
    good("loan", "disburse", LOAN, "--amount", "25000.00", "--on", "2025-01-01", "--known-on", "2025-01-01")
    open_office(tmp_path, monkeypatch)
    folder = tmp_path / "post"
    folder.mkdir()
    return folder


def drafted(
    connection: Connection,
    key: str,
    loan: int = int(LOAN),
    dunning: Mapping[str, Any] | None = None,
    **changes: Any,
) -> LetterDraft:
    """A reminder of one instalment, as it is known now."""
    today = clock.today()
    (debtor,) = debtors_of(connection, loan)
    known = situation_of(connection, [loan], [debtor], today)
    fields = {
        **frame(known.addressee(loan, debtor), ("S. Bakker", "0320 00 00 12")),
        **payment_fields(creditors_by_id()[loan // 100_000_000], loan, CENTS),
        "open_rows": [["2025-02-01", "Termijn 1", CENTS]],
        "open_total": CENTS,
        **changes,
    }
    facts = len(facts_of(connection, [loan])[loan])
    effects = Effects("statutory", 14, falls_away=True, dunning=dunning or {})
    return LetterDraft(
        key, "reminder", loan // 100_000_000, debtor, [OnLoan(loan, facts)], fields, (), effects, CENTS
    )


def propose(engine: Engine, *keys: str, loan: int = int(LOAN), **changes: Any) -> list[int]:
    """Reminders in the outbox; their numbers."""
    with writing(engine) as connection:
        drafts = [drafted(connection, key, loan, **changes) for key in keys]
        return add_letters(connection, drafts, clock.today(), recorded(connection, "night"))


def letter(engine: Engine, number: int) -> Letter:
    with reading(engine) as connection:
        return letters_by_number(connection, [number])[number]


def state(engine: Engine, number: int) -> str:
    return letter(engine, number).state(clock.today())


def put_together(*words: str) -> Any:  # noqa: ANN401 - any JSON
    return good_by("clerk", "letters", "propose", "--creditor", "almere", *(words or ("--all",)))


def released(*words: str) -> Any:  # noqa: ANN401 - any JSON
    """A print run of the letters that are proposed, released by a second person."""
    run = put_together(*words)
    totals = ("--number", str(run["number"]), "--total", run["total"])
    return good_by("approver", "letters", "release", str(run["run"]), *totals)


def printed(run: object, folder: Path, *words: str) -> Done:
    return by("clerk", "letters", "print", str(run), "--to", str(folder), *words, "--json")


def sent(folder: Path, *words: str) -> Any:  # noqa: ANN401 - any JSON
    """What a run says that was printed without exceptions."""
    done = printed(released(*words)["run"], folder)
    assert done.code == 0, done.err
    return json.loads(done.out)


def pay(engine: Engine, cents: int = CENTS, key: str = "in between") -> None:
    """A payment on the loan, recorded now."""
    with writing(engine) as connection:
        draft = Draft(int(LOAN), FactKind.PAYMENT, clock.today(), key, cents)
        record(connection, [draft], recorded(connection, "test"))
