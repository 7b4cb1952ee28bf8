"""How sending goes, in figures: for health checks and metrics."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from icsfeed.domain.deliveries import CHANNEL_PREFIX, DeliveryState
from icsfeed.domain.news import FailingChannel


class CountedOutbox(Protocol):
    """An outbox that is asked how sending goes."""

    def counts(self) -> Mapping[DeliveryState, int]:
        """How many deliveries there are in each state."""

    def silent_channels(self, *, now: datetime) -> tuple[FailingChannel, ...]:
        """The channels, and ``mail``, that have failed for an hour, or longer, without a success."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DeliveryFigures:
    """The number of deliveries by state and, of the channels that have failed for an hour, since when (UTC) by id.

    ``mail`` stands for all mail.
    """

    counts: Mapping[DeliveryState, int] = field(default_factory=dict)
    failing_since: Mapping[str, datetime] = field(default_factory=dict)


def delivery_figures(outbox: CountedOutbox, *, now: datetime) -> DeliveryFigures:
    """The figures now.

    Raises:
        UnavailableError: where the database does not answer.
    """
    silent = outbox.silent_channels(now=now)
    failing_since = {each.channel.removeprefix(CHANNEL_PREFIX): each.since for each in silent}
    return DeliveryFigures(counts=outbox.counts(), failing_since=failing_since)
