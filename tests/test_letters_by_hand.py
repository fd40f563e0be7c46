"""Every kind of letter has a way to come about, and those a person asks for are made from the books."""

from __future__ import annotations

import os
from datetime import date, timedelta

import click
from sqlalchemy import Engine

from backoffice.cli.main import aflos
from jobs import clock
from jobs.business_dates import recorded
from ledger.database import writing
from ledger.money import euros
from letters.catalogue import Kind
from letters.outbox.by_hand import dunned_kinds, trigger_of
from letters.outbox.deciding import SETTLEMENT_ANSWER
from letters.outbox.page_draft import page_draft
from letters.render import render
from servicing.dunning.sent import HandedOver, Line, drafts_of
from servicing.facts import Draft, FactKind
from servicing.store import Loan, add_loan, record
from tests.desk import GRANTED, LOAN, options
from tests.dunning_cases import PROCEDURES
from tests.house.source import ROOT
from tests.letter_reading import read, the_press
from tests.letters_desk import ADDRESS, letter, pay, state
from tests.nights import at
from tests.offices import by, good_by

KINDS = the_press().catalogue.kinds
WAYS = {code: trigger_of(kind, dunned_kinds(PROCEDURES)) for code, kind in KINDS.items()}
BY_HAND = [code for code, way in WAYS.items() if way.startswith("aflos letters make")]


SIGNED = ("--say", "mandate=Besluit art. 4", "--say", "signatory=G. Fiatteur")


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


def words_of(kind: Kind) -> list[str]:
    """Every field of a kind that the books do not know, as a person writes it."""
    words: list[str] = ["--say", "refused=yes"] if kind.code == SETTLEMENT_ANSWER else []
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


def test_what_no_other_way_gives_is_made_by_hand(letters_desk: Engine) -> None:
    del letters_desk
    made = 0
    for code in BY_HAND if os.environ.get("LETTERS") == "all" else BY_HAND[::5]:
        kind = KINDS[code]
        if "public" not in kind.law or kind.nature == "order":
            continue
        done = by("clerk", "letters", "make", code, LOAN, *words_of(kind), "--json")
        assert done.code == 0, (code, done.err)
        made += 1
    assert made >= 4


def page_of(engine: Engine, number: int, on: date) -> str:
    drawn = page_draft(letter(engine, number), "almere", on, the_press().catalogue)
    return read(render(the_press(), drawn).content)


def test_a_payoff_statement_says_that_interest_is_added_only_where_it_is(letters_desk: Engine) -> None:
    today = clock.today()
    decided = ("decide", "interest-free", LOAN, "--on", str(today), "--decision", "B 1")
    good_by("manager", "approve", str(good_by("approver", *decided)["decision"]))
    (number,) = good_by("clerk", "letters", "make", "payoff_statement", LOAN, "--on", str(today))["letters"]
    page = page_of(letters_desk, number, today)
    assert "rente bij" not in page
    assert "Het gaat om de dag waarop het geld" in page


def test_a_payoff_statement_is_what_pays_the_loan_off(letters_desk: Engine) -> None:
    on = clock.today() + timedelta(days=10)
    (number,) = good_by("clerk", "letters", "make", "payoff_statement", LOAN, "--on", str(on))["letters"]
    again = good_by("clerk", "letters", "make", "payoff_statement", LOAN, "--on", str(on))
    assert again["letters"] == []
    total = good_by("clerk", "loan", "payoff", LOAN, "--on", str(on))["total"]
    made = letter(letters_desk, number).draft
    assert (euros(made.demanded), euros(int(str(made.fields["balance"])))) == (total, total)
    page = page_of(letters_desk, number, on)
    assert "helemaal af te lossen" in page
    assert "Elke dag komt er rente bij." in page
    # A hold stops dunning, and not what somebody asked for; a payment makes it wrong.
    good_by("clerk", "hold", LOAN, "--until", str(on), "--on", str(clock.today()), "--reason", "figures")
    pay(letters_desk)
    good_by("clerk", "letters", "propose", "--creditor", "almere", "--all")
    assert state(letters_desk, number) == "fell-away"


