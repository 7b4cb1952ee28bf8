"""Options and arguments that the commands of changes share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

import click

from icsfeed.cli.options import INSTANT_HELP, WholeNumber, own_option
from icsfeed.domain.feeds import Kind
from icsfeed.domain.schedule import Schedule
from icsfeed.services.requests.plans import IMPACTS
from icsfeed.words.languages import LANGUAGES

_Command = TypeVar("_Command", bound=Callable[..., Any])

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


def message_options(help_text: str) -> Callable[[_Command], _Command]:
    """The options of a message: in the calendar's first language, and in every other that it may have."""

    def decorate(command: _Command) -> _Command:
        for language in reversed(LANGUAGES):
            in_language = f'The message in "{language.code}", where that is not the calendar\'s first language.'
            command = own_option(f"--message-{language.code}", metavar="TEXT", help=in_language)(command)
        return own_option("--message", metavar="TEXT", help=help_text)(command)

    return decorate


def with_message_texts(fields: Mapping[str, object], schedule: Schedule) -> dict[str, object]:
    """The fields of a request, with the texts of all message options in one field."""
    names = {language.code: f"message_{language.code.lower().replace('-', '_')}" for language in LANGUAGES}
    texts = {code: fields[name] for code, name in names.items() if name in fields}
    others = {name: value for name, value in fields.items() if name not in names.values()}
    if not texts:
        return others
    first = schedule.calendar.languages[0]
    if "message" in others and first in texts:
        msg = f'--message is the text in "{first}", the calendar\'s first language; leave out --message-{first}'
        raise click.UsageError(msg)
    if "message" not in others and first not in texts:
        msg = f'the message has no text in "{first}", the calendar\'s first language; add it with --message'
        raise click.UsageError(msg)
    return {**others, "message": {**({first: others["message"]} if "message" in others else {}), **texts}}


message_option = message_options("A message to subscribers about this step.")
expect_option = own_option(
    "--expect",
    type=WholeNumber(1),
    help="The number of the latest update you have seen. Refused if it isn't the latest.",
)
id_argument = click.argument("identifier", metavar="ID")
