"""The manual's topic ``commands``: the help of every command, written by ``python -m icsfeed.cli.reference``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import click

from icsfeed.cli.main import main

_COLUMNS: Final = 100

_INTRODUCTION: Final = """\
# Commands

*For everybody: the help of every command.*

Generated from the program; `icsfeed COMMAND --help` prints the same.

**The schedule.** `--schedule` names the schedule file. By default it is `schedule.toml` in the current folder or, where
there is none, the packaged example, and the command says so. `--now` pins the clock, for tests and previews.

**Instants** are `03:10`, `tomorrow 03:10`, `+30m` or `now`, or ISO 8601: local time in the calendar's zone, such as
`2026-03-08T03:00` or `2026-03-08`, or with an offset, as in `2026-03-08T07:00:00Z`. What a short form was understood as
is echoed with its date and zone. A local time that the clock skips or repeats is refused, with both readings. `--now`
takes ISO 8601 only. `icsfeed manual operators` has the details.

**The environment.** Every option can also be set in the environment, as `ICSFEED_` and its name: `ICSFEED_SCHEDULE`,
`ICSFEED_DATABASE`, `ICSFEED_PORT` … Options of one announcement, step or occurrence, such as `--yes`, `--message` and
`--start`, can't: a forgotten variable must not confirm or describe the next change. Nor can a customer's `--account`
and `--object`.

**Before the command.** `--schedule` and `--database` may also stand before it: `icsfeed --schedule eu.toml check`.

**JSON.** Commands that have `--json` print JSON for programs.

**The audit trail.** `--operator` names who did it; by default it is the system's user.

**Completion.** In bash, `eval "$(_ICSFEED_COMPLETE=bash_source icsfeed)"` completes commands and options; for zsh and
fish, write `zsh_source` or `fish_source`.

**Exit status.** 0: done. 1: the answer is no, or the input is bad; the reason is on standard error. 2: wrong usage.
"""


def reference() -> str:
    """The whole topic, in Markdown."""
    root = click.Context(main, info_name="icsfeed", terminal_width=_COLUMNS, **main.context_settings)
    return "\n".join([_INTRODUCTION, *_sections(root)])


def _sections(context: click.Context) -> Iterator[str]:
    """A section for the command of the context, and for each command below it."""
    command = context.command
    yield f"## {context.command_path}\n\n```text\n{command.get_help(context)}\n```\n"
    if not isinstance(command, click.Group):
        return
    for name in command.list_commands(context):
        below = command.get_command(context, name)
        if below is not None:
            yield from _sections(click.Context(below, info_name=name, parent=context, terminal_width=_COLUMNS))


if __name__ == "__main__":
    click.echo(reference(), nl=False)
