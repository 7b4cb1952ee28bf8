"""Runs a command as a shell would, in a folder of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import click
from click.testing import CliRunner

from icsfeed.cli.main import main

NOW = "2026-11-23T12:00:00Z"

SCHEDULE = """\
[calendar]
name = "Down, and up"
timezone = "America/Toronto"
uid_domain = "maintenance.example.com"

[[environments]]
id = "production"
name = "Production"

[[environments]]
id = "preview"
name = "Preview"

[[maintenance_windows]]
id = "thursday"
name = "Scheduled maintenance"
days = ["Thursday"]
start = 02:00:00
end = 06:00:00
environments = ["production"]

[[change_freezes]]
id = "month-end"
name = "Change freeze"
every = "month"
week = "last-7-days"
"""

IN_FORCE = SCHEDULE.replace('days = ["Thursday"]', 'days = ["Thursday"]\neffective_from = 2020-01-01')
"""The same, and `check` has nothing to warn of."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What a command left behind."""

    status: int
    stdout: str
    stderr: str


def token_key_file(folder: Path, content: str = "k" * 32, *, name: str = "tokens.key") -> Path:
    """A file with a token key that only its owner may read."""
    path = folder / name
    path.write_text(content, encoding="utf-8")
    path.chmod(0o600)
    return path


def every_command() -> list[click.Command]:
    """Every command; those of a group follow it."""
    return [command for _, command in every_command_line()]


def every_command_line() -> list[tuple[str, click.Command]]:
    """The commands, each with what is typed to call it, such as ``window skip``."""
    return list(_commands_of(main, ()))


def _commands_of(group: click.Group, before: tuple[str, ...]) -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield " ".join((*before, name)), command
        if isinstance(command, click.Group):
            yield from _commands_of(command, (*before, name))


PINNED_CLOCK = re.compile(r"^icsfeed: (?:--now|ICSFEED_NOW) pins the clock at .*\n", re.MULTILINE)


def run(*arguments: str | Path, environment: dict[str, str] | None = None) -> Outcome:
    """Run ``icsfeed`` with those arguments in the current folder, without the notice that the clock is pinned.

    Nearly every test pins it; ``run_as_is`` keeps it.
    """
    outcome = run_as_is(*arguments, environment=environment)
    return replace(outcome, stderr=PINNED_CLOCK.sub("", outcome.stderr))


def run_as_is(*arguments: str | Path, environment: dict[str, str] | None = None) -> Outcome:
    """Run ``icsfeed`` with those arguments in the current folder."""
    result = CliRunner().invoke(main, [str(each) for each in arguments], env=environment, prog_name="icsfeed")
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Outcome(status=result.exit_code, stdout=result.stdout, stderr=result.stderr)
