"""The examples of README and manual run, and print what they are shown to print."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

import pytest

from icsfeed import __version__
from icsfeed.domain.changes import State
from icsfeed.domain.situation import Situation
from icsfeed.publication.publishing import publish
from icsfeed.publication.reminders.template_check import template_mistakes
from icsfeed.store.schedule_file import example_path, load_schedule
from tests import launching
from tests.applications import create_app
from tests.cli.running import NOW, PINNED_CLOCK, token_key_file
from tests.manual.documents import EVERY_DOCUMENT, README, ROOT, TOPICS, Block, Document
from tests.required import require

CALENDAR = """\
[calendar]
name = "Maintenance"
timezone = "America/Toronto"
uid_domain = "maintenance.example.com"
"""
ENVIRONMENT = """\
[[environments]]
id = "production"
name = "Production"
"""


def run(command: str, folder: Path, **environment: str) -> tuple[int, str]:
    """Run ``icsfeed`` as a reader would: its exit status, and what it prints on both streams."""
    return launching.run(*shlex.split(command)[1:], folder=folder, environment=os.environ | environment)


def commands(block: Block) -> list[str]:
    """The commands of icsfeed in a block of ``sh``; what serves goes on for ever."""
    lines = (line.partition("  #")[0].strip() for line in block.text.replace("\\\n", "").splitlines())
    return [line for line in lines if line.startswith("icsfeed ") and not line.startswith("icsfeed serve")]


def sessions(block: Block) -> list[tuple[str, str]]:
    """The commands of a block of ``console``, each with what it prints."""
    found = re.findall(r"^\$ ([^\n]*)\n(.*?)(?=^\$ |\Z)", block.text, re.MULTILINE | re.DOTALL)
    return [(command, output) for command, output in found if command.startswith("icsfeed ")]


WITH_EXAMPLES = [
    document
    for document in EVERY_DOCUMENT
    if any(map(commands, document.blocks("sh"))) or any(map(sessions, document.blocks("console")))
]


def test_the_documents_that_a_newcomer_follows_have_examples() -> None:
    names = {document.path.stem for document in WITH_EXAMPLES}
    assert {"README", "policy", "operators", "gate", "private-feeds", "deploy"} <= names


@pytest.mark.parametrize("document", WITH_EXAMPLES, ids=lambda document: document.name)
def test_the_commands_run_one_after_the_other(document: Document, tmp_path: Path) -> None:
    """In a folder with the example as its schedule, unless the first command writes a starter."""
    blocks = document.blocks()
    first = next((command for block in blocks for command in commands(block)), "")
    if not first.startswith("icsfeed init"):
        (tmp_path / "schedule.toml").write_bytes(example_path().read_bytes())
    for block in blocks:
        if block.file_name:
            (tmp_path / block.file_name).write_text(block.text, encoding="utf-8")
        if block.language == "sh":
            for command in commands(block):
                status, printed = run(command, tmp_path)
                assert status == 0, f"{command}\n{printed}"
                assert "warning" not in printed or "check" in command, f"{command}\n{printed}"
        if block.language == "console":
            for command, output in sessions(block):
                pattern = re.escape(output).replace("…", ".*")
                printed = PINNED_CLOCK.sub("", run(command, tmp_path, ICSFEED_NOW=NOW)[1])
                assert re.fullmatch(pattern, printed), f"{command}\n{printed}"


BROKEN = {"broken.toml", "unclosed.toml"}
"""Files with errors, which the manual shows beside what `check` says about them."""


def schedule_text(block: Block) -> str:
    """The block as a whole schedule file: with a calendar and an environment, unless it has its own."""
    before = ((CALENDAR, "[calendar]"), (ENVIRONMENT, "[[environments]]"))
    return "\n".join([*(text for text, head in before if head not in block.text), block.text])


@pytest.mark.parametrize(
    "block",
    [
        pytest.param(block, id=f"{document.name}: {block.file_name or f'schedule {number}'}")
        for document in EVERY_DOCUMENT
        for number, block in enumerate(document.blocks("toml"), start=1)
        if block.file_name not in BROKEN
    ],
)
def test_every_schedule_is_free_of_errors(block: Block, tmp_path: Path) -> None:
    (path := tmp_path / "schedule.toml").write_text(schedule_text(block), encoding="utf-8")
    (tmp_path / "reminders").mkdir()  # the folder of own templates
    load_schedule(path)


def test_the_template_renders_whatever_there_is_to_say(tmp_path: Path) -> None:
    manual = TOPICS["reminders"]
    (schedule,), (*_, template) = manual.blocks("toml"), manual.blocks("jinja")
    (path := tmp_path / "schedule.toml").write_text(schedule_text(schedule), encoding="utf-8")
    (tmp_path / "reminders").mkdir()
    (tmp_path / "reminders" / "ticket.md.j2").write_text(template.text, encoding="utf-8")
    now = datetime(2026, 11, 25, 15, tzinfo=UTC)
    situation = Situation(schedule=load_schedule(path).schedule, now=now)
    assert template_mistakes(situation) == ()
    ticket = publish(situation, changed_at=now).representations["/reminders/ticket.md"]
    assert ticket.body == b"- No maintenance is in progress.\n"


def test_the_change_in_git_goes_through_its_steps(tmp_path: Path) -> None:
    (block,) = TOPICS["operators"].blocks("toml")
    (path := tmp_path / "schedule.toml").write_text(schedule_text(block), encoding="utf-8")
    (change,) = load_schedule(path).schedule.changes
    assert (change.id, [update.state for update in change.updates]) == (
        "failover",
        [State.CONFIRMED, State.CONFIRMED, State.IN_PROGRESS, State.COMPLETED],
    )


def test_the_gate_answers_over_http_as_shown() -> None:
    shown = next(block.text for block in TOPICS["gate"].blocks("console") if "curl" in block.text)
    command, _, answer = shown.partition("\n")
    url = re.findall(r"https://maintenance\.example\.com(/[^']*)", command)[0]
    now = datetime(2026, 11, 25, 15, tzinfo=UTC)
    client = create_app(schedule=example_path(), clock=lambda: now).test_client()
    assert client.get(url).json == json.loads(answer)


def test_private_feeds_are_exported_as_shown(tmp_path: Path) -> None:
    require(None if shutil.which("openssl") else "openssl is not installed")
    (tmp_path / "schedule.toml").write_bytes(example_path().read_bytes())
    icsfeed = f'icsfeed() {{ "{sys.executable}" -m icsfeed "$@"; }}\n'
    done = subprocess.run(
        [shutil.which("bash") or "bash", "-euc", icsfeed + TOPICS["private-feeds"].block("private feeds")],
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


def test_what_is_for_one_customer_alone_is_in_no_public_file(tmp_path: Path) -> None:
    commands = next(block.text for block in TOPICS["private-feeds"].blocks("bash") if "--feed acme" in block.text)
    blocks = TOPICS["private-feeds"].blocks("toml")
    schedule = schedule_text(next(block for block in blocks if block.marker == "for one customer alone"))
    (tmp_path / "schedule.toml").write_text(schedule, encoding="utf-8")
    token_key_file(tmp_path)
    icsfeed = f'icsfeed() {{ "{sys.executable}" -m icsfeed "$@"; }}\n'
    done = subprocess.run(
        [shutil.which("bash") or "bash", "-euc", f"{icsfeed}{commands}\nicsfeed export site --private"],
        cwd=tmp_path,
        env={
            **{name: value for name, value in os.environ.items() if name != "ICSFEED_DATABASE"},
            "PYTHONPATH": str(ROOT),
            "ICSFEED_NOW": "2026-11-23T12:00:00Z",
            "ICSFEED_TOKEN_KEY_FILE": str(tmp_path / "tokens.key"),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    token = done.stdout.split("/")[2]
    files = {path.relative_to(tmp_path / "site").as_posix(): path for path in (tmp_path / "site").rglob("*")}
    texts = {name: path.read_bytes().lower() for name, path in files.items() if path.is_file()}
    own = {name for name in texts if name.startswith(f"private/{token}/")}
    assert {name for name in texts.keys() - own if b"acme" in texts[name] or b"new disks" in texts[name]} == set()
    assert b"new disks" in texts[f"private/{token}/acme.ics"]
    assert b"new disks" in texts[f"private/{token}/index.html"]


YAML = [block for document in EVERY_DOCUMENT for block in document.blocks("yaml")]


def test_every_workflow_pins_actions_and_packages_that_run_today() -> None:
    used = {use for block in YAML for use in re.findall(r"uses: (\S+)", block.text)}
    assert used == {"actions/checkout@v5", "actions/setup-python@v6"}
    assert {machine for block in YAML for machine in re.findall(r"runs-on: (\S+)", block.text)} == {"ubuntu-24.04"}
    assert {ref for block in YAML for ref in re.findall(r"YOU/icsfeed, ref: ([^,\s]+)", block.text)} == {
        f"v{__version__}"
    }


@pytest.mark.parametrize("block", YAML, ids=lambda block: block.marker or block.text.partition("\n")[0])
def test_every_yaml_example_can_be_read(block: Block) -> None:
    documents = list(import_module("yaml").safe_load_all(block.text))
    assert all(documents)


def test_the_pods_of_the_kubernetes_example_have_what_they_name(tmp_path: Path) -> None:
    objects = {each["kind"]: each for each in import_module("yaml").safe_load_all(TOPICS["deploy"].block("Kubernetes"))}
    (name, text) = next(iter(objects["ConfigMap"]["data"].items()))
    (tmp_path / name).write_text(text, encoding="utf-8")
    load_schedule(tmp_path / name)
    template = objects["Deployment"]["spec"]["template"]
    (container,) = template["spec"]["containers"]
    mounts = {mount["name"]: mount["mountPath"] for mount in container["volumeMounts"]}
    assert {volume["name"] for volume in template["spec"]["volumes"]} == set(mounts)
    assert container["image"].endswith(f":{__version__}")
    assert container["env"][0] == {"name": "ICSFEED_SCHEDULE", "value": f"{mounts['schedule']}/{name}"}
    assert objects["Service"]["spec"]["selector"] == template["metadata"]["labels"]


@pytest.mark.parametrize("word", ["init", "check", "upcoming", "emergency announce", "window skip"])
def test_the_readme_shows_what_a_newcomer_needs(word: str) -> None:
    assert any(command.startswith(f"icsfeed {word}") for block in README.blocks("sh") for command in commands(block))
