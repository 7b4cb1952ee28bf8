"""The texts of every channel as carriers publish them: with a server or ``--watch`` live, and else static."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from icsfeed.domain.situation import Situation
from icsfeed.publication.publishing import publish
from icsfeed.publication.representations import Representation
from tests.reminders.situations import FOLDERS

CHANNELS: Final = (
    "knowledge-base.html",
    "ticket.md",
    "ticket.txt",
    "phone.txt",
    "phone.ssml",
    "phone.twiml.xml",
)
"""The files in the folder of reminders."""

WRITTEN: Final = ("knowledge-base.html", "ticket.md", "ticket.txt")
"""Those that are read on a screen; they say all that comes within their days."""

SPOKEN: Final = ("phone.txt", "phone.ssml", "phone.twiml.xml")
"""Those that are listened to."""

REMINDERS: Final = tuple(f"/{folder}reminders/{channel}" for folder in FOLDERS for channel in CHANNELS)
"""Every path of a reminder."""


def published(situation: Situation, *, is_live: bool = True) -> Mapping[str, Representation]:
    """All public representations."""
    return publish(situation, changed_at=situation.now, is_live=is_live).representations


def text_of(situation: Situation, channel: str, *, language: str = "en", is_live: bool = True) -> str:
    """The text of one channel, in the first language of the calendar or in another."""
    folder = "" if language == situation.schedule.calendar.languages[0] else f"{language}/"
    return published(situation, is_live=is_live)[f"/{folder}reminders/{channel}"].body.decode()


_NEW_FOLDERS: Final = re.compile(r"/(?:fr/)?(?:reminders/|badge\.svg|badge/|api/v2/|interop/)")
"""Where what machines and other sites show of the moment lies."""


def of_the_moment(representations: Mapping[str, Representation]) -> dict[str, str]:
    """Every reminder, every badge, and the documents for machines that say what is happening, by path."""
    return {path: each.body.decode() for path, each in representations.items() if _NEW_FOLDERS.match(path)}
