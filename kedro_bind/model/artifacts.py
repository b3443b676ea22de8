"""Where the data of a dataset lies, and how it gets into a model's folder."""

from __future__ import annotations

import inspect
import os
import pickle
import shutil
from dataclasses import dataclass
from itertools import count
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
from kedro_bind.folder_names import folder_name
from kedro_bind.model.plan import PATH_KEYS, Artifact, paths_in
from kedro_bind.secret_values import secret_keys

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kedro_bind.binding.resolved import ResolvedBinding

__all__ = [
    "Stored",
    "artifact_uris",
    "credentials_of",
    "has_path",
    "is_persisted",
    "link_file",
    "local_config",
    "stage",
    "stored",
    "unwrapped",
    "uris_of",
]

_REMOTE_KEYS = ("credentials", "versioned", "version", "metadata", "save_args")
"""Arguments of a dataset that its copy in a model has no use for, or must not have."""
_CHUNK = 1 << 22


@dataclass(frozen=True)
class Stored:
    """A dataset with the place of its data: `path` in a file system, or `None` for what is no file."""

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
    """Find the data of a dataset: of a versioned one the version that this run wrote or loaded.

    Raises:
        BindingError: the dataset is in memory only.
        LoggingError: none of its versions is there, or the place can't be reached.
    """
    dataset = unwrapped(catalog.get(name, fallback_to_runtime_pattern=True))
    if isinstance(dataset, MemoryDataset):
        raise BindingError(
            f"the artifact '{name}' is not persisted; give it an entry in the catalog, such as a pickle.PickleDataset"
        )
    key = _path_key(dataset)
    if key is None:
        return Stored(dataset)
    protocol, path = get_protocol_and_path(str(_arguments(dataset)[key]))
    version = _version(name, dataset, protocol, path)
    return Stored(dataset, key, path if version is None else _of_version(path, version), protocol, version)


def is_persisted(dataset: AbstractDataset[Any, Any]) -> bool:
    """Tell whether a dataset outlives the run (a CachedDataset: what it wraps)."""
    return not isinstance(unwrapped(dataset), MemoryDataset)


def has_path(dataset: AbstractDataset[Any, Any]) -> bool:
    """Tell whether a dataset is a file or a folder; looks at no data."""
    return _path_key(unwrapped(dataset)) is not None


def stage(name: str, source: Stored, folder: Path) -> Artifact:
    """Put the data of an artifact below `folder`, and say how it is read from there.

    Local files are copied, not linked: the next training may write over them in place, while this model is uploaded.

    Raises:
        LoggingError: the data is missing or can't be read.
    """
    home = _free_folder(folder / "artifacts", folder_name(name))
    if source.path is None or source.path_key is None:
        if used := credentials_of(source.dataset):
            raise LoggingError(
                f"the artifact '{name}' is not a file, and its dataset ({type(source.dataset).__name__}) uses "
                f"credentials ({', '.join(used)}), which its value may contain"
                "; store it as a file, such as a pickle.PickleDataset"
            )
        place = home / "data.pkl"
        try:
            place.write_bytes(pickle.dumps(source.dataset.load(), protocol=pickle.HIGHEST_PROTOCOL))
        except Exception as error:
            raise LoggingError(f"the artifact '{name}' can't be captured by value: {error}") from error
        return Artifact(location=place.relative_to(folder).as_posix())
    place = home / PurePosixPath(source.path.rstrip("/")).name
    try:
        _fetch(source, place)
    except Exception as error:
        raise LoggingError(f"the artifact '{name}' can't be read from {source.uri}: {error}") from error
    config = local_config(name, source)
    if found := list(secret_keys(config)):
        raise LoggingError(
            f"the catalog entry of the artifact '{name}' has credentials in it ({', '.join(found)}), and the "
            "model would have them too; move them to credentials.yml, and name them with 'credentials' in the entry"
        )
    return Artifact(
        location=place.relative_to(folder).as_posix(),
        dataset=config,
        path_key=source.path_key,
    )


