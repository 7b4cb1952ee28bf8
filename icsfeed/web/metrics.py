"""``/metrics``, for Prometheus: requests, connections, the age of the calendar, late changes, broken sources."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from flask import Blueprint, Flask, Response, current_app, request
from flask.typing import ResponseReturnValue
from prometheus_client import CollectorRegistry, Counter
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from icsfeed import __version__
from icsfeed.publication.live import Clock, Live
from icsfeed.publication.problems import Source
from icsfeed.publication.publishing import Publication
from icsfeed.services.delivery_figures import DeliveryFigures
from icsfeed.web.clients import OTHER
from icsfeed.web.connections import CONNECTIONS, Connections
from icsfeed.web.tally import Counts, Tally

SHARED_FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"
"""The variable that names the folder in which the workers of a server share their counts."""


class RequestCounter:
    """Counts the requests that a process answers."""

    def __init__(self) -> None:
        self._own_registry = CollectorRegistry()
        self.requests = Counter(
            "icsfeed_requests", "Requests answered.", ["path", "client", "status"], registry=self._own_registry
        )
        self.tally = Tally(self._count)

    def _count(self, counts: Counts) -> None:
        for labels, number in counts.items():
            self.requests.labels(*labels).inc(number)


class Metrics:
    """All metrics of a server."""

    def __init__(
        self,
        live: Live,
        clock: Clock,
        figures: Callable[[], DeliveryFigures] = DeliveryFigures,
        operators_answer: Callable[[], bool] | None = None,
    ) -> None:
        self._publication = _PublicationCollector(live, clock)
        self._operators = _OperatorsCollector(operators_answer) if operators_answer is not None else None
        self._deliveries = _DeliveryCollector(figures)
        self._counter = RequestCounter()
        self.tally = self._counter.tally

    def registry(self, connections: Connections | None) -> CollectorRegistry:
        """The current figures, of all workers if they share a folder."""
        self.tally.count()
        registry = CollectorRegistry()
        if os.environ.get(SHARED_FOLDER):
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call] # it is not annotated
        else:
            registry.register(self._counter.requests)
        registry.register(self._publication)
        registry.register(self._deliveries)
        if self._operators is not None:
            registry.register(self._operators)
        if connections is not None:
            registry.register(_ConnectionCollector(connections))
        return registry


class _PublicationCollector(Collector):
    """The state of this worker's publication; other workers reach the same state within a moment."""

    def __init__(self, live: Live, clock: Clock) -> None:
        self._live = live
        self._clock = clock

    def collect(self) -> Iterator[Metric]:
        yield _gauge("icsfeed_build_info", "The version of icsfeed.", {__version__: 1}, "version")
        publication, problems = self._live.current(), self._live.problems
        since_look = {"": round(self._live.seconds_since_look, 3)}
        yield _gauge("icsfeed_look_age_seconds", "The time since the last look at the sources.", since_look)
        is_broken = {source.value: source in problems for source in Source}
        is_broken["templates"] = self._live.template_problem is not None
        yield _gauge("icsfeed_source_broken", "Whether a source can't be read.", is_broken, "source")
        is_available = {"": publication is not None}
        yield _gauge("icsfeed_publication_available", "Whether there is a calendar to serve.", is_available)
        if publication is None:
            return
        overdue = {"": self._overdue_changes(publication)}
        yield _gauge("icsfeed_changes_overdue", "The changes in progress past their planned end.", overdue)
        age = max(0, (self._clock() - publication.changed_at).total_seconds())  # a file may be dated in the future
        yield _gauge("icsfeed_publication_age_seconds", "The time since the last change of the calendar.", {"": age})
        feeds = {path: feed for path, feed in publication.representations.items() if path.startswith("/feeds/")}
        sizes = {path: len(feed.body) for path, feed in feeds.items()}
        yield _gauge("icsfeed_feed_bytes", "The uncompressed size of a feed.", sizes, "path")
        left_out = {path: feed.left_out for path, feed in feeds.items()}
        yield _gauge("icsfeed_feed_left_out_events", "The number of events that don't fit in a feed.", left_out, "path")

    def _overdue_changes(self, publication: Publication) -> int:
        now = self._clock()
        changes = publication.events.situation.public_changes()
        return sum(change.is_overdue(now) for change in changes)


class _DeliveryCollector(Collector):
    """How sending goes, by any sender."""

    def __init__(self, figures: Callable[[], DeliveryFigures]) -> None:
        self._figures = figures

    def collect(self) -> Iterator[Metric]:
        figures = self._figures()
        if not figures.counts:
            return
        counts = {state.value: number for state, number in figures.counts.items()}
        yield _gauge("icsfeed_deliveries", "The number of announcements to one receiver each.", counts, "state")
        since = {channel: at.timestamp() for channel, at in figures.failing_since.items()}
        description = "When a channel, or mail, began to fail that has failed for an hour, in seconds since 1970."
        yield _gauge("icsfeed_channel_failing_since", description, since, "channel")


class _OperatorsCollector(Collector):
    """Whether the process that answers operators does, where there is one."""

    def __init__(self, operators_answer: Callable[[], bool]) -> None:
        self._operators_answer = operators_answer

    def collect(self) -> Iterator[Metric]:
        description = "Whether the process for operators and mail forms answers within a second."
        yield _gauge("icsfeed_operators_available", description, {"": self._operators_answer()})


class _ConnectionCollector(Collector):
    """The connections of all workers together."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def collect(self) -> Iterator[Metric]:
        limit = {"": self._connections.limit}
        yield _gauge("icsfeed_connections_limit", "The number of connections that all workers can hold.", limit)
        held = self._connections.held()
        if held is not None:
            yield _gauge("icsfeed_connections_held", "The number of connections that clients hold.", {"": held})


def _gauge(name: str, documentation: str, values: Mapping[str, float], label: str | None = None) -> Metric:
    """A metric, with one value for each value of ``label`` if there is one."""
    family = GaugeMetricFamily(name, documentation, labels=[label] if label else [])
    for key, value in values.items():
        family.add_metric([key] if label else [], value)
    return family


def add_metrics(app: Flask, metrics: Metrics) -> None:
    """Add the route ``/metrics`` to the application, and count the application's responses."""
    count_responses(app, metrics.tally)
    routes = Blueprint("metrics", __name__)

    @routes.get("/metrics")
    def show() -> ResponseReturnValue:
        encode, content_type = choose_encoder(request.headers.get("Accept", ""))
        body = encode(metrics.registry(current_app.config.get(CONNECTIONS)))
        return Response(body, content_type=content_type, headers={"Cache-Control": "no-store", "Vary": "Accept"})

    app.register_blueprint(routes)


def count_responses(app: Flask, tally: Tally) -> None:
    """Have the application's responses counted."""

    @app.after_request
    def count(response: Response) -> Response:
        # Not the path itself: clients could make up any number of paths that don't exist.
        path = request.url_rule.rule if request.url_rule is not None else OTHER
        tally.add(path, request.headers.get("User-Agent", ""), response.status)
        return response
