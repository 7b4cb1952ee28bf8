"""``/metrics``: requests, the age of the publication, and sources that can't be read."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from icsfeed import __version__
from icsfeed.domain.changes import State
from icsfeed.domain.deliveries import DeliveryState
from icsfeed.domain.feeds import Kind
from icsfeed.domain.spans import Span
from icsfeed.domain.subscribers import Subscriber
from icsfeed.store.schedule_file import load_schedule
from icsfeed.web.metrics import Metrics
from tests.applications import create_app
from tests.changes import PLAN, a_change
from tests.cli.running import SCHEDULE
from tests.publication.fakes import Clock, FakeServer, front_of
from tests.web.servers import until

FEED = "/feeds/all.ics"
GOOGLE = {"User-Agent": "Google-Calendar-Importer"}


def measured(client: FlaskClient) -> dict[tuple[str, ...], float]:
    """Each value by the metric's name and the values of its labels, in the order of the labels' names."""
    response = client.get("/metrics")
    assert (response.status_code, response.headers["Cache-Control"]) == (200, "no-store")
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(response.text)
        for sample in family.samples
        if not sample.name.endswith("_created")
    }


def requests(client: FlaskClient) -> dict[tuple[str, ...], float]:
    """The number of requests by client, path and status."""
    metrics = measured(client)
    return {key[1:]: value for key, value in metrics.items() if key[0] == "icsfeed_requests_total"}


def test_requests_by_path_client_and_status(client: FlaskClient) -> None:
    etag = client.get(FEED, headers=GOOGLE).headers["ETag"]
    client.get(FEED, headers={**GOOGLE, "If-None-Match": etag})
    client.get(FEED, headers={**GOOGLE, "If-None-Match": etag})
    client.head(FEED, headers={"User-Agent": "curl/8.5.0"})
    client.post(FEED)
    client.get("/readyz")
    client.get("/wp-login.php")
    client.get("/feeds/nothing.ics")
    client.get("/private/a-token-of-somebody/all.ics")
    client.get("/private/another/all.ics")
    assert requests(client) == {
        ("google", FEED, "200"): 1,
        ("google", FEED, "304"): 2,
        ("script", FEED, "200"): 1,
        ("other", FEED, "405"): 1,
        ("other", "/readyz", "200"): 1,
        ("other", "other", "404"): 2,
        ("other", "/private/{token}", "404"): 2,
    }
    assert requests(client)["other", "/metrics", "200"] == 1


def test_made_up_paths_do_not_add_labels(client: FlaskClient) -> None:
    for number in range(50):
        client.get(f"/{number}", headers={"User-Agent": f"Own/{number}"})
        client.get(f"/private/{number}/{number}.ics")
    assert requests(client) == {("other", "other", "404"): 50, ("other", "/private/{token}", "404"): 50}


def test_metrics_of_the_publication(schedule: Path) -> None:
    clock = Clock(now=load_schedule(schedule).changed_at)
    client = create_app(schedule=schedule, clock=clock).test_client()
    clock.advance(hours=1)
    metrics = measured(client)
    assert metrics["icsfeed_build_info", __version__] == 1
    assert metrics["icsfeed_publication_available",] == 1
    assert metrics["icsfeed_publication_age_seconds",] == 3600
    assert (metrics["icsfeed_source_broken", "schedule"], metrics["icsfeed_source_broken", "database"]) == (0, 0)
    assert metrics["icsfeed_feed_bytes", FEED] == len(client.get(FEED).data)
    assert metrics["icsfeed_feed_left_out_events", FEED] == 0
    schedule.write_text("[calendar", encoding="utf-8")
    clock.advance(seconds=1)
    metrics = measured(client)
    assert (metrics["icsfeed_publication_available",], metrics["icsfeed_source_broken", "schedule"]) == (1, 1)


def test_changes_in_progress_past_their_planned_end_are_overdue() -> None:
    """A change that somebody forgot to complete closes the gate; nothing told the operators."""
    server = FakeServer()
    metrics = Metrics(server.live, server.clock)

    def overdue() -> float | None:
        return metrics.registry(None).get_sample_value("icsfeed_changes_overdue")

    plan = replace(PLAN, span=Span(start=server.clock.now, end=server.clock.now + timedelta(hours=1)))
    started = a_change(Kind.EMERGENCY, (State.IN_PROGRESS, server.clock.now), number=1, plan=plan)
    waiting = a_change(Kind.EMERGENCY, number=2, plan=plan)
    server.repository.add(server.clock.now, changes={change.id: change for change in (started, waiting)})
    server.clock.advance(minutes=59)
    assert overdue() == 0
    server.clock.advance(minutes=1)
    assert overdue() == 1
    server.clock.advance(seconds=1)
    assert overdue() == 1
    completed = a_change(Kind.EMERGENCY, (State.COMPLETED, server.clock.now), number=1, plan=plan)
    server.repository.add(server.clock.now, changes={change.id: change for change in (completed, waiting)})
    assert overdue() == 0


def test_a_file_dated_in_the_future_has_age_zero(schedule: Path) -> None:
    clock = Clock(now=load_schedule(schedule).changed_at - timedelta(days=1))
    client = create_app(schedule=schedule, clock=clock).test_client()
    assert measured(client)["icsfeed_publication_age_seconds",] == 0


def test_without_a_publication(tmp_path: Path) -> None:
    schedule = tmp_path / "schedule.toml"
    schedule.write_text("[calendar", encoding="utf-8")
    client = create_app(schedule=schedule, clock=Clock()).test_client()
    assert client.get(FEED).status_code == 503
    until(lambda: ("icsfeed_deliveries", "waiting") in measured(client))  # a request waits for these only a moment
    metrics = measured(client)
    assert metrics.pop(("icsfeed_requests_total", "other", "/metrics", "200")) >= 1
    assert metrics.pop(("icsfeed_look_age_seconds",)) < 60
    assert [metrics.pop(("icsfeed_deliveries", state.value)) for state in DeliveryState] == [0] * len(DeliveryState)
    assert metrics == {
        ("icsfeed_build_info", __version__): 1,
        ("icsfeed_source_broken", "schedule"): 1,
        ("icsfeed_source_broken", "database"): 0,
        ("icsfeed_source_broken", "templates"): 0,
        ("icsfeed_publication_available",): 0,
        ("icsfeed_requests_total", "other", "other", "503"): 1,
    }
    schedule.write_text(SCHEDULE, encoding="utf-8")
    assert measured(client)["icsfeed_publication_available",] == 1


def test_two_applications_in_one_process_count_separately(schedule: Path) -> None:
    one, other = (create_app(schedule=schedule, clock=Clock()).test_client() for _ in range(2))
    one.get(FEED)
    assert (len(requests(one)), len(requests(other))) == (1, 0)


@pytest.mark.parametrize("accepted", ["text/plain", "application/openmetrics-text; version=1.0.0"])
def test_the_format_is_the_one_that_the_scraper_accepts(client: FlaskClient, accepted: str) -> None:
    assert client.get("/metrics", headers={"Accept": accepted}).content_type.startswith(accepted.partition(";")[0])


def test_a_private_feed_is_counted_without_its_token() -> None:
    counted: list[tuple[str, str, str]] = []

    class Taken:
        """A tally that collects requests."""

        @staticmethod
        def add(*request: object) -> None:
            """Like ``Tally``."""
            counted.append(request)  # type: ignore[arg-type]

    server = FakeServer()
    subscriber = Subscriber(name="Acme", feed="all", alarms=(timedelta(hours=1),), since=server.clock.now, tokens=())
    server.live.holder = lambda _: subscriber  # type: ignore[method-assign,assignment]
    front = front_of(server.live, tally=Taken)
    list(front({"REQUEST_METHOD": "GET", "PATH_INFO": "/private/the-token/all.ics"}, lambda *_: lambda _: None))
    assert counted == [("/private/{token}/all.ics", "", "200 OK")]
