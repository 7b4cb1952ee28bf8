"""A day of requests by real calendar programs, with two edits: the responses that each gets, and how many are 304.

What each of them sends is documented: Google, no Accept and nothing conditional (aaronpk/Meetable#138); Outlook.com,
twice within seconds and as an old browser, and Thunderbird's half hour (jonocodes/icalfreq, sample.log); Outlook for
Windows, PROPFIND before it publishes; Apple, by date alone (jsenecal/netbox-notices#67 and #70);
Thunderbird, by tag or, only without one, by date, and whole when told to (its CalICSCalendar).
"""

from __future__ import annotations

import gzip
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import brotli
import pytest
from flask.testing import FlaskClient

from tests.applications import create_app
from tests.cli.running import SCHEDULE
from tests.publication.fakes import Clock

FEED = "/feeds/all.ics"
A_DAY = timedelta(days=1)
UNPACK = {None: bytes, "gzip": gzip.decompress, "br": brotli.decompress}


@dataclass(kw_only=True)
class Program:
    """A calendar program: its headers, its interval, and the validator that it sends."""

    says: dict[str, str]
    every: timedelta
    by_tag: bool = False
    by_date: bool = False
    in_a_row: int = 1
    copy: bytes = b""
    tag: str | None = None
    date: str | None = None
    sent: int = 0
    statuses: Counter[int] = field(default_factory=Counter)

    def ask(self, client: FlaskClient, *, whole: bool = False) -> None:
        """Send its request or requests; ``whole`` is a manual refresh."""
        for _ in range(self.in_a_row):
            self._ask(client, whole=whole)

    def _ask(self, client: FlaskClient, *, whole: bool) -> None:
        condition = {}
        if self.by_tag and self.tag and not whole:
            condition = {"If-None-Match": self.tag}
        elif self.by_date and self.date and not whole:
            condition = {"If-Modified-Since": self.date}
        response = client.get(FEED, headers={**self.says, **condition})
        self.statuses[response.status_code] += 1
        self.sent += len(response.data)
        if response.status_code == 200:
            self.copy = UNPACK[response.headers.get("Content-Encoding")](response.data)
            self.tag, self.date = response.headers.get("ETag"), response.headers.get("Last-Modified")


HALF_AN_HOUR = timedelta(minutes=30)
PROGRAMS = {
    "google": Program(
        says={"User-Agent": "Google-Calendar-Importer", "Accept-Encoding": "gzip"}, every=timedelta(hours=4)
    ),
    "outlook.com": Program(
        says={"User-Agent": "Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 6.0)"},
        every=timedelta(hours=3),
        in_a_row=2,
    ),
    "outlook": Program(
        says={
            "User-Agent": "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.17328; Pro)",
            "Accept-Encoding": "gzip, deflate",
        },
        every=timedelta(hours=3),
    ),
    "apple": Program(
        says={
            "User-Agent": "iOS/18.0 (22A3354) dataaccessd/1.0",
            "Accept": "*/*",
            "Accept-Encoding": "gzip, deflate",
        },
        every=timedelta(hours=1),
        by_date=True,
    ),
    "thunderbird": Program(
        says={
            "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Thunderbird/140.0",
            "Accept": "text/calendar,text/plain;q=0.8,*/*;q=0.5",
            "Accept-Encoding": "gzip, deflate, br, zstd",
        },
        every=HALF_AN_HOUR,
        by_tag=True,
        by_date=True,
    ),
}


@dataclass(frozen=True, kw_only=True)
class Server:
    """The feed, and a clock that moves only when told to."""

    client: FlaskClient
    clock: Clock
    schedule: Path

    def edit(self, name: str) -> None:
        """Edit the schedule, and let another client send the first request."""
        self.schedule.write_text(SCHEDULE.replace("Scheduled maintenance", name), encoding="utf-8")
        self.client.get(FEED)

    def a_day(self, program: Program) -> None:
        """Let the program poll for a day, with edits before the 6th and the 18th hour."""
        passed = timedelta()
        while passed < A_DAY:
            program.ask(self.client)
            for hours in (6, 18):
                if passed < timedelta(hours=hours) <= passed + program.every:
                    self.edit(f"Edited after {hours} hours")
            self.clock.now += program.every
            passed += program.every


