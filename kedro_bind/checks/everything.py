"""All layers of checks over a document, each skipping what an earlier one broke."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from conf_schema import Diagnostic
from kedro_bind.checks.catalog import catalog_problems
from kedro_bind.registry import expand

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from kedro.pipeline import Pipeline

    from kedro_bind.config import Config

__all__ = ["Report", "check_everything"]


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
) -> Report:
    """Collect what is wrong with the bindings of a document, or with some of them.

    The pipelines and the catalog are loaded only if a binding is left to check with them; a project whose
    own code or configuration breaks there is a finding too.
    """
    wanted = list(names) or config.names
    findings = [each for each in config.findings if each.binding in wanted or each.binding is None]
    bindings = [name for name in config.document.bindings if name in wanted]
    if bindings:
        findings += [
            config.sources.locate(each) for each in _kedro_problems(config, bindings, load_pipelines, load_catalog)
        ]
    files = tuple(dict.fromkeys(source.file for source in config.sources.files))
    return Report(tuple(sorted(findings, key=lambda each: each.sort_key)), tuple(wanted), files, config.env)


def _kedro_problems(
    config: Config,
    bindings: list[str],
    load_pipelines: Callable[[], Mapping[str, Pipeline]],
    load_catalog: Callable[[], Any],
) -> list[Diagnostic]:
    try:
        pipelines = load_pipelines()
    except Exception as error:  # noqa: BLE001 - the project's own code may raise anything
        return [_broken("pipelines", error)]
    expansion = expand(config.document, pipelines, bindings)
    findings = list(expansion.findings)
    if not expansion.bound:
        return findings
    try:
        catalog = load_catalog()
    except Exception as error:  # noqa: BLE001 - so may its datasets and config loader
        return [*findings, _broken("catalog", error)]
    for pipeline_ml in expansion.bound.values():
        findings += catalog_problems(pipeline_ml, catalog)
    return findings


def _broken(what: str, error: Exception) -> Diagnostic:
    cause = error.__cause__ or error
    said = " ".join(str(cause).split()) or type(cause).__name__
    return Diagnostic(
        "broken-project",
        f"the project's {what} can't be loaded: {type(cause).__name__}: {said}",
        "mend that first",
    )
