"""Valid schedule files, and the values that they are read as."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from icsfeed.domain.feeds import Environment, Feed, Kind, automatic_feeds
from icsfeed.domain.freeze_patterns import (
    FirstSevenDays,
    FreezeHours,
    LastFullWeek,
    LastSevenDays,
    ListedDays,
    NamedDays,
    NamedHours,
    Pattern,
    Period,
    PublicHolidays,
    RecurringDays,
    WeekOfLastDay,
    YearlyDays,
)
from icsfeed.domain.freezes import ChangeFreeze
from icsfeed.domain.local_spans import LocalSpan
from icsfeed.domain.peak_hours import PeakHours
from icsfeed.domain.recurrence import ListedDates, Recurrence, parse_recurrence, weekly
from icsfeed.domain.schedule import Calendar, Organizer, Schedule
from icsfeed.domain.spans import DateRange
from icsfeed.domain.windows import Impact, MaintenanceWindow
from icsfeed.domain.zones import zone
from icsfeed.store.schedule_file import (
    FilePosition,
    FileSignature,
    Mistake,
    ScheduleFileError,
    example_path,
    load_schedule,
    read_schedule,
)

CALENDAR = """\
[calendar]
name = "Maintenance"
timezone = "America/Toronto"
uid_domain = "maintenance.example.com"
"""
ENVIRONMENTS = """
[[environments]]
id = "production"
name = "Production"

[[environments]]
id = "preview"
name = "Preview"
"""
WINDOW = """
[[maintenance_windows]]
id = "thursday"
name = "Scheduled maintenance"
start = 22:00:00
end = 02:30:00
"""
BASE = CALENDAR + ENVIRONMENTS
TORONTO = Calendar(name="Maintenance", zone=zone("America/Toronto"), uid_domain="maintenance.example.com")
BOTH = (Environment(id="production", name="Production"), Environment(id="preview", name="Preview"))
EVERYWHERE = frozenset({"production", "preview"})


def read(text: str) -> Schedule:
    return read_schedule(text.encode(), "schedule.toml")


def schedule(
    *, freezes: tuple[ChangeFreeze, ...] = (), windows: tuple[MaintenanceWindow, ...] = (), calendar: Calendar = TORONTO
) -> Schedule:
    feeds = automatic_feeds("Maintenance", BOTH)
    return Schedule(calendar=calendar, environments=BOTH, windows=windows, freezes=freezes, feeds=feeds)


def test_the_example_is_the_policy() -> None:
    environments = (Environment(id="production", name="Production"), Environment(id="preview", name="Preview"))
    windows = tuple(
        MaintenanceWindow(
            id=name,
            name="Scheduled maintenance",
            recurrence=weekly(day),
            start=time(2),
            end=time(6),
            zone=zone("America/Toronto"),
            environments=EVERYWHERE,
            impact=Impact.OUTAGE,
            description="The platform can't be reached during this window.",
            effective_from=date(2020, 1, 1),
        )
        for name, day in (("thursday", 3), ("sunday", 6))
    )
    assert load_schedule(example_path()).schedule == Schedule(
        calendar=Calendar(
            name="Seed-to-Sale maintenance",
            zone=zone("America/Toronto"),
            uid_domain="maintenance.example.com",
            description="When the Seed-to-Sale platform is down for maintenance, and when nothing is changed.",
            organizer=Organizer(name="Customer Support", email="support@example.com"),
        ),
        environments=environments,
        windows=windows,
        freezes=(
            ChangeFreeze(
                zone=TORONTO.zone,
                id="month-end",
                name="Change freeze",
                pattern=LastSevenDays(),
                effective_from=date(2020, 1, 1),
            ),
        ),
        feeds=automatic_feeds("Seed-to-Sale maintenance", environments),
        peak_hours=PeakHours(weekdays=frozenset(range(5)), start=time(8), end=time(20), zone=zone("America/Toronto")),
    )


def test_keys_that_are_left_out_have_defaults() -> None:
    """All environments, an outage, the calendar's zone, no bounds."""
    window = MaintenanceWindow(
        id="thursday",
        name="Scheduled maintenance",
        recurrence=weekly(3),
        start=time(22),
        end=time(2, 30),
        zone=zone("America/Toronto"),
        environments=EVERYWHERE,
        impact=Impact.OUTAGE,
    )
    assert read(BASE + WINDOW + 'days = ["Thursday"]\n') == schedule(windows=(window,))


