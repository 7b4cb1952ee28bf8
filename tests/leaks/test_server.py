"""No byte of a server's answers, headers included, is about a private customer, but with that customer's token."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime

import brotli
import pytest
from flask.testing import FlaskClient

from icsfeed.domain.situation import Situation
from icsfeed.publication.publishing import publish
from icsfeed.store.database.database import Database
from icsfeed.store.schedule_file import load_schedule
from tests.applications import create_app
from tests.cli.running import run
from tests.leaks.conftest import Office
from tests.leaks.two_customers import (
    ACME,
    BOTH,
    GLOBEX,
    NOW,
    Customer,
    leaks,
)
from tests.publication.fakes import Clock

UNKNOWN = "unknown-environment"


def database_of(office: Office) -> Database:
    return Database(f"sqlite:///{office.folder / 'icsfeed.db'}")


def client_of(office: Office, database: Database, clock: Clock) -> FlaskClient:
    schedule = office.folder / "schedule.toml"
    app = create_app(schedule=schedule, repository=database, clock=clock, on_fetch=lambda *_: None)
    return app.test_client()


def a_clock() -> Clock:
    clock = Clock()
    clock.now = datetime.fromisoformat(NOW)
    return clock


@pytest.fixture
def database(office: Office) -> Iterator[Database]:
    with closing(database_of(office)) as database:
        yield database


@pytest.fixture
def clock() -> Clock:
    return a_clock()


@pytest.fixture
def client(office: Office, database: Database, clock: Clock) -> FlaskClient:
    """A client of a server of the test's own, whose clock and record it may change."""
    return client_of(office, database, clock)


@pytest.fixture(scope="module")
def reader(shared_office: Office) -> Iterator[FlaskClient]:
    """A client for tests that change nothing."""
    with closing(database_of(shared_office)) as database:
        yield client_of(shared_office, database, a_clock())


@pytest.fixture(scope="module")
def paths(shared_office: Office) -> list[str]:
    """Every public path."""
    schedule = load_schedule(shared_office.folder / "schedule.toml").schedule
    now = datetime.fromisoformat(NOW)
    with closing(database_of(shared_office)) as database:
        situation = Situation(schedule=schedule, record=database.record(), now=now)
    return list(publish(situation, changed_at=now).representations)


def answer(client: FlaskClient, path: str, method: str = "GET", **headers: str) -> bytes:
    """All of an answer: status, headers and body, unpacked."""
    response = client.open(
        path, method=method, headers={name.replace("_", "-"): each for name, each in headers.items()}
    )
    body: bytes = response.data
    match response.headers.get("Content-Encoding") if body else None:
        case "gzip":
            body = gzip.decompress(body)
        case "br":
            body = bytes(brotli.decompress(body))
    return f"{response.status}\n{response.headers}\n".encode() + body


def test_no_answer_is_private(reader: FlaskClient, paths: list[str]) -> None:
    assert len(paths) > 100
    assert {"/reminders/phone.txt", "/fr/reminders/knowledge-base.html", "/badge/production.svg"} < set(paths)
    assert {"/api/v2/summary.json", "/interop/production/gke.yml", "/feeds/all.maintnote.ics"} < set(paths)
    answers = {
        f"{path} in {coding}": answer(reader, path, Accept_Encoding=coding)
        for path in paths
        for coding in ("identity", "gzip", "br")
    }
    answers |= {
        f"{method} {path}": answer(reader, path, method) for path in paths for method in ("HEAD", "OPTIONS", "POST")
    }
    routes = [
        "/metrics",
        "/healthz",
        "/readyz",
        "/nothing",
        "/feeds/",
        "/feeds/nothing.ics",
        "/private/",
        "/private/x/",
    ]
    answers |= {path: answer(reader, path) for path in routes}
    answers |= {f"{path} as JSON": answer(reader, path, Accept="application/json") for path in routes}
    assert leaks(answers) == {}


@pytest.mark.parametrize(
    "query",
    [
        "",
        "environment=production",
        "environment=production&environment=preview",
        "environment=nothing",
        "environment=Production",
        "change=EC-1",
        "change=EC-2",
        "change=PC-1",
        "change=PC-2",
        "change=EC-99",
        "environment=preview&change=PC-2",
        "environment=production&at=2027-12-31T23:00:00Z",
        "environment=production&at=2020-01-01",
        "environment=production&at=never",
        "environment=production&nothing=1",
        "environment=production&runway=1y",
    ],
)
def test_the_gate_says_nothing_private(reader: FlaskClient, query: str) -> None:
    assert leaks({query: answer(reader, f"/api/v1/state?{query}")}) == {}


