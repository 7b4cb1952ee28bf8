"""``icsfeed check``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from icsfeed.cli.inputs import instant_now, schedule_path
from icsfeed.cli.options import database_option, json_option, now_option, option, schedule_option
from icsfeed.cli.output import print_json

if TYPE_CHECKING:
    from icsfeed.services.advice import Advice
    from icsfeed.store.schedule_file import LoadedSchedule


@click.command()
@option("--schema", is_flag=True, help="Print the JSON Schema of schedule files, for editors, and nothing else.")
@schedule_option
@database_option
@now_option
@json_option
def check(*, schema: bool, schedule: Path | None, database: str, now: str | None, as_json: bool) -> None:
    """Name every mistake of the schedule at once, and what may not be meant.

    Warnings are about the published span (the calendar years before, of and after now), with what is recorded, and
    about what was recorded and the schedule does not provide for any more.
    """
    from icsfeed.services.advice import advise
    from icsfeed.store.database import recorded
    from icsfeed.store.schedule_file import ScheduleFileError, json_schema, load_schedule

    if schema:
        print_json(json_schema())
        return
    path = schedule_path(schedule)
    try:
        loaded = load_schedule(path)
    except ScheduleFileError as error:
        if not as_json:
            raise
        mistakes = [{"path": each.path, "line": each.line, "message": each.message} for each in error.mistakes]
        print_json({"schedule": str(path), "mistakes": mistakes, "warnings": []})
        click.get_current_context().exit(1)
    policy = loaded.schedule
    found = advise(policy, now=instant_now(now, policy), record=recorded(database))
    warnings = [_warning(loaded, advice) for advice in found]
    if as_json:
        print_json({"schedule": str(path), "mistakes": [], "warnings": warnings})
        return
    for advice, warning in zip(found, warnings, strict=True):
        line = f":{warning['line']}" if warning["line"] else ""
        subject = f'{advice.table} "{advice.name}"' if advice.table else advice.name
        click.echo(f"{path}{line}: warning: {subject}: {advice.message}")
    counts = (
        _count(len(policy.environments), "environment"),
        _count(len(policy.windows), "maintenance window"),
        _count(len(policy.freezes), "change freeze"),
        *([_count(len(policy.changes), "change")] if policy.changes else ()),
        _count(len(policy.feeds), "feed"),
    )
    click.echo(f"{path}: no mistakes, {_count(len(warnings), 'warning')}; {', '.join(counts)}")


def _warning(loaded: LoadedSchedule, advice: Advice) -> dict[str, object]:
    """The warning as JSON; one about something recorded has no path in the file."""
    if not advice.table:
        return {"path": "", "line": None, "recorded": advice.name, "message": advice.message}
    position = loaded.position_of(advice.table, advice.name)
    return {"path": position.path, "line": position.line, "recorded": None, "message": advice.message}


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
