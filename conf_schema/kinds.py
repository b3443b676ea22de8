"""The kinds of documents, and the names of their parts in findings."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["KINDS", "Kind"]


@dataclass(frozen=True)
class Kind:
    """A kind of document: `stem` is the beginning of its files' names, the rest describes its top level in messages.

    `empty` is the message about a file without content, and empty where such a file is valid.
    """

    stem: str
    entry: str
    key: str
    maps: str
    example: str
    content: str
    empty: str = ""


_BINDINGS = Kind(
    stem="pipeline_ml",
    entry="binding",
    key="the name of a binding",
    maps="the names of bound pipelines to their definitions",
    example="write 'name:' with 'training' and 'inference' below it",
    content="the bindings",
    empty="declares no bindings",
)
_MLFLOW = Kind(
    stem="mlflow",
    entry="key",
    key="a key",
    maps="'server', 'tracking' and 'ui' to their keys",
    example="write 'server:', 'tracking:' or 'ui:' with its keys below it",
    content="mlflow.yml",
)
KINDS = {kind.stem: kind for kind in (_BINDINGS, _MLFLOW)}
"""The kinds by stem."""
