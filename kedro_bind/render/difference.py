"""The difference between two models: text, Markdown for a comment on a pull request, or JSON."""

from __future__ import annotations

import dataclasses
import json
from itertools import groupby
from typing import TYPE_CHECKING

from kedro_bind.render.json_values import json_value
from kedro_bind.render.scores import markdown_table, text_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kedro_bind.evaluation.difference.changes import Change, ModelDifference
    from kedro_bind.evaluation.difference.rows import PredictionDifference

__all__ = ["render_difference"]

_SIGNS = {"added": "+", "removed": "-", "changed": "~"}


def render_difference(difference: ModelDifference, form: str) -> str:
    """Write a difference as `text`, `markdown` or `json`."""
    if form == "json":
        return json.dumps(json_value(dataclasses.asdict(difference) | {"different": difference.different}), indent=2)
    return "\n".join(_markdown(difference) if form == "markdown" else _text(difference))


def _text(difference: ModelDifference) -> Iterator[str]:
    yield f"- {difference.before}"
    yield f"+ {difference.after}"
    for section, changes in groupby(difference.changes, lambda change: change.section):
        yield ""
        yield section
        for change in changes:
            yield f"  {_SIGNS[change.kind]} {change.name}{_values(change)}"
    yield ""
    yield "predictions"
    yield f"  {_summary(difference.predictions)}"
    if difference.predictions.examples:
        yield ""
        yield "\n".join(f"  {line}" for line in text_table(_side_by_side(difference.predictions)).splitlines())
    if not difference.different:
        yield ""
        yield "no difference"


def _markdown(difference: ModelDifference) -> Iterator[str]:
    count = len(difference.changes)
    yield f"**`{difference.before}`** compared with **`{difference.after}`**"
    yield ""
    if not difference.different:
        yield "No difference."
        yield ""
    if count:
        cells = [["part", "name", "change", "before", "after"]]
        cells += [
            [
                change.section,
                f"`{change.name}`",
                change.detail or change.kind,
                _code(change.before),
                _code(change.after),
            ]
            for change in difference.changes
        ]
        yield markdown_table(cells)
        yield ""
    yield f"Predictions: {_summary(difference.predictions)}."
    if difference.predictions.examples:
        yield ""
        yield markdown_table(_side_by_side(difference.predictions))


def _values(change: Change) -> str:
    values = " -> ".join(filter(None, (change.before, change.after)))
    return "".join(f": {text}" for text in (change.detail, values) if text)


def _summary(predictions: PredictionDifference) -> str:
    if predictions.skipped:
        return f"not compared: {predictions.skipped}"
    if predictions.problem:
        return f"on {predictions.data}: {predictions.problem}"
    if not predictions.differing:
        return f"on {predictions.data}: the same for all {predictions.rows} rows"
    largest = ", ".join(f"{name} {value:.6g}" for name, value in predictions.largest.items())
    most = f"; the largest difference is {largest}" if largest else ""
    return f"on {predictions.data}: {predictions.differing} of {predictions.rows} rows differ{most}"


def _side_by_side(predictions: PredictionDifference) -> list[list[str]]:
    cells = [["row", "column", "before", "after"]]
    for example in predictions.examples:
        cells += [[example.row, name, value, example.after[name]] for name, value in example.before.items()]
    return cells


def _code(value: str) -> str:
    return f"`{value}`" if value else ""
