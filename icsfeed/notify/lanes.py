"""Lanes: each sends the deliveries of one channel, or all mail, in a thread of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from threading import Event, Thread
from time import monotonic
from traceback import extract_tb
from typing import Final

from structlog.typing import FilteringBoundLogger

from icsfeed.domain.channels import ChannelEvent
from icsfeed.domain.deliveries import Delivery, DeliveryState
from icsfeed.domain.errors import IcsfeedError, UnavailableError
from icsfeed.domain.settlements import Settlement
from icsfeed.domain.situation import Situation
from icsfeed.notify.couriers import Courier
from icsfeed.notify.current import CurrentSituation
from icsfeed.notify.failures import PermanentFailureError, TemporaryFailureError
from icsfeed.notify.leases import Leases
from icsfeed.notify.pauses import next_attempt, pause_after

SECONDS_UNTIL_SETTLED: Final = 0.25
"""How long an attempt may wait to be settled together with others."""

MAX_UNSETTLED: Final = 50
"""So many attempts are settled together at most: as many may be repeated where the sender dies."""

_LONGEST_STANDSTILL: Final = timedelta(minutes=5)
"""How long a lane stands still at most while its server takes nothing at all."""


class Lane:
    """Claims up to ``batch`` deliveries for the ``receiver`` at once, and settles them together."""

    def __init__(
        self,
        receiver: str,
        courier: Courier,
        leases: Leases,
        current: CurrentSituation,
        *,
        batch: int,
        clock: Callable[[], datetime],
        log: FilteringBoundLogger,
    ) -> None:
        self._receiver = receiver
        self._courier = courier
        self._leases = leases
        self._current = current
        self._batch = batch
        self._clock = clock
        self._log = log.bind(receiver=receiver)
        self._group_size = 1
        """How many attempts begin together, lest a slow receiver makes them wait."""
        self._unsettled: list[Settlement] = []
        """The results of attempts, until the database has them."""
        self._standstills = 0
        """How often in a row the server took nothing at all."""
        self._stands_until: datetime | None = None
        self.failures = 0
        """The number of attempts that failed since the start."""
        self._wakes = Event()
        self._is_busy = self._is_stopping = False
        self._thread = Thread(target=self._run, name=f"icsfeed {receiver}", daemon=True)

    def start(self) -> None:
        """Start its thread."""
        self._thread.start()

    def wake(self) -> None:
        """Have it send what is due."""
        self._is_busy = True
        self._wakes.set()

    @property
    def is_unsettled(self) -> bool:
        """Whether there are attempts that the database does not know of yet."""
        return bool(self._unsettled)

    @property
    def is_idle(self) -> bool:
        """Whether it has sent all that was due when it was woken last."""
        return not self._is_busy

    def request_stop(self) -> None:
        """Have it finish the attempt that is under way, and no more."""
        self._is_stopping = True
        self._wakes.set()

    def join(self, seconds: float) -> None:
        """Wait for its end, so long at most."""
        self._thread.join(seconds)

    def _run(self) -> None:
        while not self._is_stopping:
            self._wakes.wait()
            self._wakes.clear()
            try:
                self.drain()
            except UnavailableError:
                pass  # the sender logs it, and wakes this lane again
            except Exception as error:  # noqa: BLE001  (a bug in icsfeed; the other lanes go on)
                self._log_bug(error)
            if not self._wakes.is_set():
                self._is_busy = False
        self._courier.close()

    def drain(self) -> None:
        """Send what is due, until nothing is.

        Raises:
            UnavailableError: where the database does not answer.
        """
        self._settle()
        while not self._is_stopping and not self._stands_still():
            deliveries = self._leases.claim(self._receiver, limit=self._batch)
            if not deliveries:
                return
            self._send_all(deliveries)

    def _stands_still(self) -> bool:
        return self._stands_until is not None and self._clock() < self._stands_until

    def _send_all(self, deliveries: Sequence[Delivery]) -> None:
        """Send them in groups so small that what was looked up for one is at most about a quarter of a second old."""
        rest = list(deliveries)
        try:
            while rest and not self._is_stopping and not self._stands_still():
                group, rest[: self._group_size] = rest[: self._group_size], []
                self._send_group(group)
        finally:
            self._leases.release([delivery.number for delivery in rest])

    def _send_group(self, group: Sequence[Delivery]) -> None:
        numbers = [delivery.number for delivery in group]
        try:
            begun = self._leases.begin(numbers)
        except UnavailableError:
            self._leases.release(numbers)
            raise
        # Of the others, the database has not answered for long, or somebody has ended them.
        self._leases.release([number for number in numbers if number not in begun])
        unsent = [delivery for delivery in group if delivery.number in begun]
        start, sent = monotonic(), 0
        try:
            # After what has begun: who cancels a change from here on tells these receivers.
            self._current.at(self._clock())
            self._courier.prepare(unsent)
            while unsent and not self._is_stopping and not self._stands_still():
                situation = self._current.recent(self._clock())
                if situation is None:
                    break
                self._unsettled.append(self._attempt(unsent.pop(0), situation))
                sent += 1
                if monotonic() - start >= SECONDS_UNTIL_SETTLED:
                    break
        finally:
            self._unsettled += [_not_attempted(delivery) for delivery in unsent]
            self._settle()
        if unsent:
            self._group_size = max(1, sent)
        elif monotonic() - start < SECONDS_UNTIL_SETTLED / 2:
            self._group_size = min(MAX_UNSETTLED, 2 * self._group_size)

    def _settle(self) -> None:
        self._leases.settle(self._unsettled)
        self._unsettled = []

    def _attempt(self, delivery: Delivery, situation: Situation) -> Settlement:
        """Try to send a delivery; gives the result."""
        try:
            nothing = self._courier.take(delivery, situation)
        except PermanentFailureError as error:
            return self._given_up(delivery, error)
        except IcsfeedError as error:
            return self._postponed(delivery, error)
        except Exception as error:  # noqa: BLE001  (a bug in icsfeed, or in what it sends with)
            self._log_bug(error)
            return self._postponed(delivery, TemporaryFailureError(f"{type(error).__name__} in icsfeed; see its log"))
        if nothing is not None:
            return Settlement(
                number=delivery.number, state=DeliveryState.DROPPED, problem=nothing.reason, is_attempt=False
            )
        if self._standstills:
            self._log.info("server accepts messages again")
        self._standstills, self._stands_until = 0, None
        return Settlement(number=delivery.number, state=DeliveryState.SENT)

    def _postponed(self, delivery: Delivery, error: IcsfeedError) -> Settlement:
        """The settlement of a delivery that is tried again, unless a day has passed since the first attempt."""
        now = self._clock()
        failure = error if isinstance(error, TemporaryFailureError) else TemporaryFailureError(str(error))
        due_at = next_attempt(
            delivery.attempts,
            first_attempt_at=delivery.first_attempt_at or now,
            now=now,
            retry_after=failure.retry_after,
        )
        if failure.concerns_all:
            self._standstills += 1
            self._stands_until = now + min(pause_after(self._standstills), _LONGEST_STANDSTILL)
        if due_at is None:
            return self._given_up(delivery, error)
        if self._standstills == 1 or (delivery.attempts == 1 and not delivery.is_mail):
            self._log.warning("not sent", subject=delivery.subject, reason=str(error), again_at=due_at.isoformat())
        self.failures += 1
        return Settlement(number=delivery.number, state=DeliveryState.WAITING, due_at=due_at, problem=str(error))

    def _given_up(self, delivery: Delivery, error: IcsfeedError) -> Settlement:
        """The settlement of a delivery that is given up: failed, for an operator to see.

        Anybody can ask for confirmations of addresses that do not exist: those are dropped, and nobody has to act.
        """
        if delivery.event is ChannelEvent.CONFIRMATION:
            self._log.info("confirmation dropped", to=delivery.receiver, reason=str(error))
            return Settlement(number=delivery.number, state=DeliveryState.DROPPED, problem=str(error))
        self.failures += 1
        retry = f"icsfeed notify retry {delivery.number}"
        self._log.error("given up", to=delivery.receiver, subject=delivery.subject, reason=str(error), retry=retry)
        return Settlement(number=delivery.number, state=DeliveryState.FAILED, problem=str(error))

    def _log_bug(self, error: Exception) -> None:
        # Not its text: that may quote an address or a URL.
        places = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in extract_tb(error.__traceback__)]
        self._log.error("bug", error=type(error).__name__, places=places)


def _not_attempted(delivery: Delivery) -> Settlement:
    return Settlement(number=delivery.number, state=DeliveryState.WAITING, is_attempt=False)
