"""Edits that change no bytes, and edits that change as few as possible."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from icsfeed.domain.occurrences import Occurrence, occurrences
from icsfeed.domain.schedule import Schedule, published_span
from icsfeed.ical.series import ARRANGEMENTS, Rendering
from tests.properties.brute_force import days, is_on_rule, reading
from tests.properties.frozen_times import is_frozen
from tests.properties.schedules import NOWS, adjustments, schedules
from tests.situations import a_situation, events_in, served_feed


@settings(max_examples=15)
@given(data=st.data(), schedule=schedules(most_freezes=3), now=NOWS, rendering=st.sampled_from(ARRANGEMENTS))
def test_the_order_of_the_parts_changes_nothing(
    data: st.DataObject, schedule: Schedule, now: datetime, rendering: Rendering
) -> None:
    """Decision 7: "same input, same bytes, on every machine and worker, in any hash order".

    Only the tables of the policy on the page keep the order of the file, for people to read.
    """
    adjusted = data.draw(adjustments(schedule, now.year))
    shuffled = replace(
        schedule,
        environments=tuple(data.draw(st.permutations(schedule.environments))),
        windows=tuple(data.draw(st.permutations(schedule.windows))),
        freezes=tuple(data.draw(st.permutations(schedule.freezes))),
        feeds=tuple(reversed(schedule.feeds[1:])),
        window_order=(),
        freeze_order=(),
    )
    assert shuffled == schedule
    situations = (
        a_situation(schedule, now=now, adjustments=adjusted),
        a_situation(shuffled, now=now, adjustments=reversed(adjusted)),
    )
    events, again = (events_in(each, rendering) for each in situations)
    assert again == events
    both = [served_feed(each, rendering=rendering) for each in situations]
    assert both[0] == both[1]
    uids = [event.uid for event in events]
    assert sorted(uids) == sorted(set(uids))


@settings(max_examples=20)
@given(data=st.data(), schedule=schedules(), now=NOWS, rendering=st.sampled_from(ARRANGEMENTS))
def test_a_lifted_date_changes_only_its_own_series(
    data: st.DataObject, schedule: Schedule, now: datetime, rendering: Rendering
) -> None:
    """encoding.md: the UID of a series is "unchanged when the span rolls, a freeze is lifted, or other events come"."""
    year = now.year
    frozen = [
        (freeze, day)
        for freeze in schedule.freezes
        for day in days(date(year, 1, 1), date(year, 12, 31))
        if is_frozen(day, freeze)
    ]
    if not frozen:
        return
    freeze, day = data.draw(st.sampled_from(frozen))
    lifted = replace(freeze, lifted=(*freeze.lifted, day))
    edited = replace(schedule, freezes=tuple(lifted if each is freeze else each for each in schedule.freezes))
    adjusted = data.draw(adjustments(schedule, year))
    before = {each.uid: each for each in events_in(a_situation(schedule, now=now, adjustments=adjusted), rendering)}
    after = {each.uid: each for each in events_in(a_situation(edited, now=now, adjustments=adjusted), rendering)}
    changed = {uid for uid in before.keys() | after.keys() if before.get(uid) != after.get(uid)}
    span = published_span(now, schedule.calendar.zone)
    old, new = (
        {
            (each.window.id, each.original_start, environment): each
            for each in occurrences(policy, span, adjusted)
            for environment in each.environments
        }
        for policy in (schedule, edited)
    )
    unfrozen = [old[key] for key in old.keys() & new.keys() if frozen_before(old[key]) and not frozen_before(new[key])]
    prefixes = [f"freeze.{freeze.id}.", *(prefix for each in unfrozen for prefix in series_of(each, schedule))]
    assert {uid for uid in changed if not uid.startswith(tuple(prefixes))} == set()
    assert {uid for uid in before.keys() - after.keys() if is_series(uid)} == set()
    assert [each for each in unfrozen if each.excluded is None] == []


def frozen_before(occurrence: Occurrence) -> bool:
    return type(occurrence.excluded).__name__ == "Frozen"


def series_of(occurrence: Occurrence, schedule: Schedule) -> list[str]:
    """The prefixes of the UIDs of the occurrence's series, and of its single events."""
    window = occurrence.window
    year = reading(occurrence.policy_start, schedule.calendar.zone).year
    rules = window.recurrence.template_rules()
    labels = [rule.label for rule in rules if is_on_rule(occurrence.original_start.date(), rule, None)]
    return [f"maintenance.{window.id}.{year}.{label}" for label in labels] + [f"maintenance.{window.id}.{year}"]


def is_series(uid: str) -> bool:
    return uid.startswith("maintenance.") and "T" not in uid.split("@", maxsplit=1)[0].split(".")[2]
