"""The parts of a project that a binding can select: pipelines, and their nodes by tag or by namespace."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from kedro.io.core import is_parameter
from kedro.pipeline import Pipeline

from kedro_bind.binding.pipeline_ml import PipelineML
from kedro_bind.names import bare

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

__all__ = ["ProjectPart", "is_bound", "parts_of"]

_WORD = re.compile(r"[a-z]+")
_MOST_NAMES = 40
"""The most tags, or namespaces, of one pipeline that are tried, those of the most nodes first."""
_MOST_PARTS = 200
"""The most parts of a project that are tried: every two of them may belong together."""


@dataclass(frozen=True)
class ProjectPart:
    """Nodes of a registered pipeline, and the selection that names them in a document.

    `upstream` are the pipelines that prepare its input, where the part has nodes of those too.
    """

    pipeline: str
    nodes: Pipeline
    filters: Mapping[str, str] = field(default_factory=dict)
    upstream: tuple[str, ...] = ()

    @cached_property
    def names(self) -> frozenset[str]:
        """The names of the nodes."""
        return frozenset(node.name for node in self.nodes.nodes)

    @cached_property
    def inputs(self) -> frozenset[str]:
        """The free inputs that are data, not parameters."""
        return frozenset(name for name in self.nodes.inputs() if not is_parameter(name))

    @cached_property
    def made(self) -> frozenset[str]:
        """What the nodes produce, intermediate datasets included, without transcoding."""
        return frozenset(map(bare, self.nodes.all_outputs()))

    @cached_property
    def datasets(self) -> frozenset[str]:
        """All datasets, without transcoding."""
        return frozenset(bare(name) for name in self.nodes.datasets() if not is_parameter(name))

    def computed_from(self, name: str) -> frozenset[str]:
        """Return the datasets that the nodes compute from this one, directly or through others, without transcoding."""
        if name not in self._computed_from:
            reached = {name}
            for node in self.nodes.nodes:  # each after those that it needs
                if not reached.isdisjoint(map(bare, node.inputs)):
                    reached.update(map(bare, node.outputs))
            self._computed_from[name] = frozenset(reached - {name})
        return self._computed_from[name]

    @cached_property
    def _computed_from(self) -> dict[str, frozenset[str]]:
        return {}

    @cached_property
    def words(self) -> frozenset[str]:
        """The words in the names of the pipeline and of its filter; those of an excluded tag do not count."""
        named = [value for key, value in self.filters.items() if not key.startswith("exclude")]
        return frozenset(_WORD.findall(" ".join([self.pipeline, *named]).lower()))

    @property
    def selection(self) -> dict[str, Any]:
        """The selection as a document has it."""
        return {"pipeline": [*self.upstream, self.pipeline] if self.upstream else self.pipeline, **self.filters}

    def __str__(self) -> str:
        """Describe the selection in a few words."""
        filters = ", ".join(f"{key} {value}" for key, value in self.filters.items())
        return f"{self.pipeline} ({filters})" if filters else self.pipeline


def parts_of(pipelines: Mapping[str, Pipeline]) -> list[ProjectPart]:
    """Find the parts that differ in their nodes; of two selections of the same nodes, the shorter one counts.

    The pipeline `__default__` counts only where it is not the sum of the others, and a bound pipeline never does.
    """
    known = {name: Pipeline(pipeline.nodes) for name, pipeline in pipelines.items() if not is_bound(pipeline)}
    names = sorted(known, key=lambda name: (name == "__default__", name))
    found: dict[frozenset[str], ProjectPart] = {}
    wholes = [ProjectPart(name, known[name]) for name in names if known[name].nodes]
    selected = (part for whole in wholes for part in _selected_from(whole))
    with_upstream = (part for whole in wholes for part in _selected_with_upstream(whole, wholes))
    for part in (*wholes, *selected, *with_upstream):
        found.setdefault(part.names, part)
    return list(found.values())[:_MOST_PARTS]


def is_bound(pipeline: Pipeline) -> bool:
    """Return whether this is a bound pipeline, ours or kedro-mlflow's."""
    return isinstance(pipeline, PipelineML) or (hasattr(pipeline, "inference") and hasattr(pipeline, "training"))


def _selected_from(whole: ProjectPart) -> Iterator[ProjectPart]:
    tags = _tags_of(whole)
    namespaces = _most_frequent(name for node in whole.nodes.nodes for name in node.namespace_prefixes if name)
    for tag in tags:
        yield ProjectPart(whole.pipeline, whole.nodes.only_nodes_with_tags(tag), {"tags": tag})
    for namespace in namespaces:
        selected = whole.nodes.only_nodes_with_namespaces([namespace])
        yield ProjectPart(whole.pipeline, selected, {"node_namespaces": namespace})
        for tag in _most_frequent(tag for node in selected.nodes for tag in node.tags):
            both = {"node_namespaces": namespace, "tags": tag}
            yield ProjectPart(whole.pipeline, selected.only_nodes_with_tags(tag), both)
    for tag in tags:
        others = Pipeline([node for node in whole.nodes.nodes if tag not in node.tags])
        if others.nodes:
            yield ProjectPart(whole.pipeline, others, {"exclude_tags": tag})


def _selected_with_upstream(whole: ProjectPart, wholes: Sequence[ProjectPart]) -> Iterator[ProjectPart]:
    """Yield the nodes with a tag of a pipeline and of those that prepare its input, such as shared preprocessing."""
    upstream = _upstream(whole, wholes)
    for tag in _tags_of(whole) if upstream else ():
        tagged = [part for part in upstream if tag in _tags_of(part)]
        if tagged:
            parts = [*tagged, whole]
            nodes = sum((part.nodes.only_nodes_with_tags(tag) for part in parts), Pipeline([]))
            yield ProjectPart(whole.pipeline, nodes, {"tags": tag}, tuple(part.pipeline for part in tagged))


def _upstream(whole: ProjectPart, wholes: Sequence[ProjectPart]) -> list[ProjectPart]:
    """Return the pipelines that make what a pipeline takes, directly or for each other, the first ones first."""
    found: list[ProjectPart] = []
    todo = [whole]
    while todo:
        inputs = set(map(bare, todo.pop().inputs))
        for other in wholes:
            if other not in found and other.names.isdisjoint(whole.names) and not inputs.isdisjoint(other.made):
                found.append(other)
                todo.append(other)
    return found[::-1]


def _tags_of(whole: ProjectPart) -> list[str]:
    return _most_frequent(tag for node in whole.nodes.nodes for tag in node.tags)


def _most_frequent(names: Iterable[str]) -> list[str]:
    counts: dict[str, int] = {}
    for name in names:
        counts[name] = counts.get(name, 0) + 1
    return sorted(counts, key=lambda name: (-counts[name], name))[:_MOST_NAMES]
