"""What the commands need from a Kedro project: its options, config loader and context."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click
from kedro.framework.project import settings

from kedro_bind.config.document import Config, config_loader, read_config
from kedro_bind.redaction import add_redaction, redaction_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kedro.config import AbstractConfigLoader
    from kedro.framework.context import KedroContext
    from kedro.framework.startup import ProjectMetadata

__all__ = [
    "config_of",
    "context_of",
    "loader_of",
    "verbose_option",
    "where_options",
    "with_plain_parameters",
]


def where_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that decide which configuration counts, as `kedro run` has them."""
    from kedro.framework.cli.project import CONF_SOURCE_HELP, PARAMS_ARG_HELP
    from kedro.framework.cli.utils import _split_params, env_option, validate_conf_source  # no public parser

    command = click.option(
        "--params", type=click.UNPROCESSED, default="", help=PARAMS_ARG_HELP, callback=_split_params
    )(command)
    command = click.option("--conf-source", callback=validate_conf_source, help=CONF_SOURCE_HELP)(command)
    decorated: Callable[..., Any] = env_option(command)
    return decorated


def verbose_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the option that shows the traceback of an error."""
    return click.option("--verbose", "-v", is_flag=True, help="Show the traceback of an error.")(command)


def config_of(
    metadata: ProjectMetadata, env: str | None, conf_source: str | None, params: Mapping[str, Any]
) -> Config | None:
    """Read the bindings, as a session with these options does."""
    return read_config(loader_of(metadata, env, conf_source, params), metadata.project_path)


def loader_of(
    metadata: ProjectMetadata, env: str | None, conf_source: str | None, params: Mapping[str, Any]
) -> AbstractConfigLoader:
    """Create the config loader of a session with these options; all output hides its credentials from now on."""
    loader = config_loader(metadata.project_path, env, conf_source, params)
    add_redaction(redaction_of(loader))
    return loader


def context_of(
    metadata: ProjectMetadata, env: str | None, conf_source: str | None, params: Mapping[str, Any]
) -> KedroContext:
    """Return the context of a session with these options; all output hides its credentials from now on."""
    from kedro.framework.session import KedroSession

    session_class: Any = getattr(settings, "SESSION_CLASS", KedroSession)  # Kedro 1.4 and later
    # A KedroServiceSession takes parameters for each run, and so not when it is created.
    at_creation = issubclass(session_class, KedroSession)
    runtime_params = {"runtime_params": dict(params)}
    session = session_class.create(
        project_path=metadata.project_path,
        env=env,
        conf_source=conf_source,
        **(runtime_params if at_creation else {}),
    )
    context: KedroContext = session.load_context(**({} if at_creation else runtime_params))
    add_redaction(redaction_of(context.config_loader))
    return context


def with_plain_parameters(context: KedroContext) -> KedroContext:
    """Let a context leave parameters as they are in the configuration.

    Kedro 1.3 and later turn typed parameters into objects by the hints of the registered pipelines, and fail if a type
    rejects a value. A check goes by the hints of one binding at a time, and reports such a value as a finding. From 1.4
    on, Kedro's session chooses the pipelines (https://github.com/kedro-org/kedro/pull/5494). It does so by a private
    name, which this sets as long as there is no public one.
    """
    if hasattr(context, "_pipelines_to_validate"):
        context._pipelines_to_validate = []  # noqa: SLF001 - only Kedro's session sets it; there is no public way
    return context
