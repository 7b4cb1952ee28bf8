"""Warnings about channels and mail that can't send, or say less than they should."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Final

from icsfeed.domain.channels import Channel, ChannelEvent, MailSettings
from icsfeed.domain.errors import BadInputError
from icsfeed.domain.feeds import Kind
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.texts import quoted
from icsfeed.domain.webhook_keys import signing_keys
from icsfeed.settings import UnsetVariableError, is_variable, value_in

_OF_CHANGES: Final = frozenset({Kind.EMERGENCY, Kind.PLANNED})
_WITH_TIMES: Final = _OF_CHANGES | {Kind.MAINTENANCE}
_KINDS: Final = {
    ChannelEvent.ANNOUNCED: _OF_CHANGES,
    ChannelEvent.CONFIRMED: _OF_CHANGES,
    ChannelEvent.MOVED: _WITH_TIMES,
    ChannelEvent.STARTED: _OF_CHANGES,
    ChannelEvent.COMPLETED: _OF_CHANGES,
    ChannelEvent.CANCELLED: _OF_CHANGES,
    ChannelEvent.UPDATED: _WITH_TIMES,
    ChannelEvent.WITHDRAWN: _WITH_TIMES,
    ChannelEvent.SKIPPED: frozenset({Kind.MAINTENANCE}),
    ChannelEvent.FREEZE: frozenset({Kind.FREEZE}),
    ChannelEvent.REMINDER: _WITH_TIMES,
}
"""The kinds of which each event can happen."""

_CORRECTIONS: Final = (ChannelEvent.MOVED, ChannelEvent.CANCELLED)
"""The events after which an announcement no longer holds, and that only channels hear of that select them."""


def about_channels(schedule: Schedule, environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The id of each channel that looks unintended, with a warning; ``environment`` holds the variables it names."""
    for channel in schedule.channels:
        for message in (*_about_selection(channel), *_about_addresses(channel, environment)):
            yield channel.id, message


def about_mail(mail: MailSettings | None, environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The key of [mail] whose variable is not set, with a warning."""
    _, reason = _looked_up(mail.smtp if mail is not None else "", environment)
    if reason:
        yield "smtp", f"{reason}; no mail is sent before it is"


def _about_selection(channel: Channel) -> Iterator[str]:
    events, is_reminded = channel.events, ChannelEvent.REMINDER in channel.events
    if channel.remind and not is_reminded:
        yield 'it is never reminded, since "reminder" is not among its events; add that, or remove remind'
    if is_reminded and not channel.remind and events == {ChannelEvent.REMINDER}:
        yield 'it is told nothing, since remind is missing; add it, such as remind = ["24h"]'
    elif not any(kind in _KINDS[event] for event, kind in product(events, channel.kinds)):
        yield "it is told nothing, since none of its events happens to any of its kinds; widen events or kinds"
    missing = [quoted(each.value) for each in _CORRECTIONS if each not in events]
    if ChannelEvent.ANNOUNCED in events and channel.kinds & _OF_CHANGES and missing:
        yield f"what it announces may no longer hold, and it does not say so: add {', '.join(missing)} to its events"


def _about_addresses(channel: Channel, environment: Mapping[str, str]) -> Iterator[str]:
    held = {}
    for key, value in (("url", channel.url), ("webhook", channel.webhook), ("secret", channel.secret)):
        held[key], reason = _looked_up(value, environment)
        if reason:
            yield f"{key}: {reason}; nothing is sent to it before it is"
    if channel.secret and not is_variable(channel.secret):
        yield "secret stands in the file, for all who can read it; put it into a variable, and write env: and its name"
    if held["webhook"].startswith("http://") and not channel.allow_private_addresses:
        yield "webhook has no https, so nothing is posted to it; write an address with https"
    if held["secret"]:
        try:
            signing_keys(held["secret"])
        except BadInputError as error:
            yield str(error)


def _looked_up(value: str, environment: Mapping[str, str]) -> tuple[str, str]:
    """The value, or the one that the variable holds which it names, and why there is none."""
    try:
        return value_in(environment, value, place="", remedy=""), ""
    except UnsetVariableError as error:
        return "", error.reason
