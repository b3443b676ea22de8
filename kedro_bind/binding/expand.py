"""A document to `PipelineML` objects; pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from conf_schema import Diagnostic
from kedro_bind.binding.pipeline_ml import PipelineML
from kedro_bind.binding.resolve import resolve
from kedro_bind.binding.selection import Selector
from kedro_bind.errors import BindingError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kedro.pipeline import Pipeline

    from conf_schema import Binding, Document

__all__ = ["Expansion", "expand", "pipelines_named_by"]


@dataclass(frozen=True)
class Expansion:
    """The bindings that hold, and what is wrong with the others."""

    bound: dict[str, PipelineML]
    findings: tuple[Diagnostic, ...]


def expand(document: Document, pipelines: Mapping[str, Pipeline], names: Iterable[str] | None = None) -> Expansion:
    """Build the bound pipelines of a document from the registered ones.

    `names` restricts it to some bindings. Nothing is raised for a binding that does not hold: it is left
    out, and the findings say why, with paths that start at the top of the document.
    """
    bound: dict[str, PipelineML] = {}
    findings: list[Diagnostic] = []
    selector = Selector(pipelines)
    for name in document.bindings if names is None else names:
        result = _expand_one(name, document.bindings[name], selector)
        if isinstance(result, PipelineML):
            bound[name] = result
        else:
            findings += [replace(each, path=(name, *each.path)) for each in result]
    return Expansion(bound, tuple(findings))


def pipelines_named_by(binding: Binding) -> set[str]:
    """Give the names of the registered pipelines that a binding selects from."""
    return {*binding.training.pipeline, *binding.inference.pipeline}


def _expand_one(name: str, binding: Binding, selector: Selector) -> PipelineML | list[Diagnostic]:
    problems = []
    if name in selector.pipelines:
        problems.append(
            Diagnostic(
                "name-clash",
                f"'{name}' is the name of a registered pipeline already",
                "give the binding a name of its own",
                on_key=True,
            )
        )
    training, of_training = selector.select(binding.training, ("training",))
    inference, of_inference = selector.select(binding.inference, ("inference",))
    problems += [*of_training, *of_inference]
    if problems or training is None or inference is None:
        return problems
    try:
        return PipelineML.of(resolve(binding, training, inference, name=name))
    except BindingError as error:
        return list(error.diagnostics)
