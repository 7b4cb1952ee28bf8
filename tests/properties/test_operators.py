"""Operators at work, compared with a simple model: what outside readers see after each step, and SEQUENCE."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from itertools import cycle
from typing import Final

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from icsfeed.domain.changes import Plan, State, Step
from icsfeed.domain.errors import IcsfeedError
from icsfeed.domain.feeds import Kind
from icsfeed.domain.plans import Amendment
from icsfeed.domain.recurrence import weekly
from icsfeed.domain.situation import Situation
from icsfeed.domain.spans import Span
from icsfeed.domain.windows import Impact
from icsfeed.ical.series import Rendering
from icsfeed.services.adjusting import adjust
from icsfeed.services.adjustment_rules import AdjustmentRequest
from icsfeed.services.changes import AnnouncementRequest, Outcome, StepRequest, Workspace, announce, take_step
from icsfeed.services.events import publish_events
from icsfeed.services.ledger import record_revisions
from tests.actors import operator
from tests.examples import MONTH_END, POLICY, SUNDAY, span, utc
from tests.readers import READERS, aic, rie
from tests.readers.subscriber_view import SubscriberView, both_renderings, subscriber_view
from tests.services.workspace import MemoryRepository

FROM, UNTIL = date(2026, 2, 15), date(2026, 3, 31)
SCHEDULE: Final = replace(
    POLICY,
    windows=(replace(SUNDAY, recurrence=weekly(6), end=time(6), effective_from=FROM, effective_until=UNTIL),),
    freezes=(replace(MONTH_END, effective_from=FROM, effective_until=UNTIL),),
)
"""Sundays, 02:00 to 06:00 in Toronto, over the one on which the clock is put forward."""

HAPPEN: Final = {
    date(2026, 2, 15): span((2026, 2, 15, 7), (2026, 2, 15, 11)),
    date(2026, 3, 1): span((2026, 3, 1, 7), (2026, 3, 1, 11)),
    date(2026, 3, 8): span((2026, 3, 8, 7), (2026, 3, 8, 10)),
    date(2026, 3, 15): span((2026, 3, 15, 6), (2026, 3, 15, 10)),
    date(2026, 3, 22): span((2026, 3, 22, 6), (2026, 3, 22, 10)),
}
FROZEN: Final = (span((2026, 2, 22, 5), (2026, 3, 1, 5)), span((2026, 3, 25, 4), (2026, 4, 1, 4)))
DAYS: Final = st.sampled_from([*HAPPEN, *HAPPEN, date(2026, 2, 22), date(2026, 3, 29), date(2026, 3, 2)])
"""Occurrences, some of them frozen, and a Monday."""

BEGIN: Final = utc(2026, 2, 10)
HOUR: Final = timedelta(hours=1)
HOURS: Final = st.one_of(
    st.integers(-24, 60 * 24), st.sampled_from([int((each.start - BEGIN) / HOUR) for each in HAPPEN.values()])
)
"""Hours from the beginning, often those at which a window begins."""

LENGTHS: Final = st.sampled_from([1, 2, 4, 30])
PREFIXES: Final = {
    State.TENTATIVE: ("Tentative: ", "TENTATIVE"),
    State.CONFIRMED: ("", "CONFIRMED"),
    State.IN_PROGRESS: ("In progress: ", "CONFIRMED"),
    State.COMPLETED: ("Completed: ", "CONFIRMED"),
    State.CANCELLED: ("Cancelled: ", "CANCELLED"),
}
NEXT: Final = {
    (State.TENTATIVE, Step.CONFIRM): State.CONFIRMED,
    (State.CONFIRMED, Step.START): State.IN_PROGRESS,
    (State.IN_PROGRESS, Step.COMPLETE): State.COMPLETED,
    **{(state, Step.CANCEL): State.CANCELLED for state in (State.TENTATIVE, State.CONFIRMED, State.IN_PROGRESS)},
}
LOOKS: Final = [
    (reader, rendering) for rendering in Rendering for reader in READERS if reader.name in {rie.NAME, aic.NAME}
]


@dataclass
class ModelChange:
    """The model of a change."""

    kind: Kind
    summary: str
    at: Span
    state: State
    reason: str

    def event(self) -> tuple[datetime, datetime, str, str]:
        """The change's event as subscribers see it."""
        prefix, status = PREFIXES[self.state]
        return self.at.start, self.at.end, f"{prefix}{self.kind.capitalize()} change: {self.summary}", status


@dataclass
class Version:
    """An event in a feed."""

    visible: str
    sequence: int
    stamp: str


@dataclass
class Public:
    """The events of both feeds now, and the last version of every event so far."""

    now: dict[str, Version] = field(default_factory=dict)
    ever: dict[str, Version] = field(default_factory=dict)


