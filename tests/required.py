"""Programs that some tests need: a developer may lack them, CI may not."""

from __future__ import annotations

import os

import pytest


def require(missing: str | None) -> None:
    """Skip the test, or fail it under CI, for the reason in ``missing``; do nothing where that is ``None``."""
    if missing is None:
        return
    if os.environ.get("CI") == "true":
        pytest.fail(missing, pytrace=False)
    pytest.skip(missing)
