"""Standard output: JSON for programs, terminals that lack a character, disks that are full."""

from __future__ import annotations

import codecs
import contextlib
import errno
import io
import os
import sys
import textwrap
from collections.abc import Generator
from typing import Final

import click

_LABEL_CHARS: Final = 14
_REPLACEMENTS: Final = {"–": "-", "→": "->", "…": "..."}
_UNWRITABLE: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF}
"""The system's errors about where standard output goes. A closed pipe is not one: its reader has seen enough."""


def at_a_terminal() -> bool:
    """Whether a person can be asked: all three streams are a terminal. A program has none, or has closed them."""
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr))


def hanging(text: str, columns: int) -> str:
    """The labelled line of a preview in lines of at most that width, the further ones below its value."""
    value = text.partition(":")[2]
    margin = len(text) - len(value.lstrip()) if text.startswith(" ") and value else 0
    if margin >= columns // 2:
        return text
    return "\n".join(
        textwrap.fill(line, columns, subsequent_indent=" " * margin, break_on_hyphens=False)
        for line in text.splitlines()
    )


def preview_fact(label: str, value: str) -> str:
    """A line of a preview; further lines of the value stand below its first."""
    return f"  {label + ':':{_LABEL_CHARS}}" + value.replace("\n", f"\n  {'':{_LABEL_CHARS}}")


def print_json(value: object, *, one_line: bool = False) -> None:
    """Print a value for programs: always in UTF-8, whatever the encoding of the terminal."""
    import json  # not for the help

    text = json.dumps(value, indent=None if one_line else 2, ensure_ascii=False)
    # A lone surrogate, which UTF-8 can't hold, becomes its JSON escape.
    click.echo(text.encode("utf-8", "backslashreplace"))


@contextlib.contextmanager
def graceful_output() -> Generator[None]:
    """Print what the terminal's encoding lacks in other characters, and report a full disk in one line."""
    codecs.register_error("icsfeed", _replace_unencodable)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="icsfeed")
    try:
        yield
    except OSError as error:
        if error.errno not in _UNWRITABLE or error.filename is not None:
            raise
        click.echo(f"icsfeed: standard output can't be written: {os.strerror(error.errno).lower()}", err=True)
        with contextlib.suppress(OSError):  # else Python tries to write the rest once more when it ends
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


def _replace_unencodable(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):  # pragma: no cover  (nothing is decoded with this handler)
        raise error
    return "".join(_REPLACEMENTS.get(char, "?") for char in error.object[error.start : error.end]), error.end
