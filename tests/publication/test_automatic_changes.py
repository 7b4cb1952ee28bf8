"""Changes that the clock starts and completes: public at the instant, with the same bytes everywhere."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Final

import feedparser
import pytest
import structlog
from structlog.testing import LogCapture

from icsfeed.domain.changes import Change, Step
from icsfeed.domain.feeds import Kind
from icsfeed.domain.spans import Span
from icsfeed.domain.subscribers import Subscribers
from icsfeed.export.exporting import Report
from icsfeed.export.folder import Folder
from icsfeed.export.site import export_site
from icsfeed.export.watching import watch
from icsfeed.publication.publishing import Publication
from icsfeed.services.changes import Workspace
from icsfeed.store.database.database import Database
from tests.changes import PLAN, a_change
from tests.examples import NOW
from tests.properties.content_lines import parse
from tests.publication.fakes import AFTER, BEFORE, FakeServer
from tests.services.workspace import advance_change, announce_plan

START: Final = NOW + timedelta(hours=1)
END: Final = NOW + timedelta(hours=2)
ONE_SECOND: Final = timedelta(seconds=1)


def automatic() -> Change:
    announced = a_change(Kind.PLANNED, plan=replace(PLAN, span=Span(start=START, end=END), reason="", ticket=""))
    update = replace(announced.latest, at=NOW - ONE_SECOND, automatic=True, message="")
    return replace(announced, updates=(update,))


def a_server() -> FakeServer:
    """A server that publishes the automatic change."""
    server = FakeServer()
    server.publication()
    server.repository.add(NOW, changes={"PC-7": automatic()})
    return server


def shown(server: FakeServer, path: str = "/feeds/all.ics") -> tuple[str, ...]:
    """Summary, SEQUENCE, DTSTAMP and DTEND of the change."""
    events = parse(server.publication().representations[path].body).within("VEVENT")
    (event,) = [each for each in events if each.one("UID").value.startswith("planned.")]
    return tuple(event.one(name).value for name in ("SUMMARY", "SEQUENCE", "DTSTAMP", "DTEND"))


CONFIRMED = ("Planned change: Security patch", "0", "20261123T115959Z", "20261123T140000Z")
STARTED = ("In progress: Planned change: Security patch", "1", "20261123T130000Z", "20261123T140000Z")
COMPLETED = ("Completed: Planned change: Security patch", "2", "20261123T140000Z", "20261123T140000Z")


def test_it_starts_and_completes_by_itself_while_nothing_is_recorded() -> None:
    server = a_server()
    entry = None
    for now, expected in (
        (NOW, CONFIRMED),
        (START - ONE_SECOND, CONFIRMED),
        (START, STARTED),
        (END - ONE_SECOND, STARTED),
        (END, COMPLETED),
        (END + timedelta(days=2), COMPLETED),
    ):
        server.clock.now = now
        assert (shown(server), shown(server, "/feeds/all.expanded.ics")) == (expected, expected)
        entry = entry or server.repository.current.entry
        assert server.repository.current.entry == entry


def test_a_publication_is_fresh_until_the_clock_takes_a_step() -> None:
    server = a_server()
    assert server.publication().fresh_until == START
    server.clock.now = START
    assert (server.publication().fresh_until, server.publication().changed_at) == (END, START)


def test_pages_and_news_show_the_steps_of_the_clock() -> None:
    server = a_server()
    for now, updated, titles in (
        (NOW, NOW - ONE_SECOND, ["Announced"]),
        (START, START, ["Work has started", "Announced"]),
        (END, END, ["Completed", "Work has started", "Announced"]),
    ):
        server.clock.now = now
        public = server.publication().representations
        (card,) = re.findall(r'<article class="change planned.*?</article>', public["/"].body.decode(), re.DOTALL)
        assert re.findall(r'<p class="update"><b>(.*?)</b>', card) == titles
        (entry,) = feedparser.parse(public["/feeds/all.atom"].body).entries
        assert entry.updated == updated.isoformat()
        assert b"clock" not in public["/feeds/all.atom"].body + public["/feeds/all.json"].body
        assert '<p class="late"' not in public["/"].body.decode()


def nothing(server: FakeServer, workspace: Workspace) -> None:
    del server, workspace


def edit(server: FakeServer, workspace: Workspace) -> None:
    del workspace
    server.disk.write(AFTER, server.clock.now)


def add_message(server: FakeServer, workspace: Workspace) -> None:
    advance_change(workspace, Step.UPDATE, "PC-1", message="All is well", now=server.clock.now)


@pytest.mark.parametrize(
    ("act", "sequences"),
    [
        pytest.param(nothing, ["0", "1", "2"], id="nothing in between"),
        pytest.param(edit, ["0", "1", "2"], id="an edit of the schedule, which records the ledger"),
        pytest.param(add_message, ["0", "2", "3"], id="a message"),
    ],
)
def test_every_server_gives_the_same_bytes(
    tmp_path: Path, act: Callable[[FakeServer, Workspace], None], sequences: list[str]
) -> None:
    """One that ran all the time, one that did not look in between, and one that starts afterwards."""
    with closing(Database(f"sqlite:///{tmp_path}/icsfeed.db")) as database:
        first = FakeServer(repository=database)  # type: ignore[arg-type]  # a real one, instead of a fake
        workspace = Workspace(schedule=BEFORE, repository=database)
        plan = replace(PLAN, span=Span(start=START, end=END), reason="", ticket="")
        announce_plan(workspace, plan, kind=Kind.PLANNED, automatic=True, now=NOW)
        second = replace(first, capture=LogCapture())
        second.publication()
        met = [shown(first)[1]]
        first.clock.now = START
        first.publication()
        first.clock.advance(minutes=10)
        act(first, workspace)
        met.append(shown(first)[1])
        first.clock.now = END
        met.append(shown(first)[1])
        assert met == sequences
        third = replace(first, capture=LogCapture())
        bodies = [
            {path: each.body for path, each in server.publication().representations.items()}
            for server in (first, second, third)
        ]
    assert bodies[0] == bodies[1]
    assert bodies[0] == bodies[2]


def test_an_exported_site_follows_the_clock(tmp_path: Path) -> None:
    server, reports = a_server(), list[Report]()
    times = iter([NOW, START - ONE_SECOND, START, START + ONE_SECOND, END, END + ONE_SECOND])
    site: list[str] = []

    def export(publication: Publication, subscribers: Subscribers) -> Report:
        del subscribers
        return export_site(
            replace(publication.events.situation, now=server.clock.now),
            Folder(tmp_path / "site"),
            changed_at=publication.changed_at,
            before=publication.events,
        )

    def wait(seconds: float) -> bool:
        del seconds
        if reports:
            feed = (tmp_path / "site/feeds/all.ics").read_bytes()
            assert feed == server.feed().body
            sequence = re.search(rb"UID:planned\.pc-7@.*?\r\nSEQUENCE:(\d)", feed, re.DOTALL)
            assert sequence is not None
            site.append(sequence[1].decode())
        now = next(times, None)
        server.clock.now = now or server.clock.now
        return now is None

    log = structlog.wrap_logger(None, processors=[LogCapture()])
    watch(server.live, export, wait=wait, log=log, on_export=reports.append)
    assert site == ["0", "0", "1", "1", "2", "2"]
    assert len(reports) == 3
