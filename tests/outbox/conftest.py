"""Fixtures for tests of the outbox."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.outbox.office import Office, an_office


@pytest.fixture
def office(database_url: str) -> Iterator[Office]:
    """An office with an empty record, on SQLite and on PostgreSQL in turn."""
    with an_office(database_url) as office:
        yield office
