"""What flows from training to inference: a binding without it is possible, and hardly ever meant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kedro.io.core import is_parameter

from conf_schema import Diagnostic, Severity
from kedro_bind.model.artifacts import is_persisted, unwrapped
from kedro_bind.model.wiring import bare

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kedro.pipeline.node import Node

    from kedro_bind.binding.resolved import ResolvedBinding

__all__ = ["flow_problems"]

_OBJECTS = {"pickle", "tensorflow", "pytorch", "safetensors", "huggingface"}
"""The folders of kedro_datasets whose datasets store fitted objects rather than tables."""


def flow_problems(binding: ResolvedBinding, catalog: Any) -> Iterator[Diagnostic]:
    """Find inference that fits again, or uses nothing of training; paths start at the binding's name."""
    path = (binding.key, "inference")
    shared = [node for node in binding.inference.nodes if node in binding.training_nodes]
    handed_over = {bare(source) for source in binding.artifact_sources.values()} & binding.fitted
    refits = [node for node in binding.inference.nodes if handed_over & set(map(bare, node.outputs))]
    refits += [node for node in shared if _fits(node, binding, catalog, alone=not handed_over)]
    for node in dict.fromkeys(refits):
        yield Diagnostic(
            "fits-again",
            f"the node '{node.name}' of inference makes {', '.join(node.outputs)}, which training fits, so each "
            "prediction would fit it again, to its own rows",
            "leave this node out of 'inference', so that it takes what training has stored",
            path=path,
            on_key=True,
        )
    if not handed_over and not refits:
        message = "inference uses nothing that training produces"
        hint = "let it read what training has fitted"
        if shared:
            message += f", since it has nodes of training itself ({_named(shared)}), which run at each prediction"
            hint = "leave the nodes that fit out of 'inference'"
        yield Diagnostic("unused-training", message, hint, Severity.WARNING, path, on_key=True)
    for node in shared if handed_over else ():
        if node not in refits and _seems_to_fit(node, binding, catalog):
            yield Diagnostic(
                "fits-again",
                f"the node '{node.name}' is part of training and of inference, so {', '.join(node.outputs)} "
                "is made anew from the data of each prediction",
                "if it fits, leave it out of 'inference'",
                Severity.WARNING,
                path,
                on_key=True,
            )


def _fits(node: Node, binding: ResolvedBinding, catalog: Any, *, alone: bool) -> bool:
    """Tell a node that fits for certain: what it makes is stored as an object, and is applied to data.

    Tables that are stored on their way are not, nor are objects that are not taken beside data. Where training hands
    over nothing else (`alone`), it may be any data: a model is fitted on one part, and applied to another.
    """
    data = _data(node, binding)
    for output in node.outputs:
        takers = [other for other in binding.inference.nodes if output in other.inputs]
        beside = [_data(other, binding) - {output} for other in takers]
        if any(other & data or (alone and other) for other in beside) and _is_object(output, catalog):
            return True
    return False


def _seems_to_fit(node: Node, binding: ResolvedBinding, catalog: Any) -> bool:
    """Tell a node that may fit, as far as the graph shows: what it makes is stored, and is applied to its own data."""
    data = _data(node, binding)
    for output in node.outputs:
        applied = any(output in other.inputs and data & set(other.inputs) for other in binding.inference.nodes)
        if applied and _is_stored(output, catalog):
            return True
    return False


def _data(node: Node, binding: ResolvedBinding) -> set[str]:
    """Return what a node takes that depends on the request."""
    return {name for name in node.inputs if not is_parameter(name) and name not in binding.artifact_sources}


def _is_object(name: str, catalog: Any) -> bool:
    """Tell whether a dataset stores a fitted object: a pickle, or what a library of models writes."""
    if not _is_stored(name, catalog):
        return False
    kind = type(unwrapped(catalog.get(name)))
    return bool(_OBJECTS & set(kind.__module__.split("."))) or "Model" in kind.__name__


def _is_stored(name: str, catalog: Any) -> bool:
    try:
        return name in catalog and is_persisted(catalog.get(name))
    except Exception:  # noqa: BLE001 - a catalog entry that does not hold is another layer's finding
        return False


def _named(nodes: list[Node]) -> str:
    most = 5
    return ", ".join(node.name for node in nodes[:most]) + (", …" if len(nodes) > most else "")
