"""Values to a document of bindings, or to what is wrong with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from conf_schema.explain import Wording, explain
from conf_schema.models import Binding, Document

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conf_schema.diagnostics import Diagnostic

__all__ = ["validate_binding", "validate_document"]

_WORDING = Wording(
    model=Binding,
    some="a binding",
    this="the binding '{name}'",
    forms={
        ("runner",): "the name of a runner, or a mapping with its 'type' and arguments",
        ("copy_mode",): "'assign', 'copy', 'deepcopy', or a mapping of datasets to these",
        ("model", "input_example"): "'auto', 'none', or a number of rows from 1",
        ("model", "code_paths"): "'auto', 'none', or a list of paths",
        ("model", "predict_params"): "'all', 'none', or a list of parameters",
        ("model", "conda_env"): "a file's path or a mapping",
        ("model", "promote_if"): "a condition such as 'accuracy >= champion', or a list of them",
    },
    remedies={
        (): "give it the keys 'training' and 'inference'",
        ("training",): "write '{{pipeline: {value}}}'",
        ("inference",): "write '{{pipeline: {value}}}'",
        ("model", "code_paths"): "write '[{value}]'",
        ("model", "predict_params"): "write '[{value}]'",
    },
    missing={
        "training": "say which nodes train: 'training: {pipeline: …, tags: …}'",
        "inference": "say which nodes predict: 'inference: {pipeline: …, tags: …}'",
    },
)


def validate_document(values: Mapping[Any, Any]) -> tuple[Document, list[Diagnostic]]:
    """Give the bindings that hold, and a finding for everything that is wrong with the others.

    A name that is empty or no string is passed over: it is a finding of `parse_source`.
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
    """Give one binding, or the findings that keep it from being one."""
    try:
        return Binding.model_validate(value), []
    except ValidationError as error:
        return None, explain(error, value, _WORDING, name, (name,))
