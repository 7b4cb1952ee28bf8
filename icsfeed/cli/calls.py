"""A command that works with what is recorded: the options that all of these take, and how they speak."""

from __future__ import annotations

import functools
import json
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from icsfeed.cli.options import database_option, json_option, now_option, operator_option, option, schedule_option
from icsfeed.cli.truth import instant_now, open_desk, whoever_calls

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from icsfeed.ical.events import CalendarEvent
    from icsfeed.services.changes import Desk


@dataclass(frozen=True, kw_only=True)
class Call:
    """One call of such a command: what it works with, who calls, when, and how it is to speak."""

    desk: Desk
    now: datetime
    by: str = ""
    as_json: bool = False
    dry_run: bool = False
    sure: bool = False

    @property
    def zone(self) -> ZoneInfo:
        """The calendar's zone."""
        return self.desk.schedule.calendar.zone

    def instant(self, text: str) -> datetime:
        """The instant that an option's text names."""
        from icsfeed.services.instants import parse_instant

        return parse_instant(text, self.zone)

    @property
    def asks(self) -> bool:
        """Whether a person is there to be asked, and wants to be."""
        return not self.sure and sys.stdin.isatty() and sys.stdout.isatty()

    def confirm(self, question: str, events: Iterable[CalendarEvent], warnings: Iterable[str]) -> None:
        """Show what subscribers will get, and ask whether that is meant."""
        self.show(events, err=True)
        self.warn(warnings)
        click.confirm(question, abort=True, err=True)

    def show(self, events: Iterable[CalendarEvent], *, err: bool = False) -> None:
        """The events as subscribers get them."""
        for event in events:
            click.echo(event.content, nl=False, err=err)

    def warn(self, warnings: Iterable[str]) -> None:
        """What the operator should know."""
        for warning in warnings:
            click.echo(f"warning: {warning}", err=True)

    def print_json(self, value: object) -> None:
        """The answer for programs."""
        click.echo(json.dumps(value, indent=2, ensure_ascii=False))


def reading(command: Callable[..., Any]) -> Callable[..., Any]:
    """Have the command, which takes a ``Call`` and its own options, take those of all that read the record."""

    @json_option
    @now_option
    @database_option
    @schedule_option
    @functools.wraps(command)
    def run(*, schedule: Path | None, database: str, now: str | None, as_json: bool, **own: object) -> None:
        with open_desk(schedule, database) as desk:
            command(Call(desk=desk, now=instant_now(now, desk.schedule), as_json=as_json), **own)

    return run


def recording(command: Callable[..., Any]) -> Callable[..., Any]:
    """Have the command, which takes a ``Call`` and its own options, take those of all that record something."""

    @json_option
    @option("--dry-run", is_flag=True, help="Change nothing; print the events as subscribers would get them.")
    @option("--yes", is_flag=True, help="Do not ask for confirmation on a terminal.")
    @operator_option
    @now_option
    @database_option
    @schedule_option
    @functools.wraps(command)
    def run(
        *,
        schedule: Path | None,
        database: str,
        now: str | None,
        operator: str | None,
        as_json: bool,
        dry_run: bool,
        yes: bool,
        **own: object,
    ) -> None:
        with open_desk(schedule, database) as desk:
            call = Call(
                desk=desk,
                now=instant_now(now, desk.schedule),
                by=whoever_calls(operator),
                as_json=as_json,
                dry_run=dry_run,
                sure=yes,
            )
            command(call, **own)

    return run
