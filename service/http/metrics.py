"""What an operator watches, in Prometheus' text format; each application has its own registry."""

from __future__ import annotations

import time

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from index.store.progress import Progress

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Metrics:
    """The counters of one server process, and gauges read from the knowledge base."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._answers = Counter(
            "wenju_answers", "Answers given, by outcome", ["outcome"], registry=self._registry
        )
        self._answer_seconds = Histogram(
            "wenju_answer_seconds", "Time to an answer", buckets=SECONDS, registry=self._registry
        )
        self._requests = Counter(
            "wenju_http_requests",
            "HTTP requests, by route",
            ["method", "route", "status"],
            registry=self._registry,
        )
        self._request_seconds = Histogram(
            "wenju_http_request_seconds",
            "Time to the first byte of a response, by route",
            ["method", "route"],
            buckets=SECONDS,
            registry=self._registry,
        )
        self._gauges = {
            name: Gauge(f"wenju_{name}", words, registry=self._registry)
            for name, words in (
                ("documents", "Documents in the knowledge base"),
                ("chunks", "Passages in the knowledge base"),
                ("chunks_with_vectors", "Passages whose vectors are computed"),
                ("jobs_waiting", "Files waiting to be read"),
                ("jobs_running", "Files being read"),
                ("revision", "Revision of the catalogue that is served"),
            )
        }

    def answered(self, outcome: str, seconds: float) -> None:
        """Count an answer."""
        self._answers.labels(outcome).inc()
        self._answer_seconds.observe(seconds)

    def requested(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request. `route` is the route's pattern, so that its values stay few."""
        self._requests.labels(method, route, str(status)).inc()
        self._request_seconds.labels(method, route).observe(seconds)

    def render(self, progress: Progress, revision: int) -> bytes:
        """Return everything in the text format."""
        values = {
            "documents": progress.documents,
            "chunks": progress.chunks,
            "chunks_with_vectors": progress.chunks_with_vectors,
            "jobs_waiting": progress.jobs_queued,
            "jobs_running": progress.jobs_running + progress.jobs_words,
            "revision": revision,
        }
        for name, value in values.items():
            self._gauges[name].set(value)
        return generate_latest(self._registry)


class Measured:
    """Counts every request by the route that took it."""

    def __init__(self, application: ASGIApp, metrics: Metrics) -> None:
        self._application = application
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and count it when the response begins."""
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        began = time.perf_counter()

        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                seconds = time.perf_counter() - began
                route = getattr(scope.get("route"), "path", "other")
                method = scope["method"] if scope["method"] in METHODS else "other"
                self._metrics.requested(method, route, message["status"], seconds)
            await send(message)

        await self._application(scope, receive, counted)


METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
