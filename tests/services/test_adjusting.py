"""Skipping, moving and restoring single occurrences: refusals, and what outside readers see afterwards."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from icsfeed.domain.errors import BadInputError, ConflictError, IcsfeedError, NotFoundError, RefusedError
from icsfeed.domain.freeze_patterns import NamedDays
from icsfeed.domain.freezes import ChangeFreeze
from icsfeed.domain.recurrence import weekly
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.spans import DateRange, Span
from icsfeed.domain.zones import zone
from icsfeed.ical.series import Rendering
from icsfeed.services.adjusting import Adjusted, adjust
from icsfeed.services.adjustment_rules import AdjustmentRequest, usual_length
from icsfeed.services.changes import Workspace
from tests.actors import operator
from tests.examples import MONTH_END, PEAK_HOURS, SUNDAY, THURSDAY, TORONTO, a_window, span, utc
from tests.readers import READERS, Reader
from tests.readers.subscriber_view import SubscriberView, both_renderings, subscriber_view
from tests.services.workspace import TWO_ENVIRONMENTS, MemoryRepository, a_plan, a_workspace, announce_plan

NOW = utc(2026, 5, 5)
REASON = "Vendor on site"
FROM, UNTIL = date(2026, 2, 1), date(2026, 6, 30)
WINDOWS = tuple(replace(each, effective_from=FROM, effective_until=UNTIL) for each in (THURSDAY, SUNDAY))
FREEZES = (replace(MONTH_END, effective_from=FROM, effective_until=UNTIL),)
SMALL = replace(TWO_ENVIRONMENTS, windows=WINDOWS, freezes=FREEZES)
JUNE_4 = span((2026, 6, 4, 6), (2026, 6, 4, 10))
"""Thursday, 02:00 to 06:00 in Toronto, in summer."""


def a_small_workspace(schedule: Schedule = SMALL) -> tuple[Workspace, MemoryRepository]:
    return a_workspace(schedule)


def skip(
    workspace: Workspace, day: date, *, silent: bool = False, window: str = "thursday", now: datetime = NOW
) -> Adjusted:
    request = AdjustmentRequest(window_id=window, day=day, reason=REASON, skip=True, silent=silent)
    return adjust(workspace, request, actor=operator("ann", now))


def move(workspace: Workspace, day: date, to: Span, *, window: str = "thursday", now: datetime = NOW) -> Adjusted:
    return adjust(
        workspace, AdjustmentRequest(window_id=window, day=day, reason=REASON, to=to), actor=operator("ann", now)
    )


def restore(workspace: Workspace, day: date, *, window: str = "thursday", now: datetime = NOW) -> Adjusted:
    return adjust(workspace, AdjustmentRequest(window_id=window, day=day, reason=""), actor=operator("bob", now))


def expected_windows(schedule: Schedule) -> SubscriberView:
    """The policy's windows, computed independently: day by day, without frozen days."""
    result: SubscriberView = []
    for window in schedule.windows:
        for number in range((UNTIL - FROM).days + 1):
            day = FROM + timedelta(days=number)
            month_ends = (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
            if day.weekday() in window.recurrence.weekdays and (month_ends - day).days >= 7:
                start, end = (
                    datetime.combine(day, hour, TORONTO).astimezone(utc(2026, 1, 1).tzinfo)
                    for hour in (window.start, window.end)
                )
                result.append((start, end, window.name, "CONFIRMED"))
    return sorted(result)


def check(
    reader: Reader, workspace: Workspace, repository: MemoryRepository, removed: list[Span], added: SubscriberView
) -> None:
    """Compare both renderings with the policy, without the spans ``removed`` and with those ``added``."""
    expected = Counter(expected_windows(workspace.schedule))
    expected.subtract((each.start, each.end, "Scheduled maintenance", "CONFIRMED") for each in removed)
    expected.update(added)
    for rendering, content in both_renderings(workspace.schedule, repository.current, now=NOW).items():
        result = Counter(subscriber_view(reader, content, now=NOW))
        assert (result - expected, expected - result) == (Counter(), Counter()), rendering
        overridden_and_excluded(content)


def overridden_and_excluded(content: bytes) -> None:
    """calendar-clients, 10: an instance never has both an EXDATE and an override."""
    events = content.decode().replace("\r\n ", "").split("BEGIN:VEVENT")
    excluded, overridden = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for event in events[1:]:
        uid = re.findall(r"^UID:(.*)\r$", event, re.MULTILINE)[0]
        excluded.update((uid, each) for each in re.findall(r"^EXDATE;(.*)\r$", event, re.MULTILINE))
        overridden.update((uid, each) for each in re.findall(r"^RECURRENCE-ID;(.*)\r$", event, re.MULTILINE))
    assert set(excluded) & set(overridden) == set()
    assert set((excluded + overridden).values()) <= {1}


def confirmed_event(to: Span) -> SubscriberView:
    return [(to.start, to.end, "Scheduled maintenance", "CONFIRMED")]


def cancelled_event(at: Span) -> SubscriberView:
    return [(at.start, at.end, "Cancelled: Scheduled maintenance", "CANCELLED")]


FRIDAY = span((2026, 6, 5, 12), (2026, 6, 5, 16))
TARGETS = {
    "on another day": FRIDAY,
    "on a day that has an instance of its series": span((2026, 6, 11, 12), (2026, 6, 11, 16)),
    "past its neighbour": span((2026, 6, 16, 6), (2026, 6, 16, 10)),
    "right after its neighbour": span((2026, 6, 11, 10), (2026, 6, 11, 12)),
    "into the hour that comes twice": span((2026, 11, 1, 5, 30), (2026, 11, 1, 6, 30)),
    "over the hour that is skipped": span((2027, 3, 14, 6), (2027, 3, 14, 8)),
    "into another year": span((2027, 2, 1, 7), (2027, 2, 1, 11)),
    "over midnight, and shorter": span((2026, 6, 6, 3, 59), (2026, 6, 6, 4, 1)),
    "within its own time": span((2026, 6, 4, 7), (2026, 6, 4, 8)),
}
"""Where the occurrence of 4 June may be moved."""

every_reader = pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)


