"""The page that lists the feeds, and what else there is for people, crawlers and whoever runs the service."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from icsfeed.bootstrap import create_app
from tests.cli.running import SCHEDULE
from tests.web.fakes import Clock

PLACE = 'uid_domain = "maintenance.example.com"\n'
WITH_URL = SCHEDULE.replace(PLACE, f'{PLACE}url = "https://calendar.example.com/ops/"\n')
BROKEN = SCHEDULE.replace("America/Toronto", "Nowhere/Private-Name").replace("02:00:00", "99")


class Page(HTMLParser):
    """The links and the addresses to copy, by the text before or in them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.codes: list[str] = []
        self.headings: list[str] = []
        self._into: list[str] | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember where a link goes, and what the next text is."""
        if tag == "a":
            self.links.append(dict(attrs)["href"] or "")
        self._into = {"code": self.codes, "h1": self.headings, "h2": self.headings}.get(tag)

    def handle_data(self, data: str) -> None:
        """Take the text."""
        if self._into is not None:
            self._into.append(data)
        self._into = None


def test_every_feed_is_listed_with_each_way_to_it(schedule: Path) -> None:
    schedule.write_text(
        WITH_URL + '[[feeds]]\nslug = "ours"\nname = "Ours & <yours>"\nenvironments = ["production"]\n'
        'kinds = ["maintenance", "freeze"]\n',
        encoding="utf-8",
    )
    text = create_app(schedule=schedule, clock=Clock()).test_client().get("/").text
    page = Page(text)
    assert page.headings == ["Down, and up", "Down, and up", "Ours & <yours>"]
    assert page.codes == [
        f"https://calendar.example.com/ops/feeds/{name}.ics"
        for name in ("all", "all.expanded", "ours", "ours.expanded")
    ]
    https, webcal = (
        f"{scheme}%3A%2F%2Fcalendar.example.com%2Fops%2Ffeeds%2Fours.ics" for scheme in ("https", "webcal")
    )
    assert page.links[5:] == [
        "webcal://calendar.example.com/ops/feeds/ours.ics",
        f"https://calendar.google.com/calendar/u/0/r?cid={webcal}",
        f"https://outlook.live.com/calendar/0/addfromweb/?url={https}&name=Ours%20%26%20%3Cyours%3E",
        f"https://outlook.office.com/calendar/0/addfromweb/?url={https}&name=Ours%20%26%20%3Cyours%3E",
        "/downloads/ours.ics",
    ]
    assert "<p>Maintenance windows and change freezes for Production.</p>" in text


def test_without_an_address_of_its_own_the_page_shows_the_one_it_was_asked_at(client: FlaskClient) -> None:
    page = Page(client.get("/", base_url="https://127.0.0.1:8000/below").text)
    assert (page.codes[0], page.links[0], page.links[4]) == (
        "https://127.0.0.1:8000/below/feeds/all.ics",
        "webcal://127.0.0.1:8000/below/feeds/all.ics",
        "/below/downloads/all.ics",
    )


def test_every_link_and_address_to_the_feeds_leads_to_one(client: FlaskClient) -> None:
    page = Page(client.get("/").text)
    paths = [each.removeprefix("http://localhost") for each in [*page.codes, *page.links] if "localhost/" in each]
    paths = [path.removeprefix("webcal://localhost") for path in paths]
    assert paths
    assert {client.get(path).status_code for path in paths} == {200}


def test_a_page_may_load_and_run_nothing(client: FlaskClient) -> None:
    response = client.get("/")
    style = re.search(r"<style>(.*)</style>", response.text, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    found = dict(response.headers)
    assert {name: found[name] for name in found if name not in {"ETag", "Content-Length", "Date"}} == {
        "Content-Type": "text/html; charset=utf-8",
        "Cache-Control": "no-cache",
        "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }


def test_a_page_is_sent_again_only_when_it_changed(client: FlaskClient) -> None:
    response = client.get("/")
    again = client.get("/", headers={"If-None-Match": response.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_crawlers_may_read_feeds(client: FlaskClient) -> None:
    response = client.get("/robots.txt")
    assert (response.content_type, response.text) == ("text/plain; charset=utf-8", "User-agent: *\nAllow: /\n")


@pytest.mark.parametrize(
    ("method", "path", "status", "heading"),
    [("GET", "/nothing", 404, "Not Found"), ("POST", "/", 405, "Method Not Allowed")],
)
def test_errors_are_a_short_page_or_json(
    client: FlaskClient, method: str, path: str, status: int, heading: str
) -> None:
    response = client.open(path, method=method)
    assert (response.status_code, Page(response.text).headings) == (status, [heading])
    assert (response.content_type, response.headers["Cache-Control"]) == ("text/html; charset=utf-8", "no-cache")
    assert response.headers["Referrer-Policy"] == "no-referrer"
    response = client.open(path, method=method, headers={"Accept": "application/json"})
    assert (response.status_code, response.json) == (status, {"status": status, "title": heading})


def test_405_says_what_is_allowed(client: FlaskClient) -> None:
    assert sorted(client.post("/").headers["Allow"].split(", ")) == ["GET", "HEAD", "OPTIONS"]


def test_a_fault_shows_no_trace(schedule: Path, caplog: pytest.LogCaptureFixture) -> None:
    app = create_app(schedule=schedule, clock=Clock())

    @app.get("/fault")
    def fault() -> str:
        msg = "private"
        raise RuntimeError(msg)

    response = app.test_client().get("/fault")
    assert (response.status_code, Page(response.text).headings) == (500, ["Internal Server Error"])
    assert ("private" in response.text, "private" in caplog.text) == (False, True)


def test_health_of_a_whole_schedule(client: FlaskClient) -> None:
    for path, status in (("/healthz", "alive"), ("/readyz", "ready")):
        response = client.get(path)
        assert (response.status_code, response.json) == (200, {"status": status})
        assert (response.content_type, response.headers["Cache-Control"]) == ("application/json", "no-store")


def test_health_of_a_broken_edit(schedule: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Readiness counts the mistakes, the log names them: they may hold what the public must not read."""
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


def test_health_with_nothing_to_serve(schedule: Path) -> None:
    schedule.write_text(BROKEN, encoding="utf-8")
    client = create_app(schedule=schedule, clock=Clock()).test_client()
    response = client.get("/readyz")
    assert (response.status_code, response.json) == (
        503,
        {"status": "unavailable", "schedule": {"since": "2026-11-23T12:00:00Z", "mistakes": 2}},
    )
    assert response.headers["Retry-After"] == "60"
    assert client.get("/healthz").status_code == 200
    page = client.get("/")
    assert (page.status_code, page.headers["Retry-After"], Page(page.text).headings) == (503, "60", ["Not available"])
    assert "Private-Name" not in page.text
