"""Reminders for tests, as a server or an export publishes them."""

from __future__ import annotations

from icsfeed.domain.situation import Situation
from icsfeed.publication.editions import Edition, editions
from icsfeed.publication.reminders.channels import channel_named
from icsfeed.publication.reminders.makers import reminder_makers, reminder_path
from icsfeed.publication.representations import Representation
from tests.reminders.situations import URL


def an_edition(situation: Situation, language: str = "en", *, is_live: bool = True, base_url: str = URL) -> Edition:
    """What the public sees of the situation in that language."""
    every = editions(situation.visible_to(), base_url=base_url, is_live=is_live)
    return next(edition for edition in every if edition.language.code == language)


def a_reminder(edition: Edition, channel: str) -> Representation:
    return dict(reminder_makers(edition))[reminder_path(channel_named(channel), edition.folder)]()


def reminder_text(edition: Edition, channel: str) -> str:
    return a_reminder(edition, channel).body.decode()
