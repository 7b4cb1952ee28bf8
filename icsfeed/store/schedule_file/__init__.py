"""The schedule file, ``schedule.toml``: a maintenance policy as people write it down."""

from icsfeed.store.schedule_file.editor_schema import json_schema
from icsfeed.store.schedule_file.lines import locate
from icsfeed.store.schedule_file.mistakes import Mistake, ScheduleFileError
from icsfeed.store.schedule_file.reading import (
    FilePosition,
    FileSignature,
    LoadedSchedule,
    example_path,
    load_schedule,
    read_schedule,
)

__all__ = [
    "FilePosition",
    "FileSignature",
    "LoadedSchedule",
    "Mistake",
    "ScheduleFileError",
    "example_path",
    "json_schema",
    "load_schedule",
    "locate",
    "read_schedule",
]
