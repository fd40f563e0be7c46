"""An office with people for the tests, and commands run as one of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from backoffice.actor import authenticated
from tests.desk import Done, run

PEOPLE = """
people:
  clerk:
    name: C. Klerk
    roles: [{role: clerk, creditors: [almere], first_day: 2020-01-01}]
  adviser:
    name: A. Adviseur
    roles: [{role: adviser, creditors: [almere], first_day: 2020-01-01}]
    mandates:
      - {kinds: [defer], up_to: "60000.00", creditors: [almere], first_day: 2020-01-01, decided_in: "Besluit art. 3"}
  approver:
    name: G. Fiatteur
    roles: [{role: approver, creditors: [almere], first_day: 2020-01-01}]
    mandates:
      - {kinds: all, up_to: "60000.00", creditors: [almere], first_day: 2020-01-01, decided_in: "Besluit art. 4"}
  former:
    name: V. Vroeger
    roles: [{role: approver, creditors: [almere], first_day: 2020-01-01}]
    mandates:
      - {kinds: all, creditors: all, first_day: 2020-01-01, last_day: 2024-12-31, decided_in: "Besluit art. 4"}
  manager:
    name: M. Manager
    roles: [{role: manager, creditors: all, first_day: 2020-01-01}]
    mandates:
      - {kinds: all, creditors: all, first_day: 2020-01-01, decided_in: "Besluit art. 5"}
  deputy:
    name: W. Waarnemer
    roles: [{role: clerk, creditors: [almere], first_day: 2020-01-01}]
    deputy_for:
      - {person: approver, first_day: 2020-01-01}
      - {person: manager, first_day: 2020-01-01, last_day: 2020-12-31}
  auditor:
    name: R. Rekenkamer
    roles: [{role: auditor, creditors: all, first_day: 2020-01-01}]
  urk:
    name: U. Urker
    roles: [{role: approver, creditors: [urk], first_day: 2020-01-01}]
    mandates:
      - {kinds: all, creditors: all, first_day: 2020-01-01, decided_in: "Besluit Urk"}
  lelystad:
    name: L. Lelystad
    roles: [{role: approver, creditors: [lelystad], first_day: 2020-01-01}]
    mandates:
      - {kinds: all, creditors: all, first_day: 2020-01-01, decided_in: "Besluit Lelystad"}
  night:
    name: De nacht
    roles: [{role: system, creditors: all, first_day: 2020-01-01}]
"""


def open_office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, policy: str = "") -> None:
    """Put the people of an office in force, and a policy of Almere."""
    folder = tmp_path / "config"
    (folder / "policy").mkdir(parents=True)
    (folder / "people.yaml").write_text(PEOPLE)
    if policy:
        (folder / "policy" / "almere.yaml").write_text(policy)
    monkeypatch.setenv("AFLOS_CONFIG", str(folder))


def by(account: str, *words: str) -> Done:
    """Run a command as a person."""
    with authenticated(account):
        return run(*words)


def good_by(account: str, *words: str) -> Any:  # noqa: ANN401 - any JSON
    """What a command answers a person, that must succeed."""
    done = by(account, *words, "--json")
    assert done.code == 0, done.err
    return done.json
