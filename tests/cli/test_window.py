"""One occurrence skipped, moved and restored from the command line."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest

from tests.cli.running import Outcome, run
from tests.examples import utc
from tests.readers import READERS, Reader

pytestmark = pytest.mark.usefixtures("winter")

NOW = "2026-12-08T01:00"
MOVE = ("move", "thursday", "2026-12-10", "--reason", "Vendor on site")


SCHEDULE_IN_BERLIN = """\
{schedule}
[[maintenance_windows]]
id = "berlin"
name = "Maintenance in Berlin"
days = ["Thursday"]
timezone = "Europe/Berlin"
start = 02:00:00
end = 05:00:00
environments = ["production"]
effective_from = 2026-12-01
"""

FROZEN_IN_PRODUCTION = """\
{schedule}
[[maintenance_windows]]
id = "restarts"
name = "Restart"
days = ["Monday"]
start = 22:00
end = 22:30
environments = ["preview", "production"]
effective_from = 2026-12-01

[[change_freezes]]
id = "year-end"
name = "Year-end close"
from = 2026-12-21
through = 2026-12-23
environments = ["production"]
"""


def window(*arguments: str, now: str = NOW) -> Outcome:
    return run("window", *arguments, "--now", now, "--operator", "ann")


def december(reader: Reader, rendering: str) -> list[tuple[str, str, str]]:
    content = run("build", "all", "--rendering", rendering, "--now", NOW).stdout.encode()
    return [
        (f"{each.start:%d %H:%M}", each.summary, each.status)
        for each in reader.read(content, utc(2026, 12, 2), utc(2026, 12, 24))
        if isinstance(each.start, datetime)
    ]


def test_skip_move_and_restore_reach_two_outside_readers_in_both_renderings() -> None:
    before = [(f"{day:02} 07:00", "Scheduled maintenance", "CONFIRMED") for day in (3, 10, 17)]
    cancelled = ("10 07:00", "Cancelled: Scheduled maintenance", "CANCELLED")
    steps = (
        (("skip", "thursday", "2026-12-10", "--reason", "A holiday"), [before[0], cancelled, before[2]]),
        (("skip", "thursday", "2026-12-10", "--reason", "A holiday", "--silent"), [before[0], before[2]]),
        ((*MOVE, "--start", "2026-12-11T02:00"), [before[0], ("11 07:00", *before[0][1:]), before[2]]),
        ((*MOVE, "--start", "2026-12-18T02:00"), [before[0], before[2], ("18 07:00", *before[0][1:])]),
        (("restore", "thursday", "2026-12-10"), before),
    )
    for arguments, expected in steps:
        assert (window(*arguments).status, window(*arguments).status) == (0, 1)
        for reader in READERS[:2]:
            for rendering in ("series", "expanded"):
                assert december(reader, rendering) == expected


def test_each_action_is_reported() -> None:
    assert window("skip", "thursday", "2026-12-10", "--reason", "x") == Outcome(
        status=0, stdout="thursday 2026-12-10 skipped: Thu 2026-12-10 02:00–06:00 EST\n", stderr=""
    )
    assert window(*MOVE, "--start", "2026-12-11T02:00").stdout == (
        "thursday 2026-12-10 moved: Thu 2026-12-10 02:00–06:00 → Fri 2026-12-11 02:00–06:00 EST\n"
    )
    assert window(*MOVE, "--start", "2026-12-11T02:00", "--end", "2026-12-11T03:00").stdout == (
        "thursday 2026-12-10 moved: 02:00–06:00 → 02:00–03:00 EST\n"
    )
    assert window("restore", "thursday", "2026-12-10", "--reason", "After all").stdout == (
        "thursday 2026-12-10 restored: Fri 2026-12-11 02:00–03:00 → Thu 2026-12-10 02:00–06:00 EST\n"
    )
    assert window("skip", "thursday", "2026-12-10", "--reason", "x", "--silent").stdout == (
        "thursday 2026-12-10 skipped silently: Thu 2026-12-10 02:00–06:00 EST\n"
    )


def test_a_dry_run_says_in_words_what_customers_will_see() -> None:
    tried = window("skip", "thursday", "2026-12-10", "--reason", "A holiday", "--dry-run")
    assert (
        tried.stdout
        == """\
