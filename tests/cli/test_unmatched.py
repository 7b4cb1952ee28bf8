"""An edit of the schedule that leaves something recorded behind: `check` and `diff` tell, support is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.running import Outcome, run

NOW = "2026-12-01"
OF_PREVIEW = '[[environments]]\nid = "preview"\nname = "Preview"\n'
A_FREEZE = '\n[[change_freezes]]\nid = "x"\nname = "X"\nfrom = 2026-12-09\nthrough = 2026-12-09\n'


@pytest.fixture
def _announced(winter: Path) -> None:
    """A planned change and a window's occurrence on 9 December, an emergency change and a subscriber of preview."""
    for command in (
        ("planned", "announce", "--summary", "P", "--environment", "production", "--start", "2026-12-09T03:00"),
        ("emergency", "announce", "--summary", "E", "--environment", "preview", "--start", "2026-12-08T01:00"),
    ):
        assert run(*command, "--duration", "1h", "--now", NOW, "--operator", "ann").status == 0
    move = ("window", "move", "thursday", "2026-12-10", "--start", "2026-12-09T12:00", "--reason", "m")
    assert run(*move, "--now", NOW, "--operator", "ann").status == 0
    assert run("subscriber", "add", "Acme Inc.", "--feed", "preview", "--now", NOW, "--operator", "ann").status == 0
    winter.with_name("old.toml").write_bytes(winter.read_bytes())


def edit(schedule: Path, text: str) -> str:
    schedule.write_text(text, encoding="utf-8")
    return text


@pytest.mark.usefixtures("_announced")
def test_check_warns_of_records_that_an_edit_leaves_behind(winter: Path) -> None:
    before = "schedule.toml: no errors, 0 warnings; 2 environments, 1 maintenance window, 1 change freeze, 7 feeds\n"
    assert run("check", "--now", NOW) == Outcome(status=0, stdout=before, stderr="")
    edit(winter, winter.read_text(encoding="utf-8").replace(OF_PREVIEW, "") + A_FREEZE)
    assert run("check", "--now", NOW) == Outcome(
        status=0,
        stdout=(
            'schedule.toml: warning: PC-1: the change lies in the change freeze "X", Wed 2026-12-09, and does not say '
            "why it can't wait; give a reason: icsfeed planned update PC-1 --reason …, or lift the freeze for that "
            "date, or cancel the change\n"
            "schedule.toml: warning: EC-1: the change touches environments that this schedule lacks (preview): "
            "no feed shows it; put them back until the change is over, or name others: icsfeed emergency update EC-1 "
            "--environment …\n"
            "schedule.toml: warning: thursday 2026-12-10: the occurrence was moved to Wed 2026-12-09 12:00–16:00 EST "
            'but is no longer shown, because that time lies in the change freeze "X", Wed 2026-12-09; '
            "move it elsewhere, restore it, or lift the freeze for that date\n"
            'schedule.toml: warning: subscriber Acme Inc.: the private feed is "preview", which this schedule does not '
            "have: its address answers 404; put the feed back, or revoke the subscriber and add it again with "
            "another\n"
            "schedule.toml: no errors, 4 warnings; 1 environment, 1 maintenance window, 2 change freezes, 6 feeds\n"
        ),
        stderr="",
    )


@pytest.mark.usefixtures("_announced")
def test_following_the_advice_of_check_ends_its_warnings(winter: Path) -> None:
    edit(winter, winter.read_text(encoding="utf-8").replace(OF_PREVIEW, "") + A_FREEZE)
    for command in (
        ("planned", "update", "PC-1", "--reason", "The vendor has no other day"),
        ("emergency", "update", "EC-1", "--environment", "production"),
        ("window", "restore", "thursday", "2026-12-10"),
        ("subscriber", "revoke", "Acme Inc."),
        ("subscriber", "add", "Acme Inc.", "--feed", "production"),
    ):
        assert run(*command, "--now", NOW, "--operator", "ann").status == 0, command
    assert json.loads(run("check", "--json", "--now", NOW).stdout)["warnings"] == []


@pytest.mark.usefixtures("_announced")
def test_json_names_records_and_locates_keys_of_the_file(winter: Path) -> None:
    text = edit(winter, winter.read_text(encoding="utf-8") + A_FREEZE + "lifted = [2026-12-31]\n")
    lifted, planned, moved = json.loads(run("check", "--json", "--now", NOW).stdout)["warnings"]
    assert lifted == {
        "path": "change_freezes[1]",
        "line": text[: text.index(A_FREEZE)].count("\n") + 2,
        "recorded": None,
        "message": "lifted has dates that are not frozen anyway: 2026-12-31",
    }
    assert [(each["path"], each["line"], each["recorded"]) for each in (planned, moved)] == [
        ("", None, "PC-1"),
        ("", None, "thursday 2026-12-10"),
    ]


@pytest.mark.usefixtures("_announced")
def test_diff_shows_recorded_events_that_subscribers_lose(winter: Path, folder: Path) -> None:
    """All but the feed and the freeze was left out."""
    edit(winter, winter.read_text(encoding="utf-8").replace(OF_PREVIEW, "") + A_FREEZE)
    result = run("diff", "old.toml", "--now", NOW)
    assert (result.status, result.stderr) == (0, "")
    assert [line for line in result.stdout.splitlines() if "freeze" not in line] == [
        "- feed preview: its subscribers get nothing any more",
        "- emergency EC-1: Tue 2026-12-08 01:00–02:00 EST",
        "- maintenance thursday: Wed 2026-12-09 12:00–16:00 EST",
        "1 added, 0 moved, 4 removed",
    ]
    (folder / "icsfeed.db").rename(folder / "other.db")
    assert run("diff", "old.toml", "--now", NOW, "--database", "sqlite:///other.db") == result


@pytest.mark.usefixtures("no_database")
def test_diff_creates_no_database_and_reports_an_unreadable_one(winter: Path, folder: Path) -> None:
    assert run("diff", winter, "--now", NOW) == Outcome(
        status=0,
        stdout="no date changes\n",
        stderr=f"icsfeed: there is no database {folder}/icsfeed.db yet: nothing is recorded\n",
    )
    assert [path.name for path in folder.iterdir()] == ["schedule.toml"]
    (folder / "icsfeed.db").write_bytes(b"no database at all, but long enough to be taken for one" * 20)
    refused = run("diff", winter, "--now", NOW)
    assert refused == run("upcoming", "--now", NOW)
    assert (refused.status, refused.stdout) == (1, "")
