"""What a mail says, before it is a mail."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True, slots=True)
class ContentLinks:
    """The addresses of a subscriber's own pages, each of them an https URL of plain ASCII."""

    confirm: str = field(repr=False)
    preferences: str = field(repr=False)
    unsubscribe: str = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class MailContent:
    """The subject and the two versions of the text, which show some of the links.

    ``calendar`` is an iCalendar object with METHOD:PUBLISH, or empty, and ``calendar_name`` the name of its file. Only
    what ``is_subscribed`` to can be unsubscribed from: not the question whether an address is its owner's.
    """

    language: str
    subject: str
    text: str
    html: str
    calendar: bytes = b""
    calendar_name: str = "invite.ics"
    is_subscribed: bool = True
