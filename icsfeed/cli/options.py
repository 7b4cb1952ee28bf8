"""Options that several commands share. Every option can come from the environment as ICSFEED_ and its name."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from icsfeed.domain.errors import BadInputError

_PREFIX: Final = re.compile(r"(?:/[A-Za-z0-9._~-]+)*")

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

token_key_option = option(
    "--token-key-file",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="The file with the token key: at least 32 characters, as from openssl rand -base64 32.",
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


def trusted_hops_of(text: str) -> int:
    """How many proxies there are whose word counts.

    Raises:
        InvalidSettingError: where the text says none.
    """
    if not text.isascii() or not text.isdigit():
        msg = f"{text!r} is not a number of trusted hops; write 1 for one proxy in front of icsfeed"
        raise BadInputError(msg)
    return int(text)


def prefix_of(text: str) -> str:
    """The path below which everything is, with its first slash and without a last one; nothing for the root.

    Raises:
        InvalidSettingError: where it is no path.
    """
    prefix = "/" + text.strip("/") if text.strip("/") else ""
    if not _PREFIX.fullmatch(prefix):
        msg = f"{text!r} is not a path; write one such as /maintenance"
        raise BadInputError(msg)
    return prefix
