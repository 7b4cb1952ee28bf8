"""Lengths of time, as people read them."""

from __future__ import annotations

from datetime import timedelta


def length_text(length: timedelta) -> str:
    """A length to the second, such as ``1 h 45 min``."""
    minutes, seconds = divmod(int(length.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [f"{number} {unit}" for number, unit in ((hours, "h"), (minutes, "min"), (seconds, "s")) if number]
    return " ".join(parts) or "0 min"
