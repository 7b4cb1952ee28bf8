"""The scripts that the manual shows for pipelines deploy only where the gate is known to be open."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from icsfeed.store.schedule_file import example_path
from tests.manual.documents import ROOT, TOPICS
from tests.required import require

GATE = TOPICS["gate"]
WAITING = re.search(r"^  run: (until .*)$", GATE.blocks("yaml")[0].text, re.MULTILINE)
DEPLOYING = next(block.text for block in GATE.blocks("bash") if "./deploy" in block.text and "curl" in block.text)
WITHOUT_A_SERVER = next(block.text for block in GATE.blocks("bash") if "until answer=$(icsfeed gate" in block.text)
WITH_A_RUNWAY = next(block.text for block in GATE.blocks("bash") if "gate --environment production --r" in block.text)
OF_A_CHANGE = next(block.text for block in GATE.blocks("bash") if "gate --change EC-7" in block.text)


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


def without_a_server(folder: Path, script: str, now: str = "2026-11-27T02:30") -> tuple[int, int, bool]:
    """Run the script beside the example's schedule, by default in a freeze; each wait takes until a later window.

    Gives its exit status, how often it waited, and whether it deployed.
    """
    (folder / "schedule.toml").write_bytes(example_path().read_bytes())
    (folder / "now").write_text(now, encoding="utf-8")
    programs = {
        "icsfeed": f'ICSFEED_NOW=$(cat now) exec "{sys.executable}" -m icsfeed "$@"',
        "sleep": "echo >> waits; echo 2026-12-03T02:30 > now",
        "deploy": "touch deployed",
    }
    for name, program in programs.items():
        (folder / name).write_text(f"#!/bin/sh\n{program}\n", encoding="utf-8")
        (folder / name).chmod(0o755)
    done = subprocess.run(
        [shutil.which("bash") or "bash", "-c", script],
        cwd=folder,
        env={"PATH": f"{folder}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        timeout=60,
        check=False,
    )
    waits = folder / "waits"
    waited = len(waits.read_text(encoding="utf-8")) if waits.exists() else 0
    return done.returncode, waited, (folder / "deployed").exists()


def test_without_a_server_a_pipeline_waits_while_the_gate_is_closed(tmp_path: Path) -> None:
    assert without_a_server(tmp_path, WITHOUT_A_SERVER) == (0, 1, True)


def test_without_a_server_a_misspelled_environment_ends_the_pipeline(tmp_path: Path) -> None:
    script = WITHOUT_A_SERVER.replace("production", "prodution")
    assert without_a_server(tmp_path, script) == (1, 0, False)


@pytest.mark.parametrize(
    ("now", "deploys"),
    [
        pytest.param("2026-12-03T05:15", True, id="45 minutes before the end of the window"),
        pytest.param("2026-12-03T05:16", False, id="later"),
    ],
)
def test_a_deployment_does_not_begin_that_would_not_end_in_the_window(tmp_path: Path, now: str, deploys: bool) -> None:
    status, _, deployed = without_a_server(tmp_path, WITH_A_RUNWAY, now=now)
    assert (status, deployed) == (0 if deploys else 1, deploys)


ANNOUNCE = (
    'icsfeed emergency announce --summary "Replace the firewall" --reason "It fails" --environment production '
    "--start 2026-11-27T02:00 --duration 2h --yes --operator ann >/dev/null\n"
)
SHOW = "\nicsfeed emergency show EC-1 --json | jq -e '.state == \"completed\"' >/dev/null\n"


@pytest.mark.parametrize(
    ("now", "steps", "deploys"),
    [
        pytest.param("2026-11-27T03:15", (), True, id="due, in a freeze"),
        pytest.param("2026-11-27T03:16", (), False, id="too late"),
        pytest.param(
            "2026-11-27T02:00", ("icsfeed emergency cancel EC-1 --yes --operator bob\n",), False, id="cancelled"
        ),
    ],
)
def test_the_work_of_a_change_begins_only_while_it_is_due(
    tmp_path: Path, now: str, steps: tuple[str, ...], deploys: bool
) -> None:
    require(None if shutil.which("jq") else "jq is not installed")
    work = OF_A_CHANGE.replace("EC-7", "EC-1").replace("--yes", "--yes --operator bob")
    script = "".join((ANNOUNCE, *steps, work, SHOW))
    status, _, deployed = without_a_server(tmp_path, script, now=now)
    assert (status, deployed) == (0 if deploys else 1, deploys)
