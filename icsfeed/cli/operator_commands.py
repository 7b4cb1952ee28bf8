"""Commands that work with the record: their common options, their confirmation on a terminal, their output."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any, Final, Generic, Protocol, TypeVar
from zoneinfo import ZoneInfo

import click

from icsfeed.cli.actors import operator_name, token_operator
from icsfeed.cli.inputs import current_instant
from icsfeed.cli.instants import InstantReader
from icsfeed.cli.options import json_option, operator_option, own_option, with_settings
from icsfeed.cli.output import at_a_terminal, fitted, preview_fact, print_json, print_line
from icsfeed.cli.workspaces import open_workspace
from icsfeed.domain.actors import Actor, ActorKind
from icsfeed.domain.situation import Situation
from icsfeed.domain.times import instant_text
from icsfeed.ical.events import CalendarEvent
from icsfeed.services.changes import Workspace
from icsfeed.settings import Settings

ANSWER_CHARS: Final = len(" [y/N]: y")


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
    notes: Callable[[], Mapping[str, str]]
    """What an object of JSON says of the database beside."""
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
    """One run of a command that records something under the name of an actor.

    ``is_clock_pinned`` is true where ``--now`` was given. A clock that the environment pins was named before.
    """

    actor: Actor
    is_clock_pinned: bool = False

    @property
    def clock_notice(self) -> str | None:
        """What to say about a clock that is not the real one."""
        if not self.is_clock_pinned:
            return None
        pinned = instant_text(self.now, self.zone)
        return f"icsfeed: --now pins the clock at {pinned}; that time is recorded"


@dataclass(frozen=True, kw_only=True)
class Wording(Generic[_Result]):
    """What an operator reads about a result: the ``preview`` before it is public, the ``answer`` afterwards.

    A ``question`` of ``None`` means that there is nothing to confirm. ``answer`` goes to standard output. ``notice``
    goes to standard error where there was no preview, and ``hint`` on a terminal.
    """

    preview: Callable[[_Result], Iterable[str]]
    question: Callable[[_Result], str | None]
    answer: Callable[[_Result], Iterable[str]]
    notice: Callable[[_Result], str | None] = lambda _: None
    hint: Callable[[_Result], str | None] = lambda _: None


@dataclass(frozen=True, kw_only=True)
class RecordingInvocation(SigningInvocation):
    """One run of a command that can be tried and confirmed first; ``confirmed`` means that ``--yes`` was given.

    A dry run prints the preview or, ``as_ics``, the events themselves. ``record_name`` says where the record is, and
    what names it, if that is not the default database.
    """

    record_name: Callable[[], str | None]

    dry_run: bool = False
    as_ics: bool = False
    confirmed: bool = False

    @property
    def instants(self) -> InstantReader:
        return replace(super().instants, records=True)

    def carry_out(self, act: Callable[[bool, _Result | None], _Result], wording: Wording[_Result]) -> None:
        """Act, or show what would happen; on a terminal, show that first and ask for confirmation.

        ``act`` takes whether it is a dry run, and the preview that the operator has seen, if any.
        """
        preview = self._confirmed_preview(act, wording)
        result = act(self.dry_run, preview)
        if preview is None and not self.dry_run:
            _echo_note(self.clock_notice)
        if self.as_json:
            print_json({**result.as_json(self.zone), **self.notes()})
            return
        _warn(each for each in result.warnings if preview is None or each not in preview.warnings)
        if self.dry_run:
            self._print_dry_run(result, wording)
            return
        for line in wording.answer(result):
            print_line(line)
        _echo_note(wording.notice(result) if preview is None else None)
        _echo_note(wording.hint(result) if at_a_terminal() else None)

    def _confirmed_preview(
        self, act: Callable[[bool, _Result | None], _Result], wording: Wording[_Result]
    ) -> _Result | None:
        """The preview that the operator has seen and confirmed; ``None`` where nobody was asked."""
        if self.dry_run or self.confirmed or not at_a_terminal():
            return None
        preview = act(True, None)  # noqa: FBT003  (see carry_out)
        question = wording.question(preview)
        if question is None:
            return None
        for line in self._preview_lines(preview, wording):
            print_line(line, err=True)
        _echo_note(self.clock_notice)
        _warn(preview.warnings)
        click.confirm(fitted(question, err=True, room=ANSWER_CHARS), abort=True, err=True)
        return preview

    def _print_dry_run(self, result: _Result, wording: Wording[_Result]) -> None:
        if self.as_ics:
            for event in result.events:
                click.echo(event.content, nl=False)
        else:
            for line in self._preview_lines(result, wording):
                print_line(line)

    def _preview_lines(self, result: _Result, wording: Wording[_Result]) -> Iterable[str]:
        yield from wording.preview(result)
        name = self.record_name()
        if name is not None:
            yield preview_fact("Record", name)


def _echo_note(text: str | None) -> None:
    if text is not None:
        print_line(text, err=True)


def _warn(warnings: Iterable[str]) -> None:
    for warning in warnings:
        print_line(f"warning: {warning}", err=True)


def reading(command: Callable[..., Any], *, or_example: bool = False, or_kept: bool = False) -> Callable[..., Any]:
    """Give a command that takes an ``Invocation`` the options of every command that reads the record.

    Only a command that looks and does not act may take the packaged example, and only one that hardly needs the
    schedule may, where the file is broken, take the one that the database kept (``or_kept``).
    """

    @with_settings
    @json_option
    @functools.wraps(command)
    def run(*, settings: Settings, as_json: bool, **own: object) -> None:
        with open_workspace(settings, or_example=or_example, or_kept=or_kept) as (workspace, _, notes):
            now = current_instant(settings, workspace.schedule)
            command(Invocation(workspace=workspace, now=now, notes=notes, as_json=as_json), **own)

    return run


def signing(command: Callable[..., Any], *, or_kept: bool = False) -> Callable[..., Any]:
    """Give a command that takes a ``SigningInvocation`` the options of every command that an actor signs."""

    @with_settings
    @operator_option
    @json_option
    @functools.wraps(command)
    def run(*, settings: Settings, operator: str | None, as_json: bool, **own: object) -> None:
        with open_workspace(settings, or_kept=or_kept) as (workspace, _, notes):
            now = current_instant(settings, workspace.schedule, records=True)
            invocation = SigningInvocation(
                workspace=workspace,
                now=now,
                notes=notes,
                actor=Actor(name=operator_name(operator), kind=ActorKind.COMMAND, at=now),
                as_json=as_json,
                is_clock_pinned=settings.now is not None and "now" not in settings.environment_settings,
            )
            command(invocation, **own)
            _echo_note(invocation.clock_notice)

    return run


def recording(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command that takes a ``RecordingInvocation`` the options of every command that records something."""

    @with_settings
    @operator_option
    @_trying
    @functools.wraps(command)
    def run(*, operator: str | None, **others: Any) -> None:  # noqa: ANN401  (any option)
        _record(command, lambda: operator_name(operator), **others)

    return run


