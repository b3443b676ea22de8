"""Check that the nodes, artifacts and parameters of a plan fit together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kedro_bind.names import bare, flat, is_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kedro_bind.model.plan import Plan

__all__ = ["wiring_problems"]


def wiring_problems(plan: Plan) -> Iterator[str]:
    """Find where the parts of a plan do not fit; a logged plan has exactly what its nodes need."""
    yield from _node_problems(plan)
    provided = plan.artifacts.keys() | plan.parameters.keys()
    datasets = {name for node in plan.nodes for name in (*flat(node.inputs), *flat(node.outputs))}
    taken = {name if name in provided else bare(name) for node in plan.nodes for name in flat(node.inputs)}
    for name in sorted((provided | {bare(plan.input_name)}) - taken):
        yield f"no node takes '{name}'"
    left = {bare(name) for node in plan.nodes for name in flat(node.outputs)} - taken
    if left != {bare(plan.output_name)}:
        yield f"output_name is '{plan.output_name}', and its nodes have the output {', '.join(sorted(left)) or 'none'}"
    for name in plan.predict_params:
        if name not in plan.parameters:
            yield f"predict_params has '{name}', which is not a parameter"
    for name in plan.copy_mode:
        if name not in datasets:
            yield f"copy_mode has '{name}', which is not a dataset of its nodes"
    for name in plan.validators.keys() - datasets:
        yield f"validators has '{name}', which is not a dataset of its nodes"
    for key in plan.parameter_types:
        if not any(is_in(key, name) for name in plan.parameters):
            yield f"parameter_types has '{key}', which is not in any of its parameters"


def _node_problems(plan: Plan) -> Iterator[str]:
    provided = plan.artifacts.keys() | plan.parameters.keys()
    known = {bare(plan.input_name)}
    for node in plan.nodes:
        if bool(node.function) == bool(node.pickle):
            yield f"node '{node.name}' needs one of 'function' and 'pickle'"
        for name in flat(node.inputs):
            if name not in provided and bare(name) not in known:
                yield (
                    f"node '{node.name}' takes '{name}', which is not an artifact, a parameter, the input"
                    " or an output of an earlier node"
                )
        for name in flat(node.outputs):
            if name in provided or bare(name) in known:
                yield f"node '{node.name}' overwrites '{name}'"
            known.add(bare(name))
