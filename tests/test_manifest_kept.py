"""A manifest outside is whole, also where a run that was thought dead wakes up while it keeps the same."""

from __future__ import annotations

from pathlib import Path

from jobs.manifest import as_json, keep
from ledger.fault_points import watched
from tests.chaos.harness import begin_child, ended

MANIFEST = {"business_date": "2026-11-25", "seal": "s" * 200_000}


def check(path: Path) -> None:
    """The manifest is whole, and all there is."""
    assert path.read_text(encoding="utf-8") == as_json(MANIFEST) + "\n"
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_a6_a_run_that_woke_up_too_late_takes_no_manifest_for_a_failed_disk(tmp_path: Path) -> None:
    codes: list[int] = []

    def another(_: str) -> None:
        if not codes:
            codes.append(-1)
            codes[0] = ended(begin_child(lambda: check(keep(tmp_path, MANIFEST))))

    with watched(another):
        path = keep(tmp_path, MANIFEST)
    assert codes == [0]
    check(path)


def test_a1_what_a_run_left_that_was_killed_is_cleared_away(tmp_path: Path) -> None:
    (tmp_path / "2026-11-25.1.part").write_text("half", encoding="utf-8")
    check(keep(tmp_path, MANIFEST))


def test_a_folder_in_the_place_of_what_a_run_left_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "2026-11-25.1.part").mkdir()
    assert keep(tmp_path, MANIFEST).read_text(encoding="utf-8") == as_json(MANIFEST) + "\n"
