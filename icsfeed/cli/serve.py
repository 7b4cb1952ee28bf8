"""``icsfeed serve``."""

from __future__ import annotations

import gc
import multiprocessing
import os
import pkgutil
import signal
import socket
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from tempfile import TemporaryDirectory
from typing import Any

import click

from icsfeed.cli.inputs import schedule_path
from icsfeed.cli.options import option, with_settings
from icsfeed.domain.errors import UnavailableError
from icsfeed.settings import Settings, parse_prefix

_THREADS = 1
"""Python runs one at a time, a request merely copies bytes, and what takes longer is done beside it. More only wait for
each other. *Measured*: at two, a sixth of the throughput is gone.
"""

IDLE_SECONDS = 75
"""Longer than proxies keep an idle connection (60 s, mostly): it is they who close it, or a request would meet the end.
"""

_MOST_HEADERS = 64 * 1024
"""Bytes of a request's headers, about; many more are refused (431)."""

_MOST_CONNECTIONS = 65536
"""As far as the system lets a process have them: by default it is 1,024, which slow clients would use up."""

_ALLOCATION = {
    "MALLOC_ARENA_MAX": "2",
    "MALLOC_MMAP_THRESHOLD_": str(256 * 1024),
    "MALLOC_TRIM_THRESHOLD_": str(256 * 1024),
}
"""How glibc's malloc (mallopt(3)) is to go about in the workers: a publication, once another is there, goes back to the
system. Left to itself, it keeps what large blocks were freed and carves small ones from them: after each change a
worker holds a little more.
"""

_SECONDS_OF_TRUST = 5
"""After which a worker is taken for one that serves; Granian takes one that dies sooner for hopeless, and ends."""

_PAUSE = 1
"""Seconds after a death before the next one is heard of: a worker that can't begin is not tried without pause."""

_SECONDS_TO_STOP = 5
"""For the requests under way when the server is told to end; then their workers are killed."""


@click.command()
@option("--host", default="127.0.0.1", show_default=True, help="The address to listen at; 0.0.0.0 for all of them.")
@option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="The port to listen at.")
@option("--workers", type=click.IntRange(1, 256), default=1, show_default=True, help="How many processes serve.")
@option(
    "--trusted-hops",
    type=click.IntRange(0, 16),
    default=0,
    show_default=True,
    help="How many proxies in front of it have their X-Forwarded headers believed.",
)
@option("--prefix", metavar="PATH", default="", help="The path below which everything is, where a proxy leaves it on.")
@option("--access-log", is_flag=True, help="Log every request, on standard error.")
@with_settings
def serve(
    host: str,
    port: int,
    workers: int,
    trusted_hops: int,
    prefix: str,
    settings: Settings,
    *,
    access_log: bool,
) -> None:
    """Serve the feeds, and a page that lists them.

    An edit of the schedule is public at once; while it has mistakes, what was good before stays, /readyz says so and
    the log says why. Ctrl-C or SIGTERM ends it; HUP starts the workers anew. With --now the clock stands still, and
    nothing is recorded.
    """
    from icsfeed.store.database.database import Database
    from icsfeed.store.schedule_file import load_schedule

    path = schedule_path(settings).absolute()
    schedule = load_schedule(path).schedule
    Database(settings.database).close()  # a wrong URL is refused here once, not in each worker; nothing connects yet
    pinned = settings.pinned_instant(lambda: schedule.calendar.zone)
    settings = replace(
        settings,
        schedule=path,
        now=pinned.isoformat() if pinned is not None else None,
        trusted_hops=trusted_hops,
        prefix=parse_prefix(prefix),
        access_log=access_log,
    )
    address = _address(host, port)
    os.environ.update(settings.to_environment())  # for the workers, which are processes of their own
    announcement = f"icsfeed: serving {path} at {_url(address, port)}{settings.prefix.removeprefix('/')}"
    with _shared_counts():
        run_server(
            "icsfeed.bootstrap:create_app", address=address, port=port, workers=workers, announcement=announcement
        )


@contextmanager
def _shared_counts() -> Generator[None]:
    """A folder in which the workers add up what they count for /metrics, unless the environment names one."""
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        yield
        return
    with TemporaryDirectory(prefix="icsfeed-metrics-", ignore_cleanup_errors=True) as folder:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
        yield


