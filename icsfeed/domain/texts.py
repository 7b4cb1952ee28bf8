"""Cleans and checks texts that people write for calendars, pages, terminals and databases."""

from __future__ import annotations

import re
from typing import Final

from icsfeed.domain.errors import BadInputError

_LINE_BREAKS: Final = re.compile("\r\n|[\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]")
"""Characters that some program treats as the end of a line."""

# U+FFFE and U+FFFF are not characters, and not allowed in XML.
_CONTROLS: Final = re.compile("[\x00-\x08\x0e-\x1b\x1f\x7f-\x9f\ufffe\uffff]")
_SURROGATES: Final = re.compile("[\ud800-\udfff]")
"""Stand-ins in Python for bytes that are not valid UTF-8."""

_DIRECTION_CONTROLS: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Unicode's embeddings, overrides and isolates: they show what follows in another order than it is written.

Not the marks U+061C, U+200E and U+200F: right-to-left text needs them next to digits and punctuation, and they can't
reorder anything else.
"""

_BREAKING_SPACES: Final = re.compile("[ \t\n]+")

_CREDENTIALS: Final = re.compile(r"//[^/?#]*@")
_MASKABLE_CREDENTIALS: Final = re.compile(r"[^/?#@\s]*:[^/?#@\s]*@")


def clean(text: str) -> str:
    """The text with line feeds for line breaks, and without control characters (RFC 5545, section 3.3.11)."""
    return _SURROGATES.sub("\ufffd", _CONTROLS.sub("", _LINE_BREAKS.sub("\n", text)))


def one_line(text: str) -> str:
    """The text on one line, with single spaces between its words."""
    return " ".join(clean(text).split())


def plain_line(text: str) -> str:
    """The text on one line, without controls for the direction of text: nothing after it is shown in another order.

    No-break spaces stay, unlike those of ``one_line``.
    """
    return _BREAKING_SPACES.sub(" ", clean(_DIRECTION_CONTROLS.sub("", text))).strip(" ")


def paragraphs(text: str) -> str:
    """The text with its lines, stripped."""
    return clean(text).strip()


def plain_paragraphs(text: str) -> str:
    """The text with its lines, stripped, without controls for the direction of text."""
    return paragraphs(_DIRECTION_CONTROLS.sub("", text))


def without_direction_controls(text: str, what: str) -> str:
    """The text itself; ``what`` names it in messages.

    Raises:
        BadInputError: if it has a control for the direction of text, with which it can read as something else.
    """
    if control := _DIRECTION_CONTROLS.search(text):
        msg = (
            f"{what} has the direction control U+{ord(control[0]):04X} at position {control.start() + 1}, with which "
            "text can be shown in another order than it is written; remove it"
        )
        raise BadInputError(msg)
    return text


def without_credentials(address: str, what: str) -> str:
    """The address of a web page or file; ``what`` names it in messages.

    Raises:
        BadInputError: if it has a user name or a password before its host; the message shows neither.
    """
    if _CREDENTIALS.search(address):
        msg = f"{what} has a user name or password before the host, which everybody could read; leave it out"
        raise BadInputError(msg)
    return address


def masked_credentials(text: str) -> str:
    """A malformed address as messages show it: with an ellipsis in place of anything like ``user:password``."""
    return _MASKABLE_CREDENTIALS.sub("…@", text)


def quoted(text: str) -> str:
    """The text in double quotes, as messages show a value: on one line, with unprintable characters escaped."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    characters = (char if char.isprintable() else char.encode("unicode_escape").decode() for char in escaped)
    return '"' + "".join(characters) + '"'
