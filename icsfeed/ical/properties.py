"""Property values that the icalendar library would write wrongly, unsafely or not at all."""

from __future__ import annotations

import re
from typing import Final

from icalendar import Component
from icalendar.prop import vText

_LINE_BREAKS: Final = re.compile("\r\n|[\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]")
"""What one program or another takes for the end of a line."""

_CONTROLS: Final = re.compile("[\x00-\x08\x0e-\x1b\x1f\x7f-\x9f]")


def clean(text: str) -> str:
    """The text as iCalendar can hold it: every line break a line feed, no control characters (RFC 5545, 3.3.11)."""
    return _CONTROLS.sub("", _LINE_BREAKS.sub("\n", text))


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
