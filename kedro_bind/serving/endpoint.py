"""A served model with what handles its requests, and all of them by name and version."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeVar

from kedro_bind.redaction import get_logger
from kedro_bind.serving.batching import Batcher
from kedro_bind.serving.errors import RequestError, is_refusal, not_served
from kedro_bind.serving.predictions import Part

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from concurrent.futures import Executor

    from kedro_bind.serving.decoder import Rows
    from kedro_bind.serving.limits import Limits
    from kedro_bind.serving.metrics import Metrics
    from kedro_bind.serving.predictions import Write
    from kedro_bind.serving.served_model import ServedModel

__all__ = ["Endpoint", "Endpoints"]

logger = get_logger(__name__)

_Decoded = TypeVar("_Decoded")
_LARGE = 64 * 2**10
"""The size of a body, in bytes, from which a thread decodes it.

Decoding that much takes half a millisecond if the columns are plain, and a tenth of a second if MLflow converts each
value. The thread costs a tenth of a millisecond, which smaller bodies are spared.
"""


@dataclass(frozen=True)
class Endpoint:
    """A served model with what handles its requests: a batcher, or one call for each request.

    `executor` has the threads that predict, `decoding` those that decode large bodies.
    """

    model: ServedModel
    executor: Executor
    decoding: Executor
    limits: Limits
    metrics: Metrics
    batcher: Batcher | None = None

    @classmethod
    def of(
        cls,
        model: ServedModel,
        executor: Executor,
        decoding: Executor,
        limits: Limits,
        metrics: Metrics,
        *,
        batch: bool | None,
    ) -> Endpoint:
        """Return the endpoint of a model, which joins requests if `batch` says so, or else if the model's binding does.

        Raises:
            KedroBindError: `batch` is set, and verification did not find the model to be row-wise.
        """
        if not (model.declared_row_wise if batch is None else batch):
            return cls(model, executor, decoding, limits, metrics)
        model.require_row_wise()
        batcher = Batcher(
            model.run,
            executor,
            max_rows=limits.batch_rows,
            max_queue=limits.queue,
            accept=model.accept if model.has_validators else None,
            observe=lambda rows: metrics.batch(model, rows),
        )
        return cls(model, executor, decoding, limits, metrics, batcher)

    async def decode(self, body: bytes, read: Callable[[], _Decoded]) -> _Decoded:
        """Return what `read` makes of a body; while it reads a large one, others get their responses.

        Raises:
            RequestError: the body is refused.
        """
        if len(body) < _LARGE:
            return read()
        return await asyncio.get_running_loop().run_in_executor(self.decoding, read)

    async def predict(self, rows: Rows, params: Mapping[str, Any] | None, write: Write = Part.json) -> Any:
        """Return what `write` makes of the predictions, by default the body of MLflow's protocol.

        Raises:
            RequestError: there are too many rows, the queue is full, the model fails, or it takes too long.
        """
        if rows.count > self.limits.rows:
            raise RequestError(413, "BAD_REQUEST", f"the request has {rows.count} rows; the most is {self.limits.rows}")
        try:
            return await asyncio.wait_for(self._predict(rows, params, write), self.limits.seconds)
        except RequestError:
            raise
        except asyncio.TimeoutError:
            raise RequestError(504, "DEADLINE_EXCEEDED", "the model did not respond in time") from None
        except Exception as error:
            refusal = self.model.failure(error)
            if refusal.status >= HTTPStatus.INTERNAL_SERVER_ERROR or not is_refusal(error):
                self._log(error)
            raise refusal from error

    def _log(self, error: Exception) -> None:
        """Log an error of the model in a line, and where it comes from if this logger's level is DEBUG."""
        version = f", version {self.model.version}," if self.model.version else ""
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        reason = ", ".join([reason, *getattr(error, "__notes__", ())])
        traceback = error if logger.isEnabledFor(logging.DEBUG) else None
        logger.error("kedro_bind: the model '%s'%s fails: %s", self.model.name, version, reason, exc_info=traceback)

    async def _predict(self, rows: Rows, params: Mapping[str, Any] | None, write: Write) -> Any:
        if self.batcher is not None:
            return await self.batcher.predict(rows, params, lambda part: write(self.model.release(part)))

        def predict() -> Any:
            return write(self.model.predict(rows.joined([rows]), params).whole)

        return await asyncio.get_running_loop().run_in_executor(self.executor, predict)


@dataclass
class Endpoints:
    """The endpoints by the names and versions of their models; the first one is the default."""

    by_name: dict[str, dict[str, Endpoint]] = field(default_factory=dict)
    models: list[ServedModel] = field(default_factory=list)
    """All models, in their order."""

    def add(self, endpoint: Endpoint) -> None:
        """Add an endpoint after the existing ones."""
        self.by_name.setdefault(endpoint.model.name, {})[endpoint.model.version] = endpoint
        self.models.append(endpoint.model)

    def find(self, name: str | None = None, version: str | None = None) -> Endpoint:
        """Return the endpoint of a model; without a version, of the version that was named first.

        Raises:
            RequestError: there is no such model, or no such version.
        """
        name = next(iter(self.by_name)) if name is None else name
        versions = self.by_name.get(name, {})
        if not versions or version not in (None, *versions):
            raise not_served(name, self.models)
        return next(iter(versions.values())) if version is None else versions[version]
