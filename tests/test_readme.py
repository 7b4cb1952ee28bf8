"""The README is true: its commands run, and it names every command, option, configuration key and route."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from icsfeed.bootstrap import create_app
from icsfeed.publication.publishing import publish
from icsfeed.store.schedule_file import example_path, json_schema, load_schedule
from tests.cli.running import every_command
from tests.examples import NOW

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def marked(name: str) -> str:
    found = re.search(rf"^<!-- {name} -->\n```sh\n(.*?)\n```$", README, re.MULTILINE | re.DOTALL)
    assert found, name
    return found[1]


SET_UP = "python3 -m venv .venv && .venv/bin/pip install -q -r requirements.txt && .venv/bin/"
COMMANDS = [
    line.partition("#")[0].strip()
    for block in blocks("sh")
    for line in block.splitlines()
    if line.startswith("icsfeed ") and not line.startswith("icsfeed serve")
]


def test_the_two_commands_set_up_all_that_they_need() -> None:
    """`.ci/run` takes both from here and runs them as they stand."""
    assert marked("serve the example") == SET_UP + "python -m icsfeed serve"
    assert marked("the tests") == SET_UP + "python -m pytest"


def test_the_other_commands_run_one_after_the_other(tmp_path: Path) -> None:
    assert len(COMMANDS) >= 3
    for command in COMMANDS:
        arguments = shlex.split(command)[1:]
        done = subprocess.run(
            [sys.executable, "-m", "icsfeed", *arguments],
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, ""), command


def test_the_small_schedule_has_no_mistakes(tmp_path: Path) -> None:
    (path := tmp_path / "schedule.toml").write_text(blocks("toml")[0], encoding="utf-8")
    assert [window.id for window in load_schedule(path).schedule.windows] == ["thursday"]


def test_every_command_and_option_is_named() -> None:
    commands = every_command()
    names = {f"`{command.name}" for command in commands}
    names |= {
        name
        for command in commands
        for parameter in command.params
        if parameter.param_type_name == "option"
        for name in parameter.opts
    }
    assert {name for name in names if name not in README} == set()


def keys_of(schema: object) -> Iterator[str]:
    """The keys that a JSON Schema knows, at every depth."""
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
        for part in schema.values():
            yield from keys_of(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from keys_of(part)


def test_every_configuration_key_is_named() -> None:
    keys = set(keys_of(json_schema()))
    assert {"maintenance_windows", "week_starts", "lifted"} <= keys
    assert {key for key in keys if not re.search(rf"[`\[ ]{key}[`\] =]", README)} == set()


def general(path: str) -> str:
    """A path of the publication as the README writes it; those in French are like those in English."""
    for place, name in (
        (r"^/fr(?=/.)", ""),
        (r"(?<=^/feeds/)[a-z]+", "SLUG"),
        (r"(?<=^/downloads/)[a-z]+", "SLUG"),
        (r"(?<=^/calendar/)\d{4}/\d\d", "YYYY/MM"),
        (r"(?<=^/assets/).*", "NAME"),
    ):
        path = re.sub(place, name, path)
    return path


def test_every_route_is_named() -> None:
    rules = {rule.rule for rule in create_app(schedule=example_path()).url_map.iter_rules()}
    schedule = load_schedule(example_path()).schedule
    rules |= {general(path) for path in publish(schedule, changed_at=NOW, now=NOW).representations}
    assert {"/", "/fr/", "/readyz", "/feeds/SLUG.ics", "/calendar/YYYY/MM/"} <= rules
    assert {rule for rule in rules if f"`{rule}`" not in README} == set()


@pytest.mark.parametrize("word", ["icsfeed check", "icsfeed upcoming", "icsfeed init"])
def test_the_commands_that_run_are_those_a_newcomer_needs(word: str) -> None:
    assert any(command.startswith(word) for command in COMMANDS)
