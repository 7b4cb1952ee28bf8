"""The README is true: its commands run, and it names every command, option, configuration key and route."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from icsfeed.bootstrap import create_app
from icsfeed.domain.changes import State
from icsfeed.publication.publishing import publish
from icsfeed.store.schedule_file import example_path, json_schema, load_schedule
from tests.cli.running import every_command_line
from tests.examples import NOW
from tests.required import require

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def marked(name: str) -> str:
    found = re.search(rf"^<!-- {name} -->\n```(?:ba)?sh\n(.*?)\n```$", README, re.MULTILINE | re.DOTALL)
    assert found, name
    return found[1]


SET_UP = "python3 -m venv .venv && .venv/bin/pip install -q -r requirements.txt && .venv/bin/"
COMMANDS = [
    line.partition("  #")[0].strip()
    for block in blocks("sh")
    for line in block.replace("\\\n", "").splitlines()
    if line.startswith("icsfeed ") and not line.startswith("icsfeed serve")
]


def test_the_two_commands_set_up_all_that_they_need() -> None:
    """`.ci/run` takes both from here and runs them as they stand."""
    assert marked("serve the example") == SET_UP + "python -m icsfeed serve"
    assert marked("the tests") == SET_UP + "python -m pytest"


def test_the_other_commands_run_one_after_the_other(tmp_path: Path) -> None:
    assert len(COMMANDS) >= 14
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


def test_private_feeds_are_exported_as_shown(tmp_path: Path) -> None:
    require(None if shutil.which("openssl") else "openssl is not installed")
    (tmp_path / "schedule.toml").write_bytes(example_path().read_bytes())
    icsfeed = f'icsfeed() {{ "{sys.executable}" -m icsfeed "$@"; }}\n'
    done = subprocess.run(
        [shutil.which("bash") or "bash", "-euc", icsfeed + marked("private feeds")],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    path = done.stdout.splitlines()[0]
    assert re.fullmatch(r"/private/[\w-]{32}/production\.ics", path)
    assert b"TRIGGER:-PT30M" in (tmp_path / "public" / path[1:]).read_bytes()
    assert (tmp_path / "tokens.key").stat().st_mode & 0o077 == 0


def test_the_small_schedule_has_no_mistakes(tmp_path: Path) -> None:
    (path := tmp_path / "schedule.toml").write_text(blocks("toml")[0], encoding="utf-8")
    assert [window.id for window in load_schedule(path).schedule.windows] == ["thursday"]


def test_the_change_in_git_is_one_that_may_be_added_to_it(tmp_path: Path) -> None:
    whole = "\n".join(blocks("toml")[:2])
    (path := tmp_path / "schedule.toml").write_text(whole, encoding="utf-8")
    (change,) = load_schedule(path).schedule.changes
    assert (change.id, [update.state for update in change.updates]) == (
        "failover",
        [State.CONFIRMED, State.CONFIRMED, State.IN_PROGRESS, State.COMPLETED],
    )


def test_every_command_and_option_is_named() -> None:
    lines = every_command_line()
    # Those of planned changes are emergency's, as the README says.
    names = {f"`{line.removeprefix('emergency ')}" for line, _ in lines if not line.startswith("planned ")}
    names |= {
        name
        for _, command in lines
        for parameter in command.params
        if parameter.param_type_name == "option"
        for name in parameter.opts
    }
    assert {"`confirm", "`window move", "--expect"} <= names
    assert {name for name in names if name not in README} == set()


def test_planned_changes_have_the_commands_of_emergency_ones() -> None:
    lines = {line for line, _ in every_command_line()}
    emergency, planned = (
        {line.removeprefix(kind) for line in lines if line.startswith(kind)} for kind in ("emergency ", "planned ")
    )
    assert emergency - planned == {"suggest"}
    assert planned < emergency


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


def test_every_route_is_named() -> None:
    rules = {rule.rule for rule in create_app(schedule=example_path()).url_map.iter_rules()}
    assert {"/readyz", "/api/v1/state"} <= rules
    assert {rule for rule in rules if f"`{rule}`" not in README} == set()


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


def test_every_published_path_is_named() -> None:
    made = publish(load_schedule(example_path()).schedule, changed_at=NOW, now=NOW)
    paths = {general(path) for path in made.representations}
    assert {"/", "/fr/", "/calendar/YYYY/MM/", "/feeds/SLUG.ics", "/feeds/SLUG.atom", "/schemas/feed-1.json"} <= paths
    assert {path for path in paths if f"`{path}`" not in README} == set()


@pytest.mark.parametrize(
    "word", ["icsfeed check", "icsfeed upcoming", "icsfeed init", "icsfeed emergency announce", "icsfeed window move"]
)
def test_the_commands_that_run_are_those_a_newcomer_needs(word: str) -> None:
    assert any(command.startswith(word) for command in COMMANDS)


WAITING = re.search(r"^  run: (until .*)$", blocks("yaml")[0], re.MULTILINE)
DEPLOYING = next(block for block in blocks("bash") if "./deploy" in block and "curl" in block)


def in_a_pipeline(folder: Path, script: str, *answers: str) -> tuple[int, int]:
    """Run the script where curl has those answers, one after the other, and fails where one is empty.

    Gives its exit status, and how often it asked.
    """
    require(None if shutil.which("jq") else "jq is not installed")
    for number, answer in enumerate(answers, start=1):
        (folder / f"{number}.json").write_text(answer, encoding="utf-8")
    programs = {
        "curl": 'cd "$ANSWERS"; echo >> asked; cat "$(wc -l < asked).json" | grep .',
        "sleep": "true",
        "deploy": 'touch "$ANSWERS/deployed"',
    }
    for name, program in programs.items():
        (folder / name).write_text(f"#!/bin/sh\n{program}\n", encoding="utf-8")
        (folder / name).chmod(0o755)
    environment = {"PATH": f"{folder}:{os.environ['PATH']}", "ANSWERS": str(folder), "STATE": "https://example.com"}
    done = subprocess.run(
        [shutil.which("bash") or "bash", "-c", script],
        cwd=folder,
        env=environment,
        capture_output=True,
        timeout=60,
        check=False,
    )
    return done.returncode, len((folder / "asked").read_text(encoding="utf-8"))


def test_a_pipeline_waits_until_the_answer_is_open(tmp_path: Path) -> None:
    assert WAITING is not None
    answers = ('{"state": "CLOSED"}', "", "<html>", '{"detail": "OPEN"}', '{"state": "OPEN"}', '{"state": "CLOSED"}')
    assert in_a_pipeline(tmp_path, WAITING[1], *answers) == (0, 5)


@pytest.mark.parametrize(
    ("answer", "deploys"),
    [('{"state": "OPEN"}', True), ('{"state": "CLOSED"}', False), ("", False), ("<html>", False)],
)
def test_a_pipeline_deploys_where_the_answer_is_open_alone(tmp_path: Path, answer: str, deploys: bool) -> None:
    """With ``jq -e``, version 1.6, no answer at all was as good as an open gate."""
    status, asked = in_a_pipeline(tmp_path, DEPLOYING, answer)
    assert (status == 0, asked, (tmp_path / "deployed").exists()) == (deploys, 1, deploys)
