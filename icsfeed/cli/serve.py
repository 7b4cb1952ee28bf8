"""``icsfeed serve``."""

from __future__ import annotations

import os
from dataclasses import replace

import click

from icsfeed.cli.inputs import is_example, open_inputs, prepare_database, present, say_who_is_kept_out
from icsfeed.cli.options import WholeNumber, example, option, with_settings
from icsfeed.settings import MAX_TRUSTED_HOPS, Settings, parse_prefix
from icsfeed.store.schedule_file import load_watched_schedule
from icsfeed.store.schedule_file.receivers import ReceiverWatch


@click.command(epilog=example("serve", "serve --host 0.0.0.0 --port 8080 --workers 2 --trusted-hops 1"))
@option("--host", default="127.0.0.1", show_default=True, help="The address to listen on; 0.0.0.0 for all.")
@option("--port", type=WholeNumber(1, 65535), default=8000, show_default=True, help="The port to listen on.")
@option("--workers", type=WholeNumber(1, 256), default=1, show_default=True, help="The number of processes.")
@option(
    "--trusted-hops",
    type=WholeNumber(0, MAX_TRUSTED_HOPS),
    default=0,
    show_default=True,
    help="The number of proxies in front whose X-Forwarded headers are trusted.",
)
@option(
    "--prefix", metavar="PATH", default="", help="Serve everything below this path, for a proxy that keeps the path."
)
@option("--access-log", is_flag=True, help="Log every request to standard error.")
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
    """Serve the feeds and the pages.

    An edited schedule is public at once. If it has errors, the last good calendar stays public, /readyz says "stale",
    and the log names the errors. Ctrl-C or SIGTERM stops the server, SIGHUP restarts its workers. Where the schedule
    has channels or mail, announcements are sent by a process of its own. With --now, nothing is recorded or sent.
    """
    from icsfeed.service_log import service_log
    from icsfeed.web.listening import browser_url, listen
    from icsfeed.web.relay import OPERATORS_SOCKET
    from icsfeed.web.server import run_server
    from icsfeed.web.shared_folders import operators_pulse
    from icsfeed.web.side_process import SideWork

    inputs = open_inputs(settings, or_example=True, load=load_watched_schedule)
    path = inputs.path.absolute()
    pinned = settings.pinned_instant(lambda: inputs.schedule.calendar.zone)
    settings = replace(
        settings,
        schedule=path,
        database=prepare_database(inputs),  # a wrong one is refused here, once, instead of in each worker
        now=pinned.isoformat() if pinned is not None else None,
        trusted_hops=trusted_hops,
        prefix=parse_prefix(prefix),
        access_log=access_log,
    )
    say_who_is_kept_out(inputs, pinned or present())
    listener = listen(host, port)
    os.environ.update(settings.to_environment())  # for the workers, which are processes of their own
    url = browser_url(listener) + settings.prefix.removeprefix("/")
    watch = ReceiverWatch(path, inputs.loaded)
    sender = SideWork(name="sender", function="icsfeed.bootstrap:run_sender", is_wanted=watch.has_receivers)
    operators = SideWork(
        name="operators",
        function="icsfeed.bootstrap:run_operators",
        is_wanted=lambda: OPERATORS_SOCKET in os.environ,
        pulse=operators_pulse,
    )
    is_preview = pinned is not None or is_example(path)
    run_server(
        "icsfeed.bootstrap:create_app",
        listener=listener,
        workers=workers,
        on_start=lambda: click.echo(f"icsfeed: serving {path} at {url}", err=True),
        log=service_log(),
        side_works=[operators] if is_preview else [operators, sender],
    )
