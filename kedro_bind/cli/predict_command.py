"""`kedro bind predict`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from kedro_bind.cli.logged_models import early_environment, model_environment, model_uris
from kedro_bind.cli.project import context_of, verbose_option
from kedro_bind.process.no_traceback import no_traceback
from kedro_bind.process.stdout import AnswerCommand, answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from kedro.framework.startup import ProjectMetadata

__all__ = ["command"]


def _params(ctx: click.Context, param: click.Parameter, value: Any) -> Any:
    """Parse parameters as Kedro does, whose parser raises errors of its own for some values."""
    from kedro.framework.cli.utils import _split_params

    try:
        return _split_params(ctx, param, value)
    except click.ClickException:
        raise
    except Exception as error:
        raise click.BadParameter(f"{' '.join(str(error).split())}; quote the value", ctx, param) from error


def _project_options(command: Callable[..., Any]) -> Callable[..., Any]:
    from kedro.framework.cli.project import CONF_SOURCE_HELP
    from kedro.framework.cli.utils import env_option, validate_conf_source

    command = click.option("--conf-source", callback=validate_conf_source, help=CONF_SOURCE_HELP)(command)
    decorated: Callable[..., Any] = env_option(command)
    return click.option(
        "--params",
        type=click.UNPROCESSED,
        default="",
        callback=_params,
        help="Parameters of the model, such as 'threshold=0.7,top=3'.",
    )(decorated)


def _chunk_options(command: Callable[..., Any]) -> Callable[..., Any]:
    options = [
        click.option("--keep", multiple=True, metavar="COLUMN", help="Carry this column over; may be repeated."),
        click.option("--workers", type=click.IntRange(1), default=1, help="Processes that predict."),
        click.option("--chunk-rows", type=click.IntRange(1), default=100_000, help="Rows of one call and of one part."),
        click.option(
            "--max-rows",
            type=click.IntRange(1),
            default=1_000_000,
            help="The most rows for a model that is not row-wise, which predicts all of them in one call.",
        ),
        click.option(
            "--on-bad-rows",
            type=click.Choice(["fail", "quarantine"]),
            default="fail",
            help="Stop at a row that the signature or a validator rejects, or set such rows aside with the reason.",
        ),
        click.option("--resume", is_flag=True, help="Finish an output begun with the same input and model."),
        click.option("--overwrite", is_flag=True, help="Replace what this command has written before."),
        click.option("--engine", type=click.Choice(["local", "spark"]), default="local", help="What predicts."),
        click.option(
            "--env-manager",
            type=click.Choice(["local", "virtualenv", "uv", "conda"]),
            default="local",
            help="With Spark: what makes the model's environment on the workers.",
        ),
        click.option(
            "--format", "format_", type=click.Choice(["parquet", "csv", "jsonl"]), help="The format of OUTPUT."
        ),
    ]
    for option in reversed(options):
        command = option(command)
    return command


@click.command(
    name="predict",
    cls=AnswerCommand,
    epilog="Example: kedro bind predict models:/churn@champion 'data/customers/*.parquet' data/scores --keep=id",
    short_help="Predict a table of any size with a logged model.",
    context_settings={"show_default": True},
)
@click.argument("model", metavar="MODEL")
@click.argument("source", metavar="INPUT")
@click.argument("destination", metavar="OUTPUT")
@_chunk_options
@_project_options
@verbose_option
@click.pass_obj
def command(
    metadata: ProjectMetadata | None,
    /,
    model: str,
    source: str,
    destination: str,
    env: str | None,
    conf_source: str | None,
    **options: Any,
) -> None:
    """Predict the table INPUT with MODEL, and write the predictions to OUTPUT.

    MODEL is a URI (models:/churn@champion, runs:/…, a folder), for which no Kedro project is needed, or the name of a
    binding, which stands for its registered model. INPUT and OUTPUT are names of datasets in the catalog, or paths or
    URLs of Parquet, CSV or JSON-lines files; INPUT may be a folder or a pattern. OUTPUT becomes one file if its name
    ends like one, otherwise a folder of parts.
    """
    with no_traceback(verbose=options.pop("verbose")):
        from kedro_bind.scoring.request import Request
        from kedro_bind.scoring.workers import Workers

        request = Request(model, source, destination, format=options.pop("format_"), **options)
        count = request.workers if request.engine == "local" else 0
        with Workers(count, early_environment(metadata), lambda: model_environment(metadata)) as workers:
            from kedro_bind.scoring.command import predict_table, require_predictions, summary_of

            (uri,) = model_uris([model], metadata, env, conf_source, {})
            context = None if metadata is None else context_of(metadata, env, conf_source, {})
            result = predict_table(replace(request, model=uri), context, workers)
            require_predictions(result)
            answer(summary_of(result, request))