def artifact_uris(binding: ResolvedBinding, catalog: Any) -> dict[str, str]:
    """Give the URI of each artifact of a binding, for logging by hand.

    Raises:
        BindingError: an artifact is in memory, or no file.
    """
    return uris_of({name: stored(catalog, source) for name, source in binding.artifact_sources.items()})


def uris_of(artifacts: Mapping[str, Stored]) -> dict[str, str]:
    """Give the URI of each artifact.

    Raises:
        BindingError: one is no file.
    """
    uris = {name: each.uri for name, each in artifacts.items()}
    for name, uri in uris.items():
        if uri is None:
            raise BindingError(
                f"the artifact '{name}' is no file, so it has no URI to log it by"
                "; where kedro_bind logs the model itself, it captures the value"
            )
    return {name: str(uri) for name, uri in uris.items()}


def _version(name: str, dataset: Any, protocol: str, path: str) -> str | None:
    if not isinstance(dataset, AbstractVersionedDataset):
        return None
    try:
        saved = dataset.resolve_save_version()
        # The last one by name need not be this run's: another machine's clock may be ahead.
        if saved is not None and _exists(dataset, protocol, _of_version(path, saved)):
            return saved
        return dataset.resolve_load_version()
    except Exception as error:
        # Kedro says that there is no version for any reason there may be; the cause is the reason.
        none = isinstance(error, VersionNotFoundError) and error.__cause__ is None
        reason = "no version of it is there; run the training that writes it" if none else error.__cause__ or error
        raise LoggingError(f"the artifact '{name}' can't be read from {protocol}://{path}: {reason}") from error


def _of_version(path: str, version: str) -> str:
    return str(PurePosixPath(path) / version / PurePosixPath(path).name)


def _exists(dataset: Any, protocol: str, path: str) -> bool:
    return bool(_file_system(dataset, protocol).exists(get_filepath_str(PurePosixPath(path), protocol)))


def unwrapped(dataset: Any) -> Any:
    """Give what a CachedDataset wraps; it has no public way to that."""
    return dataset._dataset if isinstance(dataset, CachedDataset) else dataset


def _path_key(dataset: AbstractDataset[Any, Any]) -> str | None:
    arguments = _arguments(dataset)
    if "sql" in inspect.signature(type(dataset).__init__).parameters:
        return None  # its file has the query, not the data
    return next((key for key in PATH_KEYS if isinstance(arguments.get(key), str | os.PathLike)), None)


def _arguments(dataset: AbstractDataset[Any, Any]) -> dict[str, Any]:
    """Give what a dataset was made with, credentials left out."""
    return {key: value for key, value in _configured(dataset).items() if key != "credentials"}


def credentials_of(dataset: Any) -> list[str]:
    """Return the arguments of a dataset that are credentials."""
    return list(secret_keys(_configured(unwrapped(dataset))))


def _configured(dataset: AbstractDataset[Any, Any]) -> dict[str, Any]:
    config, _, _, _ = DataCatalog(datasets={"it": dataset}).to_config()
    return dict(config.get("it", {}))


def local_config(name: str, source: Stored) -> dict[str, Any]:
    """Give the configuration of the dataset for its copy in the model."""
    arguments = _arguments(source.dataset)
    parameters = inspect.signature(type(source.dataset).__init__).parameters
    config = {
        key: value
        for key, value in arguments.items()
        if key not in (source.path_key, *_REMOTE_KEYS)
        and not (key in parameters and _same(parameters[key].default, value))
    }
    if "fs_args" in config:  # the arguments of a remote file system; how files are opened stays
        config["fs_args"] = {
            key: value for key, value in (config["fs_args"] or {}).items() if key.startswith("open_args")
        }
    if isinstance(config.get("dataset"), dict):
        config["dataset"] = {key: value for key, value in config["dataset"].items() if key not in _REMOTE_KEYS}
    plain = {key: _named(value) for key, value in config.items() if value is not None and value != {}}
    if other := next(paths_in(plain), None):
        raise LoggingError(
            f"the dataset of the artifact '{name}' has a second path, in '{other}', which would be outside of the model"
            "; leave it out of the catalog entry"
        )
    if others := sorted(key for key, value in plain.items() if not _is_plain(value)):
        raise LoggingError(
            f"the dataset of the artifact '{name}' has arguments that are no plain values: {', '.join(others)}"
        )
    return plain


