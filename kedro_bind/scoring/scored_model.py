"""The model that scores, as far as its files tell: it is loaded by workers only."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kedro_bind.errors import KedroBindError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["ScoredModel", "find_model"]


@dataclass(frozen=True)
class ScoredModel:
    """A model in a local `folder`. `plan` is the sha256 of its plan, or of what describes it where it has none."""

    uri: str
    version: str
    folder: str
    plan: str
    row_wise: bool
    row_wise_reason: str
    metadata: Any

    def typed_params(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Return parameters with the types of the signature.

        Raises:
            KedroBindError: one is unknown, or has another type.
        """
        from mlflow.exceptions import MlflowException
        from mlflow.models.utils import _enforce_params_schema  # the public way predicts as well

        from kedro_bind.model.strict_params import refuse

        schema = self.metadata.get_params_schema()
        types = {spec.name: spec.dtype for spec in schema.params} if schema is not None else {}
        given = {name: _with_texts(value, types.get(name)) for name, value in params.items()}
        try:
            refuse(schema, given)
            typed = _enforce_params_schema(given, schema) if given else {}
        except MlflowException as error:
            raise KedroBindError(f"{error.message}; see '--params'") from error
        return {name: _plain(typed[name]) for name in given}


def find_model(uri: str) -> ScoredModel:
    """Bring a model here, and read what its files say.

    Raises:
        KedroBindError: it can't be found, or has no pyfunc flavor.
    """
    import mlflow
    from mlflow.exceptions import MlflowException

    from kedro_bind.model.digest import digest
    from kedro_bind.model.plan import PlanError
    from kedro_bind.model.plan_file import PLAN_FILE, read_plan
    from kedro_bind.tracking.model_uri import pinned_uri

    try:
        pinned = pinned_uri(uri)
        folder = Path(mlflow.artifacts.download_artifacts(artifact_uri=pinned))
        metadata = mlflow.models.Model.load(str(folder))
        artifacts = metadata.flavors["python_function"].get("artifacts", {})
        plan_folder = folder / artifacts["plan"]["path"] if "plan" in artifacts else None
        has_plan = plan_folder is not None and (plan_folder / PLAN_FILE).is_file()
        plan = read_plan(plan_folder) if has_plan and plan_folder is not None else None
        described = plan_folder / PLAN_FILE if has_plan and plan_folder is not None else folder / "MLmodel"
        plan_digest = digest(described)
    except KeyError as error:
        raise KedroBindError(f"the model {uri} has no flavor 'python_function', so it can't predict a table") from error
    except (MlflowException, PlanError, OSError) as error:
        raise KedroBindError(f"the model {uri} can't be loaded: {error}") from error
    reason = (plan.row_wise_reason or "it was not verified") if plan is not None else "it was not logged by kedro_bind"
    version = pinned.rpartition("/")[2] if pinned.startswith("models:/") and "/m-" not in pinned else ""
    return ScoredModel(pinned, version, str(folder), plan_digest, plan is not None and plan.row_wise, reason, metadata)


def _with_texts(value: Any, type_: Any) -> Any:
    """Return a parameter with text where its type has it; the command line has made a number of `7`."""
    from mlflow.types.schema import Array, DataType, Map, Object

    if isinstance(value, list):
        item_type = type_.dtype if isinstance(type_, Array) else type_
        return [_with_texts(item, item_type) for item in value]
    if isinstance(value, dict):
        fields = {field.name: field.dtype for field in type_.properties} if isinstance(type_, Object) else {}
        other = type_.value_type if isinstance(type_, Map) else None
        return {key: _with_texts(item, fields.get(key, other)) for key, item in value.items()}
    return str(value) if type_ == DataType.string and value is not None else value


def _plain(value: Any) -> Any:
    """Return a parameter as JSON has it; the model's signature types it again."""
    import numpy as np

    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | np.ndarray):
        return [_plain(item) for item in value]
    plain = value.item() if isinstance(value, np.generic) else value
    return plain.isoformat() if isinstance(plain, dt.date) else plain
