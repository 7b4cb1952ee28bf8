"""The exported site: the server's bytes, written only if changed, and continued revisions."""

from __future__ import annotations

import contextlib
import gzip
import json
import os
import pty
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import brotli
import pytest
from flask.testing import FlaskClient

from icsfeed.domain.situation import Situation
from icsfeed.export.files import Content, packed_files, site_files
from icsfeed.export.folder import Folder
from icsfeed.export.hosts import host_files
from icsfeed.export.site import export_site
from icsfeed.publication.publishing import Publication, publish
from icsfeed.services.events import publish_events
from icsfeed.services.ledger import record_revisions
from icsfeed.store.database.database import Database
from icsfeed.store.schedule_file import load_schedule
from tests.applications import create_app
from tests.cli.running import NOW, SCHEDULE, Outcome, run
from tests.export.sites import contents, dates
from tests.publication.fakes import Clock
from tests.store.work import read

HERE = "http://localhost"
LINK = re.compile(r'(?:href|src)="([^"]*)"')
THEN = datetime.fromisoformat(NOW)
LATER = "2026-11-23T13:00:00Z"
LATEST = "2026-11-23T14:00:00Z"


def announce(*, now: str = NOW) -> str:
    """Announce an emergency change in the preview environment; returns its id."""
    done = run(
        "emergency", "announce", "--summary", "The disk is full", "--environment", "preview", "--impact", "outage",
        "--reason", "It can't wait", "--start", "2026-11-24T10:00", "--duration", "2h", "--now", now, "--yes",
    )  # fmt: skip
    assert done.status == 0, done.stderr
    return done.stdout.strip()


def export(*arguments: str | Path, now: str = NOW) -> Outcome:
    done = run("export", *arguments, "--now", now)
    assert (done.status, done.stderr) == (0, "")
    return done


def report(*arguments: str | Path, now: str = NOW) -> dict[str, list[str]]:
    result: dict[str, list[str]] = json.loads(export(*arguments, "--json", now=now).stdout)
    return result


def bodies(schedule: Path, database: str) -> dict[str, bytes]:
    """The site's current bytes, by name."""
    return {file.name: file.body for file in site_files(published(schedule, database))}


def touched(before: dict[str, bytes], after: dict[str, bytes]) -> set[str]:
    """The names of new and changed files, with their compressed copies."""
    names = {name for name, body in after.items() if before.get(name) != body}
    return names | {f"{name}{end}" for name in names for end in (".gz", ".br")}


def published(schedule: Path, database: str, *, is_live: bool = False) -> Publication:
    loaded = load_schedule(schedule)
    situation = Situation(schedule=loaded.schedule, record=read(database), now=THEN)
    return publish(situation, changed_at=loaded.changed_at, is_live=is_live)


