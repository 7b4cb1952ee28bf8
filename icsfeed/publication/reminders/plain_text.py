"""Plain text of limited width. It imports nothing of icsfeed: the process that renders own templates needs it alone."""

from __future__ import annotations

import re
import textwrap
from typing import Final

MAX_COLUMNS: Final = 75

_NO_BREAK_SPACES: Final = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2007": " "})
_MARGIN: Final = re.compile(r"( *)((?:[*-] )?)")
_ADDRESS: Final = re.compile(r"\S*://\S*")


def wrapped(text: str, columns: int = MAX_COLUMNS) -> str:
    """The text with its lines broken at spaces, and further lines as far to the right as the first one's words.

    Words that are wider are broken, too, unless they are addresses: a part of one leads nowhere. No-break spaces break
    no line, and are ordinary spaces afterwards, which every ticketing system shows.
    """
    lines = [part for line in text.splitlines() for part in _parts(line.rstrip(), columns)]
    return "\n".join(lines).translate(_NO_BREAK_SPACES)


def _parts(line: str, columns: int) -> list[str]:
    if len(line) <= columns:
        return [line]
    match = _MARGIN.match(line)
    margin = " " * min(match.end(), columns // 2) if match is not None else ""
    # textwrap breaks words that are too wide or none, and an address must stay whole: it has a line of its own.
    parts: list[str] = []
    position = 0
    for address in _ADDRESS.finditer(line):
        if len(address[0]) <= columns - len(margin):
            continue
        parts += _wrapped_words(line[position : address.start()], margin, columns, is_first=not position)
        parts.append(f"{margin}{address[0]}")
        position = address.end()
    return [*parts, *_wrapped_words(line[position:], margin, columns, is_first=not position)]


def _wrapped_words(text: str, margin: str, columns: int, *, is_first: bool) -> list[str]:
    if is_first:
        lead = text[: len(text) - len(text.lstrip(" "))]
        return textwrap.wrap(text.strip(" "), columns, initial_indent=lead, subsequent_indent=margin)
    return textwrap.wrap(text.strip(" "), columns, initial_indent=margin, subsequent_indent=margin)
