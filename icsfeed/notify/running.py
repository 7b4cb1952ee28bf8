"""How a sender runs: until it is told to stop, or once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from icsfeed.notify.sender import Sender

SECONDS_BETWEEN_LOOKS: Final = 1.0


def run(sender: Sender, *, clock: Callable[[], datetime], wait: Callable[[float], bool]) -> None:
    """Send what is due, about once a second; ``wait`` waits for some seconds, and returns whether to stop."""
    try:
        sender.tick(clock())
        while not wait(SECONDS_BETWEEN_LOOKS):
            sender.tick(clock())
    finally:
        sender.stop()


def run_once(sender: Sender, *, clock: Callable[[], datetime], wait: Callable[[float], bool]) -> None:
    """Send what is due now, or as much of it as is sent until ``wait`` says to stop.

    Raises:
        UnavailableError: where the database does not answer.
    """
    try:
        sender.tick(clock())
        while not sender.is_idle and not wait(0.05):
            pass
    finally:
        sender.stop()
    if sender.problem is not None:
        raise sender.problem