@pytest.fixture
def server(schedule: Path) -> Server:
    clock = Clock()
    client = create_app(schedule=schedule, clock=clock).test_client()
    clock.advance(minutes=1)
    return Server(client=client, clock=clock, schedule=schedule)


@pytest.mark.parametrize(
    ("name", "statuses"),
    [
        pytest.param("google", {200: 6}, id="Google: always the whole feed, since it sends no validators"),
        pytest.param("outlook.com", {200: 16}, id="Outlook.com: always the whole feed, twice"),
        pytest.param("outlook", {200: 8}, id="Outlook for Windows: always the whole feed"),
        pytest.param("apple", {200: 3, 304: 21}, id="Apple: the whole feed first and after each edit"),
        pytest.param("thunderbird", {200: 3, 304: 45}, id="Thunderbird: the whole feed first and after each edit"),
    ],
)
def test_a_day_with_two_edits(server: Server, name: str, statuses: dict[int, int]) -> None:
    program = replace(PROGRAMS[name], statuses=Counter())
    server.a_day(program)
    assert program.statuses == statuses
    assert program.copy == server.client.get(FEED).data
    assert b"SUMMARY:Edited after 18 hours" in program.copy


def test_compression_saves_nine_tenths(server: Server) -> None:
    sent = {}
    for name in ("google", "outlook.com"):
        program = Program(says=PROGRAMS[name].says, every=A_DAY)
        program.ask(server.client)
        sent[name] = program.sent
    assert sent["google"] * 10 < sent["outlook.com"]


def test_a_program_that_compares_dates_gets_an_edit_made_in_the_second_of_its_request(server: Server) -> None:
    """It gets no date in that second, and so requests the whole feed the next time."""
    apple = Program(says=PROGRAMS["apple"].says, every=HALF_AN_HOUR, by_date=True)
    server.edit("One")
    server.clock.advance(milliseconds=100)
    apple.ask(server.client)
    server.clock.advance(milliseconds=100)
    server.edit("Two")
    server.clock.advance(minutes=30)
    apple.ask(server.client)
    assert b"SUMMARY:Two" in apple.copy


def test_a_manual_refresh_gets_the_whole_feed(server: Server) -> None:
    thunderbird = Program(says=PROGRAMS["thunderbird"].says, every=HALF_AN_HOUR, by_tag=True)
    thunderbird.ask(server.client)
    thunderbird.ask(server.client, whole=True)
    assert thunderbird.statuses == {200: 2}


def test_an_etag_of_compressed_bytes_does_not_match_plain_ones(server: Server) -> None:
    """A proxy may remove Accept-Encoding; the ETag of the compressed bytes then doesn't match."""
    thunderbird = Program(says=PROGRAMS["thunderbird"].says, every=HALF_AN_HOUR, by_tag=True)
    thunderbird.ask(server.client)
    thunderbird.says = {name: value for name, value in thunderbird.says.items() if name != "Accept-Encoding"}
    thunderbird.ask(server.client)
    assert thunderbird.statuses == {200: 2}


def test_a_program_that_tries_webdav_first_learns_the_allowed_methods(server: Server) -> None:
    says = {**PROGRAMS["outlook"].says, "Depth": "1", "Content-Type": "text/xml"}
    body = '<?xml version="1.0"?><D:propfind xmlns:D="DAV:"><D:prop><D:resourcetype/></D:prop></D:propfind>'
    refused = server.client.open(FEED, method="PROPFIND", headers=says, data=body)
    assert (refused.status_code, refused.headers["Allow"]) == (405, "GET, HEAD, OPTIONS")
