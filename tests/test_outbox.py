"""The life of a letter as people meet it: one puts together, another releases, it is printed and handed over once."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from backoffice.outbox.printing import Office, print_run
from jobs import clock
from jobs.letters_archive import PageLost, archive_of, place_of
from ledger.database import reading
from ledger.errors import IoFailed
from ledger.fault_points import watched
from letters.outbox.store import letters_of_run, pages_of, sent_of
from letters.outbox.values import sha256_of
from letters.print_runs.store import find_run
from servicing.facts import FactKind
from servicing.store import facts_of
from tests.desk import LOAN, good
from tests.letter_reading import read
from tests.letters_desk import (
    CENTS,
    letter,
    open_letters_desk,
    pay,
    printed,
    propose,
    put_together,
    released,
    sent,
    state,
)
from tests.offices import by, good_by


@pytest.fixture
def desk(database: Engine, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """A loan with a debtor in an office with people, on each engine."""
    open_letters_desk(database_url, tmp_path, monkeypatch)
    return database


@pytest.fixture
def post(tmp_path: Path) -> Path:
    return tmp_path / "post"


def test_p4_a_letter_goes_from_proposed_to_handed_over_by_two_persons(desk: Engine, post: Path) -> None:
    one, other = propose(desk, "a", "b")
    run = put_together("--letter", str(one))
    assert (run["number"], run["total"], state(desk, one), state(desk, other)) == (
        1,
        "506.91",
        "approved",
        "proposed",
    )
    words = ("letters", "release", str(run["run"]), "--number", "1", "--total", "506.91")
    assert "another person releases it" in by("clerk", *words).err
    assert "holds 1 letters that ask for 506.91" in by("approver", *words[:-1], "506.90").err
    assert good_by("approver", *words)["state"] == "released"
    done = printed(run["run"], post).json
    assert (done["state"], done["letters"], done["envelopes"], done["demanded"]) == (
        "handed-over",
        1,
        1,
        "506.91",
    )
    assert state(desk, one) == "handed-over"
    today = clock.today()
    with reading(desk) as connection:
        found = sent_of(connection, [one])[one]
    assert (found.sent_on, found.term_end) == (today, letter(desk, one).draft.effects.term_end(today))
    # The page says the sending date and the last day of its term, and the manifest has its hash.
    manifest = json.loads((post / Path(done["file"]).with_suffix(".json").name).read_text())
    assert [row["sha256"] for row in manifest["contents"]] == [found.sha256]
    assert sha256_of(place_of(archive_of(desk), found.sha256).read_bytes()) == found.sha256


def test_g4_a_blank_selection_does_nothing_and_a_second_start_prints_no_second_letter(
    letters_desk: Engine, post: Path
) -> None:
    propose(letters_desk, "a")
    nothing = good_by("clerk", "letters", "propose", "--creditor", "almere")
    assert (nothing["run"], nothing["number"]) == (None, 0)
    run = sent(post)["run"]
    again = printed(run, post)
    assert (again.code, "is handed-over; only a released run is printed, and once" in again.err) == (2, True)
    assert put_together()["run"] is None
    assert propose(letters_desk, "a") == []
    assert len(list(post.glob("*.pdf"))) == 1


def test_g5_a_payment_in_between_takes_the_letter_out_visibly(desk: Engine, post: Path) -> None:
    first, second = propose(desk, "a", "b")
    run = put_together()
    pay(desk)
    done = good_by("approver", "letters", "release", str(run["run"]), "--number", "2", "--total", "1013.82")
    assert [row["letter"] for row in done["fell_away"]] == [first, second]
    assert "a payment of 506.91" in done["fell_away"][0]["reason"]
    assert [state(desk, number) for number in (first, second)] == ["fell-away", "fell-away"]
    row = good_by("clerk", "letters", "list", "--loan", LOAN)["letters"][0]
    assert (row["state"], "came in between" in row["why"]) == ("fell-away", True)
    assert not list(post.iterdir())


def test_g5_also_between_release_and_print(letters_desk: Engine, post: Path) -> None:
    (number,) = propose(letters_desk, "a")
    run = released()["run"]
    pay(letters_desk)
    done = printed(run, post)
    assert (done.code, done.json["letters"], done.json["file"]) == (3, 0, None)
    assert (state(letters_desk, number), list(post.iterdir())) == ("fell-away", [])


def test_g6_one_letter_that_cannot_be_made_leaves_the_others_alone(desk: Engine, post: Path) -> None:
    good_ones = propose(desk, "a", "b")
    (bad,) = propose(desk, "c", open_total=CENTS + 1)
    done = printed(released()["run"], post)
    assert (done.code, done.json["letters"]) == (3, 2)
    (failed,) = done.json["failed"]
    assert (failed["letter"], "its lines add up to" in failed["reason"]) == (bad, True)
    assert [state(desk, number) for number in (*good_ones, bad)] == ["handed-over", "handed-over", "failed"]
    items = good_by("clerk", "worklist", "--source", "letter")
    assert [item["subject"] for item in items] == [f"letter {bad}"]


def test_g1_g2_a_print_that_ends_before_it_is_noted_makes_the_same_pages_again(
    desk: Engine, post: Path
) -> None:
    (number,) = propose(desk, "a")
    run = released()["run"]
    assert killed_at("before the pages are noted", desk, run, post)
    kept = sorted(archive_of(desk).rglob("*.pdf"))
    assert len(kept) == 1
    assert printed(run, post).code == 0
    assert sorted(archive_of(desk).rglob("*.pdf")) == kept
    with reading(desk) as connection:
        ((_, day),) = pages_of(connection, [number])
    assert (day, state(desk, number)) == (clock.today(), "handed-over")


class Killed(BaseException):
    """What stands for the end of the process."""


def killed_at(place: str, engine: Engine, run: int, folder: Path) -> bool:
    """Print, and die at a place; whether it got there."""

    def die(name: str) -> None:
        if name == place:
            raise Killed

    with pytest.raises(Killed), watched(die):
        print_run(Office(engine, "manager"), run, folder)
    return True


@pytest.mark.parametrize("place", ["before the print file is written", "before the hand-over is recorded"])
def test_g3_a_print_of_unknown_end_is_decided_by_a_person(
    letters_desk: Engine, post: Path, place: str
) -> None:
    (number,) = propose(letters_desk, "a")
    run = released()["run"]
    killed_at(place, letters_desk, run, post)
    with reading(letters_desk) as connection:
        assert find_run(connection, run).state == "handed-over-unknown"
    assert good("status")["letters_stuck"] == 1
    again = printed(run, post)
    assert (again.code, "its end is not known" in again.err) == (2, True)
    says = "--left" if place.endswith("recorded") else "--not-left"
    assert printed(run, post, says).code == 0
    assert state(letters_desk, number) == "handed-over"
    assert len(list(post.glob("*.pdf"))) == 1
    assert "only a released run is printed" in printed(run, post, "--left").err


def test_g13_a_folder_that_takes_nothing_hands_nothing_over(
    letters_desk: Engine, post: Path, tmp_path: Path
) -> None:
    (number,) = propose(letters_desk, "a")
    run = released()["run"]
    missing = printed(run, tmp_path / "share" / "gone")
    assert (missing.code, "there is no such folder" in missing.err) == (2, True)
    assert state(letters_desk, number) == "released"
    assert printed(run, post).code == 0


def test_g13_an_archive_that_takes_nothing_hands_nothing_over(
    letters_desk: Engine, post: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (number,) = propose(letters_desk, "a")
    run = released()["run"]
    full = tmp_path / "full"
    full.write_text("")
    monkeypatch.setenv("AFLOS_LETTERS", str(full / "archive"))
    with pytest.raises(IoFailed, match="cannot be written"):
        print_run(Office(letters_desk, "manager"), run, post)
    assert (state(letters_desk, number), list(post.iterdir())) == ("released", [])


def test_g11_a_reprint_is_the_letter_that_was_sent(letters_desk: Engine, post: Path) -> None:
    (number,) = propose(letters_desk, "a")
    before = good_by("clerk", "letters", "preview", str(number), "--to", str(post))
    sent(post)
    pay(letters_desk)
    after = good_by("clerk", "letters", "preview", str(number), "--to", str(post))
    assert (before["sent"], after["sent"]) == (False, True)
    with reading(letters_desk) as connection:
        found = sent_of(connection, [number])[number]
    assert sha256_of(Path(after["file"]).read_bytes()) == found.sha256
    # A page that was changed in the archive is never given out as the one that was sent.
    place_of(archive_of(letters_desk), found.sha256).write_bytes(b"other")
    lost = by("clerk", "letters", "preview", str(number), "--to", str(post))
    assert (lost.code, "is not the page that was kept" in lost.err) == (PageLost.exit_code, True)


def test_p4_a_run_that_was_not_printed_on_its_day_is_dated_anew(
    letters_desk: Engine, post: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (number,) = propose(letters_desk, "a")
    tomorrow = clock.today() + timedelta(days=1)
    run = put_together()
    words = ("letters", "release", str(run["run"]), "--number", "1", "--total", "506.91")
    too_far = by("approver", *words, "--on", (tomorrow + timedelta(days=30)).isoformat())
    assert "must lie from today" in too_far.err
    good_by("approver", *words, "--on", tomorrow.isoformat())
    assert f"dated {tomorrow}; print it on that day" in printed(run["run"], post).err
    assert state(letters_desk, number) == "released"


def test_g12_a_letter_that_comes_back_stops_its_term_and_the_address(desk: Engine, post: Path) -> None:
    (number,) = propose(desk, "a")
    assert "is proposed; only a letter" in by("clerk", "letters", "returned", str(number)).err
    sent(post)
    back = good_by("clerk", "letters", "returned", str(number), "--reason", "moved")
    assert back["state"] == "returned"
    assert good_by("clerk", "letters", "returned", str(number))["state"] == "returned"
    with reading(desk) as connection:
        kinds = [one.kind for one in facts_of(connection, [int(LOAN)])[int(LOAN)]]
    assert kinds[-2:] == [FactKind.RETURNED_MAIL, FactKind.ADDRESS]
    assert "the address is unknown" in str(good_by("clerk", "loan", "blocks", LOAN))
    # One thing to do, not two: it goes when the address is found.
    (item,) = good_by("clerk", "worklist", "--source", "mail")
    assert item["next_action"] == "find the address and register the move"
    # The next letter falls away before it is put together.
    (second,) = propose(desk, "b")
    assert [row["letter"] for row in put_together()["fell_away"]] == [second]


def test_f7_f8_a_letter_goes_to_no_dead_person_and_keeps_the_address_it_went_to(
    letters_desk: Engine, post: Path
) -> None:
    today, moved = str(clock.today()), ("--postcode", "8304 BA", "--city", "Emmeloord")
    (waits,) = propose(letters_desk, "a")
    run = released()["run"]
    event = ("event", "death", "1", "--on", today, "--document", "BRP 1")
    good_by("clerk", *event)
    assert (printed(run, post).code, list(post.iterdir())) == (3, [])
    assert state(letters_desk, waits) == "fell-away"
    # What is written about his death goes to his heirs; the report was wrong, and he is written to again.
    (heirs,) = propose(letters_desk, "b")
    assert str(letter(letters_desk, heirs).draft.fields["addressee"]).startswith("['De erven van S. Jansen'")
    wrong = ("event", "wrong-report", "1", "--of", "death", "--on", today, "--document", "BRP 2")
    good_by("clerk", *wrong, "--reason", "a namesake")
    (left,) = propose(letters_desk, "c")
    sent(post)
    move = ("debtor", "move", "1", "--on", today, "--street", "Kerkweg", "--house-number", "1", *moved)
    good_by("clerk", *move)
    assert (state(letters_desk, left), state(letters_desk, heirs)) == ("handed-over", "fell-away")
    went_to = letter(letters_desk, left).draft.fields["addressee"]
    assert went_to == ["S. Jansen", "Agorabaan 3", "8232 AB  Lelystad"]


def test_p14_sent_letters_are_withdrawn_by_two_persons(letters_desk: Engine, post: Path) -> None:
    (number,) = propose(letters_desk, "a")
    run = put_together()["run"]
    words = ("letters", "withdraw", str(run), "--reason", "the payment was in")
    assert "only letters that were handed over are withdrawn" in by("approver", *words).err
    good_by("approver", "letters", "release", str(run), "--number", "1", "--total", "506.91")
    assert printed(run, post).code == 0
    done = good_by("approver", *words)
    assert (done["state"], state(letters_desk, number)) == ("proposed", "handed-over")
    assert "you made it" in by("approver", "approve", str(done["decision"])).err
    assert good_by("manager", "approve", str(done["decision"]))["state"] == "in-force"
    assert state(letters_desk, number) == "withdrawn"
    # The debtor is told: a letter of correction waits to be put together.
    proposed = good_by("clerk", "letters", "list", "--state", "proposed")["letters"]
    assert [(row["kind"], row["debtor"]) for row in proposed] == [("correction", 1)]
    left = sent(post, "--kind", "correction")
    said = read(next(post.glob(f"*{left['run']:06}*.pdf")).read_bytes())
    assert not [
        words for words in ("Herinnering", "geldt niet meer", "the payment was in") if words not in said
    ]


def test_a_letter_is_held_until_a_day_or_taken_out_for_good(letters_desk: Engine) -> None:
    held, gone = propose(letters_desk, "a", "b")
    later = (clock.today() + timedelta(days=3)).isoformat()
    assert "reason: is missing" in by("clerk", "letters", "exclude", str(held), "--reason", " ").err
    good_by("clerk", "letters", "exclude", str(held), "--reason", "called", "--until", later)
    good_by("clerk", "letters", "exclude", str(gone), "--reason", "wrong")
    assert [state(letters_desk, number) for number in (held, gone)] == ["held", "excluded"]
    assert letter(letters_desk, held).state(clock.today() + timedelta(days=3)) == "proposed"
    assert put_together()["run"] is None
    assert (
        "is excluded, and cannot be taken out"
        in by("clerk", "letters", "exclude", str(gone), "--reason", "x").err
    )
    assert "no letter 99" in by("clerk", "letters", "exclude", "99", "--reason", "x").err
    assert (
        "is no letter of this creditor"
        in by("clerk", "letters", "propose", "--creditor", "almere", "--letter", str(gone)).err
    )


def test_who_may_not_is_refused(letters_desk: Engine, post: Path) -> None:
    (number,) = propose(letters_desk, "a")
    run = str(put_together()["run"])
    for account, words in (
        ("auditor", ("propose", "--creditor", "almere", "--all")),
        ("urk", ("propose", "--creditor", "almere", "--all")),
        ("urk", ("release", run, "--number", "1", "--total", "506.91")),
        ("auditor", ("print", run, "--to", str(post))),
        ("urk", ("show", str(number))),
        ("urk", ("exclude", str(number), "--reason", "x")),
    ):
        done = by(account, "letters", *words)
        assert (done.code, "needs one of the roles" in done.err) == (2, True), (account, words, done.err)
    assert good_by("urk", "letters", "list")["letters"] == []
    assert good_by("auditor", "letters", "show", str(number))["state"] == "approved"
    shown = by("auditor", "letters", "show", str(number)).out
    assert "pay_amount: 506.91" in shown
    assert not {"{", "[", "50691"} & {*shown, *shown.split()}


def test_a_run_holds_the_letters_of_one_creditor(letters_desk: Engine) -> None:
    propose(letters_desk, "a")
    assert good_by("manager", "letters", "propose", "--creditor", "dronten", "--all")["run"] is None
    run = put_together()["run"]
    with reading(letters_desk) as connection:
        assert {one.draft.creditor for one in letters_of_run(connection, run).values()} == {1}


def test_a_run_that_is_not_there_is_named(letters_desk: Engine, post: Path) -> None:
    assert "no print run 7; aflos letters list shows them" in printed(7, post).err
