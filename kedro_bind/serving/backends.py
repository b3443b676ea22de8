"""The backends that serve now: which one has a model, and how others take over."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from kedro_bind.errors import KedroBindError
from kedro_bind.process.stdout import answer
from kedro_bind.redaction import get_logger
from kedro_bind.serving.backend import Backend
from kedro_bind.serving.errors import not_served
from kedro_bind.serving.sources import grouped_by_code, locate, pinned

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kedro_bind.serving.options import ServerOptions
    from kedro_bind.serving.sources import ModelSource
    from kedro_bind.serving.summaries import ModelSummary

__all__ = ["Backends"]

logger = get_logger(__name__)


class Backends:
    """The backends of a server, in the order of its models; to be used from one event loop."""

    def __init__(self, options: ServerOptions) -> None:
        self._options = options
        self._backends: list[Backend] = []
        self._retiring: set[asyncio.Task[None]] = set()

    def __iter__(self) -> Iterator[Backend]:
        return iter(self._backends)

    @property
    def served(self) -> list[tuple[str, ModelSummary]]:
        """The URI and the summary of each model."""
        return [
            (source.uri, summary)
            for backend in self._backends
            for source, summary in zip(backend.sources, backend.summaries, strict=True)
        ]

    def find(self, name: str | None = None, version: str | None = None) -> Backend:
        """Return the backend of a model; without a name, the first one.

        Raises:
            RequestError: there is no such model, or no such version.
        """
        if name is None:
            return self._backends[0]
        for backend in self._backends:
            if any(name == model.name and version in (None, model.version) for model in backend.summaries):
                return backend
        raise not_served(name, [summary for _, summary in self.served])

    async def serve(self, sources: Sequence[ModelSource]) -> None:
        """Serve these models in place of those so far, once each of them has predicted its example.

        A backend that has the same models goes on. If one of the others fails, all is as it was.

        Raises:
            KedroBindError: a model can't be loaded, or does not predict its example.
        """
        existing = {backend.sources: backend for backend in self._backends}
        groups = await asyncio.to_thread(grouped_by_code, sources)
        backends = [existing.get(group) or Backend(self._options, group) for group in groups]
        new = [backend for backend in backends if backend not in self._backends]
        results = await asyncio.gather(*(backend.start() for backend in new), return_exceptions=True)
        if errors := [result for result in results if isinstance(result, BaseException)]:
            await asyncio.gather(
                *(backend.retire() for backend, result in zip(new, results, strict=True) if result is None)
            )
            raise errors[0]
        old, self._backends = self._backends, backends
        for backend in old:
            if backend not in backends:
                task = asyncio.create_task(backend.retire())
                self._retiring.add(task)
                task.add_done_callback(self._retiring.discard)

    async def follow(self, sources: Sequence[ModelSource], seconds: float) -> None:
        """Look every `seconds` whether an alias names another version, and serve that; never ends."""
        uris = [source.uri for source in sources]
        while True:
            await asyncio.sleep(seconds)
            try:
                latest = [await asyncio.to_thread(pinned, uri) for uri in self._options.uris]
                if latest == uris:
                    continue
                before, uris = uris, latest  # a version that fails is not tried again
                await self.serve([await asyncio.to_thread(locate, uri) for uri in latest])
            except (KedroBindError, OSError) as error:
                logger.warning("kedro_bind: %s; the versions that are served stay", error)
            else:
                for uri, old in zip(latest, before, strict=True):
                    if uri != old:
                        answer(f"serving {uri} in place of {old}")

    async def stop(self) -> None:
        """End all backends."""
        await asyncio.gather(*(backend.retire() for backend in self._backends), *self._retiring)
