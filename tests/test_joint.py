"""Joint debtors, debtors that are one person, securities, and claims that lapse."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from backoffice.liable import check_liable
from jobs.lapses import limitations
from ledger.database import reading
from ledger.money import cents_of
from servicing import files
from servicing.blocks import stopping
from servicing.facts import Draft, Fact, FactKind, FactRefused
from servicing.joint_restructuring import starts_behind
from servicing.lapsing import Lapse
from servicing.limitation_signals import first_lapses, lapse_blocks, may_be_near, nearest_lapse, told_lapses
from servicing.registration import Dossier
from servicing.securities import liable_on, securities_on
from servicing.tables import loan_debtor
from servicing.worklist import Case, item_of_lapse, items_of_lapses
from tests.desk import GRANTED, LOAN, add_debtor, good, open_desk, options, run
from tests.nights import begin_on, close_until
from tests.test_blocks import at, told

LAW = files.law()
TERMS = {"principal": "25000.00", "annual_rate_percent": "8", "start": "2021-01-01", "instalments": 60}
GRANTED_FACT = told(1, FactKind.GRANT, "2021-01-01", **TERMS)
PAID_OUT_FACT = told(2, FactKind.DISBURSEMENT, "2021-01-01", cents=2_500_000)


@pytest.fixture
def desk(database: Engine, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """A loan of 25,000.00 that debtors 1 and 2 owe together, paid out; debtor 3 owes nothing yet."""
    open_desk(database_url, tmp_path, monkeypatch)
    for name in ("S. Jansen", "B. Bakker", "S. Janssen"):
        assert add_debtor(name).code == 0
    known = ("--known-on", "2025-01-01")
    done = run("loan", "add", *options(GRANTED), "--debtor", "2", *known)
    assert done.code == 0, done.err
    good("loan", "disburse", LOAN, "--amount", "25000.00", "--on", "2025-01-01", *known)
    return database


def test_f17_joint_debtors_have_one_balance_and_each_his_own_statement(desk: Engine) -> None:
    begin_on(desk, date(2025, 1, 1))
    close_until(desk, date(2025, 2, 1))
    good("payment", "add", LOAN, "--amount", "506.91", "--on", "2025-02-01")
    period = ("--to", "2025-02-28")
    first, second = (good("statement", LOAN, "--debtor", debtor, *period) for debtor in "12")
    assert (first["debtor"], second["debtor"]) == ("S. Jansen", "B. Bakker")
    assert (first["debtors"], second["debtors"]) == ([1], [2])
    same = ("lines", "closing", "not_booked", "expected")
    assert {key: first[key] for key in same} == {key: second[key] for key in same}
    assert first["expected"]["principal"] == "24659.76"
    other = run("statement", LOAN, "--debtor", "3", *period)
    assert (other.code, "debtor: 3: is none of the debtors" in other.err) == (2, True)


def test_f15_two_records_of_one_person_are_merged_and_parted_again(desk: Engine) -> None:
    words = ("debtor", "merge", "1", "3", "--reason", "BSN compared with the register")
    assert good(*words)["merged_into"] == 3
    shown = good("debtor", "show", "3")
    assert (shown["records"], [each["loan"] for each in shown["loans"]]) == ([3, 1], [int(LOAN)])
    assert good("debtor", "show", "1")["merged_into"] == 3
    # The loan keeps the record it was granted to; an event about the person reaches it.
    told_now = good("event", "bewind", "3", "--on", "2025-07-01", "--document", "Rb 1")
    assert [each["loan"] for each in told_now["facts"]] == [int(LOAN)]
    (block,) = good("loan", "blocks", LOAN)
    assert block["debtor"] == 1
    with reading(desk) as connection:
        debtors = list(connection.execute(select(loan_debtor.c.debtor_id)).scalars())
    assert sorted(debtors) == [1, 2]
    for again in (("1", "3"), ("3", "2"), ("2", "1"), ("2", "2")):
        done = run("debtor", "merge", *again, "--reason", "x")
        assert (done.code, "is merged already" in done.err) == (2, True), again
    assert good("debtor", "merge", "1", "--undo", "--reason", "a namesake")["merged_into"] is None
    assert good("debtor", "show", "3")["loans"] == []
    assert "is not merged into another" in run("debtor", "merge", "1", "--undo", "--reason", "x").err
    assert "name the record that stays" in run("debtor", "merge", "1", "--reason", "x").err


def test_f15_two_citizen_numbers_are_two_persons(desk: Engine) -> None:
    for debtor, bsn in (("1", "999990019"), ("3", "999990020")):
        done = run("debtor", "bsn", debtor, given=f"{bsn}\n")
        if done.code:
            pytest.fail(done.err)
    done = run("debtor", "merge", "1", "3", "--reason", "x")
    assert (done.code, "they are two persons" in done.err) == (2, True)


def test_a_joint_debtor_is_released_by_two_persons_only(desk: Engine) -> None:
    words = ("decide", "liability", LOAN, "--debtor", "2", "--liable", "no", "--on", "2025-07-01")
    assert good(*words, "--decision", "B-7")["state"] == "proposed"
    strange = ("decide", "liability", LOAN, "--debtor", "9", "--liable", "no", "--on", "2025-07-01")
    assert "debtor: 9: is none of its debtors, who are 1, 2" in run(*strange, "--decision", "B-8").err
    assert good("loan", "securities", LOAN)["liable"] == [1, 2]
    facts = [
        told(1, FactKind.LIABILITY, "2025-07-01", debtor=2, liable=False),
        told(2, FactKind.LIABILITY, "2025-09-01", debtor=2, liable=True),
    ]
    days = ("2025-06-30", "2025-07-01", "2025-09-01")
    assert [liable_on(facts, [1, 2], at(day)) for day in days] == [[1, 2], [1], [1, 2]]


def test_of_joint_debtors_somebody_stays_liable() -> None:
    released = told(3, FactKind.LIABILITY, "2025-07-01", debtor=2, liable=False)
    dossier = Dossier(100_000_001, at("2021-01-01"), [GRANTED_FACT, PAID_OUT_FACT, released])
    other = Draft(
        dossier.loan, FactKind.LIABILITY, at("2025-06-01"), "B", data={"debtor": 1, "liable": False}
    )
    check_liable(dossier, other, [1, 2, 3])
    with pytest.raises(FactRefused, match="nobody would owe it any more"):
        check_liable(dossier, other, [1, 2])


def test_the_register_of_securities_has_value_rank_and_end(desk: Engine) -> None:
    on = ("--on", "2025-03-01", "--document", "deed 1")
    words = ("event", "security", LOAN, *on, "--security", "mortgage", "--value", "50000.00", "--rank", "2")
    good(*words)
    good(
        "event",
        "security",
        LOAN,
        "--on",
        "2025-04-01",
        "--document",
        "deed 2",
        "--security",
        "pledge",
        "--value",
        "900",
    )
    rows = good("loan", "securities", LOAN)["securities"]
    assert [(row["security"], row["value"], row["rank"]) for row in rows] == [
        ("pledge", "900.00", None),
        ("mortgage", "50000.00", 2),
    ]
    end = ("event", "security-end", LOAN, "--on", "2025-06-01", "--document", "deed 3")
    assert "several" in run(*end).err
    good(*end, "--which", "deed 1")
    assert [row["security"] for row in good("loan", "securities", LOAN)["securities"]] == ["pledge"]
    assert "security: is missing" in run("event", "security", LOAN, *on).err


def test_a_security_holds_in_its_days() -> None:
    facts = [told(1, FactKind.SECURITY, "2025-03-01", security="pledge", value="10.00", until="2025-05-01")]
    assert [len(securities_on(facts, at(day))) for day in ("2025-02-28", "2025-03-01", "2025-05-01")] == [
        0,
        1,
        0,
    ]


def lapse_of(*facts: Fact, day: str) -> Lapse | None:
    return next(iter(first_lapses([GRANTED_FACT, PAID_OUT_FACT, *facts], at(day), "public", LAW)), None)


def test_f13_limitation_is_told_ahead_and_stops_collecting_on_its_day() -> None:
    assert lapse_of(day="2025-02-01") is None
    found = lapse_of(day="2025-12-15")
    assert found is not None
    assert (found.row_nr, found.limitation.lapses_on) == (1, at("2026-02-02"))
    case = Case(int(LOAN), 1, [])
    item = item_of_lapse(case, found, at("2025-12-15"))
    assert item.reason == "506.91 due on 2021-02-01 lapses on 2026-02-02, told from 2025-11-02 on"
    # Of the rows that lapse within the year one item tells, and one of those that have lapsed.
    rows = told_lapses([GRANTED_FACT, PAID_OUT_FACT], at("2026-03-15"), "public", LAW)
    assert [one.reason for one in items_of_lapses(case, rows, at("2026-03-15"))] == [
        (
            "506.91 due on 2021-02-01 lapsed on 2026-02-02 (1 more after it, 1013.82 in all): "
            "nothing more is collected, of the rest neither"
        ),
        "506.91 due on 2021-04-01 lapses on 2026-04-02, told from 2026-01-02 on (11 more after it, 6082.92 in all)",
    ]
    # What is to be given up is named to the cent: given up, the next row is the oldest and nothing has lapsed.
    action = items_of_lapses(case, rows, at("2026-03-15"))[0].next_action
    parts = re.findall(r"--part (\w+) --amount ([\d.]+)", action)
    assert parts == [("interest", "333.34"), ("principal", "680.48")]
    given_up = [
        replace(told(nr, FactKind.WRITE_OFF, "2026-03-15"), cents=cents_of(amount), data={"of": part})
        for nr, (part, amount) in enumerate(parts, start=3)
    ]
    (left,) = first_lapses([GRANTED_FACT, PAID_OUT_FACT, *given_up], at("2026-03-15"), "public", LAW)
    assert (left.due, int(left.open), lapse_blocks([left], at("2026-03-15"))) == (at("2021-04-01"), 50691, [])
    assert lapse_blocks([found], at("2026-02-01")) == []
    (block,) = lapse_blocks([found], at("2026-02-02"))
    assert stopping([block], "dunning")
    assert stopping([block], "direct-debit")
    assert (
        "lapsed on 2026-02-02: nothing more is collected"
        in item_of_lapse(case, found, at("2026-02-02")).reason
    )


def test_f13_only_an_act_that_interrupts_and_is_proven_starts_the_term_again() -> None:
    day = "2026-02-02"
    proven = told(3, FactKind.INTERRUPTION, "2024-06-01", act="formal_reminder", proof="3S1")
    assert lapse_of(proven, day=day) is None
    unproven = told(3, FactKind.INTERRUPTION, "2024-06-01", act="formal_reminder")
    assert lapse_of(unproven, day=day) is not None
    assert may_be_near(at("2021-02-01"), at("2025-02-02"), "public", LAW)
    assert not may_be_near(at("2021-02-01"), at("2025-02-01"), "public", LAW)


def lapses_of_each(*facts: Fact, day: str) -> list[Lapse]:
    return first_lapses([GRANTED_FACT, PAID_OUT_FACT, *facts], at(day), "public", LAW, [1, 2])


def test_p8_a_claim_lapses_alike_against_all_joint_debtors_unless_something_is_about_one() -> None:
    (found,) = lapses_of_each(day="2026-02-02")
    assert (found.debtor, [block.debtor for block in lapse_blocks([found], at("2026-02-02"))]) == (0, [0])
    assert nearest_lapse([found], at("2026-02-01")) == (at("2026-02-02"), ())
    assert nearest_lapse([found], at("2026-02-02")) == (None, ())


def test_p8_what_makes_the_term_longer_for_one_joint_debtor_leaves_that_of_the_other() -> None:
    # Awb art. 4:111; BW art. 6:7: the claim against each joint debtor is one of its own.
    wsnp = told(3, FactKind.WSNP_START, "2023-03-01", debtor=1, debtors=[1, 2])
    day = at("2026-02-02")
    (found,) = lapses_of_each(wsnp, day="2026-02-02")
    assert (found.debtor, found.limitation.lapses_on) == (2, day)
    (block,) = lapse_blocks([found], day)
    assert [bool(stopping([block], "dunning", debtor)) for debtor in (1, 2)] == [False, True]
    assert nearest_lapse([found], at("2026-02-01")) == (day, (2,))
    item = item_of_lapse(Case(int(LOAN), 1, []), found, day)
    assert item.reason.endswith(
        "from debtor 2 lapsed on 2026-02-02: nothing more is collected from debtor 2, of the rest neither"
    )
    assert "of the others it is still owed" in item.next_action
    end = told(4, FactKind.WSNP_CLEAN_SLATE, "2024-09-01", of=3, debtor=1)
    assert [
        (one.debtor, str(one.limitation.lapses_on)) for one in lapses_of_each(wsnp, end, day="2027-08-06")
    ] == [
        (1, "2027-08-06"),
        (2, "2026-02-02"),
    ]


def test_p8_an_act_towards_one_joint_debtor_interrupts_nothing_towards_the_other() -> None:
    letter = told(3, FactKind.DUNNED, "2025-06-01", interrupts="formal_reminder", proof="3S1", debtors=[2])
    assert [one.debtor for one in lapses_of_each(letter, day="2026-02-02")] == [1]
    act = told(3, FactKind.INTERRUPTION, "2025-06-01", act="formal_reminder", proof="3S1", debtor=1)
    assert [one.debtor for one in lapses_of_each(act, day="2026-02-02")] == [2]
    both = told(3, FactKind.PAYMENT, "2025-06-01", cents=100)
    assert lapses_of_each(both, day="2026-02-02") == []


def test_f13_the_work_list_and_the_blocks_know_the_lapse(desk: Engine) -> None:
    begin_on(desk, date(2025, 1, 1))
    close_until(desk, date(2025, 2, 2))
    with reading(desk) as connection:
        ((found,),) = limitations(connection, at("2030-02-02")).values()
        assert limitations(connection, at("2028-01-01")) == {}
    assert found.limitation.lapses_on == at("2030-02-02")
    rows = good("worklist", "--source", "limitation", "--on", "2030-02-02")
    # What has lapsed, and what lapses next and can be interrupted yet.
    assert [row["due"] for row in rows] == ["2030-02-02", "2030-03-02"]
    blocks = good("loan", "blocks", LOAN, "--on", "2030-02-02")
    assert [(row["kind"], row["stops"]) for row in blocks] == [("limitation", ["direct-debit", "dunning"])]
    towards_one = ("event", "interruption", LOAN, "--act", "acknowledgement", "--on", "2025-05-01")
    good(*towards_one, "--document", "mail 1", "--debtor", "1")
    other = run(*towards_one, "--document", "mail 1", "--debtor", "3")
    assert (other.code, "debtor: 3: is none of the debtors" in other.err) == (2, True)
    (block,) = good("loan", "blocks", LOAN, "--on", "2030-02-02")
    assert block["debtor"] == 2
    shown = good("loan", "limitation", LOAN, "--on", "2030-02-02")["rows"]
    assert [(row["lapses_on"], row["debtor"]) for row in shown[:2]] == [("2030-05-02", 1), ("2030-02-02", 2)]
    letter = ("event", "interruption", LOAN, "--act", "formal_reminder")
    unproven = run(*letter, "--on", "2025-05-20", "--document", "letter 2")
    assert (unproven.code, "this act interrupts nothing" in unproven.err) == (0, True)
    notice = run(
        *("event", "interruption", LOAN, "--act", "written_notice", "--proof", "post"),
        *("--on", "2025-05-21", "--document", "notice"),
    )
    assert "a written notice interrupts nothing for a claim of public law (Awb 4:105 to 4:107)" in notice.err
    act = (*letter, "--proof", "3S1", "--on", "2025-06-01")
    good(*act, "--document", "letter 3")
    assert good("loan", "blocks", LOAN, "--on", "2030-02-02") == []


def test_a_restructuring_of_one_joint_debtor_stops_no_interest_until_the_other_is_in_one(
    desk: Engine,
) -> None:
    # Fw art. 300 and 303 lid 1: it is personal; who is in none owes the interest on.
    assert desk is not None
    wsnp = ("event", "wsnp-start", "--document")
    good(*wsnp, "Rb 1", "1", "--on", "2025-03-01")
    assert interest() == "2666.72"
    good(*wsnp, "Rb 2", "2", "--on", "2025-04-01")
    assert interest() == "500.01"
    good("event", "wsnp-early-end", "1", "--of", "wsnp-start", "--on", "2025-05-01", "--document", "Rb 3")
    assert interest() == "2666.72"


def interest() -> str:
    """What of interest is open on 1 May 2026, sixteen months of 166.67 after the start."""
    found: str = good("loan", "show", LOAN, "--on", "2026-05-01")["outstanding"]["interest"]
    return found


def test_whoever_was_released_need_not_be_in_a_restructuring() -> None:
    start = told(3, FactKind.WSNP_START, "2025-03-01", debtor=1, debtors=[1, 2])
    released = told(4, FactKind.LIABILITY, "2025-02-01", debtor=2, liable=False)
    assert starts_behind(start, [start]) == []
    assert starts_behind(start, [start, released]) == [start]
    late = told(4, FactKind.LIABILITY, "2025-03-02", debtor=2, liable=False)
    assert starts_behind(start, [start, late]) == []
