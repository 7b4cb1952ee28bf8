"""Parsing of a destination's manifest, which anybody may have edited: whatever is in it, it is valid or refused."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

from icsfeed.domain.errors import RefusedError
from icsfeed.domain.revisions import MAX_SEQUENCE, LedgerLine, Revision
from icsfeed.export.manifest import NAME, OWN_FOLDER, VERSION, VERSION_WITH_SECRETS, ExportedFile, Manifest

MAX_MANIFEST_BYTES: Final = 64 * 2**20
"""Enough for a quarter of a million private feeds."""

_MAX_NAME_BYTES: Final = 1024
"""The most that object stores take."""

_MAX_NAME_PART_BYTES: Final = 255
"""The most that file systems take."""

_MAX_NAME_PARTS: Final = 16
_USUAL_NAME: Final = re.compile(r"(?:[\w#-][\w#.-]{0,99}/){0,7}[\w-][\w.-]{0,99}", re.ASCII)
"""Spares nearly all names the checks one by one: there may be thousands."""

_MAX_FILE_BYTES: Final = 2**53
_MAX_TEXT_CHARS: Final = 1024
_NOT_IN_NAMES: Final = frozenset("\\:")
"""Separators on Windows."""

_RESERVED_NAMES: Final = (NAME, f"{OWN_FOLDER}/lock")
_RESERVED_FOLDERS: Final = (f"{OWN_FOLDER}/parts/",)
_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
_MAX_YEAR: Final = 9998
"""A year before Python's last: revisions are compared across time zones, and moved on by a second."""


def parse_manifest(content: bytes, destination: str) -> Manifest:
    """The manifest in a file; ``destination`` is for messages.

    Raises:
        RefusedError: if this version of icsfeed did not write it.
    """
    try:
        return _manifest(_object(_json(content)))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        msg = (
            f"{destination} has a {NAME} that this version of icsfeed did not write; "
            "export to another destination, or empty this one"
        )
        raise RefusedError(msg) from error


def _json(content: bytes) -> object:
    if len(content) > MAX_MANIFEST_BYTES:
        raise ValueError(len(content))
    return json.loads(content, object_pairs_hook=_without_duplicates, parse_constant=_refuse_constant)


def _manifest(data: Mapping[str, Any]) -> Manifest:
    _integer(data["icsfeed"], least=VERSION, most=VERSION_WITH_SECRETS)
    uid_domain = data.get("uid_domain")
    exported_file = lru_cache(typed=True)(_exported_file)  # private feeds have the same bytes by the hundred
    files = {_name(name): exported_file(*_list(file, 2)) for name, file in _object(data["files"]).items()}
    pending = frozenset(map(_name, _list(data["pending"])))
    _refuse_files_in_files(frozenset(files) | pending)
    return Manifest(
        files=files,
        pending=pending,
        ledger={uid: (_ledger_line(_text(uid), *_list(line, 3)),) for uid, line in _object(data["ledger"]).items()},
        uid_domain=_text(uid_domain) if uid_domain is not None else None,
    )


def _exported_file(digest: object, size: object) -> ExportedFile:
    return ExportedFile(digest=_text(digest), size=_integer(size, most=_MAX_FILE_BYTES))


def _ledger_line(uid: str, sequence: object, digest: object, at: object) -> LedgerLine:
    revision = Revision(sequence=_integer(sequence, most=MAX_SEQUENCE), at=_instant(at))
    return LedgerLine(uid=uid, digest=_text(digest, is_optional=True), revision=revision)


def _name(name: object) -> str:
    """A name within the destination: exports replace and remove the files that a manifest lists."""
    if isinstance(name, str) and _USUAL_NAME.fullmatch(name):
        return name
    text = _text(name)
    parts = text.split("/")
    folded = text.casefold()  # some file systems ignore case
    if (
        not {"", ".", ".."}.isdisjoint(parts)
        or not _NOT_IN_NAMES.isdisjoint(text)
        or folded in _RESERVED_NAMES
        or folded.startswith(_RESERVED_FOLDERS)
        or len(parts) > _MAX_NAME_PARTS
        or len(text.encode()) > _MAX_NAME_BYTES
        or any(len(part.encode()) > _MAX_NAME_PART_BYTES for part in parts)
    ):
        raise ValueError(text)
    return text


def _refuse_files_in_files(names: frozenset[str]) -> None:
    """No file is also the folder of another."""
    folders = {name.rpartition("/")[0] for name in names}
    while folders:
        if not folders.isdisjoint(names):
            raise ValueError(folders & names)
        folders = {folder.rpartition("/")[0] for folder in folders} - {""}


def _text(value: object, *, is_optional: bool = False) -> str:
    """A short text that can be printed; surrogates and control characters can't."""
    if not isinstance(value, str) or not (value or is_optional):
        raise ValueError(value)
    if len(value) > _MAX_TEXT_CHARS or not value.isprintable():
        raise ValueError(value)
    return value


def _integer(value: object, *, least: int = 0, most: int) -> int:
    if type(value) is not int or not least <= value <= most:
        raise ValueError(value)
    return value


def _instant(value: object) -> datetime:
    """An instant as manifests write it: in whole seconds, in UTC."""
    if not isinstance(value, str) or not _INSTANT.fullmatch(value):
        raise ValueError(value)
    at = datetime.fromisoformat(value).astimezone(UTC)
    if at.year > _MAX_YEAR:
        raise ValueError(value)
    return at


def _list(value: object, length: int | None = None) -> list[object]:
    if not isinstance(value, list) or length not in {None, len(value)}:
        raise ValueError(value)
    return value


def _object(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(value)  # noqa: TRY004  (a value of a file, not of the program)
    return value


def _without_duplicates(pairs: Iterable[tuple[str, object]]) -> dict[str, object]:
    """The object; of two values for a key, it would be unclear which one holds."""
    pairs = list(pairs)
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError(pairs)
    return result


def _refuse_constant(name: str) -> object:
    """NaN and the infinities are no JSON."""
    raise ValueError(name)
