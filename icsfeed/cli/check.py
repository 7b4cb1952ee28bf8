"""``icsfeed check``."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import click

from icsfeed.cli.inputs import Inputs, current_instant, schedule_path
from icsfeed.cli.options import example, json_option, option, with_settings
from icsfeed.cli.output import print_json, print_line
from icsfeed.cli.service_check import about_services
from icsfeed.domain.errors import BadInputError
from icsfeed.domain.public_holidays import data_version
from icsfeed.domain.record import NOTHING, Record
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.situation import Situation
from icsfeed.services.advice import Advice, advise
from icsfeed.services.holidays import HolidaysOfFreeze, holidays_of
from icsfeed.settings import DEFAULT_SCHEDULE, Settings, UnsetVariableError
from icsfeed.store.schedule_file import (
    LoadedSchedule,
    ScheduleFileError,
    json_schema,
    load_schedule,
    read_schedule,
)

if TYPE_CHECKING:
    from icsfeed.publication.reminders.own_texts import TemplateMistake

_STANDARD_INPUT = Path("-")
_PIPE = Path("/dev/stdin")
_MISSING = "check its name and folder"


@click.command(epilog=example("check", "check policies/eu.toml --json"))
@click.argument("file", metavar="[FILE]", type=click.Path(path_type=Path, allow_dash=True), required=False)
@option("--schema", is_flag=True, help="Print only the JSON Schema of schedule files, for editors.")
@with_settings
@json_option
def check(file: Path | None, *, schema: bool, settings: Settings, as_json: bool) -> None:
    """Report every error in the schedule, and warn about anything that looks unintended.

    FILE is by default the one that --schedule names; "-" is standard input. The warnings cover the published span (last
    year, this year and next year), recorded changes, adjustments and subscribers that the schedule no longer matches,
    and edits of the public schedule that rewrite the past. Each calendar needs a uid_domain of its own.
    """
    if schema:
        print_json(json_schema())
        return
    path, settings = (schedule_path(settings, or_example=True), settings) if file is None else _named(file, settings)
    try:
        loaded = load_schedule(path, if_missing=_MISSING) if file else load_schedule(path)
    except ScheduleFileError as error:
        if not as_json:
            raise
        mistakes = [{"path": each.path, "line": each.line, "message": each.message} for each in error.mistakes]
        print_json({"schedule": str(path), "mistakes": mistakes, "warnings": []})
        click.get_current_context().exit(1)
    schedule = loaded.schedule
    now = current_instant(settings, schedule)
    inputs = Inputs(settings=settings, path=_beside_database(path, settings), loaded=loaded)
    record, notes, unset = _record(inputs)
    situation = Situation(schedule=schedule, record=record, now=now)
    holidays = holidays_of(situation)
    public_holidays = inputs.kept_holidays() if holidays and record.entry else None
    template_errors, template_names = _about_templates(situation)
    advices = (
        *unset,
        *advise(situation, public=_public(inputs, record), public_holidays=public_holidays, environment=os.environ),
        *template_names,
        *(() if unset else _about_access(inputs, record, now)),
        *(about_services(schedule, os.environ) if schedule.channels else ()),
    )
    warnings = [_warning_as_json(loaded, advice) for advice in advices]
    if as_json:
        of_templates = _template_mistakes_as_json(loaded, template_errors)
        printed = {"schedule": str(path), "mistakes": of_templates, "warnings": warnings}
        print_json({**printed, **_holidays_as_json(holidays), **notes})
        click.get_current_context().exit(1 if template_errors else 0)
    for each in holidays:
        for line in _holiday_lines(each):
            print_line(f"{path}: {line}")
    for advice, warning in zip(advices, warnings, strict=True):
        line = f":{warning['line']}" if warning["line"] else ""
        print_line(f"{path}{line}: warning: {advice.subject}: {advice.message}")
    if template_errors:
        folder = (Path() if path == _PIPE else path.parent) / schedule.reminders.folder
        raise BadInputError("\n".join(each.text(str(folder)) for each in template_errors))
    counts = (
        _count(len(schedule.environments), "environment"),
        _count(len(schedule.windows), "maintenance window"),
        _count(len(schedule.freezes), "change freeze"),
        *([_count(len(schedule.changes), "change")] if schedule.changes else ()),
        _count(len(schedule.feeds), "feed"),
        *([_count(len(schedule.channels), "channel")] if schedule.channels else ()),
    )
    print_line(f"{path}: no errors, {_count(len(warnings), 'warning')}; {', '.join(counts)}")


def _named(file: Path, settings: Settings) -> tuple[Path, Settings]:
    """The file to check, and the settings with which its record is looked up.

    What is piped in has no folder with a database beside it, so its record is the one of the usual schedule.
    """
    if file == _STANDARD_INPUT:
        return _PIPE, settings
    return file, replace(settings, schedule=file) if file.is_file() else settings


def _beside_database(path: Path, settings: Settings) -> Path:
    return path if path.is_file() else settings.schedule_file() or DEFAULT_SCHEDULE


def _record(inputs: Inputs) -> tuple[Record, dict[str, str], tuple[Advice, ...]]:
    """The record, what JSON says of its database, and a warning where the variable that holds its URL is not set."""
    try:
        return inputs.record(), inputs.notes(), ()
    except UnsetVariableError as error:
        message = f"{error.reason}; what was recorded is not checked"
        return NOTHING, {}, (Advice(table="calendar", name="database", message=message),)


def _public(inputs: Inputs, record: Record) -> Schedule | None:
    """The schedule that is public according to the database, if it is another one and can still be read."""
    kept = inputs.kept_schedule() if record.entry else None
    if kept is None or kept[0] == inputs.loaded.content:
        return None
    try:
        return read_schedule(kept[0], "the schedule kept")
    except ScheduleFileError:  # it was good once, for an earlier release
        return None


def _about_access(inputs: Inputs, record: Record, now: datetime) -> tuple[Advice, ...]:
    """Warnings about operators who can't sign in; without a record there is no token either."""
    if inputs.schedule.operators is None and not record.entry:
        return ()
    return tuple(
        Advice(table="operators", name=each.key, message=each.message)
        if each.key
        else Advice(table="", name=f"token {each.token}", message=each.message)
        for each in inputs.access_warnings(now)
    )


