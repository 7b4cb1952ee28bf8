"""These tests are about texts: none needs a database, and there are many."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _database(monkeypatch: pytest.MonkeyPatch) -> None:
    """None is named."""
    monkeypatch.delenv("ICSFEED_DATABASE", raising=False)
