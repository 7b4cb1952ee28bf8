"""The ledger of revisions in a real database: what adds lines to it, and what does not."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Generator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

import structlog
from structlog.testing import LogCapture

from icsfeed.domain.changes import Step
from icsfeed.domain.plans import Amendment
from icsfeed.domain.record import Record
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.situation import Situation
from icsfeed.ical.series import ARRANGEMENTS, Rendering
from icsfeed.publication.feeds import build_feed, feed_path
from icsfeed.publication.live import Live
from icsfeed.publication.publisher import Publisher
from icsfeed.publication.sources import ScheduleFile, Sources
from icsfeed.services.adjusting import adjust
from icsfeed.services.adjustment_rules import AdjustmentRequest
from icsfeed.services.changes import Workspace
from icsfeed.services.events import publish_events
from icsfeed.services.ledger import record_revisions
from icsfeed.services.repository import AuditedRepository
from icsfeed.store.database.database import Database
from icsfeed.store.schedule_file import load_schedule
from tests.actors import operator
from tests.cli.running import SCHEDULE
from tests.examples import POLICY, a_schedule, a_window, span, utc
from tests.readers.subscriber_view import both_renderings
from tests.services.workspace import (
    NIGHT,
    TWO,
    MemoryRepository,
    a_plan,
    a_workspace,
    advance_change,
    amend_change,
    announce_plan,
)

MINUTE = timedelta(minutes=1)
FROM, UNTIL = date(2026, 10, 1), date(2027, 2, 28)
WINTER = replace(
    POLICY,
    windows=tuple(replace(each, effective_from=FROM, effective_until=UNTIL) for each in POLICY.windows),
    freezes=tuple(replace(each, effective_from=FROM, effective_until=UNTIL) for each in POLICY.freezes),
)
"""The policy for a winter alone, over New Year."""

TWO_ENVIRONMENTS = replace(WINTER, environments=TWO)
EDITED = replace(TWO_ENVIRONMENTS, windows=(replace(TWO_ENVIRONMENTS.windows[0], name="Maintenance"),))


@contextlib.contextmanager
def open_database(url: str) -> Generator[Database]:
    database = Database(url)
    try:
        yield database
    finally:
        database.close()


def sequences(schedule: Schedule, record: Record, rendering: Rendering, *, now: datetime) -> dict[str, int]:
    """The SEQUENCE of each event in the feed `all`, by the local part of its UID; overrides have their master's."""
    content = (
        build_feed(Situation(schedule=schedule, record=record, now=now), "all", rendering)
        .body.decode()
        .replace("\r\n ", "")
    )
    sequence_by_uid: dict[str, int] = {}
    for event in content.split("BEGIN:VEVENT")[1:]:
        uid = re.findall(r"^UID:(.*)@", event, re.MULTILINE)[0]
        (sequence,) = {int(each) for each in re.findall(r"^SEQUENCE:(\d+)\r$", event, re.MULTILINE)}
        assert sequence_by_uid.setdefault(uid, sequence) == sequence
    return sequence_by_uid


def raised_revisions(schedule: Schedule, record: Record, *, now: datetime) -> dict[str, int]:
    """The revisions of all events beyond their first one, in either rendering."""
    return {
        uid: sequence
        for rendering in ARRANGEMENTS
        for uid, sequence in sequences(schedule, record, rendering, now=now).items()
        if sequence
    }


def publish(schedule: Schedule, repository: AuditedRepository, *, now: datetime) -> Record:
    """Record the revisions, like a server that has read the schedule."""
    return record_revisions(
        publish_events(Situation(schedule=schedule, record=repository.record(), now=now)), repository
    )


