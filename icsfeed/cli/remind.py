"""``icsfeed remind``."""

from __future__ import annotations

import click

from icsfeed.cli.inputs import current_instant, open_inputs
from icsfeed.cli.options import WholeNumber, example, json_option, option, with_settings
from icsfeed.cli.output import print_json, print_line
from icsfeed.domain.situation import Situation
from icsfeed.publication.reminders.channels import CHANNELS
from icsfeed.publication.reminders.printing import edition_for, printed_reminder, printed_variables
from icsfeed.services.reminders import DEFAULT_DAYS
from icsfeed.settings import Settings

_MAX_DAYS = 366


@click.command(epilog=example("remind ticket --days 7", "remind knowledge-base --language fr"))
@click.argument("channel", type=click.Choice(list(CHANNELS)), metavar="CHANNEL")
@option(
    "--days",
    type=WholeNumber(1, _MAX_DAYS),
    default=DEFAULT_DAYS,
    show_default=True,
    help="How many days after today are covered.",
)
@option(
    "--environment",
    metavar="ID",
    default="",
    help="Only what affects this environment, which may be a private one. Default: all public ones.",
)
@option(
    "--language",
    metavar="CODE",
    default="",
    help="One of the calendar's languages, such as fr. Default: the first.",
)
@with_settings
@json_option
def remind(channel: str, days: int, environment: str, language: str, settings: Settings, *, as_json: bool) -> None:
    """Print a reminder of what is under way, what comes and what the policy says.

    CHANNEL is knowledge-base (part of an HTML page), ticket (Markdown), ticket-text (plain text), phone (text to be
    read out), phone-ssml or phone-twiml. Without options, it is what a server has at /reminders/. With --json, the
    variables of its template are printed.
    """
    inputs = open_inputs(settings, or_example=True)
    situation = Situation(
        schedule=inputs.schedule, record=inputs.record(), now=current_instant(settings, inputs.schedule)
    )
    edition = edition_for(situation, environment=environment, language=language)
    if as_json:
        print_json(printed_variables(edition, CHANNELS[channel], environment=environment, days=days))
    else:
        printed = printed_reminder(edition, CHANNELS[channel], environment=environment, days=days)
        for mistake in printed.mistakes:
            print_line(f"warning: {mistake}; the built-in text is printed in its place", err=True)
        click.echo(printed.body, nl=False)
