"""`kedro bind check`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from kedro_bind.cli.project import config_of, context_of, no_traceback, verbose_option, where_options

if TYPE_CHECKING:
    from kedro.framework.startup import ProjectMetadata

__all__ = ["command"]


@click.command(
    name="check",
    epilog="Example: kedro bind check --env=prod --format=github",
    short_help="Find every mistake in the bindings before anything runs.",
)
@click.argument("names", nargs=-1)
@where_options
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "json", "github"]),
    default="text",
    show_default=True,
    help="How findings are written.",
)
@click.option("--strict", is_flag=True, help="Let warnings count as problems.")
@verbose_option
@click.pass_obj
def command(
    metadata: ProjectMetadata,
    names: tuple[str, ...],
    env: str | None,
    conf_source: str | None,
    params: dict[str, Any],
    format_: str,
    *,
    strict: bool,
    verbose: bool,
) -> None:
    """Find every mistake in the bindings before anything runs.

    Checks the bindings NAMES, or all of them: the YAML, the schema, the pipelines, nodes and datasets that it
    names, and the catalog. Exits with 0 where all is well, 1 where there are problems, 2 for wrong usage of this
    command, 3 if the check itself breaks.
    """
    with no_traceback(verbose=verbose):
        from conf_schema import did_you_mean
        from kedro_bind.checks import check_everything
        from kedro_bind.install import registered_pipelines
        from kedro_bind.render import render_report

        config = config_of(metadata, env, conf_source, params)
        if config is None:
            click.echo("no bindings: the project has no pipeline_ml*.yml")
            return
        unknown = [name for name in names if name not in config.names]
        if unknown and not config.unreadable:
            hint = did_you_mean(unknown[0], config.names) or f"there are {', '.join(config.names) or 'none'}"
            raise click.UsageError(f"there is no binding '{unknown[0]}'; {hint}")
        report = check_everything(
            config,
            registered_pipelines,
            lambda: context_of(metadata, env, conf_source, params).catalog,
            names,
        )
        click.echo(render_report(report, config.sources, format_))
        failed = any(strict or each.severity.value == "error" for each in report.findings)
        if failed:
            raise click.exceptions.Exit(1)
