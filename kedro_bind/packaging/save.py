"""Save a built plan as an MLflow model, and have it verified."""

from __future__ import annotations

import inspect
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kedro_bind.documentation import DESIGNING_INFERENCE
from kedro_bind.errors import LoggingError
from kedro_bind.model.runtime import ARTIFACT
from kedro_bind.model.typed_parameters import key_of
from kedro_bind.packaging.input_sample import missing_parts, why_not_written
from kedro_bind.packaging.lineage import artifact_lineage, write_lineage
from kedro_bind.packaging.pickled_modules import artifact_modules
from kedro_bind.packaging.requirements import (
    NO_REQUIREMENT,
    complete_requirements,
    dataset_modules,
    imported_by,
    pinned,
    undeclared,
)
from kedro_bind.packaging.secret_files import hide_user_info, remove_secret_files
from kedro_bind.packaging.signature import infer_parameters, infer_schema
from kedro_bind.packaging.stored_files import saved_model
from kedro_bind.packaging.verification.messages import VerificationResult
from kedro_bind.packaging.verification.reference import ReferencePredictions
from kedro_bind.packaging.verification.row_wise import NO_ROW_ALONE, NOT_VERIFIED, TOO_SLOW
from kedro_bind.redaction import get_logger

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kedro_bind.binding.resolved import ModelSettings
    from kedro_bind.model.plan import Plan
    from kedro_bind.packaging.build import BuiltPlan
    from kedro_bind.packaging.input_sample import InputSample
    from kedro_bind.packaging.project_files import OwnCode
    from kedro_bind.packaging.stored_files import SavedModel
    from kedro_bind.packaging.verification.parent import VerificationProcess
    from kedro_bind.packaging.verification.row_wise import RowWise

__all__ = ["BoundFlavor"]

logger = get_logger(__name__)

_MODEL_CODE = '''"""Loads the plan beside it; written by kedro_bind."""

from mlflow.models import set_model

from kedro_bind.model.runtime import BoundModel

set_model(BoundModel())
'''
_MOST_NODE_RUNS = 10_000
"""How many runs of nodes may find out whether a model is row-wise, unless the binding declares that it is."""


