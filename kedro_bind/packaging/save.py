"""A built plan to a saved MLflow model that has been tried."""

from __future__ import annotations

import inspect
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kedro_bind.errors import LoggingError
from kedro_bind.model.runtime import ARTIFACT
from kedro_bind.model.typed_parameters import key_of
from kedro_bind.packaging.lineage import artifact_lineage, write_lineage
from kedro_bind.packaging.requirements import completed, dataset_modules, imported_by, pinned
from kedro_bind.packaging.secret_files import hide_user_info, remove_secret_files
from kedro_bind.packaging.signature import infer_parameters, infer_schema, left_out, unsaved
from kedro_bind.packaging.stored_files import saved_model
from kedro_bind.packaging.verification.parent import NOT_VERIFIED, Proof
from kedro_bind.packaging.verification.reference import KedroAnswer
from kedro_bind.redaction import get_logger

if TYPE_CHECKING:
    from collections.abc import Mapping
    from concurrent.futures import Future

    from kedro_bind.binding.resolved import ModelSettings
    from kedro_bind.packaging.build import BuiltPlan
    from kedro_bind.packaging.project_files import OwnCode
    from kedro_bind.packaging.signature import InputSample
    from kedro_bind.packaging.stored_files import SavedModel
    from kedro_bind.packaging.verification.parent import Prover
    from kedro_bind.packaging.verification.row_wise import RowWise

__all__ = ["BoundFlavor"]

logger = get_logger(__name__)

_MODEL_CODE = '''"""Loads the plan beside it; written by kedro_bind."""

from mlflow.models import set_model

from kedro_bind.model.runtime import BoundModel

set_model(BoundModel())
'''
_NOWHERE = 'mlflow; python_version < "3"'
"""A requirement that holds in no environment: for one that may, MLflow lists all modules of all that is installed."""

_MOST_NODE_RUNS = 10_000
"""The most that finding out whether a model is row-wise may cost, unless the binding declares that it is."""


