"""Copy the data of an artifact into a model's folder, and configure the dataset that reads it there."""

from __future__ import annotations

import inspect
import pickle
from itertools import count
from pathlib import Path, PurePosixPath
from typing import Any

from kedro.io import AbstractDataset
from kedro.io.core import get_filepath_str

from kedro_bind.binding.datasets import Stored, arguments_of, credentials_of, file_system_of
from kedro_bind.errors import LoggingError
from kedro_bind.model.digest import digest
from kedro_bind.model.plan import Artifact, paths_in
from kedro_bind.names import folder_name
from kedro_bind.packaging.credentials import refuse_credentials, refuse_pickled
from kedro_bind.packaging.file_copies import copy_with_digest
from kedro_bind.redaction import secrets_among

__all__ = ["artifact_config", "local_config", "store_artifact"]

_REMOTE_KEYS = ("credentials", "versioned", "version", "metadata", "save_args")
"""Arguments of a dataset that its copy in a model does not need, or must not have."""


def store_artifact(name: str, source: Stored, folder: Path) -> Artifact:
    """Store the data of an artifact below `folder`; return how to read it there, and its sha256.

    Local files are copied, not linked: the next training may overwrite them in place while this model is uploaded.

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
            pickled = pickle.dumps(source.dataset.load(), protocol=pickle.HIGHEST_PROTOCOL)
        except Exception as error:
            raise LoggingError(f"the artifact '{name}' can't be captured by value: {error}") from error
        refuse_pickled(f"the artifact '{name}', which is not a file,", pickled, "let training return it without them")
        place.write_bytes(pickled)
        return Artifact(location=place.relative_to(folder).as_posix(), sha256=digest(place))
    place = home / PurePosixPath(source.path.rstrip("/")).name
    try:
        sha256 = _fetch(source, place)
    except Exception as error:
        raise LoggingError(f"the artifact '{name}' can't be read from {source.uri}: {error}") from error
    return Artifact(
        location=place.relative_to(folder).as_posix(),
        dataset=artifact_config(name, source),
        path_key=source.path_key,
        sha256=sha256,
    )


def artifact_config(name: str, source: Stored) -> dict[str, Any]:
    """Return the configuration of the dataset that reads the copy in the model.

    Raises:
        LoggingError: it can't be part of a model, or contains credentials.
    """
    config = local_config(name, source)
    refuse_credentials(
        f"the catalog entry of the artifact '{name}'",
        secrets_among(config),
        "move them to credentials.yml, and name them with 'credentials' in the entry",
    )
    return config


def local_config(name: str, source: Stored) -> dict[str, Any]:
    """Return that configuration, which may contain credentials.

    Raises:
        LoggingError: it can't be part of a model.
    """
    arguments = arguments_of(source.dataset)
    parameters = inspect.signature(type(source.dataset).__init__).parameters
    config = {
        key: value
        for key, value in arguments.items()
        if key not in (source.path_key, *_REMOTE_KEYS)
        and not (key in parameters and _same(parameters[key].default, value))
    }
    if "fs_args" in config:  # arguments of a remote file system are left out, those of opening files are kept
        config["fs_args"] = {
            key: value for key, value in (config["fs_args"] or {}).items() if key.startswith("open_args")
        }
    if isinstance(config.get("dataset"), dict):
        config["dataset"] = {key: value for key, value in config["dataset"].items() if key not in _REMOTE_KEYS}
    plain = {key: _named(value) for key, value in config.items() if value is not None and value != {}}
    if other := next(paths_in(plain), None):
        raise LoggingError(
            f"the dataset of the artifact '{name}' has a second path in '{other}', which would be outside of the model"
            "; remove it from the catalog entry"
        )
    if others := sorted(key for key, value in plain.items() if not _is_plain(value)):
        raise LoggingError(
            f"the dataset of the artifact '{name}' has arguments that are not plain values: {', '.join(others)}"
            "; use text, numbers, booleans, lists and mappings"
        )
    return plain


def _free_folder(parent: Path, name: str) -> Path:
    """Make a folder of that name or with a number appended: two names may differ only in characters invalid there."""
    for number in count(1):
        folder = parent / (name if number == 1 else f"{name}_{number}")
        if not folder.exists():
            folder.mkdir(parents=True)
            return folder
    raise AssertionError  # there is always a next number


def _fetch(source: Stored, place: Path) -> str:
    """Copy or download the data, and return its sha256."""
    assert source.path is not None
    if source.protocol == "file":
        return copy_with_digest(Path(source.path), place)
    file_system = file_system_of(source.dataset, source.protocol)
    address = get_filepath_str(PurePosixPath(source.path), source.protocol)
    file_system.get(address, str(place), recursive=bool(file_system.isdir(address)))
    return digest(place)


def _same(default: Any, value: Any) -> bool:
    return type(default) is type(value) and bool(default == value)


def _named(value: Any) -> Any:
    """Return a value with import paths in place of dataset classes, which code may have passed."""
    if isinstance(value, type) and issubclass(value, AbstractDataset):
        return f"{value.__module__}.{value.__qualname__}"
    return {key: _named(member) for key, member in value.items()} if isinstance(value, dict) else value


def _is_plain(value: Any) -> bool:
    if isinstance(value, dict):
        return all(isinstance(key, str | int | float) and _is_plain(member) for key, member in value.items())
    if isinstance(value, list | tuple):
        return all(map(_is_plain, value))
    return value is None or isinstance(value, str | int | float | bool)
