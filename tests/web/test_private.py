"""Private feeds over HTTP: the public bytes with a valid token, and the same 404 for all other requests."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from icsfeed.domain.actors import Actor
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.tokens import private_path
from icsfeed.services.subscribing import add, revoke, rotate
from icsfeed.store.database.database import Database
from icsfeed.store.schedule_file import load_schedule
from tests.actors import operator
from tests.applications import create_app
from tests.cli.running import SCHEDULE
from tests.publication.fakes import Clock

HALF_AN_HOUR = timedelta(minutes=30)
PRIVATE = {
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True, kw_only=True)
class Office:
    """A server, and the workspace in which support makes tokens."""

    client: FlaskClient
    repository: Database
    schedule: Schedule
    clock: Clock
    fetches: list[tuple[str, str]]

    def add(self, name: str, token: str, feed: str = "all", alarms: tuple[timedelta, ...] = ()) -> str:
        """Add a subscriber, and wait until the server looks again; returns the path."""
        add(self.schedule, self.repository, name, feed=feed, alarms=alarms, token=token, actor=self.actor)
        self.clock.advance(seconds=2)
        return private_path(token, feed)

    def rotate(self, name: str, token: str, overlap: timedelta) -> None:
        """Replace a subscriber's token."""
        rotate(self.schedule, self.repository, name, token=token, overlap=overlap, actor=self.actor)
        self.clock.advance(milliseconds=10)

    def revoke(self, name: str) -> None:
        """Revoke a subscriber's feed."""
        revoke(self.repository, name, actor=self.actor)
        self.clock.advance(milliseconds=10)

    @property
    def actor(self) -> Actor:
        """The person who works there now."""
        return operator("support", self.clock.now)


@pytest.fixture
def office(schedule: Path, database_url: str) -> Iterator[Office]:
    clock = Clock()
    fetches: list[tuple[str, str]] = []
    server, repository = Database(database_url), Database(database_url)
    app = create_app(
        schedule=schedule,
        repository=server,
        clock=clock,
        on_fetch=lambda subscriber, client: fetches.append((subscriber.name, client)),
    )
    policy = load_schedule(schedule).schedule
    yield Office(client=app.test_client(), repository=repository, schedule=policy, clock=clock, fetches=fetches)
    repository.close()
    server.close()


def test_a_valid_token_gets_the_public_bytes(office: Office) -> None:
    path = office.add("Acme Inc.", "one", feed="production")
    assert office.client.get(path).data == office.client.get("/feeds/production.ics").data


@pytest.mark.parametrize("suffix", [".ics", ".expanded.ics", ".json"])
def test_a_valid_token_opens_every_form_of_the_feed(office: Office, suffix: str) -> None:
    path = office.add("Acme Inc.", "one", feed="production").replace(".ics", suffix)
    public = office.client.get(f"/feeds/production{suffix}")
    assert (office.client.get(path).data, public.status_code) == (public.data, 200)
    assert office.fetches == [("Acme Inc.", "other")]


def test_a_valid_token_opens_a_page_in_every_language(office: Office) -> None:
    path = office.add("Acme Inc.", "one", feed="production")
    page = office.client.get("/private/one/")
    assert {name: value for name, value in page.headers if name not in {"Content-Length", "ETag"}} == PRIVATE | {
        "Content-Type": "text/html; charset=utf-8",
        "Vary": "Accept-Encoding",
        "Cache-Control": "private, no-store",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Content-Security-Policy": office.client.get("/").headers["Content-Security-Policy"],
    }
    assert f'href="../..{path}"' in page.text
    assert "<h1><bdi>Down, and up: Production</bdi></h1>" in page.text
    assert '<meta name="robots" content="noindex, nofollow">' in page.text
    french = office.client.get("/private/one/fr/")
    assert (french.status_code, '<html lang="fr">' in french.text) == (200, True)
    assert 'href="../../../private/one/fr/production.ics"' in french.text


def test_to_look_at_the_page_is_no_fetch_of_the_feed(office: Office) -> None:
    office.add("Acme Inc.", "one")
    assert [office.client.get(path).status_code for path in ("/private/one/", "/private/one/fr/")] == [200, 200]
    assert office.fetches == []


