"""MLflow's scoring protocol: a body and its content type to rows and parameters."""

from __future__ import annotations

import json
from io import BytesIO, StringIO
from typing import TYPE_CHECKING, Any

import orjson

from kedro_bind.serving.decoder import columns_of_table
from kedro_bind.serving.errors import RequestError, bad_request
from kedro_bind.serving.mismatch import mismatch_of_columns

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlflow.types import Schema

    from kedro_bind.serving.decoder import Rows
    from kedro_bind.serving.served_model import ServedModel

__all__ = ["read_request"]

_JSON, _CSV, _PARQUET = "application/json", "text/csv", "application/vnd.apache.parquet"


def read_request(model: ServedModel, body: bytes, content_type: str | None) -> tuple[Rows, Mapping[str, Any] | None]:
    """Return the rows of a request, with the schema of the model enforced on them, and its parameters.

    Raises:
        RequestError: the body can't be read, or does not fit the model's signature.
    """
    kind = _kind(content_type or "")
    if kind == _JSON:
        payload = _parse(body)
        return model.decoder.decode(payload), model.params(payload.get("params"))
    return model.decoder.enforced(_table(kind, body, model)), model.params(None)


def _kind(content_type: str) -> str:
    """Return the media type; the only parameter that MLflow's server takes is `charset=utf-8`."""
    kind, *parameters = (part.strip() for part in content_type.split(";"))
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key != "charset":
            raise RequestError(415, "BAD_REQUEST", f"the parameter '{key}' of the content type is not supported")
        if value.lower() != "utf-8":
            raise RequestError(415, "BAD_REQUEST", "only UTF-8 is supported")
    if kind not in (_JSON, _CSV, _PARQUET):
        raise RequestError(415, "BAD_REQUEST", f"the content type must be {_JSON}, {_CSV} or {_PARQUET}")
    return kind


def _parse(body: bytes) -> Mapping[str, Any]:
    """Return the mapping that a JSON body has; `NaN` and `Infinity` are taken, as by Python's own parser."""
    try:
        payload = orjson.loads(body)
    except orjson.JSONDecodeError:
        payload = _parse_extended(body)
    if not isinstance(payload, dict):
        raise bad_request("the body must be a JSON object")
    return payload


def _parse_extended(body: bytes) -> Any:
    try:
        return json.loads(body)
    except RecursionError:
        raise bad_request("the JSON is nested too deep") from None
    except ValueError as error:  # that of an integer with too many digits is one too
        where = (
            f": {error.msg} at line {error.lineno}, column {error.colno}"
            if isinstance(error, json.JSONDecodeError)
            else ""
        )
        raise bad_request(f"the body is not valid JSON{where}") from None


def _table(kind: str, body: bytes, model: ServedModel) -> Any:
    import pandas as pd

    schema = model.pyfunc.metadata.get_input_schema()
    try:
        if kind == _PARQUET:
            return pd.read_parquet(BytesIO(body))
        types = dict(zip(schema.input_names(), schema.pandas_types(), strict=True)) if schema is not None else None
        return pd.read_csv(StringIO(body.decode("utf-8")), dtype=types)
    except Exception as error:
        if kind == _CSV and schema is not None and (mismatch := _csv_mismatch(body, schema)):
            raise bad_request(mismatch) from error
        name = "Parquet" if kind == _PARQUET else "CSV"
        raise bad_request(f"the body can't be read as a {name} table ({type(error).__name__})") from error


def _csv_mismatch(body: bytes, schema: Schema) -> str:
    """Say which column of a table as CSV does not fit a schema; return nothing if the body is no table."""
    import pandas as pd
    from mlflow.types import DataType

    if dates := [str(spec.name) for spec in schema.inputs if spec.type == DataType.datetime]:
        return f"the column '{dates[0]}' has dates, which can't be sent as CSV; send JSON or Parquet"
    try:
        return mismatch_of_columns(schema, columns_of_table(pd.read_csv(BytesIO(body))))
    except Exception:  # noqa: BLE001 - pandas raises several types for what is no CSV
        return ""
