"""Schedule files read from disk: to a schedule, or to every mistake in them."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final, NamedTuple

from icsfeed.domain.errors import UnavailableError
from icsfeed.domain.schedule import SINGLE_TABLES, Schedule
from icsfeed.store.files import open_regular
from icsfeed.store.schedule_file.lines import Lines, heading_lines
from icsfeed.store.schedule_file.mistakes import Finding, Mistake, ScheduleFileError
from icsfeed.store.schedule_file.model import ScheduleTables
from icsfeed.store.schedule_file.notation import KeyPath, as_toml, path_text
from icsfeed.store.schedule_file.policy import schedule_of
from icsfeed.store.schedule_file.raw_tables import RawTable, id_key
from icsfeed.store.schedule_file.signatures import NANOSECONDS, FileSignature
from icsfeed.store.schedule_file.syntax import parse
from icsfeed.store.schedule_file.table_checks import table_findings
from icsfeed.store.schedule_file.template_files import TemplateSignatures, read_templates, template_signatures
from icsfeed.store.schedule_file.translations import MultilingualFile
from icsfeed.store.schedule_file.value_checks import validated

if TYPE_CHECKING:
    from icsfeed.domain.changes import Change

_DEVICES: Final = Path("/dev")
_EXAMPLE: Final = Path(__file__).parents[2] / "example" / "schedule.toml"
_STARTER: Final = "write a starter with `icsfeed init`, or name another with --schedule"

MAX_WATCHED_BYTES: Final = 4 * 1024 * 1024
"""Of a schedule file that is read again and again; a policy has some kilobytes."""


class FilePosition(NamedTuple):
    """The key path and line of a table in a schedule file; the line is ``None`` where the file lacks it."""

    path: str
    line: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class LoadedSchedule:
    """A schedule with the bytes and the file that it was read from.

    ``template_folder`` is the one of its reminders' templates (empty: none was read), ``template_signatures`` are those
    of the files in it.
    """

    schedule: Schedule
    content: bytes
    signature: FileSignature
    template_folder: str = ""
    template_signatures: TemplateSignatures = ()

    @classmethod
    def from_bytes(cls, content: bytes, changed_at: datetime, *, source: str) -> LoadedSchedule:
        """The schedule in the bytes of an earlier file; messages call it ``source``.

        Raises:
            ScheduleFileError: with every mistake.
        """
        then = int(changed_at.timestamp()) * NANOSECONDS
        signature = FileSignature(mtime_ns=then, ctime_ns=then, size=len(content), inode=0)
        return cls(schedule=read_schedule(content, source), content=content, signature=signature)

    @property
    def changed_at(self) -> datetime:
        """When the file was last edited, or put in place (UTC, whole seconds)."""
        return self.signature.changed_at

    def position_of(self, tables: str, name: str) -> FilePosition:
        """The position of the table with that id, or slug, in an array such as ``maintenance_windows``.

        In a single table, such as ``calendar``, the name is that of a key.
        """
        if tables in SINGLE_TABLES:
            keys = (tables, name)
            return FilePosition(path=path_text(keys), line=Lines(self.content).of(keys))
        return _positions(self.content, tables).get(name) or FilePosition(path=tables, line=None)


@lru_cache(maxsize=8)
def _positions(content: bytes, tables: str) -> dict[str, FilePosition]:
    """The position of each of an array of tables, by id or slug; cached, for there may be many warnings."""
    elements = parse(content, source="").get(tables, [])
    headings, lines = heading_lines(content, tables), Lines(content)
    positions = {}
    for index, table in enumerate(elements):
        line = headings[index] if len(headings) == len(elements) else lines.of((tables, index))
        positions[table[id_key(tables)]] = FilePosition(path=path_text((tables, index)), line=line)
    return positions


def read_schedule(content: bytes, source: str) -> Schedule:
    """The schedule in the bytes of a schedule file, which messages call ``source``.

    Raises:
        ScheduleFileError: with the first syntax error, or else with every mistake.
    """
    data = parse(content, source)
    lines = Lines(content)
    file = MultilingualFile.of(data, ScheduleTables)
    data = file.in_language(file.default) if file.text_tables else data
    tables, findings = validated(data)
    findings += table_findings(_raw_file(data, findings), lines.of)
    translated = {code: file.in_language(code) for code in file.translated}
    in_other_languages = {code: validated(each) for code, each in translated.items()}
    language_findings = [*file.findings()]
    for code, (_, others) in in_other_languages.items():
        language_findings += file.located(others, code)
    changes: tuple[Change, ...] = ()
    if "changes" in data:
        from icsfeed.store.schedule_file.changes import read_changes  # noqa: PLC0415  (few schedules have any)

        raw = _raw_file(data, [*findings, *language_findings])
        changes, refusals = read_changes(raw, file.default, translated)
        findings += refusals
    findings = [*file.located(findings, file.default), *language_findings]
    if tables is None or findings:
        raise ScheduleFileError(source, [_mistake(data, finding, lines) for finding in findings])
    translations = {code: each for code, (each, _) in in_other_languages.items() if each is not None}
    return schedule_of(tables, changes, translations)


def _raw_file(data: dict[str, Any], findings: list[Finding]) -> RawTable:
    return RawTable.of_file(data, [finding.keys for finding in findings])


def _mistake(data: dict[str, Any], finding: Finding, lines: Lines) -> Mistake:
    keys = finding.keys
    return Mistake(path=path_text(keys), line=lines.of(keys), subject=_subject(data, keys), message=finding.message)


def _subject(data: dict[str, Any], keys: KeyPath) -> str:
    """The path with the table's id in place of its index, such as ``maintenance_windows "thursday", start``."""
    match keys:
        case (str(tables), int(index), *rest):
            element = data[tables][index]
            name = element.get(id_key(tables)) if isinstance(element, dict) else None
            if isinstance(name, str):
                return ", ".join(filter(None, [f"{tables} {as_toml(name)}", path_text(tuple(rest))]))
    return path_text(keys)


