"""The channels of reminders: which text is at which path, and how values are escaped in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from icsfeed.domain.errors import NotFoundError
from icsfeed.domain.texts import quoted
from icsfeed.publication.reminders.escaping import Escaping


@dataclass(frozen=True, kw_only=True, slots=True)
class ReminderChannel:
    """A text by the name that commands know, in a ``file`` below ``/reminders/``, made from the template of that name.

    ``has_speech`` is whether its templates have the variable ``speech`` as well, ``is_fragment`` whether its text is a
    part of a page.
    """

    name: str
    file: str
    content_type: str
    escaping: Escaping
    has_speech: bool = False
    is_fragment: bool = False

    @property
    def is_document(self) -> bool:
        """Whether its text is a document of XML."""
        return self.escaping is Escaping.XML and not self.is_fragment

    @property
    def template(self) -> str:
        """The name of its template, also of a vendor's own for all languages."""
        return f"{self.file}.j2"

    def own_template(self, language: str) -> str:
        """The name of a vendor's own template for that language alone, such as ``ticket.fr.md.j2``."""
        stem, _, suffix = self.template.partition(".")
        return f"{stem}.{language}.{suffix}"


_CHANNELS: Final = (
    ReminderChannel(
        name="knowledge-base",
        file="knowledge-base.html",
        content_type="text/html; charset=utf-8",
        escaping=Escaping.XML,
        is_fragment=True,
    ),
    ReminderChannel(
        name="ticket", file="ticket.md", content_type="text/markdown; charset=utf-8", escaping=Escaping.MARKDOWN
    ),
    ReminderChannel(
        name="ticket-text", file="ticket.txt", content_type="text/plain; charset=utf-8", escaping=Escaping.NONE
    ),
    ReminderChannel(
        name="phone",
        file="phone.txt",
        content_type="text/plain; charset=utf-8",
        escaping=Escaping.NONE,
        has_speech=True,
    ),
    ReminderChannel(
        name="phone-ssml",
        file="phone.ssml",
        content_type="application/ssml+xml; charset=utf-8",
        escaping=Escaping.XML,
        has_speech=True,
    ),
    ReminderChannel(
        name="phone-twiml",
        file="phone.twiml.xml",
        content_type="application/xml; charset=utf-8",
        escaping=Escaping.XML,
        has_speech=True,
    ),
)
CHANNELS: Final[Mapping[str, ReminderChannel]] = {channel.name: channel for channel in _CHANNELS}
"""By name, in the order in which they are documented."""


def channel_named(name: str) -> ReminderChannel:
    """The channel of that name.

    Raises:
        NotFoundError: where there is none; the message lists them.
    """
    if name not in CHANNELS:
        msg = f"there is no channel {quoted(name)}; the channels are {', '.join(CHANNELS)}"
        raise NotFoundError(msg)
    return CHANNELS[name]
