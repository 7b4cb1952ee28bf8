"""Transports of channels, made from what the schedule says of them."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from icsfeed.domain.channels import Channel
from icsfeed.domain.errors import BadInputError
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.webhook_keys import signing_keys
from icsfeed.notify.chat.processes import Apprise
from icsfeed.notify.chat.transport import ChatTransport
from icsfeed.notify.failures import TemporaryFailureError
from icsfeed.notify.transports import Transport
from icsfeed.notify.webhooks.connecting import Connector
from icsfeed.notify.webhooks.endpoints import endpoint_of
from icsfeed.notify.webhooks.transport import WebhookTransport
from icsfeed.settings import value_in


@dataclass(frozen=True, kw_only=True)
class ChannelTransports:
    """Makes the transports of channels; secrets are read from the ``environment`` each time."""

    environment: Mapping[str, str] = field(repr=False)
    clock: Callable[[], datetime]

    def transport(self, schedule: Schedule, channel: Channel, target: int) -> Transport:
        """The transport to the target of that number, from 1.

        Raises:
            TemporaryFailureError: where the schedule or the environment lacks something; it may be mended.
        """
        with _mistakes_as_failures():
            if not channel.webhook:
                return ChatTransport(url=self._value(channel, "url"), target=target, apprise=self._apprise)
            return WebhookTransport(
                schedule=schedule,
                endpoint=endpoint_of(self._value(channel, "webhook")),
                keys=signing_keys(self._value(channel, "secret")),
                connector=Connector(tls=self._tls, allow_private=channel.allow_private_addresses),
                clock=self.clock,
            )

    def target_count(self, channel: Channel) -> int:
        """How many targets a channel has: a webhook one, a URL of apprise often several.

        Raises:
            TemporaryFailureError: where nobody can tell.
        """
        if channel.webhook:
            return 1
        with _mistakes_as_failures():
            url = self._value(channel, "url")
        if url not in self._target_counts and (count := self._apprise.target_count(url)):
            self._target_counts[url] = count
        return self._target_counts.get(url, 1)

    def _value(self, channel: Channel, key: str) -> str:
        return value_in(
            self.environment,
            getattr(channel, key),
            place=f'channels "{channel.id}": {key}',
            remedy="set it where the sender runs, and start that again",
        )

    @cached_property
    def _apprise(self) -> Apprise:
        return Apprise(environment=self.environment)

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        return ssl.create_default_context()

    @cached_property
    def _target_counts(self) -> dict[str, int]:
        """By URL; to count takes a process."""
        return {}


@contextmanager
def _mistakes_as_failures() -> Generator[None]:
    try:
        yield
    except BadInputError as error:
        raise TemporaryFailureError(str(error)) from None
