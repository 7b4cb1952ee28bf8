"""For the tests of MAINTNOTE: the parser that network teams use."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.maintnote import parser as environment
from tests.maintnote.parser import Parser
from tests.required import require


@pytest.fixture(scope="session")
def parser() -> Iterator[Parser]:
    require(environment.unavailable())
    with environment.running() as running:
        yield running
