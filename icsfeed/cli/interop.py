"""``icsfeed interop``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from icsfeed.cli.inputs import current_instant, open_inputs
from icsfeed.cli.options import example, option, output_option, with_settings
from icsfeed.cli.output import print_line, write_output
from icsfeed.domain.feeds import ALL
from icsfeed.domain.situation import Situation
from icsfeed.publication.interop.formats import FORMATS, interop_document
from icsfeed.settings import Settings


@click.command(epilog=example("interop alertmanager --feed production", "interop argocd -o sync-windows.yml"))
@click.argument("format_name", metavar="FORMAT", type=click.Choice(FORMATS))
@option("--feed", metavar="SLUG", default=ALL, show_default=True, help="The feed whose times are printed.")
@output_option
@with_settings
def interop(format_name: str, feed: str, output: Path, settings: Settings) -> None:
    """Print when changes may run in the FORMAT of another system.

    FORMAT is alertmanager (time intervals), argocd (sync windows), gke (a cluster's maintenance policy) or
    change-calendar (AWS Systems Manager, SUSE Manager).

    What the format has no place for is left out; standard error says so. Exit status: 1 where it can't have the feed.
    """
    inputs = open_inputs(settings, or_example=True)
    situation = Situation(
        schedule=inputs.schedule, record=inputs.record(), now=current_instant(settings, inputs.schedule)
    )
    document = interop_document(situation, format_name, feed)
    for each in document.warnings:
        print_line(each if document.is_refused else f"warning: {each}", err=True)
    if document.is_refused:
        sys.exit(1)
    write_output(output, document.body)