class BoundFlavor:
    """What `Model.log` saves a model with: MLflow's pyfunc, the plan, the proof, and the requirements that it gives.

    `digests` are the sha256 of the artifacts, on their way. `lineage` is complete and `saved` is there when the model
    is saved. What is heavy in the plan's folder is read and linked, never copied.
    """

    __name__ = "mlflow.pyfunc"

    def __init__(
        self,
        built: BuiltPlan,
        settings: ModelSettings,
        own: OwnCode,
        sample: InputSample | None,
        prover: Prover | None,
        lineage: Mapping[str, Any],
        digests: Future[dict[str, str]],
    ) -> None:
        self._built, self._settings, self._own, self._sample, self._prover = built, settings, own, sample, prover
        self._digests = digests
        self.lineage = dict(lineage)
        self.saved: SavedModel | None = None

    def save_model(self, path: str, mlflow_model: Any, **_: Any) -> None:
        """Save the model at `path`, and complete it while another process tries it."""
        model, settings, rows = Path(path), self._settings, self._sample.rows if self._sample else None
        built = self._save(model, mlflow_model, rows).sealed(self._digests.result(), model / "code")
        proof = self._try(self._prover, model, mlflow_model, rows) if self._prover else Proof()
        built = built.judged(self._row_wise(proof))
        self.lineage["row_wise"] = built.plan.row_wise
        self.lineage["artifacts"] = artifact_lineage(built.plan, built.versions)
        write_lineage(self.lineage, built.folder)
        if settings.declares_environment:
            needed = pinned(dataset_modules(built.plan))
        else:
            needed = pinned({*proof.named, *imported_by(built.plan, self._own.packages)}, set(proof.brought))
        _complete_requirements(model, needed)
        self.saved = saved_model(model, built.plan, built.folder)
        mlflow_model.model_size_bytes = sum(each.stat().st_size for each in model.rglob("*") if each.is_file())
        mlflow_model.save(str(model / "MLmodel"))

    def _save(self, model: Path, mlflow_model: Any, rows: Any) -> BuiltPlan:
        """Save all but the plan with MLflow, which would copy it, and link the plan into its place there."""
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
            # Given none, MLflow would infer them by loading the model.
            pip_requirements=list(settings.pip_requirements or ())
            or (None if settings.conda_env else [_NOWHERE, *settings.extra_pip_requirements]),
            **_no_uv_project(empty),
        )
        for remark in (*remove_secret_files(model / "code"), *hide_user_info(model)):
            logger.warning("kedro_bind: %s: %s", self._built.plan.name, remark)
        flavor = mlflow_model.flavors["python_function"]
        planned = flavor["artifacts"][ARTIFACT]
        # MLflow writes down where it has both from, which is a folder that nobody will find again.
        flavor["model_code_path"], planned["uri"] = code.name, planned["path"]
        return self._built.linked(model / planned["path"])

    def _signature(self) -> Any:
        """Give the signature without outputs; `False` tells MLflow to infer none."""
        from mlflow.models import ModelSignature

        if not self._settings.infers_signature:
            return False if isinstance(self._settings.signature, str) else self._settings.signature
        plan = self._built.plan
        typed = [name for name in plan.parameters if key_of(name) in plan.parameter_types]
        params, untyped = infer_parameters(plan.parameters, plan.predict_params, typed)
        if untyped:
            names = ", ".join(untyped)
            logger.warning("kedro_bind: MLflow can't type the parameters %s, so a caller can't set them", names)
        inputs = self._sample.schema if self._sample else None
        if inputs is None and params is None:
            return False
        return ModelSignature(inputs=inputs, params=params)  # type: ignore[arg-type]  # None is fine

    def _example(self, rows: Any) -> Any:
        """Give the example that the model keeps: the first rows of the input if they can be saved, or what code gave.

        Says once what the model lacks of that, and of the input's schema.
        """
        wanted = self._settings.input_example
        automatic = isinstance(wanted, str | int) and wanted != "none"
        untyped = self._sample.untyped if self._sample and self._settings.infers_signature else ""
        lost = unsaved(rows) if automatic and rows is not None else ""
        if untyped or lost:
            logger.warning("kedro_bind: %s: %s", self._built.plan.name, left_out(untyped, lost))
        if automatic:
            return None if lost else rows
        return None if isinstance(wanted, str) else wanted

    def _try(self, prover: Prover, model: Path, mlflow_model: Any, rows: Any) -> Proof:
        """Have the other process try the saved model, and run the pipeline here meanwhile, for the output."""
        row_wise = self._settings.row_wise
        compared = None if row_wise is False or self._sample is None else self._sample.varied
        nodes = len(self._built.plan.nodes)
        prover.begin(model, rows, compared, None if row_wise is True else _MOST_NODE_RUNS // nodes)
        kedro = KedroAnswer(self._built, rows) if self._sample else None
        if kedro is not None and mlflow_model.signature is not None and self._settings.infers_signature:
            mlflow_model.signature.outputs = infer_schema(kedro.first)
        proof = prover.end(self._built.plan, kedro)
        if proof.remark:
            logger.warning("kedro_bind: %s: %s", self._built.plan.name, proof.remark)
        for warning in proof.warnings:
            logger.warning("kedro_bind: %s: loading the saved model warns: %s", self._built.plan.name, warning)
        return proof

    def _row_wise(self, proof: Proof) -> RowWise:
        """Return what verification found of the rows' independence.

        Raises:
            LoggingError: the binding declares the model row-wise, and it is not.
        """
        if self._settings.row_wise is False:
            return replace(NOT_VERIFIED, reason="'row_wise' is false in the binding")
        if self._settings.row_wise is True and not proof.row_wise.row_wise:
            raise LoggingError(
                f"the saved model of '{self._built.plan.name}' is declared row-wise, and verification does not confirm "
                f"it ({proof.row_wise.reason}); let no row's prediction depend on another row, or remove 'row_wise: "
                "true' from 'model'"
            )
        return proof.row_wise


def _no_uv_project(empty: Path) -> dict[str, Any]:
    """Return the argument of MLflow 3.11 and later that keeps a project's `uv.lock` out of a model.

    Without it, MLflow copies `uv.lock`, `pyproject.toml` and `.python-version` of the working directory into the model,
    and restores from those; they describe the project, not what a model needs.
    """
    import mlflow.pyfunc

    taken = inspect.signature(mlflow.pyfunc.save_model).parameters
    return {"uv_project_path": str(empty)} if "uv_project_path" in taken else {}


def _complete_requirements(model: Path, needed: list[str]) -> None:
    """Add what a saved model needs to its requirements, in the two files that MLflow reads them from."""
    import yaml

    listed, conda = model / "requirements.txt", model / "conda.yaml"
    given = [line for line in listed.read_text(encoding="utf-8").splitlines() if line != _NOWHERE]
    lines = completed(given, needed)
    listed.write_text("\n".join(lines) + "\n", encoding="utf-8")
    content = yaml.safe_load(conda.read_text(encoding="utf-8"))
    for each in content["dependencies"]:
        if isinstance(each, dict) and "pip" in each:
            each["pip"] = lines
    conda.write_text(yaml.safe_dump(content, default_flow_style=False), encoding="utf-8")