def _about_templates(situation: Situation) -> tuple[tuple[TemplateMistake, ...], tuple[Advice, ...]]:
    """The mistakes in the reminders' own templates, and warnings about other files in their folder."""
    if not situation.schedule.reminders.folder:
        return (), ()
    # Jinja and the pages are slow to import, and few schedules have templates.
    from icsfeed.publication.reminders.template_check import template_mistakes, unknown_template_names

    names = unknown_template_names(situation.schedule)
    return template_mistakes(situation), tuple(
        Advice(table="reminders", name="templates", message=message) for message in names
    )


def _template_mistakes_as_json(
    loaded: LoadedSchedule, mistakes: tuple[TemplateMistake, ...]
) -> list[dict[str, object]]:
    """The mistakes at the key that names the folder, each with the template and its line."""
    if not mistakes:
        return []
    position = loaded.position_of("reminders", "templates")
    folder = loaded.schedule.reminders.folder
    return [
        {
            "path": position.path,
            "line": position.line,
            "message": each.text(folder),
            "template": each.template,
            "template_line": each.line or None,
        }
        for each in mistakes
    ]


def _warning_as_json(loaded: LoadedSchedule, advice: Advice) -> dict[str, object]:
    """A warning with its place in the file or, where it is about the record, with the name of what was recorded."""
    if not advice.table:
        return {"path": "", "line": None, "recorded": advice.name, "message": advice.message}
    position = loaded.position_of(advice.table, advice.name)
    return {"path": position.path, "line": position.line, "recorded": None, "message": advice.message}


def _holidays_as_json(holidays: tuple[HolidaysOfFreeze, ...]) -> dict[str, object]:
    if not holidays:
        return {}
    return {"holidays": {"release": data_version(), "freezes": [each.as_json() for each in holidays]}}


def _holiday_lines(of_freeze: HolidaysOfFreeze) -> Iterator[str]:
    """A line for each year, with the dates and names of the holidays in it."""
    for year, days in groupby(of_freeze.holidays, key=lambda each: each.day.year):
        dates = "; ".join(f"{each.day:%m-%d} {each.name}" for each in days)
        yield f'change_freezes "{of_freeze.freeze.id}" in {year} (holidays {data_version()}): {dates}'


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
