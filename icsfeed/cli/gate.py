"""``icsfeed gate``."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from icsfeed.cli.inputs import instant_now, open_schedule
from icsfeed.cli.options import database_option, instant_option, json_option, now_option, option, schedule_option


@click.command()
@option(
    "--environment",
    "environments",
    multiple=True,
    required=True,
    help="What the planned change touches; can be repeated: it may run where it may in all of them.",
)
@instant_option("--at", what="When it is to run. Default: now")
@schedule_option
@database_option
@now_option
@json_option
def gate(
    environments: tuple[str, ...],
    at: str | None,
    schedule: Path | None,
    database: str,
    now: str | None,
    *,
    as_json: bool,
) -> None:
    """May a planned change run? Exit status: 0 OPEN, 1 CLOSED."""
    from icsfeed.domain.instants import parse_instant
    from icsfeed.domain.times import instant_text
    from icsfeed.services.gate import Verdict
    from icsfeed.services.gate import gate as ask
    from icsfeed.store.database import recorded

    policy = open_schedule(schedule).schedule
    zone, present = policy.calendar.zone, instant_now(now, policy)
    instant = present if at is None else parse_instant(at, zone)
    answer = ask(policy, environments, at=instant, now=present, record=recorded(database))
    if as_json:
        click.echo(json.dumps(answer.as_json(zone), indent=2, ensure_ascii=False))
    else:
        then = answer.next_transition
        click.echo(f"{answer.state}: {answer.why}")
        click.echo(f"next transition: {instant_text(then, zone) if then else 'none in the published span'}")
    if answer.state is Verdict.CLOSED:
        sys.exit(1)
