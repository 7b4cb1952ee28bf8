"""The report against another count of minutes: sets of minutes, one for each environment and impact."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from icsfeed.domain.adjustments import Adjustment
from icsfeed.domain.changes import Change, Plan, State, Step, Update, recorded_id
from icsfeed.domain.feeds import Kind
from icsfeed.domain.lifecycle import advance
from icsfeed.domain.months import CalendarMonth
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.situation import Situation
from icsfeed.domain.spans import END_OF_TIME, Span
from icsfeed.domain.windows import Impact
from icsfeed.services.reporting import maintenance_minutes
from tests.properties.schedules import ENVIRONMENTS, adjustments, schedules
from tests.situations import a_situation

YEAR = 2027
_Row = tuple[str, Impact]
_Counts = dict[_Row, tuple[int, int, int, int]]


@st.composite
def changes(draw: st.DrawFn, number: int) -> Change:
    """A change around that year: announced under a promise, perhaps started, completed or cancelled."""
    start = datetime(YEAR, 1, 1, tzinfo=UTC) + timedelta(seconds=draw(st.integers(-10 * 86400, 375 * 86400)))
    end = start + timedelta(seconds=draw(st.sampled_from((30, 3600, 86400, 40 * 86400))))
    plan = Plan(
        summary="Patch",
        environments=draw(st.sampled_from([frozenset({"preview"}), frozenset(ENVIRONMENTS)])),
        impact=draw(st.sampled_from(Impact)),
        span=Span(start=start, end=end),
    )
    announcement = Update(
        number=1,
        at=start
        - draw(st.sampled_from((timedelta(days=4), timedelta(days=3), timedelta(hours=1), timedelta(days=-1)))),
        by="ann",
        message="",
        state=State.CONFIRMED,
        plan=plan,
        promised_notice=draw(st.sampled_from((None, timedelta(), timedelta(days=3)))),
    )
    change = Change(kind=Kind.PLANNED, id=recorded_id(Kind.PLANNED, number), updates=(announcement,))
    for step in draw(st.sampled_from(((), (Step.START,), (Step.START, Step.COMPLETE), (Step.CANCEL,)))):
        later = max(change.latest.at, plan.span.start) + timedelta(seconds=draw(st.integers(0, 7200)))
        change = advance(change, step, message="", by="ann", at=later)
    return change


@st.composite
def situations(draw: st.DrawFn) -> Situation:
    schedule: Schedule = draw(schedules(most_windows=2, most_freezes=1))
    adjusted: tuple[Adjustment, ...] = draw(adjustments(schedule, YEAR))
    some = [draw(changes(number)) for number in range(1, draw(st.integers(1, 4)))]
    now = datetime(YEAR, 1, 1, tzinfo=UTC) + timedelta(minutes=draw(st.integers(-1000, 600_000)))
    return a_situation(schedule, now=now, adjustments=adjusted, changes=some)


def counts(situation: Situation, span: Span) -> _Counts:
    return {
        (each.environment, each.impact): (each.promised, each.announced, each.announced_late, each.used)
        for each in maintenance_minutes(situation, span, frozenset(ENVIRONMENTS))
    }


@given(situations())
@settings(max_examples=12)
def test_the_months_add_up_to_the_year(situation: Situation) -> None:
    months = [CalendarMonth(year=YEAR, number=number) for number in range(1, 13)]
    spans = [month.span(situation.zone) for month in months]
    assert [each.end for each in spans[:-1]] == [each.start for each in spans[1:]]
    total: dict[_Row, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for span in spans:
        for row, minutes in counts(situation, span).items():
            total[row] = [one + other for one, other in zip(total[row], minutes, strict=True)]
    year = counts(situation, Span(start=spans[0].start, end=spans[-1].end))
    assert {row: tuple(minutes) for row, minutes in total.items()} == year


def minutes_of(spans: Iterable[Span], within: Span, until: datetime) -> int:
    """How many minutes the spans have within that one until that instant, seconds dropped."""
    first, last = _minute(within.start), min(_minute(within.end), _minute(until))
    minutes: set[int] = set()
    for each in spans:
        minutes.update(range(max(first, _minute(each.start)), min(last, _minute(each.end))))
    return len(minutes)


def _minute(instant: datetime) -> int:
    return int(instant.timestamp()) // 60


def expected_minutes(situation: Situation, span: Span, environment: str, impact: Impact) -> tuple[int, int, int, int]:
    """The row of the report as counted from lists of occurrences and changes."""
    now, end = situation.now, span.end
    without_adjustments = situation.with_record(replace(situation.record, adjustments={}))
    promised, adjusted = (
        [
            own
            for occurrence, own in each.happening(span)
            if environment in occurrence.environments and occurrence.window.impact is impact
        ]
        for each in (without_adjustments, situation)
    )
    changes = [
        change
        for change in situation.changes.values()
        if change.state is not State.CANCELLED
        and environment in change.plan.environments
        and change.plan.impact is impact
    ]
    plans = [change.plan.span for change in changes]
    late = [change.plan.span for change in changes if is_late(change.updates[0])]
    actual = [
        Span(start=change.shown_span.start, end=END_OF_TIME) if change.is_in_progress else change.shown_span
        for change in changes
        if change.state is not State.CONFIRMED
    ]
    return (
        minutes_of(promised, span, end),
        minutes_of([*adjusted, *plans], span, end),
        minutes_of(late, span, end),
        minutes_of([*adjusted, *actual], span, now),
    )


def is_late(announcement: Update) -> bool:
    promised, start = announcement.promised_notice, announcement.plan.span.start
    return promised is not None and _minute(announcement.at) > _minute(start - promised)


@given(situations(), st.integers(1, 12))
@settings(max_examples=12)
def test_it_agrees_with_sets_of_minutes(situation: Situation, number: int) -> None:
    span = CalendarMonth(year=YEAR, number=number).span(situation.zone)
    expected = {
        (environment, impact): expected_minutes(situation, span, environment, impact)
        for environment in ENVIRONMENTS
        for impact in Impact
    }
    assert counts(situation, span) == {row: minutes for row, minutes in expected.items() if any(minutes)}
