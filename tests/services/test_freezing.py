"""Starting and ending change freezes: refusals, warnings, and what outside readers see afterwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from icsfeed.domain.adjustments import Move
from icsfeed.domain.errors import BadInputError, IcsfeedError, NotFoundError, RefusedError
from icsfeed.domain.feeds import Kind
from icsfeed.domain.revisions import with_lines
from icsfeed.domain.situation import Situation
from icsfeed.domain.spans import Span
from icsfeed.ical.series import Rendering
from icsfeed.services.changes import PLACEHOLDER, Workspace
from icsfeed.services.events import PublishedEvents, publish_events
from icsfeed.services.freezing import FreezeOutcome, FreezeRequest, end_freeze, start_freeze
from tests.actors import operator
from tests.examples import SUNDAY, THURSDAY, span, utc
from tests.readers import READERS, Reader
from tests.readers.subscriber_view import SubscriberView, both_renderings, subscriber_view
from tests.services.workspace import TWO_ENVIRONMENTS, MemoryRepository, a_plan, a_workspace, announce_plan

FROM, UNTIL = date(2026, 6, 1), date(2026, 6, 22)
BOTH = frozenset({"preview", "production"})
SMALL = replace(
    TWO_ENVIRONMENTS,
    windows=(
        replace(THURSDAY, effective_from=FROM, effective_until=UNTIL, environments=BOTH),
        replace(SUNDAY, effective_from=FROM, effective_until=UNTIL, environments=frozenset({"preview"})),
    ),
    freezes=(),
)
TIMES = {day: span((2026, 6, day, 6), (2026, 6, day, 10)) for day in (4, 7, 11, 14, 18, 21)}
"""02:00 to 06:00 in Toronto on Thursdays (4, 11, 18) and Sundays, by the day in June."""

DURING = utc(2026, 6, 11, 7, 40, 20)
"""Within the occurrence of the 11th."""

HOUR = timedelta(hours=1)
REASON = "The core switches are failing"
UID = "freeze.cf-1.0123456789@maintenance.example.com"


def start(workspace: Workspace, *environments: str, now: datetime = DURING, **fields: Any) -> FreezeOutcome:  # noqa: ANN401
    """Start a freeze of those environments, by default of all."""
    dry_run = fields.pop("dry_run", False)
    request = FreezeRequest(
        environments=workspace.schedule.environments_named(environments), **{"reason": REASON, **fields}
    )
    actor = operator("ann", now)
    return start_freeze(workspace, request, uid_part="0123456789", actor=actor, dry_run=dry_run)


def end(workspace: Workspace, freeze_id: str = "CF-1", *, now: datetime, dry_run: bool = False) -> FreezeOutcome:
    return end_freeze(workspace, freeze_id, actor=operator("bob", now), dry_run=dry_run)


def fates(outcome: FreezeOutcome) -> list[tuple[int, str, Span | None, Span | None]]:
    """Of each affected occurrence its day in June, its environments, and its time before and afterwards."""
    return [
        (each.original_start.day, " ".join(sorted(each.environments)), each.before, each.after)
        for each in outcome.effects
    ]


def windows_on(*spans: Span) -> SubscriberView:
    return sorted((each.start, each.end, "Scheduled maintenance", "CONFIRMED") for each in spans)


def views(reader: Reader, repository: MemoryRepository, *, now: datetime) -> list[SubscriberView]:
    """The feed in each rendering."""
    contents = both_renderings(SMALL, repository.current, now=now)
    return [subscriber_view(reader, content, now=now) for content in contents.values()]


def test_a_freeze_is_recorded_with_who_and_when() -> None:
    workspace, repository = a_workspace(SMALL)
    outcome = start(workspace, "production", until=utc(2026, 6, 12, 9, 0, 0))
    assert repository.current.freezes == {"CF-1": outcome.freeze}
    freeze = outcome.freeze
    assert (freeze.started_at, freeze.started_by, freeze.until) == (DURING, "ann", utc(2026, 6, 12, 9))
    assert (freeze.reason, freeze.environments, freeze.uid_part) == (REASON, frozenset({"production"}), "0123456789")
    ended = end(workspace, "cf-1", now=utc(2026, 6, 12, 8)).freeze
    assert repository.current.freezes == {"CF-1": freeze.ended(at=utc(2026, 6, 12, 8), by="bob")} == {"CF-1": ended}
    assert repository.actions == [("ann", "freeze start", "CF-1"), ("bob", "freeze end", "CF-1")]


def test_it_cuts_what_has_begun_and_drops_what_comes_and_its_end_brings_that_back() -> None:
    workspace, _ = a_workspace(SMALL)
    cut = Span(start=TIMES[11].start, end=utc(2026, 6, 11, 7, 40))
    started = start(workspace)
    assert fates(started) == [
        (11, "preview production", TIMES[11], cut),
        (14, "preview", TIMES[14], None),
        (18, "preview production", TIMES[18], None),
        (21, "preview", TIMES[21], None),
    ]
    assert [each.is_cut for each in started.effects] == [True, False, False, False]
    ended = end(workspace, now=utc(2026, 6, 18, 7))
    assert fates(ended) == [(21, "preview", None, TIMES[21])], "that of the 18th has begun: it stays dropped"


def test_a_freeze_of_one_environment_leaves_the_other_its_windows() -> None:
    workspace, _ = a_workspace(SMALL)
    assert fates(start(workspace, "production", now=utc(2026, 6, 12))) == [(18, "production", TIMES[18], None)]


def test_a_freeze_with_an_end_drops_only_what_it_touches() -> None:
    workspace, _ = a_workspace(SMALL)
    outcome = start(workspace, now=utc(2026, 6, 12), until=TIMES[14].start + timedelta(seconds=1))
    assert fates(outcome) == [(14, "preview", TIMES[14], None)]
    workspace, _ = a_workspace(SMALL)
    assert fates(start(workspace, now=utc(2026, 6, 12), until=TIMES[14].start)) == []


def test_an_occurrence_that_begins_in_the_minute_of_the_start_is_dropped() -> None:
    workspace, _ = a_workspace(SMALL)
    outcome = start(workspace, now=TIMES[11].start + timedelta(seconds=59), until=TIMES[11].end)
    assert fates(outcome) == [(11, "preview production", TIMES[11], None)]


def test_a_moved_occurrence_is_cut_where_it_was_moved_to() -> None:
    workspace, repository = a_workspace(SMALL)
    to = span((2026, 6, 12, 6), (2026, 6, 12, 10))
    repository.current = replace(
        repository.current,
        adjustments={
            ("thursday", date(2026, 6, 11)): Move(window_id="thursday", day=date(2026, 6, 11), to=to, reason="")
        },
    )
    outcome = start(workspace, now=utc(2026, 6, 12, 8), until=utc(2026, 6, 12, 9))
    assert fates(outcome) == [(11, "preview production", to, Span(start=to.start, end=utc(2026, 6, 12, 8)))]


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
@pytest.mark.parametrize("is_internal", [False, True], ids=["public", "internal"])
def test_every_reader_sees_the_cut_and_the_freeze_and_what_comes_back(reader: Reader, is_internal: bool) -> None:
    workspace, repository = a_workspace(SMALL)
    start(workspace, "preview", is_internal=is_internal)
    cut = Span(start=TIMES[11].start, end=utc(2026, 6, 11, 7, 40))
    remain = windows_on(TIMES[4], TIMES[7], cut, TIMES[11], TIMES[18])
    freeze: SubscriberView = [(utc(2026, 6, 11, 7, 40), utc(2028, 1, 1, 5), "Change freeze", "")]
    for view in views(reader, repository, now=DURING):
        assert [each[:3] for each in view] == sorted(each[:3] for each in remain + ([] if is_internal else freeze)), (
            reader.name
        )
    end(workspace, now=utc(2026, 6, 13))
    freeze = [(utc(2026, 6, 11, 7, 40), utc(2026, 6, 13), "Change freeze", "")]
    remain = windows_on(TIMES[4], TIMES[7], cut, TIMES[11], TIMES[14], TIMES[18], TIMES[21])
    for view in views(reader, repository, now=utc(2026, 6, 13)):
        assert [each[:3] for each in view] == sorted(each[:3] for each in remain + ([] if is_internal else freeze)), (
            reader.name
        )


def test_events_get_a_revision_with_each_change_and_never_a_lower_one() -> None:
    workspace, repository = a_workspace(SMALL)
    sequences = [sequences_of(repository)]
    start(workspace, "preview")
    sequences.append(sequences_of(repository))
    end(workspace, now=utc(2026, 6, 13))
    sequences.append(sequences_of(repository))
    sunday = "maintenance.sunday.2026.su@maintenance.example.com"
    assert [each[sunday] for each in sequences] == [0, 1, 2]
    assert [each.get(UID) for each in sequences] == [None, 0, 1]
    for before, after in pairwise(sequences):
        assert all(before[uid] <= after[uid] for uid in before.keys() & after.keys())


def sequences_of(repository: MemoryRepository) -> dict[str, int]:
    """The SEQUENCE of each event of the series rendering, by UID."""
    content = both_renderings(SMALL, repository.current, now=DURING)[Rendering.SERIES].decode()
    events = content.split("BEGIN:VEVENT")[1:]
    return {field(event, "UID"): int(field(event, "SEQUENCE")) for event in events}


def field(event: str, name: str) -> str:
    return next(line.partition(":")[2] for line in event.splitlines() if line.startswith(f"{name}:"))


@pytest.mark.parametrize("is_internal", [False, True], ids=["public", "internal"])
def test_a_server_has_nothing_to_add_to_the_ledger(is_internal: bool) -> None:
    """Otherwise the first server that reads the freeze would record revisions in its own name."""
    workspace, repository = a_workspace(SMALL)
    lines = published(repository, now=DURING).missing_lines({})
    repository.current = replace(repository.current, ledger=with_lines({}, lines))
    start(workspace, "preview", is_internal=is_internal)
    assert published(repository, now=DURING).missing_lines(repository.current.ledger) == ()
    end(workspace, now=utc(2026, 6, 13))
    assert published(repository, now=utc(2026, 6, 13)).missing_lines(repository.current.ledger) == ()


def published(repository: MemoryRepository, *, now: datetime) -> PublishedEvents:
    return publish_events(Situation(schedule=SMALL, record=repository.current, now=now))


def test_a_dry_run_records_nothing_and_shows_a_placeholder() -> None:
    workspace, repository = a_workspace(SMALL)
    outcome = start(workspace, dry_run=True)
    assert (outcome.recorded, outcome.freeze.id, repository.trail) == (False, "CF-1", [])
    contents = [event.content.decode() for event in outcome.events]
    freeze = next(each for each in contents if "SUMMARY:Change freeze" in each)
    assert field(freeze, "UID") == f"freeze.cf-1.{PLACEHOLDER}@maintenance.example.com"
    start(workspace)
    assert end(workspace, now=DURING + timedelta(hours=1), dry_run=True).recorded is False
    assert repository.current.freezes["CF-1"].ended_at is None


def test_of_an_internal_freeze_no_event_says_anything() -> None:
    workspace, repository = a_workspace(SMALL)
    outcome = start(workspace, is_internal=True)
    assert all(REASON not in event.content.decode() for event in outcome.events)
    assert {event.kind for event in outcome.events} == {Kind.MAINTENANCE}
    assert not any("freeze" in uid for uid in repository.current.ledger)


def test_a_freeze_that_is_ended_at_once_lasts_a_minute() -> None:
    workspace, _ = a_workspace(SMALL)
    start(workspace)
    ended = end(workspace, now=DURING + timedelta(seconds=5))
    assert ended.freeze.span == span((2026, 6, 11, 7, 40), (2026, 6, 11, 7, 41))
    assert fates(ended) == [
        (14, "preview", None, TIMES[14]),
        (18, "preview production", None, TIMES[18]),
        (21, "preview", None, TIMES[21]),
    ]


@pytest.mark.parametrize(
    ("action", "kind", "expected"),
    [
        pytest.param(
            lambda workspace: start(workspace, until=DURING),
            RefusedError,
            "a freeze that starts now can't last until Thu 2026-06-11 03:40 EDT, which is past; give a later end, "
            "or none",
            id="until now",
        ),
        pytest.param(
            lambda workspace: start(workspace, until=DURING + timedelta(seconds=20)),
            RefusedError,
            "a freeze lasts at least a minute, so it can't end at 07:40:40 UTC; give a later end, or none",
            id="until the same minute",
        ),
        pytest.param(
            lambda workspace: start(workspace, until=DURING + timedelta(days=367)),
            BadInputError,
            "a freeze with an end lasts at most 366 days, not 367 d; look at the years",
            id="until another year",
        ),
        pytest.param(
            lambda workspace: start(workspace, reason=" \n"),
            BadInputError,
            "a freeze needs a reason; customers read it, or operators if it is internal",
            id="without a reason",
        ),
        pytest.param(
            lambda workspace: start_freeze(
                workspace,
                FreezeRequest(reason=REASON, environments=frozenset({"stage"})),
                uid_part="",
                actor=operator("ann", DURING),
            ),
            NotFoundError,
            'there is no environment "stage"; this schedule has preview, production',
            id="an unknown environment",
        ),
        pytest.param(
            lambda workspace: end(workspace, "CF-7", now=DURING),
            NotFoundError,
            'there is no freeze "CF-7" that `freeze start` recorded; none has been started',
            id="an unknown freeze",
        ),
        pytest.param(
            lambda workspace: (start(workspace), end(workspace, now=DURING), end(workspace, now=DURING)),
            RefusedError,
            "bob ended CF-1 already, Thu 2026-06-11 03:40 EDT; nothing was changed",
            id="ended twice",
        ),
        pytest.param(
            lambda workspace: (start(workspace, until=utc(2026, 6, 12)), end(workspace, now=utc(2026, 6, 12))),
            RefusedError,
            "CF-1 is over: it lasted until Thu 2026-06-11 20:00 EDT; nothing was changed",
            id="over by itself",
        ),
    ],
)
def test_what_can_not_be_done_is_refused(
    action: Callable[[Workspace], object], kind: type[IcsfeedError], expected: str
) -> None:
    workspace, repository = a_workspace(SMALL)
    with pytest.raises(kind) as refusal:
        action(workspace)
    assert str(refusal.value) == expected
    assert len(repository.trail) == sum(
        (each.started_at is not None) + (each.ended_at is not None) for each in repository.current.freezes.values()
    )


def test_a_freeze_that_overlaps_another_one_is_a_warning() -> None:
    workspace, _ = a_workspace(SMALL)
    assert start(workspace, "preview", until=utc(2026, 6, 12)).warnings == ()
    assert start(workspace, "production").warnings == ()
    assert start(workspace).warnings == (
        "CF-3 overlaps CF-1, which freezes preview until Thu 2026-06-11 20:00 EDT",
        "CF-3 overlaps CF-2, which freezes production until it is ended",
    )
    assert start(workspace, "preview", now=utc(2026, 6, 12), reason="Another").warnings == (
        "CF-4 overlaps CF-3, which freezes preview until it is ended",
    )


def test_a_start_that_is_repeated_changes_nothing() -> None:
    """So an operator whose connection broke can repeat it, and has one freeze to end."""
    workspace, repository = a_workspace(SMALL)
    freeze = start(workspace, "production", until=utc(2026, 6, 12)).freeze
    record = repository.current
    for dry_run in (True, False):
        repeated = start(workspace, "production", until=utc(2026, 6, 12), now=DURING + HOUR, dry_run=dry_run)
        assert (repeated.freeze, repeated.recorded, repeated.repeats, repeated.effects) == (freeze, False, True, ())
        assert repeated.warnings == ("this freeze has been started already: CF-1, by ann; nothing was changed",)
    assert repository.current is record
    for other in ({"until": utc(2026, 6, 12, 1)}, {"reason": "Another"}, {"is_internal": True}, {}):
        assert start(workspace, "production", **other).recorded
    end(workspace, "CF-1", now=DURING + HOUR)
    assert start(workspace, "production", until=utc(2026, 6, 12), now=DURING + HOUR).freeze.id == "CF-6"


def test_planned_changes_in_a_freeze_are_named_and_one_without_a_reason_is_a_warning() -> None:
    workspace, _ = a_workspace(SMALL)
    before = utc(2026, 6, 8)
    for hours, reason in ((12, ""), (14, "The certificate expires"), (200, "")):
        at = before + timedelta(days=3, hours=hours)
        plan = a_plan(summary="New firewall", span=Span(start=at, end=at + timedelta(hours=1)), reason=reason)
        announce_plan(workspace, plan, kind=Kind.PLANNED, now=before)
    announce_plan(workspace, a_plan(span=Span(start=DURING, end=utc(2026, 6, 11, 9))), now=before)
    outcome = start(workspace, until=utc(2026, 6, 12))
    assert [change.id for change in outcome.changes] == ["PC-1", "PC-2"]
    assert outcome.warnings == (
        "PC-1 (New firewall) lies in CF-1 and does not say why it can't wait; until PC-1 gives a reason, its pipeline "
        "gate stays closed",
    )
    assert start(workspace, "preview").changes == (), "they touch production alone"
    assert end(workspace, now=DURING).changes == ()


def test_as_json() -> None:
    workspace, _ = a_workspace(SMALL)
    outcome = start(workspace, "preview", until=utc(2026, 6, 15), is_internal=True)
    shown = outcome.as_json(SMALL.calendar.zone)
    assert shown.pop("events") == [event.content.decode() for event in outcome.events]
    assert len(outcome.events) == 4, "two series, and two single events of the 11th"
    assert shown == {
        "id": "CF-1",
        "kind": "freeze",
        "reason": REASON,
        "environments": ["preview"],
        "internal": True,
        "start": "2026-06-11T07:40:00Z",
        "end": "2026-06-15T00:00:00Z",
        "local_start": "2026-06-11T03:40:00-04:00",
        "local_end": "2026-06-14T20:00:00-04:00",
        "until": "2026-06-15T00:00:00Z",
        "started_at": "2026-06-11T07:40:20Z",
        "started_by": "ann",
        "ended_at": None,
        "ended_by": None,
        "occurrences": [
            {
                "window": "thursday",
                "date": "2026-06-11",
                "environments": ["preview"],
                "happens": True,
                "start": "2026-06-11T06:00:00Z",
                "end": "2026-06-11T07:40:00Z",
                "local_start": "2026-06-11T02:00:00-04:00",
                "local_end": "2026-06-11T03:40:00-04:00",
            },
            {
                "window": "sunday",
                "date": "2026-06-14",
                "environments": ["preview"],
                "happens": False,
                "start": "2026-06-14T06:00:00Z",
                "end": "2026-06-14T10:00:00Z",
                "local_start": "2026-06-14T02:00:00-04:00",
                "local_end": "2026-06-14T06:00:00-04:00",
            },
        ],
        "changes": [],
        "recorded": True,
        "warnings": [],
    }
