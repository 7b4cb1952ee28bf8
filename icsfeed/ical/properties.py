"""Property values that icalendar would write wrongly, unsafely or not at all."""

from __future__ import annotations

import re

from icalendar import Component
from icalendar.prop import vText

from icsfeed.domain.texts import clean


class _Text(vText):
    """A TEXT that is escaped literally; the library reads a backslash before an N as a line break."""

    def to_ical(self) -> bytes:
        return re.sub(r"([\\;,])", r"\\\1", self).replace("\n", "\\n").encode()


def add_text(component: Component, name: str, text: str) -> None:
    """Add an escaped TEXT property; the library does not escape X- properties."""
    component.add(name, _Text(clean(text)), encode=False)


def as_bytes(component: Component) -> bytes:
    """The component as content lines, folded and ended as in RFC 5545, section 3.1."""
    content: bytes = component.to_ical()
    return content
