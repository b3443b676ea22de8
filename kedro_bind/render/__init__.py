"""Findings and pictures to what a person or a program reads."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from conf_schema import visible
from kedro_bind.render.text import folded, render_excerpts, summary

if TYPE_CHECKING:
    from conf_schema import Diagnostic
    from kedro_bind.checks import Report

__all__ = ["render_report"]


def render_report(report: Report, form: str, *, colour: bool = False) -> str:
    """Write a report as `text`, `json` or `github`."""
    if form == "json":
        return json.dumps({"diagnostics": [each.as_dict() for each in report.findings]}, indent=2)
    if form == "github":
        return "\n".join(_annotation(each, text) for each, text in folded(report.findings))
    if report.empty:
        return "no bindings: the project has no pipeline_ml*.yml, and its code makes none"
    shown = (render_excerpts(report.findings, report.sources, colour=colour), summary(report))
    return "\n".join(filter(None, shown))


def _annotation(diagnostic: Diagnostic, text: str) -> str:
    """Write a finding as a workflow command of GitHub Actions, with its escapes."""
    end = diagnostic.column + diagnostic.width - 1
    place = f"line={diagnostic.line},col={diagnostic.column},endColumn={end},"
    where = f"file={_escaped(visible(diagnostic.file))},{place}" if diagnostic.file else ""
    return f"::{diagnostic.severity.value} {where}title={diagnostic.code}::{text.replace('%', '%25')}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace(":", "%3A").replace(",", "%2C")
