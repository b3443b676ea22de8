"""Where a served model comes from: its URI without an alias, and the folder that has its files."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kedro_bind.errors import KedroBindError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["ModelSource", "grouped_by_code", "locate", "pinned", "survives_fork"]

_REQUIRED = re.compile(r"[\w.-]+")
_THREADED = {"polars", "jax"}
"""Distributions whose threads do not survive a fork: https://docs.pola.rs/user-guide/misc/multiprocessing/ and
https://github.com/google/jax/pull/18989."""


@dataclass(frozen=True)
class ModelSource:
    """A model that is to be served: its URI, in which a version takes the place of an alias, and its folder."""

    uri: str
    folder: str


def pinned(uri: str) -> str:
    """Return the URI of the version that an alias names now.

    Raises:
        KedroBindError: the model can't be found.
    """
    from mlflow.exceptions import MlflowException

    from kedro_bind.tracking.model_uri import pinned_uri

    try:
        return pinned_uri(uri)
    except MlflowException as error:
        raise KedroBindError(f"the model {uri} can't be loaded: {error}") from error


def locate(uri: str) -> ModelSource:
    """Find the files of a model, and download them if they are not on this machine.

    Raises:
        KedroBindError: the model can't be found.
    """
    import mlflow
    from mlflow.exceptions import MlflowException

    uri = pinned(uri)
    try:
        return ModelSource(uri, str(mlflow.artifacts.download_artifacts(artifact_uri=uri)))
    except (MlflowException, OSError) as error:
        raise KedroBindError(f"the model {uri} can't be loaded: {error}") from error


def survives_fork(source: ModelSource) -> bool:
    """Return whether a process that has loaded a model can be forked, by what the model requires."""
    file = Path(source.folder) / "requirements.txt"
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return _THREADED.isdisjoint(match[0].lower() for line in lines if (match := _REQUIRED.match(line)))


def grouped_by_code(sources: Sequence[ModelSource]) -> list[tuple[ModelSource, ...]]:
    """Return the models in groups that can share a process; the first model is in the first group.

    Modules of the same name would mix in one process, so models share it only if they bring the same code. One that
    brings none is in the first group.
    """
    from kedro_bind.model.integrity import code_digests

    groups: dict[frozenset[tuple[str, str]], list[ModelSource]] = {}
    without_code: list[ModelSource] = []
    for source in dict.fromkeys(sources):
        code = frozenset(code_digests(Path(source.folder) / "code").items())
        (groups.setdefault(code, []) if code else without_code).append(source)
    if not groups:
        return [tuple(without_code)]
    first = next(iter(groups.values()))
    first[:] = [source for source in dict.fromkeys(sources) if source in first or source in without_code]
    grouped = sorted(groups.values(), key=lambda group: sources[0] not in group)
    return [tuple(group) for group in grouped]
