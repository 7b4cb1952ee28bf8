"""Options that several commands share. Every option can come from the environment as ICSFEED_ and its name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

_Command = TypeVar("_Command", bound=Callable[..., Any])


def option(*names: str, **settings: Any) -> Callable[[_Command], _Command]:  # noqa: ANN401  (click's own settings)
    """A click option that can also come from the environment, under its long name."""
    long_name = next(name for name in names if name.startswith("--"))
    variable = "ICSFEED_" + long_name.removeprefix("--").replace("-", "_").upper()
    return click.option(*names, envvar=variable, show_envvar=True, **settings)


schedule_option = option(
    "--schedule",
    type=click.Path(path_type=Path),
    help="The schedule file. Default: schedule.toml in this folder or, where there is none, the packaged example.",
)

now_option = option(
    "--now",
    metavar="INSTANT",
    help="The instant to take for now, in ISO 8601; without an offset, in the calendar's zone.",
)

json_option = option("--json", "as_json", is_flag=True, help="Print JSON for programs.")

database_option = option(
    "--database",
    metavar="URL",
    default="sqlite:///icsfeed.db",
    show_default=True,
    help="The database, as an SQLAlchemy URL, such as postgresql://user@host/name.",
)

operator_option = option(
    "--operator", metavar="NAME", help="Who does it, for the record. Default: the user of the system."
)


def instant_option(name: str, *, what: str, required: bool = False) -> Callable[[_Command], _Command]:
    """An option that takes an instant."""
    return option(
        name,
        metavar="INSTANT",
        required=required,
        help=f"{what}: ISO 8601 with an offset, or local time in the calendar's zone.",
    )
