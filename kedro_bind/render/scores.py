"""The scores of several models as a table: text, Markdown or JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from kedro_bind.render.columns import columns_of
from kedro_bind.render.json_values import json_value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kedro_bind.evaluation.table import ScoreRow, ScoreTable

__all__ = ["markdown_table", "render_scores", "text_table"]


def render_scores(table: ScoreTable, form: str) -> str:
    """Write a table of scores as `text`, `markdown` or `json`; the best figure of each column is marked."""
    if form == "json":
        return json.dumps(json_value(_content(table)), indent=2)
    cells = [["model", "aliases", *table.metrics]]
    mark = "**{}**" if form == "markdown" else "{} *"
    cells += [[row.uri, ", ".join(row.aliases), *_figures(row, table, mark)] for row in table.rows]
    written = markdown_table(cells) if form == "markdown" else text_table(cells)
    errors = [f"{row.uri} can't be evaluated: {row.error}" for row in table.rows if row.error]
    return "\n".join([*_headline(table), written, *(["", *errors] if errors else [])])


def text_table(cells: Sequence[Sequence[str]]) -> str:
    """Align cells in columns; the first row is the heading."""
    widths = [max(map(columns_of, column)) for column in zip(*cells, strict=True)]
    padded = (
        [cell + " " * (width - columns_of(cell)) for cell, width in zip(row, widths, strict=True)] for row in cells
    )
    return "\n".join("  ".join(row).rstrip() for row in padded)


def markdown_table(cells: Sequence[Sequence[str]]) -> str:
    """Write cells as a table of Markdown; the first row is the heading."""
    rows = ["| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in row) + " |" for row in cells]
    return "\n".join([rows[0], "| " + " | ".join("---" for _ in cells[0]) + " |", *rows[1:]])


def _headline(table: ScoreTable) -> list[str]:
    if not table.data:
        return []
    digest = f" (digest {table.digest})" if table.digest else ""
    return [f"{table.binding} on '{table.data}'{digest}", ""]


def _figures(row: ScoreRow, table: ScoreTable, mark: str) -> list[str]:
    written = []
    for metric in table.metrics:
        value = row.metrics.get(metric)
        text = "" if value is None else f"{value:.6g}"
        written.append(mark.format(text) if value is not None and value == table.best(metric) else text)
    return written


def _content(table: ScoreTable) -> dict[str, object]:
    rows = [
        {
            "model": row.uri,
            "aliases": list(row.aliases),
            "metrics": dict(row.metrics),
            "error": row.error or None,
        }
        for row in table.rows
    ]
    best = {metric: table.best(metric) for metric in table.metrics}
    return {"binding": table.binding, "data": table.data, "digest": table.digest, "models": rows, "best": best}
