"""A document to `PipelineML` objects; pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from conf_schema import Diagnostic, Draft
from kedro_bind.binding.pipeline_ml import PipelineML
from kedro_bind.binding.resolve import Drafted, draft
from kedro_bind.binding.selection import Selector

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kedro.pipeline import Pipeline

    from conf_schema import Binding, Document

__all__ = ["Expansion", "draft_all", "expand", "pipelines_named_by"]


@dataclass(frozen=True)
class Expansion:
    """The bindings that hold, and what is wrong with the others."""

    bound: dict[str, PipelineML]
    findings: tuple[Diagnostic, ...]


def expand(document: Document, pipelines: Mapping[str, Pipeline], names: Iterable[str] | None = None) -> Expansion:
    """Build the bound pipelines of a document from the registered ones.

    `names` restricts it to some bindings. Nothing is raised for a binding that is invalid: it is left
    out, and the findings say why, with paths that start at the top of the document.
    """
    drafts = {name: Draft(document.bindings[name]) for name in (document.bindings if names is None else names)}
    drafted = draft_all(drafts, pipelines)
    bound = {name: PipelineML.of(each.binding) for name, each in drafted.items() if not each.findings}
    return Expansion(bound, tuple(finding for each in drafted.values() for finding in each.findings))


def draft_all(drafts: Mapping[str, Draft], pipelines: Mapping[str, Pipeline]) -> dict[str, Drafted]:
    """Resolve bindings as far as they can be; the paths of the findings start at the top of the document."""
    selector = Selector(pipelines)
    return {name: _drafted(name, each, selector) for name, each in drafts.items()}


def pipelines_named_by(binding: Binding) -> set[str]:
    """Give the names of the registered pipelines that a binding selects from."""
    return {*binding.training.pipeline, *binding.inference.pipeline}


def _drafted(name: str, declared: Draft, selector: Selector) -> Drafted:
    findings = []
    if name in selector.pipelines:
        findings.append(
            Diagnostic(
                "name-clash",
                f"'{name}' is the name of a registered pipeline already",
                "give the binding a name of its own",
                on_key=True,
            )
        )
    selected: dict[str, Pipeline | None] = {"training": None, "inference": None}
    for part in selected:
        if part not in declared.bad:
            selected[part], problems = selector.select(getattr(declared.binding, part), (part,))
            findings += problems
    drafted = draft(declared.binding, selected["training"], selected["inference"], name=name, broken=declared.bad)
    placed = (replace(each, path=(name, *each.path)) for each in (*findings, *drafted.findings))
    return replace(drafted, findings=tuple(placed))