thursday, maintenance window: Scheduled maintenance
  Step:         skipped: Thu 2026-12-10 02:00–06:00 EST
  When:         Thu 2026-12-10 02:00–06:00 EST
  Lasts:        4 h
  Shown:        as cancelled
  Environments: Production
  Impact:       outage
  Reason:       A holiday
  Feeds:        all, maintenance, production
"""
    )


def test_a_window_in_a_zone_of_its_own_is_previewed_in_both(winter: Path) -> None:
    """DATE is in the window's zone, --start in the calendar's: nobody could see that."""
    window_in_berlin = SCHEDULE_IN_BERLIN.format(schedule=winter.read_text(encoding="utf-8"))
    winter.write_text(window_in_berlin, encoding="utf-8")
    tried = window("move", "berlin", "2026-12-10", "--start", "tomorrow 22:00", "--reason", "x", "--dry-run")
    assert (tried.stderr, tried.stdout.splitlines()[1:4]) == (
        "--start tomorrow 22:00 is Wed 2026-12-09 22:00 EST\n",
        [
            "  Step:         moved: Wed 2026-12-09 20:00–23:00 → Wed 2026-12-09 22:00 – Thu 2026-12-10 01:00 EST",
            "  There:        Thu 2026-12-10 04:00–07:00 CET (Europe/Berlin)",
            "  When:         Wed 2026-12-09 22:00 – Thu 2026-12-10 01:00 EST",
        ],
    )


def test_an_occurrence_that_takes_place_in_some_environments_is_previewed_and_moved_for_these(winter: Path) -> None:
    """The preview named the frozen environment and its feeds, and a freeze there refused every move of the others."""
    text = FROZEN_IN_PRODUCTION.format(schedule=winter.read_text(encoding="utf-8"))
    winter.write_text(text, encoding="utf-8")
    occurrence = ("restarts", "2026-12-21", "--reason", "x", "--dry-run")
    skipped = window("skip", *occurrence)
    moved = window("move", *occurrence, "--start", "2026-12-22T20:00")
    into_it = window("move", "restarts", "2026-12-14", "--reason", "x", "--start", "2026-12-22T20:00")
    assert (skipped.status, skipped.stdout.splitlines()[5:]) == (
        0,
        [
            "  Environments: Preview",
            "  Impact:       outage",
            "  Reason:       x",
            "  Feeds:        all, maintenance, preview",
        ],
    )
    assert (moved.status, moved.stdout.splitlines()[1:3]) == (
        0,
        [
            "  Step:         moved: Mon 2026-12-21 22:00–22:30 → Tue 2026-12-22 20:00–20:30 EST",
            "  When:         Tue 2026-12-22 20:00–20:30 EST",
        ],
    )
    assert into_it.stderr == (
        'the occurrence of restarts on Mon 2026-12-14 can\'t be moved into the change freeze "Year-end close", '
        "Mon 2026-12-21 – Wed 2026-12-23\n"
    )


def test_upcoming_shows_adjustments() -> None:
    window("skip", "thursday", "2026-12-10", "--reason", "A holiday")
    window("skip", "thursday", "2026-12-24", "--reason", "A holiday", "--silent")
    window("move", "thursday", "2026-12-17", "--start", "2026-12-18T02:00", "--reason", "Vendor on site")
    result = json.loads(run("upcoming", "--now", NOW, "--days", "17", "--json").stdout)
    assert [(each["local_start"][:10], each["state"], each["note"]) for each in result if each["id"] == "thursday"] == [
        ("2026-12-10", "cancelled", "skipped: A holiday"),
        ("2026-12-18", None, "moved from 2026-12-17 02:00: Vendor on site"),
    ]


@pytest.mark.usefixtures("no_database")
def test_a_dry_run_shows_the_events_and_leaves_nothing(folder: Path) -> None:
    tried = window(*MOVE, "--start", "2026-12-11T02:00", "--dry-run", "--ics")
    missing = f"icsfeed: there is no database {folder}/icsfeed.db yet: nothing is recorded\n"
    assert (tried.status, tried.stderr) == (0, missing)
    assert [line for line in tried.stdout.splitlines() if line.startswith(("UID", "SEQUENCE", "DTSTART"))] == [
        "DTSTART;TZID=America/Toronto:20261203T020000",
        "UID:maintenance.thursday.2026.th@maintenance.example.com",
        "SEQUENCE:1",
        "DTSTART:20261211T070000Z",
        "UID:maintenance.thursday.20261210T020000@maintenance.example.com",
        "SEQUENCE:1",
    ]
    assert [path.name for path in folder.iterdir()] == ["schedule.toml"]
    in_json = json.loads(window(*MOVE, "--start", "2026-12-11T02:00", "--dry-run", "--json").stdout)
    assert (in_json["recorded"], in_json["local_start"], len(in_json["events"])) == (
        False,
        "2026-12-11T02:00:00-05:00",
        2,
    )


def test_warnings_are_printed() -> None:
    run("emergency", "announce", "--summary", "x", "--environment", "production", "--reason", "r", "--start",
        "2026-12-11T03:00", "--duration", "1h", "--now", NOW)  # fmt: skip
    overlap = "the occurrence of thursday on Thu 2026-12-10 overlaps EC-1 (x): Fri 2026-12-11 03:00–04:00 EST"
    move = (*MOVE, "--start", "2026-12-11T02:00")
    assert window(*move, "--dry-run").stderr == f"warning: {overlap}\n"
    assert window(*move, "--json").stderr == ""
    window("restore", "thursday", "2026-12-10")
    assert window(*move).stderr == f"warning: {overlap}\n"


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (
            ("skip", "thursday", "2026-12-11", "--reason", "x"),
            1,
            "thursday has no occurrence on Fri 2026-12-11; the nearest are Thu 2026-12-03, Thu 2026-12-10, "
            "Thu 2026-12-17",
        ),
        (
            ("move", "thursday", "9999-12-31", "--reason", "x", "--start", "2026-12-11T02:00"),
            1,
            "9999-12-31 is out of reach: icsfeed knows the years 1971 to 2999",
        ),
        (
            ("skip", "friday", "2026-12-11", "--reason", "x"),
            1,
            'there is no maintenance window "friday"; this schedule has thursday',
        ),
        (
            ("skip", "thursday", "2026-12-31", "--reason", "x"),
            1,
            "the occurrence of thursday on Thu 2026-12-31 does not happen anyway: Change freeze from 2026-12-25 "
            "through 2026-12-31",
        ),
        (
            (*MOVE, "--start", "2026-11-01T01:30"),
            1,
            '"2026-11-01T01:30" comes twice in America/Toronto, where the clock is put back; write '
            "2026-11-01T01:30:00-04:00 or 2026-11-01T01:30:00-05:00",
        ),
        (
            ("restore", "thursday", "2026-12-10"),
            1,
            "the occurrence of thursday on Thu 2026-12-10 is neither skipped nor moved; there is nothing to restore",
        ),
        (
            ("skip", "thursday", "2026-12-10", "--reason", " "),
            1,
            "say why the occurrence of thursday on Thu 2026-12-10 is skipped; customers read it",
        ),
        (("skip", "thursday", "2026-12-10"), 2, "Error: Missing option '--reason'."),
        (
            ("skip", "thursday", "10.12.2026", "--reason", "x"),
            1,
            '"10.12.2026" is not a date; write one such as 2026-12-07',
        ),
    ],
)
def test_what_is_refused(arguments: tuple[str, ...], status: int, message: str) -> None:
    refused = window(*arguments)
    assert (refused.status, refused.stdout, refused.stderr.splitlines()[-1]) == (status, "", message)


def test_database_upgrade_reports_what_it_did(folder: Path) -> None:
    url = f"sqlite:///{folder}/other.db"
    assert run("database", "upgrade", "--database", url).stdout == f"{folder}/other.db is up to date now\n"
    assert run("database", "upgrade", "--database", url).stdout == f"{folder}/other.db was up to date already\n"


def listed(*arguments: str, now: str = NOW) -> Outcome:
    return run("window", "list", *arguments, "--now", now)


def test_a_list_shows_windows_their_rules_and_what_was_adjusted() -> None:
    """``window skip ID DATE`` sent operators to the schedule file for the id, and nothing listed the adjustments."""
    assert "no occurrence is skipped or moved\n" in listed().stdout
    window("skip", "thursday", "2026-12-10", "--reason", "A holiday,\nat last")
    window("skip", "thursday", "2026-12-24", "--reason", "Christmas", "--silent")
    window("move", "thursday", "2026-12-17", "--start", "2026-12-18T02:00", "--reason", "Vendor on site")
    rows = [
        [cell.strip() for cell in line.split("│")[1:-1]]
        for line in listed().stdout.splitlines()
        if line.startswith("│")
    ]
    assert rows == [
        [
            "thursday",
            "Scheduled maintenance",
            "Every Thursday, 02:00–06:00 America/Toronto, until 2027-01-31",
            "Production",
            "outage",
        ],
        ["thursday 2026-12-10", "skipped", "A holiday, at last"],
        ["thursday 2026-12-17", "moved to Fri 2026-12-18 02:00–06:00 EST", "Vendor on site"],
        ["thursday 2026-12-24", "skipped silently", "Christmas"],
    ]


def test_what_is_over_is_listed_only_on_request() -> None:
    window("skip", "thursday", "2026-12-10", "--reason", "A holiday")
    window("move", "thursday", "2026-12-17", "--start", "2026-12-18T02:00", "--reason", "Vendor on site")

    def dates(*arguments: str, now: str) -> list[list[str]]:
        windows = json.loads(listed(*arguments, "--json", now=now).stdout)
        return [[adjustment["date"] for adjustment in each["adjustments"]] for each in windows]

    assert dates(now="2026-12-10T23:59") == [["2026-12-10", "2026-12-17"]]
    assert dates(now="2026-12-18T05:59") == [["2026-12-17"]]
    assert dates(now="2026-12-18T06:00") == [[]]
    assert dates(now="2027-02-01T00:00") == []
    assert dates("--all", now="2027-02-01T00:00") == [["2026-12-10", "2026-12-17"]]


def test_the_list_in_json() -> None:
    window("skip", "thursday", "2026-12-10", "--reason", "A holiday")
    window("move", "thursday", "2026-12-17", "--start", "2026-12-18T02:00", "--reason", "Vendor on site")
    assert json.loads(listed("--json").stdout) == [
        {
            "id": "thursday",
            "name": "Scheduled maintenance",
            "rule": "Every Thursday, 02:00–06:00 America/Toronto, until 2027-01-31",
            "timezone": "America/Toronto",
            "start": "02:00:00",
            "end": "06:00:00",
            "duration_minutes": 240,
            "effective_from": "2026-12-01",
            "effective_until": "2027-01-31",
            "environments": ["production"],
            "impact": "outage",
            "adjustments": [
                {"date": "2026-12-10", "reason": "A holiday", "action": "skip", "silent": False},
                {
                    "date": "2026-12-17",
                    "reason": "Vendor on site",
                    "action": "move",
                    "start": "2026-12-18T07:00:00Z",
                    "end": "2026-12-18T11:00:00Z",
                    "local_start": "2026-12-18T02:00:00-05:00",
                    "local_end": "2026-12-18T06:00:00-05:00",
                },
            ],
        }
    ]


def test_upcoming_names_each_occurrence_as_the_commands_take_it() -> None:
    window("move", "thursday", "2026-12-17", "--start", "2026-12-18T02:00", "--reason", "Vendor on site")
    result = json.loads(run("upcoming", "--from", "2026-12-18", "--days", "3", "--now", NOW, "--json").stdout)
    assert [(each["window"], each["date"]) for each in result] == [("thursday", "2026-12-17")]
    assert "thursday 2026-12-17" in run("upcoming", "--from", "2026-12-18", "--days", "3", "--now", NOW).stdout
