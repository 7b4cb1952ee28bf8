"""How fast feeds are served: ``python -m tests.benchmarks.serving``.

Measures the application and another one in turn, and prints the median of the ratios. The others are: a bare WSGI
callable that gives the same headers and bytes, a Flask route that returns ready bytes, one that also gives the same
headers and 304, one that renders the feed for each request (all on the same server with the same settings), and nginx
with the feed as a file. Everything stays on the loopback address.

The load comes from wrk (Debian: ``apt-get install wrk nginx``). A load generator in Python would be slower than what it
measures, so any two servers would look alike.
"""

from __future__ import annotations

import contextlib
import gzip
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Iterable
from datetime import datetime
from pathlib import Path
from typing import Final
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import click
import httpx

from icsfeed.domain.situation import Situation
from icsfeed.store.schedule_file import example_path

ROOT: Final = Path(__file__).parents[2]
LOOPBACK: Final = "127.0.0.1"
PATH: Final = "/feeds/all.ics"
ICSFEED: Final = "icsfeed.bootstrap:create_app"
BARE: Final = "tests.benchmarks.serving:make_bare"
FLASK: Final = "tests.benchmarks.serving:make_flask"
CONDITIONAL: Final = "tests.benchmarks.serving:make_conditional_flask"
REBUILDING: Final = "tests.benchmarks.serving:make_rebuilding"
NOW: Final = "2026-11-23T12:00:00Z"
CONNECTIONS: Final = 16
PATIENCE: Final = 30
"""Seconds that a server may take to start or stop."""


def make_bare() -> WSGIApplication:
    """A callable that gives the application's answer at ``PATH``, and does nothing else."""
    from icsfeed.bootstrap import create_app  # noqa: PLC0415  (in the server's process only)

    client = create_app().test_client()
    whole = client.get(PATH)
    unchanged = client.get(PATH, headers={"If-None-Match": whole.headers["ETag"]})
    whole_headers, unchanged_headers = list(whole.headers.items()), list(unchanged.headers.items())
    body = whole.data

    def bare(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if "HTTP_IF_NONE_MATCH" in environ:
            start_response("304 Not Modified", list(unchanged_headers))
            return []
        start_response("200 OK", list(whole_headers))
        return [body]

    return bare


def make_flask() -> WSGIApplication:
    """A Flask application with one route, which returns ready bytes."""
    from flask import Flask, Response  # noqa: PLC0415  (in the server's process only)

    from icsfeed.bootstrap import create_app  # noqa: PLC0415

    body = create_app().test_client().get(PATH).data
    app = Flask(__name__)

    @app.get(PATH)
    def feed() -> Response:
        return Response(body, content_type="text/calendar; charset=utf-8")

    return app


def make_conditional_flask() -> WSGIApplication:
    """A Flask application with one route, which answers as icsfeed does: the same headers, and 304."""
    from flask import Flask, Response, request  # noqa: PLC0415  (in the server's process only)

    from icsfeed.bootstrap import create_app  # noqa: PLC0415

    whole = create_app().test_client().get(PATH)
    body, headers = whole.data, whole.headers
    app = Flask(__name__)

    @app.get(PATH)
    def feed() -> Response:
        response = Response(body, headers=headers)
        response.make_conditional(request)
        return response

    return app


def make_rebuilding() -> WSGIApplication:
    """A Flask application with one route, which renders the feed for each request."""
    from flask import Flask, Response  # noqa: PLC0415  (in the server's process only)

    from icsfeed.ical.series import Rendering  # noqa: PLC0415
    from icsfeed.publication.feeds import build_feed  # noqa: PLC0415
    from icsfeed.store.schedule_file import load_schedule  # noqa: PLC0415

    schedule = load_schedule(example_path()).schedule
    now = datetime.fromisoformat(NOW)
    app = Flask(__name__)

    @app.get(PATH)
    def feed() -> Response:
        body = build_feed(Situation(schedule=schedule, now=now), "all", Rendering.SERIES).body
        return Response(body, content_type="text/calendar; charset=utf-8")

    return app


@contextlib.contextmanager
def nginx(feed: bytes) -> Generator[str]:
    """Nginx with one worker, as icsfeed has here, and the feed as a file with a gzip file beside it."""
    with tempfile.TemporaryDirectory() as folder, socket.create_server((LOOPBACK, 0)) as free:
        port = free.getsockname()[1]
        root = Path(folder)
        root.chmod(0o755)
        file = root.joinpath(*PATH.split("/"))
        file.parent.mkdir()
        file.write_bytes(feed)
        file.with_name(f"{file.name}.gz").write_bytes(gzip.compress(feed, 6))
        (root / "nginx.conf").write_text(NGINX.format(root=root, port=port), encoding="utf-8")
        free.close()
        program = shutil.which("nginx") or "nginx"
        process = subprocess.Popen([program, "-e", "stderr", "-c", root / "nginx.conf"], cwd=folder)
        try:
            url = f"http://{LOOPBACK}:{port}{PATH}"
            _wait_for(url, process)
            yield url
        finally:
            process.terminate()
            process.wait(PATIENCE)


NGINX: Final = """\
worker_processes 1; daemon off; pid {root}/pid;
events {{ worker_connections 1024; }}
http {{
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000;
  types {{ text/calendar ics; }}
  gzip_static on;
  client_body_temp_path {root}/1; proxy_temp_path {root}/2; fastcgi_temp_path {root}/3; uwsgi_temp_path {root}/4;
  scgi_temp_path {root}/5;
  server {{ listen 127.0.0.1:{port}; root {root}; }}
}}
"""


@contextlib.contextmanager
def serving(factory: str) -> Generator[str]:
    """Serve that application as ``serve`` does; gives the URL of the feed."""
    with socket.create_server((LOOPBACK, 0)) as free:
        port = free.getsockname()[1]
    program = (
        "from icsfeed.service_log import service_log\n"
        "from icsfeed.web.listening import listen\n"
        "from icsfeed.web.server import run_server\n"
        f"run_server({factory!r}, listener=listen({LOOPBACK!r}, {port}), workers=1, on_start=print, log=service_log())"
    )
    process = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT)
    try:
        url = f"http://{LOOPBACK}:{port}{PATH}"
        _wait_for(url, process)
        yield url
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(httpx.TransportError):
            httpx.get(url, trust_env=False).raise_for_status()
            return
        time.sleep(0.1)
    msg = f"nothing answers at {url}"
    raise click.ClickException(msg)


