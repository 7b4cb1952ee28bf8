"""Policies of real organisations: what the domain, the feeds and their readers say, against dates checked by hand."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, date, datetime
from typing import Any

import pytest

from icsfeed.domain.civil import midnight
from icsfeed.domain.fates import Frozen
from icsfeed.domain.feeds import Kind
from icsfeed.domain.schedule import Schedule, start_of_year
from icsfeed.domain.situation import Situation
from icsfeed.domain.spans import Span
from icsfeed.ical.series import Rendering
from icsfeed.publication.feeds import build_feed
from icsfeed.publication.publishing import publish
from tests.policies.checked_dates import FOLDER, NAMES, CheckedDates, Instants, checked_dates, schedule_of
from tests.readers import READERS, Reader, require

every_policy = pytest.mark.parametrize("name", NAMES)

FEWEST_POLICIES = 20


def test_there_are_enough_policies_and_each_has_its_dates_and_its_source() -> None:
    assert len(NAMES) >= FEWEST_POLICIES
    assert {path.stem for path in FOLDER.glob("*.dates")} == set(NAMES)
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    without_source = [
        name for name in NAMES if "http" not in (FOLDER / f"{name}.toml").read_text(encoding="utf-8").split("\n\n")[0]
    ]
    assert (without_source, [name for name in NAMES if f"`{name}`" not in readme]) == ([], [])


def situation_of(schedule: Schedule, checked: CheckedDates) -> Situation:
    return Situation(schedule=schedule, now=checked.now)


def year_of(schedule: Schedule, checked: CheckedDates) -> Span:
    zone = schedule.calendar.zone
    return Span(start=start_of_year(checked.year, zone), end=start_of_year(checked.year + 1, zone))


def instants(span: Span | None) -> Instants:
    assert span is not None
    return span.start, span.end


@every_policy
def test_every_occurrence_of_the_year_is_as_checked(name: str) -> None:
    schedule, checked = schedule_of(name), checked_dates(name)
    year = year_of(schedule, checked)
    occurrences = [each for each in situation_of(schedule, checked).occurrences(year) if each.start in year]
    happening: dict[str, list[Instants]] = {window.id: [] for window in schedule.windows}
    dropped: dict[str, list[Instants]] = {window.id: [] for window in schedule.windows}
    for each in occurrences:
        by_fate = dropped if isinstance(each.excluded, Frozen) else happening
        by_fate[each.window.id].append(instants(each.span))
        assert each.environments == each.window.environments
    assert (happening, dropped) == (checked.windows, checked.dropped)


@every_policy
def test_every_frozen_span_of_the_year_is_as_checked(name: str) -> None:
    schedule, checked = schedule_of(name), checked_dates(name)
    year = year_of(schedule, checked)
    frozen: dict[str, list[Instants]] = {freeze: [] for freeze in checked.freezes}
    for each in situation_of(schedule, checked).freezes(year):
        if each.span.start in year:
            frozen[each.freeze.id].append(instants(each.span))
    assert frozen == checked.freezes


Shown = tuple[Counter[tuple[date, date]], Counter[tuple[date, date]]]
"""The times that a calendar shows, and the whole days, with an exclusive end; each as often as it stands."""


def expected(schedule: Schedule, checked: CheckedDates) -> Shown:
    """What calendars show of the year: windows that happen and freezes, whole days as dates."""
    timed = {freeze.id for freeze in schedule.freezes if freeze.has_hours}
    times: Counter[tuple[date, date]] = Counter(span for spans in checked.windows.values() for span in spans)
    days: Counter[tuple[date, date]] = Counter()
    zone = schedule.calendar.zone
    for freeze_id, spans in checked.freezes.items():
        for start, end in spans:
            if freeze_id in timed:
                times[start, end] += 1
            else:
                days[start.astimezone(zone).date(), end.astimezone(zone).date()] += 1
    return times, days


def shown_in(reader: Reader, content: bytes, schedule: Schedule, checked: CheckedDates) -> Shown:
    require(reader)
    year = year_of(schedule, checked)
    wide = datetime(checked.year - 3, 1, 1, tzinfo=UTC), datetime(checked.year + 4, 1, 1, tzinfo=UTC)
    times: Counter[tuple[date, date]] = Counter()
    days: Counter[tuple[date, date]] = Counter()
    for each in reader.read(content, *wide):
        if isinstance(each.start, datetime):
            if each.start in year:
                times[each.start, each.end] += 1
        elif each.start.year == checked.year:
            days[each.start, each.end] += 1
    return times, days


@every_policy
@pytest.mark.parametrize("rendering", [Rendering.SERIES, Rendering.EXPANDED])
@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
def test_outside_readers_see_what_was_checked(reader: Reader, rendering: Rendering, name: str) -> None:
    schedule, checked = schedule_of(name), checked_dates(name)
    content = build_feed(situation_of(schedule, checked), "all", rendering).body
    assert shown_in(reader, content, schedule, checked) == expected(schedule, checked)


@every_policy
def test_the_json_feed_has_what_was_checked(name: str) -> None:
    schedule, checked = schedule_of(name), checked_dates(name)
    representations = publish(situation_of(schedule, checked), changed_at=checked.now).representations
    content: dict[str, Any] = json.loads(representations["/feeds/all.json"].body)
    year = year_of(schedule, checked)
    times: Counter[tuple[date, date]] = Counter()
    days: Counter[tuple[date, date]] = Counter()
    for entry in content["entries"]:
        start, end = (datetime.fromisoformat(entry[key]) for key in ("planned_start", "planned_end"))
        if start not in year:
            continue
        timed = {freeze.id for freeze in schedule.freezes if freeze.has_hours}
        if entry["kind"] == Kind.FREEZE and entry["id"] not in timed:
            zone = schedule.calendar.zone
            assert (start.astimezone(zone).time(), end.astimezone(zone).time()) == (midnight(start).time(),) * 2
            days[start.astimezone(zone).date(), end.astimezone(zone).date()] += 1
        else:
            times[start, end] += 1
    assert (times, days) == expected(schedule, checked)
