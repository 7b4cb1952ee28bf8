"""Requests that a feed worker hands over, and the answers: exactly what the client sent, and exactly what it gets."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
import structlog
from flask import Flask, Response, jsonify, request
from structlog.testing import LogCapture
from werkzeug.test import Client, EnvironBuilder, run_wsgi_app

from icsfeed.web.error_pages import new_application
from icsfeed.web.operator_paths import DeferredApplication, PathSwitch, is_operators_path
from icsfeed.web.operators.process import run_operators_server
from icsfeed.web.relay import THREADS, Relay
from icsfeed.web.relay_bodies import MAX_BODY_BYTES, RelayBodies
from icsfeed.web.relay_errors import add_relay_errors
from icsfeed.web.relay_slots import RelaySlots
from icsfeed.web.request_log import RequestLog
from tests.web.servers import until

TOKEN = {"Authorization": "Bearer right"}


@pytest.fixture(autouse=True)
def _database() -> None:
    """None is needed."""


@dataclass(kw_only=True)
class Operators:
    """An application in the operators' place, behind its socket."""

    socket_path: str
    log: LogCapture = field(default_factory=LogCapture)
    release: threading.Event = field(default_factory=threading.Event)
    waiting: list[str] = field(default_factory=list)
    """The paths of requests that wait for ``release``."""

    def application(self) -> Flask:
        app = Flask(__name__)

        @app.route("/api/v1/echo", methods=["GET", "POST", "HEAD"])
        def echo() -> Response:
            response = jsonify(
                environ={name: value for name, value in request.environ.items() if isinstance(value, str)},
                body=request.get_data(as_text=True),
                url=request.url,
            )
            response.headers.add("Set-Cookie", "one=1; HttpOnly")
            response.headers.add("Set-Cookie", "two=2, and more; Path=/")
            return response

        @app.route("/api/v1/wait", methods=["GET", "POST"])
        def wait() -> str:
            self.waiting.append(request.path)
            self.release.wait(60)
            return "done"

        @app.get("/api/v1/pieces")
        def pieces() -> Response:
            return Response(iter(["a", "b" * 100_000, "c"]), mimetype="text/plain")

        @app.get("/api/v1/unchanged")
        def unchanged() -> Response:
            return Response(status=304, headers={"ETag": '"1"'})

        return app

    def relay(self, *, threads: int = THREADS, seconds_to_answer: float = 60) -> Client:
        requests = RequestLog(structlog.wrap_logger(None, processors=[self.log]), lambda: "id-1")
        app = new_application()
        add_relay_errors(app)
        slots = RelaySlots(threads)
        relay = Relay(
            app.wsgi_app,
            socket_path=self.socket_path,
            slots=slots,
            bodies=RelayBodies(),
            requests=requests,
            seconds_to_answer=seconds_to_answer,
        )
        return Client(PathSwitch(app.wsgi_app, relay), use_cookies=False)

    def mounted(self) -> Client:
        """The same within the worker."""
        app = new_application()
        add_relay_errors(app)
        return Client(PathSwitch(app.wsgi_app, self.application().wsgi_app), use_cookies=False)


@contextmanager
def running(operators: Operators) -> Generator[None]:
    """The server at the socket, as ``serve`` runs it, but in a thread."""
    stop = threading.Event()

    def operator_id(environ: WSGIEnvironment) -> str | None:
        return "token" if environ.get("HTTP_AUTHORIZATION") == TOKEN["Authorization"] else None

    server = threading.Thread(
        target=run_operators_server,
        args=(operators.application().wsgi_app,),
        kwargs={
            "socket_path": operators.socket_path,
            "operator_id": operator_id,
            "log": structlog.wrap_logger(None, processors=[operators.log]),
            "wait": stop.wait,
        },
    )
    server.start()
    until(Path(operators.socket_path).exists)
    try:
        yield
    finally:
        operators.release.set()
        stop.set()
        server.join(60)
        assert not Path(operators.socket_path).exists()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Operators]:
    operators = Operators(socket_path=str(tmp_path_factory.mktemp("operators") / "socket"))
    with running(operators):
        yield operators


