"""Every check of a Kedro project, each skipped only where what it needs is broken."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from conf_schema import KINDS, Diagnostic, Document, Severity, Sources
from kedro_bind.binding.expand import draft_all
from kedro_bind.binding.pipeline_ml import PipelineML
from kedro_bind.binding.resolve import Drafted
from kedro_bind.checks.report import Report, broken_project
from kedro_bind.checks.rules import CheckContext, check_drafts, locate_findings
from kedro_bind.checks.tracking import tracking_findings, unused_keys
from kedro_bind.config.document import Config, read_config
from kedro_bind.config.files import env_of, has_environment
from kedro_bind.config.mlflow import read_tracking_config
from kedro_bind.config.unread_files import unread_files
from kedro_bind.project import Origin

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from pathlib import Path

    from kedro.pipeline import Pipeline

    from kedro_bind.binding.resolved import ResolvedBinding
    from kedro_bind.config.mlflow import TrackingConfig

__all__ = ["Project", "bindings_in_code", "check_project"]


@dataclass(frozen=True)
class Project:
    """A Kedro project in one environment: its config loader, and how to load the rest.

    `pipelines` and `catalog` are called only if there is something to check with them.
    """

    loader: Any
    path: Path
    package: str | None
    pipelines: Callable[[], Mapping[str, Pipeline]]
    catalog: Callable[[], Any]


def check_project(project: Project, names: Iterable[str] = (), config: Config | None = None) -> Report:
    """Find what is wrong with the bindings of a project's document and code, and with its `mlflow.yml`.

    `names` limits the check to these bindings of the document. `config` is the document, if it has been read already. A
    project whose own code or configuration can't be loaded is a finding too.
    """
    loader = project.loader
    if (missing := _missing_environment(loader)) is not None:
        return Report((missing,), env=env_of(loader))
    config = config or read_config(loader, project.path) or Config(Document(), Sources(), env=env_of(loader))
    tracking = read_tracking_config(loader, project.path)
    unread = [finding for stem in KINDS for finding in unread_files(loader, stem, project.path)]
    requested = tuple(names)
    checked = requested or tuple(config.names)
    bindings = _check_bindings(config, checked, project, tracking, with_code=not requested)
    findings = [*_of_document(config, checked), *tracking_findings(tracking), *unused_keys(tracking)]
    findings += locate_findings(bindings.findings, config)
    # Beside a document that is read, such a file may be a copy that somebody keeps.
    findings += [replace(finding, severity=Severity.WARNING) for finding in unread] if config.names else unread
    sources = Sources((*config.sources.files, *tracking.sources.files))
    findings.sort(key=lambda finding: finding.sort_key)
    return Report(tuple(findings), (*checked, *bindings.in_code), config.env, sources, bindings.row_wise)


def _missing_environment(loader: Any) -> Diagnostic | None:
    """Find that the loader's environment has no folder: Kedro's loader then reads nothing at all."""
    env = env_of(loader)
    if not env or has_environment(loader, env):
        return None
    return Diagnostic(
        "broken-project",
        f"the environment '{env}' has no folder in the configuration, so Kedro can't read any of it",
        "create the folder, which may be empty, or choose another environment with '--env'",
    )


def _of_document(config: Config, checked: Sequence[str]) -> list[Diagnostic]:
    """Return the findings about the text of some bindings; a template may be part of any of them."""
    declared = set(config.names)
    return [finding for finding in config.findings if finding.binding in checked or finding.binding not in declared]


class _Checked(NamedTuple):
    """The findings about bindings, the names of those that code makes, and the bindings that declare `row_wise`."""

    findings: list[Diagnostic]
    in_code: list[str]
    row_wise: dict[str, bool]


def _check_bindings(
    config: Config, checked: Sequence[str], project: Project, tracking: TrackingConfig, *, with_code: bool
) -> _Checked:
    """Check bindings with the project's pipelines and catalog, as far as these can be loaded.

    Bindings made in code are checked only `with_code`.
    """
    drafts = {name: draft for name, draft in config.drafts.items() if name in checked}
    if not drafts and not with_code:
        return _Checked([], [], {})
    try:
        pipelines = project.pipelines()
        in_code = bindings_in_code(pipelines, config.names) if with_code else []
    except Exception as error:  # noqa: BLE001 - the project's own code may raise anything
        return _Checked([broken_project("pipelines", error)], [], {})
    drafted = [*draft_all(drafts, pipelines).values(), *map(Drafted, in_code)]
    findings = [finding for draft in drafted for finding in draft.findings]
    names = [binding.key for binding in in_code]
    row_wise = {
        draft.binding.key: draft.binding.model.row_wise for draft in drafted if draft.binding.model.row_wise != "auto"
    }
    if not drafted:
        return _Checked(findings, names, row_wise)
    try:
        catalog = project.catalog()
    except Exception as error:  # noqa: BLE001 - its datasets and its config loader may raise anything
        findings.append(broken_project("catalog and parameters", error))
        catalog = None
    context = CheckContext(catalog, Origin(project.path, project.package, config.env), tracking)
    return _Checked([*findings, *check_drafts(drafted, context)], names, row_wise)


def bindings_in_code(pipelines: Mapping[str, Pipeline], declared: Collection[str]) -> list[ResolvedBinding]:
    """Return the bindings that the project's code registers, beside those that are `declared` in its document."""
    registered = ((name, pipelines[name]) for name in pipelines)
    return [
        pipeline.binding.named(name)
        for name, pipeline in registered
        if isinstance(pipeline, PipelineML) and pipeline.binding.key not in declared
    ]
