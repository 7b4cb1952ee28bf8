"""How sending goes, for health checks and metrics, which must not hold up any feed."""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from time import monotonic
from typing import Final

from structlog.typing import FilteringBoundLogger

from icsfeed.domain.errors import IcsfeedError
from icsfeed.publication.background import BackgroundThread
from icsfeed.services.delivery_figures import DeliveryFigures

SECONDS_KEPT: Final = 10.0
"""How old the figures may be."""

_PATIENCE_SECONDS: Final = 0.05
"""How long a request waits for new figures; all others of its worker wait with it."""


class DeliveryMonitor:
    """Reads the figures when somebody asks and they are old; ``read`` may take its time."""

    def __init__(
        self,
        read: Callable[[], DeliveryFigures],
        *,
        log: FilteringBoundLogger,
        seconds: Callable[[], float] = monotonic,
        patience: float = _PATIENCE_SECONDS,
    ) -> None:
        self._read = read
        self._patience = patience
        self._seconds = seconds
        self._figures = DeliveryFigures()
        self._next_reading = -inf
        self._is_reading = False
        self._thread = BackgroundThread(
            "icsfeed deliveries", lambda error: log.error("background work failed", exc_info=error)
        )

    def figures(self) -> DeliveryFigures:
        """The latest figures; without any while the database does not answer."""
        if self._seconds() >= self._next_reading and not self._is_reading:
            self._is_reading = True
            self._thread.run(self._refresh, patience=self._patience)
        return self._figures

    def _refresh(self) -> None:
        try:
            self._figures = self._read()
        except IcsfeedError:  # the look at the sources logs it
            self._figures = DeliveryFigures()
        finally:
            self._next_reading = self._seconds() + SECONDS_KEPT
            self._is_reading = False