@every_reader
def test_an_unadjusted_occurrence(reader: Reader) -> None:
    workspace, repository = a_small_workspace()
    check(reader, workspace, repository, [], [])


@every_reader
@pytest.mark.parametrize("target", TARGETS)
def test_a_moved_occurrence_is_only_at_its_new_time(reader: Reader, target: str) -> None:
    workspace, repository = a_small_workspace()
    move(workspace, date(2026, 6, 4), TARGETS[target])
    check(reader, workspace, repository, [JUNE_4], confirmed_event(TARGETS[target]))


@every_reader
@pytest.mark.parametrize(
    ("day", "at"),
    [
        pytest.param(date(2026, 6, 4), JUNE_4, id="within the series"),
        pytest.param(date(2026, 5, 7), span((2026, 5, 7, 6), (2026, 5, 7, 10)), id="the next occurrence"),
        pytest.param(date(2026, 6, 18), span((2026, 6, 18, 6), (2026, 6, 18, 10)), id="the last of the series"),
    ],
)
def test_a_skipped_occurrence_is_cancelled_or_absent(reader: Reader, day: date, at: Span) -> None:
    workspace, repository = a_small_workspace()
    skip(workspace, day)
    check(reader, workspace, repository, [at], cancelled_event(at))
    skip(workspace, day, silent=True)
    check(reader, workspace, repository, [at], [])
    skip(workspace, day)
    check(reader, workspace, repository, [at], cancelled_event(at))
    restore(workspace, day)
    check(reader, workspace, repository, [], [])


@every_reader
def test_a_skipped_occurrence_in_utc_is_shown_only_as_cancelled(reader: Reader) -> None:
    """Home Assistant shows an override with a RECURRENCE-ID in UTC in addition to the instance it overrides."""
    june = replace(THURSDAY, zone=zone("UTC"), effective_from=date(2026, 6, 1), effective_until=date(2026, 6, 30))
    workspace, repository = a_small_workspace(replace(SMALL, windows=(june,), freezes=()))
    skip(workspace, date(2026, 6, 11))
    first, skipped, *others = (span((2026, 6, day, 2), (2026, 6, day, 6)) for day in (4, 11, 18, 25))
    for content in both_renderings(workspace.schedule, repository.current, now=NOW).values():
        assert subscriber_view(reader, content, now=NOW) == [
            *confirmed_event(first),
            *cancelled_event(skipped),
            *(each for at in others for each in confirmed_event(at)),
        ]


