"""``icsfeed diff`` after ordinary edits: what customers will see, in a few lines, and what becomes of the past."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from icsfeed.domain.public_holidays import data_version
from icsfeed.domain.situation import Situation
from icsfeed.services.holidays import published_holidays
from icsfeed.store.database.database import Database
from icsfeed.store.schedule_file import load_schedule
from tests.cli.running import IN_FORCE, NOW, SCHEDULE, run
from tests.examples import utc

SOME = """
[[maintenance_windows]]
id = "daily-us"
name = "Daily restart"
days = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"]
start = 22:00:00
end = 22:30:00
timezone = "America/Los_Angeles"
effective_from = 2020-01-01
environments = ["production"]

[[change_freezes]]
id = "holidays"
name = "Holidays"
from = 2026-12-18
through = 2027-01-03
"""


LISTED = """
[[maintenance_windows]]
id = "listed"
name = "Release"
dates = [2026-11-07, 2026-12-05]
start = 22:00:00
end = 23:00:00

[[change_freezes]]
id = "launch"
name = "Launch"
from = 2026-11-10T17:00:00
until = 2026-11-12T09:00:00
"""


@pytest.fixture
def old(schedule: Path) -> str:
    text = IN_FORCE + SOME
    schedule.write_text(text, encoding="utf-8")
    schedule.with_name("old.toml").write_text(text, encoding="utf-8")
    return text


def lines(*options: str) -> list[str]:
    return run("diff", "old.toml", "--now", NOW, *options).stdout.splitlines()


def test_three_small_edits_made_178_lines(old: str, schedule: Path) -> None:
    """Oldest first, one for each date, a shortened freeze as one that goes and one that comes."""
    new = old.replace(', "Friday"', "").replace("2026-12-18", "2026-12-21")
    schedule.write_text(new.replace("02:00:00\nend = 06:00:00", "03:00:00\nend = 06:00:00"), encoding="utf-8")
    assert lines() == [
        "~ maintenance thursday: 43 Thursdays move, Thu 2026-12-03 to Thu 2027-12-23: 02:00–06:00 → 03:00–06:00 "
        "America/Toronto",
        "- maintenance daily-us: 41 Fridays go, Fri 2026-12-04 to Fri 2027-12-17: 22:00–22:30 America/Los_Angeles",
        "+ maintenance daily-us: Thu 2026-12-17 22:00–22:30 PST",
        "~ freeze holidays: Fri 2026-12-18 – Sun 2027-01-03 → Mon 2026-12-21 – Sun 2027-01-03",
        "2 added, 43 moved, 42 removed",
        "in the past: 0 added, 77 moved, 77 removed; --all shows them",
    ]


def test_programs_get_a_shortened_freeze_as_before(old: str, schedule: Path) -> None:
    """Programs compare by key; only people read a shortened freeze as one."""
    schedule.write_text(old.replace("2026-12-18", "2026-12-21"), encoding="utf-8")
    dates = json.loads(run("diff", "old.toml", "--now", NOW, "--json").stdout)["dates"]
    assert [(each["change"], each["id"]) for each in dates if each["kind"] == "freeze"] == [
        ("removed", "holidays"),
        ("added", "holidays"),
    ]


def test_times_of_windows_are_those_of_their_zone_or_of_the_one_asked_for(old: str, schedule: Path) -> None:
    until = "22:45:00\neffective_until = 2026-12-01"
    schedule.write_text(old.replace("22:30:00", until), encoding="utf-8")
    schedule.with_name("old.toml").write_text(old.replace("22:30:00", "22:30:00" + until[8:]), encoding="utf-8")
    assert lines()[0] == (
        "~ maintenance daily-us: 2 dates move, Mon 2026-11-30 to Tue 2026-12-01: 22:00–22:30 → 22:00–22:45 "
        "America/Los_Angeles"
    )
    assert lines("--zone", "Asia/Tokyo")[0] == (
        "~ maintenance daily-us: 2 dates move, Tue 2026-12-01 to Wed 2026-12-02: 15:00–15:30 → 15:00–15:45 Asia/Tokyo"
    )


def test_the_past_is_shown_on_request(old: str, schedule: Path) -> None:
    schedule.write_text(old.replace("22:30:00", "22:45:00"), encoding="utf-8")
    ahead, *past = lines("--all")
    assert ahead.startswith("~ maintenance daily-us: 212 dates move, Mon 2026-11-30")
    assert past == [
        "in the past:",
        "~ maintenance daily-us: 384 dates move, Tue 2024-12-31 to Fri 2026-11-20: 22:00–22:30 → 22:00–22:45 "
        "America/Los_Angeles",
        "0 added, 212 moved, 0 removed",
        "in the past: 0 added, 384 moved, 0 removed",
    ]


@pytest.mark.parametrize(
    ("before", "after", "warning"),
    [
        pytest.param(
            IN_FORCE + SOME,
            (IN_FORCE + SOME).replace("22:30:00", "22:45:00"),
            'maintenance_windows "daily-us": the edit moves 384 past dates; to keep them, leave the table as it was, '
            "with effective_until = 2026-11-22, and write the new one beside it under another id, with effective_from "
            "= 2026-11-23",
            id="other hours",
        ),
        pytest.param(
            IN_FORCE + SOME,
            IN_FORCE,
            'maintenance_windows "daily-us": the edit removes 384 past dates; instead of removing the table, end it '
            "with effective_until = 2026-11-22",
            id="a window that goes",
        ),
        pytest.param(
            IN_FORCE,
            IN_FORCE + SOME,
            'maintenance_windows "daily-us": the edit adds 384 past dates; if that is not meant, give the table '
            "effective_from = 2026-11-23",
            id="a window that comes",
        ),
        pytest.param(
            IN_FORCE + SOME,
            (IN_FORCE + SOME).replace("2026-12-18", "2026-11-18"),
            'change_freezes "holidays": the edit adds 1 past date; leave its dates that are over as they were, '
            "and write new ones in a table of their own",
            id="a freeze that begins in the past",
        ),
        pytest.param(
            IN_FORCE + LISTED,
            IN_FORCE + LISTED.replace("2026-11-07, ", ""),
            'maintenance_windows "listed": the edit removes 1 past date; leave its dates that are over as they were, '
            "and write new ones in a table of their own",
            id="a listed date that is over",
        ),
        pytest.param(
            IN_FORCE + LISTED,
            (IN_FORCE + LISTED).replace("2026-11-10T17:00:00", "2026-11-10T18:00:00"),
            'change_freezes "launch": the edit moves 1 past date; leave its dates that are over as they were, '
            "and write new ones in a table of their own",
            id="a freeze by hours that is over",
        ),
        pytest.param(IN_FORCE + LISTED, IN_FORCE + LISTED.replace("2026-12-05", "2026-12-12"), None, id="a date ahead"),
        pytest.param(SCHEDULE, IN_FORCE, None, id="a beginning before the published span"),
        pytest.param(IN_FORCE + SOME, (IN_FORCE + SOME).replace("2026-12-18", "2026-12-28"), None, id="a freeze ahead"),
    ],
)
def test_an_edit_that_rewrites_the_past_is_warned_of_with_a_remedy(
    schedule: Path, before: str, after: str, warning: str | None
) -> None:
    """No word said so, in `diff` or in `check`."""
    schedule.with_name("old.toml").write_text(before, encoding="utf-8")
    schedule.write_text(after, encoding="utf-8")
    expected = f"warning: {warning}\n" if warning else ""
    assert run("diff", "old.toml", "--now", NOW).stderr == expected
    assert run("diff", "old.toml", "--now", NOW, "--json").stderr == expected


def test_check_warns_of_it_where_the_database_has_the_public_schedule(old: str, schedule: Path, folder: Path) -> None:
    skip = ("window", "skip", "thursday", "2026-12-03", "--reason", "r", "--operator", "ann", "--yes")
    assert run(*skip, "--now", NOW).status == 0
    database = Database(f"sqlite:///{folder}/icsfeed.db")
    database.keep_schedule(old.encode(), utc(2026, 11, 1))
    database.close()
    counts = "2 environments, 2 maintenance windows, 2 change freezes, 7 feeds"
    assert run("check", "--now", NOW).stdout == f"schedule.toml: no errors, 0 warnings; {counts}\n"
    schedule.write_text(old.replace("22:30:00", "22:45:00"), encoding="utf-8")
    assert run("check", "--now", NOW).stdout == (
        'schedule.toml:29: warning: maintenance_windows "daily-us": compared with the schedule that is public, the '
        "edit moves 384 past dates; to keep them, leave the table as it was, with effective_until = 2026-11-22, and "
        "write the new one beside it under another id, with effective_from = 2026-11-23\n"
        f"schedule.toml: no errors, 1 warning; {counts}\n"
    )


def test_dates_that_differ_for_some_environments_only_name_them(old: str, schedule: Path) -> None:
    schedule.write_text(
        old.replace("through = 2027-01-03", 'through = 2027-01-03\nenvironments = ["production"]'), "utf-8"
    )
    assert run("diff", "old.toml", "--now", NOW).stdout.splitlines() == [
        "- feed preview: freeze holidays: Fri 2026-12-18",
        "- freeze holidays in preview: Fri 2026-12-18 – Sun 2027-01-03",
        "0 added, 0 moved, 1 removed",
    ]


HOLIDAYS = """
[[change_freezes]]
id = "public-holidays"
name = "Public holidays"
holidays = { country = "CA", subdivision = "ON" }
effective_from = 2026-09-01
lifted = [2026-10-12]
"""


def test_holidays_that_differ_between_two_releases_of_the_library(schedule: Path, folder: Path) -> None:
    """The record has those of the release that published last."""
    schedule.write_text(IN_FORCE + HOLIDAYS, encoding="utf-8")
    skip = ("window", "skip", "thursday", "2026-12-03", "--reason", "r", "--operator", "ann", "--yes")
    assert run(*skip, "--now", NOW).status == 0
    now = published_holidays(Situation(schedule=load_schedule(schedule).schedule, now=utc(2026, 11, 23)))
    assert now is not None
    (ontario,) = now.calendars
    moved = [
        replace(each, day=date(2026, 12, 27)) if each.day == date(2026, 12, 28) else each for each in ontario.holidays
    ]
    database = Database(f"sqlite:///{folder}/icsfeed.db")
    for holidays in (now, replace(now, release="0.108", calendars=(replace(ontario, holidays=tuple(moved)),))):
        database.keep_schedule(schedule.read_bytes(), utc(2026, 11, 1), holidays=holidays)
        warnings = json.loads(run("check", "--now", NOW, "--json").stdout)["warnings"]
        expected = (
            f"its holidays differ between holidays 0.108, which is public, and holidays {data_version()}: "
            "2026-12-27 Boxing Day (observed) is gone; 2026-12-28 Boxing Day (observed) is new; calendars follow as "
            "soon as this release publishes them"
        )
        assert [each["message"] for each in warnings] == ([] if holidays is now else [expected])
    database.close()


def test_check_and_diff_say_which_holidays_they_know(schedule: Path) -> None:
    schedule.write_text(IN_FORCE + HOLIDAYS, encoding="utf-8")
    release = data_version()
    assert run("check", "--now", NOW).stdout.splitlines()[:2] == [
        f'schedule.toml: change_freezes "public-holidays" in 2026 (holidays {release}): 09-07 Labour Day; '
        "10-12 Thanksgiving Day; 12-25 Christmas Day; 12-26 Boxing Day; 12-28 Boxing Day (observed)",
        f'schedule.toml: change_freezes "public-holidays" in 2027 (holidays {release}): 01-01 New Year\'s Day; '
        "02-15 Family Day; 03-26 Good Friday; 05-24 Victoria Day; 07-01 Canada Day; 09-06 Labour Day; "
        "10-11 Thanksgiving Day; 12-25 Christmas Day; 12-26 Boxing Day; 12-27 Christmas Day (observed); "
        "12-28 Boxing Day (observed)",
    ]
    holidays = json.loads(run("check", "--now", NOW, "--json").stdout)["holidays"]
    assert holidays["release"] == release
    ((first, *_),) = (each["dates"] for each in holidays["freezes"])
    assert first == {"date": "2026-09-07", "name": "Labour Day"}
    schedule.with_name("old.toml").write_text(IN_FORCE, encoding="utf-8")
    assert run("diff", "old.toml", "--now", NOW).stderr.splitlines()[-1] == (
        f"public holidays, old and new, are those of holidays {release}"
    )
    assert json.loads(run("diff", "old.toml", "--now", NOW, "--json").stdout)["holidays"] == {"release": release}


def test_the_packaged_example_is_not_taken_for_the_edited_file(folder: Path) -> None:
    (folder / "old.toml").write_text(SCHEDULE, encoding="utf-8")
    refused = run("diff", "old.toml")
    assert (refused.status, refused.stdout, refused.stderr) == (
        1,
        "",
        "there is no schedule.toml here; name the edited file: icsfeed diff OLD.toml NEW.toml\n",
    )