def test_every_key_of_a_window() -> None:
    text = """
rrule = "FREQ=MONTHLY;INTERVAL=2;BYDAY=-1SU"
timezone = "Europe/Berlin"
effective_from = 2026-01-01
effective_until = 2026-01-01
environments = ["preview"]
impact = "no-impact"
description = "Zeile 1\\r\\nZeile\\t2"
"""
    window = MaintenanceWindow(
        id="thursday",
        name="Scheduled maintenance",
        recurrence=parse_recurrence("FREQ=MONTHLY;INTERVAL=2;BYDAY=-1SU"),
        start=time(22),
        end=time(2, 30),
        zone=zone("Europe/Berlin"),
        environments=frozenset({"preview"}),
        impact=Impact.NO_IMPACT,
        description="Zeile 1\nZeile\t2",
        effective_from=date(2026, 1, 1),
        effective_until=date(2026, 1, 1),
    )
    assert read(BASE + WINDOW + text) == schedule(windows=(window,))


@pytest.mark.parametrize(
    ("keys", "recurrence"),
    [
        pytest.param('days = ["sunday", "THURSDAY"]', weekly(3, 6), id="days in any case and order"),
        pytest.param('rrule = "rrule:freq=weekly;byday=th"', weekly(3), id="a rule in any case"),
        pytest.param(
            'rrule = "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1"',
            parse_recurrence("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1"),
            id="once a year",
        ),
        pytest.param(
            'rrule = "FREQ=MONTHLY;BYDAY=TU;BYSETPOS=2,4"',
            parse_recurrence("FREQ=MONTHLY;BYDAY=2TU,4TU"),
            id="ordinals",
        ),
        pytest.param(
            "dates = [2026-12-12, 2026-12-05]",
            ListedDates(days=(date(2026, 12, 5), date(2026, 12, 12))),
            id="dates in any order",
        ),
    ],
)
def test_the_recurrence_of_a_window(keys: str, recurrence: Recurrence | ListedDates) -> None:
    assert read(BASE + WINDOW + keys).windows[0].recurrence == recurrence


def test_a_window_days_after_a_rule_and_longer_than_a_day() -> None:
    text = 'rrule = "FREQ=MONTHLY;BYDAY=2TU"\noffset_days = 2\nduration = "2d15h"\n'
    (window,) = read(BASE + WINDOW.replace("end = 02:30:00\n", "") + text).windows
    assert (window.offset_days, window.duration) == (2, timedelta(hours=63))
    assert list(window.dates(date(2026, 12, 1), date(2027, 1, 31))) == [date(2026, 12, 10), date(2027, 1, 14)]
    assert window.on(date(2026, 12, 10)) == (datetime(2026, 12, 10, 22), datetime(2026, 12, 13, 13))  # noqa: DTZ001


@pytest.mark.parametrize(
    "keys",
    [
        'days = ["Friday"]\nduration = "7d"',
        'days = ["Friday", "Monday"]\nduration = "3d"',
        'rrule = "FREQ=WEEKLY;INTERVAL=3;BYDAY=MO"\neffective_from = 2026-01-05\nduration = "7d"',
        'rrule = "FREQ=MONTHLY;BYMONTHDAY=1,8"\nduration = "7d"',
        'dates = [2026-12-05, 2026-12-07]\nduration = "48h"',
    ],
)
def test_a_window_may_last_until_its_next_occurrence(keys: str) -> None:
    (window,) = read(BASE + WINDOW.replace("end = 02:30:00\n", "") + keys).windows
    assert window.duration in {timedelta(days=2), timedelta(days=3), timedelta(days=7)}


FRIDAYS = parse_recurrence("FREQ=WEEKLY;BYDAY=FR")


