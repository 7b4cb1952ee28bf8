"""``icsfeed build``."""

from __future__ import annotations

from pathlib import Path

import click

from icsfeed.cli.inputs import instant_now, open_schedule
from icsfeed.cli.options import database_option, now_option, option, schedule_option

_STANDARD_OUTPUT = Path("-")


@click.command()
@click.argument("feed")
@option(
    "--rendering",
    type=click.Choice(["series", "expanded"]),
    default="series",
    show_default=True,
    help="Recurring events for people, or single events in UTC for machines.",
)
@option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, allow_dash=True),
    default=_STANDARD_OUTPUT,
    help="The file to write, in one step. Default: standard output.",
)
@schedule_option
@database_option
@now_option
def build(feed: str, rendering: str, output: Path, schedule: Path | None, database: str, now: str | None) -> None:
    """Print the bytes of one FEED, such as `all`."""
    from icsfeed.ical.series import Rendering
    from icsfeed.publication.feeds import build_feed
    from icsfeed.store.database import recorded
    from icsfeed.store.files import write_whole

    policy = open_schedule(schedule).schedule
    made = build_feed(policy, feed, Rendering(rendering), now=instant_now(now, policy), record=recorded(database))
    if made.left_out:
        click.echo(f"icsfeed: {made.left_out} events found no place in this feed; it holds 1,000 or 1 MB", err=True)
    if output == _STANDARD_OUTPUT:
        click.echo(made.body, nl=False)
    else:
        write_whole(output, made.body)
