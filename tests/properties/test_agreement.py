"""Calendars in both renderings, JSON, the pages and the gate say the same of one situation, instant for instant."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from hypothesis import given, reject, settings
from hypothesis import strategies as st

from icsfeed.domain.feeds import Kind
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.situation import Situation
from icsfeed.ical.limits import MAX_EVENTS
from icsfeed.ical.series import ARRANGEMENTS, Rendering
from icsfeed.publication.feeds import feed_path
from icsfeed.publication.publishing import publish
from icsfeed.publication.representations import Representation
from icsfeed.services.gate import Verdict, gate
from tests.properties.brute_force import DAY, SECOND, Instants
from tests.properties.freezes import recorded_freezes
from tests.properties.schedules import ENVIRONMENTS, NOWS, adjustments, schedules, with_private_production
from tests.readers import rie
from tests.situations import a_situation, events_in

Shown = Counter[tuple[date, date, bool]]
"""Starts and ends (whole days as dates, the end exclusive), and whether it is cancelled; each as often as it stands."""

YEARS = timedelta(days=4 * 366)
WEEKS = timedelta(days=21)
PAGE_TIMES = re.compile(r'data-from="([^"]+)" data-until="([^"]+)"')


@st.composite
def situations(draw: st.DrawFn) -> Situation:
    """What the public sees of a policy with skipped and moved occurrences, and with freezes from now on."""
    schedule, now = draw(schedules()), draw(NOWS)
    if draw(st.booleans()):
        schedule = with_private_production(schedule)
    now = now.replace(month=min(max(now.month, 2), 11), day=min(now.day, 28))
    situation = a_situation(schedule, now=now, adjustments=draw(adjustments(schedule, now.year)))
    freezes = {each.id: each for each in draw(recorded_freezes(now, ENVIRONMENTS))}
    return situation.with_record(replace(situation.record, freezes=freezes)).visible_to()


@settings(max_examples=6)
@given(situation=situations(), data=st.data())
def test_everything_public_agrees(situation: Situation, data: st.DataObject) -> None:
    """Decision 2: "Every expansion and every rendering agrees on these instants"; 9: what the public sees is "a pure
    function of the truth".
    """  # noqa: D205  (a quotation)
    if any(len(events_in(situation, rendering)) > MAX_EVENTS for rendering in ARRANGEMENTS):
        reject()  # feeds may leave some out
    representations = publish(situation, changed_at=situation.now).representations
    entries = json.loads(representations["/feeds/all.json"].body)["entries"]
    said = in_json(entries, situation.schedule)
    for rendering in (Rendering.SERIES, Rendering.EXPANDED):
        shown = in_calendar(representations[feed_path("all", rendering)].body, situation.now)
        assert (shown - said, said - shown) == (Counter(), Counter())
    assert_pages_agree(representations, entries, situation)
    edges = sorted({edge for entry in entries for edge in times_of(entry)})
    near = [edge for edge in edges if abs(edge - situation.now) < WEEKS]
    chosen = data.draw(st.lists(st.sampled_from(near), max_size=8, unique=True)) if near else []
    for environment in situation.schedule.environment_names:
        for at in (situation.now, *(edge + step for edge in chosen for step in (-SECOND, 0 * SECOND))):
            verdict = gate(situation, [environment], at=at).verdict
            assert (verdict is Verdict.OPEN) is is_open(entries, situation, environment, at), (environment, at)


def times_of(entry: Mapping[str, Any]) -> Instants:
    return datetime.fromisoformat(entry["start"]), datetime.fromisoformat(entry["end"])


def in_json(entries: list[dict[str, Any]], schedule: Schedule) -> Shown:
    whole_days = {freeze.id for freeze in schedule.freezes if not freeze.has_hours}
    shown: Shown = Counter()
    for entry in entries:
        if entry["kind"] == Kind.FREEZE and entry["id"] in whole_days:
            first, last = (date.fromisoformat(entry[key]) for key in ("first", "last"))
            shown[first, last + DAY, False] += 1
        else:
            shown[(*times_of(entry), entry["state"] == "cancelled")] += 1
    return shown


def in_calendar(content: bytes, now: datetime) -> Shown:
    shown: Shown = Counter()
    for instance in rie.read(content, now - YEARS, now + YEARS):
        shown[instance.start, instance.end, instance.status == "CANCELLED"] += 1
    return shown


def assert_pages_agree(
    representations: Mapping[str, Representation], entries: list[dict[str, Any]], situation: Situation
) -> None:
    """Every entry of the feed stands in a month's list; months also list what begins just beyond the published span."""
    months = [path for path in representations if re.fullmatch("/calendar/[0-9]{4}/[0-9]{2}/", path)]
    listed = {
        (datetime.fromisoformat(start), datetime.fromisoformat(end))
        for path in months
        for start, end in PAGE_TIMES.findall(representations[path].body.decode())
    }
    published = {times_of(entry) for entry in entries}
    assert published - listed == set()
    assert {span for span in listed if span[0] in situation.published_span} - published == set()


def is_open(entries: list[dict[str, Any]], situation: Situation, environment: str, at: datetime) -> bool:
    """Whether the feed shows a window of that environment and no freeze of it; an internal freeze is in no feed."""
    internal = [each for each in situation.record.freezes.values() if each.is_internal]
    if any(environment in each.environments and at in each.span for each in internal):
        return False
    here = [
        entry["kind"]
        for entry in entries
        if environment in entry["environments"]
        and entry["state"] != "cancelled"
        and times_of(entry)[0] <= at < times_of(entry)[1]
    ]
    return Kind.MAINTENANCE in here and Kind.FREEZE not in here