@pytest.mark.parametrize(
    ("keys", "pattern"),
    [
        pytest.param('every = "month"', LastSevenDays(), id="every month means its last 7 days"),
        pytest.param('every = "month"\nweek = "last-7-days"', LastSevenDays(), id="or is given explicitly"),
        pytest.param('every = "month"\nweek = "week-of-last-day"', WeekOfLastDay(), id="weeks start on Monday"),
        pytest.param(
            'every = "month"\nweek = "week-of-last-day"\nweek_starts = "sunday"',
            WeekOfLastDay(week_starts=6),
            id="or on another day",
        ),
        pytest.param(
            'every = "month"\nweek = "last-full-week"\nweek_starts = "Saturday"',
            LastFullWeek(week_starts=5),
            id="the last full week",
        ),
        pytest.param(
            "from = 2026-12-18\nthrough = 2026-12-18",
            NamedDays(days=DateRange(first=date(2026, 12, 18), last=date(2026, 12, 18))),
            id="a single date",
        ),
        pytest.param(
            'every = "year"\nfrom = "12-18"\nthrough = "01-03"',
            YearlyDays(start=(12, 18), through=(1, 3)),
            id="every year, over New Year",
        ),
        pytest.param(
            'every = "year"\nfrom = "02-29"\nthrough = "02-29"',
            YearlyDays(start=(2, 29), through=(2, 29)),
            id="a day that not every year has",
        ),
        pytest.param('every = "quarter"', LastSevenDays(period=Period.QUARTER), id="the end of a quarter"),
        pytest.param(
            'every = "quarter"\nweek = "first-7-days"', FirstSevenDays(period=Period.QUARTER), id="the beginning of one"
        ),
        pytest.param(
            'every = "year"\nweek = "last-full-week"\nweek_starts = "Sunday"',
            LastFullWeek(period=Period.YEAR, week_starts=6),
            id="the last full week of the year",
        ),
        pytest.param(
            "from = 2026-12-18T17:00\nuntil = 2027-01-04T09:00:00",
            NamedHours(hours=LocalSpan(start=datetime(2026, 12, 18, 17), end=datetime(2027, 1, 4, 9))),  # noqa: DTZ001
            id="from one time until another",
        ),
        pytest.param(
            'rrule = "FREQ=YEARLY;BYMONTH=11;BYDAY=4TH"\noffset_days = -3\nduration = "7d"',
            RecurringDays(
                recurrence=parse_recurrence("FREQ=YEARLY;BYMONTH=11;BYDAY=4TH"),
                offset_days=-3,
                hours=FreezeHours(length=timedelta(days=7)),
            ),
            id="whole days around those of a rule",
        ),
        pytest.param(
            'rrule = "FREQ=WEEKLY;BYDAY=FR"\nstart = 17:00:00\nduration = "63h"',
            RecurringDays(recurrence=FRIDAYS, hours=FreezeHours(start=time(17), length=timedelta(hours=63))),
            id="hours from the days of a rule on",
        ),
        pytest.param('rrule = "FREQ=WEEKLY;BYDAY=FR"', RecurringDays(recurrence=FRIDAYS), id="the days of a rule"),
        pytest.param(
            "dates = [2026-12-31, 2026-12-24]", ListedDays(dates=(date(2026, 12, 24), date(2026, 12, 31))), id="dates"
        ),
        pytest.param(
            'dates = [2026-12-24]\nstart = 12:00\nduration = "36h"',
            ListedDays(dates=(date(2026, 12, 24),), hours=FreezeHours(start=time(12), length=timedelta(hours=36))),
            id="hours from dates on",
        ),
        pytest.param('holidays = { country = "CA" }', PublicHolidays(country="CA"), id="public holidays"),
        pytest.param(
            'holidays = { country = "CA", subdivision = "ON", days_before = 1, days_after = 2, only = ["Boxing Day"] }',
            PublicHolidays(country="CA", subdivision="ON", days_before=1, days_after=2, only=("Boxing Day",)),
            id="days around one of them",
        ),
    ],
)
def test_every_kind_of_freeze(keys: str, pattern: Pattern) -> None:
    text = f'\n[[change_freezes]]\nid = "freeze"\nname = "Freeze"\n{keys}\nlifted = [2026-12-31, 2026-12-18]\n'
    freeze = ChangeFreeze(
        zone=TORONTO.zone,
        id="freeze",
        name="Freeze",
        pattern=pattern,
        lifted=(date(2026, 12, 18), date(2026, 12, 31)),
    )
    assert read(BASE + text) == schedule(freezes=(freeze,))


def test_the_other_keys_of_a_freeze() -> None:
    text = """
[[change_freezes]]
id = "freeze"
name = "Freeze"
description = "Nothing is changed."
every = "month"
effective_from = 2020-01-01
effective_until = 2027-12-31
timezone = "Europe/Berlin"
environments = ["production"]
"""
    freeze = ChangeFreeze(
        zone=zone("Europe/Berlin"),
        environments=frozenset({"production"}),
        id="freeze",
        name="Freeze",
        description="Nothing is changed.",
        pattern=LastSevenDays(),
        effective_from=date(2020, 1, 1),
        effective_until=date(2027, 12, 31),
    )
    assert read(BASE + text) == schedule(freezes=(freeze,))


@pytest.mark.parametrize(
    ("keys", "name"),
    [
        pytest.param("", "America/Toronto", id="the zone is the calendar's"),
        pytest.param('timezone = "America/Vancouver"', "America/Vancouver", id="or another one"),
    ],
)
def test_peak_hours(keys: str, name: str) -> None:
    text = f'\n[peak_hours]\ndays = ["friday", "Monday"]\nstart = 22:00:00\nend = 02:00:00\n{keys}\n'
    peak_hours = PeakHours(weekdays=frozenset({0, 4}), start=time(22), end=time(2), zone=zone(name))
    assert read(BASE + text) == replace(schedule(), peak_hours=peak_hours)


