"""The kinds of document, and what a finding calls their parts."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["KINDS", "Kind"]


@dataclass(frozen=True)
class Kind:
    """A kind of document: `stem` is what its files begin with, the rest is how its top level is spoken of.

    `empty` is what is said of a file that has nothing in it; where that is in order, it is not given.
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
    maps="the names of bound pipelines to their parts",
    example="write 'name:' with 'training' and 'inference' below it",
    content="the bindings",
    empty="declares no binding",
)
_MLFLOW = Kind(
    stem="mlflow",
    entry="key",
    key="a key",
    maps="'server', 'tracking' and 'ui' to their keys",
    example="write 'server:', 'tracking:' or 'ui:' with its keys below it",
    content="mlflow.yml",
)
KINDS = {each.stem: each for each in (_BINDINGS, _MLFLOW)}
"""The kinds by stem."""
