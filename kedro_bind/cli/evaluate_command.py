"""`kedro bind evaluate`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from kedro_bind.cli.project import context_of, verbose_option, where_options
from kedro_bind.process.no_traceback import no_traceback
from kedro_bind.process.stdout import AnswerCommand, answer

if TYPE_CHECKING:
    from kedro.framework.startup import ProjectMetadata

__all__ = ["command"]


@click.command(
    name="evaluate",
    cls=AnswerCommand,
    epilog="Example: kedro bind evaluate churn champion 7 --format=markdown",
    short_help="Score logged models on the evaluation data of a binding.",
)
@click.argument("name")
@click.argument("models", nargs=-1, metavar="[MODEL]...")
@where_options
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "json", "markdown"]),
    default="text",
    show_default=True,
    help="How the table is written. Pipe it from 'python -m kedro_bind evaluate', which prints nothing else.",
)
@verbose_option
@click.pass_obj
def command(
    metadata: ProjectMetadata,
    name: str,
    models: tuple[str, ...],
    env: str | None,
    conf_source: str | None,
    params: dict[str, Any],
    format_: str,
    *,
    verbose: bool,
) -> None:
    """Score logged models on the evaluation data of the binding NAME, in a table.

    MODEL is a version of the registered model, an alias of it, or any URI (models:/m-…, runs:/…, a folder). Without
    one, the versions that hold an alias and the newest version are scored. Nothing is logged, and no output of the
    evaluation is stored. Exits with 1 if a model can't be scored.
    """
    with no_traceback(verbose=verbose):
        from kedro_bind.render.scores import render_scores
        from kedro_bind.session.evaluation import evaluate_models

        table = evaluate_models(name, models, context_of(metadata, env, conf_source, params))
        answer(render_scores(table, format_))
        if any(row.error for row in table.rows):
            raise click.exceptions.Exit(1)