def requests_per_second(url: str, seconds: int, *headers: str) -> float:
    """The request rate that wrk measures at ``url``."""
    command = [
        "wrk",
        "-t1",
        f"-c{CONNECTIONS}",
        f"-d{seconds}s",
        f"--timeout={PATIENCE}s",
        *(f"-H{header}" for header in headers),
        url,
    ]
    output = subprocess.run(command, check=True, capture_output=True, text=True, timeout=seconds + PATIENCE).stdout
    match = re.search(r"^Requests/sec:\s+([\d.]+)", output, re.MULTILINE)
    if match is None or "Non-2xx" in output or "Socket errors" in output:
        raise click.ClickException(output)
    return float(match[1])


@click.command()
@click.option("--rounds", type=click.IntRange(1, 50), default=5, show_default=True)
@click.option("--seconds", type=click.IntRange(1, 60), default=3, show_default=True, help="Length of a measurement.")
def main(rounds: int, seconds: int) -> None:
    """Measure how fast the feed is served, against other ways to serve the same bytes."""
    for program in ("wrk", "nginx"):
        if shutil.which(program) is None:
            msg = f"{program} is not installed (Debian: apt-get install {program})"
            raise click.ClickException(msg)
    os.environ.pop("ICSFEED_NOW", None)
    os.environ.pop("ICSFEED_DATABASE", None)
    with tempfile.TemporaryDirectory() as folder:
        schedule = Path(folder) / "schedule.toml"
        schedule.write_bytes(example_path().read_bytes())  # nothing is recorded with the example itself
        os.environ["ICSFEED_SCHEDULE"] = str(schedule)
        with serving(ICSFEED) as ours:
            time.sleep(1)  # for one second after the start there is no Last-Modified
            whole = httpx.get(ours, headers={"Accept-Encoding": "identity"}, trust_env=False)
            click.echo(f"{PATH}: {len(whole.content)} bytes, {CONNECTIONS} connections, {rounds} rounds of {seconds} s")
            packed = ["Accept-Encoding: gzip"]
            unchanged = [f"If-None-Match: {whole.headers['ETag']}"]
            with serving(BARE) as bare:
                _compare("200 against bare WSGI", ours, bare, rounds, seconds, [])
                _compare("304 against bare WSGI", ours, bare, rounds, seconds, unchanged)
                _compare("gzip against bare WSGI with the plain bytes", ours, bare, rounds, seconds, packed)
            with serving(FLASK) as flask:
                _compare("200 against a Flask route with ready bytes", ours, flask, rounds, seconds, [])
            with serving(CONDITIONAL) as flask:
                _compare("200 against a Flask route that answers as the application", ours, flask, rounds, seconds, [])
                _compare(
                    "304 against a Flask route that answers as the application", ours, flask, rounds, seconds, unchanged
                )
            with serving(REBUILDING) as rebuilding:
                _compare("200 against a Flask route that renders", ours, rebuilding, 1, 10 * seconds, [])
            with nginx(whole.content) as file:
                _compare("200 against nginx", ours, file, rounds, seconds, [])
                _compare("gzip against nginx", ours, file, rounds, seconds, packed)


def _compare(label: str, ours: str, theirs: str, rounds: int, seconds: int, headers: list[str]) -> None:  # noqa: PLR0917
    # One after the other in each round, so that other load on the machine slows both.
    pairs = [
        (requests_per_second(ours, seconds, *headers), requests_per_second(theirs, seconds, *headers))
        for _ in range(rounds)
    ]
    ratio = statistics.median(mine / other for mine, other in pairs)
    mine, other = (statistics.median(column) for column in zip(*pairs, strict=True))
    click.echo(f"{label}: icsfeed {mine:,.0f}/s, the other {other:,.0f}/s, ratio {ratio:.2f}")


if __name__ == "__main__":
    main()
