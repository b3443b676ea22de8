"""A bound pipeline and a catalog to a model in MLflow."""

from __future__ import annotations

import importlib.metadata
import logging
import tempfile
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kedro_bind.errors import KedroBindError, LoggingError
from kedro_bind.model.build import BuiltPlan, build_plan
from kedro_bind.model.lineage import git_state, lineage_tags, write_lineage
from kedro_bind.model.proof import Proof, Prover
from kedro_bind.model.requirements import imported_by, pinned
from kedro_bind.model.runtime import ARTIFACT, load_artifact, load_functions
from kedro_bind.model.settings import LogSettings, resolve_settings
from kedro_bind.model.signature import InputSample, infer_parameters, infer_schema, sample_input

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kedro_bind.model.origin import Origin
    from kedro_bind.pipeline_ml import PipelineML, Serving

__all__ = ["LoggedModel", "log_model", "start_prover"]

logger = logging.getLogger(__name__)

_MODEL_CODE = '''"""Loads the plan beside it; written by kedro_bind."""

from mlflow.models import set_model

from kedro_bind.model.runtime import BoundModel

set_model(BoundModel())
'''


@dataclass(frozen=True)
class LoggedModel:
    """What has been logged."""

    name: str
    uri: str
    registered_name: str | None = None
    version: str | None = None

    def __str__(self) -> str:
        """Say it in one line."""
        registered = f", registered as version {self.version} of '{self.registered_name}'" if self.version else ""
        return f"the model '{self.name}' is logged as {self.uri}{registered}"


def start_prover(pipeline_ml: PipelineML, origin: Origin) -> Prover | None:
    """Start the process that will try the model, if the binding wants it tried.

    It imports what it needs meanwhile, so the sooner it starts, the less the proof takes.
    """
    settings = resolve_settings(pipeline_ml.serving, origin)
    return Prover(settings.own) if settings.verify else None


def log_model(
    pipeline_ml: PipelineML,
    catalog: Any,
    origin: Origin,
    sample: InputSample | None = None,
    prover: Prover | None = None,
) -> LoggedModel:
    """Log a binding as a pyfunc model into the active MLflow run, and register it if the binding says so.

    `sample` is what the run saw of the input; without it, the input is loaded from the catalog. `prover` is
    one that `start_prover` has started; it is used up.

    Raises:
        KedroBindError: the model can't be built, does not hold the proof, or MLflow refuses it.
    """
    import mlflow
    from mlflow.exceptions import MlflowException
    from mlflow.models import Model

    serving = pipeline_ml.serving
    with ExitStack() as stack, _quiet("mlflow"):
        prover = prover or start_prover(pipeline_ml, origin)
        if prover is not None:
            stack.enter_context(prover)
        settings = resolve_settings(serving, origin)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kedro-bind-"))) / "plan"
        folder.mkdir()
        built = build_plan(serving, catalog, folder, serving.name or settings.name)
        for warning in built.warnings:
            logger.warning("kedro_bind: %s", warning)
        lineage = _lineage(pipeline_ml, origin, built)
        write_lineage(lineage, folder)
        flavor = _BoundFlavor(built, settings, sample or _sample_from(catalog, serving), prover)
        try:
            info = Model.log(
                None,
                flavor,
                name=settings.name,
                registered_model_name=settings.registered_model_name,
                await_registration_for=settings.await_registration_for,
                metadata=settings.metadata,
                tags={**lineage_tags(lineage), **settings.tags},
                validate_serving_input=False,
            )
            version = getattr(info, "registered_model_version", None)
            _describe(settings, version)
            mlflow.log_dict(lineage, f"kedro_bind/{settings.name}.yml")
        except KedroBindError:
            raise
        except MlflowException as error:
            raise LoggingError(
                f"MLflow at {mlflow.get_tracking_uri()} refuses the model '{settings.name}': {error.message}"
            ) from error
        except OSError as error:
            raise LoggingError(
                f"the model '{settings.name}' can't be written to MLflow at {mlflow.get_tracking_uri()}: {error}"
            ) from error
    return LoggedModel(
        settings.name, info.model_uri, settings.registered_model_name, None if version is None else str(version)
    )


