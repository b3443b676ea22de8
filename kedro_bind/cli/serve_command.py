"""`kedro bind serve`."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

import click

from kedro_bind.cli.binding_names import complete_binding
from kedro_bind.cli.logged_models import model_environment, model_uris
from kedro_bind.cli.project import verbose_option, where_options
from kedro_bind.errors import KedroBindError
from kedro_bind.process.no_traceback import no_traceback
from kedro_bind.process.stdout import AnswerCommand

if TYPE_CHECKING:
    from collections.abc import Callable

    from kedro.framework.startup import ProjectMetadata

__all__ = ["command"]

_MOST_BATCH_ROWS = 1_200
"""The most rows that verification tries in one call: `REPEATED_ROWS` of kedro_bind.packaging.verification.row_wise."""


def _limit_options(command: Callable[..., Any]) -> Callable[..., Any]:
    from kedro_bind.serving.limits import Limits

    rows = click.IntRange(1, _MOST_BATCH_ROWS)
    positive, default = click.IntRange(1), Limits()
    options = [
        click.option("--max-batch-rows", type=rows, default=default.batch_rows, help="The most rows of one call."),
        click.option("--max-rows", type=positive, default=default.rows, help="The most rows of a request."),
        click.option("--max-body", type=positive, default=default.body_bytes, help="The most bytes of a request."),
        click.option("--max-queue", type=positive, default=default.queue, help="The most requests that wait."),
        click.option(
            "--timeout",
            type=click.FloatRange(0, min_open=True),
            default=default.seconds,
            help="Seconds after which a request gets 504.",
        ),
    ]
    for option in reversed(options):
        command = option(command)
    return click.option("--show-example", is_flag=True, help="Show the logged example, which is real data.")(command)


@click.command(
    name="serve",
    cls=AnswerCommand,
    epilog="Example: kedro bind serve models:/churn@champion --port=5001 --batch",
    context_settings={"show_default": True},
)
@click.argument("models", nargs=-1, required=True, metavar="MODEL...", shell_complete=complete_binding)
@click.option("--host", default="127.0.0.1", help="The address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=5001, help="The port; 0 is any free one.")
@click.option("--workers", type=click.IntRange(1), default=1, help="Processes that predict; they share the artifacts.")
@click.option(
    "--reload",
    type=click.FloatRange(0, min_open=True),
    metavar="SECONDS",
    help="Look this often whether an alias has moved, and serve the version that it names.",
)
@click.option(
    "--batch/--no-batch",
    default=None,
    help="Join the rows of requests that wait; only for row-wise models. "
    "By default it is on for models whose binding has 'row_wise: true'.",
)
@_limit_options
@where_options
@verbose_option
@click.pass_obj
def command(
    metadata: ProjectMetadata | None,
    /,
    models: tuple[str, ...],
    env: str | None,
    conf_source: str | None,
    params: dict[str, Any],
    **options: Any,
) -> None:
    """Serve each MODEL over HTTP.

    MODEL is a URI (models:/churn@champion, runs:/…) or a folder, which need no Kedro project, or the name of a binding,
    which stands for its registered model.
    """
    verbose = options["verbose"]
    with no_traceback(verbose=verbose):
        _require_extra()
        from kedro_bind.serving.limits import Limits
        from kedro_bind.serving.options import ServerOptions
        from kedro_bind.serving.server import become_server

        limits = Limits(
            body_bytes=options["max_body"],
            rows=options["max_rows"],
            queue=options["max_queue"],
            seconds=options["timeout"],
            batch_rows=options["max_batch_rows"],
        )
        uris = model_uris(models, metadata, env, conf_source, params)
        chosen = {key: options[key] for key in ("host", "port", "workers", "reload", "batch", "show_example")}
        become_server(ServerOptions(uris, verbose=verbose, limits=limits, **chosen), model_environment(metadata))


def _require_extra() -> None:
    try:
        for module in ("uvicorn", "kedro_bind.serving.app"):
            importlib.import_module(module)
    except ImportError as error:
        raise KedroBindError(
            f"'kedro bind serve' needs the packages of the extra 'serve' ({error.name} is missing); "
            "run: pip install 'kedro-bind[serve]'"
        ) from error
