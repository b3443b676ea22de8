"""What a request may cost."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Limits"]


@dataclass(frozen=True)
class Limits:
    """The limits of a server, all of which are options of `kedro bind serve`."""

    body_bytes: int = 64 * 2**20
    """The most bytes of a request's body."""
    rows: int = 100_000
    """The most rows of a request."""
    queue: int = 1_000
    """The most requests that wait for a model; one more gets 503."""
    seconds: float = 60.0
    """How long a request may take before it gets 504."""
    batch_rows: int = 1_000
    """The most rows that are joined in one call; verification tries some more than the default."""
