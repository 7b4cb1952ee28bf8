"""Escapes texts for Markdown. It imports nothing of icsfeed: the process that renders own templates needs it alone."""

from __future__ import annotations

import re
from typing import Final

_ESCAPES: Final = str.maketrans(
    {
        # Entities, as not every flavor knows a backslash before these (CommonMark, sections 2.4 and 2.5).
        "&": "&amp;",
        "<": "&lt;",
        ">": "&gt;",
        **{each: f"\\{each}" for each in "\\`*_[]|~$"},
    }
)
_BLOCK_START: Final = re.compile(r"([#+=-]|\d{1,9}(?=[.)]))")
"""What begins a heading, an underline or a list where a line starts with it (sections 4.2, 4.3 and 5.2)."""

_HEADING_END: Final = re.compile(r"(#+)$")
"""What ends a heading (section 4.2)."""


def escaped_markdown(text: str) -> str:
    """The text, on one line, such that Markdown shows it as it is."""
    line = _HEADING_END.sub(r"\\\1", " ".join(text.split("\n")).translate(_ESCAPES))
    match = _BLOCK_START.match(line)
    if match is None:
        return line
    if match[0].isdigit():
        return f"{match[0]}\\{line[match.end() :]}"
    return f"\\{line}"