def versions(content: bytes) -> dict[str, Version]:
    """The events of a feed with their overrides, by UID."""
    version_by_uid: dict[str, Version] = {}
    for event in content.decode().removesuffix("END:VCALENDAR\r\n").split("BEGIN:VEVENT")[1:]:
        fields = {
            name: re.findall(rf"^{name}:(.*)\r$", event, re.MULTILINE)[0] for name in ("UID", "SEQUENCE", "DTSTAMP")
        }
        visible = re.sub(r"^(?:SEQUENCE|DTSTAMP|LAST-MODIFIED):.*\r\n", "", event, flags=re.MULTILINE)
        version = Version(visible=visible, sequence=int(fields["SEQUENCE"]), stamp=fields["DTSTAMP"])
        if (master := version_by_uid.get(fields["UID"])) is not None:
            assert (master.sequence, master.stamp) == (version.sequence, version.stamp)
            version.visible = master.visible + visible
        version_by_uid[fields["UID"]] = version
    return version_by_uid


class Operators(RuleBasedStateMachine):
    """Announce, step, amend, skip, move, restore, edit the schedule, and let time pass."""

    def __init__(self) -> None:
        super().__init__()
        self.repository = MemoryRepository()
        self.schedule = SCHEDULE
        self.now = BEGIN
        self.work: dict[str, ModelChange] = {}
        self.adjusted: dict[date, Span | bool] = {}
        self.public = Public()
        self.looks = cycle(LOOKS)
        self.edit()

    @property
    def workspace(self) -> Workspace:
        """The workspace that all operators share."""
        return Workspace(schedule=self.schedule, repository=self.repository)

    def is_refused(self, act: object, *, expected: bool) -> bool:
        """Take the action, check that it is refused as expected, and return whether it was."""
        record_before = self.repository.current
        try:
            assert callable(act)
            act()
        except IcsfeedError:
            assert expected
            assert self.repository.current is record_before
            return True
        assert not expected
        return False

    @rule(
        kind=st.sampled_from([Kind.EMERGENCY, Kind.PLANNED]),
        hour=HOURS,
        length=LENGTHS,
        tentative=st.booleans(),
        reason=st.sampled_from(["", "It burns"]),
    )
    def announce(self, kind: Kind, hour: int, length: int, tentative: bool, reason: str) -> None:
        """Announce a change."""
        at = Span(start=BEGIN + hour * HOUR, end=BEGIN + (hour + length) * HOUR)
        summary = f"Number {len(self.work)}"
        plan = Plan(
            summary=summary, environments=frozenset({"production"}), impact=Impact.OUTAGE, span=at, reason=reason
        )
        request = AnnouncementRequest(kind=kind, plan=plan, tentative=tentative)
        if not self.is_refused(
            lambda: announce(self.workspace, request, uid_part="", actor=operator("ann", self.now)),
            expected=kind is Kind.PLANNED and not reason and any(at.overlaps(each) for each in FROZEN),
        ):
            (change_id,) = self.repository.current.changes.keys() - self.work.keys()
            state = State.TENTATIVE if tentative else State.CONFIRMED
            self.work[change_id] = ModelChange(kind=kind, summary=summary, at=at, state=state, reason=reason)

    def take(self, request: StepRequest) -> Outcome:
        return take_step(self.workspace, request, actor=operator("bob", self.now))

    @precondition(lambda self: self.work)
    @rule(data=st.data(), step=st.sampled_from([Step.CONFIRM, Step.START, Step.COMPLETE, Step.CANCEL]))
    def step(self, data: st.DataObject, step: Step) -> None:
        """Try to take a step of a change."""
        change_id = data.draw(st.sampled_from(sorted(self.work)))
        work = self.work[change_id]
        after = NEXT.get((work.state, step))
        if not self.is_refused(
            lambda: take_step(
                self.workspace, StepRequest(change_id=change_id, step=step), actor=operator("bob", self.now)
            ),
            expected=after is None,
        ):
            assert after is not None
            work.state = after

    @precondition(lambda self: self.work)
    @rule(data=st.data(), start=st.one_of(st.none(), HOURS), length=LENGTHS, reason=st.sampled_from([None, "", "Why"]))
    def amend(self, data: st.DataObject, start: int | None, length: int, reason: str | None) -> None:
        """Move a change or only its end, and perhaps alter its reason."""
        change_id = data.draw(st.sampled_from(sorted(self.work)))
        work = self.work[change_id]
        begin = work.at.start if start is None else BEGIN + start * HOUR
        at = Span(start=begin, end=begin + length * HOUR)
        why = work.reason if reason is None else reason
        amendment = Amendment(start=None if start is None else begin, duration=timedelta(hours=length), reason=reason)
        refused = (
            (at, why) == (work.at, work.reason)
            or work.state.is_final
            or (work.state is State.IN_PROGRESS and at.start != work.at.start)
            or (work.kind is Kind.PLANNED and not why and any(at.overlaps(each) for each in FROZEN))
        )
        if not self.is_refused(
            lambda: self.take(StepRequest(change_id=change_id, step=Step.UPDATE, amendment=amendment)),
            expected=refused,
        ):
            work.at, work.reason = at, why

    @precondition(lambda self: self.work)
    @rule(data=st.data())
    def add_message(self, data: st.DataObject) -> None:
        """Add a message to any change."""
        change_id = data.draw(st.sampled_from(sorted(self.work)))
        take_step(
            self.workspace,
            StepRequest(change_id=change_id, step=Step.UPDATE, message="Still at it"),
            actor=operator("bob", self.now),
        )

    def span_of(self, day: date) -> Span | None:
        """The span in which that occurrence happens, if it does."""
        span = self.adjusted.get(day, HAPPEN[day])
        return span if isinstance(span, Span) else None

    def is_taken(self, day: date, at: Span) -> bool:
        """Whether another occurrence overlaps that span."""
        others = (self.span_of(each) for each in HAPPEN if each != day)
        return any(each is not None and each.overlaps(at) for each in others)

    def request_adjustment(self, request: AdjustmentRequest, expected: bool) -> None:
        """Try to adjust an occurrence."""
        day = request.day
        over = day not in HAPPEN or (self.span_of(day) or HAPPEN[day]).end <= self.now
        refused = over or expected
        if not self.is_refused(
            lambda: adjust(self.workspace, request, actor=operator("ann", self.now)), expected=refused
        ):
            self.adjusted.pop(day, None)
            if request.to is not None:
                self.adjusted[day] = request.to
            elif request.skip:
                self.adjusted[day] = request.silent

    @rule(day=DAYS, silent=st.booleans())
    def skip(self, day: date, silent: bool) -> None:
        """Skip an occurrence."""
        request = AdjustmentRequest(window_id="sunday", day=day, reason="A holiday", skip=True, silent=silent)
        self.request_adjustment(request, self.adjusted.get(day) is silent)

    @rule(day=DAYS, hour=HOURS, length=LENGTHS)
    def move(self, day: date, hour: int, length: int) -> None:
        """Move an occurrence."""
        to = Span(start=BEGIN + hour * HOUR, end=BEGIN + (hour + length) * HOUR)
        self.request_adjustment(
            AdjustmentRequest(window_id="sunday", day=day, reason="A holiday", to=to),
            to.end <= self.now
            or to in {HAPPEN.get(day), self.adjusted.get(day)}
            or any(to.overlaps(each) for each in FROZEN)
            or self.is_taken(day, to),
        )

    @precondition(lambda self: self.adjusted)
    @rule(day=DAYS)
    def restore(self, day: date) -> None:
        """Take an adjustment back."""
        policy = HAPPEN.get(day)
        refused = day not in self.adjusted or (
            policy is not None and (policy.end <= self.now or self.is_taken(day, policy))
        )
        self.request_adjustment(AdjustmentRequest(window_id="sunday", day=day, reason=""), refused)

    @rule(hours=st.integers(1, 100))
    def wait(self, hours: int) -> None:
        """Let time pass."""
        self.now += hours * HOUR

    @rule(name=st.sampled_from(["Maintenance", "Scheduled maintenance"]))
    def edit(self, name: str = "Scheduled maintenance") -> None:
        """Edit the schedule, and let a server read it."""
        self.schedule = replace(SCHEDULE, windows=(replace(SCHEDULE.windows[0], name=name),))
        events = publish_events(Situation(schedule=self.schedule, record=self.repository.current, now=self.now))
        record_revisions(events, self.repository)

    def expected(self) -> SubscriberView:
        """The subscribers' view according to the model."""
        name = self.schedule.windows[0].name
        view = [
            work.event()
            for work in self.work.values()
            if not (work.state is State.CANCELLED and work.at.end <= self.now)
        ]
        for day, policy in HAPPEN.items():
            at = self.span_of(day)
            if at is not None:
                view.append((at.start, at.end, name, "CONFIRMED"))
            elif self.adjusted[day] is False:
                view.append((policy.start, policy.end, f"Cancelled: {name}", "CANCELLED"))
        return sorted(view)

    @invariant()
    def subscribers_see_what_the_model_says(self) -> None:
        """An engine reads both feeds in turn; the SEQUENCE of each event rises with its changes."""
        feeds = both_renderings(self.schedule, self.repository.current, now=self.now)
        reader, rendering = next(self.looks)
        assert subscriber_view(reader, feeds[rendering], now=self.now) == self.expected()
        public: dict[str, Version] = {}
        for content in feeds.values():
            for uid, version in versions(content).items():
                assert public.setdefault(uid, version) == version
        for uid, version in public.items():
            before, once = self.public.now.get(uid), self.public.ever.get(uid)
            if before is not None and before.visible == version.visible:
                assert version == before
            elif before is not None:
                assert version.sequence == before.sequence + 1
                assert version.stamp >= before.stamp
            elif once is not None:
                assert version.sequence > once.sequence
                assert version.stamp >= once.stamp
            else:
                assert version.sequence == 0
        self.public = Public(now=public, ever={**self.public.ever, **public})


TestOperators = Operators.TestCase
TestOperators.settings = settings(max_examples=30, stateful_step_count=25)
