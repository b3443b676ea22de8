"""A document and the registered pipelines, to bound pipelines; pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from conf_schema import Diagnostic, Draft
from kedro_bind.binding.pipeline_ml import PipelineML
from kedro_bind.binding.resolve import Drafted
from kedro_bind.binding.resolve import draft as draft_binding
from kedro_bind.binding.selection import Selector

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kedro.pipeline import Pipeline

    from conf_schema import Binding, Document

__all__ = ["Expansion", "draft_all", "expand", "pipelines_named_by"]


@dataclass(frozen=True)
class Expansion:
    """The valid bindings as pipelines, and the findings about the others."""

    bound: dict[str, PipelineML]
    findings: tuple[Diagnostic, ...]


def expand(document: Document, pipelines: Mapping[str, Pipeline], names: Iterable[str] | None = None) -> Expansion:
    """Build the bound pipelines of a document from the registered ones.

    `names` selects some of the bindings. An invalid binding is left out, and the findings say why; their paths start at
    the top of the document.
    """
    drafts = {name: Draft(document.bindings[name]) for name in (document.bindings if names is None else names)}
    drafted = draft_all(drafts, pipelines)
    bound = {name: PipelineML.of(draft.binding) for name, draft in drafted.items() if not draft.findings}
    return Expansion(bound, tuple(finding for draft in drafted.values() for finding in draft.findings))


def draft_all(drafts: Mapping[str, Draft], pipelines: Mapping[str, Pipeline]) -> dict[str, Drafted]:
    """Resolve the valid parts of bindings; the paths of the findings start at the top of the document."""
    selector = Selector(pipelines)
    return {name: _drafted(name, declared, selector) for name, declared in drafts.items()}


def pipelines_named_by(binding: Binding) -> set[str]:
    """Return the names of the registered pipelines that a binding selects from."""
    scored = binding.evaluation.pipeline if binding.evaluation else ()
    return {*binding.training.pipeline, *binding.inference.pipeline, *scored}


def _drafted(name: str, declared: Draft, selector: Selector) -> Drafted:
    findings = []
    if name in selector.pipelines:
        findings.append(
            Diagnostic(
                "name-clash",
                f"'{name}' is already the name of a registered pipeline",
                "rename the binding",
                on_key=True,
            )
        )
    selected: dict[str, Pipeline | None] = dict.fromkeys(("training", "inference", "evaluation"))
    for part in selected:
        selection = getattr(declared.binding, part)
        if selection is not None and part not in declared.bad:
            selected[part], problems = selector.select(selection, (part,))
            findings += problems
    resolved = draft_binding(declared.binding, *selected.values(), name=name, broken=declared.bad)
    placed = (replace(finding, path=(name, *finding.path)) for finding in (*findings, *resolved.findings))
    return replace(resolved, findings=tuple(placed))
