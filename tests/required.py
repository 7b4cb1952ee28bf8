"""What the tests need beside Python may be missing on a developer's machine, and never under CI."""

from __future__ import annotations

import os

import pytest


def require(missing: str | None) -> None:
    """Go on where nothing is missing; else skip the running test with that reason, or fail it under CI."""
    if missing is None:
        return
    if os.environ.get("CI") == "true":
        pytest.fail(missing, pytrace=False)
    pytest.skip(missing)
