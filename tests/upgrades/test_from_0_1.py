"""An upgrade from icsfeed 0.1, whose ledger digests bytes: what has not changed is at the revision it had."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import structlog
from structlog.testing import LogCapture

from icsfeed import __version__
from icsfeed.domain.changes import Step
from icsfeed.domain.situation import Situation
from icsfeed.domain.subscribers import Subscriber
from icsfeed.export.folder import Folder
from icsfeed.export.manifest import NAME
from icsfeed.export.site import export_site
from icsfeed.ical.series import Rendering
from icsfeed.publication.feeds import build_feed
from icsfeed.publication.live import Live
from icsfeed.publication.publisher import Publisher
from icsfeed.publication.sources import ScheduleFile, Sources
from icsfeed.release import release_name
from icsfeed.services.changes import Workspace
from icsfeed.store.database.database import Database
from icsfeed.store.schedule_file import LoadedSchedule, read_schedule
from tests.applications import create_app
from tests.examples import utc
from tests.properties.content_lines import Component, parse
from tests.publication.fakes import Clock
from tests.services.workspace import advance_change
from tests.upgrades.databases import FOLDER, SCHEDULE, SERVED, path_of, restore

UPGRADED_AT = utc(2026, 11, 19, 8)
TEXTS = {"SUMMARY", "DESCRIPTION", "CATEGORIES"}
"""Properties that another release may word otherwise."""

DOMAIN = "@maintenance.example.com"
RENAMED = SCHEDULE.replace('name = "Scheduled maintenance"', 'name = "Maintenance"')
THURSDAYS = {"maintenance.thursday.2026.th", "maintenance.thursday.2027.th"} | {
    f"maintenance.thursday.{day}T020000"
    for day in (
        *("20261105", "20261112", "20261119", "20261203", "20261210", "20261217"),
        *("20261224", "20261231", "20270107", "20270114", "20270121"),
    )
}
"""What shows the renamed window, in either rendering."""


@pytest.fixture
def url(database_url: str, tmp_path: Path) -> str:
    """A database as icsfeed 0.1 left it, on each of the two systems in turn."""
    restore(database_url, tmp_path)
    return database_url


@pytest.fixture
def schedule(tmp_path: Path) -> Path:
    path = tmp_path / "schedule.toml"
    path.write_text(SCHEDULE, encoding="utf-8")
    return path


def nobody_listens(subscriber: Subscriber, client: str) -> None:
    del subscriber, client


def served(schedule: Path, url: str, now: datetime = UPGRADED_AT) -> dict[str, bytes]:
    """What a server that starts answers at the paths that icsfeed 0.1 was asked for."""
    with closing(Database(url)) as database:
        clock = Clock()
        clock.now = now
        client = create_app(schedule=schedule, repository=database, clock=clock, on_fetch=nobody_listens).test_client()
        return {name: client.get(path_of(name)).data for name in SERVED}


def stated(content: bytes) -> list[tuple[tuple[str, str, str], ...]]:
    """Every property of every event and alarm, but those that hold words."""

    def of(component: Component) -> Iterator[tuple[str, str, str]]:
        for line in component.lines:
            if line.name not in TEXTS:
                yield line.name, str(line.params), line.value
        for child in component.children:
            yield from of(child)

    return [tuple(of(event)) for event in parse(content).within("VEVENT")]


def sequences(feeds: dict[str, bytes]) -> dict[str, int]:
    """The SEQUENCE of each event of both renderings, by the left side of its UID."""
    found = {}
    for name in ("all.ics", "all.expanded.ics"):
        for event in parse(feeds[name]).within("VEVENT"):
            found[event.one("UID").value.removesuffix(DOMAIN)] = int(event.one("SEQUENCE").value)
    return found


BEFORE = sequences(SERVED)


def raised(feeds: dict[str, bytes]) -> dict[str, int]:
    """The events that icsfeed 0.1 served, by how much their SEQUENCE has risen since."""
    now = sequences(feeds)
    return {uid: now[uid] - sequence for uid, sequence in BEFORE.items() if uid in now and now[uid] != sequence}


def test_icsfeed_0_1_had_raised_some() -> None:
    """Otherwise the tests below could not fail."""
    assert BEFORE["emergency.ec-1"] == 3
    assert BEFORE["maintenance.thursday.2026.th"] == 4
    assert set(BEFORE.values()) == {0, 1, 2, 3, 4}
    assert BEFORE.keys() >= THURSDAYS


@pytest.mark.parametrize("name", [name for name in SERVED if name.endswith(".ics")])
def test_an_upgrade_leaves_every_revision_time_and_rule_as_it_was(name: str, schedule: Path, url: str) -> None:
    """But for a change in the schedule file that was completed ten minutes late: its event ends then since 0.2."""
    before = SERVED[name].replace(b"DTEND:20261112T083000Z", b"DTEND:20261112T084000Z")
    assert stated(served(schedule, url)[name]) == stated(before)


def test_the_events_of_the_maintnote_rendering_go_on_from_there(schedule: Path, url: str) -> None:
    """There was none in icsfeed 0.1, but its events are those of the expanded one."""
    with closing(Database(url)) as database:
        situation = Situation(
            schedule=read_schedule(schedule.read_bytes(), "schedule.toml"), record=database.record(), now=UPGRADED_AT
        )
        content = build_feed(situation, "all", Rendering.MAINTNOTE, kept_schedule=database.kept_schedule).body
    revisions = {
        event.one("UID").value.removesuffix(DOMAIN): int(event.one("SEQUENCE").value)
        for event in parse(content).within("VEVENT")
    }
    assert revisions == {uid: BEFORE[uid] for uid in revisions}
    assert set(revisions.values()) == {0, 1, 2, 3}


def test_json_and_news_are_dated_as_before(schedule: Path, url: str) -> None:
    feeds = served(schedule, url)
    old, new = (json.loads(each["all.json"])["entries"] for each in (SERVED, feeds))
    keys = ("uid", "sequence", "updated", "start", "end", "state")
    for each in old:
        if each["id"] == "failover":  # completed ten minutes late: it ends then since 0.2
            each["end"] = "2026-11-12T08:40:00Z"
    assert [[each[key] for key in keys] for each in new] == [[each[key] for key in keys] for each in old]
    dates, dates_now = (re.findall(b"<(?:updated|published)>.*?<", each["all.atom"]) for each in (SERVED, feeds))
    assert dates_now == dates


def test_nor_does_a_second_start_raise_anything(schedule: Path, url: str) -> None:
    served(schedule, url)
    assert raised(served(schedule, url, UPGRADED_AT + timedelta(days=1))) == {}


def test_an_edit_made_while_the_server_was_down_raises_what_it_touches_by_one(schedule: Path, url: str) -> None:
    schedule.write_text(RENAMED, encoding="utf-8")
    assert raised(served(schedule, url)) == dict.fromkeys(THURSDAYS, 1)
    assert raised(served(schedule, url, UPGRADED_AT + timedelta(days=1))) == dict.fromkeys(THURSDAYS, 1)


def test_so_does_one_made_after_the_upgrade(schedule: Path, url: str) -> None:
    served(schedule, url)
    schedule.write_text(RENAMED, encoding="utf-8")
    assert raised(served(schedule, url, UPGRADED_AT + timedelta(days=1))) == dict.fromkeys(THURSDAYS, 1)


def test_an_edit_that_is_taken_back_raises_by_two(schedule: Path, url: str) -> None:
    for text in (RENAMED, SCHEDULE):
        schedule.write_text(text, encoding="utf-8")
        feeds = served(schedule, url)
    assert raised(feeds) == dict.fromkeys(THURSDAYS, 2)


@pytest.mark.parametrize("starts", [0, 1], ids=["before a server has started", "after that"])
def test_an_operators_step_raises_its_event_by_one(starts: int, schedule: Path, url: str) -> None:
    for _ in range(starts):
        served(schedule, url)
    with closing(Database(url)) as database:
        workspace = Workspace(schedule=read_schedule(SCHEDULE.encode(), "schedule.toml"), repository=database)
        advance_change(workspace, Step.COMPLETE, "EC-3", now=UPGRADED_AT)
    assert raised(served(schedule, url, UPGRADED_AT + timedelta(hours=1))) == {"emergency.ec-3": 1}


@pytest.mark.parametrize(
    "kept",
    [
        pytest.param(None, id="no server has kept a schedule"),
        pytest.param(b"[calendar]\nname = 7\n", id="the kept one is none that this release reads"),
    ],
)
def test_where_the_schedule_that_was_public_is_not_known_an_event_counts_as_unchanged(
    kept: bytes | None, schedule: Path, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path}/icsfeed.db"
    restore(url, tmp_path)
    with closing(Database(url)) as database:
        database.keep_schedule(kept or b"", UPGRADED_AT)
    if kept is None:
        forget_kept_schedule(tmp_path / "icsfeed.db")
    schedule.write_text(RENAMED, encoding="utf-8")
    assert raised(served(schedule, url)) == {}
    schedule.write_text(SCHEDULE, encoding="utf-8")
    assert raised(served(schedule, url, UPGRADED_AT + timedelta(days=1))) == dict.fromkeys(THURSDAYS, 1)


def forget_kept_schedule(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("DELETE FROM public_schedule")
        connection.commit()


@pytest.mark.parametrize("text", [SCHEDULE, RENAMED], ids=["the same schedule", "an edited one"])
def test_build_prints_what_a_server_would_serve(text: str, schedule: Path, url: str) -> None:
    schedule.write_text(text, encoding="utf-8")
    with closing(Database(url)) as database:
        situation = Situation(
            schedule=read_schedule(text.encode(), "schedule.toml"), record=database.record(), now=UPGRADED_AT
        )
        built = {
            name: build_feed(situation, "all", rendering, kept_schedule=database.kept_schedule).body
            for name, rendering in (("all.ics", Rendering.SERIES), ("all.expanded.ics", Rendering.EXPANDED))
        }
    assert sequences(built) == sequences(served(schedule, url))


def exported(text: str, dest: Path, now: datetime = UPGRADED_AT) -> dict[str, bytes]:
    """The feeds of an export that knows of no database, and goes on from what is at its destination."""
    situation = Situation(schedule=read_schedule(text.encode(), "schedule.toml"), now=now)
    export_site(situation, Folder(dest), changed_at=now)
    return {name: (dest / "feeds" / name).read_bytes() for name in ("all.ics", "all.expanded.ics")}


def test_an_export_goes_on_from_a_manifest_of_icsfeed_0_1(tmp_path: Path) -> None:
    """What operators recorded is not known here; the policy's events are, and count as unchanged the first time."""
    (manifest := tmp_path / "site" / NAME).parent.mkdir(parents=True)
    old = json.loads((FOLDER / "manifest.json").read_text(encoding="utf-8"))
    manifest.write_text(json.dumps({**old, "files": {}, "pending": sorted(old["files"])}), encoding="utf-8")
    assert raised(exported(SCHEDULE, tmp_path / "site")) == {}
    assert raised(exported(SCHEDULE, tmp_path / "site", UPGRADED_AT + timedelta(days=1))) == {}
    again = exported(RENAMED, tmp_path / "site", UPGRADED_AT + timedelta(days=2))
    assert raised(again).keys() == THURSDAYS & sequences(again).keys()
    assert set(raised(again).values()) == {1}


