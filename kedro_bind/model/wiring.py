"""How the nodes of a plan hang together."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kedro_bind.model.plan import Names, Plan

__all__ = ["bare", "flat", "is_in", "wiring_problems"]


def flat(names: Names) -> list[str]:
    """Give the names of a node's inputs or outputs, in their order."""
    if isinstance(names, str):
        return [names]
    return list(names.values()) if isinstance(names, dict) else list(names or ())


def bare(name: str) -> str:
    """Give a dataset's name without Kedro's transcoding: `data` for `data@pandas`."""
    return name.partition("@")[0]


def wiring_problems(plan: Plan) -> Iterator[str]:
    """Find where the parts of a plan do not fit; one that was logged has exactly what its nodes need."""
    yield from _of_nodes(plan)
    given = plan.artifacts.keys() | plan.parameters.keys()
    datasets = {name for node in plan.nodes for name in (*flat(node.inputs), *flat(node.outputs))}
    taken = {name if name in given else bare(name) for node in plan.nodes for name in flat(node.inputs)}
    for name in sorted((given | {bare(plan.input_name)}) - taken):
        yield f"no node takes '{name}'"
    left = {bare(name) for node in plan.nodes for name in flat(node.outputs)} - taken
    if left != {bare(plan.output_name)}:
        yield f"output_name is '{plan.output_name}', and the output of its nodes is {', '.join(sorted(left)) or 'none'}"
    for name in plan.predict_params:
        if name not in plan.parameters:
            yield f"predict_params has '{name}', which is no parameter"
    for name in plan.copy_mode:
        if name not in datasets:
            yield f"copy_mode has '{name}', which is no dataset of its nodes"
    for name in plan.validators.keys() - datasets:
        yield f"validators has '{name}', which is not a dataset of its nodes"
    for key in plan.parameter_types:
        if not any(is_in(key, name) for name in plan.parameters):
            yield f"parameter_types has '{key}', which is not in any of its parameters"


def is_in(key: str, parameter: str) -> bool:
    """Return whether a key of Kedro's parameters is that of a parameter, or below it."""
    return parameter == "parameters" or f"params:{key}.".startswith(f"{parameter}.")


def _of_nodes(plan: Plan) -> Iterator[str]:
    given = plan.artifacts.keys() | plan.parameters.keys()
    known = {bare(plan.input_name)}
    for node in plan.nodes:
        if bool(node.function) == bool(node.pickle):
            yield f"node '{node.name}' needs one of 'function' and 'pickle'"
        for name in flat(node.inputs):
            if name not in given and bare(name) not in known:
                yield (
                    f"node '{node.name}' takes '{name}', which is no artifact, no parameter, not the input"
                    ", and no output of a node before it"
                )
        for name in flat(node.outputs):
            if name in given or bare(name) in known:
                yield f"node '{node.name}' writes over '{name}'"
            known.add(bare(name))
