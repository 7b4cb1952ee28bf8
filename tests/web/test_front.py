"""Feeds over HTTP: every header, and conditional requests."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import timedelta
from math import inf
from pathlib import Path
from typing import Any

import pytest
import structlog
from flask.testing import FlaskClient
from structlog.testing import LogCapture
from werkzeug.http import http_date
from werkzeug.test import Client, EnvironBuilder, run_wsgi_app

from icsfeed.domain.record import Record
from icsfeed.domain.situation import Situation
from icsfeed.publication.problems import LimitLog
from icsfeed.publication.publishing import Publication, publish
from icsfeed.publication.snapshot import Snapshot
from icsfeed.store.schedule_file import load_schedule
from tests.applications import create_app
from tests.cli.running import SCHEDULE
from tests.examples import NOW
from tests.publication.fakes import AFTER, BEFORE, Clock, front_of

FEED = "/feeds/all.ics"
CACHING = "public, max-age=60, stale-while-revalidate=60, stale-if-error=86400"
PUBLIC = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag",
    "X-Content-Type-Options": "nosniff",
}


@pytest.fixture
def publication(schedule: Path) -> Publication:
    """The publication, made without a server; it is of the instant at which the server recorded its release."""
    loaded = load_schedule(schedule)
    situation = Situation(schedule=loaded.schedule, record=Record(changed_at=NOW), now=NOW)
    return publish(situation, changed_at=min(loaded.changed_at, NOW))


def headers(client: FlaskClient, **asked: Any) -> dict[str, str]:  # noqa: ANN401  (werkzeug's own)
    return dict(client.open(FEED, **asked).headers)


def test_every_path_of_the_publication_is_served_byte_for_byte(client: FlaskClient, publication: Publication) -> None:
    served = {path: client.get(path) for path in publication.representations}
    assert {path: (each.status, each.data) for path, each in served.items()} == {
        path: ("200 OK", each.body) for path, each in publication.representations.items()
    }


def test_the_headers_of_a_feed(client: FlaskClient, publication: Publication) -> None:
    feed = publication.representations[FEED]
    assert headers(client) == PUBLIC | {
        "Content-Type": "text/calendar; charset=utf-8",
        "Content-Language": "en",
        "Content-Length": str(len(feed.body)),
        "ETag": f'"{feed.etag}"',
        "Last-Modified": http_date(NOW + timedelta(seconds=1)),
        "Cache-Control": CACHING,
        "Vary": "Accept-Encoding",
    }


def test_a_download_is_the_same_feed_as_an_attachment(reader: FlaskClient) -> None:
    download = dict(reader.get("/downloads/all.ics").headers)
    assert download == headers(reader) | {"Content-Disposition": 'attachment; filename="all.ics"'}


def test_head_is_like_get_without_a_body(reader: FlaskClient) -> None:
    response = reader.head(FEED)
    assert (response.status, response.data, dict(response.headers)) == ("200 OK", b"", headers(reader))


def test_a_query_string_changes_nothing(reader: FlaskClient) -> None:
    """Some customers add one to bypass a cache."""
    assert reader.get(f"{FEED}?v=2").data == reader.get(FEED).data


@pytest.mark.parametrize(
    ("tags", "status"),
    [
        pytest.param("{etag}", 304, id="the same tag"),
        pytest.param("W/{etag}", 304, id="a weak tag, as compressing proxies make it"),
        pytest.param('"other", {etag}', 304, id="one of a list"),
        pytest.param('"a,b" , W/{etag}', 304, id="one of a list with a comma in a tag"),
        pytest.param("*", 304, id="any"),
        pytest.param('"other"', 200, id="another tag"),
        pytest.param('W/"other"', 200, id="another weak tag"),
        pytest.param('"{bare}-gzip"', 200, id="a longer tag"),
        pytest.param('"', 200, id="half a tag"),
        pytest.param("", 200, id="nothing"),
    ],
)
def test_if_none_match(reader: FlaskClient, tags: str, status: int) -> None:
    """RFC 9110, section 13.1.2: the weak comparison."""
    etag = headers(reader)["ETag"]
    asked = tags.format(etag=etag, bare=etag.strip('"'))
    assert reader.get(FEED, headers={"If-None-Match": asked}).status_code == status


@pytest.mark.parametrize(
    ("since", "status"),
    [
        pytest.param("{date}", 304, id="the same date"),
        pytest.param("Fri, 01 Jan 2100 00:00:00 GMT", 304, id="a later one"),
        pytest.param("Thu, 01 Jan 2026 00:00:00 GMT", 200, id="an earlier one"),
        pytest.param("yesterday", 200, id="not a date"),
    ],
)
def test_if_modified_since(reader: FlaskClient, since: str, status: int) -> None:
    """RFC 9110, section 13.1.3."""
    asked = since.format(date=headers(reader)["Last-Modified"])
    assert reader.get(FEED, headers={"If-Modified-Since": asked}).status_code == status


@pytest.mark.parametrize(
    ("tag", "since", "status"),
    [
        pytest.param('"other"', "{date}", 200, id="another tag, the same date"),
        pytest.param('"', "{date}", 200, id="half a tag, the same date"),
        pytest.param("{etag}", "Thu, 01 Jan 2026 00:00:00 GMT", 304, id="the same tag, an earlier date"),
    ],
)
def test_an_etag_takes_precedence_over_a_date(reader: FlaskClient, tag: str, since: str, status: int) -> None:
    """RFC 9110, section 13.2.2. Clients would never update if any date were answered with 304."""
    validators = headers(reader)
    asked = {
        "If-None-Match": tag.format(etag=validators["ETag"]),
        "If-Modified-Since": since.format(date=validators["Last-Modified"]),
    }
    assert reader.get(FEED, headers=asked).status_code == status


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_304_has_the_validators_of_200_and_no_body(reader: FlaskClient, method: str) -> None:
    """RFC 9110, section 15.4.5; with Last-Modified, for clients that know no ETags."""
    validators = headers(reader)
    response = reader.open(FEED, method=method, headers={"If-None-Match": validators["ETag"]})
    assert (response.status, response.data) == ("304 Not Modified", b"")
    assert dict(response.headers) == PUBLIC | {
        name: validators[name] for name in ("ETag", "Last-Modified", "Cache-Control", "Vary", "Content-Language")
    }


def test_gzip_is_a_separate_representation(reader: FlaskClient) -> None:
    plain, packed = reader.get(FEED), reader.get(FEED, headers={"Accept-Encoding": "gzip, deflate"})
    assert gzip.decompress(packed.data) == plain.data
    assert plain.headers["ETag"] != packed.headers["ETag"]
    changed = {"ETag", "Content-Length", "Content-Encoding"}
    assert {name: value for name, value in packed.headers.items() if name not in changed} == {
        name: value for name, value in plain.headers.items() if name not in changed
    }
    assert (packed.headers["Content-Encoding"], packed.headers["Content-Length"]) == ("gzip", str(len(packed.data)))
    again = {"Accept-Encoding": "gzip", "If-None-Match": packed.headers["ETag"]}
    assert reader.get(FEED, headers=again).status_code == 304
    assert reader.get(FEED, headers={"If-None-Match": packed.headers["ETag"]}).data == plain.data


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        pytest.param("gzip", "gzip", id="gzip"),
        pytest.param("GZIP;q=0.5", "gzip", id="gzip rather than unlisted codings"),
        pytest.param("gzip, deflate, br, zstd", "br", id="the best of all, as Thunderbird and browsers ask"),
        pytest.param("br;q=0.5, gzip;q=0.8", "gzip", id="prefers gzip to Brotli"),
        pytest.param("br;q=0, *", "gzip", id="anything but Brotli"),
        pytest.param("*", "br", id="anything"),
        pytest.param("gzip;q=0", None, id="anything but gzip"),
        pytest.param("gzip;q=0.5, identity", None, id="prefers uncompressed"),
        pytest.param("deflate, zstd", None, id="only other codings"),
        pytest.param("gzip;q=x", None, id="no quality"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_content_negotiation(reader: FlaskClient, accepted: str, coding: str | None) -> None:
    """RFC 9110, section 12.5.3."""
    assert headers(reader, headers={"Accept-Encoding": accepted}).get("Content-Encoding") == coding


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "PROPFIND", "TRACE"])
def test_a_feed_is_read_only(reader: FlaskClient, method: str) -> None:
    """Some clients try CalDAV first."""
    response = reader.open(FEED, method=method)
    assert (response.status, response.text) == ("405 Method Not Allowed", "This address is read-only.\n")
    assert dict(response.headers) == PUBLIC | {
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Length": "27",
        "Allow": "GET, HEAD, OPTIONS",
    }


@pytest.mark.parametrize("path", [FEED, "/", "/healthz", "/readyz", "/metrics", "/api/v1/state", "/nothing"])
def test_methods_are_case_sensitive(reader: FlaskClient, path: str) -> None:
    """Flask took "get" for GET, where feeds refused it."""
    environ = EnvironBuilder(path=path).get_environ() | {"REQUEST_METHOD": "get"}
    _, status, headers = run_wsgi_app(reader.application.wsgi_app, environ)
    assert (status, headers["Allow"]) == ("405 Method Not Allowed", "GET, HEAD, OPTIONS")


def test_scripts_of_other_sites_may_send_conditional_requests(reader: FlaskClient) -> None:
    asked = {"Origin": "https://customer.example", "Access-Control-Request-Method": "GET"}
    response = reader.options(FEED, headers=asked)
    assert (response.status, response.data) == ("204 No Content", b"")
    assert dict(response.headers) == PUBLIC | {
        "Allow": "GET, HEAD, OPTIONS",
        "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
        "Access-Control-Allow-Headers": "If-None-Match, If-Modified-Since",
        "Access-Control-Max-Age": "86400",
    }


@pytest.mark.parametrize(
    "path",
    [
        "/feeds/unknown.ics",
        "/feeds/all.ICS",
        "/feeds/all.ics/",
        "/feeds//all.ics",
        "/feeds/../schedule.toml",
        "/feeds/%2e%2e/%2e%2e/etc/passwd",
        "/feeds/..%2f..%2fetc%2fpasswd",
        "/downloads/../../etc/passwd",
        "/feeds/all.ics%00",
        "/feeds/",
        "/feeds",
        "/f\N{LATIN SMALL LETTER E WITH ACUTE}eds/all.ics",
    ],
)
def test_only_the_exact_paths_of_the_publication_exist(reader: FlaskClient, path: str) -> None:
    assert reader.get(path).status_code == 404


def test_an_edit_is_served_by_the_next_request(client: FlaskClient, schedule: Path) -> None:
    before = client.get(FEED)
    schedule.write_text(SCHEDULE.replace("Scheduled maintenance", "Edited"), encoding="utf-8")
    after = client.get(FEED, headers={"If-None-Match": before.headers["ETag"]})
    assert (b"SUMMARY:Edited" in before.data, b"SUMMARY:Edited" in after.data) == (False, True)


def test_last_modified_advances_with_each_change_and_is_never_in_the_future(schedule: Path) -> None:
    clock = Clock()
    client = create_app(schedule=schedule, clock=clock).test_client()
    dates = []
    for name in ("One", "Three", "Eleven"):
        clock.advance(hours=1)
        schedule.write_text(SCHEDULE.replace("Scheduled maintenance", name), encoding="utf-8")
        dates.append(headers(client).get("Last-Modified"))
        clock.advance(seconds=1)
        dates.append(headers(client)["Last-Modified"])
    expected = [NOW + timedelta(hours=hours, seconds=hours) for hours in (1, 2, 3)]
    assert dates == [each for at in expected for each in (None, http_date(at))]


def test_a_date_that_was_not_sent_yet_matches_no_request(schedule: Path) -> None:
    """RFC 9110, section 8.8.2.1: within one second, a date can't distinguish two versions."""
    client = create_app(schedule=schedule, clock=Clock()).test_client()
    assert "Last-Modified" not in headers(client)
    assert client.get(FEED, headers={"If-Modified-Since": http_date(NOW)}).status_code == 200


