"""The ASGI application: which path is answered by what."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from kedro_bind.serving.batching import Batcher
from kedro_bind.serving.errors import RequestError
from kedro_bind.serving.mlflow_protocol import read_request

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

    from starlette.requests import Request

    from kedro_bind.serving.served_model import ServedModel

__all__ = ["Limits", "create_app"]


@dataclass(frozen=True)
class Limits:
    """What a request may cost: bytes of its body, rows, requests that wait, seconds until it is answered."""

    body_bytes: int = 64 * 2**20
    rows: int = 100_000
    queue: int = 1_000
    seconds: float = 60.0
    batch_rows: int = 1_000
    """The most rows that are joined in one call; verification tries a little more than the default."""


@dataclass
class _Endpoint:
    """A model with what answers its requests."""

    model: ServedModel
    batcher: Batcher | None
    executor: ThreadPoolExecutor
    limits: Limits

    async def invoke(self, request: Request) -> Response:
        """Answer a request of MLflow's scoring protocol."""
        body = await _read_body(request, self.limits.body_bytes)
        rows, params = read_request(self.model, body, request.headers.get("content-type"))
        if rows.count > self.limits.rows:
            raise RequestError(413, "BAD_REQUEST", f"the request has {rows.count} rows; the most is {self.limits.rows}")
        try:
            content = await asyncio.wait_for(self._predict(rows, params), self.limits.seconds)
        except RequestError:
            raise
        except asyncio.TimeoutError:
            raise RequestError(504, "DEADLINE_EXCEEDED", "the model did not answer in time") from None
        except Exception as error:
            raise self.model.failure(error) from error
        return Response(content, media_type="application/json")

    async def _predict(self, rows: Any, params: Any) -> bytes:
        if self.batcher is not None:
            return await self.batcher.predict(rows, params)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.executor, self._answer, rows, params)

    def _answer(self, rows: Any, params: Any) -> bytes:
        return self.model.predict(rows.joined([rows]), params).body()


@dataclass
class _Endpoints:
    """The endpoints by the names and versions of their models; the first one is the default."""

    by_name: dict[str, dict[str, _Endpoint]] = field(default_factory=dict)

    def add(self, endpoint: _Endpoint) -> None:
        self.by_name.setdefault(endpoint.model.name, {})[endpoint.model.version] = endpoint

    def find(self, name: str | None = None, version: str | None = None) -> _Endpoint:
        """Return the endpoint of a model; without a version, of the version that was named first.

        Raises:
            RequestError: there is no such model, or no such version.
        """
        name = next(iter(self.by_name)) if name is None else name
        versions = self.by_name.get(name)
        if versions is None:
            raise RequestError(404, "RESOURCE_DOES_NOT_EXIST", f"no model '{name}' is served here")
        if version is None:
            return next(iter(versions.values()))
        if version not in versions:
            raise RequestError(404, "RESOURCE_DOES_NOT_EXIST", f"no version '{version}' of '{name}' is served here")
        return versions[version]


def create_app(models: Sequence[ServedModel], *, batch: bool = False, limits: Limits = Limits()) -> Starlette:
    """Return an ASGI application that serves loaded models.

    With `batch`, rows of different callers share a call of the model.

    Raises:
        KedroBindError: `batch` is set, and verification did not find a model to be row-wise.
    """
    executor = ThreadPoolExecutor(max_workers=4, thread_name_prefix="predict")
    endpoints = _Endpoints()
    for model in models:
        endpoints.add(_Endpoint(model, _batcher(model, executor, limits) if batch else None, executor, limits))

    async def invocations(request: Request) -> Response:
        path = request.path_params
        return await endpoints.find(path.get("name"), path.get("version")).invoke(request)

    async def ping(_: Request) -> Response:
        return Response("\n", media_type="application/json")

    async def version(_: Request) -> Response:
        from mlflow.version import VERSION

        return Response(VERSION, media_type="application/json")

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        executor.shutdown(wait=True)

    return Starlette(
        routes=[
            Route("/invocations", _answered(invocations), methods=["POST"]),
            Route("/models/{name}/invocations", _answered(invocations), methods=["POST"]),
            Route("/models/{name}/versions/{version}/invocations", _answered(invocations), methods=["POST"]),
            Route("/ping", ping),
            Route("/health", ping),
            Route("/version", version),
        ],
        exception_handlers={HTTPException: _http_error},  # type: ignore[dict-item]  # starlette's type is wider
        lifespan=lifespan,
    )


def _batcher(model: ServedModel, executor: ThreadPoolExecutor, limits: Limits) -> Batcher:
    from kedro_bind.errors import KedroBindError

    plan = model.plan
    if plan is None or not plan.row_wise:
        reason = getattr(plan, "row_wise_reason", "") or "it was not verified"
        raise KedroBindError(
            f"the model '{model.name}' is not verified as row-wise, so its requests can't share a batch: {reason}"
            "; serve it without '--batch'"
        )
    return Batcher(model.predict, executor, max_rows=limits.batch_rows, max_queue=limits.queue)


def _answered(handler: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    """Return the handler with errors of a request as MLflow's server writes them."""

    async def answered(request: Request) -> Response:
        try:
            return await handler(request)
        except RequestError as error:
            headers = {"Retry-After": str(error.retry_after)} if error.retry_after else None
            content = {"error_code": error.error_code, "message": error.message}
            return JSONResponse(content, error.status, headers)

    return answered


async def _http_error(_: Request, error: HTTPException) -> Response:
    code = "ENDPOINT_NOT_FOUND" if error.status_code == 404 else "BAD_REQUEST"  # noqa: PLR2004 - HTTP's
    return JSONResponse({"error_code": code, "message": error.detail}, error.status_code, error.headers)


async def _read_body(request: Request, most: int) -> bytes:
    """Read the body of a request, and stop reading once it is too large."""
    refusal = RequestError(413, "BAD_REQUEST", f"the body is larger than {most} bytes")
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > most:
        raise refusal
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > most:
            raise refusal
        chunks.append(chunk)
    return b"".join(chunks)
