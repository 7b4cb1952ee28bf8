"""Reading a schedule file: from disk to the schedule, or to all its mistakes."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from icsfeed.domain.schedule import Schedule
from icsfeed.store.schedule_file.lines import Lines, headings
from icsfeed.store.schedule_file.mistakes import Mistake, ScheduleFileError
from icsfeed.store.schedule_file.notation import write_path
from icsfeed.store.schedule_file.policy import schedule_of
from icsfeed.store.schedule_file.references import contradictions
from icsfeed.store.schedule_file.sentences import validated
from icsfeed.store.schedule_file.syntax import parse
from icsfeed.store.schedule_file.toml_data import NotTomlError

if TYPE_CHECKING:
    from icsfeed.domain.changes import Change

_EXAMPLE: Final = Path(__file__).parents[2] / "example" / "schedule.toml"
_NANOSECONDS: Final = 1_000_000_000


class FileSignature(NamedTuple):
    """What a file system says of a file, without a look into it: whoever sees another one reads it again."""

    mtime_ns: int
    ctime_ns: int
    size: int
    inode: int

    @classmethod
    def of(cls, stat: os.stat_result) -> FileSignature:
        """The signature in a ``stat`` result."""
        return cls(mtime_ns=stat.st_mtime_ns, ctime_ns=stat.st_ctime_ns, size=stat.st_size, inode=stat.st_ino)

    @property
    def changed_at(self) -> datetime:
        """When the file was last changed, or put in its place (UTC, whole seconds)."""
        # A deployment may keep an old time of change; the inode's own time tells when the file came.
        return datetime.fromtimestamp(max(self.mtime_ns, self.ctime_ns) // _NANOSECONDS, UTC)


class FilePosition(NamedTuple):
    """Where something stands in a schedule file: its key path and line (``None``: it is not there)."""

    path: str
    line: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class LoadedSchedule:
    """A schedule, the bytes that say it, and the file that they came from."""

    schedule: Schedule
    content: bytes
    signature: FileSignature

    @classmethod
    def kept(cls, content: bytes, changed_at: datetime, *, source: str) -> LoadedSchedule:
        """The schedule of a file that was good once; ``source`` is what messages call it.

        Raises:
            ScheduleFileError: with every mistake there is.
        """
        then = int(changed_at.timestamp()) * _NANOSECONDS
        signature = FileSignature(mtime_ns=then, ctime_ns=then, size=len(content), inode=0)
        return cls(schedule=read_schedule(content, source), content=content, signature=signature)

    @property
    def changed_at(self) -> datetime:
        """When the file was last changed, or put in its place (UTC, whole seconds)."""
        return self.signature.changed_at

    def place_of(self, tables: str, name: str) -> FilePosition:
        """Where, among ``maintenance_windows`` or another array of tables, the one of that id, or slug, stands."""
        return _places(self.content, tables).get(name) or FilePosition(path=tables, line=None)


@lru_cache(maxsize=8)
def _places(content: bytes, tables: str) -> dict[str, FilePosition]:
    """Where each of an array of tables stands, by its id or slug: once for all that there is to say of them."""
    key = "slug" if tables == "feeds" else "id"
    elements = parse(content).data.get(tables, [])
    at_a_glance, lines = headings(content, tables), Lines(content)
    found = {}
    for index, table in enumerate(elements):
        keys = (tables, index)
        line = at_a_glance[index] if len(at_a_glance) == len(elements) else lines.of(keys)
        found[table[key]] = FilePosition(path=write_path(keys), line=line)
    return found


def read_schedule(content: bytes, source: str) -> Schedule:
    """The schedule that the bytes of a schedule file say; ``source`` is what messages call the file.

    Raises:
        ScheduleFileError: with every mistake there is.
    """
    try:
        data, broken, readable = parse(content)
    except NotTomlError as error:
        raise ScheduleFileError(source, error.mistakes) from None
    lines = Lines(readable, known={each.keys: each.line for each in broken})
    tables, findings = validated(data)
    findings = [*broken, *findings]
    findings += contradictions(data, findings, lines.of)
    changes: tuple[Change, ...] = ()
    if "changes" in data:
        from icsfeed.store.schedule_file.written_changes import read_changes  # noqa: PLC0415  (few schedules have any)

        changes, wrong = read_changes(data, findings)
        findings += wrong
    if tables is None or findings:
        mistakes = (
            Mistake(path=write_path(each.keys), line=each.line or lines.of(each.keys), message=each.message)
            for each in findings
        )
        raise ScheduleFileError(source, mistakes)
    return schedule_of(tables, changes)


def load_schedule(path: Path) -> LoadedSchedule:
    """The schedule of the file at ``path``.

    Raises:
        ScheduleFileError: with every mistake there is; where the file can't be read, with that one.
    """
    try:
        with path.open("rb") as file:
            # Before the bytes: a change in between leaves an old signature, and the file is read again.
            signature = FileSignature.of(os.fstat(file.fileno()))
            content = file.read()
    except (OSError, ValueError) as error:
        raise ScheduleFileError(str(path), [Mistake(path="", line=None, message=_unreadable(error))]) from None
    return LoadedSchedule(schedule=read_schedule(content, str(path)), content=content, signature=signature)


def _unreadable(error: OSError | ValueError) -> str:
    match error:
        case FileNotFoundError() | NotADirectoryError():
            return "there is no such file; write a starter with `icsfeed init`, or name another with --schedule"
        case IsADirectoryError():
            return "this is a folder; name the file in it, such as schedule.toml"
        case PermissionError():
            return "the file may not be read; give the user who runs icsfeed leave to read it"
        case OSError():
            return f"the file can't be read: {(error.strerror or 'the system gives no reason').lower()}"
        case _:
            return "this is no name of a file; name one such as schedule.toml"


def example_path() -> Path:
    """The packaged example of a schedule file."""
    return _EXAMPLE
