"""Without an optional package, the command that needs it names the package and how to install it."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.running import Outcome

ROOT = Path(__file__).parents[2]
WITHOUT = """
import sys
sys.path.insert(0, sys.argv.pop(1))
sys.modules[sys.argv.pop(1)] = None  # as if it were not installed
from icsfeed.cli.main import main
main(prog_name="icsfeed")
"""


def run_without(package: str, *arguments: str | Path) -> Outcome:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT, ROOT, package, *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return Outcome(status=done.returncode, stdout=done.stdout, stderr=done.stderr)


def install(requirement: str) -> str:
    return shlex.join([sys.executable, "-m", "pip", "install", requirement])


@pytest.mark.parametrize("command", ["emergency list", "serve", "export public"])
def test_a_postgresql_database_without_psycopg(schedule: Path, command: str) -> None:
    url = "postgresql://icsfeed@localhost/icsfeed"
    refusal = run_without("psycopg", *command.split(), "--schedule", schedule, "--database", url)
    assert refusal == Outcome(
        status=1,
        stdout="",
        stderr=(
            'A PostgreSQL database needs the package "psycopg", which is not installed; '
            f"install it with: {install('psycopg[binary]')}\n"
        ),
    )


def test_a_bucket_without_obstore(schedule: Path) -> None:
    address = "https://maintenance.example.com"
    refusal = run_without("obstore", "export", "s3://calendar", "--schedule", schedule, "--base-url", address)
    assert refusal == Outcome(
        status=1,
        stdout="",
        stderr=(
            'An export to a bucket needs the package "obstore", which is not installed; '
            f"install it with: {install('obstore')}\n"
        ),
    )


def test_neither_is_needed_without_a_bucket_and_a_server(schedule: Path, tmp_path: Path) -> None:
    for package in ("psycopg", "obstore"):
        done = run_without(package, "export", tmp_path / package, "--schedule", schedule)
        assert (done.status, done.stderr) == (0, "")
