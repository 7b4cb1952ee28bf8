"""``icsfeed build``."""

from __future__ import annotations

from pathlib import Path

import click

from icsfeed.cli.inputs import current_instant, open_inputs
from icsfeed.cli.options import example, option, output_option, with_settings
from icsfeed.cli.output import write_output
from icsfeed.domain.situation import Situation
from icsfeed.ical.series import Rendering
from icsfeed.publication.feeds import build_feed
from icsfeed.settings import Settings


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
@output_option
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
    write_output(output, built.body)
