"""The reminders of an edition, by path."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache, partial

from icsfeed.publication.editions import Edition
from icsfeed.publication.reminders.channels import CHANNELS, Channel
from icsfeed.publication.reminders.rendering import built_in_text
from icsfeed.publication.reminders.variables import channel_variables
from icsfeed.publication.representations import Maker, Representation
from icsfeed.services.reminders import ReminderFacts, reminder_facts


def reminder_path(channel: Channel, folder: str = "") -> str:
    return f"/{folder}reminders/{channel.file}"


def reminder_makers(edition: Edition) -> Iterator[tuple[str, Maker]]:
    """Every reminder in the language of the edition; the facts are worked out once for all of them."""
    facts = cache(lambda: reminder_facts(edition.situation))
    for channel in CHANNELS.values():
        yield reminder_path(channel, edition.folder), partial(_reminder, channel, edition, facts)


def _reminder(channel: Channel, edition: Edition, facts: Callable[[], ReminderFacts]) -> Representation:
    return Representation(
        body=built_in_text(channel, channel_variables(channel, edition, facts())).encode(),
        content_type=channel.content_type,
        dated=False,
        language=edition.language.code,
    )