@every_reader
def test_an_irregular_occurrence_is_skipped_moved_and_restored(reader: Reader) -> None:
    """On 8 March the clock skips 02:00: the occurrence, 07:00Z to 10:00Z, is a single event that cuts the series."""
    workspace, repository = a_small_workspace()
    early, day = utc(2026, 3, 1), date(2026, 3, 8)
    at = span((2026, 3, 8, 7), (2026, 3, 8, 10))
    assert usual_length(SMALL, "sunday", day) == timedelta(hours=3)
    skip(workspace, day, window="sunday", now=early)
    check(reader, workspace, repository, [at], cancelled_event(at))
    to = span((2026, 3, 9, 7), (2026, 3, 9, 10))
    move(workspace, day, to, window="sunday", now=early)
    check(reader, workspace, repository, [at], confirmed_event(to))
    restore(workspace, day, window="sunday", now=early)
    check(reader, workspace, repository, [], [])


@every_reader
def test_an_occurrence_moved_twice_skipped_moved_again_and_restored(reader: Reader) -> None:
    workspace, repository = a_small_workspace()
    day, again = date(2026, 6, 4), TARGETS["past its neighbour"]
    move(workspace, day, FRIDAY)
    move(workspace, day, again)
    check(reader, workspace, repository, [JUNE_4], confirmed_event(again))
    skip(workspace, day)
    check(reader, workspace, repository, [JUNE_4], cancelled_event(JUNE_4))
    move(workspace, day, FRIDAY)
    check(reader, workspace, repository, [JUNE_4], confirmed_event(FRIDAY))
    restore(workspace, day)
    check(reader, workspace, repository, [], [])
    assert repository.current.adjustments == {}
    assert [action for _, action, _ in repository.actions] == [
        *("window move",) * 2,
        "window skip",
        "window move",
        "window restore",
    ]


@every_reader
def test_an_occurrence_moves_to_the_time_of_one_that_was_moved_away(reader: Reader) -> None:
    workspace, repository = a_small_workspace()
    june_11 = span((2026, 6, 11, 6), (2026, 6, 11, 10))
    move(workspace, date(2026, 6, 11), FRIDAY)
    move(workspace, date(2026, 6, 4), june_11)
    check(reader, workspace, repository, [JUNE_4, june_11], confirmed_event(june_11) + confirmed_event(FRIDAY))
    with pytest.raises(RefusedError) as refusal:
        restore(workspace, date(2026, 6, 11))
    assert str(refusal.value) == (
        "the occurrence of thursday on Thu 2026-06-11 can't be restored onto another one of that window: "
        "Thu 2026-06-11 02:00–06:00 EDT"
    )


@every_reader
def test_every_occurrence_of_a_window_can_be_skipped(reader: Reader) -> None:
    june = tuple(replace(each, effective_from=date(2026, 6, 1)) for each in WINDOWS[:1])
    workspace, repository = a_small_workspace(replace(SMALL, windows=june))
    for day in (4, 11, 18):
        skip(workspace, date(2026, 6, day), silent=day == 11)
    for content in both_renderings(workspace.schedule, repository.current, now=NOW).values():
        assert subscriber_view(reader, content, now=NOW) == [
            *cancelled_event(JUNE_4),
            *cancelled_event(span((2026, 6, 18, 6), (2026, 6, 18, 10))),
        ]


