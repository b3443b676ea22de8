"""What a picture is of: a binding or a logged model as plain values, whichever of the two it is."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from kedro_bind.redaction import redact, redact_value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conf_schema import Diagnostic

__all__ = [
    "CarriedArtifact",
    "CarriedParameter",
    "DrawnEvaluation",
    "Facts",
    "Field",
    "Step",
    "Subject",
    "Table",
    "human_size",
    "redacted_subject",
    "value_text",
]

Value = TypeVar("Value")
_MOST_CHARACTERS = 2_000
Facts = tuple[tuple[str, str], ...]
"""Labels with their texts, in the order in which they are read."""


@dataclass(frozen=True)
class Step:
    """A node: its function by `module:qualname`, and the names of what it reads and writes."""

    name: str
    function: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


@dataclass(frozen=True)
class CarriedArtifact:
    """An artifact: the inference input `name`, which is the training dataset `source`, stored as `kind`.

    `size` in bytes, `sha256` and `version` are known of a logged model only.
    """

    name: str
    source: str
    kind: str = ""
    size: int | None = None
    sha256: str = ""
    version: str = ""


@dataclass(frozen=True)
class CarriedParameter:
    """A parameter of the inference pipeline, its value as text, and whether a caller may set it."""

    name: str
    value: str = ""
    settable: bool = False


@dataclass(frozen=True)
class DrawnEvaluation:
    """The nodes that score the model, the dataset that it predicts for them, and the outputs listed as metrics.

    Without `metrics`, every output that is a number or a mapping of names to numbers is a metric.
    """

    input_name: str
    steps: tuple[Step, ...] = ()
    metrics: tuple[str, ...] = ()


@dataclass(frozen=True)
class Field:
    """A column of the input or the output, or a tensor."""

    name: str
    type: str
    optional: bool = False

    def __str__(self) -> str:
        """Write the name with its type."""
        return f"{self.name}: {self.type}" + (" (optional)" if self.optional else "")


@dataclass(frozen=True)
class Table:
    """A section of the model card."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Subject:
    """Everything that a picture shows; texts have no credentials.

    `place` is the URI of a model, or where a binding is declared. `notes` has, by dataset, what is worth saying of it,
    such as its type in the catalog or its validator. `facts` are about the whole, and `tables` make it a model card.
    """

    name: str
    place: str
    input_name: str
    training_input: str
    training: tuple[Step, ...] = ()
    inference: tuple[Step, ...] = ()
    evaluation: DrawnEvaluation | None = None
    artifacts: tuple[CarriedArtifact, ...] = ()
    parameters: tuple[CarriedParameter, ...] = ()
    description: str = ""
    inputs: tuple[Field, ...] = ()
    outputs: tuple[Field, ...] = ()
    notes: Mapping[str, Facts] = field(default_factory=dict)
    facts: Facts = ()
    tables: tuple[Table, ...] = ()
    findings: tuple[Diagnostic, ...] = ()


def human_size(size: int) -> str:
    """Write a number of bytes as a person reads it."""
    if size < 1000:  # noqa: PLR2004 - where kB begin
        return f"{size} B"
    amount = float(size)
    for unit in ("kB", "MB", "GB"):
        amount /= 1000
        if amount < 999.5:  # noqa: PLR2004 - what would be rounded up to 1000
            return f"{amount:.3g} {unit}"
    return f"{amount / 1000:.3g} TB"


def value_text(name: str, value: Any) -> str:
    """Write a value, without credentials, as YAML or JSON would have it."""
    text = json.dumps(redact_value(value, name), default=str, ensure_ascii=False)
    return text if len(text) <= _MOST_CHARACTERS else f"{text[:_MOST_CHARACTERS]}…"


def redacted_subject(subject: Subject) -> Subject:
    """Return the subject without credentials in any text, before one is broken into lines or escaped."""
    return _redacted(subject)


def _redacted(value: Value) -> Value:
    found: Any = value
    if isinstance(value, str) and type(value) is str:
        found = redact(value)
    elif isinstance(value, tuple):
        found = tuple(map(_redacted, value))
    elif isinstance(value, dict):
        found = {_redacted(key): _redacted(inner) for key, inner in value.items()}
    elif is_dataclass(value) and not isinstance(value, type):
        found = replace(value, **{field.name: _redacted(getattr(value, field.name)) for field in fields(value)})
    redacted: Value = found
    return redacted