def test_no_balance_is_made_up_where_nothing_is_owed(letters_desk: Engine) -> None:
    del letters_desk
    on = str(clock.today())
    total = good_by("clerk", "loan", "payoff", LOAN, "--on", on)["total"]
    paid = ("payment", "add", LOAN, "--amount", str(total), "--on", on, "--reference", "paid off")
    assert by("clerk", *paid).code == 0
    for more in ((), ("--say", "balance_rows=Hoofdsom;1000.00")):
        for kind in ("payoff_statement", "balance_statement"):
            done = by("clerk", "letters", "make", kind, LOAN, "--on", on, *more)
            assert (done.code, f"nothing is owed of loan {LOAN} on {on}" in done.err) == (2, True), done.err
            assert f"aflos statement {LOAN} --format pdf" in done.err
    kinds = {one["kind"] for one in good_by("clerk", "letters", "list")["letters"]}
    assert kinds.isdisjoint(("payoff_statement", "balance_statement"))


def test_a_decision_that_grants_has_its_terms_from_the_loan(letters_desk: Engine) -> None:
    words = ("guarantee_bank=Voorbeeldbank", "guarantee_paid_on=2025-01-01", "reasons=De bank vroeg erom.")
    says = [word for text in words for word in ("--say", text)]
    (number,) = good_by("clerk", "letters", "make", "guarantee_called", LOAN, *says, *SIGNED)["letters"]
    fields = letter(letters_desk, number).draft.fields
    assert (fields["principal"], fields["rate"], fields["instalment"]) == (2_500_000, "8", 506_91)


def test_a_letter_goes_to_whom_a_person_named(letters_desk: Engine) -> None:
    to = ("--to", "Erven van S. Jansen", "--to", "Postbus 1", "--to", "8200 AA  Lelystad")
    good_by("clerk", "event", "death", "1", "--on", str(clock.today()), "--document", "akte")
    (number,) = good_by("clerk", "letters", "make", "estate", LOAN, *to)["letters"]
    fields = letter(letters_desk, number).draft.fields
    assert (fields["addressee"], fields["about"]) == (list(to[1::2]), "S. Jansen")
    assert (fields["deceased"], fields["died_on"]) == ("S. Jansen", str(clock.today()))
    good_by("clerk", "letters", "propose", "--creditor", "almere", "--all")
    assert state(letters_desk, number) == "approved"


def test_who_owes_stands_in_a_letter_about_the_debt_by_itself(letters_desk: Engine) -> None:
    to = ("--to", "Schuldhulp Flevoland", "--to", "Postbus 1", "--to", "8200 AA  Lelystad")
    (number,) = good_by("clerk", "letters", "make", "balance_statement", LOAN, *to)["letters"]
    assert letter(letters_desk, number).draft.fields["debtor"] == "S. Jansen"
    said = ("--say", "debtor=S. Jansen, h.o.d.n. Jansen Klusbedrijf")
    (number,) = good_by("clerk", "letters", "make", "balance_statement", LOAN, *to, *said)["letters"]
    assert letter(letters_desk, number).draft.fields["debtor"] == said[1].removeprefix("debtor=")


def test_of_joint_debtors_only_the_heirs_of_who_died_are_written_to(letters_desk: Engine) -> None:
    good_by("clerk", "debtor", "add", "--name", "P. Jansen", "--on", "2024-01-01", *ADDRESS)
    granted = (*options(GRANTED, decision="B-2025-18"), "--debtor", "2")
    loan = str(good_by("clerk", "loan", "add", *granted)["loan"])
    good_by("clerk", "loan", "disburse", loan, "--amount", "25000.00", "--on", "2025-01-01")
    good_by("clerk", "event", "death", "2", "--on", str(clock.today()), "--document", "akte")
    (number,) = good_by("clerk", "letters", "make", "estate", loan)["letters"]
    made = letter(letters_desk, number).draft
    assert (made.debtor, made.fields["deceased"]) == (2, "P. Jansen")
    assert made.fields["addressee"] == ["De erven van P. Jansen", "Agorabaan 3", "8232 AB  Lelystad"]


