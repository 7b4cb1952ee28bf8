"""Telephone reminders in every situation, for tests, and the golden files that hold them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Final

from icsfeed.publication.reminders.channels import CHANNELS, channel_named
from tests.publication.reminders.rendering import an_edition, reminder_text
from tests.reminders.situations import SITUATIONS

GOLDEN: Final = Path(__file__).parent / "phone_golden"
PHONE_CHANNELS: Final = tuple(name for name, channel in CHANNELS.items() if channel.has_speech)
STATIC_SITUATION: Final = "emergency_under_way"
"""What can be least said of it without a server."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PhoneText:
    """A telephone reminder: of which situation, in which language and channel, and whether it is live."""

    situation: str
    language: str
    channel: str
    is_live: bool

    def __str__(self) -> str:
        return self.file.name

    @property
    def file(self) -> Path:
        stem, _, suffix = channel_named(self.channel).file.partition(".")
        live = "" if self.is_live else ".static"
        return GOLDEN / f"{self.situation}{live}.{stem}.{self.language}.{suffix}"

    def render(self) -> str:
        edition = an_edition(SITUATIONS[self.situation], self.language, is_live=self.is_live)
        return reminder_text(edition, self.channel)


PHONE_TEXTS: Final = tuple(
    PhoneText(situation=situation, language=language, channel=channel, is_live=is_live)
    for is_live, situations in ((True, tuple(SITUATIONS)), (False, (STATIC_SITUATION,)))
    for situation, language, channel in product(situations, ("en", "fr"), PHONE_CHANNELS)
)
