"""Reading the arguments of tools, which say exactly what they mean: an instant has an offset."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final
from zoneinfo import ZoneInfo

from icsfeed.services.requests.fields import Fields
from icsfeed.services.requests.offsets import request_with_offsets
from icsfeed.web.operators.mcp.tools import Arguments

MAX_ITEMS: Final = 100
MAX_DAYS: Final = 366


def fields_of(arguments: Arguments, names: Collection[str], zone: ZoneInfo) -> Fields:
    """The arguments of those names, of which instants have an offset.

    Raises:
        InvalidRequestError: where one has none; other errors come with ``finish``.
    """
    return request_with_offsets(arguments, lambda data: Fields(data, names), zone=zone)
