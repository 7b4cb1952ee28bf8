"""Lists in messages: the first items, and how many more there are."""

from __future__ import annotations

from typing import Final

MAX_LISTED_ITEMS: Final = 3


def listed(items: list[str], between: str = ", ") -> str:
    """The first items, and the number of the others."""
    return with_count(items[:MAX_LISTED_ITEMS], len(items), between)


def with_count(first_items: list[str], count: int, between: str = ", ") -> str:
    more = count - len(first_items)
    return between.join(first_items) + (f" and {more} more" if more > 0 else "")
