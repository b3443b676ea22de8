"""`kedro bind diff`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from kedro_bind.cli.project import context_of, verbose_option, where_options
from kedro_bind.errors import KedroBindError
from kedro_bind.process.no_traceback import no_traceback
from kedro_bind.process.stdout import AnswerCommand, answer

if TYPE_CHECKING:
    from kedro.framework.startup import ProjectMetadata

    from conf_schema import EnvManager

__all__ = ["command"]

_ERROR = 2


@click.command(
    name="diff",
    cls=AnswerCommand,
    epilog="Example: kedro bind diff models:/churn@champion models:/churn/7 --data=holdout --format=markdown",
    short_help="Show what differs between two models, down to their predictions.",
)
@click.argument("before", metavar="A")
@click.argument("after", metavar="[B]", required=False)
@where_options
@click.option("--data", help="The rows that both predict: a catalog dataset or a file; an example by default.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "json", "markdown"]),
    default="text",
    show_default=True,
    help="How the difference is written; markdown fits a comment on a pull request. "
    "Pipe it from 'python -m kedro_bind diff', which prints nothing else.",
)
@click.option(
    "--env-manager",
    type=click.Choice(["local", "virtualenv", "uv", "conda"]),
    default="local",
    show_default=True,
    help="The environment in which each model predicts.",
)
@verbose_option
@click.pass_obj
def command(  # noqa: PLR0913, PLR0917 - one for each option
    metadata: ProjectMetadata | None,
    /,
    before: str,
    after: str | None,
    env: str | None,
    conf_source: str | None,
    params: dict[str, Any],
    data: str | None,
    format_: str,
    env_manager: EnvManager,
    *,
    verbose: bool,
) -> None:
    """Show what differs between the models A and B.

    Each is a URI (models:/churn@champion, models:/churn/7, runs:/…, a folder), for which no Kedro project is needed, or
    the name of a binding: what it would log now, from what is stored. The name of a binding alone is compared with the
    model that it has logged. Exits with 0 if nothing differs, 1 if something does, 2 if they can't be compared.
    """
    try:
        with no_traceback(verbose=verbose, exit_code=_ERROR):
            from kedro_bind.render.difference import render_difference
            from kedro_bind.session.difference import difference

            context = context_of(metadata, env, conf_source, params) if metadata is not None else None
            found = difference((before, after), context, data, env_manager)
            answer(render_difference(found, format_))
    except KedroBindError as error:  # click would exit with 1, which says that the models differ
        error.show()
        raise click.exceptions.Exit(_ERROR) from None
    if found.different:
        raise click.exceptions.Exit(1)
