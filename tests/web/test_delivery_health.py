"""What ``/readyz`` and ``/metrics`` say of announcements that don't get through."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import structlog
from flask.testing import FlaskClient

from icsfeed.domain.deliveries import DeliveryState
from icsfeed.domain.errors import UnavailableError
from icsfeed.services.delivery_figures import DeliveryFigures
from icsfeed.web.delivery_monitor import DeliveryMonitor
from tests.applications import create_app
from tests.outbox.office import an_office
from tests.publication.fakes import Clock
from tests.services.workspace import NIGHT, announce_plan
from tests.web.servers import PATIENCE, until
from tests.web.test_metrics import measured

FIGURES = DeliveryFigures(counts={DeliveryState.WAITING: 1}, failing_since={"chat": NIGHT})


def client_with_figures(schedule: Path, clock: Clock) -> FlaskClient:
    """A client of a worker that has read the figures, for which a request waits only a moment."""
    client = create_app(schedule=schedule, clock=clock).test_client()
    until(lambda: b"icsfeed_deliveries{" in client.get("/metrics").data)
    return client


def test_a_channel_that_has_failed_for_an_hour_is_named(schedule: Path, tmp_path: Path) -> None:
    clock = Clock(now=NIGHT)
    with an_office(f"sqlite:///{tmp_path}/icsfeed.db") as office:
        office.subscribe("ab12")
        announce_plan(office.workspace)
        for receiver in ("channel:everything", "mail"):
            for delivery in office.claim(receiver):
                office.settle(delivery, DeliveryState.WAITING)
        clock.advance(minutes=59)
        client = client_with_figures(schedule, clock)
        assert client.get("/readyz").json == {"status": "ready"}
        assert measured(client)["icsfeed_deliveries", "waiting"] == 3

        clock.advance(minutes=2)
        client = client_with_figures(schedule, clock)
        assert client.get("/readyz").json == {
            "status": "ready",
            "announcements": {"since": "2026-12-08T06:00:00Z", "channels": ["everything", "mail"]},
        }
        assert measured(client)["icsfeed_channel_failing_since", "everything"] == NIGHT.timestamp()
        assert b"example.org" not in client.get("/metrics").data


def test_no_request_waits_for_a_database_that_hangs() -> None:
    hangs = threading.Event()

    def read() -> DeliveryFigures:
        hangs.wait()
        return FIGURES

    monitor = DeliveryMonitor(read, log=structlog.get_logger())
    start = time.monotonic()
    assert [monitor.figures() for _ in range(20)] == [DeliveryFigures()] * 20
    assert time.monotonic() - start < 2
    hangs.set()
    while monitor.figures() != FIGURES:
        time.sleep(0.01)


def test_figures_are_read_every_ten_seconds_at_most() -> None:
    readings, seconds = [], [0.0]

    def read() -> DeliveryFigures:
        readings.append(seconds[0])
        if len(readings) == 2:
            raise UnavailableError("the database is away")
        return FIGURES

    monitor = DeliveryMonitor(read, log=structlog.get_logger(), seconds=lambda: seconds[0], patience=PATIENCE)
    figures = []
    for second in range(21):
        seconds[0] = float(second)
        figures.append(monitor.figures())
    assert readings == [0, 10, 20]
    assert figures == [FIGURES] * 10 + [DeliveryFigures()] * 10 + [FIGURES]
