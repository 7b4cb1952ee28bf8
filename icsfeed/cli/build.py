"""``icsfeed build``."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from icsfeed.cli.inputs import current_instant, open_inputs
from icsfeed.cli.options import example, option, with_settings
from icsfeed.domain.situation import Situation
from icsfeed.ical.series import Rendering
from icsfeed.publication.feeds import build_feed
from icsfeed.settings import Settings
from icsfeed.store.files import write_whole

_STANDARD_OUTPUT: Final = Path("-")


@click.command(
    epilog=example(
        "build all --rendering expanded -o all.ics", "build all --rendering maintnote", "build all --language fr"
    )
)
@click.argument("feed")
@option(
    "--rendering",
    type=click.Choice([each.value for each in Rendering]),
    default="series",
    show_default=True,
    help="Recurring events for people, single events in UTC for machines, or MAINTNOTE events for network teams.",
)
@option(
    "--language",
    metavar="CODE",
    default="",
    help="One of the calendar's languages, such as fr. Default: the first.",
)
@option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, allow_dash=True),
    default=_STANDARD_OUTPUT,
    help="The file to write, in one step. Default: standard output.",
)
@with_settings
def build(feed: str, rendering: str, language: str, output: Path, settings: Settings) -> None:
    """Print the bytes of one FEED, such as "all"."""
    inputs = open_inputs(settings, or_example=True)
    situation = Situation(
        schedule=inputs.schedule, record=inputs.record(), now=current_instant(settings, inputs.schedule)
    )
    built = build_feed(situation, feed, Rendering(rendering), language=language, kept_schedule=inputs.kept_schedule)
    if built.left_out:
        click.echo(f"icsfeed: {built.left_out} events are left out of this feed; it holds 1,000, or 1 MB", err=True)
    if output == _STANDARD_OUTPUT:
        click.echo(built.body, nl=False)
    else:
        write_whole(output, built.body)
