"""A selection to a pipeline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kedro.pipeline import Pipeline

from conf_schema import Diagnostic, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from conf_schema import KeyPath, Selection

__all__ = ["select"]


def select(
    selection: Selection, pipelines: Mapping[str, Pipeline], path: KeyPath = ()
) -> tuple[Pipeline | None, list[Diagnostic]]:
    """Give the nodes that a selection names, or what keeps it from naming at least one."""
    unknown = [(index, name) for index, name in enumerate(selection.pipeline) if name not in pipelines]
    if unknown:
        known = _known("registered are", pipelines)
        return None, [
            Diagnostic(
                "unknown-pipeline",
                f"there is no registered pipeline '{name}'",
                did_you_mean(name, pipelines) or known,
                path=(*path, "pipeline", index),
            )
            for index, name in unknown
        ]
    try:
        whole = _sum(selection, pipelines)
    except Exception as error:  # noqa: BLE001 - Kedro raises several types for pipelines that do not add up
        said = f"the {_of(selection)} do not add up: {_line(error).rstrip('.')}"
        hint = "select from pipelines that can run together"
        return None, [Diagnostic("broken-project", said, hint, path=(*path, "pipeline"))]
    if problems := list(_filter_problems(selection, whole, path)):
        return None, problems
    try:
        chosen = whole.filter(**selection.filters) if selection.filters else whole
    except ValueError:  # Kedro's word for filters that leave nothing
        chosen = Pipeline([])
    if selection.exclude_tags:
        chosen -= chosen.only_nodes_with_tags(*selection.exclude_tags)
    if chosen.nodes:
        return chosen, []
    said = f"no node of {_of(selection)} passes all filters of '{path[-1] if path else 'the selection'}'"
    return None, [Diagnostic("empty-selection", said, "loosen one of them", path=path, on_key=True)]


def _filter_problems(selection: Selection, whole: Pipeline, path: KeyPath) -> Iterator[Diagnostic]:
    tags = {tag for node in whole.nodes for tag in node.tags}
    nodes = {node.name for node in whole.nodes}
    datasets = whole.datasets() | {name.split("@")[0] for name in whole.datasets()}
    namespaces = {prefix for node in whole.nodes for prefix in node.namespace_prefixes}
    for key, code, known, what in (
        ("tags", "empty-selection", tags, "no node of {of} has the tag '{name}'"),
        ("exclude_tags", "unknown-tag", tags, "no node of {of} has the tag '{name}'"),
        ("node_namespaces", "empty-selection", namespaces, "no node of {of} is in the namespace '{name}'"),
        ("node_names", "unknown-node", nodes, "{of} {has} no node '{name}'"),
        ("from_nodes", "unknown-node", nodes, "{of} {has} no node '{name}'"),
        ("to_nodes", "unknown-node", nodes, "{of} {has} no node '{name}'"),
        ("from_inputs", "unknown-dataset", datasets, "{of} {has} no dataset '{name}'"),
        ("to_outputs", "unknown-dataset", datasets, "{of} {has} no dataset '{name}'"),
    ):
        for index, name in enumerate(getattr(selection, key) or ()):
            if name not in known:
                hint = did_you_mean(name, known) or _known("there are", known)
                has = "has" if len(selection.pipeline) == 1 else "have"
                said = what.format(of=_of(selection), has=has, name=name)
                yield Diagnostic(code, said, hint, path=(*path, key, index))


def _sum(selection: Selection, pipelines: Mapping[str, Pipeline]) -> Pipeline:
    if len(selection.pipeline) == 1:
        return Pipeline(pipelines[selection.pipeline[0]].nodes)
    return sum((Pipeline(pipelines[name].nodes) for name in selection.pipeline), Pipeline([]))


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