def test_an_edit_raises_exactly_the_events_that_it_changes(database_url: str) -> None:
    with open_database(database_url) as database:
        record = publish(WINTER, database, now=NIGHT)
        assert raised_revisions(WINTER, record, now=NIGHT) == {}
        longer = replace(WINTER.windows[1], end=time(7), effective_from=date(2026, 12, 1))
        before = replace(WINTER.windows[1], effective_until=date(2026, 11, 30), id="thursday-of-old")
        edited = replace(WINTER, windows=(WINTER.windows[0], longer, before))
        record = publish(edited, database, now=NIGHT + MINUTE)
        series = {
            uid: sequence for uid, sequence in raised_revisions(edited, record, now=NIGHT).items() if len(uid) < 36
        }
        assert series == {"maintenance.thursday.2026.th": 1, "maintenance.thursday.2027.th": 1}
        assert "maintenance.sunday.2026.su" in sequences(edited, record, Rendering.SERIES, now=NIGHT)
        assert set(raised_revisions(edited, record, now=NIGHT).values()) == {1}
        assert {uid.split(".")[1] for uid in raised_revisions(edited, record, now=NIGHT)} == {"thursday"}


def test_lifting_a_frozen_day_raises_only_the_affected_series(database_url: str) -> None:
    lifted = replace(WINTER, freezes=(replace(WINTER.freezes[0], lifted=(date(2026, 11, 26),)),))
    with open_database(database_url) as database:
        publish(WINTER, database, now=NIGHT)
        record = publish(lifted, database, now=NIGHT + MINUTE)
        assert raised_revisions(lifted, record, now=NIGHT) == {
            "maintenance.thursday.2026.th": 1,
            "freeze.month-end.20261124": 1,
        }


def test_an_unchanged_schedule_is_recorded_once(database_url: str) -> None:
    with open_database(database_url) as database:
        first = publish(WINTER, database, now=NIGHT)
        assert publish(WINTER, database, now=NIGHT + MINUTE) == first
    with open_database(database_url) as after_a_restart:
        assert publish(WINTER, after_a_restart, now=NIGHT + 2 * MINUTE).entry == first.entry == 1


def test_an_event_that_returns_has_a_higher_revision(database_url: str) -> None:
    without = replace(WINTER, windows=WINTER.windows[:1])
    with open_database(database_url) as database:
        publish(WINTER, database, now=NIGHT)
        assert raised_revisions(without, publish(without, database, now=NIGHT + MINUTE), now=NIGHT) == {}
        record = publish(WINTER, database, now=NIGHT + 2 * MINUTE)
        assert set(raised_revisions(WINTER, record, now=NIGHT).values()) == {1}
        assert {uid.split(".")[1] for uid in raised_revisions(WINTER, record, now=NIGHT)} == {"thursday"}


def test_the_yearly_roll_changes_no_remaining_event(database_url: str) -> None:
    """Published from 2025 to 2027, and a moment later from 2026 to 2028; New Year in Toronto is at 05:00Z."""
    eve, new_year = utc(2027, 1, 1, 4, 59, 59), utc(2027, 1, 1, 5)
    thursdays = replace(POLICY.windows[1], effective_from=date(2025, 12, 1), effective_until=date(2028, 1, 31))
    policy = replace(WINTER, windows=(thursdays,))
    with open_database(database_url) as database:
        publish(policy, database, now=NIGHT)
        workspace = Workspace(schedule=policy, repository=database)
        announce_plan(workspace)
        wish = AdjustmentRequest(window_id="thursday", day=date(2026, 12, 17), reason="A holiday", skip=True)
        adjust(workspace, wish, actor=operator("ann", NIGHT))
        record = database.record()
        recorded_anew = publish(policy, database, now=new_year)
        for rendering in ARRANGEMENTS:
            before, after, after_recording = (
                {
                    event.uid: event.content
                    for event in publish_events(Situation(schedule=policy, record=record_at, now=now)).rendered(
                        rendering
                    )
                }
                for now, record_at in ((eve, record), (new_year, record), (new_year, recorded_anew))
            )
            remaining = before.keys() & after.keys()
            assert len(remaining) > 5
            assert before.keys() - after.keys()
            assert after.keys() - before.keys()
            assert {uid: before[uid] for uid in remaining} == {uid: after[uid] for uid in remaining}
            assert after == after_recording


