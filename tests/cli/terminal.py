"""A person at a terminal: a real one, as far as the command can tell."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import termios
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.launching import launcher

_STYLES = re.compile(r"\x1b\[[0-9;]*m")
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


def at_a_terminal(
    *arguments: str, answers: str = "", meanwhile: Callable[[], object] = lambda: None, columns: int = 240
) -> Session:
    """Run ``icsfeed`` at a terminal and answer what it asks; ``meanwhile`` happens while it waits.

    The screen is what a person reads: without colours.
    """
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    environment = os.environ | {"TERM": "xterm"}
    environment.pop("COLUMNS", None)
    launched = launcher().start(
        *arguments, folder=Path.cwd(), environment=environment, streams=(follower, follower, follower)
    )
    os.close(follower)
    screen = ""
    while chunk := _read(leader):
        screen = re.sub("\r+\n", "\n", screen + chunk.decode(errors="replace"))
        if answers and _QUESTION.search(screen):
            meanwhile()
            os.write(leader, answers.encode() + b"\n")
            answers = ""
    os.close(leader)
    return Session(screen=_STYLES.sub("", screen), status=launched.wait())


def _read(leader: int) -> bytes:
    try:
        return os.read(leader, 65536)
    except OSError:  # Linux says so when the other end is closed
        return b""
