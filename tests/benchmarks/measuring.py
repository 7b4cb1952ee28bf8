"""Times two things in turn, and says how many times the floor the other one takes."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable


def ratio(measured: Callable[[], object], floor: Callable[[], object], *, rounds: int) -> float:
    """The median, over rounds in which both run one after the other, of measured time to floor time."""
    measured()
    floor()
    return statistics.median(_seconds(measured) / _seconds(floor) for _ in range(rounds))


def _seconds(action: Callable[[], object]) -> float:
    begun = time.perf_counter()
    action()
    return time.perf_counter() - begun


def report(what: str, found: float, goal: float) -> None:
    """One line of a benchmark's answer."""
    print(f"{what}: {found:.2g} times the floor (goal: at most {goal:g})")  # noqa: T201  (a benchmark's output)
