"""Options that several commands share, and where their values come from.

Every option can also be set in the environment, as ``ICSFEED_`` and its name, except those of one announcement or step:
a forgotten ``export`` must not confirm or describe the next change.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, TypeVar

import click
from click.core import ParameterSource

from icsfeed.cli.output import STANDARD_OUTPUT
from icsfeed.domain.texts import quoted
from icsfeed.settings import ENVIRONMENT_PREFIX, Settings

_Command = TypeVar("_Command", bound=Callable[..., Any])

_EXAMPLE_CHARS: Final = 75
_UNLIMITED_CHARS: Final = 1000
_SCHEDULE_HELP: Final = (
    "The schedule file. Default: schedule.toml in the current folder. "
    "Where there is none, commands that only look take the packaged example."
)
_DATABASE_HELP: Final = (
    "The database, as an SQLAlchemy URL such as postgresql://user@host/name. Default: the one that the schedule names, "
    "or icsfeed.db beside the schedule file."
)


class _EnvironmentOption(click.Option):
    """Passes over what Kubernetes sets: for a Service called icsfeed, ICSFEED_PORT is an address and not a port."""

    def resolve_envvar_value(self, ctx: click.Context) -> str | None:
        value = super().resolve_envvar_value(ctx)
        variable = str(self.envvar)
        if value is None or not (variable.endswith("_PORT") and value.startswith(("tcp://", "udp://"))):
            return value
        click.echo(f"warning: {variable}={value} is passed over: Kubernetes sets it for a Service", err=True)
        return None


def option(*names: str, **attributes: Any) -> Callable[[_Command], _Command]:  # noqa: ANN401  (click's own attributes)
    """A click option that can also be set in the environment, under its long name."""
    attributes = {"cls": _EnvironmentOption, **attributes}
    long_name = next(name for name in names if name.startswith("--"))
    variable = ENVIRONMENT_PREFIX + long_name.removeprefix("--").replace("-", "_").upper()
    return click.option(*names, envvar=variable, **attributes)


class WholeNumber(click.IntRange):
    """A whole number within a range."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ANN401  (as click has it)
        try:
            number = int(value)
        except ValueError:
            self.fail(f"{quoted(str(value))} is not a whole number; write one {self._range()}", param, ctx)
        if number != self._clamped(number):
            self.fail(f"{number} is out of range; write a number {self._range()}", param, ctx)
        return number

    def _clamped(self, number: int) -> int:
        least = number if self.min is None else max(number, int(self.min))
        return least if self.max is None else min(least, int(self.max))

    def _range(self) -> str:
        return f"from {self.min} up" if self.max is None else f"from {self.min} to {self.max}"


own_option = click.option
"""An option of one announcement, step, occurrence or destination: never from the environment."""


def example(*lines: str) -> str:
    """The end of a command's help: how it is typed. Long lines continue on the next one, as in a shell."""
    title = "Example:" if len(lines) == 1 else "Examples:"
    return "\n".join(["\b", title, *(part for line in lines for part in _wrapped(f"icsfeed {line}"))])


def _wrapped(line: str) -> Iterator[str]:
    """The line in parts of at most some 75 characters, broken before an option."""
    part, margin = "", "  "
    for piece in re.split(r" (?=--)", line):
        if part and len(margin) + len(part) + len(piece) > _EXAMPLE_CHARS:
            yield f"{margin}{part} \\"
            part, margin = piece, "    "
        else:
            part = f"{part} {piece}" if part else piece
    yield margin + part


class RequiringCommand(click.Command):
    """A command that names everything required that is missing, and not only the first."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        try:
            return super().parse_args(ctx, args)
        except click.MissingParameter:
            # Click takes first what was typed: the rest is missing.
            missing = [each for each in self.params if each.required and each.name not in ctx.params]
            if len(missing) <= 1:
                raise
            names = ", ".join(each.get_error_hint(ctx) for each in missing)
            are_options = all(isinstance(each, click.Option) for each in missing)
            msg = f"Missing {'options' if are_options else 'arguments and options'} {names}."
            raise click.UsageError(msg, ctx) from None


class OrderedGroup(click.Group):
    """A group that lists its commands in the order in which they are used, and not of the alphabet."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(self.commands)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands as click does, but break long texts at words instead of cutting them off."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(
                [(name, each.get_short_help_str(_UNLIMITED_CHARS)) for name, each in self.commands.items()]
            )


def given(options: Mapping[str, object]) -> dict[str, object]:
    """The options that were given, as the fields of a request."""
    return {name: value for name, value in options.items() if value is not None and value is not False and value != ()}


def _value_before_command(context: click.Context, parameter: click.Parameter, value: Any) -> Any:  # noqa: ANN401  (as click has it)
    """The value of a common option: the one after the command, else the one before it, else from the environment."""
    before = context.find_root().params.get(parameter.name or "")
    given_here = context.get_parameter_source(parameter.name or "") is ParameterSource.COMMANDLINE
    return value if given_here or before is None else before


schedule_option = option(
    "--schedule", type=click.Path(path_type=Path), callback=_value_before_command, help=_SCHEDULE_HELP
)

database_option = option(
    "--database",
    metavar="URL",
    callback=_value_before_command,
    help=_DATABASE_HELP,
)

now_option = option(
    "--now",
    metavar="INSTANT",
    help="Pin the clock to this instant, for tests and previews.",
)

json_option = option("--json", "as_json", is_flag=True, help="Print JSON for programs.")

output_option = option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, allow_dash=True),
    default=STANDARD_OUTPUT,
    help="The file to write, in one step. Default: standard output.",
)
token_key_option = option(
    "--token-key-file",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="The file with the token key: at least 32 characters, such as from openssl rand -base64 32.",
)

operator_option = option(
    "--operator", metavar="NAME", help="Name recorded in the audit trail. Default: the system's user."
)

INSTANT_HELP: Final = "03:10, +30m, now, tomorrow 03:10, or ISO 8601."
PAST_INSTANT_HELP: Final = "03:10 (the latest), or ISO 8601, such as 2026-12-07 or 2026-12-07T03:10."


def before_command(command: _Command) -> _Command:
    """Give the program the common options that may also stand before the command."""
    schedule = click.option("--schedule", type=click.Path(path_type=Path), help=_SCHEDULE_HELP)
    database = click.option("--database", metavar="URL", help=_DATABASE_HELP)
    return schedule(database(command))


def _environment_settings(database: str | None) -> frozenset[str]:
    """The settings of this command that come from the environment; ``database`` may stand before the command."""
    context = click.get_current_context()
    names = {name for name in ("database", "now") if context.get_parameter_source(name) is ParameterSource.ENVIRONMENT}
    before = context.find_root().params.get("database")
    return frozenset(names - {"database"} if before is not None and before == database else names)


def with_settings(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command that takes ``settings`` the common options."""

    @schedule_option
    @database_option
    @now_option
    @functools.wraps(command)
    def run(*, schedule: Path | None, database: str | None, now: str | None, **others: Any) -> Any:  # noqa: ANN401
        settings = Settings(
            schedule=schedule, database=database or None, now=now, environment_settings=_environment_settings(database)
        )
        return command(settings=settings, **others)

    return run