class _BoundFlavor:
    """What `Model.log` saves a model with: MLflow's pyfunc, the proof, and the requirements that it gives."""

    __name__ = "mlflow.pyfunc"

    def __init__(
        self, built: BuiltPlan, settings: LogSettings, sample: InputSample | None, prover: Prover | None
    ) -> None:
        self._built, self._settings, self._sample, self._prover = built, settings, sample, prover

    def save_model(self, path: str, mlflow_model: Any, **_: Any) -> None:
        """Save the model at `path`, prove it, and write down what it needs."""
        import mlflow.pyfunc

        settings, built = self._settings, self._built
        rows = self._sample.rows if self._sample else None
        kedro = _KedroAnswer(built, rows)
        code = built.folder.with_name("bound_model.py")
        code.write_text(_MODEL_CODE, encoding="utf-8")
        mlflow.pyfunc.save_model(
            path,
            mlflow_model=mlflow_model,
            python_model=str(code),
            artifacts={ARTIFACT: str(built.folder)},
            code_paths=settings.code_paths,
            signature=self._signature(kedro),
            input_example=self._example(rows),
            conda_env=settings.conda_env,
            # Given none, MLflow neither infers them nor compares each with all that is installed here.
            pip_requirements=settings.pip_requirements if settings.environment else [],
        )
        proof = self._prover.prove(Path(path), built.plan, rows, kedro) if self._prover is not None else Proof()
        if proof.remark:
            logger.warning("kedro_bind: %s: %s", built.plan.name, proof.remark)
        if not settings.environment:
            named = imported_by(built.plan, settings.own.packages) | set(proof.named)
            _rewrite_requirements(Path(path), [*pinned(named, proof.brought), *settings.extra_requirements])

    def _signature(self, kedro: _KedroAnswer) -> Any:
        from mlflow.models import ModelSignature

        wanted = self._settings.signature
        if wanted not in ("auto", None):
            return None if wanted == "none" else wanted
        plan, sample = self._built.plan, self._sample
        params, untyped = infer_parameters(plan.parameters, plan.predict_params)
        if untyped:
            names = ", ".join(untyped)
            logger.warning("kedro_bind: MLflow can't type the parameters %s, so a caller can't set them", names)
        inputs = sample.schema if sample else None
        if inputs is None and params is None:
            return None
        outputs = infer_schema(kedro.first) if sample is not None else None
        return ModelSignature(inputs=inputs, outputs=outputs, params=params)  # type: ignore[arg-type]  # None is fine

    def _example(self, rows: Any) -> Any:
        """Give the example that the model keeps: the first rows of the input, or what code gave."""
        wanted = self._settings.input_example
        if wanted == "none":
            return None
        return rows if wanted is None or isinstance(wanted, str | int) else wanted


class _KedroAnswer:
    """The answer of the inference pipeline for some rows, run by Kedro in this process."""

    def __init__(self, built: BuiltPlan, rows: Any) -> None:
        self._built, self._rows = built, rows

    @cached_property
    def first(self) -> Any:
        """The answer of the first run."""
        return self.again()

    def again(self) -> Any:
        """Run, and give the answer."""
        from kedro_bind.model.plan import RunnerPlan
        from kedro_bind.model.through_kedro import KedroRun

        plan, folder = self._built.plan, self._built.folder
        functions = load_functions(plan, folder)
        artifacts = {name: load_artifact(name, each, folder / each.location) for name, each in plan.artifacts.items()}
        plan = plan.model_copy(update={"runner": RunnerPlan()})
        try:
            with _quiet("kedro"):
                return KedroRun(plan, functions, artifacts)(self._rows)
        except Exception as error:
            said = f"{type(error).__name__}: {error}"
            raise LoggingError(
                f"the inference pipeline fails on the first rows of '{plan.input_name}': {said}"
            ) from error


def _sample_from(catalog: Any, serving: Serving) -> InputSample | None:
    """Load the input that training did not touch, or say that there is none."""
    try:
        return sample_input(catalog.load(serving.input_name), serving.example_rows)
    except Exception as error:  # noqa: BLE001 - datasets raise anything
        reason = str(error).strip().splitlines()
        logger.warning(
            "kedro_bind: the model has no signature and no input example, since '%s' can't be loaded: %s",
            serving.input_name,
            reason[0] if reason else type(error).__name__,
        )
        return None


def _lineage(pipeline_ml: PipelineML, origin: Origin, built: BuiltPlan) -> dict[str, Any]:
    serving, plan = pipeline_ml.serving, built.plan
    return {
        "binding": serving.name or plan.name,
        "logged_at": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "env": origin.env,
        "pipelines": list(origin.pipeline_names),
        "git": git_state(origin.project_path),
        "versions": {each: importlib.metadata.version(each) for each in ("kedro-bind", "kedro", "mlflow")},
        "document": dict(serving.document),
        "training": [node.name for node in pipeline_ml.training.nodes],
        "inference": [node.name for node in plan.nodes],
        "artifacts": {
            name: {
                "sha256": each.sha256,
                **({"version": built.versions[name]} if name in built.versions else {}),
            }
            for name, each in plan.artifacts.items()
        },
    }


def _describe(settings: LogSettings, version: Any) -> None:
    """Give the registered version its description, tags and aliases; the last step, after the proof."""
    import mlflow

    name = settings.registered_model_name
    if not name or version is None:
        return
    client = mlflow.MlflowClient()
    if settings.description:
        client.update_model_version(name, str(version), settings.description)
    for key, value in settings.tags.items():  # MLflow 3.1 puts them on the logged model only
        client.set_model_version_tag(name, str(version), key, value)
    for alias in settings.aliases:
        client.set_registered_model_alias(name, alias, str(version))


def _rewrite_requirements(model: Path, lines: list[str]) -> None:
    """Replace the requirements of a saved model, in the two files that MLflow reads them from."""
    import yaml

    (model / "requirements.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    conda = model / "conda.yaml"
    content = yaml.safe_load(conda.read_text(encoding="utf-8"))
    for each in content["dependencies"]:
        if isinstance(each, dict) and "pip" in each:
            each["pip"] = lines
    conda.write_text(yaml.safe_dump(content, default_flow_style=False), encoding="utf-8")


@contextmanager
def _quiet(name: str) -> Iterator[None]:
    """Keep the progress of a library out of the log of a run; its warnings stay."""
    loud = logging.getLogger(name)
    before = loud.level
    loud.setLevel(logging.WARNING)
    try:
        yield
    finally:
        loud.setLevel(before)
