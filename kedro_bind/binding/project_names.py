"""The names that a document may refer to, from the registered pipelines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kedro.io.core import is_parameter

from conf_schema import ProjectNames
from kedro_bind.names import bare

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kedro.pipeline import Pipeline

__all__ = ["names_of"]


def names_of(pipelines: Mapping[str, Pipeline]) -> ProjectNames:
    """Collect the names in the registered pipelines, in every form that a document may write them in."""
    registered = {name: pipelines[name] for name in pipelines}
    nodes = {node for pipeline in registered.values() for node in pipeline.nodes}
    used = {name for node in nodes for name in (*node.inputs, *node.outputs)}
    datasets = {name for name in used if not is_parameter(name)}
    parameters = {name for name in used if is_parameter(name)}
    return ProjectNames(
        pipelines=_sorted(registered),
        tags=_sorted(tag for node in nodes for tag in node.tags),
        nodes=_sorted(node.name for node in nodes),
        namespaces=_sorted(prefix for node in nodes for prefix in node.namespace_prefixes if prefix),
        datasets=_sorted(form for name in datasets for form in (name, bare(name))),
        parameters=_sorted(form for name in parameters for form in (name, name.removeprefix("params:"))),
    )


def _sorted(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(names)))
