"""The wording of letters is data: what is wrong in it fails when it is read, and nothing in it is carried out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from ledger.config import read_yaml
from ledger.errors import Misconfigured
from ledger.files import config_file
from letters.catalogue import Source, kinds_from, standard_from
from letters.files import catalogue
from letters.letterhead import letterheads_from
from letters.template import placeholders
from servicing.files import creditors

STANDARD = standard_from(
    Source("standard", read_yaml(config_file("letters/standard.yaml").text, "a"), "a", "")
)
GOOD: Mapping[str, object] = {
    "name": {"nl": "Brief", "en": "Letter"},
    "law": ["public"],
    "nature": "information",
    "article": "geen",
    "fields": ["balance"],
    "optional": ["fee"],
    "subject": "Over {balance}",
    "body": [{"say": "Kosten: {fee}.", "when": "fee"}, {"use": "contact"}],
    "summary": {"en": "Letter.", "pl": "List."},
}


def read(changes: Mapping[str, object]) -> None:
    """Read a kind of letter that is good but for some changes."""
    kinds_from([Source("brief", {**GOOD, **changes}, "brief.yaml", "")], STANDARD)


def test_a_good_wording_is_read() -> None:
    read({})


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"subject": "Over {balans}"}, "'balans': the wording uses a field that the letter does not declare"),
        ({"fields": ["balance", "balans"]}, "'balans': there is no such field in letters/standard.yaml"),
        (
            {"fields": ["balance", "rate"]},
            "'rate': the letter declares a field that its wording does not use",
        ),
        ({"body": [{"say": "Kosten: {fee}."}]}, "'fee': may be missing: write when: fee beside it"),
        ({"subject": "{fee}, {balance}"}, "'fee': may be missing: subject, greeting and summary"),
        ({"body": [{"use": "nowhere"}]}, "'nowhere': there is no such passage"),
        ({"body": [{"say": "a", "head": "b"}]}, "a block is one of"),
        ({"body": [{"say": "a", "total": "balance"}]}, "total: stands with a table only"),
        ({"body": [{"run": "rm"}]}, "this key is unknown here"),
        ({"summary": {"en": "Letter."}}, "summary: is written in en and in pl"),
        ({"law": ["canon"]}, "law"),
        ({"body": []}, "body"),
    ],
)
def test_g7_a_wrong_wording_is_refused_when_it_is_read(changes: Mapping[str, object], rule: str) -> None:
    with pytest.raises(Misconfigured, match=f"brief.yaml.*{rule}"):
        read(changes)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "{balance.__class__}",
            "{balance!r}",
            "{balance:>9}",
            "{0}",
            "{}",
            "{ balance }",
            "{balance[0]}",
            "{{balance}}",
        ),
        *("{{7*7}}", "{% for a in b %}", "{Balance}", "open {", "close }", "{balance"),
    ],
)
def test_h13_braces_hold_the_name_of_a_field_and_nothing_else(text: str) -> None:
    with pytest.raises(ValueError, match="braces hold the name of a field and nothing else"):
        list(placeholders(text))
    with pytest.raises(Misconfigured):
        read({"subject": text})


@pytest.mark.parametrize("text", ["$balance ${balance}", "%(balance)s %s", "<b>{balance}</b>", "&lt;"])
def test_h13_other_signs_are_text(text: str) -> None:
    assert set(placeholders(text)) <= {"balance"}


def test_each_creditor_has_a_letterhead() -> None:
    content = read_yaml(config_file("letterheads.yaml").text, "a")
    assert isinstance(content, dict)
    heads = dict(content["letterheads"])
    assert set(letterheads_from(content, "a", creditors())) == set(creditors())
    heads.pop("urk")
    with pytest.raises(Misconfigured, match="urk: each creditor has one letterhead"):
        letterheads_from({"letterheads": heads}, "a", creditors())
    heads["urk"] = {**heads["almere"], "colour": "red"}
    with pytest.raises(Misconfigured, match="write a colour as"):
        letterheads_from({"letterheads": heads}, "a", creditors())


def test_an_office_lays_its_own_wording_over_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "letters").mkdir()
    text = config_file("letters/reminder.yaml").text
    (tmp_path / "letters" / "reminder.yaml").write_text(
        text.replace("Herinnering: wij hebben", "Even dit: wij hebben")
    )
    monkeypatch.setenv("AFLOS_CONFIG", str(tmp_path))
    found = catalogue()
    assert found.kinds["reminder"].subject.startswith("Even dit")
    assert found.kinds["reminder"].sha256 == config_file("letters/reminder.yaml").sha256
    assert len(found.kinds) > 50
