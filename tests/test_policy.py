"""The policy that icsfeed was built for, as outside readers see it, against independently computed dates."""

from __future__ import annotations

import calendar
import os
import re
import subprocess
import sys
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from icsfeed.domain.situation import Situation
from icsfeed.ical.series import ARRANGEMENTS, Rendering
from icsfeed.publication.feeds import build_feed
from icsfeed.store.schedule_file import example_path, load_schedule, read_schedule
from tests.readers import READERS, Reader, require

GOLDEN = Path(__file__).parent / "golden"
GOLDEN_NOW = "2026-11-23T12:00:00Z"
TORONTO = ZoneInfo("America/Toronto")
EXAMPLE = load_schedule(example_path()).schedule

NOWS = [datetime(year, 6, 15, tzinfo=UTC) for year in (2021, 2024, 2027, 2030, 2033, 2034)]
"""The published spans of these together are 2020 to 2035."""


def days_of(now: datetime) -> list[date]:
    first = date(now.year - 1, 1, 1)
    return [first + timedelta(days=n) for n in range((date(now.year + 2, 1, 1) - first).days)]


def is_frozen(day: date) -> bool:
    return day.day > calendar.monthrange(day.year, day.month)[1] - 7


def expected_windows(now: datetime) -> list[tuple[datetime, datetime]]:
    """Thursdays and Sundays, 02:00 to 06:00 in Toronto, except in the last 7 days of a month."""
    windows = []
    for day in days_of(now):
        if day.weekday() in {3, 6} and not is_frozen(day):
            start = datetime.combine(day, time(2), TORONTO)
            if start.astimezone(UTC).astimezone(TORONTO) != start:  # 02:00 does not exist that day
                start = datetime.combine(day, time(3), TORONTO)
            windows.append((start.astimezone(UTC), datetime.combine(day, time(6), TORONTO).astimezone(UTC)))
    return windows


def expected_freezes(now: datetime) -> list[tuple[date, date]]:
    """The last 7 days of each month, with an exclusive end."""
    last_days = [day for day in days_of(now) if day.day == calendar.monthrange(day.year, day.month)[1]]
    return [(day - timedelta(days=6), day + timedelta(days=1)) for day in last_days]


def test_the_expected_windows_on_clock_changes_in_march_last_from_three_to_six() -> None:
    """Otherwise the expected windows would not cover clock changes."""
    changes = [
        (start, end) for now in NOWS for start, end in expected_windows(now) if end - start == timedelta(hours=3)
    ]
    assert {start.year for start, _ in changes} == set(range(2020, 2036))
    assert all(start.month == 3 and (start.hour, end.hour) == (7, 10) for start, end in changes)


@pytest.mark.parametrize("now", NOWS, ids=lambda now: str(now.year))
@pytest.mark.parametrize("rendering", ARRANGEMENTS)
@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
def test_outside_readers_see_the_policy(reader: Reader, rendering: Rendering, now: datetime) -> None:
    require(reader)
    feed = build_feed(Situation(schedule=EXAMPLE, now=now), "all", rendering).body
    wide = (datetime(now.year - 3, 1, 1, tzinfo=UTC), datetime(now.year + 4, 1, 1, tzinfo=UTC))
    instances = [(each.start, each.end) for each in reader.read(feed, *wide)]
    assert [each for each in instances if isinstance(each[0], datetime)] == expected_windows(now)
    assert [each for each in instances if not isinstance(each[0], datetime)] == expected_freezes(now)


@pytest.mark.parametrize("slug", [feed.slug for feed in EXAMPLE.feeds])
@pytest.mark.parametrize("rendering", ARRANGEMENTS)
def test_feeds_equal_their_golden_files(slug: str, rendering: Rendering) -> None:
    """To change them on purpose: ``icsfeed build SLUG --rendering … --now 2026-11-23T12:00:00Z -o tests/golden/…``."""
    golden = GOLDEN / f"{slug}.{rendering}.ics"
    assert (
        build_feed(Situation(schedule=EXAMPLE, now=datetime.fromisoformat(GOLDEN_NOW)), slug, rendering).body
        == golden.read_bytes()
    )


@pytest.mark.parametrize(
    "environment",
    [
        pytest.param({"PYTHONHASHSEED": "0"}, id="one hash seed"),
        pytest.param({"PYTHONHASHSEED": "12345"}, id="another hash seed"),
        pytest.param({"TZ": "Asia/Tokyo", "LC_ALL": "C"}, id="a host in Tokyo"),
        pytest.param({"TZ": "America/St_Johns", "LC_ALL": "de_DE.UTF-8", "LANG": "de_DE.UTF-8"}, id="a German host"),
        pytest.param({"PYTHONTZPATH": "/nonexistent", "PYTHONOPTIMIZE": "2"}, id="a host without zones, optimised"),
    ],
)
def test_the_same_bytes_on_every_host(environment: dict[str, str]) -> None:
    built = subprocess.run(
        [sys.executable, "-m", "icsfeed", "build", "all", "--now", GOLDEN_NOW, "--schedule", str(example_path())],
        env=os.environ | environment,
        capture_output=True,
        check=True,
    )
    assert built.stdout == (GOLDEN / "all.series.ics").read_bytes()


def test_the_same_bytes_for_any_order_of_tables() -> None:
    content = example_path().read_text(encoding="utf-8")
    head, *tables = re.split(r"(?m)^(?=\[\[)", content)
    reordered = read_schedule("".join([head, *reversed(tables)]).encode(), "turned.toml")
    now = datetime.fromisoformat(GOLDEN_NOW)
    assert (
        build_feed(Situation(schedule=reordered, now=now), "all", Rendering.SERIES).body
        == (GOLDEN / "all.series.ics").read_bytes()
    )


@pytest.mark.parametrize("rendering", ARRANGEMENTS)
def test_a_new_year_adds_and_drops_events_but_changes_none(rendering: Rendering) -> None:
    def components(year: int) -> dict[str, str]:
        feed = build_feed(
            Situation(schedule=EXAMPLE, now=datetime(year, 6, 1, tzinfo=UTC)), "all", rendering
        ).body.decode()
        texts = re.findall(r"BEGIN:(?:VEVENT|VTIMEZONE)\r\n.*?END:(?:VEVENT|VTIMEZONE)\r\n", feed, re.DOTALL)
        return {re.search(r"^(?:UID|TZID):(.*)\r$", text, re.MULTILINE)[1]: text for text in texts}  # type: ignore[index]  # each has one

    before, after = components(2026), components(2027)
    assert {uid: before[uid] for uid in before.keys() & after.keys()} == {
        uid: after[uid] for uid in before.keys() & after.keys()
    }
    assert {re.search(r"20\d\d", uid)[0] for uid in before.keys() - after.keys()} == {"2025"}  # type: ignore[index]
    assert {re.search(r"20\d\d", uid)[0] for uid in after.keys() - before.keys()} == {"2028"}  # type: ignore[index]