def test_a_change_moved_beyond_the_published_span_returns_identically_everywhere() -> None:
    workspace, repository = a_workspace(replace(WINTER, windows=(), freezes=()))
    announce_plan(workspace)
    moved = amend_change(workspace, start=utc(2028, 2, 1, 6))
    assert moved.event is None
    first, second = (
        both_renderings(workspace.schedule, repository.current, now=now)
        for now in (utc(2027, 1, 1, 5), utc(2027, 6, 1))
    )
    assert first == second
    assert b"SEQUENCE:1\r\n" in first[Rendering.SERIES]


def scenario(repository: AuditedRepository) -> list[bytes]:
    """A night of operators' work and an edit; returns the feed's bytes after each step."""
    workspace = Workspace(schedule=TWO_ENVIRONMENTS, repository=repository)
    feeds: list[bytes] = []

    def publish_and_append(schedule: Schedule, now: datetime) -> None:
        feeds.extend(
            build_feed(Situation(schedule=schedule, record=repository.record(), now=now), "all", each).body
            for each in ARRANGEMENTS
        )

    publish(TWO_ENVIRONMENTS, repository, now=NIGHT)
    announce_plan(workspace, a_plan(environments=frozenset({"production", "preview"})), tentative=True, message="Soon")
    publish_and_append(TWO_ENVIRONMENTS, NIGHT)
    advance_change(workspace, Step.CONFIRM, now=NIGHT + MINUTE)
    amend_change(workspace, summary="Failover of the database; at last, é", impact=None)
    publish_and_append(TWO_ENVIRONMENTS, NIGHT + MINUTE)
    for day, to in ((17, None), (10, span((2026, 12, 11, 7), (2026, 12, 11, 11)))):
        wish = AdjustmentRequest(
            window_id="thursday", day=date(2026, 12, day), reason="Holiday", to=to, skip=to is None
        )
        adjust(workspace, wish, actor=operator("bob", NIGHT + 2 * MINUTE))
    publish_and_append(TWO_ENVIRONMENTS, NIGHT + 2 * MINUTE)
    publish(EDITED, repository, now=NIGHT + 3 * MINUTE)
    advance_change(replace(workspace, schedule=EDITED), Step.CANCEL, now=NIGHT + 4 * MINUTE, message="Not needed")
    publish_and_append(EDITED, NIGHT + 4 * MINUTE)
    return feeds


def test_feeds_have_the_same_bytes_on_every_database_and_after_a_restart(database_url: str) -> None:
    """Each database is compared with a record in memory, and so with the other."""
    memory = MemoryRepository()
    expected = scenario(memory)
    with open_database(database_url) as database:
        assert scenario(database) == expected
    with open_database(database_url) as after_a_restart:
        record = after_a_restart.record()
        again = [
            build_feed(Situation(schedule=EDITED, record=record, now=NIGHT + 9 * MINUTE), "all", each).body
            for each in ARRANGEMENTS
        ]
        assert again == expected[-2:]
        assert record == memory.current


def test_an_operators_concurrent_step_loses_no_revision() -> None:
    """The public record may have changed between a server's read and its write."""
    workspace, repository = a_workspace()
    publish(workspace.schedule, repository, now=NIGHT)
    announce_plan(workspace)
    edited = replace(workspace.schedule, windows=workspace.schedule.windows[:1])
    stale = publish_events(Situation(schedule=edited, record=repository.record(), now=NIGHT))
    advance_change(workspace, Step.START)
    announce_plan(workspace, a_plan(summary="Another"))
    record = record_revisions(stale, repository)
    assert [line.revision.sequence for line in record.ledger["emergency.ec-1@maintenance.example.com"]] == [0, 1]
    assert [line.digest == "" for line in record.ledger["emergency.ec-2@maintenance.example.com"]] == [False]
    advance_change(workspace, Step.COMPLETE)
    assert sequences(edited, repository.record(), Rendering.SERIES, now=NIGHT)["emergency.ec-1"] == 2


