"""The datasets of a catalog: whether they are persisted, and where their data is."""

from __future__ import annotations

import inspect
import os
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from kedro.io import AbstractDataset, CachedDataset, DataCatalog, MemoryDataset
from kedro.io.core import (
    AbstractVersionedDataset,
    VersionNotFoundError,
    get_filepath_str,
    get_protocol_and_path,
)

from kedro_bind.errors import BindingError, LoggingError
from kedro_bind.names import PATH_KEYS
from kedro_bind.redaction import secrets_among

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kedro_bind.binding.resolved import ResolvedBinding

__all__ = [
    "Stored",
    "arguments_of",
    "artifact_uris",
    "credentials_of",
    "file_system_of",
    "has_path",
    "is_persisted",
    "is_pickled",
    "stored",
    "unwrapped",
    "uris_of",
]


@dataclass(frozen=True)
class Stored:
    """A dataset with the place of its data: `path` in a file system, or `None` if it is not a file."""

    dataset: AbstractDataset[Any, Any]
    path_key: str | None = None
    path: str | None = None
    protocol: str = "file"
    version: str | None = None

    @property
    def uri(self) -> str | None:
        """The place as a URI."""
        if self.path is None:
            return None
        return Path(self.path).absolute().as_uri() if self.protocol == "file" else f"{self.protocol}://{self.path}"


def stored(catalog: Any, name: str) -> Stored:
    """Find the data of a dataset; of a versioned one, the version that this run wrote or loaded.

    Raises:
        BindingError: the dataset is in memory only.
        LoggingError: it has no saved version, or the place can't be reached.
    """
    dataset = unwrapped(catalog.get(name, fallback_to_runtime_pattern=True))
    if isinstance(dataset, MemoryDataset):
        raise BindingError(
            f"the artifact '{name}' is not persisted; give it an entry in the catalog, such as a pickle.PickleDataset"
        )
    key = _path_key(dataset)
    if key is None:
        return Stored(dataset)
    protocol, path = get_protocol_and_path(str(arguments_of(dataset)[key]))
    version = _version(name, dataset, protocol, path)
    return Stored(dataset, key, path if version is None else _of_version(path, version), protocol, version)


def is_persisted(dataset: AbstractDataset[Any, Any]) -> bool:
    """Return whether a dataset, or what a CachedDataset wraps, outlives the run."""
    return not isinstance(unwrapped(dataset), MemoryDataset)


def is_pickled(dataset: Any) -> bool:
    """Return whether a dataset is Kedro's for pickles, or derived from that."""
    return any(kind.__name__ == "PickleDataset" for kind in type(unwrapped(dataset)).__mro__)


def has_path(dataset: AbstractDataset[Any, Any]) -> bool:
    """Return whether a dataset is a file or a folder, without looking at data."""
    return _path_key(unwrapped(dataset)) is not None


def artifact_uris(binding: ResolvedBinding, catalog: Any) -> dict[str, str]:
    """Return the URIs of the artifacts of a binding, for logging by hand.

    Raises:
        BindingError: an artifact is in memory, or not a file.
    """
    return uris_of({name: stored(catalog, source) for name, source in binding.artifact_sources.items()})


def uris_of(artifacts: Mapping[str, Stored]) -> dict[str, str]:
    """Return the URIs of artifacts.

    Raises:
        BindingError: one is not a file.
    """
    uris = {name: artifact.uri for name, artifact in artifacts.items()}
    for name, uri in uris.items():
        if uri is None:
            raise BindingError(
                f"the artifact '{name}' is not a file, so it has no URI; let kedro_bind log the model, "
                "which captures the value"
            )
    return {name: str(uri) for name, uri in uris.items()}


def unwrapped(dataset: Any) -> Any:
    """Return the dataset that a CachedDataset wraps, or the dataset itself."""
    return dataset._dataset if isinstance(dataset, CachedDataset) else dataset  # noqa: SLF001 - there is no public way


def credentials_of(dataset: Any) -> list[str]:
    """Return the arguments of a dataset that are credentials."""
    return secrets_among(_configured(unwrapped(dataset)))


def _version(name: str, dataset: Any, protocol: str, path: str) -> str | None:
    if not isinstance(dataset, AbstractVersionedDataset):
        return None
    try:
        saved = dataset.resolve_save_version()
        # The last version by name may not be this run's: another machine's clock may be ahead.
        if saved is not None and _exists(dataset, protocol, _of_version(path, saved)):
            return saved
        return dataset.resolve_load_version()
    except Exception as error:
        # Kedro reports every failure as a missing version; the real reason is the cause.
        none = isinstance(error, VersionNotFoundError) and error.__cause__ is None
        reason = "it has no saved version; run the training that writes it" if none else error.__cause__ or error
        raise LoggingError(f"the artifact '{name}' can't be read from {protocol}://{path}: {reason}") from error


def _of_version(path: str, version: str) -> str:
    return str(PurePosixPath(path) / version / PurePosixPath(path).name)


def _exists(dataset: Any, protocol: str, path: str) -> bool:
    return bool(file_system_of(dataset, protocol).exists(get_filepath_str(PurePosixPath(path), protocol)))


def _path_key(dataset: AbstractDataset[Any, Any]) -> str | None:
    arguments = arguments_of(dataset)
    if "sql" in inspect.signature(type(dataset).__init__).parameters:
        return None  # its file contains the query, not the data
    return next((key for key in PATH_KEYS if isinstance(arguments.get(key), str | os.PathLike)), None)


def arguments_of(dataset: AbstractDataset[Any, Any]) -> dict[str, Any]:
    """Return the arguments that a dataset was created with, without credentials."""
    return {key: value for key, value in _configured(dataset).items() if key != "credentials"}


def _configured(dataset: AbstractDataset[Any, Any]) -> dict[str, Any]:
    config, _, _, _ = DataCatalog(datasets={"it": dataset}).to_config()
    return dict(config.get("it", {}))


def file_system_of(dataset: Any, protocol: str) -> Any:
    """Return the file system of a dataset, with its credentials: all of kedro-datasets keep it in `_fs`."""
    file_system = getattr(dataset, "_fs", None)
    if file_system is None:
        import fsspec

        file_system = fsspec.filesystem(protocol)
    return file_system
