"""A runner of the project's own."""

from __future__ import annotations

from kedro.runner import SequentialRunner


class PatientRunner(SequentialRunner):
    """Waits before it runs."""

    def __init__(self, seconds: int, *, is_async: bool = False) -> None:
        super().__init__(is_async=is_async)
        self._seconds = seconds