def load_schedule(path: Path, *, if_missing: str = _STARTER) -> LoadedSchedule:
    """The schedule in the file at ``path``; the message where there is none ends with ``if_missing``.

    Raises:
        ScheduleFileError: with every mistake, or with the reason why the file can't be read.
    """
    return _load(path, _open_any, if_missing)


def load_watched_schedule(path: Path) -> LoadedSchedule:
    """As ``load_schedule``, of a file that is read again and again: a regular one, and not too large.

    Anything else would stop a server that reads it, as long as it likes.

    Raises:
        ScheduleFileError: with every mistake, or with the reason why the file can't be read.
    """
    return _load(path, _open_watched, _STARTER)


def _load(path: Path, open_file: Callable[[Path], BinaryIO], if_missing: str) -> LoadedSchedule:
    try:
        with open_file(path) as file:
            # Before the bytes: an edit in between leaves an old signature, so the file is read again.
            status = os.fstat(file.fileno())
            signature, is_regular = FileSignature.of(status), stat.S_ISREG(status.st_mode)
            content = file.read()
    except UnavailableError as error:
        raise ScheduleFileError(str(path), [Mistake(path="", line=None, message=str(error))]) from None
    except (OSError, ValueError) as error:
        raise ScheduleFileError(
            str(path), [Mistake(path="", line=None, message=_read_error(error, if_missing))]
        ) from None
    loaded = LoadedSchedule(schedule=read_schedule(content, str(path)), content=content, signature=signature)
    return _with_templates(loaded, path) if is_regular else loaded


def _with_templates(loaded: LoadedSchedule, path: Path) -> LoadedSchedule:
    """The schedule with the templates in the folder that it names, if any; the folder is relative to the file's."""
    folder, base = loaded.schedule.reminders.folder, _base_of(path)
    if not folder:
        return loaded
    signatures = template_signatures(base, folder)  # before the files, as above
    try:
        templates = read_templates(base, folder)
    except UnavailableError as error:
        keys = ("reminders", "templates")
        line = Lines(loaded.content).of(keys)
        mistake = Mistake(path=path_text(keys), line=line, message=str(error))
        raise ScheduleFileError(str(path), [mistake]) from None
    schedule = replace(loaded.schedule, reminders=templates)
    return replace(loaded, schedule=schedule, template_folder=folder, template_signatures=signatures)


def _base_of(path: Path) -> Path:
    """The folder to which the schedule file's paths are relative; that of standard input is its file's."""
    return (path.resolve() if path.parent == _DEVICES else path).parent


def _open_any(path: Path) -> BinaryIO:
    return path.open("rb")


def _open_watched(path: Path) -> BinaryIO:
    return open_regular(path, max_bytes=MAX_WATCHED_BYTES)


def _read_error(error: OSError | ValueError, if_missing: str) -> str:
    match error:
        case FileNotFoundError() | NotADirectoryError():
            return f"there is no such file; {if_missing}"
        case IsADirectoryError():
            return "this is a folder; name the file in it, such as schedule.toml"
        case PermissionError():
            return "permission denied; allow the user who runs icsfeed to read the file"
        case OSError():
            return f"the file can't be read: {(error.strerror or 'the system gives no reason').lower()}"
        case _:
            return "this is not the name of a file; write one such as schedule.toml"


def example_path() -> Path:
    """The example schedule file in the package."""
    return _EXAMPLE
