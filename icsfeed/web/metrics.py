"""``/metrics``, for Prometheus: what was asked, how old the truth is, and what of it can't be read."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Final

from flask import Blueprint, Flask, Response, request
from flask.typing import ResponseReturnValue
from prometheus_client import CollectorRegistry, Counter
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from icsfeed import __version__
from icsfeed.publication.live import Clock, Live
from icsfeed.publication.problems import Source
from icsfeed.web.clients import OTHER
from icsfeed.web.tally import Counts, Tally

SHARED_FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"
"""The variable that names the folder by which the workers of one server add up what they count."""


class Metrics:
    """What a server measures."""

    def __init__(self, live: Live, clock: Clock) -> None:
        self._truth = _Truth(live, clock)
        self._own = CollectorRegistry()
        self._requests = Counter(
            "icsfeed_requests", "Requests answered.", ["path", "client", "status"], registry=self._own
        )
        self.tally = Tally(self._count)

    def _count(self, counts: Counts) -> None:
        for labels, number in counts.items():
            self._requests.labels(*labels).inc(number)

    def registry(self) -> CollectorRegistry:
        """All there is to tell at this moment: of all workers where they share a folder."""
        self.tally.count()
        told = CollectorRegistry()
        if os.environ.get(SHARED_FOLDER):
            MultiProcessCollector(told)  # type: ignore[no-untyped-call] # as the library has it
        else:
            told.register(self._requests)
        told.register(self._truth)
        return told


class _Truth(Collector):
    """What this worker knows of the truth; the others know the same within a moment."""

    def __init__(self, live: Live, clock: Clock) -> None:
        self._live = live
        self._clock = clock

    def collect(self) -> Iterator[Metric]:
        """The figures as they are now."""
        yield _gauge("icsfeed_build_info", "The version that serves.", {__version__: 1}, "version")
        publication, problems = self._live.current(), self._live.problems
        broken = {source.value: source in problems for source in Source}
        yield _gauge("icsfeed_source_broken", "Whether a source of the truth can't be read.", broken, "source")
        available = {"": publication is not None}
        yield _gauge("icsfeed_publication_available", "Whether there is anything to serve.", available)
        if publication is None:
            return
        age = max(0, (self._clock() - publication.changed_at).total_seconds())  # a file's date may be in the future
        yield _gauge("icsfeed_publication_age_seconds", "How long ago the published truth last changed.", {"": age})
        feeds = {path: there for path, there in publication.representations.items() if path.startswith("/feeds/")}
        sizes = {path: len(there.body) for path, there in feeds.items()}
        yield _gauge("icsfeed_feed_bytes", "How large a feed is, not packed.", sizes, "path")
        missing = {path: there.left_out for path, there in feeds.items()}
        yield _gauge("icsfeed_feed_left_out_events", "How many events find no place in a feed.", missing, "path")


def _gauge(name: str, about: str, values: Mapping[str, float], label: str | None = None) -> Metric:
    """A figure, or one for each value of a label."""
    family = GaugeMetricFamily(name, about, labels=[label] if label else [])
    for key, value in values.items():
        family.add_metric([key] if label else [], value)
    return family


def show_metrics(app: Flask, metrics: Metrics) -> None:
    """Have the application answer ``/metrics``, and count what it answers."""
    routes = Blueprint("metrics", __name__)

    @routes.get("/metrics")
    def show() -> ResponseReturnValue:
        encode, content_type = choose_encoder(request.headers.get("Accept", ""))
        shown = encode(metrics.registry())
        return Response(shown, content_type=content_type, headers={"Cache-Control": "no-store"})

    @app.after_request
    def count(response: Response) -> Response:
        # Of what is neither published nor a route, anybody can make up as many paths as they like.
        path = request.url_rule.rule if request.url_rule is not None else OTHER
        metrics.tally.add(path, request.headers.get("User-Agent", ""), response.status)
        return response

    app.register_blueprint(routes)
