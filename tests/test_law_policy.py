"""Every choice the law leaves to the college is there, with its default, and the list of those in use is true."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from ledger.config import read_yaml
from ledger.errors import Misconfigured
from servicing import files
from servicing.policy import USED_KEYS, NotChosen, Policy, choices_from, settings_from
from tests.house.source import PROGRAM
from tests.law_files import write

ROOT = Path(__file__).resolve().parent.parent
POLICY = files.policy()
ON = date(2026, 1, 1)
WORDS = "reference: Bbz, explanation: So., uitleg: Zo."
DEFAULTS = f"""
choices:
  a.kind: {{number: A1, question: Which?, options: [one, two], default: one, {WORDS}}}
  a.days: {{number: A2, question: How many?, unit: days, default: null, until_chosen: "0", {WORDS}}}
  a.limit: {{number: A3, question: How much?, unit: euros, default: null, {WORDS}}}
"""


def policy(creditor_text: str = "choices: {}") -> Policy:
    choices = choices_from(read_yaml(DEFAULTS, "policy/defaults.yaml"), "policy/defaults.yaml")
    content = read_yaml(creditor_text, "policy/urk.yaml")
    return Policy(choices, {"urk": settings_from(content, "policy/urk.yaml", choices)})


def test_all_fifty_two_choices_are_there() -> None:
    wanted = {
        *(f"A{n}" for n in range(1, 18)),
        *(f"B{n}" for n in range(1, 14)),
        *(f"C{n}" for n in range(1, 6)),
        *(f"D{n}" for n in range(1, 18)),
    }
    assert len(wanted) == 52
    numbers = [choice.number for choice in POLICY.choices.values()]
    assert wanted <= set(numbers)
    # The steps of the dunning ladder (D11) are four keys more; all other numbers stand once.
    assert all(numbers.count(number) == (5 if number == "D11" else 1) for number in wanted)


def test_what_the_college_must_choose_has_no_default() -> None:
    assert {key for key, choice in POLICY.choices.items() if choice.default is None} == {
        "art6.negative",
        "art13.mode",
        "art12.minimum",
        "loan.deferral",
        "loan.payment_tolerance",
        "mandate.one_person_limit",
        "arrangement.smallest_instalment",
        "arrangement.longest_term",
        "small_amount.limit",
        "review.every",
    }


@pytest.mark.parametrize(
    ("key", "options"), [("art12.cap", ["months", "norms", "days"]), ("art13.mode", ["i", "ii", "iii"])]
)
def test_options_named_on_the_command_line(key: str, options: list[str]) -> None:
    assert POLICY.choices[key].options == options


def test_the_default_holds_until_a_college_chooses() -> None:
    chosen = policy('choices: {a.kind: {2026-01-01: {value: two, source: "Beleidsregel art. 1"}}}')
    assert chosen.choice("a.kind", "urk", date(2025, 12, 31)) == "one"
    assert chosen.choice("a.kind", "urk", date(2026, 1, 1)) == "two"
    assert chosen.answer("a.kind", "urk", ON).source == "Beleidsregel art. 1 (from 2026-01-01)"
    assert chosen.choice("a.kind", "almere", ON) == "one"
    assert chosen.answer("a.kind", None, ON).source == "default"


def test_until_chosen_holds_where_the_college_has_not_chosen() -> None:
    assert policy().number("a.days", "urk", ON) == 0
    assert not policy().answer("a.days", "urk", ON).chosen


def test_what_is_not_chosen_is_refused_by_key_and_creditor() -> None:
    with pytest.raises(NotChosen, match=r"a\.limit for urk: not chosen yet: How much\?") as refused:
        policy().cents("a.limit", "urk", ON)
    assert (refused.value.key, refused.value.creditor, refused.value.exit_code) == ("a.limit", "urk", 2)


def test_an_amount_is_cents() -> None:
    chosen = policy('choices: {a.limit: {2026-01-01: {value: "12.50", source: x}}}')
    assert chosen.cents("a.limit", "urk", ON) == 1_250


def test_a_choice_can_be_taken_back() -> None:
    text = "choices: {a.kind: {2025-01-01: {value: two, source: x}, 2026-01-01: {value: null, source: y}}}"
    assert policy(text).choice("a.kind", "urk", ON) == "one"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "choices: {a.knid: {2026-01-01: {value: two, source: x}}}",
            "choices.a.knid: there is no such choice",
        ),
        (
            "choices: {a.kind: {2026-01-01: {value: three, source: x}}}",
            "choices.a.kind.2026-01-01.value: 'three': choose one of one, two",
        ),
        ("choices: {a.kind: {2026-01-01: {value: no, source: x}}}", "value: False: write text"),
        ("choices: {a.days: {2026-01-01: {value: 5, source: x}}}", "value: 5: write text"),
        ('choices: {a.days: {2026-01-01: {value: "-5", source: x}}}', "write a whole number of days"),
        ('choices: {a.limit: {2026-01-01: {value: "5", source: x}}}', "write an amount with two decimals"),
        ("choices: {a.kind: two}", "choices.a.kind: 'two'"),
        ("choices: {a.kind: {2026-01-01: {value: two}}}", "source: this key is missing"),
        ("choices: {a.kind: {}}", "choices.a.kind"),
        ("{}", "choices: this key is missing"),
    ],
)
def test_a_wrong_answer_is_refused(text: str, message: str) -> None:
    with pytest.raises(Misconfigured) as refused:
        policy(text)
    assert message in str(refused.value)
    assert str(refused.value).startswith("policy/urk.yaml")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("default: one", "default: three"), "default: 'three': choose one of one, two"),
        (("options: [one, two], ", ""), "a choice has either options or a unit"),
        (("options: [one, two]", "options: [one]"), "options"),
        (
            ("default: one", 'default: one, until_chosen: "two"'),
            "until_chosen is for a choice whose default is null",
        ),
        (("uitleg: Zo.", "uitlge: Zo."), "uitl"),
    ],
)
def test_a_wrong_choice_is_refused(change: tuple[str, str], message: str) -> None:
    text = DEFAULTS.replace(*change)
    with pytest.raises(Misconfigured) as refused:
        choices_from(read_yaml(text, "policy/defaults.yaml"), "policy/defaults.yaml")
    assert message in str(refused.value)


def test_a_file_of_no_creditor_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "policy/almeer.yaml", "choices: {}")
    monkeypatch.setenv("AFLOS_CONFIG", str(tmp_path))
    with pytest.raises(Misconfigured, match=r"almeer\.yaml: no creditor has the code 'almeer'"):
        files.policy()


def test_a_private_law_creditor_charges_no_reminder_fee() -> None:
    # Awb art. 4:85: title 4.4 is for debts from law or decision; a credit of the Doorstartfonds is a contract.
    assert POLICY.choice("fee.charge", "flevoland", ON) == "none"
    assert POLICY.choice("fee.charge", "almere", ON) == "recovery_claims_only"


ASKING = {"choice", "number", "cents"}


def code_files() -> Iterator[Path]:
    for package in sorted(PROGRAM):
        yield from (path for path in (ROOT / package).rglob("*.py") if path.name != "policy.py")


def asked_keys(tree: ast.AST) -> Iterator[ast.expr]:
    """First arguments of policy.choice(...), policy.number(...) and policy.cents(...)."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
            receiver = ast.unparse(node.func.value)
            if node.func.attr in ASKING and re.search(r"policy(\(\))?$", receiver):
                yield node.args[0]


def keys_read(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    asked = list(asked_keys(tree))
    variable = [ast.unparse(key) for key in asked if not isinstance(key, ast.Constant)]
    assert not variable, f"{path}: ask the policy by a literal key, not by {variable}"
    texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    dotted = {key for key in POLICY.choices if "." in key and key in texts}
    return dotted | {str(key.value) for key in asked if isinstance(key, ast.Constant)}


def test_the_list_of_choices_in_use_is_what_the_code_reads() -> None:
    """A key that code reads stands in USED_KEYS, and no other: what `aflos law policy` shows as in use is."""
    read = {key for path in code_files() for key in keys_read(path)}
    assert read == USED_KEYS


def test_a_choice_that_is_read_would_be_seen(tmp_path: Path) -> None:
    path = write(tmp_path, "a.py", "x = policy.choice('round', code, on)\ny = {'art12.cap': 'months'}\n")
    assert keys_read(path) == {"round", "art12.cap"}
    with pytest.raises(AssertionError, match="by a literal key"):
        keys_read(write(tmp_path, "b.py", "self.policy.number(key, code, on)"))
