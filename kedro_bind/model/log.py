"""A bound pipeline and a catalog to a model in MLflow."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import logging
import sys
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
from kedro_bind.model.proof import OwnCode, Prover
from kedro_bind.model.requirements import imported_by, pinned
from kedro_bind.model.runtime import ARTIFACT, load_function
from kedro_bind.model.signature import InputSample, infer_parameters, infer_schema, sample_input

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kedro_bind.model.origin import Origin
    from kedro_bind.model.plan import Plan
    from kedro_bind.pipeline_ml import PipelineML, Serving

__all__ = ["LoggedModel", "log_model"]

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
    version: str | None = None


def log_model(pipeline_ml: PipelineML, catalog: Any, origin: Origin, sample: InputSample | None = None) -> LoggedModel:
    """Log a binding as a pyfunc model into the active MLflow run, and register it if the binding says so.

    `sample` is what the run saw of the input; without it, the input is loaded from the catalog.

    Raises:
        KedroBindError: the model can't be built, does not hold the proof, or MLflow refuses it.
    """
    import mlflow
    from mlflow.exceptions import MlflowException
    from mlflow.models import Model

    serving = pipeline_ml.serving
    settings = _settings(serving)
    name = settings.pop("name")
    own = _own_code(settings, origin)
    with ExitStack() as stack, _quiet("mlflow"):
        prover = stack.enter_context(Prover(own)) if settings["verify"] else None
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kedro-bind-")))
        plan_folder = folder / "plan"
        plan_folder.mkdir()
        built = build_plan(serving, catalog, plan_folder, serving.name or name)
        for warning in built.warnings:
            logger.warning("kedro_bind: %s", warning)
        sample = sample or _sample_from(catalog, serving)
        flavor = _BoundFlavor(built, settings, sample, own, prover, _lineage(serving, origin, built))
        try:
            info = Model.log(
                None,
                flavor,
                name=name,
                registered_model_name=settings["registered_model_name"],
                await_registration_for=_seconds(settings["await_registration_for"]),
                metadata=settings["metadata"],
                tags={**lineage_tags(flavor.lineage), **(settings["tags"] or {})} or None,
                validate_serving_input=False,
            )
            version = getattr(info, "registered_model_version", None)
            _describe(settings, version)
        except KedroBindError:
            raise
        except MlflowException as error:
            raise LoggingError(f"MLflow at {_where()} refuses the model '{name}': {error.message}") from error
        except OSError as error:
            raise LoggingError(f"the model '{name}' can't be written to MLflow at {_where()}: {error}") from error
    mlflow.log_dict(dict(flavor.lineage), f"kedro_bind/{name}.yml")
    return LoggedModel(name, info.model_uri, str(version) if version is not None else None)


class _BoundFlavor:
    """What `Model.log` saves a model with: MLflow's pyfunc, the proof, and the requirements that it gives."""

    __name__ = "mlflow.pyfunc"

    def __init__(
        self,
        built: BuiltPlan,
        settings: Mapping[str, Any],
        sample: InputSample | None,
        own: OwnCode,
        prover: Prover | None,
        lineage: dict[str, Any],
    ) -> None:
        self._built, self._settings, self._sample = built, settings, sample
        self._own, self._prover = own, prover
        self.lineage = lineage

    def save_model(self, path: str, mlflow_model: Any, **_: Any) -> None:
        """Save the model at `path`, prove it, and write down what it needs."""
        import mlflow.pyfunc

        settings, built = self._settings, self._built
        rows = self._sample.rows if self._sample else None
        expect = _KedroAnswer(built, rows)
        signature = self._signature(expect)
        write_lineage(self.lineage, built.folder)
        code = built.folder.parent / "bound_model.py"
        code.write_text(_MODEL_CODE, encoding="utf-8")
        given = settings["pip_requirements"] or settings["conda_env"]
        modules = imported_by(built.plan, self._own.packages)
        mlflow.pyfunc.save_model(
            path,
            mlflow_model=mlflow_model,
            python_model=str(code),
            artifacts={ARTIFACT: built.folder.as_uri()},
            code_paths=settings["code_paths"],
            signature=signature,
            input_example=self._example(rows),
            conda_env=settings["conda_env"],
            pip_requirements=settings["pip_requirements"] if given else [*pinned(modules), *settings["extra"]],
        )
        if self._prover is None:
            return
        proof = self._prover.prove(Path(path), built.plan, rows, expect)
        if proof.remark:
            logger.warning("kedro_bind: %s: %s", built.plan.name, proof.remark)
        if not given:
            _rewrite_requirements(Path(path), [*pinned({*modules, *proof.named}, proof.brought), *settings["extra"]])

    def _signature(self, expect: _KedroAnswer) -> Any:
        from mlflow.models import ModelSignature

        wanted = self._settings["signature"]
        if wanted not in ("auto", None):
            return wanted if wanted != "none" else None
        plan = self._built.plan
        params, untyped = infer_parameters(plan.parameters, plan.predict_params)
        if untyped:
            logger.warning(
                "kedro_bind: MLflow can't type the parameters %s, so a caller can't set them",
                ", ".join(untyped),
            )
        inputs = self._sample.schema if self._sample else None
        if inputs is None and params is None:
            return None
        outputs = infer_schema(expect.first) if self._sample is not None and self._sample.rows is not None else None
        return ModelSignature(inputs=inputs, outputs=outputs, params=params)  # type: ignore[arg-type]  # None is fine

    def _example(self, rows: Any) -> Any:
        wanted = self._settings["input_example"]
        if isinstance(wanted, str):
            return None if wanted == "none" else rows
        return rows if isinstance(wanted, int) or wanted is None else wanted


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
        from kedro_bind.model.runtime import load_artifact
        from kedro_bind.model.through_kedro import KedroRun

        plan, folder = self._built.plan, self._built.folder
        functions = [load_function(node.function, folder / node.pickle if node.pickle else None) for node in plan.nodes]
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


