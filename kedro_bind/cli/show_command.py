"""`kedro bind show`."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kedro_bind.cli.binding_names import complete_binding
from kedro_bind.cli.project import verbose_option, where_options
from kedro_bind.process.no_traceback import no_traceback
from kedro_bind.process.stdout import AnswerCommand, answer, answers_on_terminal
from kedro_bind.redaction import redact

if TYPE_CHECKING:
    from kedro.framework.startup import ProjectMetadata

__all__ = ["command"]


@click.command(
    name="show",
    cls=AnswerCommand,
    epilog="Example: kedro bind show churn --format=html --output=churn.html",
)
@click.argument("model", shell_complete=complete_binding)
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "mermaid", "svg", "html"]),
    default="text",
    show_default=True,
    help="How the picture is written. Pipe it from 'python -m kedro_bind show', which prints nothing else.",
)
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Write to this file.")
@click.option("--logged", is_flag=True, help="Draw the logged model of the binding, not the binding as it is now.")
@where_options
@verbose_option
@click.pass_obj
def command(  # noqa: PLR0913 - one for each option
    metadata: ProjectMetadata | None,
    model: str,
    env: str | None,
    conf_source: str | None,
    params: dict[str, Any],
    format_: str,
    output: Path | None,
    *,
    logged: bool,
    verbose: bool,
) -> None:
    """Draw a binding or a logged model: what trains, what travels, what predicts, and what evaluates.

    MODEL is the name of a binding, which is drawn as it is declared now, with the findings of the check, or the URI of
    a logged model (models:/churn@champion, runs:/…, a folder), for which no Kedro project is needed.
    """
    with no_traceback(verbose=verbose):
        from kedro_bind.cli.shown_model import ProjectOptions, declared_subject, logged_subject
        from kedro_bind.render.picture import draw
        from kedro_bind.tracking.model_uri import is_model_uri

        project = ProjectOptions(metadata, env, conf_source, params) if metadata is not None else None
        if project is None or logged or is_model_uri(model):
            subject = logged_subject(model, project)
        else:
            subject = declared_subject(model, project)
        on_terminal = output is None and format_ == "text" and answers_on_terminal()
        width = shutil.get_terminal_size().columns if on_terminal else None
        picture = draw(subject, format_, colour=on_terminal, width=width)
        if output is None:
            answer(picture)
        else:
            output.write_text(redact(picture), encoding="utf-8")
