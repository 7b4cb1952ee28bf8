"""The sender: has every channel, and mail, send what is due, none held up by another."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from time import monotonic
from typing import Final, Protocol

from structlog.typing import FilteringBoundLogger

from icsfeed.domain.deliveries import ALL_MAIL, CHANNEL_PREFIX
from icsfeed.domain.errors import UnavailableError
from icsfeed.domain.schedule import Schedule
from icsfeed.notify.couriers import ChannelCourier, Courier, MailCourier
from icsfeed.notify.current import CurrentSituation
from icsfeed.notify.delivery_queue import DeliveryQueue, Recipients
from icsfeed.notify.lanes import Lane
from icsfeed.notify.leases import Leases
from icsfeed.notify.transports import Transports
from icsfeed.publication.problems import attempt
from icsfeed.services.due_deliveries import DueCount

SECONDS_TO_FINISH: Final = 5.0
"""For the attempts that are under way when the sender stops."""

_MAILS_AT_ONCE: Final = 200


class DueQueue(Protocol):
    """Queues what time makes due."""

    def queue(self, schedule: Schedule, *, now: datetime) -> DueCount:
        """Queue reminders and steps of the clock that are due."""


class Sender:
    """Sends what waits in the ``outbox``. ``owner`` is a random name, by which no other sender goes."""

    def __init__(
        self,
        current: CurrentSituation,
        outbox: DeliveryQueue,
        recipients: Recipients,
        transports: Transports,
        *,
        due: DueQueue,
        owner: str,
        clock: Callable[[], datetime],
        log: FilteringBoundLogger,
    ) -> None:
        self._current = current
        self._outbox = outbox
        self._recipients = recipients
        self._transports = transports
        self._due = due
        self._clock = clock
        self._log = log
        self._leases = Leases(outbox, owner=owner, clock=clock)
        self._lanes: dict[str, Lane] = {}
        self._secret = ""
        """The database's, once it was read."""
        self._bug: Exception | None = None
        """What kept it from queueing what time makes due, at the last look."""
        self.problem: UnavailableError | None = None
        """Why the database could not be used at the last look."""
        self._leases.start()

    @property
    def failures(self) -> int:
        """The number of attempts that failed since the start."""
        return sum(lane.failures for lane in self._lanes.values())

    @property
    def had_deliveries(self) -> bool:
        """Whether anything was due since the start."""
        return bool(self._lanes)

    @property
    def is_idle(self) -> bool:
        """Whether all that was due at the last look is sent, as far as it could be."""
        return all(lane.is_idle for lane in self._lanes.values())

    def tick(self, now: datetime) -> None:
        """Queue what time makes due, and wake those that have something to send."""
        situation = self._current.at(now)
        if situation is None:
            return
        try:
            self._secret = self._secret or self._recipients.secret(now=now)
            self._queue_due(situation.schedule, now)
            lanes = {self._lane(receiver) for receiver in sorted(self._outbox.due_receivers(now=now))}
        except UnavailableError as error:
            if self.problem is None:
                self._log.warning("nothing can be sent", reason=str(error))
            self.problem = error
            return
        if self.problem is not None:
            self._log.info("the database answers again")
            self.problem = None
        for lane in self._lanes.values():
            if lane in lanes or lane.is_unsettled:
                lane.wake()

    def _queue_due(self, schedule: Schedule, now: datetime) -> None:
        """Queue what time makes due; a bug in that must not keep announcements from being sent.

        Raises:
            UnavailableError: where the database does not answer.
        """
        due = attempt(lambda: self._due.queue(schedule, now=now))
        if isinstance(due, UnavailableError):
            raise due
        if isinstance(due, Exception):
            if self._bug is None:
                self._log.error("reminders not queued", exc_info=due)
            self._bug = due
            return
        self._bug = None
        if due.too_late:
            since = due.since.isoformat() if due.since is not None else ""
            self._log.warning("reminders too late", number=due.too_late, no_sender_since=since)

    def stop(self) -> None:
        """Finish the attempts that are under way, for some seconds at most, and begin no other."""
        lanes, end = list(self._lanes.values()), monotonic() + SECONDS_TO_FINISH
        for lane in lanes:
            lane.request_stop()
        for lane in lanes:
            lane.join(max(0.0, end - monotonic()))
        self._leases.close()

    def _lane(self, receiver: str) -> Lane:
        if receiver not in self._lanes:
            lane = Lane(
                receiver,
                self._courier(receiver),
                self._leases,
                self._current,
                batch=_MAILS_AT_ONCE if receiver == ALL_MAIL else 1,
                clock=self._clock,
                log=self._log,
            )
            lane.start()
            self._lanes[receiver] = lane
        return self._lanes[receiver]

    def _courier(self, receiver: str) -> Courier:
        if receiver == ALL_MAIL:
            return MailCourier(self._recipients, self._transports, secret=self._secret, clock=self._clock)
        channel_id = receiver.removeprefix(CHANNEL_PREFIX)
        return ChannelCourier(channel_id, self._outbox, self._transports, secret=self._secret, clock=self._clock)
