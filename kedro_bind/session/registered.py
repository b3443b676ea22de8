"""The pipelines of a project together with the bound ones."""

from __future__ import annotations

from collections import ChainMap
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from kedro_bind.errors import BindingError
from kedro_bind.redaction import redacting

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, MutableMapping

    from kedro.pipeline import Pipeline

    from kedro_bind.config.document import Config

__all__ = ["RegisteredPipelines", "add_bound", "refusal"]


class RegisteredPipelines(ChainMap[str, "Pipeline"]):
    """The bound pipelines, then those of the project; a bound pipeline that is broken raises an error that says why.

    The project's own mapping is looked up and never copied, since it may build each pipeline when it is asked for it.
    """

    def __init__(self, bound: Mapping[str, Pipeline], own: Mapping[str, Pipeline], config: Config) -> None:
        super().__init__(dict(bound), cast("MutableMapping[str, Pipeline]", own))
        self.config = config

    def __getitem__(self, name: str) -> Pipeline:
        if name in self.config.names and name not in self.maps[0]:
            self._refuse(name)
        return super().__getitem__(name)

    def __missing__(self, name: str) -> Pipeline:
        self._refuse(name)
        raise KeyError(name)

    def __delitem__(self, name: str) -> None:
        del next((pipelines for pipelines in self.maps if name in pipelines), self.maps[0])[name]

    def _refuse(self, name: str) -> None:
        error = refusal(name, self.config)
        if error is not None:
            raise error


def add_bound(pipelines: Mapping[str, Pipeline], config: Config, names: Collection[str]) -> RegisteredPipelines:
    """Add the bindings with these names to the project's pipelines; one that is broken becomes a finding."""
    from kedro_bind.binding.expand import expand

    new = [name for name in names if not _is_bound(name, pipelines)]
    expansion = expand(config.document, pipelines, new)
    findings = [config.sources.locate(finding) for finding in expansion.findings]
    return RegisteredPipelines(
        expansion.bound, pipelines, replace(config, findings=(*config.findings, *findings)) if findings else config
    )


def refusal(name: str, config: Config) -> BindingError | None:
    """Return the error for a bound pipeline that is broken, `None` for any other name.

    If a document can't be read, any name may be bound.
    """
    from conf_schema import has_errors
    from kedro_bind.render.text import render_plain

    findings = [finding for finding in config.findings if finding.binding in (name, None)]
    if not has_errors(findings) or (name not in config.names and not config.unreadable):
        return None
    with redacting(config.redaction):
        message = f"the bound pipeline '{name}' can't run:\n{render_plain(findings)}"
        return BindingError(message, findings, binding=name)


def _is_bound(name: str, pipelines: Mapping[str, Pipeline]) -> bool:
    """Return whether `bind_pipelines` has already added a binding of the document."""
    from kedro_bind.binding.pipeline_ml import PipelineML

    existing = pipelines.get(name)
    return isinstance(existing, PipelineML) and existing.binding.name == name
