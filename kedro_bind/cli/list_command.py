"""`kedro bind list`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from kedro_bind.cli.project import loader_of, verbose_option, where_options
from kedro_bind.config.document import read_config
from kedro_bind.process.no_traceback import no_traceback
from kedro_bind.process.stdout import AnswerCommand, answer, answers_on_terminal
from kedro_bind.redaction import redact

if TYPE_CHECKING:
    from kedro.framework.startup import ProjectMetadata

__all__ = ["command"]


@click.command(
    name="list",
    cls=AnswerCommand,
    epilog="Example: kedro bind list --env=prod",
)
@where_options
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How the bindings are written. Pipe json from 'python -m kedro_bind list', which prints nothing else.",
)
@verbose_option
@click.pass_obj
def command(
    metadata: ProjectMetadata,
    env: str | None,
    conf_source: str | None,
    params: dict[str, Any],
    format_: str,
    *,
    verbose: bool,
) -> None:
    """List the bindings, with their pipelines and where they are declared."""
    with no_traceback(verbose=verbose):
        from kedro_bind.config.unread_files import unread_files
        from kedro_bind.render.listing import render_listing
        from kedro_bind.render.text import render_plain

        loader = loader_of(metadata, env, conf_source, params)
        config = read_config(loader, metadata.project_path)
        answer(render_listing(config, format_, colour=format_ == "text" and answers_on_terminal()))
        if config is not None and config.names:
            return
        if unread := list(unread_files(loader, "pipeline_ml", metadata.project_path)):
            click.echo(redact(render_plain(unread)), err=True)
            raise click.exceptions.Exit(1)
