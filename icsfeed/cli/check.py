"""``icsfeed check``."""

from __future__ import annotations

import click

from icsfeed.cli.inputs import current_instant, schedule_path
from icsfeed.cli.options import example, json_option, option, with_settings
from icsfeed.cli.output import print_json
from icsfeed.domain.situation import Situation
from icsfeed.services.advice import Advice, advise
from icsfeed.settings import Settings
from icsfeed.store.database import recorded
from icsfeed.store.schedule_file import LoadedSchedule, ScheduleFileError, json_schema, load_schedule


@click.command(epilog=example("check", "check --schedule policies/eu.toml --json"))
@option("--schema", is_flag=True, help="Print only the JSON Schema of schedule files, for editors.")
@with_settings
@json_option
def check(*, schema: bool, settings: Settings, as_json: bool) -> None:
    """Report every error in the schedule, and warn about anything that looks unintended.

    The warnings cover the published span (last year, this year and next year), and recorded changes, adjustments and
    subscribers that the schedule no longer matches.
    """
    if schema:
        print_json(json_schema())
        return
    path = schedule_path(settings)
    try:
        loaded = load_schedule(path)
    except ScheduleFileError as error:
        if not as_json:
            raise
        mistakes = [{"path": each.path, "line": each.line, "message": each.message} for each in error.mistakes]
        print_json({"schedule": str(path), "mistakes": mistakes, "warnings": []})
        click.get_current_context().exit(1)
    schedule = loaded.schedule
    now = current_instant(settings, schedule)
    advices = advise(Situation(schedule=schedule, record=recorded(settings.database), now=now))
    warnings = [_warning_as_json(loaded, advice) for advice in advices]
    if as_json:
        print_json({"schedule": str(path), "mistakes": [], "warnings": warnings})
        return
    for advice, warning in zip(advices, warnings, strict=True):
        line = f":{warning['line']}" if warning["line"] else ""
        subject = f'{advice.table} "{advice.name}"' if advice.table else advice.name
        click.echo(f"{path}{line}: warning: {subject}: {advice.message}")
    counts = (
        _count(len(schedule.environments), "environment"),
        _count(len(schedule.windows), "maintenance window"),
        _count(len(schedule.freezes), "change freeze"),
        *([_count(len(schedule.changes), "change")] if schedule.changes else ()),
        _count(len(schedule.feeds), "feed"),
    )
    click.echo(f"{path}: no errors, {_count(len(warnings), 'warning')}; {', '.join(counts)}")


def _warning_as_json(loaded: LoadedSchedule, advice: Advice) -> dict[str, object]:
    """A warning with its place in the file or, where it is about the record, with the name of what was recorded."""
    if not advice.table:
        return {"path": "", "line": None, "recorded": advice.name, "message": advice.message}
    position = loaded.position_of(advice.table, advice.name)
    return {"path": position.path, "line": position.line, "recorded": None, "message": advice.message}


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
