"""LitServe with its own batching. Usage: with_litserve.py PORT."""

from __future__ import annotations

import sys
from typing import Any

import litserve
import pandas as pd


class IndependentAPI(litserve.LitAPI):
    """The functions of the five nodes."""

    def setup(self, device: str) -> None:  # noqa: ARG002 - LitServe's signature
        """Load the artifacts."""
        from hand_written import predict

        self._predict = predict

    def decode_request(self, request) -> pd.DataFrame:  # type: ignore[no-untyped-def] # noqa: ANN001 - LitServe reads it
        """Return the rows of a request."""
        return pd.DataFrame(request["dataframe_records"])

    def batch(self, inputs: list[pd.DataFrame]) -> pd.DataFrame:
        """Join requests."""
        self._sizes = [len(table) for table in inputs]
        return pd.concat(inputs, ignore_index=True)

    def predict(self, x: pd.DataFrame) -> pd.DataFrame:
        """Predict."""
        return self._predict(x)

    def unbatch(self, output: pd.DataFrame) -> list[pd.DataFrame]:
        """Divide the predictions again."""
        ends = pd.Series(self._sizes).cumsum()
        return [output.iloc[end - size : end] for size, end in zip(self._sizes, ends, strict=True)]

    def encode_response(self, output: pd.DataFrame) -> dict[str, Any]:
        """Return the body of a response."""
        return {"predictions": output.to_dict(orient="records")}


if __name__ == "__main__":
    api = IndependentAPI(max_batch_size=64, batch_timeout=0.005, api_path="/invocations")
    litserve.LitServer(api, accelerator="cpu", workers_per_device=1).run(
        host="127.0.0.1", port=int(sys.argv[1]), generate_client_file=False, log_level="warning"
    )