@pytest.fixture
def operators(tmp_path: Path) -> Iterator[Operators]:
    """One of a test's own."""
    operators = Operators(socket_path=str(tmp_path / "socket"))
    with running(operators):
        yield operators


@pytest.mark.parametrize(
    ("path", "is_theirs"),
    [
        ("/api/v1/state", False),
        ("/api/v1/changes", True),
        ("/api/v1/state/", True),
        ("/api/v2/summary.json", False),
        ("/mcp", True),
        ("/mcpx", False),
        ("/operator", True),
        ("/operator/", True),
        ("/operators", False),
        ("/subscribe/mail", True),
        ("/unsubscribe/token", True),
        ("/feeds/all.ics", False),
        ("/", False),
    ],
)
def test_whose_path_it_is(path: str, is_theirs: bool) -> None:
    assert is_operators_path(path) is is_theirs


def test_a_request_arrives_as_it_was_sent(shared: Operators) -> None:
    answer = shared.relay().post(
        "/api/v1/echo?a=%C3%A9&b=%0d%0aX: 1",
        base_url="https://maintenance.example.com:8443/below/",
        data="une fenêtre\nX-Line: of the body",
        content_type="text/plain; charset=utf-8",
        headers={
            "X-Forwarded-For": "198.51.100.7",
            "X-Forwarded-Prefix": "/other",
            "Forwarded": "for=198.51.100.7",
            "Connection": "X-Custom, close",
            "X-Custom": 'signs "{\\ é',
            "Cookie": "icsfeed=1; other=2",
            **TOKEN,
        },
        environ_overrides={"REMOTE_ADDR": "2001:db8::7", "HTTP_PROXY": "http://proxy.example"},
    )
    assert (answer.status_code, answer.headers.getlist("Set-Cookie")) == (
        200,
        ["one=1; HttpOnly", "two=2, and more; Path=/"],
    )
    document = answer.get_json()
    environ: dict[str, Any] = document["environ"]
    assert document["url"] == "https://maintenance.example.com:8443/below/api/v1/echo?a=é&b=%0d%0aX:%201"
    assert document["body"] == "une fenêtre\nX-Line: of the body"
    assert {name: value for name, value in environ.items() if name.startswith("HTTP_")} == {
        "HTTP_AUTHORIZATION": "Bearer right",
        "HTTP_COOKIE": "icsfeed=1; other=2",
        "HTTP_HOST": "maintenance.example.com:8443",
        "HTTP_X_CUSTOM": 'signs "{\\ é',
    }
    assert {
        name: environ[name]
        for name in ("REMOTE_ADDR", "REQUEST_METHOD", "SCRIPT_NAME", "CONTENT_LENGTH", "CONTENT_TYPE")
    } == {
        "REMOTE_ADDR": "2001:db8::7",
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "/below",
        "CONTENT_LENGTH": "32",
        "CONTENT_TYPE": "text/plain; charset=utf-8",
    }
    assert environ["icsfeed.request_id"] == "id-1"


def test_a_client_can_not_pass_for_the_worker(shared: Operators) -> None:
    """A body that looks like an envelope is a body, and a path like the process's own leads nowhere else."""
    envelope = '{"REMOTE_ADDR": "192.0.2.1", "PATH_INFO": "/api/v1/wait"}\n'
    client = shared.relay()
    answer = client.post("/api/v1/echo", data=envelope, environ_overrides={"REMOTE_ADDR": "198.51.100.7"})
    assert (answer.get_json()["body"], answer.get_json()["environ"]["REMOTE_ADDR"]) == (envelope, "198.51.100.7")
    assert client.post("/mcp/admission").status_code == 404


def test_answers_without_a_body_and_in_pieces(shared: Operators) -> None:
    client = shared.relay()
    whole, head = client.get("/api/v1/echo"), client.head("/api/v1/echo")
    assert (head.status_code, head.data, head.headers["Content-Type"]) == (200, b"", "application/json")
    assert int(head.headers["Content-Length"]) > 100 < len(whole.data) == int(whole.headers["Content-Length"])
    pieces = client.get("/api/v1/pieces")
    assert (pieces.data, pieces.headers["Content-Length"]) == (b"a" + b"b" * 100_000 + b"c", "100002")
    assert "Transfer-Encoding" not in pieces.headers
    unchanged = client.get("/api/v1/unchanged")
    assert (unchanged.status_code, unchanged.data, unchanged.headers["ETag"]) == (304, b"", '"1"')


