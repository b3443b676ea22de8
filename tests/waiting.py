"""Wait for something that happens in another process."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_MOST_SECONDS = 60.0


def wait_until(condition: Callable[[], object]) -> None:
    """Return once a condition holds, and fail after a minute."""
    deadline = time.monotonic() + _MOST_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)
