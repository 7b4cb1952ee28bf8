"""Cleans texts that people write for calendars, pages, terminals and databases."""

from __future__ import annotations

import re
from typing import Final

_LINE_BREAKS: Final = re.compile("\r\n|[\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]")
"""Characters that some program treats as the end of a line."""

# U+FFFE and U+FFFF are not characters, and not allowed in XML.
_CONTROLS: Final = re.compile("[\x00-\x08\x0e-\x1b\x1f\x7f-\x9f\ufffe\uffff]")
_SURROGATES: Final = re.compile("[\ud800-\udfff]")
"""Stand-ins in Python for bytes that are not valid UTF-8."""


def clean(text: str) -> str:
    """The text with line feeds for line breaks, and without control characters (RFC 5545, section 3.3.11)."""
    return _SURROGATES.sub("\ufffd", _CONTROLS.sub("", _LINE_BREAKS.sub("\n", text)))


def one_line(text: str) -> str:
    """The text on one line, with single spaces between its words."""
    return " ".join(clean(text).split())


def paragraphs(text: str) -> str:
    """The text with its lines, stripped."""
    return clean(text).strip()


def quoted(text: str) -> str:
    """The text in double quotes, as messages show a value: on one line, with unprintable characters escaped."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    characters = (char if char.isprintable() else char.encode("unicode_escape").decode() for char in escaped)
    return '"' + "".join(characters) + '"'