@pytest.mark.parametrize("customer", BOTH, ids=lambda each: each.word)
def test_what_is_private_is_answered_as_what_does_not_exist(reader: FlaskClient, customer: Customer) -> None:
    environment = f"{customer.word}-environment"
    for path in (
        "/api/v1/state?environment={}",
        "/api/v1/state?environment=production&environment={}",
        "/api/v1/state?environment={}&change=PC-2",
        "/feeds/{}.ics",
        "/feeds/{}.json",
        "/feeds/{}.atom",
        "/feeds/{}.expanded.ics",
        "/feeds/{}.maintnote.ics",
        "/feeds/{}.aws.ics",
        "/feeds/{}.windows.ics",
        "/badge/{}.svg",
        "/fr/badge/{}.svg",
        "/interop/{}/alertmanager.yml",
        "/interop/{}/argocd.yml",
        "/interop/{}/gke.yml",
        "/downloads/{}.ics",
        "/private/x/{}.ics",
        "/private/x/{}.json",
    ):
        names = (
            (environment, UNKNOWN)
            if "environment" in path or "/badge/" in path
            else (f"{customer.word}-feed", "unknown-feed")
        )
        private, unknown = (answer(reader, path.format(name)).decode().replace(name, "?") for name in names)
        assert without_length(private) == without_length(unknown)


def without_length(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if not line.startswith("Content-Length"))


def test_a_private_change_is_answered_as_one_that_does_not_exist(reader: FlaskClient) -> None:
    private, unknown = (answer(reader, f"/api/v1/state?change={each}").decode() for each in ("EC-1", "EC-9"))
    assert private.replace("EC-1", "?") == unknown.replace("EC-9", "?")


@pytest.mark.parametrize(("customer", "other"), [(ACME, GLOBEX), (GLOBEX, ACME)], ids=["acme", "globex"])
def test_a_customer_gets_nothing_of_another(
    reader: FlaskClient, shared_office: Office, customer: Customer, other: Customer
) -> None:
    tokens = shared_office.tokens
    token, slug = tokens[customer.word], f"{customer.word}-feed"
    answers = {
        f"{folder}{name} in {coding}": answer(reader, f"/private/{token}/{folder}{name}", Accept_Encoding=coding)
        for folder in ("", "fr/")
        for name in ("", f"{slug}.ics", f"{slug}.expanded.ics", f"{slug}.maintnote.ics", f"{slug}.json")
        for coding in ("identity", "gzip", "br")
    }
    assert all(each.startswith(b"200 OK") for each in answers.values())
    assert leaks(answers, [other]) == {}
    assert leaks(answers, [customer]).keys() == answers.keys()
    foreign = answer(reader, f"/private/{token}/{other.word}-feed.ics")
    assert foreign == answer(reader, "/private/x/x.ics")
    assert foreign == answer(reader, f"/private/{token}/de/")


def test_metrics_count_private_feeds_without_their_names(client: FlaskClient, office: Office) -> None:
    tokens = office.tokens
    for customer in BOTH:
        for suffix in (".ics", ".expanded.ics", ".maintnote.ics", ".json"):
            assert client.get(f"/private/{tokens[customer.word]}/{customer.word}-feed{suffix}").status_code == 200
    metrics = client.get("/metrics").text
    for suffix in (".expanded.ics", ".maintnote.ics"):
        assert f'path="/private/{{token}}/{{feed}}{suffix}"' in metrics
    assert leaks({"metrics": metrics.encode()}) == {}


@pytest.mark.usefixtures("office")
def test_no_public_answer_changes_with_what_is_private(client: FlaskClient, paths: list[str], clock: Clock) -> None:
    """Not even its Last-Modified."""
    clock.advance(seconds=5)
    client.get("/feeds/all.ics")
    before = {path: answer(client, path) for path in paths}
    assert b"\nLast-Modified: Mon, 23 Nov 2026 12:00:01 GMT" in before["/feeds/all.ics"]
    skip = ("2026-12-08", "--reason", "Acme is busy", "--yes", "--now", "2026-11-23T12:10:00Z")
    assert run("window", "skip", "wolfram-window", *skip).status == 0
    clock.now = datetime(2026, 11, 23, 13, tzinfo=UTC)
    assert {path: answer(client, path) for path in paths} == before


def test_no_public_date_changes_with_an_edit_of_what_is_private(
    office: Office, database: Database, client: FlaskClient, paths: list[str], clock: Clock
) -> None:
    """Not on the day after, when pages are made again, nor from a server that starts later; not in metrics either."""
    feeds = [path for path in paths if "/feeds/" in path]
    clock.advance(seconds=5)
    client.get("/feeds/all.ics")
    before = {path: answer(client, path) for path in feeds}
    file = office.folder / "schedule.toml"
    file.write_text(file.read_text(encoding="utf-8").replace("WindowName", "NewName"), encoding="utf-8")
    clock.advance(days=1)
    assert {path: answer(client, path) for path in feeds} == before
    started = create_app(schedule=file, repository=database, clock=clock, on_fetch=lambda *_: None).test_client()
    clock.advance(seconds=5)
    assert {path: answer(started, path) for path in feeds} == before
    assert publication_age(started) == publication_age(client) == 24 * 60 * 60 + 10


def publication_age(client: FlaskClient) -> float:
    (age,) = re.findall(r"^icsfeed_publication_age_seconds (.*)$", client.get("/metrics").text, re.MULTILINE)
    return float(age)