@pytest.mark.parametrize("path", [FEED, "/downloads/all.ics", "/feeds/anything.ics"])
def test_without_a_publication_feeds_are_unavailable_rather_than_empty_or_missing(tmp_path: Path, path: str) -> None:
    """Clients delete all events on an empty 200, and unsubscribe on 404 or 410."""
    schedule = tmp_path / "schedule.toml"
    schedule.write_text("[calendar", encoding="utf-8")
    client = create_app(schedule=schedule, clock=Clock()).test_client()
    response = client.get(path)
    assert response.status == "503 Service Unavailable"
    assert response.text == "The calendar is not available at the moment. Please try again in a minute.\n"
    assert dict(response.headers) == PUBLIC | {
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Length": str(len(response.data)),
        "Retry-After": "60",
        "Cache-Control": "no-store",
    }
    head = client.head(path)
    assert (head.status_code, head.data, head.headers) == (503, b"", response.headers)
    schedule.write_text(SCHEDULE, encoding="utf-8")
    assert client.get(FEED).status_code == 200


def test_no_cookie_is_ever_set(reader: FlaskClient) -> None:
    assert [reader.get(path).headers.get("Set-Cookie") for path in (FEED, "/", "/readyz", "/nothing")] == [None] * 4


class Interleaved:
    """A live publication where one thread gets the old snapshot just before another gets, and serves, the new one."""

    def __init__(self, meanwhile: Callable[[], object]) -> None:
        old, new = (publish(Situation(schedule=schedule, now=NOW), changed_at=NOW) for schedule in (BEFORE, AFTER))
        self.old, self.new = (Snapshot(due=NOW, publication=publication) for publication in (old, new))
        self.meanwhile = meanwhile
        self.looks = 0
        self.snapshot = self.old
        self.next_look = inf
        self.limit_log = LimitLog(structlog.wrap_logger(None, processors=[LogCapture()]))

    def seconds(self) -> float:
        """A clock that stands still."""
        return 0

    def refresh(self) -> Snapshot:
        """Like ``Live``."""
        self.looks += 1
        if self.looks > 1:
            self.snapshot = self.new
            return self.new
        self.meanwhile()
        return self.old


def test_a_late_thread_with_the_old_publication_does_not_replace_the_new_one() -> None:
    live = Interleaved(lambda: client.get(FEED))
    client = Client(front_of(live))  # type: ignore[arg-type] # as far as a front asks
    names = ["new platform" in client.get(FEED).text for _ in range(2)]
    assert (names, live.looks) == ([False, True], 3)
