"""Log a bound pipeline to MLflow as a model."""

from __future__ import annotations

import gc
import importlib.metadata
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, NamedTuple

from kedro_bind.errors import KedroBindError, LoggingError
from kedro_bind.names import folder_name
from kedro_bind.packaging.build import build_plan
from kedro_bind.packaging.credentials import options_with_credentials, refuse_credentials
from kedro_bind.packaging.declared_validators import incoming
from kedro_bind.packaging.input_sample import InputSample, sample_input
from kedro_bind.packaging.lineage import lineage_tags, lineage_text
from kedro_bind.packaging.project_files import in_project, own_code
from kedro_bind.packaging.references import function_reference
from kedro_bind.packaging.save import BoundFlavor
from kedro_bind.packaging.stored_files import refuse_other_files
from kedro_bind.packaging.verification.parent import VerificationProcess
from kedro_bind.process.quiet import quiet
from kedro_bind.process.temporary import TemporaryFolder, temporary_files_here
from kedro_bind.redaction import get_logger, redact, redact_value
from kedro_bind.store_errors import describe_error, first_error
from kedro_bind.tracking.cleanup import removed_on_error
from kedro_bind.tracking.datasets import describe, log_input
from kedro_bind.tracking.logged_files import LoggedFiles, files_of_saved
from kedro_bind.tracking.registration import REGISTERED_NAME_TAG, Registered, register

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from kedro.pipeline import Pipeline
    from mlflow.models.model import ModelInfo

    from kedro_bind.binding.resolved import ModelSettings, ResolvedBinding
    from kedro_bind.model.plan import Plan
    from kedro_bind.project import Origin
    from kedro_bind.tracking.promotion import Judge

__all__ = ["LoggedModel", "log_model", "save_locally", "start_verification"]

logger = get_logger(__name__)

_NOTE = "mlflow.note.content"
"""The tag that MLflow shows as the description of a logged model."""


@dataclass(frozen=True)
class LoggedModel:
    """A model that has been logged, what is in its folder, and its registered version, if it was registered."""

    name: str
    uri: str
    files: LoggedFiles
    registered: Registered | None = None

    def __str__(self) -> str:
        """Return a sentence that says so."""
        registered = f", registered as {self.registered}" if self.registered else ""
        return f"the model '{self.name}' is logged as {self.uri}{registered}"


def start_verification(binding: ResolvedBinding, origin: Origin) -> VerificationProcess | None:
    """Start the process that will verify the model, unless the binding has `verify: false`.

    The process begins to import what it needs, so the sooner it starts, the less time verification takes.
    """
    if not binding.model.verify:
        return None
    own_temporary = binding.runner.type in ("SequentialRunner", "ThreadRunner")
    return VerificationProcess(own_code(binding.model, origin), own_temporary=own_temporary)


def log_model(
    binding: ResolvedBinding,
    catalog: Any,
    origin: Origin,
    sample: InputSample | None = None,
    verification: VerificationProcess | None = None,
    on_saved: Callable[[str], Judge | None] | None = None,
) -> LoggedModel:
    """Log a binding as a pyfunc model to the active MLflow run, and register it if the binding says so.

    `sample` is a sample of the input that the run observed; without it, the input is loaded from the catalog.
    `verification` is a process that `start_verification` has started, and ends here. `on_saved` is called with the
    model's id once the model is saved, before it is registered; it may return what decides about a promotion.

    Raises:
        KedroBindError: the model can't be built, fails verification, or MLflow refuses it.
    """
    import mlflow

    with _packed(binding, catalog, origin, sample, verification) as packed, ExitStack() as stack:
        settings, flavor, sample = packed.settings, packed.flavor, packed.sample
        active = mlflow.active_run() or mlflow.start_run()
        run_id = active.info.run_id
        stack.enter_context(removed_on_error(run_id, settings.name, lambda: flavor.model_id))
        tags = {**lineage_tags(packed.lineage), **settings.tags}
        with _store_errors(binding, run_id):
            info = _save(flavor, settings, tags)
            refuse_other_files(info.model_id, flavor.saved)
            mlflow.log_text(lineage_text(flavor.saved.lineage), f"kedro_bind/{folder_name(settings.name)}.yml")
            if sample is not None and sample.digest is not None:
                name = binding.training_input
                log_input(run_id, describe(name, catalog, sample.digest, sample.count, sample.schema), "training")
            judge = on_saved(info.model_id) if on_saved is not None else None
            registered = register(settings, tags, info.model_id, run_id, judge)
    files = files_of_saved(info.model_uri, flavor.saved)
    return LoggedModel(settings.name, info.model_uri, files, registered)


def _save(flavor: BoundFlavor, settings: ModelSettings, tags: Mapping[str, str]) -> ModelInfo:
    """Save a model to the active MLflow run."""
    from mlflow.models import Model

    info: ModelInfo = Model.log(
        None,
        flavor,
        name=settings.name,
        metadata=dict(settings.metadata) if settings.metadata is not None else None,
        tags={**tags, **_tags_of_model(settings)},
        validate_serving_input=False,
        **settings.more,
    )
    return info


