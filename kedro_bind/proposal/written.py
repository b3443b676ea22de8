"""A proposed binding as commented YAML."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kedro.pipeline import Pipeline

__all__ = ["as_yaml", "commented_out", "write_binding", "write_document"]

_MODEL_OPTIONS = """\
  # model:
  #   registered_model_name: {name}  # register each version, once it is verified
  #   aliases: [champion]  # what points to the latest version
"""
_WIDTH = 100
"""Where a comment is cut."""


def write_document(bindings: Iterable[str], modeline: str | None = None) -> str:
    """Join bindings to a document, with what to do with it at its top."""
    head = [f"# yaml-language-server: $schema={modeline}"] if modeline else []
    head += [
        "# Which nodes train, which nodes predict with what training fitted, and what a caller supplies.",
        "# 'kedro bind check' finds mistakes, 'kedro run --pipelines=NAME' trains and logs the model.",
    ]
    return "\n".join(head) + "\n\n" + "\n".join(bindings)


def write_binding(
    name: str,
    values: Mapping[str, Any],
    training: Pipeline | None = None,
    inference: Pipeline | None = None,
    fitted: Iterable[str] = (),
) -> str:
    """Write one binding; comments describe its pipelines."""
    lines = [f"{as_yaml(name)}:"]
    comments = _comments(training, inference, sorted(fitted))
    for key, value in values.items():
        comment = f"  # {comments[key]}" if comments.get(key) else ""
        if isinstance(value, dict):
            lines.append(f"  {key}:{comment}")
            lines += [f"    {line}" for member in value.items() for line in _member(*member)]
        else:
            lines.append(f"  {key}: {as_yaml(value)}{comment}")
    text = "\n".join(lines) + "\n"
    return text if "model" in values else text + _MODEL_OPTIONS.format(name=as_yaml(name))


def as_yaml(value: Any) -> str:
    """Write a value on one line, in quotes where YAML would read a text as something else."""
    text = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=10_000)
    return text.removesuffix("\n").removesuffix("\n...")


def commented_out(text: str) -> str:
    """Turn lines of YAML, comments included, into comments."""
    return "".join(f"# {line}\n" if line else "#\n" for line in text.splitlines())


def _comments(training: Pipeline | None, inference: Pipeline | None, fitted: list[str]) -> dict[str, str]:
    comments = {"input_name": "what a caller supplies", "artifacts": "inference input: training dataset"}
    if training is not None and fitted:
        comments["training"] = _cut(f"fits {', '.join(fitted)}")
    if inference is not None:
        nodes = ", ".join(node.name for node in inference.nodes)
        comments["inference"] = _cut(f"returns {', '.join(sorted(inference.outputs()))}; nodes: {nodes}")
    return comments


def _cut(text: str) -> str:
    return text if len(text) <= _WIDTH else f"{text[: _WIDTH - 1].rstrip(', ')} …"


def _member(key: str, value: Any) -> list[str]:
    """Write a key and its value, lists on one line."""
    flow = None if isinstance(value, list) else False
    return yaml.safe_dump({key: value}, default_flow_style=flow, allow_unicode=True, width=_WIDTH).splitlines()
