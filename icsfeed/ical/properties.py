"""Property values that the icalendar library would write wrongly, unsafely or not at all."""

from __future__ import annotations

import re

from icalendar import Component
from icalendar.prop import vText

from icsfeed.domain.texts import clean


class _Text(vText):
    """A TEXT that is escaped as it stands; the library takes a backslash before an N for a line break."""

    def to_ical(self) -> bytes:
        return re.sub(r"([\\;,])", r"\\\1", self).replace("\n", "\\n").encode()


def add_text(component: Component, name: str, text: str) -> None:
    """Add a TEXT property, escaped whichever its name; the library leaves X- properties as they are."""
    component.add(name, _Text(clean(text)), encode=False)


def as_bytes(component: Component) -> bytes:
    """The component as content lines, folded and ended as RFC 5545, section 3.1, has them."""
    content: bytes = component.to_ical()
    return content
