"""Texts as people give them, made fit for all that reads them: calendars, pages, terminals, databases."""

from __future__ import annotations

import re
from typing import Final

_LINE_BREAKS: Final = re.compile("\r\n|[\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]")
"""What one program or another takes for the end of a line."""

# Neither U+FFFE nor U+FFFF is a character, and no XML can hold one.
_CONTROLS: Final = re.compile("[\x00-\x08\x0e-\x1b\x1f\x7f-\x9f\ufffe\uffff]")
_SURROGATES: Final = re.compile("[\ud800-\udfff]")
"""What Python makes of bytes that are no UTF-8."""


def clean(text: str) -> str:
    """The text with every line break a line feed, and without control characters (RFC 5545, 3.3.11)."""
    return _SURROGATES.sub("\ufffd", _CONTROLS.sub("", _LINE_BREAKS.sub("\n", text)))


def one_line(text: str) -> str:
    """The text as a heading: what is between its words is one space each."""
    return " ".join(clean(text).split())


def paragraphs(text: str) -> str:
    """The text as the lines that it has, and nothing around them."""
    return clean(text).strip()


def quoted(text: str) -> str:
    """The text in double quotes, as messages show a value: on one line, with unprintable characters escaped."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    shown = (char if char.isprintable() else char.encode("unicode_escape").decode() for char in escaped)
    return '"' + "".join(shown) + '"'
