"""What was published can be withdrawn: of a withdrawn text, nothing public has a byte."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import brotli
import pytest

from icsfeed.domain.changes import Step
from icsfeed.domain.plans import Amendment
from icsfeed.domain.subscribers import Action, SubscriberStep, digest_of
from icsfeed.domain.tokens import TokenKey
from icsfeed.domain.translated_texts import translations_of
from icsfeed.export.folder import Folder
from icsfeed.export.site import export_site
from icsfeed.services.changes import Workspace
from icsfeed.store.database.database import Database
from icsfeed.store.schedule_file import load_schedule
from tests.applications import create_app
from tests.cli.running import NOW
from tests.examples import span, utc
from tests.publication.fakes import Clock
from tests.services.workspace import a_plan, advance_change, announce_plan

THEN: Final = datetime.fromisoformat(NOW)
KEY: Final = TokenKey(secret=b"b3Blbi1zZXNhbWUtYW5kLXRoZS1mb3J0eS10aGlldmVz")
TEXTS: Final = (
    *("Zanzibar", "Wollongong", "tickets.xerxes.example", "Quetzalcoatl", "hunter2"),
    *("Ouagadougou", "chasseur2"),
)
"""In the title, the reason, the ticket and two messages, which are also in French. None is part of any other word."""

NAME: Final = "ec-1"
"""As the change is named in UIDs and anchors."""


@pytest.fixture
def languages() -> list[str]:
    return ["en", "fr"]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with closing(Database(f"sqlite:///{tmp_path}/icsfeed.db")) as database:
        yield database


@pytest.fixture
def workspace(schedule: Path, database: Database) -> Workspace:
    """One emergency change with every text, which has left an environment and is in progress."""
    workspace = Workspace(schedule=load_schedule(schedule).schedule, repository=database)
    plan = a_plan(
        summary=f"Move {TEXTS[0]}, at last",
        reason=f"Because of {TEXTS[1]}",
        ticket=f"https://{TEXTS[2]}/1",
        span=span((2026, 11, 23, 12), (2026, 11, 23, 14)),
        environments=frozenset({"production"}),
    )
    first = in_both(f"Ask {TEXTS[3]} <first>", f"Demander à {TEXTS[5]} <d'abord>")
    announce_plan(workspace, plan, **first, now=THEN, uid_part="0123456789")
    leaving = Amendment(environments=frozenset({"preview"}))
    advance_change(workspace, Step.UPDATE, amendment=leaving, now=THEN + timedelta(minutes=1))
    started = in_both(f"Vender late;\npassword {TEXTS[4]}", f"En retard;\nmot de passe {TEXTS[6]}")
    advance_change(workspace, Step.START, **started, now=THEN + timedelta(minutes=2))
    return workspace


def in_both(english: str, french: str) -> dict[str, Any]:
    """A message in both languages."""
    return {"message": english, "message_translations": translations_of({"en": english, "fr": french})}


def export(workspace: Workspace, folder: Path, *, base_url: str, now: datetime) -> dict[str, bytes]:
    """All files of the site, with private feeds, as readers get them: unpacked, and without folds of lines."""
    situation = workspace.situation(now=now)
    subscribers = situation.record.subscribers
    for salt, alarms in (("one", ()), ("two", (timedelta(hours=1),))):
        step = SubscriberStep(
            action=Action.ADD,
            name=f"Customer {salt}",
            at=THEN,
            feed="all",
            alarms=alarms,
            digest=digest_of(KEY.token(salt)),
            salt=salt,
        )
        subscribers = subscribers.after([step])
    export_site(
        situation.with_record(replace(situation.record, subscribers=subscribers)),
        Folder(folder),
        changed_at=THEN,
        base_url=base_url,
        token_key=KEY,
    )
    return {
        path.relative_to(folder).as_posix(): _unpacked(path).replace(b"\r\n ", b"")
        for path in folder.rglob("*")
        if path.is_file()
    }


def _unpacked(path: Path) -> bytes:
    content = path.read_bytes()
    if path.suffix == ".br":
        unpacked: bytes = brotli.decompress(content)
        return unpacked
    return gzip.decompress(content) if path.suffix == ".gz" else content


def places(files: dict[str, bytes], text: str) -> set[str]:
    """The kinds of files that have the text, in any case."""
    found = {name for name, content in files.items() if text.encode().lower() in content.lower()}
    return {_kind_of(name) for name in found}


def _kind_of(name: str) -> str:
    name = re.sub(r"\.(br|gz)$", "", name)
    if name.startswith("private/"):
        return "private"
    of_moment = re.match(r"(fr/)?(reminders/.*|api/v2/|badge|interop/|machines/)", name)
    if of_moment is not None:
        return (of_moment[1] or "") + of_moment[2]
    page = re.fullmatch(r"(fr/)?(embed/|calendar/.*/|(?=environments/))?(?:environments/.*/)?index\.html", name)
    return (page[1] or "") + (page[2] or "home/")[:5] if page else name.split(".", maxsplit=1)[-1]


FEEDS: Final = {"ics", "expanded.ics", "json", "private"}
PAGES: Final = {"home/", "fr/home/"}
LISTS: Final = {"embed", "calen", "fr/embed", "fr/calen"}


_TICKETS: Final = ("knowledge-base.html", "ticket.md", "ticket.txt")
WRITTEN: Final = {f"reminders/{channel}" for channel in _TICKETS} | {"machines/"}
"""Reminders to be read; the page for machines shows one of them."""

WRITTEN_IN_FRENCH: Final = {f"fr/{kind}" for kind in WRITTEN}
SPOKEN: Final = {f"{folder}reminders/phone.{end}" for folder in ("", "fr/") for end in ("txt", "ssml", "twiml.xml")}
STATUS: Final = {"api/v2/", "fr/api/v2/"}
REMINDERS: Final = WRITTEN | WRITTEN_IN_FRENCH


def everywhere(files: dict[str, bytes]) -> dict[str, set[str]]:
    return {text: places(files, text) for text in TEXTS}


BEFORE: Final = {
    TEXTS[0]: FEEDS | PAGES | LISTS | REMINDERS | SPOKEN | STATUS | {"atom"},
    TEXTS[1]: FEEDS | PAGES | REMINDERS | STATUS | {"atom"},
    TEXTS[2]: FEEDS | PAGES | {"atom"},
    TEXTS[3]: FEEDS | {"home/", "atom", "api/v2/"},
    TEXTS[4]: FEEDS | WRITTEN | {"home/", "atom", "api/v2/"},
    TEXTS[5]: FEEDS | {"fr/home/", "atom", "fr/api/v2/"},
    TEXTS[6]: FEEDS | WRITTEN_IN_FRENCH | {"fr/home/", "atom", "fr/api/v2/"},
}
NOWHERE: Final = {text: set[str]() for text in TEXTS}


def test_redact_withdraws_every_text_from_every_file(workspace: Workspace, tmp_path: Path) -> None:
    """There was no way to withdraw a password that somebody had typed into a message."""
    site = tmp_path / "site"
    before = export(workspace, site, base_url="https://old.example.com", now=THEN + timedelta(minutes=5))
    assert everywhere(before) == BEFORE
    advance_change(workspace, Step.REDACT, now=THEN + timedelta(minutes=6))
    after = export(workspace, site, base_url="https://new.example.com", now=THEN + timedelta(minutes=7))
    assert everywhere(after) == NOWHERE
    assert places(after, "[withdrawn]") >= FEEDS | PAGES | STATUS | {"atom", "reminders/ticket.txt"}
    assert places(after, NAME) >= FEEDS | PAGES | REMINDERS | STATUS | {"atom"}


def test_redact_of_one_update_withdraws_its_message_alone(workspace: Workspace, tmp_path: Path) -> None:
    export(workspace, tmp_path / "site", base_url="", now=THEN + timedelta(minutes=5))
    advance_change(workspace, Step.REDACT, target=3, now=THEN + timedelta(minutes=6))
    after = export(workspace, tmp_path / "site", base_url="", now=THEN + timedelta(minutes=7))
    assert everywhere(after) == {**BEFORE, TEXTS[4]: set(), TEXTS[6]: set()}


def test_a_silent_cancellation_leaves_no_trace_and_undo_brings_it_back(workspace: Workspace, tmp_path: Path) -> None:
    site = tmp_path / "site"
    before = export(workspace, site, base_url="https://old.example.com", now=THEN + timedelta(minutes=5))
    advance_change(workspace, Step.CANCEL, silent=True, now=THEN + timedelta(minutes=6))
    after = export(workspace, site, base_url="https://new.example.com", now=THEN + timedelta(minutes=7))
    assert everywhere(after) == NOWHERE
    manifest = ".icsfeed/manifest.json"  # the ledger of revisions goes on: a UID, and digests
    assert {name for name, content in after.items() if NAME.encode() in content.lower()} == {manifest}
    advance_change(workspace, Step.UNDO, now=THEN + timedelta(minutes=8))
    back = export(workspace, site, base_url="https://new.example.com", now=THEN + timedelta(minutes=9))
    assert everywhere(back) == BEFORE
    assert sequence(back) > sequence(before)


def sequence(files: dict[str, bytes]) -> int:
    found = re.search(rb"UID:emergency\.ec-1\..*?SEQUENCE:(\d+)", files["feeds/all.ics"], re.DOTALL)
    assert found is not None
    return int(found[1])


@pytest.mark.parametrize("step", [Step.REDACT, Step.CANCEL])
def test_a_server_answers_without_it_at_once(
    workspace: Workspace, database: Database, schedule: Path, step: Step
) -> None:
    """A reader that has the old bytes gets new ones."""
    clock = Clock()
    clock.now = THEN + timedelta(minutes=5)
    client = create_app(schedule=schedule, repository=database, clock=clock).test_client()
    feeds = ("all.ics", "all.expanded.ics", "preview.ics", "production.ics", "all.json", "all.atom")
    paths = [
        "/",
        "/fr/",
        "/embed/",
        "/calendar/2026/11/",
        *(f"/{kind}" for kind in sorted(REMINDERS | SPOKEN)),
        "/api/v2/summary.json",
        "/fr/api/v2/scheduled-maintenances.json",
        *(f"/{folder}feeds/{feed}" for feed in feeds for folder in ("", "fr/")),
    ]
    before = {path: client.get(path) for path in paths}
    assert [path for path, each in before.items() if TEXTS[0].encode() not in each.data] == []
    is_gone = step is Step.CANCEL
    advance_change(workspace, step, silent=is_gone, now=clock.now)
    clock.advance(seconds=1)
    after = {path: client.get(path, headers={"If-None-Match": each.headers["ETag"]}) for path, each in before.items()}
    assert {path: each.status_code for path, each in after.items()} == dict.fromkeys(paths, 200)
    for text in TEXTS:
        assert [path for path, each in after.items() if text.encode() in each.data] == []
    assert [path for path, each in after.items() if NAME.encode() in each.data.lower()] == (
        [] if is_gone else [path for path in paths if NAME.encode() in before[path].data.lower()]
    )


def test_a_change_that_comes_back_has_a_later_revision(workspace: Workspace) -> None:
    """Not even a client that has not asked in between takes it for the old one."""
    assert workspace.situation(now=utc(2026, 11, 23, 13)).change("EC-1").updates[0].at == THEN
    silent = advance_change(workspace, Step.CANCEL, silent=True, now=THEN + timedelta(minutes=6))
    assert silent.event is None
    back = advance_change(workspace, Step.UNDO, now=THEN + timedelta(minutes=8))
    assert back.event is not None
    assert back.event.revision.sequence == 3