OF_JUNE_4 = "the occurrence of thursday on Thu 2026-06-04"


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        pytest.param(
            lambda workspace: skip(workspace, date(2026, 6, 5)),
            "thursday has no occurrence on Fri 2026-06-05; the nearest are Thu 2026-06-04, Thu 2026-06-11, "
            "Thu 2026-06-18",
            id="not a date of the window: the nearest dates that happen, skipping frozen ones",
        ),
        pytest.param(
            lambda workspace: skip(workspace, date(2029, 6, 7)),
            "thursday has no occurrence on Thu 2029-06-07; and none within a year of it",
            id="years after the window's last date",
        ),
        pytest.param(
            lambda workspace: skip(workspace, date(9999, 12, 31)),
            "9999-12-31 is out of reach: icsfeed knows the years 1971 to 2999",
            id="beyond the last representable date",
        ),
        pytest.param(
            lambda workspace: skip(workspace, date(2026, 5, 28)),
            "the occurrence of thursday on Thu 2026-05-28 does not happen anyway: Change freeze from 2026-05-25 "
            "through 2026-05-31",
            id="frozen",
        ),
        pytest.param(
            lambda workspace: skip(workspace, date(2026, 6, 4), now=JUNE_4.end),
            f"{OF_JUNE_4} is over: Thu 2026-06-04 02:00–06:00 EDT",
            id="ends now",
        ),
        pytest.param(
            lambda workspace: restore(workspace, date(2026, 6, 4)),
            f"{OF_JUNE_4} is neither skipped nor moved; there is nothing to restore",
            id="nothing to restore",
        ),
        pytest.param(
            lambda workspace: move(workspace, date(2026, 6, 4), span((2026, 5, 4, 20), (2026, 5, 5))),
            f"{OF_JUNE_4} can't be moved into the past: Mon 2026-05-04 16:00–20:00 EDT",
            id="moved into the past: the new end is now",
        ),
        pytest.param(
            lambda workspace: move(workspace, date(2026, 6, 4), span((2026, 6, 24, 1), (2026, 6, 24, 4, 0, 1))),
            f'{OF_JUNE_4} can\'t be moved into the change freeze "Change freeze", Wed 2026-06-24 – Tue 2026-06-30',
            id="moved into a freeze by a second",
        ),
        pytest.param(
            lambda workspace: move(workspace, date(2026, 6, 4), span((2026, 6, 11, 9, 59, 59), (2026, 6, 11, 12))),
            f"{OF_JUNE_4} can't be moved onto another one of that window: Thu 2026-06-11 02:00–06:00 EDT",
            id="overlapping another occurrence by a second",
        ),
        pytest.param(
            lambda workspace: move(workspace, date(2026, 6, 4), JUNE_4),
            f"{OF_JUNE_4} is planned for that time anyway: Thu 2026-06-04 02:00–06:00 EDT; restore it instead",
            id="moved to its current time",
        ),
        pytest.param(
            lambda workspace: adjust(
                workspace,
                AdjustmentRequest(window_id="thursday", day=date(2026, 6, 4), reason="\n", skip=True),
                actor=operator("a", NOW),
            ),
            f"say why {OF_JUNE_4} is skipped; customers read it",
            id="without a reason",
        ),
        pytest.param(
            lambda workspace: (skip(workspace, date(2026, 6, 4)), skip(workspace, date(2026, 6, 4))),
            f"{OF_JUNE_4} is already skipped in this way, for the same reason",
            id="already skipped",
        ),
        pytest.param(
            lambda workspace: (move(workspace, date(2026, 6, 4), FRIDAY), move(workspace, date(2026, 6, 4), FRIDAY)),
            f"{OF_JUNE_4} is already moved in this way, for the same reason",
            id="already moved there",
        ),
        pytest.param(
            lambda workspace: (
                move(workspace, date(2026, 6, 4), FRIDAY),
                move(workspace, date(2026, 6, 11), span((2026, 6, 5, 15), (2026, 6, 5, 19))),
            ),
            "the occurrence of thursday on Thu 2026-06-11 can't be moved onto another one of that window: "
            "Fri 2026-06-05 08:00–12:00 EDT",
            id="overlapping a moved occurrence",
        ),
        pytest.param(
            lambda workspace: (
                move(workspace, date(2026, 6, 4), FRIDAY),
                restore(workspace, date(2026, 6, 4), now=JUNE_4.end),
            ),
            f"{OF_JUNE_4} can't be restored into the past: Thu 2026-06-04 02:00–06:00 EDT; move it to a time ahead, "
            "or skip it",
            id="restored after its original time",
        ),
        pytest.param(
            lambda workspace: (
                move(workspace, date(2026, 6, 4), FRIDAY),
                restore(workspace, date(2026, 6, 4), now=FRIDAY.end),
            ),
            f"{OF_JUNE_4} is over: Fri 2026-06-05 08:00–12:00 EDT",
            id="restored after its new time",
        ),
    ],
)
def test_refusals(action: Callable[[Workspace], object], expected: str) -> None:
    workspace, _ = a_small_workspace()
    with pytest.raises(RefusedError) as refusal:
        action(workspace)
    assert str(refusal.value) == expected


