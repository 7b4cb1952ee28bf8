"""A vendor's own templates of reminders, as they were read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, kw_only=True, slots=True)
class TemplateFile:
    """A template by the name of its file, with its ``source``; or the ``problem`` with which it could not be read."""

    name: str
    source: str = ""
    problem: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ReminderTemplates:
    """The templates in a ``folder``, by name, and the names of other files there.

    The folder is named as in the schedule file; empty: there is none. Where the schedule was read without its folder,
    as from the database, it has no files.
    """

    folder: str = ""
    files: tuple[TemplateFile, ...] = ()
    other_names: tuple[str, ...] = ()


NO_TEMPLATES: Final = ReminderTemplates()
