"""A runner that two projects share."""

from __future__ import annotations

from kedro.runner import SequentialRunner


class SharedRunner(SequentialRunner):
    """Runs one node after the other."""
