"""BentoML with adaptive batching."""

from __future__ import annotations

from typing import Any

import bentoml
import pandas as pd


@bentoml.service(workers=1, traffic={"timeout": 60})
class Independent:
    """The functions of the five nodes."""

    def __init__(self) -> None:
        from hand_written import predict

        self._predict = predict

    @bentoml.api(batchable=True, max_batch_size=64, max_latency_ms=10_000, route="/invocations")
    def invocations(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Predict."""
        return self._predict(pd.DataFrame(rows)).to_dict(orient="records")