def approving(command: Callable[..., Any]) -> Callable[..., Any]:
    """As ``recording``, for a command that also takes the ``operator`` whose token is in the environment."""

    @with_settings
    @_trying
    @functools.wraps(command)
    def run(**others: Any) -> None:  # noqa: ANN401  (any option)
        _record(command, None, **others)

    return run


def _trying(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of every command that can be tried and confirmed first."""
    for each in (
        json_option,
        own_option("--ics", is_flag=True, help="With --dry-run: print the events as subscribers would get them."),
        own_option("--dry-run", is_flag=True, help="Record nothing; print what would be public."),
        own_option("--yes", is_flag=True, help="Don't ask for confirmation on a terminal."),
    ):
        command = each(command)
    return command


def _record(
    command: Callable[..., Any],
    actor_name: Callable[[], str] | None,
    *,
    settings: Settings,
    as_json: bool,
    dry_run: bool,
    ics: bool,
    yes: bool,
    **own: object,
) -> None:
    """Run the command as the actor of that name or, with ``None``, as the operator of the token in the environment."""
    if ics and (as_json or not dry_run):
        msg = "--ics belongs to --dry-run" if not as_json else "--ics and --json can't be combined"
        raise click.UsageError(msg)
    with open_workspace(settings) as (workspace, inputs, notes):
        now = current_instant(settings, workspace.schedule, records=not dry_run)
        if actor_name is None:
            own["operator"] = operator = token_operator(workspace.repository)
            actor = operator.actor(now)
        else:
            actor = Actor(name=actor_name(), kind=ActorKind.COMMAND, at=now)
        invocation = RecordingInvocation(
            workspace=workspace,
            now=now,
            notes=notes,
            actor=actor,
            as_json=as_json,
            is_clock_pinned=settings.now is not None and "now" not in settings.environment_settings,
            record_name=inputs.unusual_record,
            dry_run=dry_run,
            as_ics=ics,
            confirmed=yes,
        )
        command(invocation, **own)
