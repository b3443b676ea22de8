"""The bindings of a project as a table, or as JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from conf_schema import visible
from kedro_bind.render.columns import columns_of

if TYPE_CHECKING:
    from conf_schema import Selection
    from kedro_bind.config.document import Config

__all__ = ["render_listing"]

_HEADER = ("binding", "training", "inference", "input", "evaluation", "registers", "row-wise", "declared at")
_NOTHING = "no bindings; declare one in conf/base/pipeline_ml.yml"


def render_listing(config: Config | None, form: str, *, colour: bool = False) -> str:
    """Write the bindings as `text` or `json`; one that is invalid says so."""
    names = config.names if config is not None else []
    if form == "json":
        return json.dumps({"bindings": [_as_dict(name, config) for name in names if config is not None]}, indent=2)
    if config is None or not names:
        return _NOTHING
    return _table([_HEADER, *(_row(name, config) for name in names)], colour=colour)


def _as_dict(name: str, config: Config) -> dict[str, Any]:
    """Return a binding as JSON-ready values; the parts of an invalid one are null."""
    source, binding = config.sources.declaring(name), config.document.bindings.get(name)
    found: dict[str, Any] = {
        "name": name,
        "file": source.file if source else None,
        "line": source.names[name].line if source else None,
        "valid": binding is not None,
        "training": None,
        "inference": None,
        "input_name": None,
        "evaluation": None,
        "registered_model_name": None,
        "aliases": [],
        "row_wise": None,
    }
    if binding is not None:
        found |= {
            "training": binding.training.model_dump(mode="json", exclude_defaults=True),
            "inference": binding.inference.model_dump(mode="json", exclude_defaults=True),
            "input_name": binding.input_name,
            "evaluation": None
            if binding.evaluation is None
            else binding.evaluation.model_dump(mode="json", exclude_defaults=True),
            "registered_model_name": binding.model.registered_model_name,
            "aliases": list(binding.model.aliases or ()),
            "row_wise": binding.model.row_wise,
        }
    return found


def _row(name: str, config: Config) -> tuple[str, ...]:
    source, binding = config.sources.declaring(name), config.document.bindings.get(name)
    place = f"{source.file}:{source.names[name].line}" if source else ""
    if binding is None:
        return (name, f"invalid; run 'kedro bind check {name}' to see why", "", "", "", "", "", place)
    model = binding.model
    registers = "@".join(filter(None, (model.registered_model_name, ",".join(model.aliases or ()))))
    parts = (_selection(binding.training), _selection(binding.inference), binding.input_name or "(inferred)")
    scoring = _selection(binding.evaluation) if binding.evaluation else "-"
    return (name, *parts, scoring, registers or "-", str(model.row_wise).lower(), place)


def _selection(selection: Selection) -> str:
    filters = selection.filters | ({"exclude_tags": list(selection.exclude_tags)} if selection.exclude_tags else {})
    text = "; ".join(f"{key} {', '.join(values)}" for key, values in filters.items())
    return " + ".join(selection.pipeline) + (f" ({text})" if text else "")


def _table(rows: list[tuple[str, ...]], *, colour: bool) -> str:
    cells = [[visible(cell) for cell in row] for row in rows]
    # The text of an invalid binding may run over the columns that it leaves empty.
    whole = [row for row in cells if row[2]]
    widths = [max(columns_of(row[index]) for row in whole) for index in range(len(_HEADER))]
    widths[0] = max(columns_of(row[0]) for row in cells)
    lines = []
    for row in cells:
        padded = [cell + " " * (width - columns_of(cell)) for cell, width in zip(row, widths, strict=True)]
        lines.append("  ".join(padded).rstrip())
    header, *others = lines
    return "\n".join([click.style(header, bold=True) if colour else header, *others])
