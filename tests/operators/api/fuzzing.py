"""Requests that schemathesis makes up from the document, sent to the operators' application on a real socket."""

from __future__ import annotations

import contextlib
import ipaddress
import itertools
import subprocess
import sys
import threading
from collections.abc import Generator, Iterable
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from werkzeug.serving import WSGIRequestHandler, make_server

from icsfeed.domain.operators import Scope
from icsfeed.store.database.database import Database
from icsfeed.web.operators.application import make_operators_application
from tests.cli.running import IN_FORCE
from tests.operators.access import create
from tests.operators.api.clients import API, new_context

WITHOUT_STATE = ("--exclude-path", f"{API}/state")
"""Feed workers answer the public path."""

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

_CONFIGURATION = """\
[checks.positive_data_acceptance]
# What a schema allows, the policy or the present state may refuse: an end before the start, no such change.
expected-statuses = ["2xx", 400, 401, 403, 404, 406, 409, 412, 422, 429, 503]

[checks.negative_data_rejection]
expected-statuses = [400, 401, 403, 404, 405, 406, 409, 412, 413, 415, 422, 429]
"""


@contextlib.contextmanager
def operators_server(folder: Path, *, scope: Scope = Scope.WRITE) -> Generator[tuple[str, str]]:
    """A server with an empty record; gives its address, and a token of that scope."""
    schedule = folder / "schedule.toml"
    schedule.write_text(IN_FORCE, encoding="utf-8")
    with closing(Database(f"sqlite:///{folder}/operators.db", may_be_missing=True)) as database:
        clock = partial(datetime.now, UTC)
        application = make_operators_application(new_context(schedule, database, clock))
        token = create(database, "fuzzer", scope=scope, lasts=None, now=clock()).text
        served = _from_everywhere(application.wsgi_app)
        server = make_server("127.0.0.1", 0, served, threaded=True, request_handler=SilentHandler)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", token
        finally:
            server.shutdown()
            thread.join(5)


class SilentHandler(WSGIRequestHandler):
    """Logs no request."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Do nothing."""


def _from_everywhere(application: WSGIApplication) -> WSGIApplication:
    """The application, to which each request seems to come from another network: failed attempts are limited by it."""
    numbers = itertools.count(1)

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ["REMOTE_ADDR"] = str(ipaddress.IPv4Address(0x0A000000 + next(numbers)))
        return application(environ, start_response)

    return answer


def fuzz(folder: Path, url: str, token: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run schemathesis, with a token or without one, with all of its checks."""
    (folder / "schemathesis.toml").write_text(_CONFIGURATION, encoding="utf-8")
    headers = ("--header", f"Authorization: Bearer {token}") if token else ()
    program = Path(sys.executable).with_name("schemathesis")
    command = (
        program,
        "run",
        f"{url}{API}/openapi.json",
        "--checks",
        "all",
        "--no-color",
        *headers,
        *arguments,
    )
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
