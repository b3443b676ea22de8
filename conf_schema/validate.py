"""Values to a document of bindings, or to findings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conf_schema.draft import Draft, draft
from conf_schema.explain import Wording
from conf_schema.models import Binding, Document

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from conf_schema.diagnostics import Diagnostic, KeyPath

__all__ = ["draft_binding", "validate_binding", "validate_document"]

_WORDING = Wording(
    model=Binding,
    some="a binding",
    this="the binding '{name}'",
    forms={
        ("runner",): "the name of a runner, or a mapping with its 'type' and arguments",
        ("copy_mode",): "'assign', 'copy', 'deepcopy', or a mapping of datasets to these",
        ("model", "input_example"): "'auto', 'none', or a positive number of rows",
        ("model", "row_wise"): "'auto', true or false",
        ("model", "code_paths"): "'auto', 'none', or a list of paths",
        ("model", "predict_params"): "'all', 'none', or a list of parameters",
        ("model", "conda_env"): "a file's path or a mapping",
        ("artifacts",): "a mapping of inference inputs to training datasets",
        ("model", "tags"): "a mapping of names to strings",
        ("model", "promote_if"): "a condition such as 'accuracy >= champion', or a list of them",
    },
    remedies={
        (): "write the keys 'training' and 'inference' below it",
        ("training",): "write '{{pipeline: {value}}}'",
        ("inference",): "write '{{pipeline: {value}}}'",
        ("evaluation",): "write '{{pipeline: {value}}}'",
        ("artifacts",): "write 'artifacts: {{inference input: training dataset}}'",
        ("model", "code_paths"): "write '[{value}]'",
        ("model", "predict_params"): "write '[{value}]'",
    },
    missing={
        "training": "select the nodes that train: 'training: {pipeline: …, tags: …}'",
        "inference": "select the nodes that predict: 'inference: {pipeline: …, tags: …}'",
    },
    renamed={
        "artifact_path": (("model", "name"),),
        "log_model_kwargs": (("model",),),
        "kpm_kwargs": (("runner",), ("copy_mode",)),
        "nodes": (("training", "node_names"), ("inference", "node_names")),
        "namespace": (("training", "node_namespaces"), ("inference", "node_namespaces")),
        "namespaces": (("training", "node_namespaces"), ("inference", "node_namespaces")),
        # The arguments of Kedro's runners, which are no fields of a RunnerSpec.
        "is_async": (("runner", "is_async"),),
        "max_workers": (("runner", "max_workers"),),
    },
)


def draft_binding(name: str, value: Any, unknown: Iterable[KeyPath] = ()) -> tuple[Draft | None, list[Diagnostic]]:
    """Return the valid part of a binding, and the findings about the rest.

    The values at the paths in `unknown`, which start in the binding, are unknown, and no finding is about them.
    """
    return draft(name, value, _WORDING, unknown)


def validate_document(values: Mapping[Any, Any]) -> tuple[Document, list[Diagnostic]]:
    """Return the valid bindings, and all findings about the others.

    A name that is empty or not a string is passed over: `parse_source` has a finding about it.
    """
    bindings: dict[str, Binding] = {}
    findings: list[Diagnostic] = []
    for name, value in values.items():
        if not isinstance(name, str) or not name:
            continue
        binding, problems = validate_binding(name, value)
        findings += problems
        if binding is not None:
            bindings[name] = binding
    return Document(bindings), findings


def validate_binding(name: str, value: Any) -> tuple[Binding | None, list[Diagnostic]]:
    """Return one binding, or the findings that make it invalid."""
    drafted, findings = draft(name, value, _WORDING)
    return (drafted.binding if drafted is not None and not findings else None), findings
