"""Killed exports: each file is either the old or the new one, and the next export completes the site."""

from __future__ import annotations

import os
import random
import signal
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from icsfeed.export.files import SiteFile
from icsfeed.export.folder import Folder
from tests.export.sites import contents, put_files, site

TIMES = 200


def a_site(letter: str, numbers: range) -> dict[str, str]:
    """Files in which every byte differs from those of another letter."""
    feeds = {f"feeds/{number}.ics": letter * (20_000 + 500 * number) for number in numbers}
    private = {f"private/token-{number}/all.ics": letter * 20_000 for number in numbers}
    return {**feeds, **private, f"only/in/{letter}.ics": letter * 1000, "index.html": letter * 5000, ".nojekyll": ""}


ONE, TWO = a_site("1", range(12)), a_site("2", range(3, 15))


@dataclass(frozen=True, kw_only=True, slots=True)
class Child:
    """A forked process that runs one action, and sends a byte before and after it."""

    number: int
    pipe: int

    @classmethod
    def doing(cls, action: Callable[[], object]) -> Child:
        """Start a child, and wait until its action begins."""
        reading, writing = os.pipe()
        number = os.fork()
        if number == 0:
            os.write(writing, b".")
            try:
                action()
                os.write(writing, b".")
            finally:
                os._exit(0)
        os.close(writing)
        os.read(reading, 1)
        return cls(number=number, pipe=reading)

    def is_done(self) -> bool:
        """Wait for the child's end; returns whether its action was completed."""
        done = os.read(self.pipe, 1) == b"."
        os.close(self.pipe)
        os.waitpid(self.number, 0)
        return done

    def seconds(self) -> float:
        """The time until the action is completed."""
        begun = time.perf_counter()
        os.read(self.pipe, 1)
        took = time.perf_counter() - begun
        assert not self.is_done()
        return took


def ready(texts: dict[str, str]) -> list[SiteFile]:
    """Files whose bytes are ready, so that a child only has to write them."""
    files = site(texts)
    assert sum(len(file.body) for file in files) == sum(map(len, texts.values()))
    return files


@pytest.fixture
def dest(tmp_path: Path) -> Iterator[Path]:
    """A destination in memory if possible, since that is faster."""
    memory = Path("/dev/shm")  # noqa: S108  (a name of its own below it)
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else tmp_path) as folder:
        yield Path(folder) / "site"


def test_after_a_kill_at_any_moment_each_file_is_old_or_new_and_the_next_export_completes_the_site(dest: Path) -> None:
    sites = [(ONE, ready(ONE)), (TWO, ready(TWO))]
    put_files(sites[0][1], Folder(dest))
    exports = [partial(put_files, files, Folder(dest)) for _, files in sites]
    typical = statistics.median(Child.doing(exports[number % 2]).seconds() for number in range(1, 10))
    exports[1]()
    moments, kills, mixed_states, old_states = random.Random(7), 0, 0, 0  # noqa: S311  (moments, not secrets)
    for number in range(20 * TIMES):
        new, old = sites[number % 2][0], sites[(number + 1) % 2][0]
        child = Child.doing(exports[number % 2])
        time.sleep(moments.uniform(0, typical))
        os.kill(child.number, signal.SIGKILL)
        kills += not child.is_done()
        texts = {name: text for name, text in contents(dest).items() if not name.startswith(".icsfeed/parts/")}
        torn = {name for name, text in texts.items() if text not in {old.get(name), new.get(name)}}
        missing = {name for name in old.keys() & new.keys() if name not in texts}
        assert (torn, missing) == (set(), set())
        old_states += texts == old
        mixed_states += texts not in (old, new)
        exports[number % 2]()
        assert contents(dest) == new
        assert {path.name for path in (dest / ".icsfeed").iterdir()} == {"lock", "manifest.json"}
        if kills == TIMES:
            break
    # Otherwise the kill came too late to test anything.
    assert kills == TIMES
    assert old_states > 0
    assert mixed_states > 0


def test_a_reader_never_finds_half_a_file(dest: Path) -> None:
    sites = [ready({"feeds/all.ics": letter * 400_000}) for letter in "12"]
    put_files(sites[0], Folder(dest))

    def write_on() -> None:
        for number in range(1, 60):
            put_files(sites[number % 2], Folder(dest))

    child = Child.doing(write_on)
    versions = set()
    while os.waitpid(child.number, os.WNOHANG) == (0, 0):
        text = (dest / "feeds" / "all.ics").read_text()
        versions.add((text[0], text[-1], len(text)))
    os.close(child.pipe)
    assert versions == {("1", "1", 400_000), ("2", "2", 400_000)}
