"""A binding that Python code makes, ours or kedro-mlflow's, to the same binding in a document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kedro.pipeline import Pipeline

from conf_schema import did_you_mean
from kedro_bind.binding.code import declared_in_code
from kedro_bind.binding.pipeline_ml import PipelineML
from kedro_bind.errors import BindingError
from kedro_bind.proposal.parts import ProjectPart, is_bound, parts_of
from kedro_bind.proposal.written import write_binding, write_document

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["document_of"]


def document_of(name: str, pipelines: Mapping[str, Pipeline], modeline: str | None = None) -> str:
    """Write the document that declares what a registered `pipeline_ml_factory` declares.

    Raises:
        BindingError: there is no such pipeline, it is not bound in code, or a document can't declare it.
    """
    if name not in pipelines:
        made = [key for key, pipeline in pipelines.items() if is_bound(pipeline)]
        known = f"those bound in code are {', '.join(made)}" if made else "no registered pipeline is bound in code"
        raise BindingError(f"there is no registered pipeline '{name}'; {did_you_mean(name, made) or known}")
    bound: Any = pipelines[name]
    if not is_bound(bound):
        raise BindingError(
            f"the pipeline '{name}' is not made by pipeline_ml_factory"
            "; leave out '--from-code', and 'kedro bind init' proposes a binding"
        )
    values = _declared(bound)
    parts = parts_of(pipelines)
    training = _selection(Pipeline(bound.nodes), parts, "training", name)
    inference = _selection(bound.inference, parts, "inference", name)
    training |= values.pop("training", {})
    values.pop("inference", None)
    if isinstance(bound, PipelineML) and bound.binding.evaluation is not None:
        scoring = _selection(bound.binding.evaluation.pipeline, parts, "evaluation", name)
        values["evaluation"] = {**scoring, **values.get("evaluation", {})}
    values = {"training": training, "inference": inference, **values}
    return write_document([write_binding(name, values)], modeline)


def _declared(bound: Any) -> dict[str, Any]:
    """Return everything but the selections, as a document has it."""
    if isinstance(bound, PipelineML):
        return dict(bound.binding.document)
    options = dict(bound.log_model_kwargs)
    if options.get("name") == "model":  # kedro-mlflow's default
        del options["name"]
    binding, code = declared_in_code(bound.input_name, bound.kpm_kwargs, options)
    objects = [key for key, value in code.model.items() if value]
    if objects:
        raise BindingError(
            f"a document can't have what log_model_kwargs gives for {', '.join(objects)}"
            "; keep the binding in code, or replace it by a value that YAML has"
        )
    return binding.model_dump(mode="json", exclude_defaults=True)


def _selection(nodes: Pipeline, parts: list[ProjectPart], what: str, name: str) -> dict[str, Any]:
    """Find a selection of exactly these nodes: a pipeline, one of its tags or namespaces, or the nodes by name."""
    names = frozenset(node.name for node in nodes.nodes)
    for part in parts:
        if part.names == names:
            return dict(part.selection)
    wholes = sorted(
        (part for part in parts if not part.filters and names <= part.names), key=lambda part: len(part.names)
    )
    if wholes:
        return {"pipeline": wholes[0].pipeline, "node_names": sorted(names)}
    raise BindingError(
        f"no registered pipeline has the {what} nodes of '{name}' ({', '.join(sorted(names))})"
        f"; register its {what} pipeline under a name of its own in register_pipelines(), then run this again"
    )
