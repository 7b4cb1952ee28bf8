"""How long commands take to start and run, against an empty interpreter: ``python -m tests.benchmarks.starting``."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path

from icsfeed.store.schedule_file import example_path
from tests.benchmarks.measuring import report, time_ratio

GATE = ("gate", "--environment", "production", "--at", "2026-12-03T02:00", "--now", "2026-11-23")
GOALS = {("--help",): 5, ("check",): 12, ("upcoming",): 16, GATE: 16, ("build", "all"): 16}


def run(*arguments: str, folder: Path) -> None:
    """Run one Python interpreter to its end, in a folder with a schedule."""
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True, cwd=folder)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copy(example_path(), folder / "schedule.toml")
        for command, goal in GOALS.items():
            measured = partial(run, "-m", "icsfeed", *command, folder=folder)
            report(" ".join(command), time_ratio(measured, partial(run, "-c", "pass", folder=folder), rounds=21), goal)