def test_feeds_in_the_file_replace_the_automatic_ones() -> None:
    text = """
[[feeds]]
slug = "public"
name = "Public"

[[feeds]]
slug = "freeze"
name = "Freezes of production"
description = "For release managers."
environments = ["production"]
kinds = ["freeze", "planned"]
"""
    assert read(BASE + text).feeds == (
        Feed(slug="all", name="Maintenance", environments=EVERYWHERE, kinds=frozenset(Kind)),
        Feed(
            slug="freeze",
            name="Freezes of production",
            description="For release managers.",
            environments=frozenset({"production"}),
            kinds=frozenset({Kind.FREEZE, Kind.PLANNED}),
        ),
        Feed(slug="public", name="Public", environments=EVERYWHERE, kinds=frozenset(Kind)),
    )


def test_an_empty_array_of_feeds_leaves_only_the_feed_all() -> None:
    assert [feed.slug for feed in read("feeds = []\n" + BASE).feeds] == ["all"]


def test_without_automatic_feeds_an_environment_may_have_the_name_of_a_kind() -> None:
    text = "feeds = []\n" + BASE.replace('"preview"', '"planned"')
    assert [environment.id for environment in read(text).environments] == ["planned", "production"]


def test_the_keys_of_the_calendar() -> None:
    text = 'url = "https://example.com/maintenance//"\ndescription = ""\norganizer.name = "Support"\n'
    calendar = Calendar(
        name="Maintenance",
        zone=zone("America/Toronto"),
        uid_domain="maintenance.example.com",
        url="https://example.com/maintenance",
        organizer=Organizer(name="Support", email="support@example.com"),
    )
    text = CALENDAR + text + 'organizer.email = "support@example.com"\n' + ENVIRONMENTS
    assert read(text) == schedule(calendar=calendar)


def test_the_keys_for_the_look_of_pages() -> None:
    text = """
vendor = "Example & Söhne"
logo = "https://cdn.example.com/logo.svg?v=2"
color = "DarkSlateBlue"
support_url = "http://help.example.com:8080/#/new?from=calendar"
embed_in = ["https://kb.example.com", "https://*.example.org:8443"]
"""
    calendar = replace(
        TORONTO,
        vendor="Example & Söhne",
        logo="https://cdn.example.com/logo.svg?v=2",
        color="darkslateblue",
        support_url="http://help.example.com:8080/#/new?from=calendar",
        embed_in=("https://kb.example.com", "https://*.example.org:8443"),
    )
    assert read(CALENDAR + text + ENVIRONMENTS) == schedule(calendar=calendar)


def test_times_without_seconds_and_tables_over_several_lines() -> None:
    """TOML 1.1: before, ``02:00`` was refused."""
    text = """
[calendar]
name = "Maintenance"
timezone = "America/Toronto"
uid_domain = "maintenance.example.com"
organizer = {
  name = "Support", # the team
  email = "support@example.com",
}
[[environments]]
id = "production"
name = "Production"
[[maintenance_windows]]
id = "thursday"
name = "Scheduled maintenance"
days = ["Thursday"]
start = 22:00
end = 02:30
"""
    policy = read(text)
    assert policy.calendar.organizer == Organizer(name="Support", email="support@example.com")
    assert [(window.start, window.end) for window in policy.windows] == [(time(22), time(2, 30))]


@pytest.mark.parametrize("name", ["UTC", "Etc/UTC", "America/Panama", "US/Eastern", "Japan", "Asia/Kolkata"])
def test_zones_of_places_and_utc_are_accepted(name: str) -> None:
    assert read(BASE.replace("America/Toronto", name)).calendar.zone is zone(name)


def test_names_of_ten_thousand_characters() -> None:
    """Clients do not limit a summary, so the file does not either."""
    long = "Zürich 🛠️ " * 1000
    assert read(BASE.replace('"Production"', f'"{long}"')).environment_names["production"] == long


def test_the_order_of_tables_does_not_matter() -> None:
    text = example_path().read_text(encoding="utf-8")
    tables = re.split(r"(?m)^(?=\[)", text)
    assert read("".join(reversed(tables))) == read(text)


