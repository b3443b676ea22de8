"""A selection to a pipeline."""

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
"""For each filter: the names that it may have, the code for another one, and what is said of it."""


_MOST_OTHERS = 3
"""A name that more pipelines have is not taken for a hint at one of them."""


@dataclass(frozen=True)
class Selector:
    """Takes what selections name from the registered pipelines.

    Many bindings select from one large pipeline: what it consists of is looked up once.
    """

    pipelines: Mapping[str, Pipeline]
    _sums: dict[tuple[str, ...], _Whole] = field(default_factory=dict)

    def select(self, selection: Selection, path: KeyPath = ()) -> tuple[Pipeline | None, list[Diagnostic]]:
        """Give the nodes that a selection names, or what keeps it from naming at least one."""
        unknown = [(index, name) for index, name in enumerate(selection.pipeline) if self._find(name) is None]
        if unknown:
            known = _known("registered are", self.pipelines)
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
        except Exception as error:  # noqa: BLE001 - Kedro raises several types for pipelines that do not add up
            said = f"the {_of(selection)} do not add up: {_line(error).rstrip('.')}"
            hint = "select from pipelines that can run together"
            return None, [Diagnostic("broken-project", said, hint, path=(*path, "pipeline"))]
        if problems := list(self._filter_problems(selection, whole, path)):
            return None, problems
        chosen = whole.pipeline
        if selection.filters or selection.exclude_tags:
            chosen = Pipeline(_filtered(selection, whole))
        if chosen.nodes:
            return chosen, []
        said = f"no node of {_of(selection)} passes all filters of '{path[-1] if path else 'the selection'}'"
        return None, [Diagnostic("empty-selection", said, "loosen one of them", path=path, on_key=True)]

    def _find(self, name: str) -> Pipeline | None:
        """Return a registered pipeline; a mapping that makes it when it is asked for it need not say that it has it."""
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
        """Say which name is close, which other pipelines have this one, or which names there are."""
        if close := did_you_mean(name, names):
            return close
        others = [
            other
            for other in self.pipelines
            if other not in selection.pipeline and name in self._names_in(other, known)
        ]
        if 0 < len(others) <= _MOST_OTHERS:
            return f"{_known('it is in', others)}, which 'pipeline' does not name"
        return _known(f"the {known} are", names) or f"there are no {known} in it"

    def _names_in(self, pipeline: str, known: str) -> Collection[str]:
        try:
            names: Collection[str] = getattr(self._whole((pipeline,)), known)
        except Exception:  # noqa: BLE001 - a pipeline that is made now may raise anything, and is not what was asked for
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
        """The names of the nodes that have each tag."""
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
    """Give the nodes that pass each filter, and have no tag that is excluded.

    This is what `Pipeline.filter` does (tests/kedro_bind/test_selection.py compares the two), without its
    two copies of the whole pipeline: with hundreds of bindings these take most of the time.
    """
    names = set(whole.nodes)
    for key, values in selection.filters.items():
        names &= _passing(key, values, whole)
    names -= _passing("tags", selection.exclude_tags or (), whole)
    return [whole.nodes[name] for name in sorted(names)]


def _passing(key: str, values: Iterable[str], whole: _Whole) -> set[str]:
    if key == "tags":
        return {name for each in values for name in whole.tags[each]}
    if key == "node_namespaces":
        found = (whole.pipeline.only_nodes_with_namespaces([each]) for each in values)
        return {node.name for each in found for node in each.nodes}
    return {node.name for node in _FILTERS[key](whole.pipeline, *values).nodes}


def _of(selection: Selection) -> str:
    names = [f"'{name}'" for name in selection.pipeline]
    return f"pipeline {names[0]}" if len(names) == 1 else f"pipelines {', '.join(names)}"


def _known(lead: str, names: Iterable[str]) -> str:
    """List what there is, if it is a list that one reads."""
    known = sorted(names)
    most = 8
    return f"{lead} {', '.join(known[:most])}{', …' if len(known) > most else ''}" if known else ""


def _line(error: Exception) -> str:
    return " ".join(str(error).split())
