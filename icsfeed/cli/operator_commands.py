"""A command that works with what is recorded: the options that all of these take, how they ask and speak."""

from __future__ import annotations

import functools
import json
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import click

from icsfeed.cli.inputs import instant_now, open_workspace, whoever_calls
from icsfeed.cli.options import database_option, json_option, now_option, operator_option, option, schedule_option

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from icsfeed.ical.events import CalendarEvent
    from icsfeed.services.changes import Workspace


class Result(Protocol):
    """What became of a wish, or would become of it."""

    @property
    def events(self) -> Sequence[CalendarEvent]:
        """What subscribers get."""

    @property
    def warnings(self) -> Sequence[str]:
        """What the operator should know."""

    def as_json(self, zone: ZoneInfo) -> dict[str, object]:
        """All of it, as JSON has it."""


_Result = TypeVar("_Result", bound=Result)


@dataclass(frozen=True, kw_only=True)
class Invocation:
    """One call of such a command: what it works with, who calls, when, and how it is to speak."""

    workspace: Workspace
    now: datetime
    by: str = ""
    as_json: bool = False
    dry_run: bool = False
    sure: bool = False

    @property
    def zone(self) -> ZoneInfo:
        """The calendar's zone."""
        return self.workspace.schedule.calendar.zone

    def instant(self, text: str) -> datetime:
        """The instant that an option's text names."""
        from icsfeed.domain.instants import parse_instant

        return parse_instant(text, self.zone)

    def carry_out(
        self,
        act: Callable[[bool, _Result | None], _Result],
        *,
        question: Callable[[_Result], str | None],
        said: Callable[[_Result], str],
        hint: Callable[[_Result], str | None] = lambda _: None,
    ) -> None:
        """Do it, or show what would be done; on a terminal, show that before, and ask whether it is meant.

        ``act`` is told whether it is a dry run, and what the operator has seen.
        """
        seen = None
        if not self.dry_run and not self.sure and _at_a_terminal():
            seen = act(True, None)  # noqa: FBT003  (see above)
            asked = question(seen)
            if asked is not None:
                self._show(seen, err=True)
                self._warn(seen.warnings)
                click.confirm(asked, abort=True, err=True)
        result = act(self.dry_run, seen)
        if self.as_json:
            self.print_json(result.as_json(self.zone))
            return
        self._warn(each for each in result.warnings if seen is None or each not in seen.warnings or not question(seen))
        if self.dry_run:
            self._show(result)
            return
        click.echo(said(result))
        next_step = hint(result)
        if next_step is not None and _at_a_terminal():
            click.echo(next_step, err=True)

    @staticmethod
    def _show(result: Result, *, err: bool = False) -> None:
        """The events as subscribers get them."""
        for event in result.events:
            click.echo(event.content, nl=False, err=err)

    @staticmethod
    def _warn(warnings: Iterable[str]) -> None:
        for warning in warnings:
            click.echo(f"warning: {warning}", err=True)

    def print_json(self, value: object) -> None:
        """The answer for programs."""
        click.echo(json.dumps(value, indent=2, ensure_ascii=False))


def _at_a_terminal() -> bool:
    """Whether a person is there to be asked. A program has none of the three, or closed them."""
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr))


def reading(command: Callable[..., Any]) -> Callable[..., Any]:
    """Have the command, which takes a ``Invocation`` and its own options, take those of all that read the record."""

    @json_option
    @now_option
    @database_option
    @schedule_option
    @functools.wraps(command)
    def run(*, schedule: Path | None, database: str, now: str | None, as_json: bool, **own: object) -> None:
        with open_workspace(schedule, database) as workspace:
            command(Invocation(workspace=workspace, now=instant_now(now, workspace.schedule), as_json=as_json), **own)

    return run


def recording(command: Callable[..., Any]) -> Callable[..., Any]:
    """Have the command, which takes a ``Invocation`` and its own options, take those of all that record something."""

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
        with open_workspace(schedule, database) as workspace:
            call = Invocation(
                workspace=workspace,
                now=instant_now(now, workspace.schedule),
                by=whoever_calls(operator),
                as_json=as_json,
                dry_run=dry_run,
                sure=yes,
            )
            command(call, **own)

    return run
