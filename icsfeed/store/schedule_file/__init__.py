"""The schedule file, ``schedule.toml``, which holds a maintenance policy."""

from icsfeed.store.schedule_file.database_key import database_key, schedule_of_database
from icsfeed.store.schedule_file.mistakes import Mistake, ScheduleFileError
from icsfeed.store.schedule_file.model import json_schema
from icsfeed.store.schedule_file.reading import (
    FilePosition,
    LoadedSchedule,
    example_path,
    load_schedule,
    load_watched_schedule,
    read_schedule,
)
from icsfeed.store.schedule_file.signatures import FileSignature
from icsfeed.store.schedule_file.template_files import TemplateSignatures, template_signatures

__all__ = [
    "FilePosition",
    "FileSignature",
    "LoadedSchedule",
    "Mistake",
    "ScheduleFileError",
    "TemplateSignatures",
    "database_key",
    "example_path",
    "json_schema",
    "load_schedule",
    "load_watched_schedule",
    "read_schedule",
    "schedule_of_database",
    "template_signatures",
]