def a_server(database: Database, clock: Clock, release: str) -> Live:
    """A server of a release, whose schedule file was changed as long ago as in the record."""
    kept = database.kept_schedule()
    assert kept is not None
    loaded = LoadedSchedule.from_bytes(*kept, source="schedule.toml")
    file = ScheduleFile(path=Path("schedule.toml"), load=lambda _: loaded, read_signature=lambda _: loaded.signature)
    log = structlog.wrap_logger(None, processors=[LogCapture()])
    return Live(Publisher(Sources(file, database, log=log), release=release), clock=clock)


def date_of(live: Live) -> datetime | None:
    publication = live.current()
    assert publication is not None
    return publication.last_modified


def test_the_first_server_of_a_release_dates_what_all_its_servers_publish(url: str) -> None:
    """Its words may be others, so a client that asks by date alone has to get them; its facts are the same."""
    clock, later = Clock(), timedelta(minutes=1)
    clock.now = UPGRADED_AT
    with closing(Database(url)) as database, closing(Database(url)) as elsewhere:
        before = database.record()
        servers = [a_server(database, clock, "0.2.0")]
        clock.now += later
        servers.append(a_server(elsewhere, clock, "0.2.0"))
        assert [date_of(live) for live in servers] == [UPGRADED_AT + timedelta(seconds=1)] * 2
        after = database.record()
        assert (after.entry, after.changed_at, after.release) == (before.entry + 1, UPGRADED_AT, "0.2.0")
        assert (after.ledger, after.changes, after.adjustments) == (before.ledger, before.changes, before.adjustments)
        clock.now += later
        other = a_server(elsewhere, clock, "0.2.1")
        clock.now += later
        assert date_of(other) == UPGRADED_AT + 2 * later + timedelta(seconds=1)


def test_a_release_that_can_not_be_recorded_is_dated_by_its_server(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/icsfeed.db"
    restore(url, tmp_path)
    clock = Clock()
    clock.now = UPGRADED_AT
    with closing(Database(url)) as database, closing(sqlite3.connect(tmp_path / "icsfeed.db")) as sql:
        sql.execute(
            "CREATE TRIGGER read_only BEFORE INSERT ON audit_trail BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"
        )
        sql.commit()
        live = a_server(database, clock, "0.2.0")
        clock.now += timedelta(minutes=1)
        assert date_of(live) == UPGRADED_AT + timedelta(seconds=1)


def test_the_application_says_which_release_it_is(schedule: Path, url: str) -> None:
    served(schedule, url)
    with closing(Database(url)) as database:
        assert database.record().release == release_name()
    assert re.fullmatch(rf"{re.escape(__version__)} [0-9a-f]{{12}}", release_name())
