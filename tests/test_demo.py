"""The demo: the same from the same seed, within the law, told as if day by day, refused where it would mix."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest
from freezegun import freeze_time
from sqlalchemy import Engine

from backoffice.demo.behaviours import BEHAVIOURS
from backoffice.demo.cycle import decide_one
from backoffice.demo.filling import bring_in, draft_of, keep_quiet, refuse_unless_empty
from backoffice.demo.offers import OFFERS, PROVINCE_OFFERS, Rules
from backoffice.demo.portfolio import Life, Portfolio, Wish, make_portfolio
from backoffice.demo.running import Steps, Summary, nights_until_yesterday, run_demo, window_of
from backoffice.demo.story import ACTOR, Window
from backoffice.installation import install
from jobs.business_dates import recorded, set_cut_over
from jobs.manifest import folder
from jobs.settlement_cycle import cases, propose_all
from jobs.verify import verify
from ledger.database import open_database, reading, writing
from ledger.errors import BadInput
from servicing import files
from servicing.debtors.secrets import make_key_file
from servicing.debtors.store import add_debtors, bsn_of, debtors
from servicing.debtors.values import check_bsn
from servicing.facts import FactKind
from servicing.granting import breaches
from servicing.registration import Dossier, check_draft, check_life
from servicing.settlement.allowance import LIVING_ALLOWANCE
from servicing.settlement.interest_years import SURETY
from servicing.store import Recorded, add_loan, record
from tests.desk import run
from tests.nights import close_until, seals

SHORT = Window(date(2025, 10, 23), date(2025, 12, 1))
"""Sixty days."""

CYCLE = {FactKind.ASSISTANCE, FactKind.ADVANCE_PAID, FactKind.YEAR_FIGURES, FactKind.CYCLE_STEP}
"""What is told of clients with living allowance."""

LONG = Window(date(2022, 12, 1), date(2025, 11, 30))
"""Three years."""


@pytest.fixture(scope="session")
def rules() -> Rules:
    return Rules(files.products(), files.law())


@pytest.fixture(scope="session")
def two_hundred(rules: Rules) -> Portfolio:
    return make_portfolio(Wish(200, LONG, 1), rules, files.creditors())


@pytest.fixture(scope="session")
def few(rules: Rules) -> Portfolio:
    return make_portfolio(Wish(8, SHORT, 3), rules, files.creditors())


@pytest.fixture(autouse=True)
def _manifests(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AFLOS_MANIFESTS", str(tmp_path / "manifests"))


def of_kind(life: Life, kind: FactKind) -> int:
    """The cents of a loan's facts of a kind."""
    return sum(fact.cents for fact in life.facts if fact.kind is kind)


def test_a_seed_makes_one_portfolio(rules: Rules) -> None:
    one, again, other = (
        make_portfolio(Wish(30, SHORT, seed), rules, files.creditors()) for seed in (5, 5, 6)
    )
    assert one == again
    assert one != other


def test_two_hundred_loans_show_everything(two_hundred: Portfolio) -> None:
    assert {life.behaviour for life in two_hundred.lives} == set(BEHAVIOURS)
    products = {offer.product for offer in (*OFFERS, *PROVINCE_OFFERS)}
    assert (
        {life.heading.product for life in two_hundred.lives} == products == set(files.products()) - {SURETY}
    )
    assert {life.heading.creditor_id for life in two_hundred.lives} == set(range(1, 8))
    kinds = Counter(fact.kind for life in two_hundred.lives for fact in life.facts)
    told = {
        kind for kind in FactKind if kind <= FactKind.WSNP_EARLY_END or kind is FactKind.STATUTORY_INTEREST
    }
    assert set(kinds) == told - {FactKind.INSTALMENT} | {FactKind.CLAIM_SCHEME} | CYCLE


