"""The result of a check: its findings, sorted by place, and what was checked."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from conf_schema import Diagnostic, Sources
from kedro_bind.errors import causes_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["Report", "broken_project", "merge_reports"]


@dataclass(frozen=True)
class Report:
    """The findings, sorted by place, with the bindings, the environment and the files that were checked.

    `row_wise` has the bindings that declare `row_wise`: only verification finds out whether it is so.
    """

    findings: tuple[Diagnostic, ...] = ()
    names: tuple[str, ...] = ()
    env: str = ""
    sources: Sources = field(default_factory=Sources)
    row_wise: Mapping[str, bool] = field(default_factory=dict)

    @property
    def empty(self) -> bool:
        """Whether there was nothing to check, and nothing to report about that."""
        return not (self.findings or self.names or self.sources.files)

    @property
    def files(self) -> tuple[str, ...]:
        """The files that were read."""
        return tuple(dict.fromkeys(source.file for source in self.sources.files))


def merge_reports(reports: Sequence[Report]) -> Report:
    """Merge the reports of several environments; a finding of only some of them names these."""
    reports = [report for report in reports if not report.empty] or reports[:1]
    if len(reports) == 1:
        return reports[0]
    envs: dict[Diagnostic, list[str]] = {}
    for report in reports:
        for finding in report.findings:
            envs.setdefault(finding, []).append(report.env)
    findings = []
    for finding, found_in in envs.items():
        read_in = [report.env for report in reports if finding.file in report.files]
        everywhere = read_in or [report.env for report in reports]
        about = "" if found_in == everywhere else f" (env {', '.join(found_in)})"
        findings.append(replace(finding, message=f"{finding.message}{about}"))
    files = {source.file: source for report in reports for source in report.sources.files}
    return Report(
        tuple(sorted(findings, key=lambda finding: finding.sort_key)),
        tuple(dict.fromkeys(name for report in reports for name in report.names)),
        ", ".join(report.env for report in reports),
        Sources(tuple(files.values())),
        _merge_row_wise(reports),
    )


def _merge_row_wise(reports: Sequence[Report]) -> dict[str, bool]:
    """Merge what bindings declare; where environments differ, a name has those in which it is so."""
    envs: dict[tuple[str, bool], list[str]] = {}
    for report in reports:
        for declared in report.row_wise.items():
            envs.setdefault(declared, []).append(report.env)
    merged = {}
    for (name, value), declared_in in envs.items():
        everywhere = declared_in == [report.env for report in reports if name in report.names]
        merged[name if everywhere else f"{name} (env {', '.join(declared_in)})"] = value
    return merged


def broken_project(part: str, error: Exception) -> Diagnostic:
    """Return the finding for a part of the project that can't be loaded."""
    chain = itertools.takewhile(lambda cause: isinstance(cause, Exception), causes_of(error))
    causes = [f"{type(cause).__name__}: {' '.join(str(cause).split()).rstrip('.')}" for cause in chain]
    return Diagnostic(
        "broken-project",
        f"the project's {part} can't be loaded: {', caused by '.join(causes)}",
        "fix this first",
    )