def _free_folder(parent: Path, name: str) -> Path:
    """Make a folder of that name, or of one like it: two datasets may differ in signs that no folder can have."""
    for number in count(1):
        folder = parent / (name if number == 1 else f"{name}_{number}")
        if not folder.exists():
            folder.mkdir(parents=True)
            return folder
    raise AssertionError  # there is always a next number


def _fetch(source: Stored, place: Path) -> None:
    assert source.path is not None
    if source.protocol == "file":
        _copy(Path(source.path), place)
        return
    file_system = _file_system(source.dataset, source.protocol)
    address = get_filepath_str(PurePosixPath(source.path), source.protocol)
    file_system.get(address, str(place), recursive=bool(file_system.isdir(address)))


def _file_system(dataset: Any, protocol: str) -> Any:
    """Give the file system of a dataset, credentials included: every dataset of kedro-datasets keeps it as `_fs`."""
    file_system = getattr(dataset, "_fs", None)
    if file_system is None:
        import fsspec

        file_system = fsspec.filesystem(protocol)
    return file_system


def _copy(origin: Path, place: Path) -> None:
    """Copy a file or a folder that somebody may be writing.

    Raises:
        OSError: it has changed meanwhile.
    """
    before = _state(origin)
    if origin.is_dir():
        shutil.copytree(origin, place, copy_function=copy_file)
    else:
        copy_file(str(origin), str(place))
    if _state(origin) != before:
        raise OSError("it was written to meanwhile; log again when that is done")


def _state(origin: Path) -> list[tuple[str, int, int]]:
    files = sorted(origin.rglob("*")) if origin.is_dir() else [origin]
    return [(str(file), (stat := file.stat()).st_mtime_ns, stat.st_size) for file in files]


def copy_file(origin: str, place: str) -> None:
    """Copy a file; where the file system can, the copy shares the blocks."""
    with Path(origin).open("rb", buffering=0) as source, Path(place).open("wb", buffering=0) as target:
        if not _copied_by_kernel(source.fileno(), target.fileno()):
            source.seek(0)
            target.seek(0)
            shutil.copyfileobj(source, target, _CHUNK)


def _copied_by_kernel(source: int, target: int) -> bool:
    """Copy with what Linux has for that, which is a reflink on Btrfs and XFS."""
    if not hasattr(os, "copy_file_range"):
        return False
    left = os.fstat(source).st_size
    try:
        while left > 0 and (count := os.copy_file_range(source, target, left)):
            left -= count
    except OSError:  # two file systems, or one that can't
        return False
    return left == 0


def link_file(origin: str, place: str) -> None:
    """Link a file that nobody writes to any more; copy it where the file system has no links, or is another one."""
    try:
        os.link(origin, place)
    except OSError:
        shutil.copy2(origin, place)


def _same(default: Any, value: Any) -> bool:
    return type(default) is type(value) and bool(default == value)


def _named(value: Any) -> Any:
    """Give a dataset's class by its import path, wherever code has put the class itself."""
    if isinstance(value, type) and issubclass(value, AbstractDataset):
        return f"{value.__module__}.{value.__qualname__}"
    return {key: _named(each) for key, each in value.items()} if isinstance(value, dict) else value


def _is_plain(value: Any) -> bool:
    if isinstance(value, dict):
        return all(isinstance(key, str | int | float) and _is_plain(each) for key, each in value.items())
    if isinstance(value, list | tuple):
        return all(map(_is_plain, value))
    return value is None or isinstance(value, str | int | float | bool)
