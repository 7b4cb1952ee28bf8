"""Checking a large schedule, against building its feed: ``python -m tests.benchmarks.checking``.

The 800 windows are weekly and come to 125,000 occurrences in the published span, of which feeds hold a thousand.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import Final

from tests.benchmarks.measuring import report, time_ratio

ROOT: Final = Path(__file__).parents[2]
WINDOWS: Final = 800
GOAL: Final = 1.2
DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

CALENDAR: Final = """[calendar]
name = "Many windows"
timezone = "America/Toronto"
uid_domain = "maintenance.example.com"

[[environments]]
id = "production"
name = "Production"
"""

WINDOW: Final = """
[[maintenance_windows]]
id = "window-{number}"
name = "Maintenance {number}"
days = ["{day}"]
start = {start:02}:00:00
end = {end:02}:00:00
effective_from = 2020-01-01
environments = ["production"]
impact = "degraded"
"""


def a_large_schedule(windows: int) -> str:
    """A schedule file with that many weekly windows, at all hours of all days."""
    tables = (
        WINDOW.format(number=number, day=DAYS[number % 7], start=number % 24, end=(number + 2) % 24)
        for number in range(windows)
    )
    return CALENDAR + "".join(tables)


def run(path: Path, *command: str) -> None:
    arguments = (*command, "--schedule", str(path), "--now", "2026-11-23")
    subprocess.run([sys.executable, "-m", "icsfeed", *arguments], check=True, capture_output=True, cwd=ROOT)


def ratio(*, rounds: int) -> float:
    """The time that ``check`` takes, as a multiple of the time that ``build`` takes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "schedule.toml"
        path.write_text(a_large_schedule(WINDOWS))
        return time_ratio(partial(run, path, "check"), partial(run, path, "build", "all"), rounds=rounds)


if __name__ == "__main__":
    report(f"check of {WINDOWS} windows, against build", ratio(rounds=5), GOAL)