def test_unrecorded_public_revisions_are_recorded_first() -> None:
    _, repository = a_workspace()
    schedule = a_schedule(a_window(effective_from=date(2026, 12, 1), effective_until=date(2026, 12, 31)))
    other = replace(schedule, windows=(replace(schedule.windows[0], name="Maintenance"),))
    publish(schedule, repository, now=NIGHT)
    public_events = publish_events(Situation(schedule=other, record=repository.record(), now=NIGHT + MINUTE))
    overlay = public_events.missing_lines(repository.record().ledger)
    record = record_revisions(
        publish_events(Situation(schedule=schedule, record=repository.record(), now=NIGHT + 2 * MINUTE)),
        repository,
        unrecorded=overlay,
    )
    uid = "maintenance.thursday.2026.th@maintenance.example.com"
    assert [(line.revision.sequence, line.revision.at) for line in record.ledger[uid]][1:] == [
        (1, NIGHT + MINUTE),
        (2, NIGHT + 2 * MINUTE),
    ]
    entry = repository.current.entry
    record_revisions(
        publish_events(Situation(schedule=schedule, record=record, now=NIGHT)), repository, unrecorded=overlay
    )
    assert (repository.current.entry, repository.current.ledger) == (entry, record.ledger)


def a_server(folder: Path, name: str, text: str, url: str) -> tuple[Live, Database]:
    (path := folder / name).write_text(text, encoding="utf-8")
    database = Database(url)
    logger = structlog.wrap_logger(None, processors=[LogCapture()])
    publisher = Publisher(Sources(ScheduleFile(path=path), database, log=logger))
    return Live(publisher, clock=lambda: NIGHT), database


def test_two_machines_with_different_files_do_not_raise_each_others_revisions(
    database_url: str, tmp_path: Path
) -> None:
    newer = SCHEDULE.replace("Scheduled maintenance", "Maintenance")
    with contextlib.ExitStack() as stack:
        servers = []
        for name, text in (("old.toml", SCHEDULE), ("new.toml", newer), ("old-too.toml", SCHEDULE)):
            live, database = a_server(tmp_path, name, text, database_url)
            stack.callback(database.close)
            servers.append(live)
        entry = database.record().entry
        bodies = []
        for round_number in range(4):
            for live in servers:
                public = live.current()
                assert public is not None
                bodies.append(public.representations[feed_path("all", Rendering.SERIES)].body)
            assert database.record().entry == entry + round_number
            announce_plan(
                Workspace(schedule=load_schedule(tmp_path / "new.toml").schedule, repository=database),
                a_plan(summary=f"Number {round_number}"),
            )
        assert bodies[0] != bodies[1]
        for old, new, old_too in zip(bodies[::3], bodies[1::3], bodies[2::3], strict=True):
            assert old == old_too != new


def test_a_built_feed_equals_the_served_one(database_url: str, tmp_path: Path) -> None:
    live, database = a_server(tmp_path, "schedule.toml", SCHEDULE, database_url)
    with contextlib.closing(database):
        schedule = load_schedule(tmp_path / "schedule.toml").schedule
        workspace = Workspace(schedule=schedule, repository=database)
        announce_plan(workspace)
        advance_change(workspace, Step.UPDATE, amendment=Amendment(duration=timedelta(hours=3)))
        public = live.current()
        assert public is not None
        for feed in schedule.feeds:
            for rendering in ARRANGEMENTS:
                with open_database(database_url) as elsewhere:
                    built = build_feed(
                        Situation(schedule=schedule, record=elsewhere.record(), now=NIGHT + MINUTE),
                        feed.slug,
                        rendering,
                    )
                assert built.body == public.representations[feed_path(feed.slug, rendering)].body
