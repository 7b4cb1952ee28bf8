"""Options and arguments that the commands of changes share."""

from __future__ import annotations

from typing import Final

import click

from icsfeed.cli.options import INSTANT_HELP, WholeNumber, own_option
from icsfeed.domain.feeds import Kind
from icsfeed.services.requests.plans import IMPACTS

IMPACT_METAVAR: Final = "|".join(IMPACTS)
"""Not a choice of click's, which would report a wrong impact alone, before all other errors."""

EXAMPLE_IDS: Final = {Kind.EMERGENCY: "EC-7", Kind.PLANNED: "PC-7"}

environment_option = own_option(
    "--environment",
    "environments",
    metavar="ID",
    multiple=True,
    help="An environment that the change affects. Can be repeated.",
)
impact_option = own_option("--impact", metavar=IMPACT_METAVAR, help="What customers notice. Default: outage.")
end_option = own_option("--end", metavar="INSTANT", help=f"When it ends: {INSTANT_HELP}")
duration_option = own_option("--duration", metavar="LENGTH", help="How long it lasts, such as 2h, 90m or 1h30m.")
reason_option = own_option(
    "--reason", metavar="TEXT", help="Why it can't wait for a maintenance window, or must happen in a change freeze."
)
ticket_option = own_option("--ticket", metavar="URL", help="URL of the ticket.")
message_option = own_option("--message", metavar="TEXT", help="A message to subscribers about this step.")
expect_option = own_option(
    "--expect",
    type=WholeNumber(1),
    help="The number of the latest update you have seen. Refused if it isn't the latest.",
)
id_argument = click.argument("identifier", metavar="ID")
