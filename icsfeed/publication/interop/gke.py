"""GKE's maintenance policy: one recurring window, and exclusions, for automatic maintenance of a cluster.

https://cloud.google.com/kubernetes-engine/docs/concepts/maintenance-windows-and-exclusions

GKE demands that 48 hours of maintenance, in stretches of four hours at least, stay possible within any 32 days. (Its
documentation of 2026 says 92 days; what holds for any 32 days holds for any 92.) Three exclusions at most may forbid
all upgrades. None needs to be split for its length, which may be 30 days: a longer one leaves less than 48 hours.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from icsfeed.domain.civil import instant_of, local_date, midnight
from icsfeed.domain.feeds import Feed, Kind
from icsfeed.domain.lengths import length_text
from icsfeed.domain.situation import Situation
from icsfeed.domain.span_sets import SpanSet, difference, intersection, union
from icsfeed.domain.spans import Span
from icsfeed.publication.interop.documents import InteropDocument, apart_warning, minutes_note, refusal, yaml_document
from icsfeed.publication.interop.gke_exclusions import Exclusion, exclusions
from icsfeed.services.interop import Timetable
from icsfeed.services.upcoming import utc_text
from icsfeed.services.weekly_times import WeeklyTime, weekly_time

_SYSTEM: Final = "Google Kubernetes Engine"
_MAX_EXCLUSIONS: Final = 3
_DEMANDED: Final = timedelta(hours=48)
_SHORTEST: Final = timedelta(hours=4)
_STRETCH: Final = timedelta(days=32)
_ONE_SECOND: Final = timedelta(seconds=1)
_ONE_WEEK: Final = timedelta(weeks=1)
_WEEKDAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def gke(timetable: Timetable, feed: Feed) -> InteropDocument:
    """The maintenance policy of a cluster, from today on, or why GKE refuses it."""
    situation = timetable.situation
    if Kind.MAINTENANCE not in feed.kinds:
        return refusal(feed, _SYSTEM, ["It selects no maintenance windows, and GKE needs one."])
    times, today = timetable.times_of(feed), _today(situation)
    if times.apart:
        return refusal(feed, _SYSTEM, apart_warning(times))
    weekly = weekly_time(situation, feed)
    if weekly is None:
        return refusal(
            feed,
            _SYSTEM,
            ["GKE needs one recurring window, and no time of its maintenance windows recurs every week."],
        )
    rule = union(weekly.spans(Span(start=today, end=weekly.valid_until)))
    every, weekly = _with_an_end(
        exclusions(rule, times, timetable.freezes_of(feed), situation.zone), weekly, today + _ONE_WEEK
    )
    kept, later = every[:_MAX_EXCLUSIONS], every[_MAX_EXCLUSIONS:]
    if reason := _too_little(weekly, today, kept):
        return refusal(feed, _SYSTEM, [reason])
    others = difference(intersection(times.opening, (Span(start=today, end=weekly.valid_until),)), rule)
    return yaml_document(
        feed,
        _SYSTEM,
        notes=(*_notes(weekly), *minutes_note(times, _SYSTEM)),
        value={"maintenancePolicy": {"window": _window(weekly, local_date(situation.now, situation.zone).year, kept)}},
        warnings=(*_open_ends(kept), *_other_times(others), *_later_exclusions(later)),
    )


def _with_an_end(
    every: tuple[Exclusion, ...], weekly: WeeklyTime, week_ahead: datetime
) -> tuple[tuple[Exclusion, ...], WeeklyTime]:
    """The exclusions, where the last one may have no end, and the weekly time, which is then right until there.

    One that begins later than in a week is left out: then the windows end, and the weekly time with them.
    """
    if not every or not every[-1].is_open_ended:
        return every, weekly
    *before, last = every
    start = last.span.start
    if start >= week_ahead:
        return tuple(before), replace(weekly, valid_until=min(weekly.valid_until, start))
    ended = replace(last, span=Span(start=start, end=week_ahead))
    return (*before, ended), replace(weekly, valid_until=min(weekly.valid_until, week_ahead))


def _today(situation: Situation) -> datetime:
    return instant_of(midnight(local_date(situation.now, situation.zone)), situation.zone)


def _too_little(weekly: WeeklyTime, today: datetime, kept: Sequence[Exclusion]) -> str:
    """Why GKE refuses the policy: how few hours it leaves within 32 days; empty where they are enough."""
    if weekly.length < _SHORTEST:
        return (
            f"GKE counts maintenance in stretches of {_hours_text(_SHORTEST)} at least, and the weekly windows last "
            f"{length_text(weekly.length)}."
        )
    # From the week before on, so that the figure is that of windows which have passed as well as of those ahead.
    looked_at = Span(
        start=today - _ONE_WEEK,
        end=max([today, *(each.span.end for each in kept)]) + 2 * _STRETCH,
    )
    possible = difference(union(weekly.spans(looked_at)), union(each.span for each in kept))
    stretches = [span for span in possible if span.length >= _SHORTEST]
    # The poorest 32 days begin within a stretch, which then does not count as a whole.
    starts = [span.start + _ONE_SECOND for span in stretches if span.start + _STRETCH < looked_at.end]
    least = min(_possible_within(stretches, start) for start in starts)
    if least >= _DEMANDED:
        return ""
    return (
        f"GKE demands {_hours_text(_DEMANDED)} of maintenance within any {_STRETCH.days} days, in stretches of "
        f"{_hours_text(_SHORTEST)} at least. The weekly windows, without the times in which nothing may run, leave as "
        f"few as {_hours_text(least)}. Longer or more frequent windows are needed, or shorter freezes."
    )


def _possible_within(hours: Sequence[Span], start: datetime) -> timedelta:
    stretch = Span(start=start, end=start + _STRETCH)
    return sum((span.length for span in hours if stretch.covers(span)), timedelta())


def _hours_text(length: timedelta) -> str:
    hours = length / timedelta(hours=1)
    return f"{hours:g} hours" if hours.is_integer() else length_text(length)


def _window(weekly: WeeklyTime, year: int, kept: Sequence[Exclusion]) -> dict[str, object]:
    days = ",".join(_WEEKDAYS[day] for day in weekly.weekdays)
    is_daily = len(weekly.weekdays) == len(_WEEKDAYS)
    window: dict[str, object] = {
        "recurringWindow": {
            "window": _time_window(weekly.first_in(year)),
            "recurrence": "FREQ=DAILY" if is_daily else f"FREQ=WEEKLY;BYDAY={days}",
        },
    }
    if kept:
        window["maintenanceExclusions"] = {
            each.name: {**_time_window(each.span), "maintenanceExclusionOptions": {"scope": "NO_UPGRADES"}}
            for each in kept
        }
    return window


def _time_window(span: Span) -> dict[str, str]:
    return {"startTime": utc_text(span.start), "endTime": utc_text(span.end)}


def _notes(weekly: WeeklyTime) -> Iterator[str]:
    yield "The maintenancePolicy of a cluster, as the Kubernetes Engine API has it."
    yield (
        f"Right until {utc_text(weekly.valid_until)}, since GKE repeats times in UTC for ever, and clocks and policies "
        "change: fetch this file again every day, and apply it when it has changed."
    )


def _open_ends(kept: Sequence[Exclusion]) -> Iterator[str]:
    for each in kept:
        if each.is_open_ended:
            yield (
                f"An exclusion needs an end. {each.name} is open-ended; here it ends at {utc_text(each.span.end)}, and "
                "later with every day that passes."
            )


def _other_times(others: SpanSet) -> Iterator[str]:
    if others:
        count = "1 more time at which" if len(others) == 1 else f"{len(others)} more times at which"
        yield (
            f"A cluster has one recurring window. Left out: {count} planned changes may run, first from "
            f"{utc_text(others[0].start)} to {utc_text(others[0].end)}."
        )


def _later_exclusions(later: Sequence[Exclusion]) -> Iterator[str]:
    if later:
        count = "1 later time" if len(later) == 1 else f"{len(later)} later times"
        yield (
            f"A cluster has {_MAX_EXCLUSIONS} exclusions of all upgrades at most. Left out: {count} in which nothing "
            f"may run, first from {utc_text(later[0].span.start)} to {utc_text(later[0].span.end)}; each follows once "
            "an earlier one is over."
        )
