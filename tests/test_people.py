"""Who may do what: roles per creditor, mandates by kind, amount and days, deputies, and refusals that are kept."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from backoffice.actor import authenticated
from backoffice.cli.main import aflos
from backoffice.rights import check_right_somewhere
from ledger.config import read_yaml
from ledger.database import reading
from ledger.errors import Misconfigured
from servicing import files
from servicing.decisions.tables import refusal_log
from servicing.people import NotAllowed, People, Power, Right, people_from
from servicing.tables import fact, reading_log
from tests.desk import GRANTED, LOAN, add_debtor, good, open_loan, options
from tests.house.source import ROOT
from tests.offices import PEOPLE, by, good_by, open_office

CREDITORS = files.creditors()
DAY = date(2025, 7, 1)


def office(text: str = PEOPLE) -> People:
    return people_from(read_yaml(text, "people.yaml"), "people.yaml", CREDITORS)


@pytest.fixture
def desk(database: Engine, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """A loan of 25,000.00 of Almere in an office with people, on each engine."""
    open_loan(database_url, tmp_path, monkeypatch)
    open_office(tmp_path, monkeypatch)
    return database


@pytest.mark.parametrize(
    ("account", "right", "creditor", "may"),
    [
        ("clerk", "record", "almere", True),
        ("clerk", "record", "urk", False),
        ("clerk", "see", "urk", False),
        ("clerk", "run", "almere", False),
        ("clerk", "manage", "almere", False),
        ("auditor", "see", "urk", True),
        ("auditor", "record", "urk", False),
        ("auditor", "decide", "urk", False),
        ("auditor", "run", "urk", False),
        ("night", "run", "urk", True),
        ("night", "decide", "urk", False),
        ("manager", "manage", "flevoland", True),
        ("nobody", "see", "almere", False),
    ],
)
def test_a_role_gives_its_rights_for_its_creditors(
    account: str, right: Right, creditor: str, may: bool
) -> None:
    assert office().may(account, right, creditor, DAY) is may


@pytest.mark.parametrize(
    ("account", "kind", "cents", "creditor", "day", "owner"),
    [
        ("adviser", "defer", 6_000_000, "almere", DAY, "adviser"),
        ("adviser", "defer", 6_000_001, "almere", DAY, None),
        ("adviser", "write-off", 1, "almere", DAY, None),
        ("approver", "write-off", 6_000_000, "almere", DAY, "approver"),
        ("approver", "write-off", 6_000_000, "urk", DAY, None),
        ("approver", "write-off", 1, "almere", date(2019, 12, 31), None),
        ("former", "write-off", 1, "almere", date(2024, 12, 31), "former"),
        ("former", "write-off", 1, "almere", date(2025, 1, 1), None),
        ("deputy", "write-off", 1, "almere", DAY, "approver"),
        ("deputy", "write-off", 9_000_000, "almere", DAY, None),
        ("deputy", "write-off", 9_000_000, "almere", date(2020, 12, 31), "manager"),
        ("deputy", "write-off", 9_000_000, "almere", date(2021, 1, 1), None),
        ("auditor", "defer", 1, "almere", DAY, None),
        ("nobody", "defer", 1, "almere", DAY, None),
    ],
)
def test_a_mandate_covers_kind_amount_creditor_and_days(
    account: str, kind: str, cents: int, creditor: str, day: date, owner: str | None
) -> None:
    found = office().authority(account, Power(kind, cents, creditor), day)
    assert (found.owner if found else None) == owner


def test_j6_neither_the_maker_nor_his_deputy_on_his_mandate_approves() -> None:
    people, power = office(), Power("write-off", 1, "almere")
    assert people.authority("approver", power, DAY, maker="approver") is None
    assert people.authority("deputy", power, DAY, maker="approver") is None
    assert people.authority("deputy", power, DAY, maker="deputy") is None
    assert people.authority("deputy", power, DAY, maker="clerk") is not None
    assert people.who_may_decide(power, DAY, maker="approver") == ["manager"]


def test_without_a_file_of_the_office_everybody_may_but_nobody_approves_his_own() -> None:
    people, power = files.people(), Power("write-off", 10**12, "almere")
    assert people.may("somebody", "manage", "almere", DAY)
    assert people.authority("somebody", power, DAY, maker="somebody") is None
    assert people.authority("another", power, DAY, maker="somebody") is not None
    assert not people.may("example.auditor", "record", "almere", DAY)


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        ("role: auditor", "role: king", "Input should be 'clerk', 'adviser'"),
        ("creditors: [urk]", "creditors: [utrecht]", "people.urk: no creditor has the code 'utrecht'"),
        ("person: manager", "person: boss", "deputy_for: 'boss' is nobody else named"),
        ("person: manager", "person: deputy", "deputy_for: 'deputy' is nobody else named"),
        ('up_to: "60000.00"', "up_to: 60000", "write text; a number"),
        ('up_to: "60000.00"', 'up_to: "much"', "'much' is not an amount"),
        ("last_day: 2024-12-31", "last_day: 2019-12-31", "must not lie before first_day 2020-01-01"),
    ],
)
def test_a_file_that_cannot_be_right_is_refused(old: str, new: str, error: str) -> None:
    assert old in PEOPLE
    with pytest.raises(Misconfigured) as refused:
        office(PEOPLE.replace(old, new))
    assert error in str(refused.value)


WRITING = (
    ("debtor", "add", "--name", "De Vries"),
    ("debtor", "move", "1", "--on", "2025-07-01", "--name", "De Vries"),
    ("loan", "add", *options(GRANTED, decision="B-9")),
    ("loan", "cost", LOAN, "--amount", "9.00", "--on", "2025-07-01", "--decision", "B-9"),
    ("loan", "withdraw", LOAN, "2", "--reason", "wrong"),
    ("payment", "add", LOAN, "--amount", "1.00", "--on", "2025-07-01"),
    ("period", "close", "--creditor", "almere", "2024-12"),
    ("approve", "1"),
    ("nightly", "--date", "2025-01-02"),
)


@pytest.mark.parametrize("account", ["auditor", "nobody"])
def test_j7_who_has_no_role_changes_nothing_and_the_refusal_is_kept(counter: Engine, account: str) -> None:
    before = _kept(counter)
    for words in WRITING:
        done = by(account, *words)
        assert (done.code, done.out, done.err.startswith(f"{account}: ")) == (2, "", True), done.err
    assert _kept(counter) == before
    assert _refused(counter) == [account] * len(WRITING)


def test_j7_a_debtor_of_another_creditor_is_not_opened_and_the_attempt_is_kept(desk: Engine) -> None:
    for words in (
        ("debtor", "show", "1"),
        ("loan", "show", LOAN),
        ("statement", LOAN),
        ("payment", "list", LOAN),
    ):
        done = by("urk", *words)
        assert (done.code, done.out) == (2, ""), words
        assert "see for almere: needs one of the roles" in done.err
    assert _refused(desk) == ["urk"] * 4
    assert good_by("urk", "debtor", "list") == []
    assert good_by("urk", "loan", "list") == []


def test_j7_reading_is_kept_also_of_an_auditor(desk: Engine) -> None:
    assert good_by("auditor", "debtor", "show", "1")["debtor"] == 1
    assert good_by("auditor", "statement", LOAN)["loan"] == int(LOAN)
    with reading(desk) as connection:
        actors = list(connection.execute(select(reading_log.c.actor).order_by(reading_log.c.id)).scalars())
    assert actors == ["auditor", "auditor"]


def test_j8_a_refusal_that_cannot_be_kept_is_still_a_refusal(counter: Engine) -> None:
    with counter.begin() as connection:
        connection.exec_driver_sql("DROP TABLE refusal_log")
    with pytest.raises(Exception, match="refusal_log"):
        by("auditor", "payment", "add", LOAN, "--amount", "1.00", "--on", "2025-07-01")
    assert _kept(counter) == 2


def test_p12_nobody_acts_as_another(counter: Engine) -> None:
    done = by(
        "clerk", "payment", "add", LOAN, "--amount", "1.00", "--on", "2025-07-01", "--actor", "approver"
    )
    assert (done.code, done.err) == (2, "actor: 'approver': you are clerk; log in as the person who acts")


def test_p12_no_command_signs_on_for_somebody() -> None:
    """Only a face with its own sign-on says who acts; the command line takes the account of the process."""
    sources = (ROOT / "backoffice").rglob("*.py")
    users = [source.name for source in sources if "authenticated" in source.read_text(encoding="utf-8")]
    assert users == ["actor.py"]


def test_a_person_is_asked_for_a_role_before_anything_else(counter: Engine) -> None:
    with authenticated("nobody"), pytest.raises(NotAllowed, match="is not named in people"):
        check_right_somewhere("nobody", "see")
    assert "approve" in aflos.list_commands(None)  # type: ignore[arg-type]


def test_without_a_people_file_all_goes_on_as_before(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_loan(sqlite_url, tmp_path, monkeypatch)
    assert add_debtor("B. Bakker").code == 0
    done = good("loan", "rate", LOAN, "--percent", "4", "--on", "2025-03-01", "--decision", "B-9")
    assert (done["fact"], done["recorded"], done["state"]) == (3, True, "in-force")


def _kept(engine: Engine) -> int:
    with reading(engine) as connection:
        return len(connection.execute(select(fact)).all())


def _refused(engine: Engine) -> list[str]:
    with reading(engine) as connection:
        return list(connection.execute(select(refusal_log.c.actor).order_by(refusal_log.c.id)).scalars())