@contextmanager
def _store_errors(binding: ResolvedBinding, run_id: str) -> Iterator[None]:
    """Raise a `LoggingError` for an error of MLflow or of its store."""
    import mlflow
    from mlflow.exceptions import MlflowException

    try:
        yield
    except KedroBindError:
        raise
    except MlflowException as error:
        reason = first_error(error)
        if isinstance(reason, KedroBindError):
            raise reason from error
        message = (
            f"MLflow at {mlflow.get_tracking_uri()} refuses the model '{binding.model.name}': {describe_error(reason)}"
        )
        raise LoggingError(message, binding=binding.name, run_id=run_id) from error
    except OSError as error:
        place = mlflow.get_tracking_uri()
        message = f"the model '{binding.model.name}' can't be written to MLflow at {place}: {describe_error(error)}"
        raise LoggingError(message, binding=binding.name, run_id=run_id) from error


def save_locally(binding: ResolvedBinding, catalog: Any, origin: Origin, place: Path) -> None:
    """Save a binding in a folder that does not exist, as it would be logged now, and verify it.

    Raises:
        KedroBindError: the model can't be built, or fails its verification.
    """
    from mlflow.models import Model

    with _packed(binding, catalog, origin) as packed:
        packed.flavor.save_model(str(place), Model())


class _Packed(NamedTuple):
    """What a model is saved with; the settings are without credentials."""

    settings: ModelSettings
    flavor: BoundFlavor
    sample: InputSample | None
    lineage: dict[str, Any]


@contextmanager
def _packed(
    binding: ResolvedBinding,
    catalog: Any,
    origin: Origin,
    sample: InputSample | None = None,
    verification: VerificationProcess | None = None,
) -> Iterator[_Packed]:
    """Build the plan of a binding in a temporary folder, while the process that verifies the model starts."""
    settings = _redacted(in_project(binding.model, origin.project_path))
    with ExitStack() as stack, quiet("mlflow"), _frozen_heap(), temporary_files_here():
        verification = verification or start_verification(binding, origin)
        if verification is not None:
            stack.enter_context(verification)
        own = verification.own if verification is not None else own_code(settings, origin)
        folder = stack.enter_context(TemporaryFolder("model")) / "plan"
        folder.mkdir()
        built = build_plan(binding, catalog, folder)
        for warning in built.warnings:
            logger.warning("kedro_bind: %s", warning)
        lineage = _lineage(binding, origin, built.plan)
        sample = sample or _sample_from(catalog, binding)
        flavor = BoundFlavor(built, settings, own, sample, verification, lineage)
        yield _Packed(settings, flavor, sample, lineage)


def _tags_of_model(settings: ModelSettings) -> dict[str, str]:
    """Return the tags that a logged model has and its registered version does not."""
    tags = {_NOTE: settings.description, REGISTERED_NAME_TAG: settings.registered_model_name}
    return {key: value for key, value in tags.items() if value}


@contextmanager
def _frozen_heap() -> Iterator[None]:
    """Exclude what is already in memory from garbage collection within the block.

    A collection over all objects of pandas, MLflow and Kedro takes longer than the rest of logging a small model.
    """
    if gc.get_freeze_count():  # frozen by other code, which will unfreeze it
        yield
        return
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _sample_from(catalog: Any, binding: ResolvedBinding) -> InputSample | None:
    """Load an input that training did not use; `None`, with a warning, if it can't be loaded."""
    try:
        return sample_input(incoming(binding, catalog), binding.model.example_rows)
    except Exception as error:  # noqa: BLE001 - datasets raise anything
        reason = str(error).strip().splitlines()
        logger.warning(
            "kedro_bind: the model has no signature and no input example, since '%s' can't be loaded: %s",
            binding.training_input,
            reason[0] if reason else type(error).__name__,
        )
        return None


def _redacted(settings: ModelSettings) -> ModelSettings:
    """Return the settings without credentials in the texts that MLflow stores.

    Raises:
        LoggingError: there are credentials in what the model may need as it is.
    """
    for option, keys in options_with_credentials(settings).items():
        refuse_credentials(f"'{option}'", keys, "read them from environment variables where the model uses them")
    params = settings.more.get("params")
    return replace(
        settings,
        more={**settings.more, **({} if params is None else {"params": redact_value(params)})},
        metadata=redact_value(settings.metadata),
        tags=redact_value(dict(settings.tags)),
        description=redact(settings.description) if settings.description else None,
    )


def _lineage(binding: ResolvedBinding, origin: Origin, plan: Plan) -> dict[str, Any]:
    lineage: dict[str, Any] = {
        "binding": binding.label,
        "logged_at": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "env": origin.env,
        "pipelines": list(origin.pipeline_names),
        "git": origin.git.state,
        "versions": {package: importlib.metadata.version(package) for package in ("kedro-bind", "kedro", "mlflow")},
        "document": dict(binding.document),
        "training": [node.name for node in binding.training.nodes],
        "training_graph": _graph(binding.training),
        "inference": [node.name for node in plan.nodes],
        **({} if binding.evaluation is None else {"evaluation_graph": _graph(binding.evaluation.pipeline)}),
    }
    redacted: dict[str, Any] = redact_value(lineage)
    return redacted


def _graph(pipeline: Pipeline) -> list[dict[str, Any]]:
    """Describe the nodes of a pipeline, for the picture of the model."""
    return [
        {
            "name": node.name,
            "function": function_reference(node.func) or "",
            "inputs": list(node.inputs),
            "outputs": list(node.outputs),
        }
        for node in pipeline.nodes
    ]