def test_the_page_is_as_current_as_the_feed(office: Office) -> None:
    office.add("Acme Inc.", "one")
    before = office.client.get("/private/one/")
    office.rotate("Acme Inc.", "two", timedelta(minutes=1))
    assert [office.client.get(f"/private/{token}/").status_code for token in ("one", "two")] == [200, 200]
    assert office.client.get("/private/two/").text == before.text.replace("/one/", "/two/")
    office.clock.advance(minutes=1)
    assert [office.client.get(f"/private/{token}/").status_code for token in ("one", "two")] == [404, 200]
    office.revoke("Acme Inc.")
    assert office.client.get("/private/two/").status_code == 404


def test_the_headers(office: Office) -> None:
    path = office.add("Acme Inc.", "one")
    public, private = dict(office.client.get("/feeds/all.ics").headers), dict(office.client.get(path).headers)
    assert private == PRIVATE | {
        "Content-Type": "text/calendar; charset=utf-8",
        "Content-Length": public["Content-Length"],
        "ETag": public["ETag"],
        "Last-Modified": public["Last-Modified"],
        "Cache-Control": "private, max-age=60, stale-if-error=86400",
        "Vary": "Accept-Encoding",
    }


def test_head_304_and_gzip_work_as_for_a_public_feed(office: Office) -> None:
    path = office.add("Acme Inc.", "one")
    whole = office.client.get(path)
    head = office.client.head(path)
    assert (head.status_code, head.data, dict(head.headers)) == (200, b"", dict(whole.headers))
    unchanged = office.client.get(path, headers={"If-None-Match": whole.headers["ETag"]})
    assert (unchanged.status_code, unchanged.data) == (304, b"")
    assert unchanged.headers["Cache-Control"] == "private, max-age=60, stale-if-error=86400"
    by_date = {"If-Modified-Since": whole.headers["Last-Modified"]}
    assert office.client.get(path, headers=by_date).status_code == 304
    packed = office.client.get(path, headers={"Accept-Encoding": "gzip"})
    public = office.client.get("/feeds/all.ics", headers={"Accept-Encoding": "gzip"})
    assert (packed.data, packed.headers["Content-Encoding"]) == (public.data, "gzip")


def test_a_private_feed_is_read_only_and_closed_to_other_sites(office: Office) -> None:
    path = office.add("Acme Inc.", "one")
    refused = office.client.post(path)
    assert (refused.status_code, refused.text) == (405, "This address is read-only.\n")
    options = office.client.options(path, headers={"Origin": "https://evil.example"})
    assert (options.status_code, dict(options.headers)) == (204, PRIVATE | {"Allow": "GET, HEAD, OPTIONS"})


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "OPTIONS", "PROPFIND"])
def test_all_requests_without_a_valid_token_get_the_same_404(office: Office, method: str) -> None:
    office.add("Acme Inc.", "one", feed="production")
    office.add("Revoked", "revoked")
    office.add("Rotated", "old")
    office.rotate("Rotated", "new", timedelta(minutes=1))
    office.revoke("Revoked")
    office.clock.advance(minutes=1)
    paths = [
        private_path("wrong", "all"),
        private_path("wrong", "nothing"),
        private_path("revoked", "all"),
        private_path("old", "all"),
        private_path("one", "all"),
        private_path("one", "nothing"),
        private_path("", "all"),
        private_path("x" * 10_000, "all"),
        "/private/",
        "/private/one",
        "/private/one/de/",
        "/private/wrong/",
        "/private/revoked/",
        "/private/old/",
        "/private/old/fr/",
        "/private/one//",
        "/private/one/index.html",
        "/private/one/.ics",
        "/private/one/production",
        "/private/one/production.atom",
        "/private/one/fr/nothing.ics",
        "/private/one/de/production.ics",
        "/private/wrong/production.expanded.ics",
        "/private/one/../one/production.ics",
        "/private/o%6ee/nothing.ics",
        "/private/\N{LATIN SMALL LETTER E WITH ACUTE}/all.ics",
    ]
    answers = {path: office.client.open(path, method=method) for path in paths}
    text = b"There is nothing at this address. Ask for a new one where you got it.\n"
    body = b"" if method == "HEAD" else text
    headers = PRIVATE | {
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Length": "70",
        "Cache-Control": "private, no-store",
    }
    assert {path: (each.status, each.data, dict(each.headers)) for path, each in answers.items()} == dict.fromkeys(
        paths, ("404 Not Found", body, headers)
    )
    opened = [private_path("one", "production"), private_path("new", "all")]
    assert [office.client.get(path).status_code for path in opened] == [200, 200]


