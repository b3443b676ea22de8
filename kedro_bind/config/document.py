"""The document of bindings in one environment, read through Kedro's config loader."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kedro.framework.project import settings

from kedro_bind.config.files import read_files
from kedro_bind.redaction import Redaction, redaction_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from kedro.config import AbstractConfigLoader

    from conf_schema import Diagnostic, Document, Draft, Sources

__all__ = ["CONFIG_KEY", "Config", "config_loader", "read_config"]

CONFIG_KEY = "pipeline_ml"


@dataclass(frozen=True)
class Config:
    """The bindings that the project's `pipeline_ml*` files declare in one environment.

    `document` has the valid bindings, `drafts` the valid parts of all; `findings` are the problems, already placed.
    `redaction` knows the credentials that the same loader reads.
    """

    document: Document
    sources: Sources
    findings: tuple[Diagnostic, ...] = ()
    env: str = ""
    redaction: Redaction = field(default=Redaction(tuple), compare=False, repr=False)
    drafts: Mapping[str, Draft] = field(default_factory=dict)

    @property
    def names(self) -> list[str]:
        """The names of all declared bindings, invalid ones included."""
        return list(dict.fromkeys(name for source in self.sources.files for name in source.names))

    @property
    def unreadable(self) -> bool:
        """Whether a file could not be read, so that bindings may be missing from `names`."""
        return any(source.root is None for source in self.sources.files)


def config_loader(
    project_path: Path, env: str | None, conf_source: str | None, params: Mapping[str, Any] | None = None
) -> AbstractConfigLoader:
    """Return the config loader that a session with these options would have."""
    loader: AbstractConfigLoader = settings.CONFIG_LOADER_CLASS(
        conf_source=conf_source or str(project_path / settings.CONF_SOURCE),
        env=env or os.getenv("KEDRO_ENV"),
        runtime_params=dict(params) if params else None,
        **settings.CONFIG_LOADER_ARGS,
    )
    return loader


def read_config(loader: Any, project_path: Path | None = None) -> Config | None:
    """Read the bindings through Kedro's config loader; `None` where the project has no such file.

    Mistakes of users become findings and are never raised. The names of files below `project_path` are relative to it.
    """
    files = read_files(loader, CONFIG_KEY, project_path)
    if files is None:
        return None
    from conf_schema import Draft, draft_binding, validate_document  # pydantic takes long to import

    document, problems = validate_document(files.values)
    drafts = {
        name: Draft(document.bindings[name]) if name in document.bindings else draft_binding(name, value)[0]
        for name, value in files.values.items()
    }
    for name, (value, unknown) in files.partial.items():
        drafts[name], more = draft_binding(name, value, unknown)
        problems += more
    placed = (files.sources.locate(finding) for finding in (*files.findings, *problems))
    findings = tuple(sorted(placed, key=lambda finding: finding.sort_key))
    known = {name: draft for name, draft in drafts.items() if draft is not None}
    return Config(document, files.sources, findings, files.env, redaction_of(loader), known)
