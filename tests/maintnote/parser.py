"""circuit-maintenance-parser in an environment of its own: it needs an icalendar that is older than ours.

The environment is made of ``requirements.txt`` when it is first needed, and kept in ``.venv`` beside it until that
changes; ``.ci/run`` makes it ahead.
"""

from __future__ import annotations

import base64
import fcntl
import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

_FOLDER: Final = Path(__file__).parent
_REQUIREMENTS: Final = _FOLDER / "requirements.txt"
_ENVIRONMENT: Final = _FOLDER / ".venv"
_DIGEST: Final = _ENVIRONMENT / "requirements.sha256"
_PYTHON: Final = _ENVIRONMENT / "bin" / "python"
_PATIENCE_SECONDS: Final = 300


def unavailable() -> str | None:
    """Why there is no environment, after an attempt to make it."""
    digest = hashlib.sha256(_REQUIREMENTS.read_bytes()).hexdigest()
    with (_FOLDER / "requirements.in").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # other workers wait for the first
        if _DIGEST.is_file() and _DIGEST.read_text(encoding="utf-8") == digest and _PYTHON.exists():
            return None
        return _make_environment(digest)


def _make_environment(digest: str) -> str | None:
    shutil.rmtree(_ENVIRONMENT, ignore_errors=True)
    pip = [str(_PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
    for command in ([sys.executable, "-m", "venv", str(_ENVIRONMENT)], [*pip, "-r", str(_REQUIREMENTS)]):
        try:
            subprocess.run(command, check=True, capture_output=True, text=True, timeout=_PATIENCE_SECONDS)
        except (OSError, subprocess.SubprocessError) as error:
            reason = (getattr(error, "stderr", None) or str(error)).strip()
            return f"circuit-maintenance-parser could not be installed: {reason[-500:]}"
    _DIGEST.write_text(digest, encoding="utf-8")
    return None


class Parser:
    """The running parser; the library takes seconds to import, so one process reads all feeds."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def read(self, feed: bytes) -> list[dict[str, Any]]:
        """The maintenances in the feed.

        Raises:
            ValueError: where the parser refuses it.
        """
        if self._process.stdin is None or self._process.stdout is None:
            raise AssertionError
        self._process.stdin.write(base64.b64encode(feed).decode() + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        if "error" in answer:
            raise ValueError(answer["error"])
        return list(answer["maintenances"])


@contextmanager
def running() -> Iterator[Parser]:
    """The parser, until the block ends."""
    command = [_PYTHON, _FOLDER / "reading.py"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    ) as process:
        yield Parser(process)
        if process.stdin is not None:
            process.stdin.close()
