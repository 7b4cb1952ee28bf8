"""What a publication costs against an earlier checkout: ``python -m tests.benchmarks.growing OTHER_CHECKOUT``.

Both run by turns, in processes of their own, so that whatever else the machine does hits both. Times are CPU seconds,
the least of all rounds. "publication" is what a server makes at each change, "home page" that and the first page, and
"everything" what an export makes, without its compressed copies. The example and the rich policy of the tests are made.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from icsfeed.domain.record import NOTHING, Record
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.situation import Situation
from icsfeed.publication.publishing import Publication, publish
from icsfeed.store.schedule_file import example_path, load_schedule
from tests.publication.pages import rich_policy

ROUNDS: Final = 3
TURNS: Final = 2
GOALS: Final = {"publication": 1.3, "home page": 1.3}
NOW: Final = datetime(2026, 12, 8, 19, 20, tzinfo=UTC)
BASE: Final = "https://maintenance.example.com"


def publication(schedule: Schedule, record: Record, now: datetime) -> Publication:
    """A new publication; nothing of an earlier one is in it."""
    return publish(Situation(schedule=schedule, record=record, now=now), changed_at=now, base_url=BASE)


def everything(schedule: Schedule, record: Record, now: datetime) -> dict[str, int]:
    """The number of files, and their bytes: plain, with gzip, and with Brotli."""
    each = publication(schedule, record, now).representations.values()
    return {
        "files": len(each),
        "bytes": sum(len(one.body) for one in each),
        "gzip": sum(len(one.packed) for one in each),
        "brotli": sum(len(one.tightly_packed) for one in each),
    }


def _bodies(schedule: Schedule, record: Record, now: datetime) -> int:
    return sum(len(each.body) for each in publication(schedule, record, now).representations.values())


def _seconds(action: Callable[[], object], rounds: int) -> float:
    best = float("inf")
    for _ in range(rounds):
        start = time.process_time()
        action()
        best = min(best, time.process_time() - start)
    return best


def measure() -> dict[str, dict[str, float]]:
    """The figures of this checkout, by policy."""
    example = load_schedule(example_path()).schedule
    figures = {}
    for name, case in (
        ("example", (example, NOTHING, NOW)),
        ("rich policy", (rich_policy.SCHEDULE, rich_policy.RECORD, rich_policy.NIGHT)),
    ):
        _bodies(*case)  # so that templates and catalogs are ready, as they are in a server
        figures[name] = {
            "publication": _seconds(lambda case=case: publication(*case), ROUNDS),  # type: ignore[misc]
            "home page": _seconds(lambda case=case: publication(*case).representations["/"], ROUNDS),  # type: ignore[misc]
            "everything": _seconds(lambda case=case: _bodies(*case), 2),  # type: ignore[misc]
            **everything(*case),
        }
    return figures


def _measured_in(checkout: Path) -> dict[str, dict[str, float]]:
    environment = {**os.environ, "PYTHONPATH": str(checkout)}
    done = subprocess.run(
        [sys.executable, __file__, "--measure"], env=environment, cwd=checkout, check=True, capture_output=True
    )
    figures: dict[str, dict[str, float]] = json.loads(done.stdout)
    return figures


def _least(all_figures: list[dict[str, dict[str, float]]]) -> dict[str, dict[str, float]]:
    return {
        policy: {name: min(each[policy][name] for each in all_figures) for name in figures}
        for policy, figures in all_figures[0].items()
    }


def main(other: Path) -> None:
    """Measure both by turns, and print the ratios and what was added."""
    here = Path(__file__).parents[2]
    turns = [(_measured_in(other), _measured_in(here)) for _ in range(TURNS)]
    before, after = (_least([turn[place] for turn in turns]) for place in (0, 1))
    for policy, figures in after.items():
        print(f"{policy}:")  # noqa: T201  (a benchmark's output, here and below)
        for name, figure in figures.items():
            earlier = before[policy][name]
            if name in {"publication", "home page", "everything"}:
                goal = f" (goal: at most {GOALS[name]:g})" if name in GOALS else ""
                print(f"  {name}: {1000 * figure:.1f} ms, {figure / earlier:.2f} times the earlier one{goal}")  # noqa: T201
            else:
                print(f"  {name}: {figure:,.0f}, {figure - earlier:+,.0f} ({figure / earlier:.2f} times)")  # noqa: T201


if __name__ == "__main__":
    if sys.argv[1:] == ["--measure"]:
        print(json.dumps(measure()))  # noqa: T201
    else:
        main(Path(sys.argv[1]).resolve())
