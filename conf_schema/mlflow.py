"""The types of an `mlflow.yml`; keys, types and defaults are those of kedro-mlflow 2."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StringConstraints, ValidationError

from conf_schema.explain import Wording, explain
from conf_schema.values import Name, Strict

if TYPE_CHECKING:
    from conf_schema.diagnostics import Diagnostic

__all__ = [
    "DictParams",
    "DisableTracking",
    "Experiment",
    "MlflowConfig",
    "Params",
    "RequestHeaderProvider",
    "RunOptions",
    "Server",
    "Tracking",
    "Ui",
    "validate_mlflow",
]


def _as_text(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Port = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,5}$"), BeforeValidator(_as_text)]


class RequestHeaderProvider(Strict):
    """A class that adds headers to each request to the tracking server, such as a token that expires."""

    type: Name | None = Field(None, description="The import path of a subclass of MLflow's RequestHeaderProvider.")
    pass_context: bool = Field(False, description="Whether its constructor gets the argument 'kedro_context'.")
    init_kwargs: dict[Name, Any] = Field(default_factory=dict, description="The arguments of its constructor.")


class Server(Strict):
    """Where runs and models are kept."""

    mlflow_tracking_uri: Name | None = Field(
        None, description="The tracking store; a path is relative to the project's folder."
    )
    mlflow_registry_uri: Name | None = Field(None, description="The model registry; the tracking store by default.")
    credentials: Name | None = Field(
        None, description="The key in credentials.yml of the environment variables that the store needs."
    )
    request_header_provider: RequestHeaderProvider = Field(default_factory=RequestHeaderProvider)


class DisableTracking(Strict):
    """What is not tracked."""

    pipelines: list[Name] = Field(default_factory=list, description="Runs of these pipelines are not tracked.")
    disable_autologging: bool = Field(True, description="Whether MLflow's autologging is switched off.")


class CreateExperiment(Strict):
    """How a missing experiment is created."""

    artifact_location: Name | None = Field(
        None, description="Where its files go; a path is relative to the project's folder."
    )
    tags: dict[Name, Any] | None = Field(None, description="The experiment's tags.")


class Experiment(Strict):
    """The experiment that a run belongs to."""

    name: Name | None = Field(None, description="The experiment; the project's package by default.")
    create_experiment_kwargs: CreateExperiment = Field(default_factory=CreateExperiment)
    restore_if_deleted: bool = Field(True, description="Whether a deleted experiment is restored.")


class RunOptions(Strict):
    """The MLflow run."""

    id: Name | None = Field(None, description="The run to resume, instead of starting one.")
    name: Name | None = Field(None, description="The run's name; that of the pipelines by default.")
    nested: bool = Field(True, description="The argument 'nested' of mlflow.start_run.")


class DictParams(Strict):
    """How parameters that are mappings are logged."""

    flatten: bool = Field(False, description="Whether each value of a mapping is a parameter of its own.")
    recursive: bool = Field(True, description="Whether mappings in mappings are flattened too.")
    sep: str = Field(".", description="The separator between the keys in the name of a flattened parameter.")


class Params(Strict):
    """How parameters are logged."""

    dict_params: DictParams = Field(default_factory=DictParams)
    long_params_strategy: Literal["fail", "truncate", "tag"] = Field(
        "fail", description="What happens to a parameter that is longer than MLflow allows."
    )


class Tracking(Strict):
    """How runs are tracked."""

    disable_tracking: DisableTracking = Field(default_factory=DisableTracking)
    experiment: Experiment = Field(default_factory=Experiment)
    run: RunOptions = Field(default_factory=RunOptions)
    params: Params = Field(default_factory=Params)


class Ui(Strict):
    """Where MLflow's user interface is served."""

    port: Port = Field("5000", description="The port.")
    host: Name = Field("127.0.0.1", description="The host.")


class MlflowConfig(Strict):
    """The content of an `mlflow.yml`."""

    server: Server = Field(default_factory=Server)
    tracking: Tracking = Field(default_factory=Tracking)
    ui: Ui = Field(default_factory=Ui)


_WORDING = Wording(
    model=MlflowConfig,
    some="mlflow.yml",
    this="mlflow.yml",
    forms={
        ("ui", "port"): "a port number",
        ("tracking", "disable_tracking", "pipelines"): "a list of names",
    },
    remedies={("tracking", "disable_tracking", "pipelines"): "write '[{value}]'"},
)


def validate_mlflow(values: dict[str, Any]) -> tuple[MlflowConfig | None, list[Diagnostic]]:
    """Return the content of an `mlflow.yml`, or the findings about what is invalid in it."""
    try:
        return MlflowConfig.model_validate(values), []
    except ValidationError as error:
        return None, explain(error, values, _WORDING, "mlflow.yml")
