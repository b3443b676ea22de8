"""Time between the last node of a run and its end, which is where the plugins log the model."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kedro.framework.hooks import hook_impl

if TYPE_CHECKING:
    from collections.abc import Generator


class Stopwatch:
    """A hook around the `after_pipeline_run` of all others; writes to the file in BENCHMARK_STOPWATCH."""

    @hook_impl(wrapper=True)
    def after_pipeline_run(self) -> Generator[None, Any, Any]:
        """Measure what the other hooks take and write."""
        began, wrote = time.perf_counter(), written_bytes()
        result = yield
        seconds = time.perf_counter() - began
        if "BENCHMARK_STOPWATCH" in os.environ:
            measured = {"seconds": seconds, "written_bytes": written_bytes() - wrote}
            Path(os.environ["BENCHMARK_STOPWATCH"]).write_text(json.dumps(measured), encoding="utf-8")
        return result


def written_bytes() -> int:
    """Return what this process, and the children that it has waited for, passed to write calls so far."""
    lines = Path("/proc/self/io").read_text(encoding="utf-8").splitlines()
    return int(next(line for line in lines if line.startswith("wchar:")).split()[1])