def test_an_occurrence_skipped_by_the_clock_can_not_be_adjusted() -> None:
    """02:00 to 03:00 does not exist on 8 March in Toronto."""
    short = a_window(recurrence=weekly(6), end=time(3), id="short")
    workspace, _ = a_small_workspace(replace(SMALL, windows=(short,)))
    to = span((2026, 3, 9, 7), (2026, 3, 9, 8))
    for act in (skip, restore):
        with pytest.raises(RefusedError) as refusal:
            act(workspace, date(2026, 3, 8), window="short", now=utc(2026, 3, 1))
        assert str(refusal.value) == (
            "the occurrence of short on Sun 2026-03-08 does not happen anyway: the clock goes from 02:00 to 03:00 "
            "that day"
        )
    with pytest.raises(RefusedError):
        move(workspace, date(2026, 3, 8), to, window="short", now=utc(2026, 3, 1))
    assert usual_length(workspace.schedule, "short", date(2026, 3, 8)) == timedelta(hours=1)


@pytest.mark.parametrize(
    ("window", "to", "error", "expected"),
    [
        (
            "wednesday",
            FRIDAY,
            NotFoundError,
            'there is no maintenance window "wednesday"; this schedule has sunday, thursday',
        ),
        (
            "thursday",
            span((2026, 6, 5), (2062, 6, 5)),
            BadInputError,
            "an occurrence lasts at most 366 days, not 13149 d; look at the years",
        ),
    ],
)
def test_other_refusals(window: str, to: Span, error: type[IcsfeedError], expected: str) -> None:
    workspace, repository = a_small_workspace()
    with pytest.raises(error) as refusal:
        move(workspace, date(2026, 6, 4), to, window=window)
    assert (str(refusal.value), repository.current.entry) == (expected, 0)


def test_a_dry_run_shows_the_events_that_change_and_records_nothing() -> None:
    workspace, repository = a_small_workspace()
    request = AdjustmentRequest(window_id="thursday", day=date(2026, 6, 4), reason=REASON, to=FRIDAY)
    preview = adjust(workspace, request, actor=operator("ann", NOW), dry_run=True)
    assert (preview.recorded, repository.current.entry) == (False, 0)
    outcome = adjust(workspace, request, actor=operator("ann", NOW))
    assert (preview.occurrence, preview.events, preview.warnings) == (
        outcome.occurrence,
        outcome.events,
        outcome.warnings,
    )
    assert [(event.uid.partition("@")[0], event.revision.sequence) for event in outcome.events] == [
        ("maintenance.thursday.2026.th", 1),
        ("maintenance.thursday.20260604T020000", 1),
    ]


@pytest.mark.parametrize(
    ("first", "message"),
    [
        pytest.param(
            lambda workspace: skip(workspace, date(2026, 6, 4)),
            "was skipped by ann in the meantime (Vendor on site)",
            id="skipped",
        ),
        pytest.param(
            lambda workspace: move(workspace, date(2026, 6, 4), FRIDAY),
            "was moved to Fri 2026-06-05 08:00–12:00 EDT by ann in the meantime (Vendor on site)",
            id="moved",
        ),
    ],
)
def test_the_slower_of_two_operators_learns_who_did_what(first: Callable[[Workspace], object], message: str) -> None:
    workspace, repository = a_small_workspace()
    request = AdjustmentRequest(window_id="thursday", day=date(2026, 6, 4), reason="Mine", skip=True)
    preview = adjust(workspace, request, actor=operator("bob", NOW), dry_run=True)
    first(workspace)
    with pytest.raises(ConflictError) as refusal:
        adjust(workspace, request, actor=operator("bob", NOW), expected=preview)
    assert str(refusal.value) == f"{OF_JUNE_4} {message}; nothing was changed now"
    preview = adjust(workspace, request, actor=operator("bob", NOW), dry_run=True)
    restore(workspace, date(2026, 6, 4))
    with pytest.raises(ConflictError) as refusal:
        adjust(workspace, request, actor=operator("bob", NOW), expected=preview)
    assert str(refusal.value) == f"{OF_JUNE_4} was restored by bob in the meantime; nothing was changed now"
    assert repository.current.entry == 2