def test_a_step_takes_effect_at_the_next_look(office: Office) -> None:
    path = private_path("one", "all")
    assert office.client.get(path).status_code == 404
    look = office.repository.look_every
    add(office.schedule, office.repository, "Acme Inc.", feed="all", token="one", actor=office.actor)
    office.clock.now += look
    assert office.client.get(path).status_code == 200
    revoke(office.repository, "Acme Inc.", actor=office.actor)
    office.clock.now += look
    assert office.client.get(path).status_code == 404


def test_the_old_token_is_valid_until_the_overlap_ends(office: Office) -> None:
    office.add("Acme Inc.", "one")
    office.rotate("Acme Inc.", "two", timedelta(days=1))
    until = office.clock.now - timedelta(milliseconds=10) + timedelta(days=1)
    office.clock.now = until - timedelta(microseconds=1)
    assert [office.client.get(private_path(token, "all")).status_code for token in ("one", "two")] == [200, 200]
    office.clock.now = until
    assert [office.client.get(private_path(token, "all")).status_code for token in ("one", "two")] == [404, 200]


def test_a_new_subscriber_does_not_change_the_public_feed(office: Office) -> None:
    office.clock.advance(seconds=2)
    before = dict(office.client.get("/feeds/all.ics").headers)
    office.add("Acme Inc.", "one")
    assert dict(office.client.get("/feeds/all.ics").headers) == before


def test_only_subscribers_with_alarms_get_them(office: Office) -> None:
    ringing = office.client.get(office.add("Acme Inc.", "one", alarms=(HALF_AN_HOUR,)))
    silent = office.client.get(office.add("Other", "two"))
    assert (b"TRIGGER:-PT30M" in ringing.data, b"BEGIN:VALARM" in silent.data) == (True, False)
    without = []
    inside = False
    for line in ringing.data.splitlines(keepends=True):
        inside = inside or line == b"BEGIN:VALARM\r\n"
        if not inside:
            without.append(line)
        inside = inside and line != b"END:VALARM\r\n"
    assert b"".join(without) == silent.data
    assert ringing.headers["ETag"] != silent.headers["ETag"]


def test_subscribers_with_the_same_alarms_share_one_copy(office: Office) -> None:
    """Memory must not grow with the number of subscribers."""
    paths = [office.add(f"Customer {number}", f"token-{number}", alarms=(HALF_AN_HOUR,)) for number in range(3)]
    parts = [next(iter(office.client.get(path).response)) for path in paths]
    assert len({id(part) for part in parts}) == 1


def test_fetches_are_reported_with_the_family_of_the_client(office: Office) -> None:
    path = office.add("Acme Inc.", "one")
    whole = office.client.get(path, headers={"User-Agent": "Google-Calendar-Importer"})
    again = {"User-Agent": "iOS/18.0 (22A3354) dataaccessd/1.0", "If-None-Match": whole.headers["ETag"]}
    assert office.client.get(path, headers=again).status_code == 304
    office.client.head(path)
    office.client.get(private_path("wrong", "all"))
    office.client.get("/feeds/all.ics")
    assert office.fetches == [("Acme Inc.", "google"), ("Acme Inc.", "apple")]


def test_a_feed_that_left_the_schedule_is_gone(office: Office, schedule: Path) -> None:
    path = office.add("Acme Inc.", "one", feed="preview")
    assert office.client.get(path).status_code == 200
    without = SCHEDULE.replace('[[environments]]\nid = "preview"\nname = "Preview"\n', "")
    schedule.write_text(without, encoding="utf-8")
    assert office.client.get(path).status_code == 404


def test_without_a_publication_private_feeds_are_unavailable_rather_than_missing(tmp_path: Path) -> None:
    schedule = tmp_path / "schedule.toml"
    schedule.write_text("[calendar", encoding="utf-8")
    client = create_app(schedule=schedule, clock=Clock()).test_client()
    assert client.get(private_path("one", "all")).status_code == 503
