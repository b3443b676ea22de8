"""The parts of two models that differ, from their folders alone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kedro_bind.evaluation.difference.changes import Change, changes_between, flattened
from kedro_bind.names import flat

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kedro_bind.evaluation.difference.contents import Contents
    from kedro_bind.model.plan import NodePlan, Plan

__all__ = ["artifact_changes", "changed_artifacts", "part_changes"]


def part_changes(before: Contents, after: Contents) -> Iterator[Change]:
    """Compare everything but the content of artifacts and the predictions."""
    yield from _nodes(before, after)
    yield from changes_between("parameters", flattened(before.plan.parameters), flattened(after.plan.parameters))
    for side in ("inputs", "outputs"):
        yield from _columns(side, before.signature.get(side, []), after.signature.get(side, []))
    yield from changes_between("requirements", before.requirements, after.requirements)
    yield from _copy_modes(before.plan, after.plan)
    yield from changes_between("runner", _runner(before.plan), _runner(after.plan))
    yield from changes_between("options", _options(before.plan), _options(after.plan))
    if before.metrics is not None and after.metrics is not None:
        yield from changes_between("metrics", before.metrics, after.metrics)


def changed_artifacts(before: Contents, after: Contents) -> list[str]:
    """Return the artifacts that both models have, with other content."""
    old, new = before.plan.artifacts, after.plan.artifacts
    return [name for name in old if name in new and old[name].sha256 != new[name].sha256]


def artifact_changes(
    before: Contents,
    after: Contents,
    old_views: Mapping[str, Mapping[str, Any]],
    new_views: Mapping[str, Mapping[str, Any]],
) -> Iterator[Change]:
    """Compare artifacts: by their sha256, and where that differs by what can be seen of both."""
    old, new = before.plan.artifacts, after.plan.artifacts
    for name in [*old, *(name for name in new if name not in old)]:
        if name not in new or name not in old:
            yield Change("artifacts", name, "removed" if name not in new else "added")
            continue
        if old[name].dataset != new[name].dataset:
            was, now = (
                flattened(artifact.dataset or {"type": "captured by value"}) for artifact in (old[name], new[name])
            )
            for change in changes_between("artifacts", was, now):
                yield replace(change, name=name, kind="changed", detail=f"{change.name} of its dataset {change.kind}")
        if old[name].sha256 != new[name].sha256:
            yield from _content(name, old_views.get(name), new_views.get(name))


def _content(name: str, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> Iterator[Change]:
    if old is None or new is None:
        yield Change("artifacts", name, "changed", detail="its sha256 differs")
        return
    parts = list(changes_between("artifacts", old, new))
    if not parts and not any(_hidden(value) for value in old.values()):
        return  # written in another way, such as with its keys in another order
    if not parts:
        yield Change("artifacts", name, "changed", detail="its sha256 differs, in a part that can't be shown")
    for part in parts[:_MOST_PARTS]:
        detail = f"{part.name} {part.kind}" if part.name else ""
        yield Change("artifacts", name, "changed", part.before, part.after, detail + _distance(old, new, part.name))
    if len(parts) > _MOST_PARTS:
        yield Change("artifacts", name, "changed", detail=f"and {len(parts) - _MOST_PARTS} more parts")


_MOST_PARTS = 20


def _hidden(value: Any) -> bool:
    return isinstance(value, str) and value.startswith("<") and value.endswith(">")


def _distance(old: Mapping[str, Any], new: Mapping[str, Any], part: str) -> str:
    """Say how far apart two arrays of one shape are."""
    one, other = old.get(part), new.get(part)
    if one is None or other is None or getattr(one, "shape", ()) == () or one.shape != getattr(other, "shape", None):
        return ""
    if one.dtype.kind not in "fiu" or other.dtype.kind not in "fiu":
        return ""
    return f", by up to {float(abs(one.astype(float) - other.astype(float)).max()):.6g}"


def _nodes(before: Contents, after: Contents) -> Iterator[Change]:
    old = {node.name: node for node in before.plan.nodes}
    new = {node.name: node for node in after.plan.nodes}
    for name in [*old, *(name for name in new if name not in old)]:
        if name not in new:
            yield Change("nodes", name, "removed", before=_called(old[name]))
        elif name not in old:
            yield Change("nodes", name, "added", after=_called(new[name]))
        else:
            details = list(_node_details(old[name], new[name], before, after))
            if details:
                yield Change("nodes", name, "changed", detail="; ".join(details))


def _node_details(old: NodePlan, new: NodePlan, before: Contents, after: Contents) -> Iterator[str]:
    if old.function != new.function:
        yield f"its function: {old.function or 'a pickle'} -> {new.function or 'a pickle'}"
    elif old.sha256 != new.sha256:
        yield "its pickled function"
    for what in ("inputs", "outputs"):
        if getattr(old, what) != getattr(new, what):
            yield f"its {what}: {getattr(old, what)} -> {getattr(new, what)}"
    if old.function and old.function == new.function:
        was, now = before.code.definitions(old.function), after.code.definitions(new.function)
        module, _, qualname = old.function.partition(":")
        for key in [*was, *(key for key in now if key not in was)]:
            if was.get(key) != now.get(key):
                itself = key == f"{module}:{qualname.partition('.')[0]}"
                yield "its code" if itself else f"the code of {key}, which it uses"


def _called(node: NodePlan) -> str:
    return f"{node.function or 'a pickled function'}({node.inputs}) -> {node.outputs}"


def _columns(side: str, old: list[Any], new: list[Any]) -> Iterator[Change]:
    def by_name(columns: list[Any]) -> dict[str, str]:
        return {f"{side}: {column.get('name', place)}": _type(column) for place, column in enumerate(columns)}

    yield from changes_between("signature", by_name(old), by_name(new))


def _type(column: Mapping[str, Any]) -> str:
    kind = column["tensor-spec"] if "tensor-spec" in column else column.get("type")
    return f"{kind}{'' if column.get('required', True) else ', may be missing'}"


def _copy_modes(old: Plan, new: Plan) -> Iterator[Change]:
    """Compare the modes of datasets that both models have: those of a new node are part of that."""
    common = _datasets(old) & _datasets(new)
    modes = [{name: mode for name, mode in plan.copy_mode.items() if name in common} for plan in (old, new)]
    yield from changes_between("copy modes", *modes)


def _datasets(plan: Plan) -> set[str]:
    return {name for node in plan.nodes for names in (node.inputs, node.outputs) for name in flat(names)}


def _runner(plan: Plan) -> dict[str, Any]:
    return {"type": plan.runner.type, **flattened(plan.runner.arguments)}


def _options(plan: Plan) -> dict[str, Any]:
    types = {f"type of {key}": planned.model_dump() for key, planned in plan.parameter_types.items()}
    validators = {f"validator of {key}": planned.model_dump() for key, planned in plan.validators.items()}
    settable = {f"caller sets {name}": True for name in plan.predict_params if name in plan.parameters}
    names = {"input_name": plan.input_name, "output_name": plan.output_name, "row_wise": plan.row_wise}
    return {**names, **settable, **types, **validators}