class BoundFlavor:
    """Saves a model as MLflow's pyfunc flavor, with the plan, after its verification, and with our requirements.

    `Model.log` takes a flavor module, of which it uses `__name__` and `save_model`; this object has both. `model_id`
    is set when saving begins, and `saved` when the model is saved. The large files in the plan's folder are linked into
    the model, never copied.
    """

    __name__ = "mlflow.pyfunc"
    model_id: str | None = None
    saved: SavedModel

    def __init__(
        self,
        built: BuiltPlan,
        settings: ModelSettings,
        own: OwnCode,
        sample: InputSample | None,
        verification: VerificationProcess | None,
        lineage: Mapping[str, Any],
    ) -> None:
        self._built, self._settings, self._own, self._sample = built, settings, own, sample
        self._verification, self._lineage = verification, lineage

    def save_model(self, path: str, mlflow_model: Any, **_: Any) -> None:
        """Save the model at `path`, have the other process verify it, and complete it with the result."""
        self.model_id = mlflow_model.model_id
        model, settings, rows = Path(path), self._settings, self._sample.rows if self._sample else None
        built, verification = self._save(model, mlflow_model, rows).with_code(model / "code"), self._verification
        result = VerificationResult()
        if verification is not None:
            result = self._verified(verification, built.plan, model, mlflow_model)
            self._warn(result)
        built = built.with_row_wise(self._row_wise(result))
        artifacts = artifact_lineage(built.plan, built.versions)
        lineage = {**self._lineage, "row_wise": built.plan.row_wise, "artifacts": artifacts}
        write_lineage(lineage, built.folder)
        # Without a verification nothing unpickles the artifacts; what they are of is read from the pickles.
        of_artifacts = result.direct if verification else artifact_modules(built.plan, built.folder)
        imported = pinned({*of_artifacts, *imported_by(built.plan, self._own.packages)}, result.incidental)
        is_declared = settings.declares_environment
        complete_requirements(model, pinned(dataset_modules(built.plan)) if is_declared else imported)
        if is_declared and (lacking := undeclared(model, imported)):
            logger.warning("kedro_bind: %s: %s", built.plan.name, _undeclared(lacking, settings))
        self.saved = saved_model(model, built.plan, built.folder, lineage, mlflow_model)
        mlflow_model.model_size_bytes = sum(file.stat().st_size for file in model.rglob("*") if file.is_file())
        mlflow_model.save(str(model / "MLmodel"))

    def _save(self, model: Path, mlflow_model: Any, rows: Any) -> BuiltPlan:
        """Save the model with an empty plan folder, since MLflow would copy the plan; link the plan into the model."""
        import mlflow.pyfunc

        settings = self._settings
        work = self._built.folder.parent
        code, empty = work / "bound_model.py", work / "empty" / self._built.folder.name
        code.write_text(_MODEL_CODE, encoding="utf-8")
        empty.mkdir(parents=True)
        mlflow.pyfunc.save_model(
            str(model),
            mlflow_model=mlflow_model,
            python_model=str(code),
            artifacts={ARTIFACT: str(empty)},
            code_paths=list(self._own.paths) or None,
            signature=self._signature(),
            input_example=self._example(rows),
            conda_env=settings.conda_env,
            model_config=settings.more.get("model_config"),
            # Without requirements, MLflow would load the model to infer them.
            pip_requirements=list(settings.pip_requirements or ())
            or (None if settings.conda_env else [NO_REQUIREMENT, *settings.extra_pip_requirements]),
            **_no_uv_project(empty),
        )
        for remark in (*remove_secret_files(model / "code"), *hide_user_info(model)):
            logger.warning("kedro_bind: %s: %s", self._built.plan.name, remark)
        flavor = mlflow_model.flavors["python_function"]
        planned = flavor["artifacts"][ARTIFACT]
        # MLflow records the original paths, which are in a temporary folder.
        flavor["model_code_path"], planned["uri"] = code.name, planned["path"]
        return self._built.linked(model / planned["path"])

    def _signature(self) -> Any:
        """Return the signature without outputs, or `False`, with which MLflow infers none."""
        from mlflow.models import ModelSignature

        if not self._settings.infers_signature:
            return False if isinstance(self._settings.signature, str) else self._settings.signature
        plan = self._built.plan
        typed = [name for name in plan.parameters if key_of(name) in plan.parameter_types]
        params, untyped = infer_parameters(plan.parameters, plan.predict_params, typed)
        if untyped:
            names = ", ".join(untyped)
            logger.warning("kedro_bind: MLflow has no type for the parameters %s, so a caller can't set them", names)
        inputs = self._sample.schema if self._sample else None
        if inputs is None and params is None:
            return False
        return ModelSignature(inputs=inputs, params=params)  # type: ignore[arg-type]  # MLflow takes None too

    def _example(self, rows: Any) -> Any:
        """Return the input example: the first rows of the input if MLflow can write them, or the one set in code.

        Warn once about a missing example and a missing schema of the input.
        """
        setting = self._settings.input_example
        automatic = isinstance(setting, str | int) and setting != "none"
        untyped = self._sample.untyped if self._sample and self._settings.infers_signature else ""
        unwritten = why_not_written(rows) if automatic and rows is not None else ""
        if untyped or unwritten:
            logger.warning("kedro_bind: %s: %s", self._built.plan.name, missing_parts(untyped, unwritten))
        if automatic:
            return None if unwritten else rows
        return None if isinstance(setting, str) else setting

    def _verified(
        self, verification: VerificationProcess, plan: Plan, model: Path, mlflow_model: Any
    ) -> VerificationResult:
        """Have the other process verify the saved model, and return what it found.

        Meanwhile, the pipeline runs here, for the output schema too.
        """
        settings, sample = self._settings, self._sample
        rows, varied = (sample.rows, sample.varied) if sample else (None, None)
        most_calls = None if settings.row_wise is True else _MOST_NODE_RUNS // len(plan.nodes)
        verification.begin(verification.job(model, rows, None if settings.row_wise is False else varied, most_calls))
        reference = ReferencePredictions(self._built, rows) if sample else None
        if reference is not None and mlflow_model.signature is not None and settings.infers_signature:
            mlflow_model.signature.outputs = infer_schema(reference.first)
        return verification.end(plan, reference)

    def _warn(self, result: VerificationResult) -> None:
        """Log what a verification found that does not keep the model from being logged."""
        if result.remark:
            logger.warning("kedro_bind: %s: %s", self._built.plan.name, result.remark)
        for warning in result.warnings:
            logger.warning("kedro_bind: %s: loading the saved model warns: %s", self._built.plan.name, warning)
        shared = [name for name in self._lineage["inference"] if name in self._lineage["training"]]
        if result.row_wise == NO_ROW_ALONE or (result.row_wise.dependent and shared):
            of_both = f" (these run in both: {', '.join(shared)})" if shared else ""
            message = "kedro_bind: %s: %s; does a node of inference%s fit something? Only training should: see %s"
            logger.warning(message, self._built.plan.name, result.row_wise.reason, of_both, DESIGNING_INFERENCE)
        if result.row_wise == TOO_SLOW:
            message = "kedro_bind: %s: whether the model is row-wise is %s"
            logger.warning(message, self._built.plan.name, result.row_wise.reason)
        if result.unused_columns:
            logger.warning(
                "kedro_bind: %s: %s", self._built.plan.name, _unused(result.unused_columns, self._built.plan)
            )

    def _row_wise(self, result: VerificationResult) -> RowWise:
        """Return whether the model is row-wise.

        Raises:
            LoggingError: the binding declares the model row-wise, and it is not.
        """
        if self._settings.row_wise is False:
            return replace(NOT_VERIFIED, reason="'row_wise' is false in the binding")
        if self._settings.row_wise is True and not result.row_wise.row_wise:
            raise LoggingError(
                f"the saved model of '{self._built.plan.name}' is declared row-wise, and verification does not confirm "
                f"it ({result.row_wise.reason}); make the prediction for a row independent of other rows, or remove "
                "'row_wise: true' from 'model'"
            )
        return replace(result.row_wise, declared=self._settings.row_wise is True)


