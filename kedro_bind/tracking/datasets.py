"""Data as MLflow's datasets: name, digest, schema and source, and not the data itself."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kedro_bind.binding.datasets import stored
from kedro_bind.redaction import get_logger, redact
from kedro_bind.store_errors import describe_error

if TYPE_CHECKING:
    from mlflow.types import Schema

__all__ = ["DescribedData", "describe", "log_input"]

logger = get_logger(__name__)

_REFUSED_BY_DATABASE = "BAD_REQUEST"
"""The code of MLflow's error where its database refuses a statement, as for a constraint."""


@dataclass(frozen=True)
class DescribedData:
    """What MLflow keeps of a dataset; the four last ones are as in `mlflow.entities.Dataset`."""

    name: str
    digest: str
    source_type: str
    source: str
    schema: str | None = None
    profile: str | None = None


def describe(name: str, catalog: Any, digest: str, rows: int | None, schema: Schema | None) -> DescribedData:
    """Describe the data of a Kedro dataset, of which the digest and the number of rows are known."""
    source_type, source = _source(name, catalog)
    profile = None if rows is None else json.dumps({"num_rows": rows})
    return DescribedData(name, digest, source_type, source, _schema_text(schema), profile)


def log_input(run_id: str, data: DescribedData, context: str) -> None:
    """Log a dataset as an input of a run, which it is once however often it is logged.

    Of two runs that log the same new dataset at once, one fails: MLflow looks whether it exists, and then inserts it
    (seen in MLflow 3.1 to 3.17). The second time, it exists.
    """
    import mlflow
    from mlflow.entities import Dataset, DatasetInput, InputTag
    from mlflow.exceptions import MlflowException
    from mlflow.utils.mlflow_tags import MLFLOW_DATASET_CONTEXT

    dataset = Dataset(data.name, data.digest, data.source_type, data.source, data.schema, data.profile)
    tags = [InputTag(MLFLOW_DATASET_CONTEXT, context)]
    inputs = [DatasetInput(dataset, tags)]
    client = mlflow.MlflowClient()
    try:
        client.log_inputs(run_id, inputs)
    except MlflowException as error:
        if error.error_code != _REFUSED_BY_DATABASE:
            raise
        client.log_inputs(run_id, inputs)


def _schema_text(schema: Schema | None) -> str | None:
    """Return a schema as MLflow's own datasets have it, so that its UI shows it."""
    if schema is None:
        return None
    key = "mlflow_tensorspec" if schema.is_tensor_spec() else "mlflow_colspec"
    return json.dumps({key: schema.to_dict()})


def _source(name: str, catalog: Any) -> tuple[str, str]:
    """Return where data is as MLflow keeps it: its type, and JSON."""
    try:
        found = stored(catalog, name)
        if found.uri is not None:
            source_type = "local" if found.protocol == "file" else found.protocol
            return source_type, json.dumps({"uri": redact(found.uri)})
        kind = type(found.dataset).__name__
    except Exception as error:  # noqa: BLE001 - datasets raise anything; one in memory has no source
        logger.debug("kedro_bind: the source of '%s' is not known: %s", name, describe_error(error))
        kind = "MemoryDataset"
    return "code", json.dumps({"tags": {"kedro.dataset": name, "kedro.dataset.type": kind}})
