"""Findings and pictures to what a person or a program reads."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from kedro_bind.render.text import render_excerpts, summary

if TYPE_CHECKING:
    from conf_schema import Diagnostic, Sources
    from kedro_bind.checks import Report

__all__ = ["render_report"]


def render_report(report: Report, sources: Sources, form: str) -> str:
    """Write a report as `text`, `json` or `github`."""
    if form == "json":
        return json.dumps({"diagnostics": [each.as_dict() for each in report.findings]}, indent=2)
    if form == "github":
        return "\n".join(map(_annotation, report.findings))
    return "\n".join(filter(None, (render_excerpts(report.findings, sources), summary(report))))


def _annotation(diagnostic: Diagnostic) -> str:
    """Write a finding as a workflow command of GitHub Actions, with its escapes."""
    end = diagnostic.column + diagnostic.width - 1
    place = f"file={_escaped(diagnostic.file or '')},line={diagnostic.line},col={diagnostic.column},endColumn={end}"
    message = diagnostic.text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return f"::{diagnostic.severity.value} {place},title={diagnostic.code}::{message}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace(":", "%3A").replace(",", "%2C")
