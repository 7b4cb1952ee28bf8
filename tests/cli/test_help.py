"""The help of every command: whole sentences, examples that parse, no noise."""

from __future__ import annotations

import re
import shlex

import click
import pytest

from tests.cli.running import every_command_line, run

LINES = every_command_line()
COMMANDS = {line: command for line, command in LINES if not isinstance(command, click.Group)}
GROUPS = [line for line, command in LINES if isinstance(command, click.Group)]
EXAMPLES = [
    pytest.param(line, shown, id=shown)
    for line, command in COMMANDS.items()
    for shown in re.findall(r"^ +icsfeed (.*)$", (command.epilog or "").replace("\\\n", ""), re.MULTILINE)
]


def takes_arguments(command: click.Command) -> bool:
    """Whether there is something to type after the command but options that may be left out."""
    return any(parameter.required or parameter.param_type_name == "argument" for parameter in command.params)


def test_every_command_with_arguments_ends_its_help_with_an_example() -> None:
    without = {line for line, command in COMMANDS.items() if takes_arguments(command) and not command.epilog}
    assert without == set()
    for line, command in COMMANDS.items():
        if command.epilog:
            ending = run(*line.split(), "--help").stdout.rpartition("\n\n")[2]
            assert re.match(r"  Examples?:\n    icsfeed ", ending), line


@pytest.mark.parametrize(("line", "example"), EXAMPLES)
def test_an_example_is_what_the_command_takes(line: str, example: str) -> None:
    arguments = shlex.split(example.partition(" && ")[0])
    name = line.split()
    assert arguments[: len(name)] == name
    COMMANDS[line].make_context(line, arguments[len(name) :])


@pytest.mark.parametrize("line", [(), *(tuple(line.split()) for line in GROUPS)], ids=" ".join)
def test_no_short_help_is_cut_off(line: tuple[str, ...]) -> None:
    """It was: "cancel  Cancel the change ID; customers see it as cancelled until its..."."""
    commands = run(*line, "--help", environment={"COLUMNS": "80"}).stdout.partition("Commands:\n")[2]
    assert commands
    for entry in re.findall(r"^  \S.*(?:\n {3,}.*)*", commands, re.MULTILINE):
        assert entry.endswith("."), entry
        assert not entry.endswith("..."), entry


@pytest.mark.parametrize("line", [line for line, _ in LINES])
def test_a_help_fits_a_terminal_and_names_no_variable(line: str) -> None:
    text = run(*line.split(), "--help", environment={"COLUMNS": "80"}).stdout
    assert "[env var" not in text
    assert [row for row in text.splitlines() if len(row) > 80] == []


def test_all_options_that_are_missing_are_named_at_once() -> None:
    """One was named at a time."""
    for arguments, missing in (
        (("window", "move"), "Missing arguments and options 'WINDOW', 'DATE', '--start', '--reason'."),
        (("window", "move", "sunday", "2026-12-06", "--start", "2026-12-07T02:00"), "Missing option '--reason'."),
        (("emergency", "announce"), "Missing options '--summary', '--environment'."),
        (("emergency", "announce", "--summary=x"), "Missing option '--environment'."),
        (("emergency", "suggest", "--impact", "outage"), "Missing options '--duration', '--by'."),
    ):
        refused = run(*arguments)
        assert (refused.status, refused.stderr.splitlines()[-1]) == (2, f"Error: {missing}")
