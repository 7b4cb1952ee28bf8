"""A console on a database with an empty record, and an operator who has signed in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from icsfeed.store.database.database import Database
from tests.operators.console.stories import a_console
from tests.operators.consoles import Browser, Operations, operations


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """On SQLite alone: the console's pages know no database."""
    with closing(Database(f"sqlite:///{tmp_path}/icsfeed.db")) as one:
        yield one


@pytest.fixture
def ops(tmp_path: Path, database: Database) -> Operations:
    return operations(tmp_path, database)


@pytest.fixture
def alice(ops: Operations) -> Browser:
    return ops.signed_in()


@pytest.fixture
def console(tmp_path: Path) -> Iterator[Operations]:
    """A console with private environments, channels, mail and approvals."""
    with a_console(tmp_path) as one:
        yield one