def test_every_loan_keeps_the_limits_of_its_product(two_hundred: Portfolio, rules: Rules) -> None:
    for life in two_hundred.lives:
        product = rules.products[life.heading.product]
        assert breaches(product, life.grant, rules.law) == (), life.heading
        granted = int(life.grant.terms.principal)
        assert of_kind(life, FactKind.DISBURSEMENT) <= granted, life.heading
        is_new = life.heading.decision_date >= LONG.first
        assert is_new != any(fact.kind is FactKind.OPENING for fact in life.facts), life.heading


def test_every_fact_would_be_taken_at_the_door(two_hundred: Portfolio) -> None:
    for life in two_hundred.lives[::4]:
        dossier = Dossier(life.heading.id, life.heading.decision_date, [])
        for fact in life.facts:
            if fact.kind not in {FactKind.GRANT, FactKind.OPENING}:
                check_draft(dossier, draft_of(fact))
            dossier = Dossier(dossier.loan, dossier.decision_date, [*dossier.facts, fact])
        check_life(dossier.facts)


def test_facts_are_numbered_as_they_become_known(two_hundred: Portfolio) -> None:
    for life in two_hundred.lives:
        assert [fact.nr for fact in life.facts] == list(range(1, len(life.facts) + 1))
        known = [fact.known_on for fact in life.facts]
        assert known == sorted(known)
        assert LONG.first <= known[0]
        assert known[-1] <= LONG.last
        assert all(fact.of < fact.nr for fact in life.facts)


def test_some_news_is_late(two_hundred: Portfolio) -> None:
    payments = [fact for life in two_hundred.lives for fact in life.facts if fact.kind is FactKind.PAYMENT]
    late = [fact for fact in payments if fact.known_on - fact.value_date > timedelta(days=30)]
    assert 0.01 < len(late) / len(payments) < 0.1


def demo_on(url: str, wish: Wish) -> tuple[Summary, list[object]]:
    """A demo on a database; its summary and the seals of its nights. Its books are verified."""
    engine = open_database(url)
    manifests: list[dict[str, object]] = []
    summary = run_demo(engine, wish, Steps(closed=manifests.append))
    with reading(engine) as connection:
        verdict = verify(connection, folder(engine))
    assert verdict.differences == []
    assert verdict.checked["loans"] == wish.loans
    engine.dispose()
    return summary, seals(manifests)


