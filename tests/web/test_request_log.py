"""Logs: an id for each request, every field of the access log, faults with their traceback, and never a token."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import pytest
from flask.testing import FlaskClient

from icsfeed.domain.schedule import Schedule
from icsfeed.services.subscribing import add
from icsfeed.store.database.database import Database
from icsfeed.store.schedule_file import load_schedule
from icsfeed.web.request_log import loggable_path
from tests.actors import operator
from tests.applications import create_app
from tests.examples import NOW
from tests.publication.fakes import Clock

Start: TypeAlias = Callable[[], FlaskClient]

FEED = "/feeds/all.ics"
TOKEN = "k4mNq8vR2xT6wZ0yB3cD5eF7gH9jL1pS"
IDS = "0123456789abcdef"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def start(schedule: Path, monkeypatch: pytest.MonkeyPatch, clock: Clock, tmp_path: Path) -> Iterator[Start]:
    """A function that makes an application with an access log and a subscriber."""
    monkeypatch.setenv("ICSFEED_ACCESS_LOG", "yes")
    policy: Schedule = load_schedule(schedule).schedule
    database = Database(f"sqlite:///{tmp_path}/icsfeed.db")
    add(policy, database, "Acme", feed="all", token=TOKEN, actor=operator("op", NOW))
    yield lambda: create_app(
        schedule=schedule, clock=clock, repository=database, on_fetch=lambda *_: None
    ).test_client()
    database.close()


def logged(capsys: pytest.CaptureFixture[str], event: str = "request") -> list[dict[str, object]]:
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    return [
        {key: value for key, value in line.items() if key not in {"event", "level", "timestamp"}}
        for line in lines
        if line["event"] == event
    ]


def test_every_field(start: Start, capsys: pytest.CaptureFixture[str]) -> None:
    logging = start()
    body = logging.get(FEED + "?secret=1", headers={"User-Agent": "Google-Calendar-Importer"}).data
    (entry,) = logged(capsys)
    milliseconds, request_id = entry.pop("milliseconds"), entry.pop("request_id")
    assert isinstance(milliseconds, float)
    assert 0 <= milliseconds < 60_000
    assert isinstance(request_id, str)
    assert (len(request_id), set(request_id) <= set(IDS)) == (16, True)
    assert entry == {
        "method": "GET",
        "path": FEED,
        "status": 200,
        "bytes": len(body),
        "address": "127.0.0.1",
        "client": "google",
        "user_agent": "Google-Calendar-Importer",
    }


def test_responses_of_flask_are_logged_too(start: Start, capsys: pytest.CaptureFixture[str]) -> None:
    logging = start()
    logging.get("/readyz")
    logging.get("/nothing")
    assert [(entry["path"], entry["status"]) for entry in logged(capsys)] == [("/readyz", 200), ("/nothing", 404)]


def test_by_default_no_request_is_logged(schedule: Path, capsys: pytest.CaptureFixture[str]) -> None:
    client = create_app(schedule=schedule, clock=Clock()).test_client()
    client.get(FEED)
    assert logged(capsys) == []


@pytest.mark.parametrize(
    ("header", "is_used"),
    [
        pytest.param("3f2a-77.B:c=/+", True, id="valid"),
        pytest.param("x" * 128, True, id="of the maximum length"),
        pytest.param("x" * 129, False, id="too long"),
        pytest.param("", False, id="empty"),
        pytest.param("a b", False, id="with a space"),
        pytest.param('"},{"event":"forged', False, id="a forgery"),
        pytest.param("\xe9", False, id="not ASCII"),
    ],
)
def test_a_valid_request_id_of_a_proxy_is_used(
    start: Start, capsys: pytest.CaptureFixture[str], header: str, is_used: bool
) -> None:
    logging = start()
    logging.get(FEED, headers={"X-Request-Id": header})
    (entry,) = logged(capsys)
    assert (entry["request_id"] == header) is is_used


def test_each_request_has_its_own_id(start: Start, capsys: pytest.CaptureFixture[str]) -> None:
    logging = start()
    logging.get(FEED)
    logging.get(FEED)
    assert len({entry["request_id"] for entry in logged(capsys)}) == 2


def test_no_token_is_ever_logged(start: Start, capsys: pytest.CaptureFixture[str]) -> None:
    logging = start()
    paths = [
        f"/private/{TOKEN}/all.ics",
        f"/private/{TOKEN}/nothing.ics",
        f"/private/{TOKEN}",
        f"/private//{TOKEN}/all.ics",
        f"/private/x/{TOKEN}.ics",
        f"/Private/{TOKEN}/all.ics",
        f"/calendar/private/{TOKEN}/all.ics",
        f"/feeds/{TOKEN}/all.ics?token={TOKEN}",
    ]
    answers = [logging.get(path).status_code for path in paths]
    err = capsys.readouterr().err
    logged_paths = [json.loads(line)["path"] for line in err.splitlines() if '"event": "request"' in line]
    assert answers == [200, *[404] * 7]
    assert TOKEN not in err
    assert logged_paths == [
        "/private/{token}/all.ics",
        "/private/{token}/nothing.ics",
        *["/private/{token}"] * 3,
        "/Private/{token}/all.ics",
        "/calendar/private/{token}/all.ics",
        "/feeds/{token}/all.ics",
    ]


@pytest.mark.parametrize(
    ("path", "logged_path"),
    [
        pytest.param("/feeds/all.expanded.ics", "/feeds/all.expanded.ics", id="a feed"),
        pytest.param("/a\r\nforged: line", "/a%0D%0Aforged:%20line", id="two lines"),
        pytest.param("/f\xc3\xa9eds", "/f%C3%A9eds", id="not ASCII, as WSGI passes it"),
        pytest.param("/" + "a/" * 1000, "/" + ("a/" * 150)[:299], id="a long one"),
        pytest.param("/calendar/2026/11/", "/calendar/2026/11/", id="a page"),
    ],
)
def test_logged_paths_are_one_short_line(path: str, logged_path: str) -> None:
    assert loggable_path(path) == logged_path


def test_a_fault_is_logged_with_the_id_that_the_response_names(
    start: Start, capsys: pytest.CaptureFixture[str]
) -> None:
    logging = start()

    def fault() -> str:
        msg = "a fault"
        raise RuntimeError(msg)

    logging.application.add_url_rule("/fault", "fault", fault)
    response = logging.get("/fault", headers={"X-Request-Id": "id-1"})
    assert (response.status_code, response.headers["X-Request-Id"]) == (500, "id-1")
    (entry,) = logged(capsys, "request failed")
    trace = entry.pop("exception")
    assert entry == {"request_id": "id-1", "method": "GET", "path": "/fault"}
    assert str(trace).endswith("RuntimeError: a fault")


def test_a_fault_of_the_front_is_answered_and_logged(schedule: Path, capsys: pytest.CaptureFixture[str]) -> None:
    clock = Clock()
    client = create_app(schedule=schedule, clock=clock).test_client()

    def fault() -> None:
        msg = "no clock"
        raise RuntimeError(msg)

    clock.__class__ = type("Broken", (Clock,), {"__call__": lambda _: fault()})
    response = client.get(f"/private/{TOKEN}/all.ics")
    assert (response.status_code, response.text) == (500, "Something went wrong. Please try again in a minute.\n")
    (entry,) = logged(capsys, "request failed")
    assert (entry["request_id"], entry["path"]) == (response.headers["X-Request-Id"], "/private/{token}/all.ics")
    assert str(entry["exception"]).endswith("RuntimeError: no clock")
