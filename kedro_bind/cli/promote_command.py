"""`kedro bind promote`."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import click

from kedro_bind.cli.project import context_of, verbose_option, where_options
from kedro_bind.errors import EvaluationError
from kedro_bind.process.no_traceback import no_traceback
from kedro_bind.process.stdout import AnswerCommand, answer

if TYPE_CHECKING:
    from kedro.framework.startup import ProjectMetadata

    from kedro_bind.evaluation.proposal import Proposal

__all__ = ["command"]


@click.command(
    name="promote",
    cls=AnswerCommand,
    epilog="Example: kedro bind promote churn 7 --alias=champion",
    short_help="Move an alias to a version, with the figures of both in sight.",
)
@click.argument("name")
@click.argument("version", required=False)
@where_options
@click.option("--alias", help="The alias to move; the first one of the binding by default.")
@click.option("--rollback", is_flag=True, help="Give the alias back to the version that held it before.")
@click.option("--yes", is_flag=True, help="Do not ask; a version that fails 'promote_if' is refused.")
@click.option("--force", is_flag=True, help="With --yes: promote even a version that fails 'promote_if'.")
@verbose_option
@click.pass_obj
def command(  # noqa: PLR0913 - one for each option
    metadata: ProjectMetadata,
    name: str,
    version: str | None,
    env: str | None,
    conf_source: str | None,
    params: dict[str, Any],
    alias: str | None,
    *,
    rollback: bool,
    yes: bool,
    force: bool,
    verbose: bool,
) -> None:
    """Move an alias of the registered model of the binding NAME to VERSION, an alias of its own or a number.

    The version and the holder of the alias are scored on the evaluation data of now, as in a bound run; the figures are
    shown, and nothing moves without a yes.
    """
    if rollback == (version is not None):
        raise click.UsageError("pass either the VERSION to promote, or '--rollback'")
    with no_traceback(verbose=verbose):
        from kedro_bind.session.promotion import promote, restore

        context = context_of(metadata, env, conf_source, params)
        if version is None:
            answer(restore(name, alias, context, lambda question: yes or _asked(question)))
        else:
            answer(promote(name, version, alias, context, partial(_decide, yes=yes, force=force)))


def _decide(proposal: Proposal, *, yes: bool, force: bool) -> bool:
    """Show the figures, and decide by the options, or ask."""
    from kedro_bind.render.scores import render_scores

    verdict, where = proposal.verdict, f"'{proposal.alias}' of '{proposal.name}'"
    click.echo(f"{render_scores(proposal.table, 'text')}\n", err=True)
    if verdict.reason:
        click.echo(
            f"{'promote_if is met' if verdict.promoted else 'promote_if is not met'}: {verdict.reason}", err=True
        )
    if yes:
        if not (verdict.promoted or force):
            raise EvaluationError(
                f"version {proposal.version} is not promoted: {verdict.reason}; '--force' promotes it all the same"
            )
        return True
    source = f" from version {proposal.holder}" if proposal.holder else ""
    return _asked(f"Move {where}{source} to version {proposal.version}?")


def _asked(question: str) -> bool:
    return click.confirm(question, err=True)
