"""How fast feeds are served: ``python -m tests.benchmarks.serving``.

Compares the application with a bare WSGI callable that returns the same headers and bytes, on the same server with the
same settings, in alternation, and prints the median of the ratios. Everything stays on the loopback address.

The load comes from wrk (Debian: ``apt-get install wrk``). A generator in Python would be slower than what it measures,
and so make any two servers look alike.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import click
import httpx

from icsfeed.store.schedule_file import example_path

ROOT: Final = Path(__file__).parents[2]
LOOPBACK: Final = "127.0.0.1"
PATH: Final = "/feeds/all.ics"
ICSFEED: Final = "icsfeed.bootstrap:create_app"
BARE: Final = "tests.benchmarks.serving:make_bare"
CONNECTIONS: Final = 16
PATIENCE: Final = 30
"""Seconds within which a server starts, or stops."""


def make_bare() -> WSGIApplication:
    """A callable that gives what the application answers at ``PATH``, and knows nothing but that."""
    from icsfeed.bootstrap import create_app  # noqa: PLC0415  (in the server's process only)

    client = create_app().test_client()
    whole = client.get(PATH)
    held = client.get(PATH, headers={"If-None-Match": whole.headers["ETag"]})
    whole_headers, held_headers = list(whole.headers.items()), list(held.headers.items())
    body = whole.data

    def bare(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if "HTTP_IF_NONE_MATCH" in environ:
            start_response("304 Not Modified", list(held_headers))
            return []
        start_response("200 OK", list(whole_headers))
        return [body]

    return bare


@contextlib.contextmanager
def running(factory: str) -> Iterator[str]:
    """A server of that application, started as ``serve`` starts it; gives the URL of the feed."""
    with socket.create_server((LOOPBACK, 0)) as free:
        port = free.getsockname()[1]
    program = (
        "from icsfeed.cli.serve import run_server\n"
        f"run_server({factory!r}, address={LOOPBACK!r}, port={port}, workers=1, announcement={factory!r})"
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
    """What wrk gets out of ``url`` in that many seconds."""
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", *(f"-H{header}" for header in headers), url]
    output = subprocess.run(command, check=True, capture_output=True, text=True, timeout=seconds + PATIENCE).stdout
    found = re.search(r"^Requests/sec:\s+([\d.]+)", output, re.MULTILINE)
    if found is None or "Non-2xx" in output or "Socket errors" in output:
        raise click.ClickException(output)
    return float(found[1])


@click.command()
@click.option("--rounds", type=click.IntRange(1, 50), default=5, show_default=True)
@click.option("--seconds", type=click.IntRange(1, 60), default=3, show_default=True, help="Length of a measurement.")
def main(rounds: int, seconds: int) -> None:
    """Measure the feed, whole and unchanged (304), beside bare WSGI."""
    if shutil.which("wrk") is None:
        msg = "wrk is not installed (Debian: apt-get install wrk)"
        raise click.ClickException(msg)
    os.environ.pop("ICSFEED_NOW", None)
    os.environ["ICSFEED_SCHEDULE"] = str(example_path())
    with running(ICSFEED) as served, running(BARE) as bare:
        whole = httpx.get(served, headers={"Accept-Encoding": "identity"}, trust_env=False)
        click.echo(f"{PATH}: {len(whole.content)} bytes, {CONNECTIONS} connections, {rounds} rounds of {seconds} s")
        for name, headers in (("200", []), ("304", [f"If-None-Match: {whole.headers['ETag']}"])):
            # One after the other in each round: whatever else slows the machine slows both.
            pairs = [
                (requests_per_second(served, seconds, *headers), requests_per_second(bare, seconds, *headers))
                for _ in range(rounds)
            ]
            ratio = statistics.median(ours / theirs for ours, theirs in pairs)
            ours, theirs = (statistics.median(column) for column in zip(*pairs, strict=True))
            click.echo(f"{name}: icsfeed {ours:,.0f}/s, bare WSGI {theirs:,.0f}/s, ratio {ratio:.2f}")


if __name__ == "__main__":
    main()
