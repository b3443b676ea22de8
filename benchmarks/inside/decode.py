"""Time from the body of a request to the table that the model gets, here and in MLflow, in turn. Prints JSON."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from protocol import claim_output, say

if TYPE_CHECKING:
    from collections.abc import Callable

COLUMNS, ROUNDS, CALLS = 600, 15, 20


def main() -> None:
    """Measure a row of 600 columns of four types."""
    output = claim_output()
    import orjson
    import pandas as pd
    from mlflow.models.utils import _enforce_schema
    from mlflow.pyfunc.scoring_server import infer_and_parse_data
    from mlflow.types import ColSpec, DataType, Schema

    from kedro_bind.serving.decoder import Decoder, Rows

    types = [(DataType.double, 1.5), (DataType.long, 3), (DataType.string, "north"), (DataType.boolean, True)]
    columns = {f"column_{number}": types[number % 4] for number in range(COLUMNS)}
    schema = Schema([ColSpec(type_, name) for name, (type_, _) in columns.items()])
    body = json.dumps({"dataframe_records": [{name: value for name, (_, value) in columns.items()}]}).encode()
    decoder = Decoder(schema)

    def ours() -> Any:
        return Rows.joined([decoder.decode(orjson.loads(body))])

    def theirs() -> Any:
        return _enforce_schema(infer_and_parse_data(json.loads(body), schema), schema)

    pd.testing.assert_frame_equal(ours(), theirs())
    rounds = [{"kedro_bind": _seconds(ours), "mlflow": _seconds(theirs)} for _ in range(ROUNDS)]
    say(output, {"columns": COLUMNS, "rounds": rounds})


def _seconds(call: Callable[[], Any]) -> float:
    began = time.perf_counter()
    for _ in range(CALLS):
        call()
    return (time.perf_counter() - began) / CALLS


if __name__ == "__main__":
    main()
