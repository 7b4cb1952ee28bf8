"""The folder of a vendor's own templates, beside the schedule file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final, TypeAlias

from icsfeed.domain.errors import UnavailableError
from icsfeed.domain.reminder_templates import ReminderTemplates, TemplateFile
from icsfeed.domain.texts import quoted
from icsfeed.store.files import open_regular
from icsfeed.store.schedule_file.signatures import FileSignature

TEMPLATE_SUFFIX: Final = ".j2"

MAX_TEMPLATE_BYTES: Final = 256 * 1024
"""Of one template; the built-in ones have some kilobytes."""

_MAX_FILES: Final = 100
"""Of a folder that is read again and again; there are a dozen or two names that mean anything."""

TemplateSignatures: TypeAlias = tuple[tuple[str, FileSignature | None], ...]
"""Of the folder, whose name is empty here, and of each file in it, by name."""


def read_templates(base: Path, folder: str) -> ReminderTemplates:
    """The templates in that folder, which is relative to ``base``.

    Raises:
        UnavailableError: where there is no such folder, or it can't be read.
    """
    names = _names(base / folder, folder)
    templates = [name for name in names if name.endswith(TEMPLATE_SUFFIX)]
    return ReminderTemplates(
        folder=folder,
        files=tuple(_read(base / folder / name) for name in templates),
        other_names=tuple(name for name in names if name not in templates),
    )


def template_signatures(base: Path, folder: str) -> TemplateSignatures:
    """The signatures of the folder itself and of each file in it; none where it can't be read, or none is named."""
    if not folder:
        return ()
    try:
        names = _names(base / folder, folder)
    except UnavailableError:
        return ()
    return tuple((name, _signature(base / folder / name)) for name in ("", *names))


def _names(path: Path, folder: str) -> list[str]:
    """The names of the files, sorted; hidden ones and editors' copies are none of the vendor's."""
    try:
        with os.scandir(path) as entries:
            names = [each.name for each in entries if not each.name.startswith(".") and not each.name.endswith("~")]
    except FileNotFoundError:
        msg = f"there is no folder {quoted(folder)} beside the schedule file; create it, or leave this key out"
        raise UnavailableError(msg) from None
    except NotADirectoryError:
        msg = f"{quoted(folder)} is a file; name the folder that holds the templates"
        raise UnavailableError(msg) from None
    except OSError as error:
        msg = f"the folder {quoted(folder)} can't be read: {(error.strerror or 'the system gives no reason').lower()}"
        raise UnavailableError(msg) from None
    if len(names) > _MAX_FILES:
        msg = f"the folder {quoted(folder)} has {len(names)} files; name one with nothing but templates in it"
        raise UnavailableError(msg)
    return sorted(names)


def _read(path: Path) -> TemplateFile:
    try:
        with open_regular(path, max_bytes=MAX_TEMPLATE_BYTES) as file:
            source = file.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return TemplateFile(name=path.name, problem=f"byte {error.start + 1} is not UTF-8; save the file as UTF-8")
    except UnavailableError as error:
        return TemplateFile(name=path.name, problem=str(error))
    except OSError as error:
        reason = (error.strerror or "it is a folder").lower()
        return TemplateFile(name=path.name, problem=f"the file can't be read: {reason}")
    return TemplateFile(name=path.name, source=source.replace("\r\n", "\n"))


def _signature(path: Path) -> FileSignature | None:
    try:
        return FileSignature.of(path.stat())
    except OSError:
        return None
