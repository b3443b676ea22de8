"""Findings and pictures, for people and for programs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from conf_schema import visible
from kedro_bind.render.explanation import address_of
from kedro_bind.render.sarif import render_sarif
from kedro_bind.render.text import folded, render_excerpts, render_row_wise, summary

if TYPE_CHECKING:
    from conf_schema import Diagnostic
    from kedro_bind.checks import Report

__all__ = ["render_report"]


def render_report(report: Report, output_format: str, *, colour: bool = False) -> str:
    """Write a report as `text`, `json`, `github` or `sarif`."""
    if output_format == "json":
        findings = [{**finding.as_dict(), "url": address_of(finding.code)} for finding in report.findings]
        return json.dumps({"diagnostics": findings}, indent=2)
    if output_format == "sarif":
        return render_sarif(report)
    if output_format == "github":
        return "\n".join(_annotation(finding, text) for finding, text in folded(report.findings))
    if report.empty:
        return "no bindings: the project has no pipeline_ml*.yml, and its code makes none"
    excerpts = render_excerpts(report.findings, report.sources, colour=colour)
    parts = (excerpts, summary(report), render_row_wise(report.row_wise))
    return "\n".join(filter(None, parts))


def _annotation(diagnostic: Diagnostic, text: str) -> str:
    """Write a finding as a workflow command of GitHub Actions, with its escapes."""
    end = diagnostic.column + diagnostic.width - 1
    span = f"line={diagnostic.line},col={diagnostic.column},endColumn={end},"
    place = f"file={_escaped(visible(diagnostic.file))},{span}" if diagnostic.file else ""
    message = f"{text} ({address_of(diagnostic.code)})"
    return f"::{diagnostic.severity.value} {place}title={diagnostic.code}::{message.replace('%', '%25')}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace(":", "%3A").replace(",", "%2C")