def test_a_demo_is_the_same_on_both_databases(
    sqlite_url: str, postgresql_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wish = Wish(12, SHORT, 1)
    summary, on_sqlite = demo_on(sqlite_url, wish)
    monkeypatch.setenv("AFLOS_MANIFESTS", str(tmp_path / "other manifests"))
    _, on_postgresql = demo_on(postgresql_url, wish)
    assert on_sqlite == on_postgresql
    assert len(set(on_sqlite)) == summary.nights == 40
    assert (summary.loans, summary.set_aside) == (12, 0)
    assert summary.seal == on_sqlite[-1]


def test_facts_told_ahead_are_as_if_told_day_by_day(
    sqlite_url: str, sqlite_database: Engine, few: Portfolio
) -> None:
    """`few` at once in one database; in another each fact on its own day, between the nights."""
    daily = open_database(sqlite_url.replace("aflos.db", "daily.db"), create=True)
    install(daily)
    bring_in(sqlite_database, few, files.creditors(), lambda _count: None)
    at_once = seals(close_until(sqlite_database, SHORT.last))
    with writing(daily) as connection:
        set_cut_over(connection, SHORT.cut_over)
        by = Recorded(ACTOR, SHORT.first, "")
        keep_quiet(connection, SHORT, files.creditors().values(), by)
        numbers = add_debtors(connection, few.debtors, by, ACTOR)
        for life in few.lives:
            add_loan(connection, life.heading, [numbers[place] for place in life.debtors], by, ACTOR)
    found = []
    for days in range((SHORT.last - SHORT.first).days + 1):
        day = SHORT.first + timedelta(days=days)
        with writing(daily) as connection:
            news = [draft_of(fact) for life in few.lives for fact in life.facts if fact.known_on == day]
            record(connection, news, recorded(connection, ACTOR, day))
        found += seals(close_until(daily, day))
    daily.dispose()
    assert found == at_once


def test_a_demo_has_years_to_decide_decided_and_overdue(
    sqlite_database: Engine, two_hundred: Portfolio
) -> None:
    """Proposed at once, a year with much profit still waits for its hearing; a demo proposes it in its nights."""
    living = [life for life in two_hundred.lives if life.heading.product == LIVING_ALLOWANCE]
    bring_in(sqlite_database, two_hundred._replace(lives=living), files.creditors(), lambda _count: None)
    with freeze_time("2025-12-01 12:00:00"):
        with writing(sqlite_database) as connection:
            by, day = recorded(connection, ACTOR), date(2025, 12, 1)
            propose_all(connection, by, day, cases(connection, by.known_on))
        decide_one(sqlite_database)
        with reading(sqlite_database) as connection:
            states = Counter(one.stand.state for one in cases(connection, day))
    assert states["decided"] == 1
    assert set(states) == {"decided", "to-decide", "hearing-due", "recovery-term-due"}


def test_a_database_that_is_not_empty_is_refused(database: Engine, few: Portfolio) -> None:
    refuse_unless_empty(database)
    bring_in(database, few, files.creditors(), lambda _count: None)
    with pytest.raises(BadInput, match=r"is not empty: .*8 rows in loan\b"):
        refuse_unless_empty(database)


def test_tables_of_others_and_old_manifests_are_refused(sqlite_database: Engine, tmp_path: Path) -> None:
    with writing(sqlite_database) as connection:
        connection.exec_driver_sql("CREATE TABLE notes (id INTEGER)")
    (tmp_path / "manifests").mkdir()
    (tmp_path / "manifests" / "2025-01-01.json").write_text("{}", encoding="utf-8")
    with pytest.raises(BadInput, match=r"a table notes that is not ours, 1 manifests in"):
        refuse_unless_empty(sqlite_database)


def test_the_command_names_what_it_would_mix_with(
    sqlite_url: str, few: Portfolio, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = open_database(sqlite_url)
    bring_in(engine, few, files.creditors(), lambda _count: None)
    engine.dispose()
    monkeypatch.setenv("AFLOS_DATABASE", sqlite_url)
    done = run("demo", "--loans", "1", "--years", "1")
    assert done.code == 2
    assert "8 rows in loan" in done.err


def test_the_command_tells_what_it_did(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AFLOS_DATABASE", f"sqlite:///{tmp_path / 'new.db'}")
    done = run("demo", "--loans", "3", "--nights", "2", "--json")
    assert done.code == 0, done.err
    assert (done.json["loans"], done.json["nights"], done.json["set_aside"]) == (3, 2, 0)
    assert done.json["manifests"] == str(tmp_path / "manifests")
    assert len(done.json["seal"]) == 64
    assert run("verify").code == 0


def test_the_days_of_a_demo_end_yesterday() -> None:
    with freeze_time("2028-02-29 12:00:00"):
        assert window_of(3) == Window(date(2025, 3, 1), date(2028, 2, 28))
        assert window_of(1) == Window(date(2027, 3, 1), date(2028, 2, 28))
        assert nights_until_yesterday(60) == Window(date(2027, 12, 31), date(2028, 2, 28))


def test_citizen_numbers_only_with_a_key(
    sqlite_url: str, rules: Rules, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wish = Wish(15, Window(date(2025, 11, 30), date(2025, 12, 1)), 1)
    keys = tmp_path / "keys"
    make_key_file(keys)
    monkeypatch.setenv("AFLOS_KEY_FILE", str(keys))
    demo_on(sqlite_url, wish)
    engine = open_database(sqlite_url)
    with reading(engine) as connection:
        people = [each.id for each in debtors(connection) if each.birth_date]
        found = [bsn_of(connection, number) for number in people]
    engine.dispose()
    assert len(set(found)) == len(people) > 8
    for number in found:
        assert number is not None
        assert number.startswith("99999")
        check_bsn(number)
    without = make_portfolio(wish, rules, files.creditors())
    assert {each.bsn for each in without.debtors} == {None}
