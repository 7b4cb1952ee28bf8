"""The command ``icsfeed``."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

import click

from icsfeed import __version__
from icsfeed.cli.options import before_command
from icsfeed.cli.output import graceful_output
from icsfeed.domain.errors import IcsfeedError

_COMMANDS = {
    "init": "Write a commented starter schedule.",
    "check": "Name every mistake of the schedule at once.",
    "upcoming": "Show what comes, with the freezes in between.",
    "diff": "Show the dates that an edit adds, moves, removes.",
    "build": "Print the bytes of one feed.",
    "export": "Write the whole calendar as files for any web host.",
    "emergency": "Announce emergency changes, and take them step by step.",
    "planned": "The same for planned changes.",
    "window": "Skip, move or restore one occurrence of a maintenance window.",
    "subscriber": "Give customers private feeds, rotate and revoke them.",
    "database": "Look after the database.",
    "gate": "Say whether a planned change may run, and why.",
    "serve": "Serve the feeds, and a page that lists them.",
    "manual": "Show the manual of this version.",
}
"""Each command is in a room of its own name, which is entered when the command is called."""


class _Commands(click.Group):
    """Commands whose refusals are a line on standard error and exit status 1."""

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
        except IcsfeedError as error:
            click.echo(str(error), err=True)
            sys.exit(1)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120})
@before_command
@click.version_option(__version__, message="icsfeed %(version)s")
def main(**_before: object) -> None:
    """Publish a maintenance policy as calendars that every client reads alike.

    Exit status: 0 done, 1 the answer is no or the input is bad, 2 wrong usage.
    """