@pytest.mark.parametrize(
    "written",
    [
        pytest.param(lambda content: b"\xef\xbb\xbf" + content, id="with a byte order mark"),
        pytest.param(lambda content: content.replace(b"\n", b"\r\n"), id="with the line endings of Windows"),
    ],
)
def test_files_from_windows_are_read_alike(written: Callable[[bytes], bytes]) -> None:
    content = example_path().read_bytes()
    assert read_schedule(written(content), "schedule.toml") == read_schedule(content, "schedule.toml")


def test_a_loaded_schedule_has_the_bytes_and_the_signature_of_its_file(tmp_path: Path) -> None:
    """The later of the two times counts: a deployment may keep an old modification time."""
    path = tmp_path / "schedule.toml"
    path.write_text(BASE, encoding="utf-8")
    os.utime(path, ns=(0, 1_000_000_000))
    loaded, stat = load_schedule(path), path.stat()
    assert (loaded.schedule, loaded.content) == (read(BASE), BASE.encode())
    assert loaded.signature == (1_000_000_000, stat.st_ctime_ns, len(BASE), stat.st_ino)
    assert loaded.changed_at == datetime.fromtimestamp(stat.st_ctime_ns // 1_000_000_000, UTC)


def test_the_time_of_change_has_whole_seconds() -> None:
    signature = FileSignature(mtime_ns=1_767_225_600_999_999_999, ctime_ns=5, size=1, inode=1)
    assert signature.changed_at == datetime(2026, 1, 1, tzinfo=UTC)


def test_the_position_of_a_table(tmp_path: Path) -> None:
    path = tmp_path / "schedule.toml"
    path.write_text(BASE + '\n[[feeds]]\nslug = "public"\nname = "Public"\n', encoding="utf-8")
    loaded = load_schedule(path)
    assert [
        loaded.position_of("environments", "preview"),
        loaded.position_of("feeds", "public"),
        loaded.position_of("maintenance_windows", "thursday"),
    ] == [FilePosition("environments[1]", 10), FilePosition("feeds[0]", 14), FilePosition("maintenance_windows", None)]


@pytest.mark.parametrize(
    "heading",
    [
        pytest.param("  [[ feeds ]]", id="with spaces"),
        pytest.param('[["feeds"]]', id="in quotes"),
        pytest.param(
            '[[change_freezes]]\nid = "x"\nname = """\n[[feeds]]"""\nevery = "month"\n[[feeds]]', id="after a text"
        ),
    ],
)
def test_the_position_of_a_table_with_an_unusual_heading(tmp_path: Path, heading: str) -> None:
    path = tmp_path / "schedule.toml"
    path.write_text(f'{BASE}\n{heading}\nslug = "public"\nname = "Public"\n', encoding="utf-8")
    line = path.read_text(encoding="utf-8").splitlines().index('slug = "public"')
    assert load_schedule(path).position_of("feeds", "public") == FilePosition("feeds[0]", line)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        pytest.param(
            "lost.toml",
            "there is no such file; write a starter with `icsfeed init`, or name another with --schedule",
            id="missing",
        ),
        pytest.param(".", "this is a folder; name the file in it, such as schedule.toml", id="a folder"),
        pytest.param("a\0b", "this is not the name of a file; write one such as schedule.toml", id="no name"),
        pytest.param("x" * 300, "the file can't be read: file name too long", id="any other reason of the system"),
    ],
)
def test_files_that_cannot_be_read(tmp_path: Path, name: str, message: str) -> None:
    with pytest.raises(ScheduleFileError) as refused:
        load_schedule(tmp_path / name)
    assert refused.value.mistakes == (Mistake(path="", line=None, message=message),)
    assert str(refused.value) == f"{tmp_path / name}: {message}"


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
def test_a_file_without_permission_to_read(tmp_path: Path) -> None:
    path = tmp_path / "schedule.toml"
    path.touch(mode=0)
    with pytest.raises(ScheduleFileError) as refused:
        load_schedule(path)
    message = "permission denied; allow the user who runs icsfeed to read the file"
    assert refused.value.mistakes == (Mistake(path="", line=None, message=message),)


def test_imports_that_a_valid_file_does_not_need() -> None:
    """Each takes about as long to import as the interpreter to start, and only mistakes need them.

    The lifecycle of changes is only for files with changes.
    """
    code = """
import sys
from icsfeed.store.schedule_file import example_path, load_schedule
load_schedule(example_path())
costly = {"tree_sitter", "difflib", "pydantic", "pydantic.json_schema", "icsfeed.domain.lifecycle"}
print(*(costly & set(sys.modules)))
"""
    root = Path(__file__).parents[2]
    run = subprocess.run([sys.executable, "-c", code], cwd=root, check=True, capture_output=True, text=True)
    assert run.stdout == "\n"
