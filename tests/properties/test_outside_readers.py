"""Both renderings, read by each outside engine, compared with the domain's occurrences."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, reject, settings
from hypothesis import strategies as st

from icsfeed.domain.adjustments import Adjustment
from icsfeed.domain.fates import Skipped
from icsfeed.domain.feeds import Environment
from icsfeed.domain.freeze_patterns import LastSevenDays, YearlyDays
from icsfeed.domain.freezes import ChangeFreeze
from icsfeed.domain.recorded_freezes import RecordedFreeze
from icsfeed.domain.recurrence import Recurrence, weekly
from icsfeed.domain.rule_parts import Frequency
from icsfeed.domain.schedule import Calendar, Schedule
from icsfeed.domain.situation import Situation
from icsfeed.domain.spans import DateRange
from icsfeed.domain.windows import Impact, MaintenanceWindow
from icsfeed.domain.zones import settled_clock, zone, zone_names
from icsfeed.ical.limits import MAX_EVENTS
from icsfeed.ical.series import ARRANGEMENTS, Rendering
from tests.examples import TORONTO
from tests.properties.brute_force import DAY
from tests.properties.freezes import recorded_freezes
from tests.properties.schedules import ENVIRONMENTS, NOWS, TRICKY_ZONES, adjustments, schedules
from tests.readers import READERS, Reader, libical, require, rie
from tests.situations import a_situation, events_in, served_feed

Spans = Counter[tuple[date, date]]
Snapshot = tuple[Spans, Spans, Spans]
"""What happens, hours that are frozen included, what is seen as cancelled, and the frozen dates with an exclusive end;
each as often as it stands.
"""


every_reader = pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)


def expected_snapshot(situation: Situation) -> Snapshot:
    span = situation.published_span
    confirmed: Spans = Counter()
    cancelled: Spans = Counter()
    for each in situation.occurrences(span):
        if each.span is None or each.span.start not in span:
            continue
        if each.excluded is None:
            confirmed[each.span.start, each.span.end] += 1
        elif isinstance(each.excluded, Skipped) and not each.excluded.silent:
            cancelled[each.span.start, each.span.end] += 1
    freezes: Spans = Counter()
    all_days = DateRange.of_years(situation.published_years)
    for frozen in situation.freezes(span):
        if frozen.freeze.is_internal or not (frozen.freeze.is_recorded or frozen.days.first in all_days):
            continue
        if frozen.is_timed:
            confirmed[frozen.span.start, frozen.span.end] += 1
        else:
            freezes[frozen.days.first, frozen.days.last + DAY] += 1
    return confirmed, cancelled, freezes


def snapshot_of(reader: Reader, content: bytes, now: datetime) -> Snapshot:
    confirmed: Spans = Counter()
    cancelled: Spans = Counter()
    freezes: Spans = Counter()
    years = timedelta(days=4 * 366)
    require(reader)
    for instance in reader.read(content, now - years, now + years):
        if isinstance(instance.start, datetime) and isinstance(instance.end, datetime):
            (cancelled if instance.status == "CANCELLED" else confirmed)[instance.start, instance.end] += 1
        else:
            freezes[instance.start, instance.end] += 1
    return confirmed, cancelled, freezes


def check(
    reader: Reader,
    schedule: Schedule,
    rendering: Rendering,
    now: datetime,
    adjusted: tuple[Adjustment, ...] = (),
    *,
    recorded: tuple[RecordedFreeze, ...] = (),
) -> None:
    situation = a_situation(schedule, now=now, adjustments=adjusted)
    situation = situation.with_record(replace(situation.record, freezes={each.id: each for each in recorded}))
    if len(events_in(situation, rendering)) > MAX_EVENTS:
        reject()  # feeds may leave some out
    content = served_feed(situation, rendering=rendering)
    pairs = list(zip(snapshot_of(reader, content, now), expected_snapshot(situation), strict=True))
    too_many, too_few = (
        [actual - expected for actual, expected in pairs],
        [expected - actual for actual, expected in pairs],
    )
    assert (too_many, too_few) == ([Counter()] * 3, [Counter()] * 3)


def has_current_rules_of(reader: Reader, tz: ZoneInfo, now: datetime) -> bool:
    """Whether the engine surely has the zone's rules of that year.

    For a rule at a missing hour, libical also uses its host's tables, which may be some years old.
    """
    return reader.name != libical.NAME or settled_clock(tz, now.year - 1, now.year + 1) == settled_clock(tz, 2018, 2020)


@every_reader
@pytest.mark.parametrize("rendering", ARRANGEMENTS)
@settings(max_examples=8)
@given(data=st.data(), schedule=schedules(), now=NOWS)
def test_every_engine_reads_what_the_domain_says(
    reader: Reader, rendering: Rendering, data: st.DataObject, schedule: Schedule, now: datetime
) -> None:
    """Decision 2: "Every expansion and every rendering agrees on these instants".

    That of each engine included, whether it reads a TZID by its own zones or by the feed's VTIMEZONE.
    """
    assume(
        rendering is Rendering.EXPANDED
        or all(has_current_rules_of(reader, window.zone, now) for window in schedule.windows)
    )
    recorded = data.draw(recorded_freezes(now, ENVIRONMENTS))
    check(reader, schedule, rendering, now, data.draw(adjustments(schedule, now.year)), recorded=recorded)


def windows_in(name: str, hours: tuple[int, ...], year: int) -> list[MaintenanceWindow]:
    """Windows at the hours and on the days of clock changes."""
    return [
        MaintenanceWindow(
            id=f"{name.replace('/', '-')}-{hour}",
            name=f"{name} at {hour}",
            recurrence=weekly(*on),
            start=time(hour),
            end=time((hour + 2) % 24, 30),
            zone=zone(name),
            environments=frozenset({"production"}),
            impact=Impact.OUTAGE,
            effective_from=date(year, 1, 1),
            effective_until=date(year, 12, 31),
        )
        for hour, on in zip(hours, ((6,), (5,)), strict=False)
    ]


def policy_in(names: list[str], hours: tuple[int, ...], year: int) -> Schedule:
    """A calendar with windows in many zones, and with freezes."""
    return Schedule(
        calendar=Calendar(name="Zones", zone=zone("America/Toronto"), uid_domain="maintenance.example.com"),
        environments=(Environment(id="production", name="Production"),),
        windows=tuple(window for name in names for window in windows_in(name, hours, year)),
        freezes=(
            ChangeFreeze(
                zone=TORONTO,
                id="month-end",
                name="Change freeze",
                pattern=LastSevenDays(),
                effective_until=date(2026, 6, 30),
            ),
            ChangeFreeze(
                zone=TORONTO, id="holidays", name="Holiday freeze", pattern=YearlyDays(start=(12, 18), through=(1, 3))
            ),
        ),
    )


@every_reader
@pytest.mark.parametrize("year", [2021, 2026])
def test_every_engine_reads_zones_of_every_kind(reader: Reader, year: int) -> None:
    """encoding.md: "fixed, half-hour, midnight, negative and ordinary DST zones are read alike by all"; where a zone's
    rules change, "the series rendering then publishes those windows as single UTC events".
    """  # noqa: D205  (a quotation)
    now = datetime(year, 5, 5, tzinfo=UTC)
    schedule = policy_in(
        [name for name in TRICKY_ZONES if has_current_rules_of(reader, zone(name), now) or year == 2026], (2, 0), year
    )
    check(reader, schedule, Rendering.SERIES, now)


@every_reader
@pytest.mark.parametrize(
    ("names", "year"),
    [
        pytest.param(["America/Asuncion", "America/Scoresbysund", "America/Mexico_City"], 2026, id="changed 2022-2024"),
        pytest.param(["America/Vancouver", "America/Edmonton"], 2028, id="changed in 2026"),
    ],
)
def test_every_engine_reads_zones_whose_rules_changed_shortly_before(
    reader: Reader, names: list[str], year: int
) -> None:
    """With series in local time, libical read Asuncion and Scoresbysund an hour off for years after their change."""
    check(reader, policy_in(names, (12, 2), year), Rendering.SERIES, datetime(year, 5, 5, tzinfo=UTC))


@every_reader
def test_every_engine_reads_every_zone(reader: Reader) -> None:
    """calendar-clients.md, 2: "IANA zone names only": whichever of them, every engine reads it as the domain does."""
    now = datetime(2030, 5, 5, tzinfo=UTC)
    schedule = policy_in(
        [name for name in sorted(zone_names()) if has_current_rules_of(reader, zone(name), now)], (12,), 2031
    )
    quarterly = Recurrence(frequency=Frequency.MONTHLY, interval=3, by_day=((2, 6),))
    fewer = replace(schedule, windows=tuple(replace(each, recurrence=quarterly) for each in schedule.windows))
    check(reader, fewer, Rendering.SERIES, now)


@every_reader
@pytest.mark.parametrize("name", ["Europe/London", "Australia/Sydney", "Asia/Beirut"])
@pytest.mark.parametrize("ordinal", [2, -1])
def test_a_monthly_window_at_a_skipped_hour_is_read_alike(reader: Reader, name: str, ordinal: int) -> None:
    """In libical it was an hour late in months that begin or end with a clock change, and for last weekdays."""
    tz = zone(name)
    clock = settled_clock(tz, 2023, 2025)
    assert clock is not None
    skipped = next(onset.time for onset in clock.onsets if onset.after > onset.before)
    monthly = Recurrence(frequency=Frequency.MONTHLY, by_day=((ordinal, 4),))
    schedule = policy_in([name], (2,), 2024)
    window = replace(schedule.windows[0], recurrence=monthly, start=skipped, end=time(skipped.hour + 4))
    schedule = replace(schedule, windows=(window,), freezes=())
    check(reader, schedule, Rendering.SERIES, datetime(2024, 5, 5, tzinfo=UTC))


@pytest.mark.parametrize(("name", "hour"), [("UTC", 2), ("America/Toronto", 23)])
def test_times_in_utc_are_not_converted_to_the_calendars_zone(name: str, hour: int) -> None:
    """With X-WR-TIMEZONE, recurring-ical-events shifted a series in UTC to that zone's clock and weekdays."""
    schedule = policy_in([name], (2,), 2026)
    window = replace(schedule.windows[0], start=time(hour), end=time(1, 30) if hour == 23 else time(4))
    window = replace(window, recurrence=weekly(5, 6))
    schedule, now = replace(schedule, windows=(window,), freezes=()), datetime(2026, 5, 5, tzinfo=UTC)
    situation = a_situation(schedule, now=now)
    content = served_feed(situation)
    reader = next(each for each in READERS if each.name == rie.NAME)
    assert snapshot_of(reader, content, now) == expected_snapshot(situation)
