"""All layers of checks over a document, each skipping what an earlier one broke."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from conf_schema import Diagnostic, Sources
from kedro_bind.binding.expand import expand
from kedro_bind.checks.binding import findings_of_all, located
from kedro_bind.checks.in_code import bindings_in_code
from kedro_bind.checks.tracking import long_parameters, tracking_findings, unused_keys

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from kedro.pipeline import Pipeline

    from kedro_bind.config import Config
    from kedro_bind.model.origin import Origin
    from kedro_bind.tracking.config import TrackingConfig

__all__ = ["Report", "broken_project", "check_everything", "in_all"]


@dataclass(frozen=True)
class Report:
    """The findings, sorted by place, and what was looked at."""

    findings: tuple[Diagnostic, ...]
    names: tuple[str, ...]
    files: tuple[str, ...]
    env: str


def check_everything(
    config: Config,
    load_pipelines: Callable[[], Mapping[str, Pipeline]],
    load_catalog: Callable[[], Any],
    names: Iterable[str] = (),
    origin: Origin | None = None,
    tracking: TrackingConfig | None = None,
) -> Report:
    """Collect what is wrong with the bindings of a document and of code, or with some of them, and with `mlflow.yml`.

    `names` may be those of the document; without any, the bindings that code makes are checked as well. The pipelines
    and the catalog are loaded only if there may be a binding to check with them; a project whose own code or
    configuration breaks there is a finding too.
    """
    asked = list(names)
    wanted = asked or config.names
    declared = set(config.names)
    # What is about no declared binding, such as a template, may be about any of them.
    findings = [each for each in config.findings if each.binding in wanted or each.binding not in declared]
    bindings = [name for name in config.document.bindings if name in wanted]
    if bindings or not asked:
        in_code = None if asked else declared
        found, made = _kedro_problems(config, bindings, in_code, load_pipelines, load_catalog, origin, tracking)
        findings += located(found, config)
        wanted = [*wanted, *made]
    files = tuple(dict.fromkeys(source.file for source in config.sources.files))
    if tracking is not None:
        findings += [*tracking_findings(tracking), *unused_keys(tracking)]
        files += tracking.files
    return Report(tuple(sorted(findings, key=lambda each: each.sort_key)), tuple(wanted), files, config.env)


def in_all(checked: Sequence[tuple[Report, Sources]]) -> tuple[Report, Sources]:
    """Join the reports of several environments; what is wrong in some of them only, names these."""
    if len(checked) == 1:
        return checked[0]
    envs: dict[Diagnostic, list[str]] = {}
    for report, _ in checked:
        for each in report.findings:
            envs.setdefault(each, []).append(report.env)
    findings = []
    for each, found_in in envs.items():
        read_in = [report.env for report, _ in checked if each.file is None or each.file in report.files]
        about = "" if found_in == read_in else f" (env {', '.join(found_in)})"
        findings.append(replace(each, message=f"{each.message}{about}"))
    files = {source.file: source for _, sources in checked for source in sources.files}
    report = Report(
        tuple(sorted(findings, key=lambda each: each.sort_key)),
        tuple(dict.fromkeys(name for report, _ in checked for name in report.names)),
        tuple(files),
        ", ".join(report.env for report, _ in checked),
    )
    return report, Sources(tuple(files.values()))


def _kedro_problems(
    config: Config,
    bindings: list[str],
    declared: Collection[str] | None,
    load_pipelines: Callable[[], Mapping[str, Pipeline]],
    load_catalog: Callable[[], Any],
    origin: Origin | None,
    tracking: TrackingConfig | None,
) -> tuple[list[Diagnostic], list[str]]:
    """Find what is wrong with bindings of the document and, given the names declared there, with those of code.

    Returns the names of the latter too.
    """
    try:
        pipelines = load_pipelines()
        in_code = [] if declared is None else bindings_in_code(pipelines, declared)
    except Exception as error:  # noqa: BLE001 - the project's own code may raise anything
        return [broken_project("pipelines", error)], []
    names = [binding.key for binding in in_code]
    expansion = expand(config.document, pipelines, bindings)
    findings = list(expansion.findings)
    bound = [*(pipeline.binding for pipeline in expansion.bound.values()), *in_code]
    if not bound:
        return findings, names
    try:
        catalog = load_catalog()
    except Exception as error:  # noqa: BLE001 - so may its datasets and config loader
        return [*findings, broken_project("catalog and parameters", error)], names
    long = long_parameters(bound, catalog, tracking) if tracking is not None else []
    return [*findings, *findings_of_all(bound, catalog, origin), *long], names


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
