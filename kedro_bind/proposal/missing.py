"""What a project lacks before something in it can be bound."""

from __future__ import annotations

from keyword import iskeyword
from typing import TYPE_CHECKING, Any

from kedro_bind.names import bare
from kedro_bind.proposal.tables import entry_type, is_kept, is_table
from kedro_bind.proposal.written import as_yaml

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from kedro.pipeline.node import Node

    from kedro_bind.proposal.candidates import Candidate
    from kedro_bind.proposal.parts import ProjectPart

__all__ = ["missing_entries", "why_none"]

_NODE = """\
no node predicts with '{fitted}', which the node '{maker}' of the pipeline '{pipeline}' fits{users}.
Add a node that takes '{fitted}' and the rows of a caller, and returns the predictions:

    def predict({argument}, {rows}):
        return {argument}.predict({rows})

    node(predict, ["{inside}", "{rows}"], "predictions", name="predict", tags="inference")

Add it to the pipeline '{pipeline}'{beside} and run 'kedro bind init' again.{others}
Nodes that turn raw rows into those that '{fitted}' takes belong to inference as well: tag them 'inference', too, and
let other nodes fit what they need.
If training splits off rows to test with, take those instead of '{rows}': 'kedro run' then runs the node as well, and
the model gets its signature from them."""

_ENTRY = """\
{name}:
  type: pickle.PickleDataset
  filepath: {filepath}
"""


def why_none(
    parts: Sequence[ProjectPart],
    trainings: Sequence[ProjectPart],
    inferences: Sequence[ProjectPart],
    catalog: Any,
    training: str | None,
    inference: str | None,
) -> str:
    """Say why nothing can be bound, and what to add."""
    known = sorted({name for part in parts for name in (part.pipeline, *part.filters.values())})
    for asked, found in ((training, trainings), (inference, inferences)):
        if asked is not None and not found:
            return f"there is no pipeline, tag or namespace '{asked}'; the project has {', '.join(known) or 'none'}"
    if not parts:
        return "the project registers no pipeline with a node; write one first, then run 'kedro bind init' again"
    models = [(part, *model) for part in parts for model in _models(part, catalog)]
    if models and training is inference is None:
        return _missing_node(*models[0], [other for _, other, _ in models[1:]])
    return (
        "no two parts of the project belong together as training and inference; training has to produce something that"
        " inference takes beside the rows of a caller, and the catalog has to keep it; inference has to have exactly"
        " one output: tag the nodes that fit 'training', those that predict 'inference', and those that do both with"
        " both"
    )


def _missing_node(part: ProjectPart, fitted: str, maker: Node, others: Iterable[str]) -> str:
    """Describe the node that is missing, with the names that it has where it is to be added."""
    users = [node.name for node in part.nodes.nodes if fitted in node.inputs]
    argument = _identifier(bare(fitted).rpartition(".")[2])
    also = sorted({name for name in others if bare(name).rpartition(".")[0] != bare(fitted).rpartition(".")[0]})
    return _NODE.format(
        fitted=fitted,
        maker=maker.name,
        pipeline=part.pipeline,
        users=f"; {', '.join(users)} can't, since it needs data that only training has" if users else "",
        argument=argument,
        rows="features" if argument != "features" else "rows",
        inside=fitted.removeprefix(f"{maker.namespace}.") if maker.namespace else fitted,
        beside=f" beside '{maker.name}', whose namespace is put before the names," if maker.namespace else "",
        others=f" Nothing predicts with {', '.join(map(repr, also))} either." if also else "",
    )


def _identifier(name: str) -> str:
    """Return a name as Python allows it for an argument."""
    text = "".join(char if f"_{char}".isidentifier() else "_" for char in name)
    return text if text.isidentifier() and not iskeyword(text) else f"model_{text}"


def _models(part: ProjectPart, catalog: Any) -> Iterator[tuple[str, Node]]:
    """Yield what looks fitted, what is made last first: a dataset that is not a table, with the node that makes it."""
    for node in reversed(part.nodes.nodes):
        for output in node.outputs:
            kind = entry_type(output, catalog)
            if kind and not is_table(output, catalog) and ("pickle" in kind.lower() or "model" in kind.lower()):
                yield output, node


def missing_entries(candidates: Iterable[Candidate], catalog: Any) -> str:
    """Write catalog entries for what the models need from training and the catalog does not keep."""
    needed = {
        bare(dict(candidate.artifacts).get(name, name))
        for candidate in candidates
        for name in candidate.inference.inputs - {candidate.input_name}
    }
    lacking = sorted(name for name in needed if not is_kept(name, catalog)) if catalog is not None else []
    return "\n".join(map(_entry, lacking))


def _entry(name: str) -> str:
    filepath = f"data/06_models/{name.replace('.', '_')}.pkl"
    return _ENTRY.format(name=as_yaml(name), filepath=as_yaml(filepath))
