"""What `kedro bind show` draws: a binding as it is declared now, or a logged model."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import click

from kedro_bind.cli.project import config_of, context_of, loader_of, with_plain_parameters
from kedro_bind.errors import KedroBindError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from contextlib import AbstractContextManager

    from kedro.framework.startup import ProjectMetadata
    from kedro.pipeline import Pipeline

    from conf_schema import Diagnostic
    from kedro_bind.binding.resolved import ResolvedBinding
    from kedro_bind.config.document import Config
    from kedro_bind.render.picture import Subject

__all__ = ["ProjectOptions", "declared_subject", "logged_subject"]


@dataclass(frozen=True)
class ProjectOptions:
    """A Kedro project, and the options that decide which of its configuration counts."""

    metadata: ProjectMetadata
    env: str | None
    conf_source: str | None
    params: Mapping[str, Any]

    @property
    def parts(self) -> tuple[ProjectMetadata, str | None, str | None, Mapping[str, Any]]:
        """The arguments of the functions of `kedro_bind.cli.project`."""
        return self.metadata, self.env, self.conf_source, self.params


def logged_subject(model: str, project: ProjectOptions | None) -> Subject:
    """Read a logged model, by its URI or by the name of a binding, and say which one it is.

    Raises:
        KedroBindError: it can't be found or read.
    """
    from kedro_bind.render.picture.of_model import subject_of_model
    from kedro_bind.tracking.logged_files import read_logged_files

    with _connected(project) if project is not None else nullcontext():
        files = read_logged_files(_uri(model, project))
    click.echo(f"the model is {files.uri}", err=True)
    return subject_of_model(files)


def declared_subject(name: str, project: ProjectOptions) -> Subject:
    """Resolve and check a binding as it is declared now, as far as that goes.

    Raises:
        KedroBindError: there is no such binding, or the project's pipelines can't be loaded.
    """
    from kedro_bind.checks import Project, broken_project, check_project
    from kedro_bind.render.picture.of_binding import subject_of_binding
    from kedro_bind.session.install import checked, registered_pipelines

    metadata = project.metadata
    catalog = cache(lambda: with_plain_parameters(context_of(*project.parts)).catalog)
    loader = loader_of(*project.parts)
    with checked(loader, metadata.project_path) as config:
        try:
            pipelines = registered_pipelines()
        except Exception as error:
            raise KedroBindError(broken_project("pipelines", error).text) from error
        binding = _binding(name, config, pipelines)
        declared = config is not None and name in config.names
        report = check_project(
            Project(loader, metadata.project_path, metadata.package_name, lambda: pipelines, catalog),
            [name] if declared else (),
            config,
        )
        return subject_of_binding(binding, _or_none(catalog), _about(name, report.findings), _place(name, config))


def _connected(project: ProjectOptions) -> AbstractContextManager[object]:
    """Let MLflow go by the project's configuration until the block ends."""
    from kedro_bind.config.mlflow import tracking_config_of
    from kedro_bind.tracking.server import connect

    context = context_of(*project.parts)
    return connect(tracking_config_of(context).mlflow.server, context)


def _uri(model: str, project: ProjectOptions | None) -> str:
    """Return a URI as it is; the name of a binding stands for its model."""
    from kedro_bind.tracking.model_uri import binding_model_uri, is_model_uri, needs_project, unknown_binding

    if is_model_uri(model):
        return model
    if project is None:
        raise needs_project(model)
    config = config_of(*project.parts)
    if config is None or model not in config.document.bindings:
        raise unknown_binding(model, config.names if config else ())
    return binding_model_uri(model, config.document.bindings[model])


def _binding(name: str, config: Config | None, pipelines: Mapping[str, Pipeline]) -> ResolvedBinding:
    """Return a binding of the document, as far as it could be resolved, or one that code makes."""
    from kedro_bind.binding.expand import draft_all
    from kedro_bind.checks.project import bindings_in_code
    from kedro_bind.tracking.model_uri import unknown_binding

    drafts = config.drafts if config is not None else {}
    if name in drafts:
        return draft_all({name: drafts[name]}, pipelines)[name].binding
    made = {binding.key: binding for binding in bindings_in_code(pipelines, drafts)}
    if name in made:
        return made[name]
    names = config.names if config is not None else []
    if name in names:
        raise KedroBindError(f"the binding '{name}' can't be read; 'kedro bind check {name}' says why")
    raise unknown_binding(name, [*names, *made])


def _about(name: str, findings: Iterable[Diagnostic]) -> list[Diagnostic]:
    return [finding for finding in findings if finding.binding == name]


def _place(name: str, config: Config | None) -> str:
    source = config.sources.declaring(name) if config is not None else None
    return f"{source.file}:{source.names[name].line}" if source else "made by the project's code"


def _or_none(catalog: Any) -> Any:
    try:
        return catalog()
    except Exception:  # noqa: BLE001 - the check has a finding about it
        return None
