"""Every kind of letter has a way to come about, and those a person asks for are made from the books."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import click
import pytest
from sqlalchemy import Engine

from backoffice.cli.main import aflos
from jobs import clock
from ledger.money import euros
from letters.catalogue import Kind
from letters.outbox.by_hand import dunned_kinds, trigger_of
from letters.outbox.page_draft import page_draft
from letters.render import render
from tests.desk import LOAN
from tests.dunning_cases import PROCEDURES
from tests.house.source import ROOT
from tests.letter_reading import read, the_press
from tests.letters_desk import letter, open_letters_desk, pay, state
from tests.offices import by, good_by

KINDS = the_press().catalogue.kinds
WAYS = {code: trigger_of(kind, dunned_kinds(PROCEDURES)) for code, kind in KINDS.items()}
BY_HAND = [code for code, way in WAYS.items() if way.startswith("aflos letters make")]


@pytest.fixture
def desk(sqlite_database: Engine, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    open_letters_desk(sqlite_url, tmp_path, monkeypatch)
    return sqlite_database


def test_the_page_says_how_each_kind_comes_about() -> None:
    page = (ROOT / "docs" / "letter-kinds.md").read_text(encoding="utf-8")
    rows = [row.split(" | ") for row in page.splitlines() if row.startswith("| `")]
    assert {cells[0].strip("| `"): cells[-1].removesuffix(" |") for cells in rows if len(cells) == 6} == WAYS


def test_every_way_is_a_command_or_the_night() -> None:
    for way in WAYS.values():
        if way.startswith("aflos "):
            group, name = way.split()[1:3]
            command = aflos.get_command(click.Context(aflos), group)
            assert group == "statement" or (isinstance(command, click.Group) and name in command.commands), (
                way
            )
        else:
            assert way.startswith(("the night", "dunning proposes")), way


def said(kind: Kind) -> list[str]:
    """Every field of a kind that the books do not know, as a person writes it."""
    words: list[str] = []
    for name in kind.required:
        rule, value = kind.fields[name], kind.sample[name]
        if name in {
            "addressee",
            "contact_name",
            "contact_phone",
            "date",
            "our_reference",
            "objection_before",
        }:
            continue
        if name.startswith(("balance", "payoff", "pay_")) and name != "pay_before":
            continue
        lines = value if isinstance(value, list) else [value]
        for line in lines:
            cells = line if isinstance(line, list) else [line]
            types = [column.type for column in rule.columns] if rule.columns else [rule.type]
            texts = [
                euros(int(cell))
                if kind_ in {"amount", "cents"}
                else {True: "yes", False: "no"}.get(cell, str(cell))
                for kind_, cell in zip(types, cells, strict=True)
            ]
            words += ["--say", f"{name}={';'.join(texts)}"]
    return words


def test_what_no_other_way_gives_is_made_by_hand(desk: Engine) -> None:
    del desk
    made = 0
    for code in BY_HAND if os.environ.get("LETTERS") == "all" else BY_HAND[::5]:
        kind = KINDS[code]
        if "public" not in kind.law or kind.nature == "order":
            continue
        done = by("clerk", "letters", "make", code, LOAN, *said(kind), "--json")
        assert done.code == 0, (code, done.err)
        made += 1
    assert made >= 4


def test_a_payoff_statement_is_what_pays_the_loan_off(desk: Engine) -> None:
    on = clock.today() + timedelta(days=10)
    (number,) = good_by("clerk", "letters", "make", "payoff_statement", LOAN, "--on", str(on))["letters"]
    again = good_by("clerk", "letters", "make", "payoff_statement", LOAN, "--on", str(on))
    assert again["letters"] == []
    total = good_by("clerk", "loan", "payoff", LOAN, "--on", str(on))["total"]
    made = letter(desk, number).draft
    assert (euros(made.demanded), euros(int(str(made.fields["balance"])))) == (total, total)
    page = read(
        render(the_press(), page_draft(letter(desk, number), "almere", on, the_press().catalogue)).content
    )
    assert "helemaal af te lossen" in page
    # A hold stops dunning, and not what somebody asked for; a payment makes it wrong.
    good_by("clerk", "hold", LOAN, "--until", str(on), "--on", str(clock.today()), "--reason", "figures")
    pay(desk)
    good_by("clerk", "letters", "propose", "--creditor", "almere", "--all")
    assert state(desk, number) == "fell-away"


def test_a_letter_goes_to_whom_a_person_named(desk: Engine) -> None:
    to = ("--to", "Erven van S. Jansen", "--to", "Postbus 1", "--to", "8200 AA  Lelystad")
    good_by("clerk", "event", "death", "1", "--on", str(clock.today()), "--document", "akte")
    words = ("--say", "deceased=S. Jansen", "--say", f"died_on={clock.today()}")
    (number,) = good_by("clerk", "letters", "make", "estate", LOAN, *to, *words)["letters"]
    fields = letter(desk, number).draft.fields
    assert (fields["addressee"], fields["about"]) == (list(to[1::2]), "S. Jansen")
    good_by("clerk", "letters", "propose", "--creditor", "almere", "--all")
    assert state(desk, number) == "approved"


def test_what_comes_about_in_another_way_or_lacks_a_field_is_refused(desk: Engine) -> None:
    del desk
    for words, why in (
        (("formal_reminder",), "is not made by hand: dunning proposes it (instalments, recovery, clawback)"),
        (("welcome",), "the night writes it"),
        (("payoff",), "there is no such letter"),
        (("estate",), "deceased: is missing; write it with --say"),
        (("buy_off",), "aflos letters write DECISION --kind buy_off"),
        (("claim_filing", "--say", "claim_rows=1;2"), "has no such field"),
    ):
        done = by("clerk", "letters", "make", words[0], LOAN, *words[1:])
        assert (done.code, why in done.err) == (2, True), done.err


def test_p01_no_dwangbevel_is_made_before_dunning_came_to_it(desk: Engine) -> None:
    del desk
    done = by("clerk", "letters", "make", "enforcement_order", LOAN)
    assert "no dwangbevel may be made" in done.err
