"""Whether inference uses what training fits, and does not fit it again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kedro.io.core import is_parameter

from conf_schema import Diagnostic, Severity
from kedro_bind.binding.datasets import is_persisted, unwrapped
from kedro_bind.names import bare

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kedro.pipeline.node import Node

    from kedro_bind.binding.resolved import ResolvedBinding

__all__ = ["flow_problems"]

_OBJECTS = {"pickle", "json", "yaml", "tensorflow", "pytorch", "safetensors", "huggingface"}
"""The folders of kedro_datasets whose datasets store fitted objects, or the numbers in them, rather than tables."""


def flow_problems(binding: ResolvedBinding, catalog: Any) -> Iterator[Diagnostic]:
    """Find inference nodes that fit again, and inference that uses nothing from training."""
    path = (binding.key, "inference")
    shared = [node for node in binding.inference.nodes if node in binding.training_nodes]
    handed_over = {bare(source) for source in binding.artifact_sources.values()} & binding.fitted
    refits = [node for node in binding.inference.nodes if handed_over & set(map(bare, node.outputs))]
    refits += [node for node in shared if _fits(node, binding, catalog, alone=not handed_over)]
    for node in dict.fromkeys(refits):
        yield Diagnostic(
            "fits-again",
            f"the inference node '{node.name}' produces {', '.join(node.outputs)}, which training fits, so every "
            "prediction would fit it again, to its own rows",
            "leave this node out of 'inference', so that inference uses what training has stored",
            path=path,
            on_key=True,
        )
    if not handed_over and not refits:
        message = "inference uses nothing that training produces"
        hint = "let it read what training fits"
        if shared:
            message += f", since it contains nodes of training ({_named(shared)}), which run again for every prediction"
            hint = "leave the nodes that fit out of 'inference'"
        yield Diagnostic("unused-training", message, hint, Severity.WARNING, path, on_key=True)
    for node in shared if handed_over else ():
        if node not in refits and _seems_to_fit(node, binding, catalog):
            yield Diagnostic(
                "fits-again",
                f"the node '{node.name}' is part of both training and inference, so {', '.join(node.outputs)} "
                "is computed again from the data of every prediction",
                "if the node fits something, leave it out of 'inference'",
                Severity.WARNING,
                path,
                on_key=True,
            )


def _fits(node: Node, binding: ResolvedBinding, catalog: Any, *, alone: bool) -> bool:
    """Check whether a node certainly fits: its output is stored as an object, and is applied to data.

    A node that stores a table does not count, nor does an object that no node takes together with data. Data means what
    the node itself reads; where training hands over nothing else (`alone`), it may be any data of the request, since a
    model may be fitted on one part of it and applied to another.
    """
    data = _data(node, binding)
    for output in node.outputs:
        takers = [other for other in binding.inference.nodes if output in other.inputs]
        beside = [_data(other, binding) - {output} for other in takers]
        if any(other & data or (alone and other) for other in beside) and _is_object(output, catalog):
            return True
    return False


def _seems_to_fit(node: Node, binding: ResolvedBinding, catalog: Any) -> bool:
    """Check whether a node may fit, as far as the graph shows: its output is stored, and is applied to its own data."""
    data = _data(node, binding)
    for output in node.outputs:
        applied = any(output in other.inputs and data & set(other.inputs) for other in binding.inference.nodes)
        if applied and _is_stored(output, catalog):
            return True
    return False


def _data(node: Node, binding: ResolvedBinding) -> set[str]:
    """Return the inputs of a node that depend on the request."""
    return {name for name in node.inputs if not is_parameter(name) and name not in binding.artifact_sources}


def _is_object(name: str, catalog: Any) -> bool:
    """Check whether a dataset stores a fitted object: a pickle, a mapping, or what a modelling library writes."""
    if not _is_stored(name, catalog):
        return False
    kind = type(unwrapped(catalog.get(name)))
    return bool(_OBJECTS & set(kind.__module__.split("."))) or "Model" in kind.__name__


def _is_stored(name: str, catalog: Any) -> bool:
    try:
        return name in catalog and is_persisted(catalog.get(name))
    except Exception:  # noqa: BLE001 - another rule finds an invalid catalog entry
        return False


def _named(nodes: list[Node]) -> str:
    most = 5
    return ", ".join(node.name for node in nodes[:most]) + (", …" if len(nodes) > most else "")
