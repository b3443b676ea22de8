"""Findings as text for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conf_schema import Diagnostic, Sources
    from kedro_bind.checks import Report

__all__ = ["render_excerpts", "render_plain", "summary"]


def render_plain(diagnostics: Iterable[Diagnostic]) -> str:
    """Write each finding as one line: place, what is wrong, how to mend it, code."""
    return "\n".join(_headline(each) for each in diagnostics)


def render_excerpts(diagnostics: Iterable[Diagnostic], sources: Sources | None) -> str:
    """Write each finding with the line it points at and a caret below."""
    return "\n".join(_with_excerpt(each, sources) for each in diagnostics)


def summary(report: Report) -> str:
    """Say in one line what was checked and what came of it."""
    count = len(report.findings)
    errors = sum(each.severity.value == "error" for each in report.findings)
    kinds = [f"{errors} problem{'s' * (errors != 1)}"] if errors else []
    kinds += [f"{count - errors} warning{'s' * (count - errors != 1)}"] if count > errors else []
    bindings = f"{len(report.names)} binding{'s' * (len(report.names) != 1)}"
    files = f"{len(report.files)} file{'s' * (len(report.files) != 1)}"
    return f"{bindings} in {files} (env {report.env}): {', '.join(kinds) or 'no problems'}"


def _headline(diagnostic: Diagnostic) -> str:
    place = f"{diagnostic.file}:{diagnostic.line}:{diagnostic.column}: " if diagnostic.file else ""
    warning = "warning: " if diagnostic.severity.value == "warning" else ""
    return f"{place}{warning}{diagnostic.text} [{diagnostic.code}]"


def _with_excerpt(diagnostic: Diagnostic, sources: Sources | None) -> str:
    line = sources.line(diagnostic) if sources else None
    if line is None:
        return _headline(diagnostic)
    number = str(diagnostic.line)
    margin = " " * len(number)
    width = max(1, min(diagnostic.width, len(line) - diagnostic.column + 1))
    caret = " " * (diagnostic.column - 1) + "^" * width
    return f"{_headline(diagnostic)}\n {margin} |\n {number} | {line}\n {margin} | {caret}"
