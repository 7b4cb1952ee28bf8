"""A schedule, a database, and agents with a token of scope write, of scope read, and without one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from icsfeed.domain.operators import Scope
from icsfeed.store.database.database import Database
from tests.agents.endpoint import Agent, an_agent
from tests.cli.running import SCHEDULE
from tests.examples import NOW
from tests.operators.access import create


@dataclass
class TestClock:
    """A clock that tests set."""

    __test__ = False

    now: datetime = field(default=NOW)

    def __call__(self) -> datetime:
        return self.now

    def pass_time(self, **units: float) -> None:
        self.now += timedelta(**units)


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


@pytest.fixture
def schedule(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "schedule.toml"
    path.write_text(SCHEDULE, encoding="utf-8")
    return path


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with closing(Database(f"sqlite:///{tmp_path}/icsfeed.db")) as database:
        yield database


@pytest.fixture
def agent_of(schedule: Path, database: Database, clock: TestClock) -> Callable[..., Agent]:
    """Makes an agent with a new token of that name and scope."""

    def make(name: str = "chat bot", scope: Scope = Scope.WRITE) -> Agent:
        token = create(database, name, scope=scope, lasts=timedelta(days=30), now=NOW).text
        return an_agent(schedule=schedule, database=database, clock=clock, token=token)

    return make


@pytest.fixture
def agent(agent_of: Callable[..., Agent]) -> Agent:
    """An agent that may write."""
    return agent_of()


@pytest.fixture
def reader(agent_of: Callable[..., Agent]) -> Agent:
    """An agent that may read all that operators see."""
    return agent_of("reader", Scope.READ)


@pytest.fixture
def stranger(schedule: Path, database: Database, clock: TestClock) -> Agent:
    """An agent without a token."""
    return an_agent(schedule=schedule, database=database, clock=clock)
