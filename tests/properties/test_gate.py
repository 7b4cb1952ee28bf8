"""The gate, compared with a slow second implementation, and with the AWS change calendar."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache, partial
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from icsfeed.domain.changes import Change, Plan, State, Step, number_of
from icsfeed.domain.feeds import Kind
from icsfeed.domain.lifecycle import advance
from icsfeed.domain.record import Record
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.situation import Situation
from icsfeed.domain.spans import Span
from icsfeed.domain.windows import Impact
from icsfeed.publication.publishing import publish
from icsfeed.services.gate import Verdict, gate
from tests.changes import a_change
from tests.properties.brute_force import DAY, MINUTE, SECOND
from tests.properties.freezes import recorded_freezes
from tests.properties.outcomes import Policy
from tests.properties.schedules import ENVIRONMENTS, NOWS, adjustments, schedules

WEEKS = timedelta(days=21)


@st.composite
def changes(draw: st.DrawFn, number: int, now: datetime) -> Change:
    """A change of some hours around ``now``, in any state; it may overrun, or have started early."""
    start = now.replace(microsecond=0) + timedelta(minutes=draw(st.integers(-24 * 60, 24 * 60)))
    end = start + timedelta(seconds=draw(st.sampled_from((1, 3600, 7200, 90000))))
    plan = Plan(
        summary="Patch",
        environments=draw(st.sampled_from([frozenset({"preview"}), frozenset(ENVIRONMENTS)])),
        impact=Impact.OUTAGE,
        span=Span(start=start, end=end),
        reason=draw(st.sampled_from(("", "It is urgent"))),
    )
    moments = st.integers(-120, 240).map(lambda minutes: start + timedelta(minutes=minutes))
    begun, over = sorted((draw(moments), draw(moments)))
    path = draw(
        st.sampled_from(
            (
                (),
                ((State.IN_PROGRESS, begun),),
                ((State.CANCELLED, over),),
                ((State.IN_PROGRESS, begun), (State.COMPLETED, over)),
                ((State.IN_PROGRESS, begun), (State.CANCELLED, over)),
                ((State.COMPLETED, over),),
                ((State.IN_PROGRESS, begun), (State.CONFIRMED, over)),
            )
        )
    )
    announced = draw(st.sampled_from((State.CONFIRMED, State.CONFIRMED, State.TENTATIVE))) if not path else None
    kind = draw(st.sampled_from((Kind.EMERGENCY, Kind.PLANNED)))
    return with_steps(a_change(kind, *path, number=number, plan=plan, announced=announced or State.CONFIRMED))


STEPS = {
    State.IN_PROGRESS: Step.START,
    State.COMPLETED: Step.COMPLETE,
    State.CANCELLED: Step.CANCEL,
    State.CONFIRMED: Step.UNDO,
}


def with_steps(change: Change) -> Change:
    """The change as operators make it: a start that is followed by "confirmed" was taken back."""
    after = replace(change, updates=change.updates[:1])
    for each in change.updates[1:]:
        after = advance(after, STEPS[each.state], message=each.message, by=each.by, at=each.at)
    return after


@dataclass(frozen=True)
class Course:
    """When a change began and was over, and when it is expected to be over as long as it is not."""

    begun: datetime | None
    over: datetime | None
    expected: datetime

    @classmethod
    def of(cls, change: Change) -> Course:
        planned = change.plan.span
        if change.state is State.CONFIRMED:
            return cls(None, None, planned.end)
        times = {update.state: update.at for update in change.updates}
        begun, over = times.get(State.IN_PROGRESS), times.get(State.COMPLETED, times.get(State.CANCELLED))
        if begun is None and State.COMPLETED in times:
            begun = min(planned.start, times[State.COMPLETED])
        actual = begun or planned.start
        if not planned.start <= actual < planned.start + MINUTE:
            actual = actual.replace(second=0)
        late = max(actual - planned.start, timedelta())
        return cls(begun, over, max(planned.end + late, actual + MINUTE) if begun is not None else planned.end)


class Oracle:
    """Whether a planned change may run, decided fact by fact, and the instants at which that may change."""

    def __init__(self, schedule: Schedule, record: Record, now: datetime, start: datetime, end: datetime) -> None:
        self._schedule, self._record, self._now = schedule, record, now
        policy = Policy(
            schedule,
            record.adjustments.values(),
            (start - 12 * DAY).date(),
            (end + 4 * DAY).date(),
            record.freezes.values(),
        )
        self._windows = [
            (*outcome.happens, environment)
            for (_, _, environment), outcome in policy.outcomes.items()
            if outcome.happens
        ]
        self._frozen = [(*each.span, each.environments) for each in (*policy.frozen, *policy.recorded)]

    def is_open(self, environment: str, at: datetime) -> bool:
        """Decide from the policy, window by window and change by change."""
        if self._is_frozen(environment, at) or self._is_disturbed(environment, at):
            return False
        changes = [each for each in self._record.changes.values() if environment in each.plan.environments]
        in_window = any(start <= at < end and environment == touched for start, end, touched in self._windows)
        return in_window or any(self._runs(each, at) for each in changes if each.kind is Kind.PLANNED)

    def may_run(self, change: Change, at: datetime) -> bool:
        """Decide for one change alone, from the time announced for it and what its operators did."""
        course = Course.of(change)
        begun, over = course.begun, course.over
        if change.state is State.TENTATIVE or (over is not None and (begun is None or at >= over)):
            return False
        end = course.expected if over is None else change.plan.span.end
        if at >= end or (at < change.plan.span.start and (begun is None or at < begun)):
            return False
        if not change.plan.reason and any(self._is_frozen(each, at) for each in change.plan.environments):
            return False
        return not any(self._is_disturbed(each, at, apart_from=change) for each in change.plan.environments)

    def _is_frozen(self, environment: str, at: datetime) -> bool:
        return any(start <= at < end and environment in touched for start, end, touched in self._frozen)

    def _is_disturbed(self, environment: str, at: datetime, apart_from: Change | None = None) -> bool:
        return any(
            self._disturbs(each, at)
            for each in self._record.changes.values()
            if each.kind is Kind.EMERGENCY and each is not apart_from and environment in each.plan.environments
        )

    def _disturbs(self, change: Change, at: datetime) -> bool:
        at_its_time = change.plan.span.start <= at < change.plan.span.end
        course = Course.of(change)
        if course.begun is None:
            return change.state is State.CONFIRMED and at_its_time
        has_begun = at >= min(course.begun, change.plan.span.start)
        if course.over is not None:
            return has_begun and at < course.over
        return has_begun and (self._now >= course.expected or at < course.expected)

    @staticmethod
    def _runs(change: Change, at: datetime) -> bool:
        course = Course.of(change)
        if change.state is State.TENTATIVE or (course.over is not None and course.begun is None):
            return False
        end = course.expected if course.over is None else min(change.plan.span.end, course.over)
        return change.plan.span.start <= at < end

    def edges(self) -> set[datetime]:
        """All instants at which anything begins or ends."""
        edges = {edge for start, end, _ in self._windows for edge in (start, end)}
        edges |= {edge for start, end, _ in self._frozen for edge in (start, end)}
        return edges | self.edges_of_changes()

    def edges_of_changes(self) -> set[datetime]:
        """The instants of recorded changes."""
        edges: set[datetime] = set()
        for change in self._record.changes.values():
            edges |= {change.plan.span.start, change.plan.span.end, *(update.at for update in change.updates)}
            edges.add(Course.of(change).expected)
        return edges


@st.composite
def situations(draw: st.DrawFn) -> tuple[Schedule, Record, datetime]:
    """A schedule, a record, and an instant in the middle of a year."""
    schedule, now = draw(schedules()), draw(NOWS)
    now = now.replace(month=min(max(now.month, 3), 10), day=min(now.day, 28))
    adjusted = draw(adjustments(schedule, now.year))
    drawn_changes = [draw(changes(number, now)) for number in range(1, draw(st.integers(2, 6)))]
    record = Record(
        entry=1,
        changes={change.id: change for change in drawn_changes},
        adjustments={(each.window_id, each.day): each for each in adjusted},
        freezes={each.id: each for each in draw(recorded_freezes(now, ENVIRONMENTS))},
    )
    return schedule, record, now


@settings(max_examples=40)
@given(truth=situations(), environment=st.sampled_from(ENVIRONMENTS), data=st.data())
def test_state_and_next_transition_follow_from_the_facts(
    truth: tuple[Schedule, Record, datetime], environment: str, data: st.DataObject
) -> None:
    """GetCalendarState: "NextTransitionTime indicates when the calendar state changes"; between edges nothing can."""
    schedule, record, now = truth
    start, end = now - WEEKS, now + WEEKS
    oracle = Oracle(schedule, record, now, start, end)
    edges = sorted(edge for edge in oracle.edges() if start <= edge < end)
    chosen = data.draw(st.lists(st.sampled_from(edges), max_size=6, unique=True)) if edges else []
    near = sorted({*chosen, *oracle.edges_of_changes()} & set(edges))
    for at in (now, *(edge + step for edge in near for step in (-SECOND, 0 * SECOND, SECOND))):
        answer = gate(Situation(schedule=schedule, record=record, now=now), [environment], at=at)
        is_open = oracle.is_open(environment, at)
        assert answer.verdict is (Verdict.OPEN if is_open else Verdict.CLOSED)
        turns = [edge for edge in edges if edge > at and oracle.is_open(environment, edge) is not is_open]
        if turns:
            assert answer.next_transition == turns[0]
        else:
            assert answer.next_transition is None or answer.next_transition >= end


class Runways:
    """For which instants the gate stays open long enough, tried edge by edge."""

    def __init__(self, is_open: Callable[[datetime], bool], edges: list[datetime], runway: timedelta) -> None:
        self._is_open, self._edges, self._runway = cache(is_open), edges, runway
        self._candidates = sorted({*edges, *(edge - runway + SECOND for edge in edges)} if runway else edges)

    def is_long_enough(self, at: datetime) -> bool:
        until = at + self._runway
        return self._is_open(at) and all(self._is_open(edge) for edge in self._edges if at < edge < until)

    def turn(self, at: datetime) -> datetime | None:
        """The first later instant, in whole seconds, for which the answer differs."""
        now = self.is_long_enough(at)
        return next((each for each in self._candidates if each > at and self.is_long_enough(each) is not now), None)


@settings(max_examples=40)
@given(
    truth=situations(),
    asked=st.one_of(st.sampled_from(ENVIRONMENTS), st.integers(1, 6)),
    runway=st.sampled_from((0, 1, 45, 240, 241, 1800)).map(lambda minutes: timedelta(minutes=minutes)),
    data=st.data(),
)
def test_runways_and_single_changes_follow_from_the_facts(
    truth: tuple[Schedule, Record, datetime], asked: str | int, runway: timedelta, data: st.DataObject
) -> None:
    """The gate is open for a runway if it is open at each of its instants, and for a change if that may run."""
    schedule, record, now = truth
    start, end = now - WEEKS, now + WEEKS
    oracle = Oracle(schedule, record, now, start, end)
    # From a runway before the start on, for the gate is asked a runway before each edge.
    edges = sorted(edge for edge in oracle.edges() if start - runway <= edge < end)
    change = next((each for each in record.changes.values() if number_of(each.id) == asked), None)
    environment = asked if isinstance(asked, str) else ENVIRONMENTS[0]
    is_open = partial(oracle.may_run, change) if change is not None else partial(oracle.is_open, environment)
    runways = Runways(is_open, edges, runway)
    near = data.draw(st.lists(st.sampled_from(sorted({*edges, now})), max_size=3, unique=True))
    own = {change.plan.span.start, change.plan.span.end} if change is not None else oracle.edges_of_changes()
    for edge in sorted({now, *near, *own} & {now, *edges}):
        for at in {edge - SECOND, edge, edge - runway, edge - runway + SECOND}:
            answer = gate(
                Situation(schedule=schedule, record=record, now=now),
                [environment] if change is None else [],
                at=at,
                runway=runway,
                change_id=change.id if change is not None else None,
            )
            assert answer.verdict is (Verdict.OPEN if runways.is_long_enough(at) else Verdict.CLOSED), at
            turn = runways.turn(at)
            if turn is not None and turn + runway < end:
                assert answer.next_transition == turn, at
            else:
                assert answer.next_transition is None or answer.next_transition + runway >= end, at


def utc(moment: date) -> datetime:
    """Parse a UTC instant."""
    assert isinstance(moment, datetime)
    return moment.astimezone(UTC)


@settings(max_examples=25)
@given(truth=situations())
def test_a_change_calendar_is_open_when_the_gate_is(truth: tuple[Schedule, Record, datetime]) -> None:
    """AWS: during the events of a calendar that is closed by default its state is OPEN, otherwise CLOSED."""
    schedule, record, now = truth
    publication = publish(Situation(schedule=schedule, record=record, now=now), changed_at=now)
    body = publication.representations["/feeds/all.windows.ics"].body
    assert len(body) <= 64_000
    spans = [(utc(event.start), utc(event.end)) for event in Calendar.from_ical(body).events]
    assert all(before[1] < after[0] for before, after in pairwise(spans))
    oracle = Oracle(schedule, record, now, now - WEEKS, now + WEEKS)
    for edge in oracle.edges():
        if now <= edge < now + WEEKS:
            is_open = all(oracle.is_open(environment, edge) for environment in ENVIRONMENTS)
            assert any(start <= edge < end for start, end in spans) is is_open
