"""Connect MLflow to the server of a run: addresses, credentials and headers."""

from __future__ import annotations

import os
import threading
from contextlib import ExitStack
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any
from urllib.parse import urlparse

from kedro_bind.config.credentials import credentials_of
from kedro_bind.errors import LoggingError
from kedro_bind.own_store import DATABASE, database_in, log_missing_ignores
from kedro_bind.process.environment import set_variable
from kedro_bind.redaction import get_logger
from kedro_bind.store_errors import describe_error
from kedro_bind.tracking.local_store import make_store

if TYPE_CHECKING:
    from kedro.framework.context import KedroContext

    from conf_schema.mlflow import RequestHeaderProvider, Server

__all__ = ["connect", "default_uri", "load_provider", "resolved_uri"]

logger = get_logger(__name__)

_TRACKING, _REGISTRY = "MLFLOW_TRACKING_URI", "MLFLOW_REGISTRY_URI"
_chosen: dict[str, str] = {}
"""The addresses that were set here last: MLflow keeps them, and the next run may use others."""
_passed_on: dict[str, str] = {}
"""The addresses that were passed on from environment variables to MLflow, since it had others."""
_connected: list[str] = []
"""The stores of the runs that are connected now."""
_lock = threading.RLock()


def connect(server: Server, context: KedroContext) -> ExitStack:
    """Configure MLflow; closing the returned stack removes credentials and headers again.

    Addresses that the environment or code has set take precedence. Addresses stay set, so that a notebook finds what
    its run has logged. If the store is a file that does not exist, it is created: MLflow would do that with its first
    request, in a way that another process can break.

    Raises:
        LoggingError: the credentials or the header provider can't be used, another run of this process uses another
            store, or the store can't be created.
    """
    import mlflow

    with _lock, ExitStack() as stack:
        if server.credentials:
            _export(_variables(server.credentials, context), stack)
        if server.request_header_provider.type:
            _send_headers(server.request_header_provider, context, stack)
        _choose_addresses(server, context.project_path)
        uri = mlflow.get_tracking_uri()
        _connected.append(uri)
        stack.callback(_disconnect, uri)
        if make_store(uri) and (database := database_in(context.project_path, uri)):
            log_missing_ignores(context.project_path, database)
        return stack.pop_all()
    raise AssertionError  # for mypy: this ExitStack suppresses no exception


def default_uri(project_path: Path) -> str:
    """Return the address of the store in the project's folder; MLflow's default is one in the working directory."""
    return f"sqlite:///{(project_path / DATABASE).as_posix()}"


def resolved_uri(uri: str, project_path: Path) -> str:
    """Return a URI; a path, or the file of a sqlite URI, is relative to the project's folder."""
    if uri.startswith("sqlite:///") and not PurePath(uri.removeprefix("sqlite:///")).is_absolute():
        return f"sqlite:///{(project_path / uri.removeprefix('sqlite:///')).as_posix()}"
    if PurePath(uri).is_absolute():
        return PurePath(uri).as_uri()
    if uri in ("databricks", "databricks-uc") or urlparse(uri).scheme:
        return uri
    return (project_path / uri).as_uri()


def load_provider(path: str) -> type:
    """Import the class of a header provider.

    Raises:
        LoggingError: there is no such class, or it is not a request header provider.
    """
    from kedro.utils import load_obj
    from mlflow.tracking.request_header.abstract_request_header_provider import RequestHeaderProvider

    try:
        provider = load_obj(path)
    except Exception as error:
        raise LoggingError(f"'{path}' can't be imported: {type(error).__name__}: {describe_error(error)}") from error
    if not (isinstance(provider, type) and issubclass(provider, RequestHeaderProvider)):
        raise LoggingError(f"'{path}' is not a request header provider of MLflow")
    return provider


def _disconnect(uri: str) -> None:
    """Remove the variables that MLflow sets with an address: a child process may belong to another project."""
    with _lock:
        _connected.remove(uri)
        for name, chosen in _chosen.items() if not _connected else ():
            if os.environ.get(name) == chosen:
                del os.environ[name]