def raw_answer(client: Client, environ: WSGIEnvironment) -> tuple[bytes, int]:
    """The body and status of the answer to exactly that."""
    body, status, _headers = run_wsgi_app(client.application, environ, buffered=True)
    return b"".join(body), int(status[:3])


@pytest.mark.parametrize(("size", "status"), [(MAX_BODY_BYTES, 200), (MAX_BODY_BYTES + 1, 413)])
def test_the_longest_body(shared: Operators, size: int, status: int) -> None:
    environ = EnvironBuilder("/api/v1/echo", method="POST", data=b"x" * size).get_environ()
    answer, answer_status = raw_answer(shared.relay(), environ)
    assert answer_status == status
    if status == 413:
        assert json.loads(answer) == {
            "type": "about:blank",
            "title": "Request Entity Too Large",
            "status": 413,
            "detail": "the request's body is longer than 64 kB; send a shorter one",
            "errors": [
                {"field": "", "detail": "the request's body is longer than 64 kB", "remedy": "send a shorter one"}
            ],
        }


@pytest.mark.parametrize("is_relayed", [True, False], ids=["relayed", "in the worker"])
@pytest.mark.parametrize(
    ("path", "kind"), [("/api/v1/echo", "application/problem+json"), ("/subscribe/mail", "text/html; charset=utf-8")]
)
def test_a_body_in_chunks_is_refused(shared: Operators, path: str, kind: str, is_relayed: bool) -> None:
    """Whole or not: Granian gives one that broke off as if it were whole."""
    client = shared.relay() if is_relayed else shared.mounted()
    answer = client.post(path, headers={"Transfer-Encoding": "chunked", **TOKEN})
    assert (answer.status_code, answer.content_type, answer.headers["Connection"]) == (411, kind, "close")
    if path.startswith("/api/"):
        assert answer.get_json()["errors"][0]["remedy"] == "send a Content-Length"


def test_a_body_that_breaks_off_goes_no_further(shared: Operators) -> None:
    environ = EnvironBuilder("/api/v1/echo", method="POST", data=b"half").get_environ()
    environ.update({"CONTENT_LENGTH": "8", "wsgi.input": BytesIO(b"half")})
    answer, status = raw_answer(shared.relay(), dict(environ))
    assert (status, json.loads(answer)["detail"]) == (400, "the request's body broke off; send it again")
    environ["wsgi.input"] = BytesIO(b"half")
    assert raw_answer(shared.mounted(), {**environ, "wsgi.input_terminated": True})[1] == 400


class Silence:
    """The body of a client that sends nothing and stays, until it leaves."""

    def __init__(self) -> None:
        self.leaves = threading.Event()
        self.readers = 0

    def read(self, size: int) -> bytes:
        del size
        self.readers += 1
        self.leaves.wait(60)
        return b""


def test_silent_senders_keep_nobody_out_but_themselves(shared: Operators) -> None:
    """Neither operators with other credentials, nor those that sign in."""
    client, silence = shared.relay(), Silence()

    def post(address: str, path: str = "/api/v1/echo", *, token: bool = False, silent: bool = False) -> int:
        environ = EnvironBuilder(
            path, method="POST", data=b"x", environ_overrides={"REMOTE_ADDR": address}
        ).get_environ()
        if silent:
            environ["wsgi.input"] = silence
        if token:
            environ["HTTP_AUTHORIZATION"] = TOKEN["Authorization"]
        return raw_answer(client, environ)[1]

    silent = [
        threading.Thread(target=post, args=(f"192.0.2.{number}",), kwargs={"silent": True, "token": number > 4})
        for number in range(1, 11)
    ]
    for each in silent:
        each.start()
    try:
        until(lambda: silence.readers == len(silent))
        assert (post("192.0.2.99"), post("192.0.2.99", token=True)) == (503, 503)
        assert post("192.0.2.1", "/operator/sign-in") == 404
    finally:
        silence.leaves.set()
        for each in silent:
            each.join(60)
    assert (post("192.0.2.1"), post("192.0.2.1", token=True)) == (200, 200)


