"""The MLflow server of a run: addresses, credentials, headers."""

from __future__ import annotations

import os
import threading
from contextlib import ExitStack
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any
from urllib.parse import urlparse

from kedro_bind.environment import set_variable
from kedro_bind.errors import LoggingError
from kedro_bind.own_store import DATABASE
from kedro_bind.redaction import get_logger
from kedro_bind.store_errors import said_by
from kedro_bind.tracking.credentials import credentials_of

if TYPE_CHECKING:
    from kedro.framework.context import KedroContext

    from conf_schema.mlflow import RequestHeaderProvider, Server

__all__ = ["connect", "default_uri", "load_provider", "resolved_uri"]

logger = get_logger(__name__)

_TRACKING, _REGISTRY = "MLFLOW_TRACKING_URI", "MLFLOW_REGISTRY_URI"
_chosen: dict[str, str] = {}
"""The addresses that were set here last: MLflow keeps them, and the next run may go elsewhere."""
_passed_on: dict[str, str] = {}
"""Those of the environment that MLflow was told here, since it had another one; they count while they are there."""
_connected: list[str] = []
"""The stores of the runs that are connected now."""
_lock = threading.RLock()


def connect(server: Server, context: KedroContext) -> ExitStack:
    """Let MLflow go by a configuration; closing what is returned takes credentials and headers back.

    What the environment or code has told MLflow already wins. The addresses stay, so that a notebook finds what its
    run has logged.

    Raises:
        LoggingError: the credentials or the header provider can't be had, or another run of this process goes to
            another store.
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
        return stack.pop_all()
    raise AssertionError  # an ExitStack swallows nothing here


def default_uri(project_path: Path) -> str:
    """Give the address of the store in the project's folder: MLflow's own default depends on the working directory."""
    return f"sqlite:///{(project_path / DATABASE).as_posix()}"


def resolved_uri(uri: str, project_path: Path) -> str:
    """Make an address that is a path, or names a file of sqlite, one of the project."""
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
        LoggingError: there is no such class, or it is none of MLflow's providers.
    """
    from kedro.utils import load_obj
    from mlflow.tracking.request_header.abstract_request_header_provider import RequestHeaderProvider

    try:
        found = load_obj(path)
    except Exception as error:
        raise LoggingError(f"'{path}' can't be imported: {type(error).__name__}: {said_by(error)}") from error
    if not (isinstance(found, type) and issubclass(found, RequestHeaderProvider)):
        raise LoggingError(f"'{path}' is no request header provider of MLflow")
    return found


def _disconnect(uri: str) -> None:
    """Take back what MLflow has told other processes when it was given an address: they may be of another project."""
    with _lock:
        _connected.remove(uri)
        for name, chosen in _chosen.items() if not _connected else ():
            if os.environ.get(name) == chosen:
                del os.environ[name]


def _choose_addresses(server: Server, project_path: Path) -> None:
    import mlflow

    tracking = server.mlflow_tracking_uri and resolved_uri(server.mlflow_tracking_uri, project_path)
    if not _is_told(_TRACKING, mlflow.is_tracking_uri_set(), mlflow.get_tracking_uri, tracking):  # type: ignore[no-untyped-call]  # so in MLflow
        uri = tracking or default_uri(project_path)
        if other := next((each for each in _connected if each != uri), None):
            raise LoggingError(
                f"another run in this process logs to {other}, and this one would to {uri}; MLflow has one store for a"
                " process, so run them one after the other, or in two processes"
            )
        _chosen[_TRACKING] = uri
        mlflow.set_tracking_uri(uri)
    registry = server.mlflow_registry_uri and resolved_uri(server.mlflow_registry_uri, project_path)
    # MLflow does not tell whether it was given an address of its own for the registry.
    separate = mlflow.get_registry_uri() != mlflow.get_tracking_uri()
    if not _is_told(_REGISTRY, separate, mlflow.get_registry_uri, registry):
        if registry:
            _chosen[_REGISTRY] = registry
            mlflow.set_registry_uri(registry)
        elif _chosen.pop(_REGISTRY, None):
            os.environ.pop(_REGISTRY, None)
            mlflow.set_registry_uri(None)  # type: ignore[arg-type]  # MLflow's own default


def _is_told(variable: str, is_set: bool, get: Any, configured: str | None) -> bool:  # noqa: FBT001 - positions tell
    """Tell whether somebody else has given MLflow an address; one of the environment is passed on to MLflow."""
    import mlflow

    given = os.environ.get(variable)
    own = _chosen.get(variable)
    if given and given != own:
        setter = mlflow.set_tracking_uri if variable == _TRACKING else mlflow.set_registry_uri
        if get() != given:
            _passed_on[variable] = given
            setter(given)
        _say_overruled(variable, configured, given)
        return True
    if is_set and get() not in (own, _passed_on.get(variable)):
        _say_overruled(variable, configured, get())
        return True
    return False


def _say_overruled(variable: str, configured: str | None, told: str) -> None:
    if configured and configured != told:
        key = f"server.{variable.lower()}"
        logger.info("kedro_bind: '%s' of mlflow.yml does not count, since %s is set", key, variable)


def _variables(name: str, context: KedroContext) -> dict[str, str]:
    given = credentials_of(context.config_loader).get(name)
    if given is None:
        return {}  # the check before the run has told that
    if not isinstance(given, dict):
        raise LoggingError(f"the credentials '{name}', which mlflow.yml names, are no mapping of environment variables")
    wrong = [str(key) for key, value in given.items() if isinstance(value, dict | list) or value is None]
    if wrong:
        raise LoggingError(f"the credentials '{name}', which mlflow.yml names, have no text for {', '.join(wrong)}")
    return {str(key): str(value) for key, value in given.items()}


def _export(variables: dict[str, str], stack: ExitStack) -> None:
    """Set environment variables until the stack closes; one of MLflow's own that is set wins."""
    for name, value in variables.items():
        stack.callback(set_variable(name, value, override=not name.startswith("MLFLOW_")))


def _send_headers(options: RequestHeaderProvider, context: KedroContext, stack: ExitStack) -> None:
    # MLflow has only entry points for this. Its registry is covered by tests/integration/test_private_mlflow.py.
    from mlflow.tracking.request_header.registry import _request_header_provider_registry as registry

    provider = load_provider(options.type or "")
    arguments = {**options.init_kwargs, **({"kedro_context": context} if options.pass_context else {})}
    try:
        made = provider(**arguments)
    except Exception as error:
        raise LoggingError(f"the request header provider '{options.type}' can't be made: {said_by(error)}") from error
    registry.register(lambda: made)  # type: ignore[no-untyped-call]  # so in MLflow
    stack.callback(registry._registry.remove, made)
