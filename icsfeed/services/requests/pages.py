"""Long lists in parts: a client gets so many items, and a cursor with which it asks for what comes after them."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeAlias, TypeVar

from icsfeed.domain.texts import quoted
from icsfeed.services.requests.errors import ParameterError
from icsfeed.services.requests.fields import Fields

CURSOR_FIELD: Final = "next"
PAGE_FIELDS: Final = ("limit", CURSOR_FIELD)
DEFAULT_LIMIT: Final = 50
MAX_LIMIT: Final = 200

Position: TypeAlias = tuple[str | int, ...]
"""Where an item stands in its list: positions compare as their items are in order."""

_Item = TypeVar("_Item")


@dataclass(frozen=True, kw_only=True, slots=True)
class PageRequest:
    """The first ``limit`` items or, with a ``cursor``, those that come after."""

    limit: int = DEFAULT_LIMIT
    cursor: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Page(Generic[_Item]):
    """A part of a list; the ``cursor`` leads to the next one, and is empty at the end."""

    items: tuple[_Item, ...]
    cursor: str = ""


def page_request(fields: Fields) -> PageRequest:
    """The page that the fields ``limit`` and ``next`` ask for; their errors are those of ``fields``."""
    limit, cursor = fields.number("limit", least=1, most=MAX_LIMIT), fields.text(CURSOR_FIELD)
    return PageRequest(limit=limit or DEFAULT_LIMIT, cursor=cursor or "")


def page_of(
    items: Sequence[_Item],
    request: PageRequest,
    position: Callable[[_Item], Position],
    *,
    is_descending: bool = False,
) -> Page[_Item]:
    """The page of a list, which becomes sorted by ``position``. What is added or removed meanwhile shifts nothing.

    Raises:
        ParameterError: where the cursor is none of this list.
    """
    ordered = sorted(items, key=position, reverse=is_descending)
    rest = ordered
    if request.cursor and ordered:
        last = position_of(request.cursor, like=position(ordered[0]))
        rest = [each for each in ordered if (position(each) < last if is_descending else position(each) > last)]
    chosen = tuple(rest[: request.limit])
    return Page(items=chosen, cursor=cursor_at(position(chosen[-1])) if len(rest) > len(chosen) else "")


def cursor_at(position: Position) -> str:
    """The cursor that leads to what comes after that position."""
    return base64.urlsafe_b64encode(json.dumps(position).encode()).decode().rstrip("=")


def position_of(cursor: str, *, like: Position) -> Position:
    """The position that a cursor was made from; it has values of the same types as those of ``like``.

    Raises:
        ParameterError: where it was made from none.
    """
    try:
        values = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars="-_", validate=True))
    except (binascii.Error, ValueError, RecursionError):
        values = None
    if not isinstance(values, list) or list(map(type, values)) != list(map(type, like)):
        msg = f'{quoted(cursor)} is not the value of "next" in an answer; take it from there, or leave it out'
        raise ParameterError(CURSOR_FIELD, msg)
    return tuple(values)
