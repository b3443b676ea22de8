"""What flows from training to inference: a binding without it is possible, and hardly ever meant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kedro.io.core import is_parameter

from conf_schema import Diagnostic, Severity
from kedro_bind.model.artifacts import is_persisted
from kedro_bind.model.wiring import bare

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kedro.pipeline.node import Node

    from kedro_bind.binding.resolved import ResolvedBinding

__all__ = ["flow_problems"]


def flow_problems(binding: ResolvedBinding, catalog: Any) -> Iterator[Diagnostic]:
    """Find inference that uses nothing of training, or trains itself; paths start at the binding's name."""
    path = (binding.key, "inference")
    shared = [node for node in binding.inference.nodes if node in binding.training_nodes]
    if not any(bare(source) in binding.fitted for source in binding.artifact_sources.values()):
        said = "inference uses nothing that training produces"
        hint = "let it read what training has fitted"
        if shared:
            said += f", since it has nodes of training itself ({_named(shared)}), which run at each prediction"
            hint = "leave the nodes that fit out of 'inference'"
        yield Diagnostic("unused-training", said, hint, Severity.WARNING, path, on_key=True)
        return
    for node in shared:
        if _seems_to_fit(node, binding, catalog):
            yield Diagnostic(
                "fits-again",
                f"the node '{node.name}' is part of training and of inference, so {', '.join(node.outputs)} "
                "is made anew from the data of each prediction",
                "if it fits, leave it out of 'inference'",
                Severity.WARNING,
                path,
                on_key=True,
            )


def _seems_to_fit(node: Node, binding: ResolvedBinding, catalog: Any) -> bool:
    """Tell a node that fits from one that prepares data, as far as the graph shows it.

    What is fitted is stored, and is applied to the data that it was fitted on.
    """
    artifacts = binding.artifact_sources
    data = {name for name in node.inputs if not is_parameter(name) and name not in artifacts}
    for output in node.outputs:
        applied = any(output in other.inputs and data & set(other.inputs) for other in binding.inference.nodes)
        if applied and _is_stored(output, catalog):
            return True
    return False


def _is_stored(name: str, catalog: Any) -> bool:
    try:
        return name in catalog and is_persisted(catalog.get(name))
    except Exception:  # noqa: BLE001 - a catalog entry that does not hold is another layer's finding
        return False


def _named(nodes: list[Node]) -> str:
    most = 5
    return ", ".join(node.name for node in nodes[:most]) + (", …" if len(nodes) > most else "")
