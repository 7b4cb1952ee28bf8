"""A real Apache serves the exported folder with the rules in it."""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Iterable
from datetime import datetime
from pathlib import Path

import httpx
import pytest

from icsfeed.domain.situation import Situation
from icsfeed.export.files import DISPOSITION, site_files
from icsfeed.publication.publishing import publish
from icsfeed.store.schedule_file import load_schedule
from tests.cli.running import NOW, run
from tests.export.sites import private_site
from tests.export.web_servers import web_server
from tests.web.test_private import PRIVATE

CONFIGURATION = """\
ServerRoot {folder}
ServerName 127.0.0.1
Listen 127.0.0.1:{port}
PidFile {folder}/pid
DefaultRuntimeDir {folder}
ErrorLog {folder}/error.log
{modules}
TypesConfig {folder}/mime.types
DocumentRoot {site}
<Directory {site}>
  Options Indexes
  AllowOverride FileInfo Indexes AuthConfig
  Require all granted
</Directory>
<Files ".ht*">
  Require all denied
</Files>
"""
MODULES = ("mpm_event", "authz_core", "dir", "headers", "mime", "autoindex")
FOREIGN = "<style>p { color: red }</style>"


@contextlib.contextmanager
def serving(site: Path, folder: Path, *, modules: Iterable[str] = MODULES) -> Generator[httpx.Client]:
    def command(program: str, port: int) -> list[str]:
        folder_of_modules = Path(program).parents[1] / "lib" / "apache2" / "modules"
        loading = "\n".join(f"LoadModule {name}_module {folder_of_modules}/mod_{name}.so" for name in modules)
        (folder / "mime.types").write_text("text/html html\n", encoding="utf-8")
        configuration = folder / "apache2.conf"
        configuration.write_text(
            CONFIGURATION.format(folder=folder, port=port, site=site, modules=loading), encoding="utf-8"
        )
        return [program, "-D", "FOREGROUND", "-D", "NO_DETACH", "-f", str(configuration)]

    with web_server("apache2", folder, command) as client:
        yield client


@pytest.fixture
def site(schedule: Path, tmp_path: Path) -> Path:
    """The exported site next to a page that isn't icsfeed's."""
    del schedule
    assert run("export", tmp_path / "site", "--now", NOW).status == 0
    (tmp_path / "site" / "blog").mkdir()
    (tmp_path / "site" / "blog" / "index.html").write_text(FOREIGN, encoding="utf-8")
    return tmp_path / "site"


def test_apache_sends_the_headers_of_the_server(site: Path, tmp_path: Path) -> None:
    """Except the first page's policy, which is in the page: a rule for its name would apply to other pages, too."""
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
    with serving(site, tmp_path / "apache") as client:
        for file in files:
            answer = client.get(f"/{file.name}".removesuffix("index.html"))
            assert (answer.status_code, answer.content) == (200, file.body), file.name
            expected = {"Content-Type": file.content_type} | {
                name: value.partition("; filename")[0] if name == DISPOSITION else value
                for name, value in file.headers.items()
                if (file.name, name) != ("index.html", "Content-Security-Policy")
            }
            assert {name: answer.headers.get(name) for name in expected} == expected, file.name


def test_apache_answers_304_by_etag_and_hides_own_files(site: Path, tmp_path: Path) -> None:
    with serving(site, tmp_path / "apache") as client:
        first = client.get("/feeds/all.ics")
        not_modified = client.get("/feeds/all.ics", headers={"If-None-Match": first.headers["ETag"]})
        assert (not_modified.status_code, not_modified.content) == (304, b"")
        assert not_modified.headers["Cache-Control"] == first.headers["Cache-Control"]
        assert [client.get(f"/.icsfeed/{name}").status_code for name in ("manifest.json", "nginx.conf")] == [403, 403]
        missing = client.get("/feeds/none.ics")
        assert (missing.status_code, missing.content) == (404, (site / "404.html").read_bytes())


@pytest.mark.parametrize("also", [(), ("alias",)], ids=["few modules", "the usual ones"])
def test_apache_lists_no_private_feed_and_sends_private_headers(
    schedule: Path, tmp_path: Path, also: tuple[str, ...]
) -> None:
    del schedule
    site, paths = private_site(tmp_path)
    (site / "open").mkdir()
    (site / "open" / "listed.txt").write_text("listed", encoding="utf-8")
    with serving(site, tmp_path / "apache", modules=(*MODULES, *also)) as client:
        # Folders are listed here, as on many hosts.
        assert "listed.txt" in client.get("/open/").text
        for path in paths:
            answer = client.get(path)
            assert (answer.status_code, answer.content) == (200, (site / path[1:]).read_bytes())
            assert {name: answer.headers.get(name) for name in PRIVATE} == PRIVATE
            assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
            assert answer.headers["Cache-Control"] == "private, max-age=60, stale-if-error=86400"
            assert "Access-Control-Allow-Origin" not in answer.headers
        for folder in (f"{path.rpartition('/')[0]}/" for path in paths):
            page = client.get(folder)
            assert (page.status_code, page.content) == (200, (site / folder[1:] / "index.html").read_bytes())
            assert {name: page.headers.get(name) for name in PRIVATE} == PRIVATE
            assert page.headers["Cache-Control"] == "private, max-age=60, stale-if-error=86400"
            assert "Content-Language" not in page.headers
        listing = client.get("/private/")
        assert [path for path in paths if path.split("/")[2] in listing.text] == []
        if also:
            assert listing.status_code == 404
        wrong = client.get("/private/wrong/all.ics")
        assert (wrong.status_code, wrong.content) == (404, (site / "404.html").read_bytes())


def test_apache_serves_other_pages_as_before(site: Path, tmp_path: Path) -> None:
    with serving(site, tmp_path / "apache") as client:
        answer = client.get("/blog/")
    assert (answer.status_code, answer.text) == (200, FOREIGN)
    assert "Content-Security-Policy" not in answer.headers
