"""Operators at work, compared with a simple model: what outside readers see after each step, and SEQUENCE."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from itertools import cycle
from typing import Any, Final

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
from icsfeed.ical.series import ARRANGEMENTS
from icsfeed.services.adjusting import adjust
from icsfeed.services.adjustment_rules import AdjustmentRequest
from icsfeed.services.announcing import AnnouncementRequest, announce
from icsfeed.services.changes import StepRequest, Workspace, take_step
from icsfeed.services.events import publish_events
from icsfeed.services.freezing import FreezeRequest, end_freeze, start_freeze
from icsfeed.services.ledger import record_revisions
from tests.actors import operator
from tests.examples import MONTH_END, SUNDAY, span, utc
from tests.properties.change_model import ModelChange, Stage
from tests.properties.freeze_model import CANCELLED, DROPPED, Fate, ModelFreeze, fate_of
from tests.readers import READERS, aic, rie
from tests.readers.subscriber_view import SubscriberView, both_renderings, subscriber_view
from tests.services.workspace import TWO_ENVIRONMENTS, MemoryRepository

ENVIRONMENTS: Final = ("preview", "production")
FROM, UNTIL = date(2026, 2, 15), date(2026, 3, 31)
SCHEDULE: Final = replace(
    TWO_ENVIRONMENTS,
    windows=(
        replace(
            SUNDAY,
            recurrence=weekly(6),
            end=time(6),
            effective_from=FROM,
            effective_until=UNTIL,
            environments=frozenset(ENVIRONMENTS),
        ),
    ),
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
SPANS: Final = st.builds(
    lambda hour, length: Span(start=BEGIN + hour * HOUR, end=BEGIN + (hour + length) * HOUR), HOURS, LENGTHS
)
LOOKS: Final = [
    (reader, rendering) for rendering in ARRANGEMENTS for reader in READERS if reader.name in {rie.NAME, aic.NAME}
]


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


def has_ended(before: Span, after: Span, now: datetime) -> bool:
    """Whether a change in progress would get a new time that is over already."""
    return after != before and after.end < now


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
    """Announce, step, undo, redact, amend, extend, skip, move, restore, freeze, edit, and let time pass."""

    def __init__(self) -> None:
        super().__init__()
        self.repository = MemoryRepository()
        self.schedule = SCHEDULE
        self.now = BEGIN
        self.work: dict[str, ModelChange] = {}
        self.adjusted: dict[date, Span | bool] = {}
        self.freezes: dict[str, ModelFreeze] = {}
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
        at=SPANS,
        tentative=st.booleans(),
        automatic=st.booleans(),
        reason=st.sampled_from(["", "It burns"]),
    )
    def announce(self, kind: Kind, at: Span, tentative: bool, automatic: bool, reason: str) -> None:
        """Announce a change."""
        summary = f"Number {len(self.work)}"
        plan = Plan(
            summary=summary, environments=frozenset({"production"}), impact=Impact.OUTAGE, span=at, reason=reason
        )
        request = AnnouncementRequest(kind=kind, plan=plan, tentative=tentative, automatic=automatic)
        if not self.is_refused(
            lambda: announce(self.workspace, request, uid_part="", actor=operator("ann", self.now)),
            expected=self.is_frozen(kind, at, reason),
        ):
            (change_id,) = self.repository.current.changes.keys() - self.work.keys()
            stage = Stage(state=State.TENTATIVE if tentative else State.CONFIRMED, at=at, reason=reason)
            self.work[change_id] = ModelChange(kind, summary, [stage], self.now, automatic)
            self.let_the_clock_act()

    def let_the_clock_act(self) -> None:
        for work in self.work.values():
            work.let_the_clock_act(self.now)

    def draw_change(self, data: st.DataObject) -> tuple[str, ModelChange]:
        change_id = data.draw(st.sampled_from(sorted(self.work)))
        return change_id, self.work[change_id]

    def take(self, change_id: str, step: Step, **how: Any) -> None:  # noqa: ANN401  (any field)
        request = StepRequest(change_id=change_id, step=step, **how)
        take_step(self.workspace, request, actor=operator("bob", self.now))

    @precondition(lambda self: self.work)
    @rule(
        data=st.data(),
        step=st.sampled_from([Step.CONFIRM, Step.START, Step.START, Step.COMPLETE, Step.COMPLETE, Step.CANCEL]),
        silent=st.booleans(),
    )
    def step(self, data: st.DataObject, step: Step, silent: bool) -> None:
        """Try to take a step of a change."""
        change_id, work = self.draw_change(data)
        silent = silent and step is Step.CANCEL
        if not self.is_refused(
            lambda: self.take(change_id, step, silent=silent), expected=not work.can_take(step, silent=silent)
        ):
            work.take(step, self.now, silent=silent)
            self.let_the_clock_act()

    @precondition(lambda self: self.work)
    @rule(data=st.data())
    def undo(self, data: st.DataObject) -> None:
        """Take back the latest step of a change."""
        change_id, work = self.draw_change(data)
        if not self.is_refused(lambda: self.take(change_id, Step.UNDO), expected=len(work.stages) == 1):
            work.undo(self.now)

    @precondition(lambda self: self.work)
    @rule(data=st.data())
    def redact(self, data: st.DataObject) -> None:
        """Withdraw the texts of a change."""
        change_id, work = self.draw_change(data)
        if not self.is_refused(lambda: self.take(change_id, Step.REDACT), expected=not work.has_texts):
            work.redact(self.now)

    def amend_with(
        self, change_id: str, work: ModelChange, amendment: Amendment, after: Stage | None, *, refused: bool
    ) -> None:
        """Try an amendment, which makes the change ``after``; ``None`` where that has no time."""
        expected = refused or after is None or self.is_frozen(work.kind, after.at, after.reason)
        if not self.is_refused(lambda: self.take(change_id, Step.UPDATE, amendment=amendment), expected=expected):
            assert after is not None
            work.stages.append(after)
            work.last = self.now
            self.let_the_clock_act()

    @precondition(lambda self: self.work)
    @rule(data=st.data(), start=st.one_of(st.none(), HOURS), length=LENGTHS, reason=st.sampled_from([None, "", "Why"]))
    def amend(self, data: st.DataObject, start: int | None, length: int, reason: str | None) -> None:
        """Move a change or only its end, and perhaps alter its reason."""
        change_id, work = self.draw_change(data)
        before = work.now
        begin = before.at.start if start is None else BEGIN + start * HOUR
        end = (before.started or begin) + length * HOUR
        why = before.reason if reason is None else reason
        at = Span(start=begin, end=end) if begin < end else None
        after = replace(before, at=at, reason=why, expected_end=None) if at is not None else None
        self.amend_with(
            change_id,
            work,
            Amendment(start=None if start is None else begin, duration=timedelta(hours=length), reason=reason),
            after,
            refused=after == before
            or before.state.is_final
            or (before.state is State.IN_PROGRESS and begin != before.at.start)
            or (before.state is State.IN_PROGRESS and after is not None and has_ended(before.at, after.at, self.now)),
        )

    @precondition(lambda self: self.work)
    @rule(data=st.data(), length=LENGTHS)
    def extend(self, data: st.DataObject, length: int) -> None:
        """Add to the end that customers see."""
        change_id, work = self.draw_change(data)
        before = work.now
        end = before.shown.end + length * HOUR
        self.amend_with(
            change_id,
            work,
            Amendment(extension=length * HOUR),
            replace(before, at=Span(start=before.at.start, end=end), expected_end=None)
            if before.at.start < end
            else None,
            refused=before.shown.end <= self.now or before.state.is_final,
        )

    @precondition(lambda self: self.work)
    @rule(data=st.data())
    def add_message(self, data: st.DataObject) -> None:
        """Add a message to any change."""
        change_id, work = self.draw_change(data)
        self.take(change_id, Step.UPDATE, message="Still at it")
        work.messages.append("Still at it")
        work.last = self.now

    def is_frozen(self, kind: Kind, at: Span, reason: str) -> bool:
        """Whether the policy refuses a change to production then: a planned one in a freeze needs a reason."""
        recorded = (each.span for each in self.freezes.values() if "production" in each.environments)
        return kind is Kind.PLANNED and not reason and any(at.overlaps(each) for each in (*FROZEN, *recorded))

    def touches_freeze(self, at: Span) -> bool:
        """Whether a freeze keeps the window from being moved to that span."""
        return any(at.overlaps(each) for each in (*FROZEN, *(each.span for each in self.freezes.values())))

    def fate(self, day: date, environment: str) -> Fate:
        """What becomes of that occurrence there."""
        adjusted = self.adjusted.get(day)
        span = adjusted if isinstance(adjusted, Span) else HAPPEN[day]
        return fate_of(span, adjusted, [each for each in self.freezes.values() if environment in each.environments])

    def spans_of(self, day: date) -> list[Span]:
        """The spans in which that occurrence happens, in any environment."""
        fates = {self.fate(day, environment) for environment in ENVIRONMENTS}
        return [each for each in fates if isinstance(each, Span)]

    def is_taken(self, day: date, at: Span) -> bool:
        """Whether another occurrence overlaps that span."""
        return any(span.overlaps(at) for other in HAPPEN if other != day for span in self.spans_of(other))

    def request_adjustment(self, request: AdjustmentRequest, expected: bool) -> None:
        """Try to adjust an occurrence."""
        day = request.day
        refused = expected or day not in HAPPEN or self.end_of(day) <= self.now
        if not self.is_refused(
            lambda: adjust(self.workspace, request, actor=operator("ann", self.now)), expected=refused
        ):
            self.adjusted.pop(day, None)
            if request.to is not None:
                self.adjusted[day] = request.to
            elif request.skip:
                self.adjusted[day] = request.silent

    def end_of(self, day: date) -> datetime:
        """When that occurrence ends, or would."""
        adjusted = self.adjusted.get(day)
        planned = adjusted if isinstance(adjusted, Span) else HAPPEN[day]
        return max((each.end for each in self.spans_of(day)), default=planned.end)

    @rule(day=DAYS, silent=st.booleans())
    def skip(self, day: date, silent: bool) -> None:
        """Skip an occurrence."""
        request = AdjustmentRequest(window_id="sunday", day=day, reason="A holiday", skip=True, silent=silent)
        is_dropped = day in HAPPEN and all(self.fate(day, each) is DROPPED for each in ENVIRONMENTS)
        self.request_adjustment(request, is_dropped or self.adjusted.get(day) is silent)

    @rule(day=DAYS, hour=HOURS, length=LENGTHS)
    def move(self, day: date, hour: int, length: int) -> None:
        """Move an occurrence."""
        to = Span(start=BEGIN + hour * HOUR, end=BEGIN + (hour + length) * HOUR)
        self.request_adjustment(
            AdjustmentRequest(window_id="sunday", day=day, reason="A holiday", to=to),
            to.end <= self.now
            or to in {HAPPEN.get(day), self.adjusted.get(day)}
            or self.touches_freeze(to)
            or self.is_taken(day, to),
        )

    @precondition(lambda self: self.adjusted)
    @rule(day=DAYS)
    def restore(self, day: date) -> None:
        """Take an adjustment back."""
        policy = HAPPEN.get(day)
        refused = day not in self.adjusted or (
            policy is not None and (policy.end <= self.now or self.touches_freeze(policy) or self.is_taken(day, policy))
        )
        self.request_adjustment(AdjustmentRequest(window_id="sunday", day=day, reason=""), refused)

    @rule(
        environments=st.sampled_from([frozenset({"preview"}), frozenset({"production"}), frozenset(ENVIRONMENTS)]),
        hours=st.one_of(st.none(), st.integers(1, 300)),
        internal=st.booleans(),
    )
    def start_freeze(self, environments: frozenset[str], hours: int | None, internal: bool) -> None:
        """Start a freeze, for some hours or until it is ended."""
        until = None if hours is None else self.now + hours * HOUR
        reason = f"Freeze {len(self.freezes)}"
        outcome = start_freeze(
            self.workspace,
            FreezeRequest(reason=reason, environments=environments, until=until, is_internal=internal),
            uid_part=f"{len(self.freezes):010}",
            actor=operator("ann", self.now),
        )
        self.freezes[outcome.freeze.id] = ModelFreeze(
            start=self.now, environments=environments, until=until, is_internal=internal, reason=reason
        )

    @precondition(lambda self: self.freezes)
    @rule(data=st.data())
    def end_freeze(self, data: st.DataObject) -> None:
        """End a freeze, unless it is over."""
        freeze_id = data.draw(st.sampled_from(sorted(self.freezes)))
        freeze = self.freezes[freeze_id]
        over = freeze.ended is not None or (freeze.until is not None and freeze.until <= self.now)
        if not self.is_refused(
            lambda: end_freeze(self.workspace, freeze_id, actor=operator("bob", self.now)), expected=over
        ):
            freeze.ended = self.now

    @rule(hours=st.integers(1, 100))
    def wait(self, hours: int) -> None:
        """Let time pass."""
        self.now += hours * HOUR
        self.let_the_clock_act()

    @rule(name=st.sampled_from(["Maintenance", "Scheduled maintenance"]))
    def edit(self, name: str = "Scheduled maintenance") -> None:
        """Edit the schedule, and let a server read it."""
        self.schedule = replace(SCHEDULE, windows=(replace(SCHEDULE.windows[0], name=name),))
        events = publish_events(Situation(schedule=self.schedule, record=self.repository.current, now=self.now))
        record_revisions(events, self.repository)

    def expected(self) -> SubscriberView:
        """The subscribers' view according to the model."""
        name = self.schedule.windows[0].name
        view = [work.event() for work in self.work.values() if work.is_visible(self.now)]
        for day, policy in HAPPEN.items():
            for fate in {self.fate(day, environment) for environment in ENVIRONMENTS}:
                if isinstance(fate, Span):
                    view.append((fate.start, fate.end, name, "CONFIRMED"))
                elif fate is CANCELLED:
                    view.append((policy.start, policy.end, f"Cancelled: {name}", "CANCELLED"))
        view += [each.event() for each in self.freezes.values() if not each.is_internal]
        return sorted(view)

    @invariant()
    def subscribers_see_what_the_model_says(self) -> None:
        """An engine reads both feeds in turn; the SEQUENCE of each event rises with its changes."""
        feeds = both_renderings(self.schedule, self.repository.current, now=self.now)
        reader, rendering = next(self.looks)
        assert subscriber_view(reader, feeds[rendering], now=self.now) == self.expected()
        public: dict[str, Version] = {}
        for content in feeds.values():
            for freeze in self.freezes.values():
                assert (f"{freeze.reason}\r".encode() in content) is not freeze.is_internal
            for uid, version in versions(content).items():
                assert public.setdefault(uid, version) == version
        clock_steps = sum(work.clock_steps for work in self.work.values())
        for uid, version in public.items():
            before, once = self.public.now.get(uid), self.public.ever.get(uid)
            if before is not None and before.visible == version.visible:
                assert version == before
            elif before is not None:
                assert before.sequence < version.sequence <= before.sequence + 1 + clock_steps
                assert version.stamp >= before.stamp
            elif once is not None:
                assert version.sequence > once.sequence
                assert version.stamp >= once.stamp
            else:
                assert version.sequence <= clock_steps
        self.public = Public(now=public, ever={**self.public.ever, **public})
        for work in self.work.values():
            work.clock_steps = 0


TestOperators = Operators.TestCase
TestOperators.settings = settings(max_examples=30, stateful_step_count=25)
