"""Commands that work with the record: their common options, their confirmation on a terminal, their output."""

from __future__ import annotations

import functools
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from getpass import getuser
from typing import Any, Protocol, TypeVar
from zoneinfo import ZoneInfo

import click

from icsfeed.cli.inputs import current_instant, open_schedule
from icsfeed.cli.instants import InstantReader
from icsfeed.cli.options import json_option, operator_option, option, own_option, with_settings
from icsfeed.cli.output import at_a_terminal, print_json
from icsfeed.domain.actors import Actor, ActorKind
from icsfeed.domain.situation import Situation
from icsfeed.ical.events import CalendarEvent
from icsfeed.services.changes import Workspace
from icsfeed.settings import Settings
from icsfeed.store.database.database import Database


class Result(Protocol):
    """The result of an operator's action, or what it would be."""

    @property
    def events(self) -> Sequence[CalendarEvent]:
        """The events that subscribers get."""

    @property
    def warnings(self) -> Sequence[str]: ...

    def as_json(self, zone: ZoneInfo) -> dict[str, object]: ...


_Result = TypeVar("_Result", bound=Result)


@dataclass(frozen=True, kw_only=True)
class Invocation:
    """One run of a command that reads the record."""

    workspace: Workspace
    now: datetime
    as_json: bool = False

    @property
    def zone(self) -> ZoneInfo:
        return self.workspace.schedule.calendar.zone

    @property
    def instants(self) -> InstantReader:
        """How the instants of options are read."""
        return InstantReader(zone=self.zone, now=self.now, may_guess=at_a_terminal(), records=False)

    @cached_property
    def situation(self) -> Situation:
        """The schedule and the record now."""
        return self.workspace.situation(now=self.now)


@dataclass(frozen=True, kw_only=True)
class SigningInvocation(Invocation):
    """One run of a command that records something under the name of an actor."""

    actor: Actor


@dataclass(frozen=True, kw_only=True)
class RecordingInvocation(SigningInvocation):
    """One run of a command that can be tried and confirmed first; ``confirmed`` means that ``--yes`` was given."""

    dry_run: bool = False
    confirmed: bool = False

    @property
    def instants(self) -> InstantReader:
        return replace(super().instants, records=True)

    def carry_out(
        self,
        act: Callable[[bool, _Result | None], _Result],
        *,
        question: Callable[[_Result], str | None],
        summary: Callable[[_Result], str],
        hint: Callable[[_Result], str | None] = lambda _: None,
    ) -> None:
        """Act, or show what would happen; on a terminal, show that first and ask for confirmation.

        ``act`` takes whether it is a dry run, and the preview that the operator has seen, if any. A ``question`` of
        ``None`` means that there is nothing to confirm.
        """
        preview = None
        if not self.dry_run and not self.confirmed and at_a_terminal():
            preview = act(True, None)  # noqa: FBT003  (see above)
            prompt = question(preview)
            if prompt is not None:
                _show_events(preview, err=True)
                _warn(preview.warnings)
                click.confirm(prompt, abort=True, err=True)
        result = act(self.dry_run, preview)
        if self.as_json:
            print_json(result.as_json(self.zone))
            return
        shown_before = preview.warnings if preview is not None and question(preview) is not None else ()
        _warn(each for each in result.warnings if each not in shown_before)
        if self.dry_run:
            _show_events(result)
            return
        click.echo(summary(result))
        next_step = hint(result)
        if next_step is not None and at_a_terminal():
            click.echo(next_step, err=True)


def _show_events(result: Result, *, err: bool = False) -> None:
    for event in result.events:
        click.echo(event.content, nl=False, err=err)


def _warn(warnings: Iterable[str]) -> None:
    for warning in warnings:
        click.echo(f"warning: {warning}", err=True)


@contextmanager
def _open_workspace(settings: Settings) -> Generator[Workspace]:
    """The schedule and the database, which is closed after the command."""
    schedule = open_schedule(settings).schedule
    repository = Database(settings.database)
    try:
        yield Workspace(schedule=schedule, repository=repository)
    finally:
        repository.close()


def _operator_name(option: str | None) -> str:
    """The name for the audit trail: that of ``--operator`` or, without it, of the system's user."""
    try:
        return option or getuser()
    except (OSError, KeyError):
        msg = "this user has no name; say who you are with --operator"
        raise click.UsageError(msg) from None


def reading(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command that takes an ``Invocation`` the options of every command that reads the record."""

    @with_settings
    @json_option
    @functools.wraps(command)
    def run(*, settings: Settings, as_json: bool, **own: object) -> None:
        with _open_workspace(settings) as workspace:
            now = current_instant(settings, workspace.schedule)
            command(Invocation(workspace=workspace, now=now, as_json=as_json), **own)

    return run


def signing(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command that takes a ``SigningInvocation`` the options of every command that an actor signs."""

    @with_settings
    @operator_option
    @json_option
    @functools.wraps(command)
    def run(*, settings: Settings, operator: str | None, as_json: bool, **own: object) -> None:
        with _open_workspace(settings) as workspace:
            now = current_instant(settings, workspace.schedule)
            actor = Actor(name=_operator_name(operator), kind=ActorKind.COMMAND, at=now)
            command(SigningInvocation(workspace=workspace, now=now, actor=actor, as_json=as_json), **own)

    return run


def recording(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command that takes a ``RecordingInvocation`` the options of every command that records something."""

    @with_settings
    @operator_option
    @own_option("--yes", is_flag=True, help="Don't ask for confirmation on a terminal.")
    @option("--dry-run", is_flag=True, help="Record nothing; print the events as subscribers would get them.")
    @json_option
    @functools.wraps(command)
    def run(
        *, settings: Settings, operator: str | None, as_json: bool, dry_run: bool, yes: bool, **own: object
    ) -> None:
        with _open_workspace(settings) as workspace:
            now = current_instant(settings, workspace.schedule)
            invocation = RecordingInvocation(
                workspace=workspace,
                now=now,
                actor=Actor(name=_operator_name(operator), kind=ActorKind.COMMAND, at=now),
                as_json=as_json,
                dry_run=dry_run,
                confirmed=yes,
            )
            command(invocation, **own)

    return run
