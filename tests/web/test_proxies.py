"""Requests through proxies and below a path prefix."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import request
from flask.testing import FlaskClient

from icsfeed.domain.errors import IcsfeedError
from tests.applications import create_app
from tests.publication.fakes import Clock

FEED = "/feeds/all.ics"
FORWARDED = {
    "X-Forwarded-For": "192.0.2.66, 198.51.100.7",
    "X-Forwarded-Proto": "http, https",
    "X-Forwarded-Host": "evil.example, maintenance.example.com",
    "X-Forwarded-Prefix": "/evil, /ops",
}


def client_of(schedule: Path) -> FlaskClient:
    """A client of an application that returns the request as it sees it."""
    app = create_app(schedule=schedule, clock=Clock())
    app.add_url_rule("/told", "told", lambda: {"url": request.base_url, "client": request.remote_addr})
    return app.test_client()


@pytest.mark.parametrize(
    ("hops", "url", "client"),
    [
        pytest.param("0", "http://localhost/told", "127.0.0.1", id="no trusted proxy: nothing is trusted"),
        pytest.param(
            "1", "https://maintenance.example.com/ops/told", "198.51.100.7", id="one trusted proxy: its values count"
        ),
        pytest.param(
            "2",
            "http://evil.example/evil/told",
            "192.0.2.66",
            id="two trusted proxies: the values of the outer one count",
        ),
    ],
)
def test_only_the_values_written_by_trusted_proxies_count(
    schedule: Path, monkeypatch: pytest.MonkeyPatch, hops: str, url: str, client: str
) -> None:
    monkeypatch.setenv("ICSFEED_TRUSTED_HOPS", hops)
    told = client_of(schedule).get("/told", headers=FORWARDED).json
    assert told == {"url": url, "client": client}


def test_a_proxy_that_strips_the_prefix_forwards_it(schedule: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ICSFEED_TRUSTED_HOPS", "1")
    client = client_of(schedule)
    assert client.get(FEED, headers={"X-Forwarded-Prefix": "/ops"}).status_code == 200
    assert client.get("/ops" + FEED, headers={"X-Forwarded-Prefix": "/ops"}).status_code == 404


@pytest.mark.parametrize(
    ("prefix", "location"),
    [
        ("/ops", "/ops/fr/"),
        ("/ops/", "/ops/fr/"),
        ("/ops/a%20b", "/ops/a%20b/fr/"),
        ("//evil.example", "/fr/"),
        ("/\\evil.example", "/fr/"),
        ("https://evil.example", "/fr/"),
        ("ops", "/fr/"),
        ('/"><script>', "/fr/"),
    ],
)
def test_a_forwarded_prefix_that_is_not_a_path_is_ignored(
    schedule: Path, monkeypatch: pytest.MonkeyPatch, prefix: str, location: str
) -> None:
    """Links would lead to another host, if a proxy passes on what a client sends."""
    monkeypatch.setenv("ICSFEED_TRUSTED_HOPS", "1")
    response = client_of(schedule).get("/fr", headers={"X-Forwarded-Prefix": prefix})
    assert (response.status_code, response.headers["Location"]) == (308, location)


@pytest.mark.parametrize("prefix", ["/ops/calendar", "ops/calendar/", "/ops/calendar/"])
def test_a_prefix_that_the_proxy_keeps(schedule: Path, monkeypatch: pytest.MonkeyPatch, prefix: str) -> None:
    plain = client_of(schedule).get(FEED)
    monkeypatch.setenv("ICSFEED_PREFIX", prefix)
    client = client_of(schedule)
    assert client.get("/ops/calendar" + FEED).data == plain.data
    told = client.get("/ops/calendar/told").json
    assert told == {"url": "http://localhost/ops/calendar/told", "client": "127.0.0.1"}
    assert client.get("/ops/calendarfeeds/all.ics").status_code == 404
    assert client.get("/ops" + FEED).status_code == 404


def test_probes_work_without_the_prefix(schedule: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ICSFEED_PREFIX", "/ops")
    assert client_of(schedule).get("/readyz").json == {"status": "ready"}


def test_the_prefix_without_its_slash_is_redirected(schedule: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ICSFEED_PREFIX", "/ops")
    answer = client_of(schedule).get("/ops")
    assert (answer.status_code, answer.headers["Location"]) == (308, "/ops/")


def test_private_feeds_work_below_the_prefix(schedule: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ICSFEED_PREFIX", "/ops")
    answer = client_of(schedule).get("/ops/private/wrong/all.ics")
    assert (answer.status_code, answer.headers["X-Robots-Tag"]) == (404, "noindex, nofollow")


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        pytest.param(
            "TRUSTED_HOPS",
            "one",
            '"one" is not a number of trusted hops from 0 to 16; write 1 for one proxy in front of icsfeed',
            id="hops in words",
        ),
        pytest.param(
            "TRUSTED_HOPS",
            "-1",
            '"-1" is not a number of trusted hops from 0 to 16; write 1 for one proxy in front of icsfeed',
            id="a negative number of hops",
        ),
        pytest.param(
            "PREFIX", "/a b", '"/a b" is not a path; write one such as /maintenance', id="a prefix with a space"
        ),
        pytest.param(
            "PREFIX",
            "https://x.example/",
            '"https://x.example/" is not a path; write one such as /maintenance',
            id="a prefix that is a URL",
        ),
        pytest.param(
            "PREFIX",
            "/a\r\nSet-Cookie:b",
            '"/a\\r\\nSet-Cookie:b" is not a path; write one such as /maintenance',
            id="a prefix that forges a header",
        ),
    ],
)
def test_invalid_settings(schedule: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, message: str) -> None:
    monkeypatch.setenv(f"ICSFEED_{name}", value)
    with pytest.raises(IcsfeedError) as refusal:
        create_app(schedule=schedule)
    assert str(refusal.value) == message
