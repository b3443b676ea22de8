"""All layers of checks over a document, each skipping what an earlier one broke."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from conf_schema import KINDS, Diagnostic, Document, Severity, Sources
from kedro_bind.binding.expand import draft_all
from kedro_bind.binding.resolve import Drafted
from kedro_bind.checks.binding import Surroundings, findings_of_drafts, located
from kedro_bind.checks.in_code import bindings_in_code
from kedro_bind.checks.tracking import tracking_findings, unused_keys
from kedro_bind.config import Config, read_config
from kedro_bind.config_files import env_of, has_environment
from kedro_bind.model.origin import Origin
from kedro_bind.tracking.config import read_tracking_config
from kedro_bind.unread_files import unread_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from kedro.pipeline import Pipeline

    from kedro_bind.tracking.config import TrackingConfig

__all__ = ["Project", "Report", "broken_project", "check_project", "in_all"]


@dataclass(frozen=True)
class Project:
    """A Kedro project as one environment has it: its configuration, and how to load the rest.

    `pipelines` and `catalog` are called only where there is something to check with them.
    """

    loader: Any
    path: Path
    package: str | None
    pipelines: Callable[[], Mapping[str, Pipeline]]
    catalog: Callable[[], Any]


@dataclass(frozen=True)
class Report:
    """The findings, sorted by place, and what was looked at."""

    findings: tuple[Diagnostic, ...] = ()
    names: tuple[str, ...] = ()
    env: str = ""
    sources: Sources = field(default_factory=Sources)

    @property
    def empty(self) -> bool:
        """Whether there was nothing to check, and nothing to say about that."""
        return not (self.findings or self.names or self.sources.files)

    @property
    def files(self) -> tuple[str, ...]:
        """The files that were read."""
        return tuple(dict.fromkeys(source.file for source in self.sources.files))


def check_project(project: Project, names: Iterable[str] = (), config: Config | None = None) -> Report:
    """Collect what is wrong with the bindings of a project's document and code, and with its `mlflow.yml`.

    `names` restricts it to some bindings of the document. `config` is the document, where it has been read already. A
    project whose own code or configuration breaks is a finding too.
    """
    loader = project.loader
    if (missing := _without_environment(loader)) is not None:
        return Report((missing,), env=env_of(loader))
    config = config or read_config(loader, project.path) or Config(Document(), Sources(), env=env_of(loader))
    tracking = read_tracking_config(loader, project.path)
    unread = [each for stem in KINDS for each in unread_files(loader, stem, project.path)]
    asked = tuple(names)
    wanted = asked or tuple(config.names)
    found, made = _of_bindings(config, wanted, project, tracking, in_code=not asked)
    findings = [*_of_document(config, wanted), *tracking_findings(tracking), *unused_keys(tracking)]
    findings += located(found, config)
    # Beside a document that is read, such a file may be a copy that somebody keeps.
    findings += [replace(each, severity=Severity.WARNING) for each in unread] if config.names else unread
    sources = Sources((*config.sources.files, *tracking.sources.files))
    return Report(tuple(sorted(findings, key=lambda each: each.sort_key)), (*wanted, *made), config.env, sources)


def _without_environment(loader: Any) -> Diagnostic | None:
    """Find that the environment that Kedro goes by has no folder, without which its loader reads nothing at all."""
    env = env_of(loader)
    if not env or has_environment(loader, env):
        return None
    return Diagnostic(
        "broken-project",
        f"the environment '{env}' has no folder in the configuration, and Kedro reads nothing without it",
        "create the folder, which may be empty, or choose another environment with '--env'",
    )


def _of_document(config: Config, wanted: Sequence[str]) -> list[Diagnostic]:
    """Return what is wrong with the text of some bindings; a template may be part of any of them."""
    declared = set(config.names)
    return [each for each in config.findings if each.binding in wanted or each.binding not in declared]


def in_all(checked: Sequence[Report]) -> Report:
    """Join the reports of several environments; what is wrong in some of them only, names these."""
    checked = [report for report in checked if not report.empty] or checked[:1]
    if len(checked) == 1:
        return checked[0]
    envs: dict[Diagnostic, list[str]] = {}
    for report in checked:
        for each in report.findings:
            envs.setdefault(each, []).append(report.env)
    findings = []
    for each, found_in in envs.items():
        read_in = [report.env for report in checked if each.file in report.files] or [report.env for report in checked]
        about = "" if found_in == read_in else f" (env {', '.join(found_in)})"
        findings.append(replace(each, message=f"{each.message}{about}"))
    files = {source.file: source for report in checked for source in report.sources.files}
    return Report(
        tuple(sorted(findings, key=lambda each: each.sort_key)),
        tuple(dict.fromkeys(name for report in checked for name in report.names)),
        ", ".join(report.env for report in checked),
        Sources(tuple(files.values())),
    )


def _of_bindings(
    config: Config, wanted: Sequence[str], project: Project, tracking: TrackingConfig, *, in_code: bool
) -> tuple[list[Diagnostic], list[str]]:
    """Check bindings with the pipelines and the catalog, as far as each is known and each of these can be loaded.

    With `in_code`, those that code makes are checked as well; returns their names too.
    """
    drafts = {name: draft for name, draft in config.drafts.items() if name in wanted}
    if not drafts and not in_code:
        return [], []
    try:
        pipelines = project.pipelines()
        made = bindings_in_code(pipelines, config.names) if in_code else []
    except Exception as error:  # noqa: BLE001 - the project's own code may raise anything
        return [broken_project("pipelines", error)], []
    drafted = [*draft_all(drafts, pipelines).values(), *map(Drafted, made)]
    findings = [finding for each in drafted for finding in each.findings]
    names = [binding.key for binding in made]
    if not drafted:
        return findings, names
    try:
        catalog = project.catalog()
    except Exception as error:  # noqa: BLE001 - so may its datasets and config loader
        findings.append(broken_project("catalog and parameters", error))
        catalog = None
    around = Surroundings(catalog, Origin(project.path, project.package, config.env), tracking)
    return [*findings, *findings_of_drafts(drafted, around)], names


def broken_project(what: str, error: Exception) -> Diagnostic:
    """Give the finding for a part of the project that can't be loaded."""
    chain = [error]
    while chain[-1].__cause__ is not None and isinstance(chain[-1].__cause__, Exception):
        chain.append(chain[-1].__cause__)
    said = [f"{type(each).__name__}: {' '.join(str(each).split()).rstrip('.')}" for each in chain]
    return Diagnostic(
        "broken-project",
        f"the project's {what} can't be loaded: {', from '.join(said)}",
        "mend that first",
    )
