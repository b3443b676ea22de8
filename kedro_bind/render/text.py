"""Findings as text, for a terminal or a log."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from conf_schema import visible
from kedro_bind.render.columns import columns_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from conf_schema import Diagnostic, Sources
    from kedro_bind.checks import Report

__all__ = ["folded", "render_excerpts", "render_plain", "render_row_wise", "summary"]

_COLOURS = {"error": "red", "warning": "yellow"}
_ROW_WISE = {
    True: "logging fails unless verification confirms it",
    False: "verification does not try it",
}


def render_plain(diagnostics: Iterable[Diagnostic]) -> str:
    """Write each finding as one line: its place, what is wrong, how to fix it, its code."""
    return "\n".join(_headline(finding, text, colour=False) for finding, text in folded(diagnostics))


def render_excerpts(diagnostics: Iterable[Diagnostic], sources: Sources | None, *, colour: bool = False) -> str:
    """Write each finding with the line that it points at, and carets below."""
    return "\n".join(_with_excerpt(finding, text, sources, colour=colour) for finding, text in folded(diagnostics))


def summary(report: Report) -> str:
    """Summarize in one line what was checked and what was found."""
    findings = [finding for finding, _ in folded(report.findings)]
    count = len(findings)
    errors = sum(finding.severity.value == "error" for finding in findings)
    kinds = [f"{errors} problem{'s' * (errors != 1)}"] if errors else []
    kinds += [f"{count - errors} warning{'s' * (count - errors != 1)}"] if count > errors else []
    bindings = f"{len(report.names)} binding{'s' * (len(report.names) != 1)}"
    files = f"{len(report.files)} file{'s' * (len(report.files) != 1)}"
    envs = f"env{'s' * (', ' in report.env)} {report.env}"
    return f"{bindings} in {files} ({envs}): {', '.join(kinds) or 'no problems'}"


def render_row_wise(declared: Mapping[str, bool]) -> str:
    """Write which bindings declare `row_wise`, and what comes of it."""
    lines = []
    for value, consequence in _ROW_WISE.items():
        names = [visible(name) for name in declared if declared[name] is value]
        if names:
            lines.append(f"row_wise: {str(value).lower()} in {', '.join(names)}; {consequence}")
    return "\n".join(lines)


def folded(diagnostics: Iterable[Diagnostic]) -> Iterator[tuple[Diagnostic, str]]:
    """Yield each finding with its text, but only once if it is in a template that several bindings use."""
    groups: dict[object, list[Diagnostic]] = {}
    for finding in diagnostics:
        key = (finding.file, finding.line, finding.column, finding.code, finding.message, finding.hint)
        groups.setdefault(key if finding.elsewhere else (*key, finding.path), []).append(finding)
    for group in groups.values():
        yield group[0], group[0].text_about(list(dict.fromkeys(finding.binding or "" for finding in group)))


def _headline(diagnostic: Diagnostic, text: str, *, colour: bool) -> str:
    place = f"{diagnostic.file}:{diagnostic.line}:{diagnostic.column}: " if diagnostic.file else ""
    warning = "warning: " if diagnostic.severity.value == "warning" else ""
    code = f"[{diagnostic.code}]"
    if not colour:
        return f"{visible(place)}{warning}{text} {code}"
    kind = _COLOURS[diagnostic.severity.value]
    place = click.style(visible(place), bold=True)
    return f"{place}{click.style(warning, fg=kind)}{text} {click.style(code, fg=kind)}"


def _with_excerpt(diagnostic: Diagnostic, text: str, sources: Sources | None, *, colour: bool) -> str:
    headline = _headline(diagnostic, text, colour=colour)
    line = sources.line(diagnostic) if sources else None
    if line is None:
        return headline
    start = diagnostic.column - 1
    before, marked = line[:start], line[start : start + diagnostic.width]
    number = str(diagnostic.line)
    margin = " " * len(number)
    caret = "^" * max(1, columns_of(visible(marked)))
    if colour:
        caret = click.style(caret, fg=_COLOURS[diagnostic.severity.value], bold=True)
    indent = " " * columns_of(visible(before))
    return f"{headline}\n {margin} |\n {number} | {visible(line)}".rstrip() + f"\n {margin} | {indent}{caret}"