def _unused(columns: Sequence[str], plan: Plan) -> str:
    """Describe columns that callers have to send for nothing, such as the target."""
    names = ", ".join(f"'{column}'" for column in columns)
    many = len(columns) > 1
    them = "them" if many else "it"
    return (
        f"no prediction depends on the column{'s' * many} {names} of '{plan.input_name}', but callers have to send "
        f"{them}; to change that, name a training dataset without {them} as 'training.input_name'"
    )


def _undeclared(names: Sequence[str], settings: ModelSettings) -> str:
    """Describe what a declared environment lacks."""
    key = "conda_env" if settings.conda_env else "pip_requirements"
    return (
        f"the model imports what '{key}' does not name: {', '.join(names)}; add it there, or leave '{key}' out, and "
        "the model's requirements are what it imports"
    )


def _no_uv_project(empty: Path) -> dict[str, Any]:
    """Return the argument of MLflow 3.11 and later that keeps a project's `uv.lock` out of a model.

    Without it, MLflow copies `uv.lock`, `pyproject.toml` and `.python-version` of the working directory into the model,
    and installs the model's environment from those: https://github.com/mlflow/mlflow/pull/20344. They describe the
    project, not what the model needs.
    """
    import mlflow.pyfunc

    parameters = inspect.signature(mlflow.pyfunc.save_model).parameters
    return {"uv_project_path": str(empty)} if "uv_project_path" in parameters else {}