def test_moving_an_occurrence_gives_the_same_warnings_as_a_change() -> None:
    busy = replace(SMALL, peak_hours=PEAK_HOURS)
    workspace, _ = a_small_workspace(busy)
    announce_plan(workspace, a_plan(span=span((2026, 6, 5, 15), (2026, 6, 5, 17))), now=NOW)
    assert move(workspace, date(2026, 6, 4), FRIDAY).warnings == (
        f"{OF_JUNE_4} falls in customers' peak hours: Fri 2026-06-05 08:00–20:00 EDT",
        f"{OF_JUNE_4} overlaps EC-1 (Database failover): Fri 2026-06-05 11:00–13:00 EDT",
    )
    assert move(workspace, date(2026, 6, 11), span((2026, 6, 14, 4), (2026, 6, 15, 5))).warnings == (
        "the occurrence of thursday on Thu 2026-06-11 lasts 1 d 1 h; check its start and end",
        'the occurrence of thursday on Thu 2026-06-11 overlaps the maintenance window "sunday": '
        "Sun 2026-06-14 02:00–06:00 EDT",
    )
    assert move(workspace, date(2026, 6, 18), span((2026, 5, 4, 23), (2026, 5, 5, 1))).warnings == (
        "the occurrence of thursday on Thu 2026-06-18 starts in the past: Mon 2026-05-04 19:00–21:00 EDT",
        "the occurrence of thursday on Thu 2026-06-18 falls in customers' peak hours: Mon 2026-05-04 08:00–20:00 EDT",
    )
    assert move(workspace, date(2026, 6, 18), span((2026, 5, 5), (2026, 5, 5, 1))).warnings == ()


def test_an_occurrence_beyond_the_published_span_can_be_adjusted_in_advance() -> None:
    def beyond(day: str) -> str:
        occurrence = f"the occurrence of thursday on {day}"
        return f"{occurrence} lies beyond the published span; subscribers will see it when that year comes near"

    workspace, repository = a_small_workspace(TWO_ENVIRONMENTS)
    assert (skip(workspace, date(2028, 6, 1)).warnings, skip(workspace, date(2028, 6, 1), silent=True).events) == (
        (beyond("Thu 2028-06-01"),),
        (),
    )
    moved_away = move(workspace, date(2026, 6, 4), span((2028, 6, 2), (2028, 6, 2, 4)))
    assert moved_away.warnings == (beyond("Thu 2026-06-04"),)
    assert [event.uid.partition("@")[0] for event in moved_away.events] == ["maintenance.thursday.2026.th"]
    june_2028 = (utc(2028, 6, 1), utc(2028, 6, 9))
    later = utc(2027, 2, 1)
    content = both_renderings(workspace.schedule, repository.current, now=later)[Rendering.SERIES]
    assert subscriber_view(READERS[0], content, now=later, within=june_2028) == [
        *confirmed_event(span((2028, 6, 2), (2028, 6, 2, 4))),
        *confirmed_event(span((2028, 6, 4, 6), (2028, 6, 4, 10))),
        *confirmed_event(span((2028, 6, 8, 6), (2028, 6, 8, 10))),
    ]


@every_reader
def test_a_later_freeze_removes_a_moved_occurrence_until_it_is_lifted(reader: Reader) -> None:
    workspace, repository = a_small_workspace()
    move(workspace, date(2026, 6, 4), FRIDAY)
    day = FRIDAY.start.date()
    freeze = ChangeFreeze(
        zone=TORONTO, id="launch", name="Launch", pattern=NamedDays(days=DateRange(first=day, last=day))
    )
    frozen = replace(workspace.schedule, freezes=(*workspace.schedule.freezes, freeze))
    check(reader, replace(workspace, schedule=frozen), repository, [JUNE_4], [])
    check(reader, workspace, repository, [JUNE_4], confirmed_event(FRIDAY))


def test_json() -> None:
    workspace, _ = a_small_workspace()
    outcome = move(workspace, date(2026, 6, 4), FRIDAY)
    record = outcome.as_json(TORONTO)
    assert record.pop("events") == [event.content.decode() for event in outcome.events]
    assert record == {
        "window": "thursday",
        "day": "2026-06-04",
        "happens": True,
        "start": "2026-06-05T12:00:00Z",
        "end": "2026-06-05T16:00:00Z",
        "local_start": "2026-06-05T08:00:00-04:00",
        "local_end": "2026-06-05T12:00:00-04:00",
        "note": "moved from 2026-06-04 02:00: Vendor on site",
        "recorded": True,
        "warnings": [],
    }
    skipped = skip(workspace, date(2026, 6, 4)).as_json(TORONTO)
    assert (skipped["happens"], skipped["note"], skipped["start"]) == (
        False,
        "skipped: Vendor on site",
        "2026-06-04T06:00:00Z",
    )
