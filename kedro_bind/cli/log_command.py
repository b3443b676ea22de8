"""`kedro bind log`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from kedro_bind.cli.binding_names import complete_binding
from kedro_bind.cli.project import context_of, verbose_option, where_options
from kedro_bind.process.no_traceback import no_traceback
from kedro_bind.process.stdout import AnswerCommand, answer

if TYPE_CHECKING:
    from kedro.framework.startup import ProjectMetadata

__all__ = ["command"]


@click.command(
    name="log",
    cls=AnswerCommand,
    epilog="Example: kedro bind log churn --run-id=8f3b --env=prod",
)
@click.argument("name", shell_complete=complete_binding)
@where_options
@click.option("--run-id", help="The MLflow run to log to, such as the training run; by default a new one.")
@click.option("--force", is_flag=True, help="Log artifacts even if they are older than what they are computed from.")
@verbose_option
@click.pass_obj
def command(
    metadata: ProjectMetadata,
    name: str,
    env: str | None,
    conf_source: str | None,
    params: dict[str, Any],
    run_id: str | None,
    *,
    force: bool,
    verbose: bool,
) -> None:
    """Log the model of the binding NAME from stored artifacts, without training.

    Does what a bound run does after training. Fails if an artifact is missing, or is older than a local file that
    training computes it from.
    """
    with no_traceback(verbose=verbose):
        from kedro_bind.session.stored_run import log_stored

        answer(log_stored(name, context_of(metadata, env, conf_source, params), run_id, force=force))
