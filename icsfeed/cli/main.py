"""The command ``icsfeed``."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any, Final

import click

from icsfeed import __version__
from icsfeed.cli.options import before_command
from icsfeed.cli.output import graceful_output, print_line
from icsfeed.domain.errors import BadInputError, IcsfeedError
from icsfeed.services.requests.errors import InvalidRequestError

_COMMANDS = {
    "init": "Write a commented starter schedule.",
    "check": "Report every error in the schedule, plus warnings.",
    "upcoming": "Show the coming windows, changes and freezes.",
    "diff": "Show the dates and feeds that an edit changes.",
    "build": "Print the bytes of one feed.",
    "remind": "Print a reminder for support's texts and telephone.",
    "interop": "Print when changes may run, for other systems.",
    "export": "Write the whole calendar as files for any web host.",
    "emergency": "Announce emergency changes and record their progress.",
    "planned": "Announce planned changes and record their progress.",
    "window": "List windows; skip, move or restore an occurrence.",
    "freeze": "Start a change freeze now, end it, list freezes.",
    "subscriber": "Give customers private feeds.",
    "mail": "Look up customers' mail subscriptions, and erase them.",
    "token": "Give operators tokens for the console and the API.",
    "database": "Database maintenance.",
    "audit": "Show who did what, when and from where.",
    "report": "Report a month's minutes of maintenance.",
    "gate": "Say whether a planned change may run, and why.",
    "serve": "Serve the feeds and the pages for customers.",
    "notify": "Send announcements, and see what failed.",
    "manual": "Show the manual of this version.",
}
"""Each command is in the module of its name, which is imported when the command is run."""


_REFUSED: Final = 1
_WRONG_USAGE: Final = 2


def exit_status(error: IcsfeedError) -> int:
    """2 where options are missing or contradict each other, 1 for every other error."""
    return _WRONG_USAGE if isinstance(error, BadInputError) and error.is_wrong_usage else _REFUSED


def _with_options(error: InvalidRequestError) -> str:
    """The errors of all fields, a line for each; where fields are to be given, they are options here."""
    return "\n".join(each.text(lambda name: f"--{name}") for each in error.errors)


class _BadValueError(click.BadParameter):
    """A value that an option can't have: bad input, where click sees wrong usage."""

    exit_code = _REFUSED


class _Commands(click.Group):
    """The program: it loads only the command that is run, and turns errors into messages and an exit status."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"icsfeed.cli.{cmd_name}"), cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))

    def main(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401  (click's signature)
        with graceful_output():
            return super().main(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401  (click's signature)
        try:
            return super().invoke(ctx)
        except click.BadParameter as error:
            if isinstance(error, click.MissingParameter):
                raise
            raise _BadValueError(error.message, error.ctx, error.param, error.param_hint) from None
        except IcsfeedError as error:
            status = exit_status(error)
            text = _with_options(error) if isinstance(error, InvalidRequestError) else str(error)
            print_line(f"Error: {text}" if status == _WRONG_USAGE else text, err=True)
            sys.exit(status)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120})
@before_command
@click.version_option(__version__, message="icsfeed %(version)s")
def main(**_before: object) -> None:
    """Publish a maintenance policy as calendars that every client reads alike.

    Exit status: 0 done, 1 the answer is no or the input is bad, 2 wrong usage.
    """
