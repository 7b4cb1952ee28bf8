"""Long lists in parts."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from icsfeed.domain.errors import BadInputError
from icsfeed.services.requests.pages import PageRequest, Position, cursor_at, page_of

POSITIONS = st.lists(st.tuples(st.text(max_size=3), st.integers(-9, 9)), unique=True, max_size=12)


def position(item: Position) -> Position:
    return item


def whole(items: Sequence[Position], limit: int, *, is_descending: bool) -> list[Position]:
    """The list as a client reads it, page by page."""
    cursor, listed = "", list[Position]()
    while True:
        page = page_of(items, PageRequest(limit=limit, cursor=cursor), position, is_descending=is_descending)
        assert len(page.items) <= limit
        listed += page.items
        if not page.cursor:
            return listed
        cursor = page.cursor


@settings(max_examples=40)
@given(items=POSITIONS, limit=st.integers(1, 5), is_descending=st.booleans())
def test_the_pages_have_every_item_once_and_in_order(items: list[Position], limit: int, *, is_descending: bool) -> None:
    assert whole(items, limit, is_descending=is_descending) == sorted(items, reverse=is_descending)


@settings(max_examples=40)
@given(items=POSITIONS.filter(bool), added=POSITIONS, data=st.data())
def test_what_comes_and_goes_meanwhile_shifts_nothing(
    items: list[Position], added: list[Position], data: st.DataObject
) -> None:
    first = page_of(items, PageRequest(limit=data.draw(st.integers(1, len(items)))), position)
    gone = data.draw(st.sets(st.sampled_from(items)))
    later = sorted({*items, *added} - gone)
    if first.cursor:
        rest = page_of(later, PageRequest(limit=99, cursor=first.cursor), position)
        assert list(rest.items) == [each for each in later if each > first.items[-1]]


@pytest.mark.parametrize(
    "cursor",
    [
        pytest.param("?", id="not base64url"),
        pytest.param("W10", id="no position"),
        pytest.param(cursor_at((1, "a")), id="another list's"),
        pytest.param(cursor_at(("a",)), id="too short"),
        pytest.param("W1tbW1tbW1tbW1tbW1tbW1tb", id="nested"),
        pytest.param("bnVsbA", id="null"),
    ],
)
def test_a_cursor_of_nothing_is_refused(cursor: str) -> None:
    with pytest.raises(BadInputError, match='is not the value of "next" in an answer'):
        page_of([("a", 1)], PageRequest(cursor=cursor), position)