def run_server(
    factory: str, *, address: str, port: int, workers: int, announcement: str, idle_seconds: int = IDLE_SECONDS
) -> None:
    """Serve the application that ``factory`` (``module:function``) makes, until a signal ends it.

    A connection on which nothing comes for ``idle_seconds``, or no whole request, is closed.
    """
    from granian import Granian
    from granian.constants import HTTPModes, Interfaces
    from granian.http import HTTP1Settings
    from granian.log import LogLevels

    class Server(Granian):  # type: ignore[misc,valid-type] # it is chosen as the system has it
        """One that goes on as long as any of its workers serves, however often another one dies."""

        def _respawn_workers(self, workers: list[int], *rest: Any, delay: float = 0) -> None:  # noqa: ANN401
            super()._respawn_workers(workers, *rest, delay=delay)
            if not delay:  # not told to by HUP: they died
                time.sleep(_PAUSE)
            now = time.monotonic()
            others = (each for each in self.wrks if each.idx not in workers and each.is_alive())
            if delay or any(now - each.birth > _SECONDS_OF_TRUST for each in others):
                for worker in workers:
                    self.respawned_wrks.pop(worker, None)

    console = {"class": "logging.StreamHandler", "formatter": "generic", "stream": "ext://sys.stderr"}
    server = Server(
        factory,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,  # else a connection that never says anything is waited for without end
        http1_settings=HTTP1Settings(header_read_timeout=1000 * idle_seconds, max_buffer_size=_MOST_HEADERS),
        address=address,
        port=port,
        workers=workers,
        blocking_threads=_THREADS,
        respawn_failed_workers=True,
        workers_kill_timeout=_SECONDS_TO_STOP,
        log_level=LogLevels.warning,
        log_dictconfig={"handlers": {"console": console, "access": console}},
    )
    server.on_startup(lambda: click.echo(announcement, err=True))
    _let_many_in()
    os.environ["PYTHONSAFEPATH"] = "1"  # or a worker would start by importing from the current folder: a copy.py, say
    for variable, value in _ALLOCATION.items():
        os.environ.setdefault(variable, value)  # read where a process begins, as those of the workers do below
    # A fork would carry over the parent's signal handlers, which do nothing in a worker, and whatever locks its threads
    # hold. Everywhere but on Linux before Python 3.14 this is how it is anyway.
    multiprocessing.set_start_method("spawn", force=True)
    server.serve(target_loader=_application)


def _let_many_in() -> None:
    """Have the workers hold as many connections as they may."""
    if sys.platform != "win32":
        import resource

        few, many = resource.getrlimit(resource.RLIMIT_NOFILE)
        most = _MOST_CONNECTIONS if many == resource.RLIM_INFINITY else min(many, _MOST_CONNECTIONS)
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(few, most), many))


def _application(factory: str) -> Any:  # noqa: ANN401  (any WSGI application)
    """Make the application, in a worker."""
    if sys.platform != "win32":
        # A terminal's Ctrl-C reaches the workers, too. It is the parent that ends them, by SIGTERM; a worker of
        # Granian's that gets both never ends.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    made = pkgutil.resolve_name(factory)()
    # What there is by now stays: to look it through for garbage again and again would cost each request a microsecond.
    gc.collect()
    gc.freeze()
    return getattr(made, "wsgi_app", made)  # all that Flask's own call does is to call this


def _address(host: str, port: int) -> str:
    """The IP address of ``host``, at which nobody listens yet.

    Granian shares a port with whoever else allows it, so a second server would get half of the requests: it is tried
    here first.
    """
    try:
        family, kind, protocol, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            if sys.platform != "win32":  # elsewhere this skips the connections that a server before left closing
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(where)
    except OSError as error:
        msg = f"can't listen at {host}, port {port}: {(error.strerror or str(error)).lower()}"
        raise UnavailableError(msg) from error
    return str(where[0])


def _url(address: str, port: int) -> str:
    """What to open in a browser on this machine."""
    here = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(address, address)  # noqa: S104  (asked for, not chosen)
    return f"http://[{here}]:{port}/" if ":" in here else f"http://{here}:{port}/"
