"""How long commands take to start and run, against an empty interpreter: ``python -m tests.benchmarks.starting``."""

from __future__ import annotations

import subprocess
import sys
from functools import partial

from tests.benchmarks.measuring import report, time_ratio

GATE = ("gate", "--environment", "production", "--at", "2026-12-03T02:00", "--now", "2026-11-23")
GOALS = {("--help",): 5, ("check",): 12, ("upcoming",): 16, GATE: 16, ("build", "all"): 16}


def run(*arguments: str) -> None:
    """Run one Python interpreter to its end."""
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True)


if __name__ == "__main__":
    for command, goal in GOALS.items():
        report(
            " ".join(command),
            time_ratio(partial(run, "-m", "icsfeed", *command), partial(run, "-c", "pass"), rounds=21),
            goal,
        )
