"""A real nginx serves the exported folder with the configuration in it."""

from __future__ import annotations

import contextlib
import gzip
import os
from collections.abc import Generator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import httpx
import pytest

from icsfeed.domain.situation import Situation
from icsfeed.export.files import DISPOSITION, SiteFile, site_files
from icsfeed.export.folder import Folder
from icsfeed.export.hosts import host_files
from icsfeed.publication.publishing import publish
from icsfeed.publication.representations import CACHE_CONTROL
from icsfeed.store.schedule_file import load_schedule
from tests.cli.running import NOW, run
from tests.export.sites import private_site, put_files
from tests.export.sites import site as site_of
from tests.export.web_servers import web_server
from tests.web.test_private import PRIVATE

CONFIGURATION = """\
daemon off;
master_process off;
pid {folder}/pid;
error_log {folder}/error.log;
events {{ }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port};
    root {site};
    autoindex on;
    include {site}/.icsfeed/nginx.conf;
  }}
}}
"""


@contextlib.contextmanager
def serving(site: Path, folder: Path) -> Generator[httpx.Client]:
    def command(program: str, port: int) -> list[str]:
        configuration = folder / "nginx.conf"
        configuration.write_text(CONFIGURATION.format(folder=folder, port=port, site=site), encoding="utf-8")
        # Started as root, it would switch to a user who can't enter pytest's folders.
        user = ["-g", "user root;"] if os.geteuid() == 0 else []
        return [program, "-p", str(folder), "-e", str(folder / "error.log"), "-c", str(configuration), *user]

    with web_server("nginx", folder, command) as client:
        yield client


@pytest.fixture
def site(schedule: Path, tmp_path: Path) -> Path:
    del schedule
    assert run("export", tmp_path / "site", "--now", NOW).status == 0
    return tmp_path / "site"


def test_nginx_serves_feeds_as_the_server_does(site: Path, tmp_path: Path) -> None:
    body = (site / "feeds" / "all.ics").read_bytes()
    with serving(site, tmp_path / "nginx") as client:
        plain = client.get("/feeds/all.ics", headers={"Accept-Encoding": "identity"})
        assert (plain.status_code, plain.content) == (200, body)
        headers = {
            name: plain.headers.get(name) for name in ("Content-Type", "Cache-Control", "Vary", "Content-Encoding")
        }
        assert headers == {
            "Content-Type": "text/calendar; charset=utf-8",
            "Cache-Control": CACHE_CONTROL,
            "Vary": "Accept-Encoding",
            "Content-Encoding": None,
        }
        assert plain.headers["Access-Control-Allow-Origin"] == "*"
        assert plain.headers["X-Content-Type-Options"] == "nosniff"

        with client.stream("GET", "/feeds/all.ics", headers={"Accept-Encoding": "gzip"}) as response:
            compressed = b"".join(response.iter_raw())
        assert response.headers["Content-Encoding"] == "gzip"
        assert compressed == (site / "feeds" / "all.ics.gz").read_bytes()
        assert gzip.decompress(compressed) == body
        assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"

        download = client.get("/downloads/all.ics")
        assert download.headers["Content-Disposition"] == "attachment"
        assert download.headers["Content-Type"] == "text/calendar; charset=utf-8"


def test_nginx_sends_the_headers_of_the_server_for_every_path(site: Path, tmp_path: Path) -> None:
    loaded = load_schedule(Path("schedule.toml"))
    files = list(
        site_files(
            publish(
                Situation(schedule=loaded.schedule, now=datetime.fromisoformat(NOW)),
                changed_at=loaded.changed_at,
                is_live=False,
            )
        )
    )
    with serving(site, tmp_path / "nginx") as client:
        for file in files:
            path = f"/{file.name}".removesuffix("index.html")
            answer = client.get(path)
            assert (answer.status_code, answer.content) == (200, file.body), path
            expected = {"Content-Type": file.content_type} | {
                name: value.partition("; filename")[0] if name == DISPOSITION else value
                for name, value in file.headers.items()
            }
            assert {name: answer.headers.get(name) for name in expected} == expected, path
    policies = {file.headers.get("Content-Security-Policy") for file in files}
    assert len(policies) >= 4