def test_while_the_process_does_not_run(tmp_path: Path) -> None:
    client = Operators(socket_path=str(tmp_path / "socket")).relay()
    api, console = client.post("/api/v1/changes", data="{}"), client.get("/operator/")
    assert [(each.status_code, each.headers["Retry-After"]) for each in (api, console)] == [(503, "1")] * 2
    assert api.mimetype == "application/problem+json"
    assert "This page is not available at the moment" in console.text
    assert "Cette page n’est pas disponible pour le moment" in console.text
    assert client.get("/elsewhere").status_code == 404


def test_an_answer_that_is_late(operators: Operators) -> None:
    answer = operators.relay(seconds_to_answer=0.2).post("/api/v1/wait", headers=TOKEN)
    assert (answer.status_code, answer.get_json()["detail"]) == (
        504,
        "this took too long; check whether the request was carried out before you repeat it",
    )
    assert [each["event"] for each in operators.log.entries] == ["request failed"]


@contextmanager
def requests_waiting(operators: Operators, client: Client, *requests: dict[str, Any]) -> Generator[list[int]]:
    """Requests that all wait in the process; the list gets their statuses once they don't."""
    statuses: list[int] = []

    def send(each: dict[str, Any]) -> None:
        statuses.append(client.open(**each).status_code)

    def has_arrived(number: int) -> bool:
        return len(operators.waiting) == number

    with ExitStack() as stack:
        stack.callback(operators.release.set)
        for number, each in enumerate(requests, 1):
            thread = threading.Thread(target=send, args=(each,))
            thread.start()
            stack.callback(thread.join, 60)
            stack.callback(operators.release.set)
            until(partial(has_arrived, number))
        yield statuses


def waiting_request(address: str, **headers: str) -> dict[str, Any]:
    return {
        "path": "/api/v1/wait",
        "method": "POST",
        "data": "x",
        "headers": headers,
        "environ_overrides": {"REMOTE_ADDR": address},
    }


def test_strangers_get_a_share_of_the_threads(operators: Operators) -> None:
    """Of eight: one for feeds, one for a stranger's body, three for strangers."""
    client = operators.relay(threads=8)

    def post(address: str, **headers: str) -> int:
        return client.post(
            "/api/v1/echo", data="x", headers=headers, environ_overrides={"REMOTE_ADDR": address}
        ).status_code

    with requests_waiting(operators, client, waiting_request("192.0.2.1")) as statuses:
        assert [post("192.0.2.1"), post("192.0.2.2"), post("192.0.2.1", Authorization="Bearer wrong")] == [503] * 3
        assert [post("192.0.2.1", **TOKEN), client.get("/api/v1/echo").status_code] == [200, 200]
        operators.release.set()
        until(lambda: statuses == [200])
        assert post("192.0.2.1") == 200


def test_one_network_sends_one_body(operators: Operators) -> None:
    client = operators.relay(threads=16)
    with requests_waiting(operators, client, waiting_request("2001:db8::1"), waiting_request("2001:db8:1::1")):
        refused = client.post("/api/v1/echo", data="x", environ_overrides={"REMOTE_ADDR": "2001:db8::2"})
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "1")
        assert client.post("/api/v1/echo", data="x", environ_overrides={"REMOTE_ADDR": "192.0.2.1"}).status_code == 200


def test_operators_leave_a_thread_for_feeds(operators: Operators) -> None:
    client = operators.relay(threads=4)
    with requests_waiting(operators, client, *3 * [waiting_request("192.0.2.1", **TOKEN)]) as statuses:
        begin = time.monotonic()
        assert client.post("/api/v1/echo", data="x", headers=TOKEN).status_code == 503
        assert time.monotonic() - begin < 1
    assert statuses == [200] * 3


def test_an_application_is_made_once_and_late() -> None:
    made: list[str] = []

    def make() -> Callable[[WSGIEnvironment, StartResponse], Iterable[bytes]]:
        made.append("one")
        return lambda _environ, start: (start("200 OK", []), [b"answer"])[1]

    client = Client(DeferredApplication(make))
    assert made == []
    assert [client.get("/").data, client.get("/").data, *made] == [b"answer", b"answer", "one"]
