"""A folder with the schedule of two private customers, all that was recorded of them, and their private feeds."""

from __future__ import annotations

import contextlib
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.leaks.two_customers import add_subscribers, record_secrets, write_schedule


@dataclass(frozen=True, kw_only=True, slots=True)
class Office:
    """The folder, and the token of each customer by word."""

    folder: Path
    tokens: dict[str, str]


@pytest.fixture(scope="session")
def original(tmp_path_factory: pytest.TempPathFactory) -> Office:
    folder = tmp_path_factory.mktemp("office")
    with contextlib.chdir(folder), pytest.MonkeyPatch.context() as environment:
        environment.delenv("ICSFEED_DATABASE", raising=False)
        write_schedule(folder)
        record_secrets()
        return Office(folder=folder, tokens=add_subscribers(folder))


@pytest.fixture(scope="module")
def shared_office(original: Office, tmp_path_factory: pytest.TempPathFactory) -> Office:
    """A copy for all tests of a module that change nothing, and need no current folder."""
    folder = tmp_path_factory.mktemp("shared") / "office"
    shutil.copytree(original.folder, folder)
    return Office(folder=folder, tokens=original.tokens)


@pytest.fixture
def office(original: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    """A copy for one test, in the current folder."""
    folder = tmp_path / "office"
    shutil.copytree(original.folder, folder)
    monkeypatch.chdir(folder)
    monkeypatch.delenv("ICSFEED_DATABASE", raising=False)
    return Office(folder=folder, tokens=original.tokens)
