"""Metrics for Prometheus: of one process, or over all workers where `PROMETHEUS_MULTIPROC_DIR` names a folder."""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kedro_bind.serving.served_model import ServedModel

__all__ = ["Metrics"]

_LABELS = ("model", "version")
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
_ROWS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_000)


class Metrics:
    """The metrics of a server, by model and version."""

    content_type = CONTENT_TYPE_LATEST

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "kedro_bind_requests", "Requests by status", (*_LABELS, "status"), registry=self._registry
        )
        self._seconds = Histogram(
            "kedro_bind_request_seconds", "Seconds per request", _LABELS, buckets=_SECONDS, registry=self._registry
        )
        self._batch_rows = Histogram(
            "kedro_bind_batch_rows", "Rows per call of the model", _LABELS, buckets=_ROWS, registry=self._registry
        )
        self._waiting = Gauge(
            "kedro_bind_requests_in_progress",
            "Requests that wait or are being processed",
            _LABELS,
            registry=self._registry,
            multiprocess_mode="livesum",
        )

    @contextmanager
    def request(self, model: ServedModel) -> Iterator[list[int]]:
        """Count a request and its time; append its status to the list before the block ends."""
        labels = (model.name, model.version)
        statuses: list[int] = []
        self._waiting.labels(*labels).inc()
        begun = time.perf_counter()
        try:
            yield statuses
        finally:
            self._seconds.labels(*labels).observe(time.perf_counter() - begun)
            self._waiting.labels(*labels).dec()
            self._requests.labels(*labels, str(statuses[-1] if statuses else 500)).inc()

    def batch(self, model: ServedModel, rows: int) -> None:
        """Count a call of the model, with its rows."""
        self._batch_rows.labels(model.name, model.version).observe(rows)

    def text(self) -> bytes:
        """Return all metrics as Prometheus reads them."""
        if not os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
            return generate_latest(self._registry)
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # so in prometheus_client
        return generate_latest(registry)