def _settings(serving: Serving) -> dict[str, Any]:
    """Give how the model is logged: the document's options, with what code said on top."""
    options = serving.options
    settings: dict[str, Any] = {
        key: getattr(options, key)
        for key in (
            "registered_model_name",
            "await_registration_for",
            "signature",
            "input_example",
            "code_paths",
            "conda_env",
            "metadata",
            "tags",
            "description",
            "aliases",
            "verify",
            "pip_requirements",
            "extra_pip_requirements",
        )
    }
    settings["name"] = options.name or serving.name or "model"
    unknown = set(serving.log_model_kwargs) - set(settings)
    if unknown:
        raise LoggingError(
            f"log_model_kwargs has {', '.join(sorted(unknown))}, which kedro_bind does not pass to mlflow.pyfunc.log_model"
        )
    settings |= serving.log_model_kwargs
    settings["extra"] = _as_list(settings.pop("extra_pip_requirements"))
    if isinstance(settings["pip_requirements"], tuple):
        settings["pip_requirements"] = list(settings["pip_requirements"])
    return settings


def _own_code(settings: dict[str, Any], origin: Origin) -> OwnCode:
    """Decide which code travels, as paths in `settings`, and where it is imported from now."""
    wanted = settings["code_paths"]
    if wanted == "none" or wanted is None:
        settings["code_paths"] = None
        return OwnCode()
    if wanted == "auto":
        folder = _package_folder(origin.package)
        settings["code_paths"] = [str(folder)] if folder else None
    else:
        paths = [(origin.project_path / each).resolve() for each in wanted]
        missing = [str(each) for each in paths if not each.exists()]
        if missing:
            raise LoggingError(f"'model.code_paths' names what is not there: {', '.join(missing)}")
        settings["code_paths"] = [str(each) for each in paths]
    travelling = [Path(each) for each in settings["code_paths"] or ()]
    site = {Path(each).resolve() for each in sys.path if Path(each).name in ("site-packages", "dist-packages")}
    folders = {str(each.parent) for each in travelling if each.parent.resolve() not in site} | {
        str(origin.project_path)
    }
    return OwnCode(tuple(sorted(each.stem for each in travelling)), tuple(sorted(folders)))


def _package_folder(package: str | None) -> Path | None:
    spec = importlib.util.find_spec(package) if package else None
    locations = list(spec.submodule_search_locations or ()) if spec else []
    return Path(locations[0]) if locations else None


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


def _lineage(serving: Serving, origin: Origin, built: BuiltPlan) -> dict[str, Any]:
    plan: Plan = built.plan
    return {
        "binding": serving.name or plan.name,
        "logged_at": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "env": origin.env,
        "pipelines": list(origin.pipeline_names),
        "git": git_state(origin.project_path),
        "versions": {each: importlib.metadata.version(each) for each in ("kedro-bind", "kedro", "mlflow")},
        "document": {
            "input_name": serving.input_name,
            "runner": plan.runner.model_dump(),
            "artifacts": dict(serving.artifacts),
            "inference": [node.name for node in plan.nodes],
            "model": serving.options.model_dump(mode="json", exclude_defaults=True),
        },
        "artifacts": {
            name: {
                "sha256": each.sha256,
                **({"version": built.versions[name]} if name in built.versions else {}),
            }
            for name, each in plan.artifacts.items()
        },
    }


def _describe(settings: Mapping[str, Any], version: Any) -> None:
    """Give the registered version its description and aliases; the last step, after the proof."""
    import mlflow

    name = settings["registered_model_name"]
    if not name or version is None:
        return
    client = mlflow.MlflowClient()
    if settings["description"]:
        client.update_model_version(name, str(version), settings["description"])
    for alias in settings["aliases"] or ():
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


def _seconds(given: int | None) -> int:
    from mlflow.tracking._model_registry import DEFAULT_AWAIT_MAX_SLEEP_SECONDS

    return DEFAULT_AWAIT_MAX_SLEEP_SECONDS if given is None else given


def _as_list(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value or ())


def _where() -> str:
    import mlflow

    return str(mlflow.get_tracking_uri())


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
