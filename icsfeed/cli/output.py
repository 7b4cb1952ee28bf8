"""Standard output: JSON for programs, terminals that lack a character, disks that are full."""

from __future__ import annotations

import codecs
import contextlib
import errno
import io
import os
import re
import sys
import textwrap
from collections.abc import Generator
from pathlib import Path
from typing import Final, TextIO

import click

from icsfeed.store.files import write_whole

STANDARD_OUTPUT: Final = Path("-")

_LABEL_CHARS: Final = 14
_LABEL: Final = re.compile(r" +[^:]{1,14}: +| +\d+\. | +")
"""What further lines of a line are indented by: a label of a preview, the number of an update, or an indent."""
_INDENT: Final = "  "
_REPLACEMENTS: Final = {"–": "-", "→": "->", "…": "..."}
_UNWRITABLE: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF}
"""The system's errors about where standard output goes. A closed pipe is not one: its reader has seen enough."""


def at_a_terminal() -> bool:
    """Whether a person can be asked: all three streams are a terminal. A program has none, or has closed them."""
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr))


def write_output(output: Path, content: bytes) -> None:
    """Write the bytes to standard output, or to a file in one step."""
    if output == STANDARD_OUTPUT:
        click.echo(content, nl=False)
    else:
        write_whole(output, content)


def print_line(text: str, *, err: bool = False, margin: int | None = None) -> None:
    """Print a sentence or a labelled line for people; a terminal gets it in lines that break at words.

    Piped output keeps its lines whole. Further lines begin at the ``margin``: by default below the value of a label.
    """
    click.echo(fitted(text, err=err, margin=margin), err=err)


def fitted(text: str, *, err: bool = False, margin: int | None = None, room: int = 0) -> str:
    """The text in lines that fit the terminal, with ``room`` for what follows; unchanged where that is none."""
    columns = _columns(sys.stderr if err else sys.stdout)
    if columns is None:
        return text
    lines = text.split("\n")
    if margin is None:
        margin = len(match.group()) if (match := _LABEL.match(lines[0])) is not None else len(_INDENT)
    indent = " " * margin if margin < columns // 2 else _INDENT
    return "\n".join(
        textwrap.fill(line, columns - room, subsequent_indent=indent, break_on_hyphens=False, break_long_words=False)
        for line in lines
    )


def _columns(stream: TextIO | None) -> int | None:
    """The width of the terminal that the stream is; ``None`` where it is none."""
    try:
        return os.get_terminal_size(stream.fileno()).columns or None if stream is not None else None
    except (OSError, ValueError):
        return None


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
