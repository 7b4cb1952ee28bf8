"""Plain data from interfaces, and the errors of reading it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Final

import pytest
from hypothesis import strategies as st

from icsfeed.domain.errors import IcsfeedError
from icsfeed.services.requests.errors import InvalidRequestError

_TEXTS: Final = st.text() | st.sampled_from(
    [
        "production",
        "emergency",
        "2h",
        "9999d",
        "2026-12-08T01:00",
        "2026-11-01T01:30",
        "0001-01-01",
        "9999-12-31T23:59Z",
    ]
)
JSON: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | _TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXTS, inner, max_size=3),
    max_leaves=5,
)
"""Any value that JSON can hold, and often one that is nearly right."""


def errors_of(read: Callable[[], object]) -> dict[str, list[str]]:
    """The error messages of a request, by field."""
    with pytest.raises(InvalidRequestError) as refusal:
        read()
    sentences: dict[str, list[str]] = defaultdict(list)
    for error in refusal.value.errors:
        sentences[error.field].append(str(error))
    return dict(sentences)


def attempt(read: Callable[[], object]) -> tuple[object, IcsfeedError | None]:
    """The request, or the error that it raises."""
    try:
        return read(), None
    except IcsfeedError as error:
        return None, error
