"""ical.js, the engine of Thunderbird, run by Node.js.

It reads a TZID by the feed's own VTIMEZONE and by nothing else; without one the time floats, and is refused here.
"""

import atexit
import functools
import json
import shutil
import subprocess
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path

from .instances import Instance, starting_within

NAME = "ical.js"
HERE = Path(__file__).parent


def unavailable() -> str | None:
    """What is missing: Node.js, or the package that `npm ci` installs next to this module."""
    if shutil.which("node") is None:
        return "node is not installed"
    if not (HERE / "node_modules" / "ical.js").is_dir():
        return "ical.js is not installed: npm ci --prefix tests/readers"
    return None


def read(feed: bytes, start: datetime, end: datetime) -> list[Instance]:
    """List the instances that start in [start, end); a feed that it can't read raises ValueError."""
    try:
        answer = _ask({"feed": feed.decode(), "end": end.timestamp()})
    except UnicodeDecodeError as error:
        raise ValueError(f"{NAME} cannot read the feed") from error
    if "error" in answer:
        raise ValueError(f"{NAME} cannot read the feed") from ValueError(answer["error"])
    instances = (Instance(_moment(first), _moment(last), *texts) for first, last, *texts in answer["instances"])
    return starting_within(instances, start, end)


def read_many(queries: Iterable[tuple[bytes, datetime, datetime]]) -> list[list[Instance]]:
    """Read several (feed, start, end) in turn, in the one process that stays open."""
    return [read(*query) for query in queries]


def _ask(request: dict[str, str | float]) -> dict[str, list[list[str]]]:
    process = _engine()
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps(request).encode() + b"\n")
    process.stdin.flush()
    line = process.stdout.readline()
    if not line:
        raise RuntimeError(f"node ended with status {process.wait()}")
    answer: dict[str, list[list[str]]] = json.loads(line)
    return answer


@functools.cache
def _engine() -> subprocess.Popen[bytes]:
    """Start Node.js once, since starting takes longer than ten reads; it ends with the test session."""
    command = [shutil.which("node") or "node", str(HERE / "icaljs.mjs")]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    atexit.register(process.communicate)
    return process


def _moment(text: str) -> datetime | date:
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
