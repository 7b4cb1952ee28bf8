"""A person at a terminal: a real one, as far as the command can tell."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PATIENCE = 60
_QUESTION = re.compile(r"\[y/N\]: $")


@dataclass(frozen=True, kw_only=True, slots=True)
class Session:
    """What was on the screen, and how the command ended."""

    screen: str
    status: int

    @property
    def asked(self) -> str | None:
        """The question, if there was one."""
        questions = re.findall(r"^(.*) \[y/N\]: ", self.screen, re.MULTILINE)
        return questions[0] if questions else None


def at_a_terminal(*arguments: str, answers: str = "", meanwhile: Callable[[], object] = lambda: None) -> Session:
    """Run ``icsfeed`` at a terminal and answer what it asks; ``meanwhile`` happens while it waits."""
    leader, follower = pty.openpty()
    environment = os.environ | {"PYTHONPATH": str(ROOT), "TERM": "dumb"}
    with subprocess.Popen(
        [sys.executable, "-m", "icsfeed", *arguments],
        stdin=follower,
        stdout=follower,
        stderr=follower,
        env=environment,
        start_new_session=True,
    ) as process:
        os.close(follower)
        screen = ""
        while chunk := _read(leader):
            screen = re.sub("\r+\n", "\n", screen + chunk.decode(errors="replace"))
            if answers and _QUESTION.search(screen):
                meanwhile()
                os.write(leader, answers.encode() + b"\n")
                answers = ""
        os.close(leader)
        return Session(screen=screen, status=process.wait(PATIENCE))


def _read(leader: int) -> bytes:
    try:
        return os.read(leader, 65536)
    except OSError:  # Linux says so when the other end is closed
        return b""
