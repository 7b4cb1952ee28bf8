"""Pages as the server sends them, error pages, robots.txt, and health checks."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.applications import create_app
from tests.cli.running import SCHEDULE
from tests.publication.fakes import Clock

PLACE = 'uid_domain = "maintenance.example.com"\n'
WITH_URL = SCHEDULE.replace(PLACE, f'{PLACE}url = "https://calendar.example.com/ops/"\n')
BROKEN = SCHEDULE.replace("America/Toronto", "Nowhere/Private-Name").replace("02:00:00", "99")


def heading(response: TestResponse) -> str:
    """The first heading of one of the application's own pages."""
    results = re.search("<h1>(.*)</h1>", response.text)
    assert results
    return results[1]


def test_the_security_headers_of_pages(reader: FlaskClient) -> None:
    response = reader.get("/")
    assert "<h1><bdi>Down, and up</bdi></h1>" in response.text
    results = dict(response.headers)
    assert {name: results[name] for name in results if name not in {"ETag", "Content-Length"}} == {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Language": "en",
        "Cache-Control": "public, max-age=60, stale-while-revalidate=60, stale-if-error=86400",
        "Vary": "Accept-Encoding",
        "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
        "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }


def test_only_named_sites_may_frame_the_embedded_page(schedule: Path) -> None:
    embed_in = 'embed_in = ["https://kb.example.com", "https://*.example.org"]\n'
    for text, expected in ((SCHEDULE, "'self'"), (WITH_URL, "https://kb.example.com https://*.example.org")):
        schedule.write_text(text.replace(PLACE, f"{PLACE}{embed_in}") if text is WITH_URL else text, encoding="utf-8")
        client = create_app(schedule=schedule, clock=Clock()).test_client()
        results = {path: client.get(path).headers["Content-Security-Policy"] for path in ("/", "/embed/", "/fr/embed/")}
        assert [each.rpartition("; frame-ancestors ")[2] for each in results.values()] == ["'none'", expected, expected]


def test_assets_are_cached_for_ever(reader: FlaskClient) -> None:
    assets = re.findall(r'(?:href|src)="\./(assets/[^"]+)"', reader.get("/").text)
    assert [each.rpartition(".")[2] for each in assets] == ["css", "js"]
    for asset in assets:
        response = reader.get(f"/{asset}")
        assert (response.status_code, response.headers["Cache-Control"]) == (200, "public, max-age=31536000, immutable")


def test_every_address_and_link_of_the_page_works(schedule: Path) -> None:
    schedule.write_text(WITH_URL, encoding="utf-8")
    client = create_app(schedule=schedule, clock=Clock()).test_client()
    text = client.get("/").text
    own = re.findall(r'"\./([^"#]*)"', text) + re.findall(
        r"(?:webcal|https)://calendar.example.com/ops/([^<\"]*)", text
    )
    own += re.findall(r'href="(calendar/[^"#]*)', text)
    assert {"feeds/all.ics", "downloads/all.ics", "feeds/freeze.expanded.ics", "calendar/2026/12/", "fr/"} <= set(own)
    assert {client.get(f"/{path}").status_code for path in own} == {200}


def test_an_unchanged_page_is_not_sent_again(reader: FlaskClient) -> None:
    response = reader.get("/")
    again = reader.get("/", headers={"If-None-Match": response.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_crawlers_may_read_feeds(reader: FlaskClient) -> None:
    response = reader.get("/robots.txt")
    assert (response.content_type, response.text) == ("text/plain; charset=utf-8", "User-agent: *\nAllow: /\n")


MISSING = ["There is nothing at this address", "Il n’y a rien à cette adresse"]
FAILED = ["Something went wrong", "Une erreur s’est produite"]


@pytest.mark.parametrize(
    ("request_line", "status", "title", "headings"),
    [("GET /nothing", 404, "Not Found", MISSING), ("POST /healthz", 405, "Method Not Allowed", FAILED)],
)
def test_errors_are_a_short_page_in_each_language_or_json(
    client: FlaskClient, request_line: str, status: int, title: str, headings: list[str]
) -> None:
    method, path = request_line.split()
    response = client.open(path, method=method, base_url="http://localhost/below")
    assert (response.status_code, re.findall("<h1>(.*)</h1>", response.text)) == (status, headings)
    assert re.findall('href="(.*?)"', response.text) == ["/below/", "/below/fr/"]
    assert (response.content_type, response.headers["Cache-Control"]) == ("text/html; charset=utf-8", "no-cache")
    assert (response.headers["Referrer-Policy"], response.headers["Vary"]) == ("no-referrer", "Accept")
    response = client.open(path, method=method, headers={"Accept": "application/json"})
    assert (response.status_code, response.json) == (status, {"status": status, "title": title})
    assert response.headers["Vary"] == "Accept"


def test_a_missing_address_shows_the_vendors_own_page(schedule: Path) -> None:
    """As static hosts show it; the server's used to name nobody."""
    branded = PLACE + 'vendor = "Gold & Co."\ncolor = "gold"\n'
    schedule.write_text(SCHEDULE.replace(PLACE, branded), encoding="utf-8")
    client = create_app(schedule=schedule, clock=Clock()).test_client()
    response, exported = client.get("/nothing"), client.get("/404.html")
    assert (response.status_code, response.text) == (404, exported.text)
    assert '<p class="brand"><bdi>Gold &amp; Co.</bdi></p>' in response.text
    policies = [each.headers.getlist("Content-Security-Policy") for each in (response, exported)]
    assert policies[0] == policies[1]
    assert len(policies[0]) == 1


@pytest.mark.parametrize("path", ["/fr", "/calendar/2026/11"])
def test_a_page_without_its_last_slash_is_redirected(reader: FlaskClient, path: str) -> None:
    response = reader.get(path, base_url="http://localhost/below")
    assert (response.status_code, response.headers["Location"]) == (308, f"/below{path}/")
    assert response.headers["Cache-Control"] == "no-cache"
    assert reader.get("/calendar/1999/11").status_code == 404


def test_405_lists_the_allowed_methods(reader: FlaskClient) -> None:
    assert sorted(reader.post("/healthz").headers["Allow"].split(", ")) == ["GET", "HEAD", "OPTIONS"]


def test_a_fault_shows_no_traceback(schedule: Path, capsys: pytest.CaptureFixture[str]) -> None:
    app = create_app(schedule=schedule, clock=Clock())

    @app.get("/fault")
    def fault() -> str:
        msg = "private"
        raise RuntimeError(msg)

    response = app.test_client().get("/fault")
    assert (response.status_code, heading(response)) == (500, "Something went wrong")
    assert ("private" in response.text, "private" in capsys.readouterr().err) == (False, True)


def test_health_with_a_good_schedule(client: FlaskClient) -> None:
    for path, status in (("/healthz", "alive"), ("/readyz", "ready")):
        response = client.get(path)
        assert (response.status_code, response.json) == (200, {"status": status})
        assert (response.content_type, response.headers["Cache-Control"]) == ("application/json", "no-store")


def test_health_after_a_broken_edit(schedule: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Readiness counts the errors, and only the log names them: they may quote what the public must not read."""
    client = create_app(schedule=schedule, clock=Clock()).test_client()
    schedule.write_text(BROKEN, encoding="utf-8")
    response = client.get("/readyz")
    assert (response.status_code, response.json) == (
        200,
        {"status": "stale", "schedule": {"since": "2026-11-23T12:00:00Z", "mistakes": 2}},
    )
    assert client.get("/healthz").json == {"status": "alive"}
    assert client.get("/feeds/all.ics").status_code == 200
    logged = [json.loads(line) for line in capsys.readouterr().err.splitlines()][-1]
    assert (logged["event"], logged["path"], len(logged["mistakes"])) == ("schedule broken", str(schedule), 2)
    assert ("Private-Name" in response.text, "Private-Name" in str(logged["mistakes"])) == (False, True)
    schedule.write_text(SCHEDULE, encoding="utf-8")
    assert client.get("/readyz").json == {"status": "ready"}


def test_health_without_a_publication(schedule: Path) -> None:
    schedule.write_text(BROKEN, encoding="utf-8")
    client = create_app(schedule=schedule, clock=Clock()).test_client()
    response = client.get("/readyz")
    assert (response.status_code, response.json) == (
        503,
        {"status": "unavailable", "schedule": {"since": "2026-11-23T12:00:00Z", "mistakes": 2}},
    )
    assert response.headers["Retry-After"] == "60"
    assert client.get("/healthz").status_code == 200
    for path in ("/", "/fr/", "/calendar/2026/11/", "/nothing"):
        page = client.get(path)
        assert (page.status_code, heading(page)) == (503, "The calendar is not available at the moment")
        assert (page.headers["Retry-After"], page.headers["Cache-Control"]) == ("60", "no-store")
        assert "Private-Name" not in page.text
