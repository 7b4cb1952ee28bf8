"""The manual's workflow for GitHub Pages: its commands, run in a test repository."""

from __future__ import annotations

import importlib
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli.running import NOW, SCHEDULE
from tests.manual.documents import TOPICS
from tests.required import require

ROOT = Path(__file__).parents[2]


def steps() -> list[dict[str, Any]]:
    workflow = importlib.import_module("yaml").safe_load(TOPICS["deploy"].block("GitHub Pages"))
    return list(workflow["jobs"]["export"]["steps"])


def shell(script: str, folder: Path) -> str:
    """Run a step as GitHub does."""
    bash = shutil.which("bash") or "bash"
    done = subprocess.run([bash, "-e"], cwd=folder, input=script, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The job's first state: the schedule file, and a checkout of the empty branch below it."""
    require(None if shutil.which("git") else "git is not installed")
    monkeypatch.setenv("ICSFEED_NOW", NOW)
    monkeypatch.setenv("GITHUB_REPOSITORY_OWNER", "you")
    monkeypatch.setenv("GITHUB_REPOSITORY", "you/maintenance")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    (tmp_path / "job").mkdir()
    (tmp_path / "job" / "schedule.toml").write_text(SCHEDULE, encoding="utf-8")
    shell(
        "git init -q --bare origin && git clone -q origin job/site 2>/dev/null && cd job/site\n"
        "git switch -q --orphan gh-pages\n"
        "git -c user.name=you -c user.email=you@example.com commit -q --allow-empty -m 'Nothing yet'\n"
        "git push -q origin gh-pages",
        tmp_path,
    )
    return tmp_path / "job"


def run_job(checkout: Path) -> str:
    """Run the steps; returns the branch's latest commit."""
    for step in steps():
        script = step.get("run", "")
        if not script.startswith("pip"):
            script = re.sub(r"^icsfeed ", f"{sys.executable} -m icsfeed ", script)
            shell(script, checkout / step.get("working-directory", "."))
    return shell("git rev-parse gh-pages", checkout.parent / "origin")


def test_the_branch_gets_a_commit_only_if_something_has_changed(checkout: Path) -> None:
    empty = shell("git rev-parse gh-pages", checkout.parent / "origin")
    first = run_job(checkout)
    assert first != empty
    assert run_job(checkout) == first
    (checkout / "schedule.toml").write_text(SCHEDULE.replace("Scheduled maintenance", "Edited"), encoding="utf-8")
    assert run_job(checkout) != first


def test_a_new_machine_continues_from_the_branch(checkout: Path) -> None:
    first = run_job(checkout)
    shutil.rmtree(checkout / "site")
    shell("git clone -q --branch gh-pages ../origin site", checkout)
    assert run_job(checkout) == first
    (checkout / "schedule.toml").write_text(SCHEDULE.replace("Scheduled maintenance", "Edited"), encoding="utf-8")
    assert run_job(checkout) != first
    assert b"SEQUENCE:1\r\n" in (checkout / "site" / "feeds" / "all.ics").read_bytes()
    assert b"https://you.github.io/maintenance/" in (checkout / "site" / "index.html").read_bytes()
