"""Standard output as it is: for programs, for a terminal that can't show every character, a disk that is full."""

from __future__ import annotations

import codecs
import contextlib
import errno
import io
import os
import sys
from collections.abc import Generator
from typing import Final

import click

_PLAIN: Final = {"–": "-", "→": "->", "…": "..."}
_CANNOT_BE_WRITTEN: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF}
"""What a system says of the place that standard output goes to; a pipe that is closed is no failure."""


def _plainer(error: UnicodeError) -> tuple[str, int]:
    """What stands for characters that the terminal does not have."""
    if not isinstance(error, UnicodeEncodeError):  # pragma: no cover  (nothing is decoded so)
        raise error
    return "".join(_PLAIN.get(char, "?") for char in error.object[error.start : error.end]), error.end


def print_json(value: object) -> None:
    """Print it for programs, in ASCII, which every terminal and pipe can show."""
    import json

    click.echo(json.dumps(value, indent=2))


@contextlib.contextmanager
def told_plainly() -> Generator[None]:
    """Let nobody see a traceback for what standard output does not take."""
    codecs.register_error("icsfeed", _plainer)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="icsfeed")
    try:
        yield
    except OSError as error:
        if error.errno not in _CANNOT_BE_WRITTEN or error.filename is not None:
            raise
        click.echo(f"icsfeed: standard output can't be written: {os.strerror(error.errno).lower()}", err=True)
        with contextlib.suppress(OSError):  # what is left in it is not to fail again at the end
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
