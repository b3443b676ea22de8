"""What a server is started with, as it is handed from one process to the next."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING

from kedro_bind.serving.limits import Limits
from kedro_bind.serving.sources import ModelSource

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["ServerOptions"]


@dataclass(frozen=True)
class ServerOptions:
    """What a server is started with; `uris` are the models, of which the first one is the default.

    `batch` joins requests: `None` means for the models whose binding says so. `reload` is the number of seconds after
    which aliases are looked up again. A backend gets the `sources` of its models in place of URIs.
    """

    uris: tuple[str, ...] = ()
    sources: tuple[ModelSource, ...] = ()
    host: str = "127.0.0.1"
    port: int = 5001
    workers: int = 1
    reload: float | None = None
    batch: bool | None = None
    show_example: bool = False
    verbose: bool = False
    limits: Limits = field(default_factory=Limits)

    def for_backend(self, sources: Iterable[ModelSource]) -> ServerOptions:
        """Return the options of a process that serves some of the models."""
        return replace(self, uris=(), sources=tuple(sources), reload=None)

    def to_json(self) -> str:
        """Return the options as text, for the arguments of a process."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> ServerOptions:
        """Read the text that `to_json` has returned."""
        values = json.loads(text)
        values["uris"] = tuple(values["uris"])
        values["sources"] = tuple(ModelSource(**source) for source in values["sources"])
        return cls(**{**values, "limits": Limits(**values["limits"])})
