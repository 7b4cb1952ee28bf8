"""Badges say what the feed says, whatever the policy and the record: worked out from the feed that is served."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from hypothesis import event, given, settings
from hypothesis import strategies as st

from icsfeed.domain.schedule import Schedule
from icsfeed.publication.publishing import publish
from icsfeed.words.dates import Dates
from icsfeed.words.languages import ENGLISH
from tests.properties.due_changes import lapse_after
from tests.properties.freezes import recorded_freezes
from tests.properties.schedules import NOWS, adjustments, schedules
from tests.properties.test_gate import changes
from tests.situations import a_situation

Entry = Mapping[str, Any]


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def expected(entries: list[Entry], environments: frozenset[str], dates: Dates, now: datetime) -> str:
    """The badge for those environments by the rules that the manual gives."""
    work = [each for each in entries if each["kind"] != "freeze" and environments & set(each["environments"])]
    pending = [each for each in work if each["state"] not in {"completed", "cancelled"}]
    under_way = [
        each
        for each in pending
        if each["state"] == "in progress"
        or (each["kind"] == "maintenance" and instant(each["start"]) <= now < instant(each["end"]))
    ]
    if under_way:
        return "emergency maintenance now" if "emergency" in {each["kind"] for each in under_way} else "maintenance now"
    ahead = sorted((instant(each["start"]), each["kind"]) for each in pending if lapse_of(each, dates) > now)
    ends = [frozen_until(entries, environment, now) for environment in environments]
    end = None if now in ends else min(each or instant("9999-01-01T00:00:00Z") for each in ends)
    if end is not None and (not ahead or end <= ahead[0][0]):
        return "frozen until further notice" if end.year == 9999 else f"frozen until {dates.compact_moment(end)}"
    if not ahead:
        return "no maintenance planned"
    start, kind = ahead[0]
    return f"{'emergency ' if kind == 'emergency' else ''}maintenance: {dates.compact_moment(start)}"


def lapse_of(entry: Entry, dates: Dates) -> datetime:
    """When it is over; a change that nobody started is due until midnight."""
    end = instant(entry["end"])
    if entry["kind"] == "maintenance":
        return end
    return lapse_after(end, dates.zone)


def frozen_until(entries: list[Entry], environment: str, now: datetime) -> datetime | None:
    """When the environment is no longer frozen: now, where it is not; ``None`` where nobody knows."""
    end = now
    freezes = [each for each in entries if each["kind"] == "freeze" and environment in each["environments"]]
    for freeze in sorted(freezes, key=lambda each: instant(each["start"])):
        if instant(freeze["start"]) <= end < instant(freeze["end"]):
            if freeze["open_ended"]:
                return None
            end = instant(freeze["end"])
    return end


@settings(max_examples=60, deadline=None)
@given(data=st.data(), schedule=schedules(), now=NOWS)
def test_badges_say_what_the_feed_says(data: st.DataObject, schedule: Schedule, now: datetime) -> None:
    names = schedule.environment_names
    situation = a_situation(
        schedule,
        now=now,
        adjustments=data.draw(adjustments(schedule, now.year)),
        changes=[data.draw(changes(number, now)) for number in range(1, data.draw(st.integers(1, 3)))],
    )
    freezes = data.draw(st.one_of(st.just(()), recorded_freezes(now, sorted(names))))
    freezes = tuple(each for each in freezes if not each.is_internal)
    record = replace(situation.record, freezes={each.id: each for each in freezes})
    situation = situation.with_record(record)
    public = publish(situation, changed_at=now).representations
    entries = json.loads(public["/feeds/all.json"].body)["entries"]
    dates = Dates(language=ENGLISH, zone=situation.zone, year=now.astimezone(situation.zone).year)
    for path, environments in {
        "/badge.svg": frozenset(names),
        **{f"/badge/{each}.svg": frozenset({each}) for each in names},
    }.items():
        title = re.search("<title>(.*)</title>", public[path].body.decode())
        assert title is not None
        says = title[1].removeprefix(f"{names[min(environments)]} – ") if path != "/badge.svg" else title[1]
        assert says == expected(entries, environments, dates, now)
        event(re.sub(r"(: |until )\w{3} .*", r"\1…", says))
