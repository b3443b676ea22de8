"""The evaluation of logged models of a binding by a command, on what the project's catalog has now."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kedro_bind.binding.pipeline_ml import PipelineML
from kedro_bind.errors import BindingError, EvaluationError, KedroBindError
from kedro_bind.redaction import get_logger, redacting, redaction_of
from kedro_bind.session.bound_run import BoundRun, require_valid

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kedro.framework.context import KedroContext

    from kedro_bind.binding.resolved import ResolvedBinding
    from kedro_bind.evaluation.table import ScoreRow, ScoreTable
    from kedro_bind.project import Origin

__all__ = ["Opened", "connected", "evaluate_models", "open_binding", "score_table"]

logger = get_logger(__name__)


@dataclass(frozen=True)
class Opened:
    """A binding with the catalog of its project, while MLflow goes by the project's configuration."""

    binding: ResolvedBinding
    catalog: Any
    origin: Origin


@contextmanager
def connected(context: KedroContext) -> Iterator[None]:
    """Let MLflow go by a project's configuration."""
    from kedro_bind.config.mlflow import tracking_config_of
    from kedro_bind.tracking.server import connect

    with redacting(redaction_of(context.config_loader)), connect(tracking_config_of(context).mlflow.server, context):
        yield


@contextmanager
def open_binding(name: str, context: KedroContext) -> Iterator[Opened]:
    """Open a binding that is valid.

    Raises:
        BindingError: there is no such binding, or it is invalid.
    """
    from kedro_bind.config.mlflow import tracking_config_of
    from kedro_bind.project import origin_of
    from kedro_bind.session.install import bound_pipeline
    from kedro_bind.tracking.retries import retrying

    with redacting(redaction_of(context.config_loader)):
        pipeline = bound_pipeline(name)
        if not isinstance(pipeline, PipelineML):
            raise BindingError(
                f"there is no bound pipeline '{name}'; 'kedro bind list' shows all of them", binding=name
            )
        origin, tracking = origin_of(context, [name]), tracking_config_of(context)
        bound = BoundRun({name: pipeline.binding.named(name)}, origin, context, tracking)
        if hasattr(context, "_pipelines_to_validate"):
            # As Kedro's session does for a run, from Kedro 1.4 on.
            context._pipelines_to_validate = [name]  # noqa: SLF001 - a context has no public way to type parameters
        catalog = context.catalog
        require_valid(bound, catalog)
        with connected(context), retrying(f"evaluating models of '{name}'", retries=2):
            yield Opened(bound.bindings[name], catalog, origin)


def evaluate_models(name: str, models: Sequence[str], context: KedroContext) -> ScoreTable:
    """Score models on the evaluation data of a binding; without any, those that hold its aliases, or its newest one.

    Raises:
        BindingError: there is no such binding, it is invalid, or it has no evaluation.
        EvaluationError: its evaluation data can't be loaded.
    """
    with open_binding(name, context) as opened:
        uris = [_uri_of(model, opened.binding) for model in models]
        return score_table(opened, uris or _default_models(opened.binding))


def score_table(opened: Opened, uris: Sequence[str]) -> ScoreTable:
    """Score models, one after the other; one that can't be scored has the reason in its row.

    Raises:
        BindingError: the binding has no evaluation.
        EvaluationError: its evaluation data can't be loaded.
    """
    from kedro_bind.evaluation.models import Evaluator
    from kedro_bind.evaluation.table import ScoreTable

    binding = opened.binding
    if binding.evaluation is None:
        raise BindingError(
            f"the binding '{binding.label}' has no evaluation; declare the nodes that score its predictions under "
            "'evaluation'"
        )
    evaluator = Evaluator.of(binding, opened.catalog)
    rows = []
    for place, uri in enumerate(uris, start=1):
        logger.info("kedro_bind: evaluating %s on '%s' (%d of %d)", uri, evaluator.data.name, place, len(uris))
        rows.append(_row(evaluator, uri))
    described = evaluator.data.described
    digest = described.digest if described else ""
    return ScoreTable(binding.label, evaluator.data.name, digest, tuple(rows), binding.model.promote_if)


def _row(evaluator: Any, uri: str) -> ScoreRow:
    from kedro_bind.evaluation.table import ScoreRow
    from kedro_bind.store_errors import describe_error
    from kedro_bind.tracking.model_uri import pinned_uri

    try:
        pinned = pinned_uri(uri)
        return ScoreRow(pinned, _aliases_of(pinned), dict(evaluator.scores(pinned).metrics))
    except EvaluationError as error:
        return ScoreRow(uri, error=error.message)
    except Exception as error:  # noqa: BLE001 - MLflow says in many ways that there is no such model
        return ScoreRow(uri, error=f"it can't be found: {describe_error(error)}")


def _aliases_of(uri: str) -> tuple[str, ...]:
    import mlflow

    name, _, version = uri.removeprefix("models:/").partition("/")
    if not (uri.startswith("models:/") and version.isdigit()):
        return ()
    return tuple(sorted(mlflow.MlflowClient().get_model_version(name, version).aliases))


def _uri_of(model: str, binding: ResolvedBinding) -> str:
    """Return the URI of a model, which may be given by its version or its alias alone."""
    from kedro_bind.tracking.model_uri import is_model_uri

    registered = binding.model.registered_model_name
    if is_model_uri(model) or not registered:
        return model
    return f"models:/{registered}/{model}" if model.isdigit() else f"models:/{registered}@{model}"


def _default_models(binding: ResolvedBinding) -> list[str]:
    """Return the versions that hold aliases and the newest one; without registration, the newest logged model."""
    import mlflow

    name = binding.model.registered_model_name
    if not name:
        from kedro_bind.tracking.model_uri import newest_model_uri

        return [newest_model_uri(binding.label)]
    client = mlflow.MlflowClient()
    try:
        held = client.get_registered_model(name).aliases.values()
    except mlflow.MlflowException as error:
        raise KedroBindError(
            f"there is no registered model '{name}'; 'kedro run --pipelines={binding.label}' makes its first version"
        ) from error
    versions = [int(version.version) for version in client.search_model_versions(f"name = '{name}'")]
    if not versions:
        raise KedroBindError(
            f"the registered model '{name}' has no version; 'kedro run --pipelines={binding.label}' makes its first one"
        )
    return [f"models:/{name}/{version}" for version in sorted({max(versions), *map(int, held)})]
