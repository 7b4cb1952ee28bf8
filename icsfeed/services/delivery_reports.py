"""What operators see of deliveries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from icsfeed.domain.deliveries import DeliveryState
from icsfeed.domain.news import FailingChannel
from icsfeed.domain.outbox_rows import OutboxRow
from icsfeed.services.delivery_figures import CountedOutbox
from icsfeed.services.upcoming import utc_text

_UNSETTLED: Final = (DeliveryState.WAITING, DeliveryState.FAILED)
_ONE_MINUTE: Final = timedelta(minutes=1)


class ListedOutbox(CountedOutbox, Protocol):
    """An outbox whose deliveries can be listed."""

    def failing_channels(self, *, now: datetime) -> tuple[FailingChannel, ...]:
        """The channels, and ``mail``, whose latest attempts failed, and those that are silent."""

    def rows(
        self, *states: DeliveryState, limit: int | None = None, before: int | None = None
    ) -> tuple[OutboxRow, ...]:
        """The deliveries in those states, the latest first; only those with a lower number than ``before``."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DeliveryReport:
    """How many deliveries there are by state, the channels that fail now, and the latest ``rows``."""

    counts: Mapping[DeliveryState, int]
    failing: tuple[FailingChannel, ...]
    rows: tuple[OutboxRow, ...]

    def as_json(self) -> dict[str, object]:
        return {
            "counts": {state.value: number for state, number in self.counts.items()},
            "failing": [
                {
                    "receiver": each.channel,
                    "since": utc_text(each.since),
                    "attempts": each.attempts,
                    "problem": each.problem,
                }
                for each in self.failing
            ],
            "deliveries": [_row_as_json(row) for row in self.rows],
        }


NO_DELIVERIES: Final = DeliveryReport(counts=dict.fromkeys(DeliveryState, 0), failing=(), rows=())
"""The report of a database that does not exist yet."""


def delivery_report(
    outbox: ListedOutbox, *, now: datetime, limit: int, everything: bool = False, before: int | None = None
) -> DeliveryReport:
    """The report now, with the deliveries that wait or failed or, with ``everything``, all of them.

    With ``before``, only those with a lower number.
    """
    states = () if everything else _UNSETTLED
    return DeliveryReport(
        counts=outbox.counts(),
        failing=outbox.failing_channels(now=now),
        rows=outbox.rows(*states, limit=limit, before=before),
    )


def _row_as_json(row: OutboxRow) -> dict[str, object]:
    delivery = row.delivery
    return {
        "number": delivery.number,
        "receiver": delivery.receiver,
        "subject": delivery.subject,
        "event": delivery.event.value,
        "update": delivery.update,
        "starts": _instant(delivery.starts),
        "lead_minutes": delivery.lead // _ONE_MINUTE if delivery.lead is not None else None,
        "state": row.state.value,
        "queued": utc_text(delivery.queued_at),
        "attempts": delivery.attempts,
        "first_attempt": _instant(delivery.first_attempt_at),
        "due": utc_text(row.due_at) if row.state is DeliveryState.WAITING else None,
        "ended": _instant(row.ended_at),
        "problem": row.problem,
    }


def _instant(at: datetime | None) -> str | None:
    return utc_text(at) if at is not None else None