@pytest.fixture
def database(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/icsfeed.db"


@pytest.fixture
def server(schedule: Path, database: str) -> FlaskClient:
    """A client of a server with the same schedule and record, at the same instant."""
    announce()
    clock = Clock(now=THEN)
    return create_app(schedule=schedule, database=database, clock=clock).test_client()


@pytest.mark.parametrize("languages", [["en", "fr"]])
def test_every_file_equals_the_response_of_the_server(
    server: FlaskClient, schedule: Path, database: str, tmp_path: Path
) -> None:
    export(tmp_path / "site")
    result = contents(tmp_path / "site")
    publication = published(schedule, database)
    files = list(site_files(publication))
    assert {"feeds/all.ics", "feeds/preview.expanded.ics", "downloads/emergency.ics"} < {file.name for file in files}
    still, live = publication.representations, published(schedule, database, is_live=True).representations
    assert set(live) - set(still) == {f"/{each}api/v2/scheduled-maintenances/active.json" for each in ("", "fr/")}
    of_dates = {path: still[path] for path in still if still[path].body != live[path].body}
    assert {"/reminders/ticket.md", "/fr/reminders/ticket.md", "/badge.svg", "/api/v2/summary.json"} <= of_dates.keys()
    assert not any(path.startswith(("/feeds/", "/downloads/")) for path in of_dates)
    for file in files:
        path = f"/{file.name}".removesuffix("index.html")
        answer = server.get(path)
        # An export that nothing keeps current says nothing of now.
        expected = of_dates[path].body if path in of_dates else answer.data
        assert result[file.name].encode("latin-1") == expected, path
        of_the_moment = {"Content-Length", "ETag", "Last-Modified", "Vary"}
        headers = {name: value for name, value in answer.headers.items() if name not in of_the_moment}
        assert {"Content-Type": file.content_type, **file.headers} == headers, path
        for end, coding, unpack in ((".gz", "gzip", gzip.decompress), (".br", "br", brotli.decompress)):
            packed = result[f"{file.name}{end}"].encode("latin-1")
            assert path in of_dates or packed == server.get(path, headers={"Accept-Encoding": coding}).data
            assert unpack(packed) == expected


def test_the_site_has_no_other_files(server: FlaskClient, schedule: Path, database: str, tmp_path: Path) -> None:
    del server
    export(tmp_path / "site")
    publication = published(schedule, database)
    files = tuple(site_files(publication))
    expected = [*files, *packed_files(publication), *host_files(files)]
    assert set(contents(tmp_path / "site")) == {file.name for file in expected}


@pytest.mark.parametrize("languages", [["en", "fr"]])
def test_every_link_of_the_servers_pages_leads_to_a_file(
    server: FlaskClient, schedule: Path, database: str, tmp_path: Path
) -> None:
    """But for those to what a server alone can know."""
    export(tmp_path / "site")
    still, live = (published(schedule, database, is_live=each).representations for each in (False, True))
    waiting, visited = ["/", "/fr/"], {*live} - {*still}
    while waiting:
        path = waiting.pop()
        if path in visited:
            continue
        visited.add(path)
        answer = server.get(path)
        assert answer.status_code == 200, path
        name = f"{path}index.html" if path.endswith("/") else path
        assert (tmp_path / "site" / name.removeprefix("/")).read_bytes() == still[path].body, path
        assert answer.data == live[path].body, path
        if answer.mimetype == "text/html":
            links = [urlsplit(urljoin(HERE + path, unescape(link))) for link in LINK.findall(answer.text)]
            waiting += [link.path for link in links if link.scheme + "://" + link.netloc == HERE]
    months = {
        f"/{language}calendar/{year}/{month:02}/"
        for language in ("", "fr/")
        for year in (2025, 2026, 2027)
        for month in range(1, 13)
    }
    assert {"/downloads/all.ics", "/feeds/preview.ics", "/feeds/all.atom"} | months <= visited


def test_an_unchanged_site_writes_nothing(schedule: Path, tmp_path: Path) -> None:
    del schedule
    dest = tmp_path / "site"
    announce()
    first = report(dest)
    before = dates(dest)
    assert export(dest).stdout == f"{dest}: 0 written, 0 removed, {len(first['written'])} unchanged\n"
    assert dates(dest) == before


def test_nothing_is_written_hours_later_with_a_new_database(schedule: Path, tmp_path: Path) -> None:
    """Each scheduled run on a fresh machine does that."""
    del schedule
    export(tmp_path / "site")
    before = dates(tmp_path / "site")
    assert report(tmp_path / "site", now=LATEST)["written"] == []
    assert dates(tmp_path / "site") == before


@pytest.mark.parametrize("languages", [["en", "fr"]])
def test_a_recorded_change_writes_only_affected_files(schedule: Path, database: str, tmp_path: Path) -> None:
    dest = tmp_path / "site"
    export(dest)
    before, old = dates(dest), bodies(schedule, database)
    announce()
    expected = touched(old, bodies(schedule, database))
    assert {
        "feeds/preview.ics",
        "downloads/all.ics",
        "feeds/emergency.json.gz",
        "index.html",
        "fr/index.html",
    } < expected
    assert expected.isdisjoint(
        {"feeds/production.ics", "feeds/freeze.ics", "calendar/2026/03/index.html", "robots.txt"}
    )
    assert set(report(dest)["written"]) == expected
    written = {name for name, date in dates(dest).items() if date != before[name]}
    assert written == expected | {".icsfeed/manifest.json"}


@pytest.mark.parametrize("languages", [["en", "fr"]])
def test_an_edit_writes_only_affected_files(schedule: Path, database: str, tmp_path: Path) -> None:
    """The freeze is in every environment's feed, but not in those of windows and changes."""
    export(tmp_path / "site")
    old = bodies(schedule, database)
    schedule.write_text(SCHEDULE.replace('name = "Change freeze"', 'name = "Frozen"'), encoding="utf-8")
    written = set(report(tmp_path / "site")["written"])
    assert {"feeds/freeze.ics", "feeds/preview.expanded.ics", "downloads/production.ics", "index.html"} < written
    assert written.isdisjoint({"feeds/maintenance.ics", "feeds/emergency.ics", "feeds/planned.ics", "robots.txt"})
    new = contents(tmp_path / "site")
    assert written == touched(old, {name: new[name].encode("latin-1") for name in old})


def test_the_files_of_a_removed_feed_are_removed(schedule: Path, tmp_path: Path) -> None:
    with_feed = f'{SCHEDULE}[[feeds]]\nslug = "ours"\nname = "Ours"\n'
    schedule.write_text(with_feed, encoding="utf-8")
    export(tmp_path / "site")
    ours = {name for name in contents(tmp_path / "site") if re.search(r"/ours[./]", name)}
    assert {"downloads/ours.ics", "feeds/ours.ics", "feeds/ours.expanded.ics.gz", "feeds/ours.json"} < ours
    schedule.write_text(with_feed.replace('"ours"', '"yours"'), encoding="utf-8")
    assert set(report(tmp_path / "site")["removed"]) == ours
    assert not ours & contents(tmp_path / "site").keys()


def test_feeds_are_written_before_the_pages_that_link_to_them(schedule: Path, database: str) -> None:
    files = sorted(site_files(published(schedule, database)), key=lambda file: file.order)
    pages = [file.content_type.startswith("text/html") for file in files]
    assert pages == sorted(pages)


def test_a_dry_run_reports_everything_and_writes_nothing(schedule: Path, tmp_path: Path) -> None:
    del schedule
    dest = tmp_path / "site"
    output = export(dest, "--dry-run").stdout.splitlines()
    assert not dest.exists()
    assert output[-1] == f"{dest}: {len(output) - 1} would be written, 0 would be removed, 0 unchanged"
    done = report(dest)
    assert [line.removeprefix("+ ") for line in output[:-1]] == done["written"]
    announce()
    before = dates(dest)
    would = report(dest, "--dry-run")
    assert dates(dest) == before
    assert "feeds/preview.ics" in would["written"]
    assert report(dest) == would


def test_the_same_input_gives_the_same_bytes_and_the_same_manifest(schedule: Path, tmp_path: Path) -> None:
    del schedule
    announce()
    for name in ("one", "two"):
        export(tmp_path / name)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")
    manifests = [(tmp_path / name / ".icsfeed" / "manifest.json").read_bytes() for name in ("one", "two")]
    assert manifests[0] == manifests[1]


def revisions(folder: Path) -> dict[str, tuple[int, str]]:
    """The SEQUENCE and DTSTAMP of each event in the feed "all", by UID."""
    feed = (folder / "feeds" / "all.ics").read_bytes().decode().replace("\r\n ", "")
    result = {}
    for event in feed.split("BEGIN:VEVENT\r\n")[1:]:
        properties = dict(line.split(":", 1) for line in event.partition("END:VEVENT")[0].splitlines())
        result[properties["UID"]] = (int(properties["SEQUENCE"]), properties["DTSTAMP"])
    return result


def test_without_a_database_revisions_continue_from_the_previous_export(schedule: Path, tmp_path: Path) -> None:
    """Changed events rise, unchanged ones keep their SEQUENCE, and those that vanished and return rise, too."""
    dest = tmp_path / "site"
    export(dest)
    first = revisions(dest)
    assert {sequence for sequence, _ in first.values()} == {0}
    windows = {uid for uid in first if "thursday" in uid}
    freezes = first.keys() - windows
    assert windows
    assert freezes

    edited = SCHEDULE.replace('name = "Change freeze"', 'name = "Frozen"')
    schedule.write_text(edited, encoding="utf-8")
    export(dest, now=LATER)
    second = revisions(dest)
    assert {uid: second[uid] for uid in windows} == {uid: first[uid] for uid in windows}
    assert {second[uid] for uid in freezes} == {(1, "20261123T130000Z")}

    without = edited.partition("[[change_freezes]]")[0]
    schedule.write_text(without, encoding="utf-8")
    export(dest, now=LATEST)
    assert freezes.isdisjoint(revisions(dest))
    schedule.write_text(edited, encoding="utf-8")
    export(dest, now="2026-11-23T15:00:00Z")
    assert {revisions(dest)[uid] for uid in freezes} == {(2, "20261123T150000Z")}


def test_a_new_database_does_not_lower_revisions(schedule: Path, tmp_path: Path, database: str) -> None:
    """It may have recorded its own, lower numbers for all events."""
    dest = tmp_path / "site"
    export(dest)
    schedule.write_text(SCHEDULE.replace('name = "Change freeze"', 'name = "Frozen"'), encoding="utf-8")
    export(dest, now=LATER)
    before = revisions(dest)
    assert max(before.values())[0] == 1

    announce(now=LATEST)
    loaded, at = load_schedule(schedule), datetime.fromisoformat(LATEST)
    repository = Database(database)
    record = record_revisions(
        publish_events(Situation(schedule=loaded.schedule, record=repository.record(), now=at)), repository
    )
    repository.close()
    assert {lines[-1].revision.sequence for lines in record.ledger.values()} == {0}
    export_site(Situation(schedule=loaded.schedule, record=record, now=at), Folder(dest), changed_at=loaded.changed_at)
    after = revisions(dest)
    assert len(after) == len(before) + 1
    assert {uid: after[uid] for uid in before} == before

    schedule.write_text(SCHEDULE.replace('name = "Change freeze"', 'name = "No changes"'), encoding="utf-8")
    export(dest, now="2026-11-23T15:00:00Z")
    assert {sequence for uid, (sequence, _) in revisions(dest).items() if "month-end" in uid} == {2}


def test_an_export_records_an_edit_if_there_is_a_record(schedule: Path, tmp_path: Path, database: str) -> None:
    announce()
    before = read(database).entry
    assert run("export", tmp_path / "site").status == 0
    first = read(database)
    assert first.entry == before + 1
    schedule.write_text(SCHEDULE.replace('name = "Change freeze"', 'name = "Frozen"'), encoding="utf-8")
    assert run("export", tmp_path / "site").status == 0
    changed = {lines[-1].revision.sequence for uid, lines in read(database).ledger.items() if "month-end" in uid}
    assert changed == {1}
    assert run("export", tmp_path / "site").status == 0
    assert read(database).entry == first.entry + 1


def test_a_preview_records_nothing(schedule: Path, tmp_path: Path, database: str) -> None:
    announce()
    before = read(database)
    schedule.write_text(SCHEDULE.replace('name = "Change freeze"', 'name = "Frozen"'), encoding="utf-8")
    export(tmp_path / "site")
    assert read(database) == before


@pytest.mark.usefixtures("schedule")
@pytest.mark.parametrize(
    "address", ["x.example", "ftp://x.example", "https://", "javascript:alert(1)", "https://x.example/a?b=c#d", " "]
)
def test_an_unreachable_base_url_is_refused(tmp_path: Path, address: str) -> None:
    for more in ((), ("--watch",), ("--dry-run",)):
        refused = run("export", tmp_path / "site", "--base-url", address, "--now", NOW, *more)
        assert refused == Outcome(
            status=1,
            stdout="",
            stderr=f'--base-url: "{address}" is not the address of a web site; write the full address, without '
            'spaces, ? or #, such as "https://maintenance.example.com"\n',
        )
    assert not (tmp_path / "site").exists()


@pytest.mark.usefixtures("schedule")
def test_a_base_url_with_a_password_is_refused_without_showing_it(tmp_path: Path) -> None:
    refused = run("export", tmp_path / "site", "--base-url", "https://ann:hunter2@x.example", "--now", NOW)
    assert refused == Outcome(
        status=1,
        stdout="",
        stderr="--base-url: the address has a user name or password before the host, which everybody could read; "
        "leave it out\n",
    )


def test_a_base_url_that_the_schedule_overrides_is_a_warning(schedule: Path, tmp_path: Path) -> None:
    url = "https://maintenance.example.com"
    schedule.write_text(SCHEDULE.replace("[calendar]", f'[calendar]\nurl = "{url}"'), encoding="utf-8")
    assert export(tmp_path / "site", "--base-url", f"{url}/").status == 0
    output = run("export", tmp_path / "site", "--base-url", "https://x.example", "--now", NOW)
    assert output.stderr == (f'warning: --base-url is ignored, since calendar.url in the schedule is "{url}"\n')
    assert "x.example" not in (tmp_path / "site" / "index.html").read_text("utf-8")


@pytest.mark.usefixtures("schedule")
@pytest.mark.parametrize("nowhere", ["", " "])
def test_an_empty_destination_is_wrong_usage(nowhere: str) -> None:
    refused = run("export", nowhere, "--now", NOW)
    assert refused.status == 2
    assert "DEST is empty; name a folder (. for the current one) or a bucket, such as s3://NAME" in refused.stderr


def test_a_broken_schedule_leaves_the_site_unchanged(schedule: Path, tmp_path: Path) -> None:
    export(tmp_path / "site")
    before = dates(tmp_path / "site")
    schedule.write_text(SCHEDULE.replace("02:00:00", '"two"'), encoding="utf-8")
    done = run("export", tmp_path / "site")
    assert (done.status, done.stdout) == (1, "")
    assert done.stderr.startswith('schedule.toml:18: maintenance_windows "thursday", start: ')
    assert dates(tmp_path / "site") == before


def test_unchanged_files_are_not_built_again() -> None:
    """Compressing a thousand feeds takes longer than writing them."""

    def never() -> bytes:
        raise AssertionError

    unchanged = Content(make=never, fingerprint="the same", content_type="text/plain")
    assert unchanged.digest == Content(make=bytes, fingerprint="the same", content_type="text/plain").digest


def test_a_preview_of_next_year_shows_next_year(schedule: Path, tmp_path: Path) -> None:
    del schedule
    export(tmp_path / "site")
    export(tmp_path / "site", now=(THEN + timedelta(days=366)).astimezone(UTC).isoformat())
    assert b"UNTIL=2028" in (tmp_path / "site" / "feeds" / "all.ics").read_bytes()


def test_a_terminal_shows_a_progress_bar(schedule: Path, tmp_path: Path) -> None:
    del schedule
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "icsfeed", "export", str(tmp_path / "site"), "--now", NOW]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2]), "TERM": "xterm", "COLUMNS": "100"}
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=theirs, text=True, env=environment, check=True)
    os.close(theirs)
    screen = b""
    with contextlib.suppress(OSError):  # the terminal's end
        while more := os.read(ours, 65536):
            screen += more
    os.close(ours)
    assert b"Exporting" in screen
    assert b"100%" in screen
    assert done.stdout.startswith(f"{tmp_path / 'site'}: ")
