"""A logged model as an entry of Kedro's catalog, so that a node can predict with it."""

from __future__ import annotations

import threading
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn

from kedro.io import AbstractDataset
from kedro.io.core import DatasetError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    from kedro.framework.context import KedroContext

__all__ = ["BoundModelDataset", "LoadedModel", "connect_models"]


@dataclass(frozen=True)
class LoadedModel:
    """A model that a node calls with a table; `uri` names the version that an alias stood for when it was loaded."""

    uri: str
    pyfunc: Any
    params: Mapping[str, Any] = field(default_factory=dict)

    def __call__(self, data: Any, **params: Any) -> Any:
        """Predict; `params` hold for this call, over those of the catalog entry.

        Raises:
            MlflowException: the signature or a validator rejects the data, or one of the parameters.
        """
        chosen = {**self.params, **params}
        return self.pyfunc.predict(data, params=chosen) if chosen else self.pyfunc.predict(data)


class BoundModelDataset(AbstractDataset[NoReturn, LoadedModel]):
    """A logged model. It is loaded when a node needs it, once for each session, and never saved.

    `connection` lets MLflow use the store of the project; hooks set it.

    Example:
        ::

            champion:
              type: kedro_bind.BoundModelDataset
              model_uri: models:/churn@champion
              params: {threshold: 0.7}
    """

    def __init__(
        self,
        *,
        model_uri: str,
        params: Mapping[str, Any] | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> None:
        self.model_uri = model_uri
        self.params = dict(params or {})
        self.metadata = metadata
        self.connection: Callable[[], AbstractContextManager[Any]] = nullcontext
        self._loaded: LoadedModel | None = None
        self._lock = threading.Lock()

    def __getstate__(self) -> dict[str, Any]:
        """Pickle as the entry: another process loads the model itself."""
        return {**self.__dict__, "connection": nullcontext, "_loaded": None, "_lock": None}

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        self.__dict__.update(state)
        self._lock = threading.Lock()

    def load(self) -> LoadedModel:
        """Load the model that the URI names now.

        Raises:
            DatasetError: there is none, or it can't be loaded.
        """
        with self._lock:
            if self._loaded is None:
                with self.connection():
                    self._loaded = self._load_model()
            return self._loaded

    def save(self, data: NoReturn) -> None:  # noqa: ARG002 - Kedro's signature
        """Refuse: a model is logged by its binding.

        Raises:
            DatasetError: always.
        """
        raise DatasetError(
            f"the model {self.model_uri} can't be saved by a node; 'kedro run' with its binding trains and logs it"
        )

    def _load_model(self) -> LoadedModel:
        import mlflow
        from mlflow.exceptions import MlflowException

        from kedro_bind.model.plan import PlanError
        from kedro_bind.tracking.model_uri import pinned_uri

        try:
            uri = pinned_uri(self.model_uri)
            return LoadedModel(uri, mlflow.pyfunc.load_model(uri), self.params)
        except (MlflowException, PlanError, OSError) as error:
            raise DatasetError(f"the model {self.model_uri} can't be loaded: {error}") from error

    def _exists(self) -> bool:
        """Check whether the store has the model; looks at no file of it unless it is a folder.

        Raises:
            DatasetError: the store can't be reached.
        """
        import mlflow
        from mlflow.exceptions import MlflowException

        try:
            with self.connection():
                mlflow.models.get_model_info(self.model_uri)
        except MlflowException as error:
            if error.error_code in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE", "NOT_FOUND"):
                return False
            raise DatasetError(f"the store of the model {self.model_uri} can't be reached: {error}") from error
        except OSError:
            return False
        return True

    def _describe(self) -> dict[str, Any]:
        return {"model_uri": self.model_uri, "params": self.params}


def connect_models(catalog: Any, entries: Mapping[str, Any], context: KedroContext) -> None:
    """Let the models among the entries of a catalog be loaded from the MLflow store of their project."""
    names = [name for name, entry in entries.items() if isinstance(entry, dict) and "{" not in name]
    for name in names:
        if not str(entries[name].get("type", "")).endswith(BoundModelDataset.__name__):
            continue
        with suppress(DatasetError):  # an invalid entry is an error of Kedro's where it is used
            dataset = catalog.get(name)
            if isinstance(dataset, BoundModelDataset):
                dataset.connection = _connection_of(context)


def _connection_of(context: KedroContext) -> Callable[[], AbstractContextManager[Any]]:
    def connection() -> AbstractContextManager[Any]:
        from kedro_bind.config.mlflow import tracking_config_of
        from kedro_bind.tracking.server import connect

        return connect(tracking_config_of(context).mlflow.server, context)

    return connection
