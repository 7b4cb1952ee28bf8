"""Times an action against a floor: a minimal program that does the same work."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable


def time_ratio(measured: Callable[[], object], floor: Callable[[], object], *, rounds: int) -> float:
    """The median ratio of measured time to floor time, over rounds in which both run one after the other."""
    measured()
    floor()
    return statistics.median(_seconds(measured) / _seconds(floor) for _ in range(rounds))


def _seconds(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def report(label: str, ratio: float, goal: float) -> None:
    print(f"{label}: {ratio:.2g} times the floor (goal: at most {goal:g})")  # noqa: T201  (a benchmark's output)
