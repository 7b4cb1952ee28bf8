"""The workspace of a command that works with the record."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager

from icsfeed.cli.inputs import Inputs, open_inputs, say_if_created, say_if_missing
from icsfeed.cli.kept_schedules import schedule_or_kept
from icsfeed.domain.errors import NotFoundError
from icsfeed.services.changes import Workspace
from icsfeed.settings import Settings
from icsfeed.store.schedule_file import load_schedule


@contextmanager
def open_workspace(
    settings: Settings, *, or_example: bool = False, or_kept: bool = False
) -> Generator[tuple[Workspace, Inputs, Callable[[], Mapping[str, str]]]]:
    """The schedule and the database, which is closed after the command, and what JSON says of the database beside.

    Where the file is broken, a command that hardly needs the schedule may have the one that the database kept.
    """
    load = schedule_or_kept(settings) if or_kept else load_schedule
    inputs = open_inputs(settings, or_example=or_example, load=load)
    repository = inputs.repository()
    try:
        yield (
            Workspace(schedule=inputs.schedule, repository=repository),
            inputs,
            lambda: inputs.notes(was_created=repository.was_created),
        )
    except NotFoundError:
        say_if_missing(inputs.location())
        raise
    else:
        say_if_missing(inputs.location())
    finally:
        say_if_created(repository)
        repository.close()
