"""A selection of nodes, to a pipeline."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from kedro.pipeline import Pipeline

from conf_schema import Diagnostic, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from kedro.pipeline.node import Node

    from conf_schema import Code, KeyPath, Selection

__all__ = ["Selector"]

_FILTERS: dict[str, Callable[..., Pipeline]] = {
    "node_names": Pipeline.only_nodes,
    "from_nodes": Pipeline.from_nodes,
    "to_nodes": Pipeline.to_nodes,
    "from_inputs": Pipeline.from_inputs,
    "to_outputs": Pipeline.to_outputs,
}
_KNOWN: dict[str, tuple[str, Code, str]] = {
    "tags": ("tags", "empty-selection", "no node of {of} has the tag '{name}'"),
    "exclude_tags": ("tags", "unknown-tag", "no node of {of} has the tag '{name}'"),
    "node_namespaces": ("namespaces", "empty-selection", "no node of {of} is in the namespace '{name}'"),
    "node_names": ("nodes", "unknown-node", "{of} {has} no node '{name}'"),
    "from_nodes": ("nodes", "unknown-node", "{of} {has} no node '{name}'"),
    "to_nodes": ("nodes", "unknown-node", "{of} {has} no node '{name}'"),
    "from_inputs": ("datasets", "unknown-dataset", "{of} {has} no dataset '{name}'"),
    "to_outputs": ("datasets", "unknown-dataset", "{of} {has} no dataset '{name}'"),
}
"""For every filter: the kind of names in it, and the code and the message about an unknown name."""
_MOST_OTHERS = 3
"""The most pipelines that a hint lists for a name that is not in the selected ones."""


@dataclass(frozen=True)
class Selector:
    """Selects nodes from the registered pipelines.

    Many bindings may select from one large pipeline, so its names are collected only once.
    """

    pipelines: Mapping[str, Pipeline]
    _sums: dict[tuple[str, ...], _Whole] = field(default_factory=dict)

    def select(self, selection: Selection, path: KeyPath = ()) -> tuple[Pipeline | None, list[Diagnostic]]:
        """Return the selected nodes, or the findings about a selection that is invalid or selects none."""
        unknown = [(index, name) for index, name in enumerate(selection.pipeline) if self._find(name) is None]
        if unknown:
            known = _known("the registered pipelines are", self.pipelines)
            return None, [
                Diagnostic(
                    "unknown-pipeline",
                    f"there is no registered pipeline '{name}'",
                    did_you_mean(name, self.pipelines) or known,
                    path=(*path, "pipeline", index),
                )
                for index, name in unknown
            ]
        try:
            whole = self._whole(selection.pipeline)
        except Exception as error:  # noqa: BLE001 - Kedro raises several types for pipelines that can't be added up
            message = f"the {_of(selection)} can't be added up: {_line(error).rstrip('.')}"
            hint = "select from pipelines that can run together"
            return None, [Diagnostic("broken-project", message, hint, path=(*path, "pipeline"))]
        if problems := list(self._filter_problems(selection, whole, path)):
            return None, problems
        chosen = whole.pipeline
        if selection.filters or selection.exclude_tags:
            chosen = Pipeline(_filtered(selection, whole))
        if chosen.nodes:
            return chosen, []
        message = f"no node of {_of(selection)} passes all filters of '{path[-1] if path else 'the selection'}'"
        return None, [Diagnostic("empty-selection", message, "relax one of them", path=path, on_key=True)]

    def _find(self, name: str) -> Pipeline | None:
        """Return a registered pipeline. A mapping that creates pipelines on demand may not list all of them."""
        try:
            return self.pipelines[name]
        except KeyError:
            return None

    def _filter_problems(self, selection: Selection, whole: _Whole, path: KeyPath) -> Iterator[Diagnostic]:
        for key, (known, code, what) in _KNOWN.items():
            names: Collection[str] = getattr(whole, known)
            for index, name in enumerate(getattr(selection, key) or ()):
                if name not in names:
                    has = "has" if len(selection.pipeline) == 1 else "have"
                    message = what.format(of=_of(selection), has=has, name=name)
                    hint = self._hint(selection, known, name, names)
                    yield Diagnostic(code, message, hint, path=(*path, key, index))

    def _hint(self, selection: Selection, known: str, name: str, names: Collection[str]) -> str:
        """Return a hint at a close name, at other pipelines that have the name, or at the existing names."""
        if close := did_you_mean(name, names):
            return close
        others = [
            other
            for other in self.pipelines
            if other not in selection.pipeline and name in self._names_in(other, known)
        ]
        if 0 < len(others) <= _MOST_OTHERS:
            return f"{_known('it is in', others)}; add one of them to 'pipeline'"
        return _known(f"the {known} are", names) or f"there are no {known} in it"

    def _names_in(self, pipeline: str, known: str) -> Collection[str]:
        try:
            names: Collection[str] = getattr(self._whole((pipeline,)), known)
        except Exception:  # noqa: BLE001 - creating a pipeline may raise anything, and this one was not selected
            return ()
        return names

    def _whole(self, names: tuple[str, ...]) -> _Whole:
        if names not in self._sums:
            plain = [Pipeline(self.pipelines[name].nodes) for name in names]
            self._sums[names] = _Whole(plain[0] if len(plain) == 1 else sum(plain, Pipeline([])))
        return self._sums[names]


@dataclass(frozen=True)
class _Whole:
    """A pipeline that is selected from, and the names in it."""

    pipeline: Pipeline

    @cached_property
    def nodes(self) -> dict[str, Node]:
        return {node.name: node for node in self.pipeline.nodes}

    @cached_property
    def tags(self) -> dict[str, set[str]]:
        """The names of the nodes by tag."""
        found: dict[str, set[str]] = {}
        for node in self.pipeline.nodes:
            for tag in node.tags:
                found.setdefault(tag, set()).add(node.name)
        return found

    @cached_property
    def datasets(self) -> set[str]:
        names = self.pipeline.datasets()
        return names | {name.split("@")[0] for name in names}

    @cached_property
    def namespaces(self) -> set[str]:
        return {prefix for node in self.pipeline.nodes for prefix in node.namespace_prefixes}


def _filtered(selection: Selection, whole: _Whole) -> list[Node]:
    """Return the nodes that pass all filters, and have no excluded tag.

    The result is that of `Pipeline.filter` (tests/kedro_bind/binding/test_selection.py compares the two), without its
    two copies of the whole pipeline, which take most of the time with hundreds of bindings.
    """
    names = set(whole.nodes)
    for key, values in selection.filters.items():
        names &= _passing(key, values, whole)
    names -= _passing("tags", selection.exclude_tags or (), whole)
    return [whole.nodes[name] for name in sorted(names)]


def _passing(key: str, values: Iterable[str], whole: _Whole) -> set[str]:
    if key == "tags":
        return {name for tag in values for name in whole.tags[tag]}
    if key == "node_namespaces":
        found = (whole.pipeline.only_nodes_with_namespaces([namespace]) for namespace in values)
        return {node.name for pipeline in found for node in pipeline.nodes}
    return {node.name for node in _FILTERS[key](whole.pipeline, *values).nodes}


def _of(selection: Selection) -> str:
    names = [f"'{name}'" for name in selection.pipeline]
    return f"pipeline {names[0]}" if len(names) == 1 else f"pipelines {', '.join(names)}"


def _known(lead: str, names: Iterable[str]) -> str:
    """List the known names, at most eight of them."""
    known = sorted(names)
    most = 8
    return f"{lead} {', '.join(known[:most])}{', …' if len(known) > most else ''}" if known else ""


def _line(error: Exception) -> str:
    return " ".join(str(error).split())