def _choose_addresses(server: Server, project_path: Path) -> None:
    import mlflow

    tracking = server.mlflow_tracking_uri and resolved_uri(server.mlflow_tracking_uri, project_path)
    is_set = mlflow.is_tracking_uri_set()  # type: ignore[no-untyped-call]  # MLflow has no annotation
    if not _is_overruled(_TRACKING, is_set, mlflow.get_tracking_uri, tracking):
        uri = tracking or default_uri(project_path)
        if other := next((connected for connected in _connected if connected != uri), None):
            raise LoggingError(
                f"this run would log to {uri}, but another run in this process logs to {other}, and MLflow has one "
                "store for each process; run them one after the other, or in two processes"
            )
        _chosen[_TRACKING] = uri
        mlflow.set_tracking_uri(uri)
    registry = server.mlflow_registry_uri and resolved_uri(server.mlflow_registry_uri, project_path)
    # MLflow has no function that says whether the registry was given an address of its own.
    separate = mlflow.get_registry_uri() != mlflow.get_tracking_uri()
    if not _is_overruled(_REGISTRY, separate, mlflow.get_registry_uri, registry):
        if registry:
            _chosen[_REGISTRY] = registry
            mlflow.set_registry_uri(registry)
        elif _chosen.pop(_REGISTRY, None):
            os.environ.pop(_REGISTRY, None)
            mlflow.set_registry_uri(None)  # type: ignore[arg-type]  # the annotation lacks MLflow's own default


def _is_overruled(variable: str, is_set: bool, get: Any, configured: str | None) -> bool:  # noqa: FBT001 - as MLflow returns it
    """Return whether the environment or code has set an address; pass that of the environment on to MLflow."""
    import mlflow

    from_environment = os.environ.get(variable)
    own = _chosen.get(variable)
    if from_environment and from_environment != own:
        setter = mlflow.set_tracking_uri if variable == _TRACKING else mlflow.set_registry_uri
        if get() != from_environment:
            _passed_on[variable] = from_environment
            setter(from_environment)
        _log_overruled(variable, configured, from_environment)
        return True
    if is_set and get() not in (own, _passed_on.get(variable)):
        _log_overruled(variable, configured, get())
        return True
    return False


def _log_overruled(variable: str, configured: str | None, in_force: str) -> None:
    if configured and configured != in_force:
        key = f"server.{variable.lower()}"
        logger.info("kedro_bind: '%s' in mlflow.yml is ignored, since %s is set", key, variable)


def _variables(name: str, context: KedroContext) -> dict[str, str]:
    credentials = credentials_of(context.config_loader).get(name)
    if credentials is None:
        return {}  # the check before the run has reported it
    if not isinstance(credentials, dict):
        raise LoggingError(
            f"the credentials '{name}', which mlflow.yml names, are not a mapping; write environment variables and "
            "their values there"
        )
    invalid = [str(key) for key, value in credentials.items() if isinstance(value, dict | list) or value is None]
    if invalid:
        raise LoggingError(
            f"the credentials '{name}', which mlflow.yml names, have no text for {', '.join(invalid)}; write the value "
            "of an environment variable there"
        )
    return {str(key): str(value) for key, value in credentials.items()}


def _export(variables: dict[str, str], stack: ExitStack) -> None:
    """Set environment variables until the stack closes; a variable of MLflow's own that is already set stays."""
    for name, value in variables.items():
        stack.callback(set_variable(name, value, override=not name.startswith("MLFLOW_")))


def _send_headers(options: RequestHeaderProvider, context: KedroContext, stack: ExitStack) -> None:
    # MLflow (3.17) has only entry points for this: https://mlflow.org/docs/latest/ml/plugins/
    from mlflow.tracking.request_header.registry import _request_header_provider_registry as registry

    provider = load_provider(options.type or "")
    arguments = {**options.init_kwargs, **({"kedro_context": context} if options.pass_context else {})}
    try:
        instance = provider(**arguments)
    except Exception as error:
        problem = f"the request header provider '{options.type}' can't be created: {describe_error(error)}"
        raise LoggingError(f"{problem}; see 'server.request_header_provider' in mlflow.yml") from error
    registry.register(lambda: instance)  # type: ignore[no-untyped-call]  # MLflow has no annotation
    stack.callback(registry._registry.remove, instance)  # noqa: SLF001 - the registry has no method that removes