def test_nginx_answers_304_by_etag_and_by_date_until_the_feed_changes(site: Path, tmp_path: Path) -> None:
    with serving(site, tmp_path / "nginx") as client:
        for coding in ("identity", "gzip"):
            ask = {"Accept-Encoding": coding}
            first = client.get("/feeds/all.ics", headers=ask)
            tag = ask | {"If-None-Match": first.headers["ETag"]}
            date = ask | {"If-Modified-Since": first.headers["Last-Modified"]}
            not_modified = [client.get("/feeds/all.ics", headers=header) for header in (tag, date)]
            assert [(answer.status_code, answer.content) for answer in not_modified] == [(304, b"")] * 2
            assert {answer.headers["Cache-Control"] for answer in not_modified} == {CACHE_CONTROL}
        schedule = Path("schedule.toml")
        schedule.write_text(
            schedule.read_text("utf-8").replace("Scheduled maintenance", "scheduled maintenance"), encoding="utf-8"
        )
        assert run("export", site, "--now", NOW).status == 0
        assert [client.get("/feeds/all.ics", headers=header).status_code for header in (tag, date)] == [200, 200]


@pytest.mark.parametrize("languages", [["en", "fr"]])
def test_nginx_hides_files_that_are_not_part_of_the_site(site: Path, tmp_path: Path) -> None:
    hidden_paths = (
        *("/.icsfeed/", "/.icsfeed/manifest.json", "/.icsfeed/nginx.conf"),
        *("/.htaccess", "/feeds/.htaccess", "/fr/embed/.htaccess", "/_headers", "/feeds/none.ics"),
    )
    assert all((site / path[1:]).exists() for path in hidden_paths[:-1])
    with serving(site, tmp_path / "nginx") as client:
        assert {path: client.get(path).status_code for path in hidden_paths} == dict.fromkeys(hidden_paths, 404)


def test_nginx_lists_no_private_feed_and_sends_private_headers(schedule: Path, tmp_path: Path) -> None:
    del schedule
    site, paths = private_site(tmp_path)
    (site / "open").mkdir()
    (site / "open" / "listed.txt").write_text("listed", encoding="utf-8")
    with serving(site, tmp_path / "nginx") as client:
        # Folders are listed here, as on some hosts.
        assert "listed.txt" in client.get("/open/").text
        for path in paths:
            for coding, end in (("identity", ""), ("gzip", ".gz")):
                with client.stream("GET", path, headers={"Accept-Encoding": coding}) as answer:
                    compressed = b"".join(answer.iter_raw())
                assert (answer.status_code, compressed) == (200, (site / f"{path[1:]}{end}").read_bytes())
                assert {name: answer.headers.get(name) for name in PRIVATE} == PRIVATE
                assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
                assert answer.headers["Cache-Control"] == "private, max-age=60, stale-if-error=86400"
                assert "Access-Control-Allow-Origin" not in answer.headers
        assert client.get("/private/").status_code == 403
        for folder in (f"{path.rpartition('/')[0]}/" for path in paths):
            page = client.get(folder)
            assert (page.status_code, page.content) == (200, (site / folder[1:] / "index.html").read_bytes())
            assert {name: page.headers.get(name) for name in PRIVATE} == PRIVATE
            assert page.headers["Content-Type"] == "text/html; charset=utf-8"
        assert client.get("/private/.htaccess").status_code == 404
        wrong = client.get("/private/wrong/all.ics")
        assert (wrong.status_code, wrong.content) == (404, (site / "404.html").read_bytes())


def with_type(file: SiteFile, content_type: str) -> SiteFile:
    return replace(file, content=replace(file.content, content_type=content_type))


def test_nginx_serves_pages_by_their_folder_and_the_page_for_missing_files(tmp_path: Path) -> None:
    """Foreign files are served, too."""
    texts = {
        "404.html": "nothing here",
        "calendar/2026/11/index.html": "month",
        "index.html": "home",
        "robots.txt": "r",
    }
    files = [with_type(file, "text/html; charset=utf-8") for file in site_of(texts)]
    files[-1] = with_type(files[-1], "text/plain; charset=utf-8")
    put_files([*files, *host_files(files)], Folder(tmp_path / "site"))
    (tmp_path / "site" / "foreign.bin").write_bytes(b"foreign")
    with serving(tmp_path / "site", tmp_path / "nginx") as client:
        answers = {path: client.get(path) for path in ("/", "/calendar/2026/11/", "/robots.txt", "/foreign.bin", "/no")}
    assert {path: (answer.status_code, answer.text) for path, answer in answers.items()} == {
        "/": (200, "home"),
        "/calendar/2026/11/": (200, "month"),
        "/robots.txt": (200, "r"),
        "/foreign.bin": (200, "foreign"),
        "/no": (404, "nothing here"),
    }
    html = "text/html; charset=utf-8"
    types = [answer.headers["Content-Type"] for answer in answers.values()]
    assert types == [html, html, "text/plain; charset=utf-8", "text/plain", html]
