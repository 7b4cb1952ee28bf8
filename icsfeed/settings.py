"""Settings: the schedule, the database and how to serve them, read once from the environment or the command line."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from icsfeed.domain.errors import BadInputError, RefusedError
from icsfeed.domain.texts import quoted

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

DEFAULT_SCHEDULE: Final = Path("schedule.toml")
DEFAULT_DATABASE: Final = Path("icsfeed.db")
"""The database of a schedule that names none: a file beside it."""

ENVIRONMENT_PREFIX: Final = "ICSFEED_"
MAX_TRUSTED_HOPS: Final = 16
_FLAGS: Final = {
    **dict.fromkeys(("1", "true", "t", "yes", "y", "on"), True),
    **dict.fromkeys(("", "0", "false", "f", "no", "n", "off"), False),
}
"""As click reads them."""

_PATH_PREFIX: Final = re.compile(r"(?:/[A-Za-z0-9._~-]+)*")
VARIABLE_PREFIX: Final = "env:"
_RELATIVE_FILE: Final = re.compile(r"sqlite(?:\+pysqlite)?:///(?!/)(?P<file>.+)", re.DOTALL)
_IN_URL: Final = {ord("%"): "%25", ord("?"): "%3F"}


class UnsetVariableError(BadInputError):
    """A variable that a key of the schedule names, and that is not set."""

    def __init__(self, place: str, value: str, remedy: str) -> None:
        variable = value.removeprefix(VARIABLE_PREFIX)
        self.reason = f"the variable {variable} is not set"
        super().__init__(f"{place} is {quoted(value)}, but {self.reason}; {remedy}")


def is_variable(value: str) -> bool:
    """Whether the value of a key names the variable that holds it."""
    return value.startswith(VARIABLE_PREFIX)


def value_in(environment: Mapping[str, str], value: str, *, place: str, remedy: str) -> str:
    """The value of a key of the schedule, which may name the variable that holds it.

    ``place`` is the key, and ``remedy`` what to do, in the message where that variable is not set.

    Raises:
        UnsetVariableError: where it is not set.
    """
    if not is_variable(value):
        return value
    held = environment.get(value.removeprefix(VARIABLE_PREFIX))
    if not held:
        raise UnsetVariableError(place, value, remedy)
    return held


@dataclass(frozen=True, kw_only=True, slots=True)
class DatabaseLocation:
    """Where the record is: a database that was named, or the default one, whose ``default_file`` may not exist yet."""

    url: str
    default_file: Path | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """What every entry point needs to know.

    Without a ``schedule``, that is ``schedule.toml`` in the current folder or, where there is none, the packaged
    example. ``database`` is the URL of the database, unless the schedule is to say. ``now`` is the text of the instant
    at which the clock stands still, for previews. ``environment_settings`` names those of the last two that come from
    the environment, where somebody may have forgotten them. ``trusted_hops`` proxies have their ``X-Forwarded`` headers
    believed; everything is served below the path ``prefix``.
    """

    schedule: Path | None = None
    database: str | None = None
    now: str | None = None
    environment_settings: frozenset[str] = field(default=frozenset(), compare=False)
    trusted_hops: int = 0
    prefix: str = ""
    access_log: bool = False

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """The settings in ``ICSFEED_…`` variables; an empty variable counts as unset.

        Raises:
            BadInputError: where one can't be what it says.
        """

        def value(name: str) -> str:
            return environment.get(ENVIRONMENT_PREFIX + name, "")

        return cls(
            schedule=Path(value("SCHEDULE")) if value("SCHEDULE") else None,
            database=value("DATABASE") or None,
            now=value("NOW") or None,
            environment_settings=frozenset(name for name in ("database", "now") if value(name.upper())),
            trusted_hops=parse_trusted_hops(value("TRUSTED_HOPS") or "0"),
            prefix=parse_prefix(value("PREFIX")),
            access_log=parse_access_log(value("ACCESS_LOG")),
        )

    def to_environment(self) -> dict[str, str]:
        """The variables from which another process gets the same settings."""
        values = {
            "SCHEDULE": str(self.schedule or ""),
            "DATABASE": self.database or "",
            "NOW": self.now or "",
            "TRUSTED_HOPS": str(self.trusted_hops),
            "PREFIX": self.prefix,
            "ACCESS_LOG": "1" if self.access_log else "",
        }
        return {ENVIRONMENT_PREFIX + name: value for name, value in values.items()}

    def schedule_file(self) -> Path | None:
        """The schedule file to read: the named one, or the one in the current folder; ``None`` where neither is."""
        return self.schedule or (DEFAULT_SCHEDULE if DEFAULT_SCHEDULE.exists() else None)

    def database_location(self, schedule_file: Path, key: str, environment: Mapping[str, str]) -> DatabaseLocation:
        """Where the record of a schedule is: as set, else as its ``key`` calendar.database says, else beside the file.

        Raises:
            BadInputError: where the key names a variable of the ``environment`` that is not set.
            RefusedError: where the default database lies in the current folder, as for icsfeed 0.1.
        """
        if self.database is not None:
            return DatabaseLocation(url=self.database)
        folder = schedule_file.absolute().parent
        if key:
            url = value_in(
                environment,
                key,
                place=f"{schedule_file}: calendar.database",
                remedy="set it to the URL of the database, or name the database with --database",
            )
            return DatabaseLocation(url=_beside(folder, url))
        file, here = folder / DEFAULT_DATABASE, DEFAULT_DATABASE.absolute()
        if here != file and not os.path.lexists(file) and here.exists():
            msg = (
                f"{DEFAULT_DATABASE} lies in the current folder, {here.parent}, but belongs beside the schedule file: "
                f"move it there with mv {here}* {folder}/ while no server runs, or name it with "
                f"--database {_file_url(here)}"
            )
            raise RefusedError(msg)
        return DatabaseLocation(url=_file_url(file), default_file=file)

    def pinned_instant(self, calendar_zone: Callable[[], ZoneInfo]) -> datetime | None:
        """The instant at which the clock stands still (UTC), if it does.

        ``calendar_zone`` is only called for a local time: an instant with an offset needs no schedule.

        Raises:
            BadInputError: where the text names no instant.
        """
        if self.now is None:
            return None
        # The help of the commands needs settings, and neither zones nor dates: those take as long to import as click.
        from icsfeed.domain.instants import has_offset, parse_instant  # noqa: PLC0415
        from icsfeed.domain.zones import zone  # noqa: PLC0415

        return parse_instant(self.now, zone("UTC") if has_offset(self.now) else calendar_zone())


def _beside(folder: Path, url: str) -> str:
    """The URL, in which the relative path of an SQLite file counts from that folder."""
    match = _RELATIVE_FILE.fullmatch(url)
    return f"sqlite:///{folder.as_posix().translate(_IN_URL)}/{match['file']}" if match is not None else url


def _file_url(file: Path) -> str:
    return f"sqlite:///{file.as_posix().translate(_IN_URL)}"


def parse_trusted_hops(text: str) -> int:
    """The number of trusted proxies that a text says.

    Raises:
        BadInputError: where it says none, or too many.
    """
    if not text.isascii() or not text.isdigit() or int(text) > MAX_TRUSTED_HOPS:
        msg = (
            f"{quoted(text)} is not a number of trusted hops from 0 to {MAX_TRUSTED_HOPS}; "
            "write 1 for one proxy in front of icsfeed"
        )
        raise BadInputError(msg)
    return int(text)


def parse_access_log(text: str) -> bool:
    """Whether to log every request.

    Raises:
        BadInputError: where the text says neither yes nor no.
    """
    flag = _FLAGS.get(text.strip().casefold())
    if flag is None:
        msg = f"{quoted(text)} is neither yes nor no; write 1 to log every request, or 0"
        raise BadInputError(msg)
    return flag


def parse_prefix(text: str) -> str:
    """The path below which everything is served: with its first slash, without a last one; empty for the root.

    Raises:
        BadInputError: where it is no path.
    """
    prefix = "/" + text.strip("/") if text.strip("/") else ""
    if not _PATH_PREFIX.fullmatch(prefix):
        msg = f"{quoted(text)} is not a path; write one such as /maintenance"
        raise BadInputError(msg)
    return prefix
