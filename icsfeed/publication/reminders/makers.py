"""The reminders of an edition, by path."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache, partial
from typing import Final

from icsfeed.publication.editions import Edition
from icsfeed.publication.reminders.channels import CHANNELS, ReminderChannel
from icsfeed.publication.reminders.own_reminders import OwnReminders, OwnText, own_template_of
from icsfeed.publication.reminders.plain_variables import Variables
from icsfeed.publication.reminders.rendering import built_in_text
from icsfeed.publication.reminders.variables import variables_of
from icsfeed.publication.representations import Maker, Representation
from icsfeed.services.reminders import reminder_facts

_FRAGMENT_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src https: data:; base-uri 'none'; form-action 'none'"
)
"""For a browser that opens the fragment by itself: its styles are inline, and no script runs."""


def reminder_path(channel: ReminderChannel, folder: str = "") -> str:
    return f"/{folder}reminders/{channel.file}"


def own_reminders(editions: Sequence[Edition], *, patience: float | None = None) -> OwnReminders:
    """The texts that the vendor's own templates make for those editions, all with one process.

    Readers wait for them no longer than ``patience`` (seconds), and get the built-in texts then.
    """
    texts = []
    for edition in editions:
        templates, values = edition.situation.schedule.reminders, _EditionVariables(edition)
        for channel in CHANNELS.values():
            template = own_template_of(channel, edition.language.code, templates)
            if template is not None:
                texts.append(
                    OwnText(
                        channel=channel,
                        language=edition.language.code,
                        template=template,
                        variables=partial(values.of, channel),
                    )
                )
    return OwnReminders(editions[0].situation.schedule.reminders, texts, patience=patience)


def reminder_makers(edition: Edition, own: OwnReminders | None = None) -> Iterator[tuple[str, Maker]]:
    """Every reminder in the language of the edition; the variables are worked out once for all of them."""
    values = _EditionVariables(edition)
    for channel in CHANNELS.values():
        yield reminder_path(channel, edition.folder), partial(_reminder, channel, edition, values, own)


class _EditionVariables:
    """The variables of one edition, worked out when they are first needed."""

    def __init__(self, edition: Edition) -> None:
        facts = cache(lambda: reminder_facts(edition.situation))
        self._variables = cache(lambda has_speech: variables_of(edition, facts(), has_speech=has_speech))

    def of(self, channel: ReminderChannel) -> Variables:
        return self._variables(channel.has_speech)


def _reminder(
    channel: ReminderChannel, edition: Edition, values: _EditionVariables, own: OwnReminders | None
) -> Representation:
    text = own.text_of(channel, edition.language.code) if own is not None else None
    return Representation(
        body=(built_in_text(channel, values.of(channel)) if text is None else text).encode(),
        content_type=channel.content_type,
        dated=False,
        security=_FRAGMENT_POLICY if channel.is_fragment else "",
        is_fragment=channel.is_fragment,
        language=edition.language.code,
    )