def test_what_comes_about_in_another_way_or_lacks_a_field_is_refused(letters_desk: Engine) -> None:
    del letters_desk
    for words, why in (
        (("formal_reminder",), "is not made by hand: dunning proposes it (instalments, recovery, clawback)"),
        (("welcome",), "the night writes it"),
        (("payoff",), "there is no such letter"),
        (("estate",), "deceased: is missing (who died); died_on: is missing (when); write it with --say"),
        (("buy_off",), "aflos letters write DECISION --kind buy_off"),
        (("claim_filing", "--say", "claim_rows=1;2"), "has no such field"),
    ):
        done = by("clerk", "letters", "make", words[0], LOAN, *words[1:])
        assert (done.code, why in done.err) == (2, True), done.err


def test_a_run_of_nothing_says_whether_a_choice_is_missing(letters_desk: Engine) -> None:
    del letters_desk
    asked = ("letters", "propose", "--creditor", "almere")
    assert "choose with --all" in by("clerk", *asked).out
    assert "no letter that was chosen waits" in by("clerk", *asked, "--all").out


def test_p01_no_dwangbevel_is_made_before_dunning_came_to_it(letters_desk: Engine) -> None:
    del letters_desk
    done = by("clerk", "letters", "make", "enforcement_order", LOAN)
    assert "no dwangbevel may be made" in done.err


def claim_after_its_aanmaning(engine: Engine) -> int:
    """A claim of which the decision and an aanmaning were handed over, and both terms have passed."""
    start = at("2025-03-03")
    with writing(engine) as connection:
        stamped = recorded(connection, "test")
        heading = Loan(0, 1, "recovery_claim", None, "test", start, start, "private")
        loan = add_loan(connection, heading, [1], stamped)
        terms = {"principal": "4712.94", "annual_rate_percent": "0", "start": "2025-03-03", "instalments": 1}
        line = (Line(loan, at("2025-04-14"), 471_294, 2_000),)
        sent = HandedOver("L-1", "recovery", "reminder", "reminder", at("2025-04-22"), line, (1,))
        formal = sent._replace(
            reference="L-2", step="aanmaning", on=at("2025-05-06"), term_until=at("2025-05-20")
        )
        told = [
            Draft(
                loan,
                FactKind.GRANT,
                start,
                "grant",
                data=terms | {"first_due": "2025-04-14", "method": "bullet"},
            ),
            Draft(loan, FactKind.DISBURSEMENT, start, "first", cents=471_294),
            Draft(loan, FactKind.ANNOUNCED, start, "decision", data={"ground": "recovery"}),
            *drafts_of(sent._replace(lines=(line[0]._replace(fee=0),))),
            *drafts_of(formal),
        ]
        record(connection, told, stamped)
    return loan


def test_p01_a_dwangbevel_is_made_when_dunning_came_to_it_and_an_objection_takes_it_out(
    letters_desk: Engine,
) -> None:
    loan = claim_after_its_aanmaning(letters_desk)
    words = [
        f"{name}={text}"
        for name, text in (
            ("about", "S. Jansen"),
            ("decision_date", "2025-03-03"),
            ("decision_reference", "TV-1"),
            ("interest_from", "2025-05-21"),
            ("mandate", "het Mandaatbesluit"),
            ("signatory", "R. van Dijk"),
        )
    ]
    said = [word for one in words for word in ("--say", one)]
    (number,) = good_by("clerk", "letters", "make", "enforcement_order", str(loan), *said)["letters"]
    fields = letter(letters_desk, number).draft.fields
    rows = [["Wat u moest betalen", 471_294], ["Kosten van de aanmaning", 2_000]]
    assert (fields["claim_rows"], fields["order_total"]) == (rows, 473_294)
    assert (fields["formal_reminder_date"], fields["fee"]) == ("2025-05-06", 2_000)
    good_by("clerk", "event", "objection", str(loan), "--on", str(clock.today()), "--document", "B")
    good_by("clerk", "letters", "propose", "--creditor", "almere", "--all")
    assert state(letters_desk, number) == "fell-away"
