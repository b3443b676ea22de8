"""`kedro bind check`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kedro_bind.cli.binding_names import complete_binding
from kedro_bind.cli.project import context_of, loader_of, verbose_option, where_options, with_plain_parameters
from kedro_bind.process.no_traceback import no_traceback
from kedro_bind.process.stdout import AnswerCommand, answer, answers_on_terminal
from kedro_bind.redaction import redact

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kedro.framework.startup import ProjectMetadata

    from conf_schema import Edit
    from kedro_bind.checks import Report
    from kedro_bind.config.document import Config

__all__ = ["command"]


@click.command(
    name="check",
    cls=AnswerCommand,
    epilog="Example: kedro bind check --env=prod --format=github",
)
@click.argument("names", nargs=-1, shell_complete=complete_binding)
@where_options
@click.option("--all-envs", is_flag=True, help="Check every environment that has a folder in the configuration.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "json", "github", "sarif"]),
    default="text",
    show_default=True,
    help="The format of the report. To pipe json, github or sarif, run 'python -m kedro_bind check': 'kedro' itself "
    "prints a line first.",
)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the report to this file.",
)
@click.option(
    "--fix",
    "fixes",
    is_flag=True,
    help="Correct misspelled names in the files, wherever there is exactly one suggestion; report what is left.",
)
@click.option("--strict", is_flag=True, help="Treat warnings as problems.")
@verbose_option
@click.pass_obj
def command(  # noqa: PLR0913 - one for each option
    metadata: ProjectMetadata,
    names: tuple[str, ...],
    env: str | None,
    conf_source: str | None,
    params: dict[str, Any],
    format_: str,
    output: Path | None,
    *,
    all_envs: bool,
    fixes: bool,
    strict: bool,
    verbose: bool,
) -> None:
    """Find every mistake in the bindings before anything runs.

    Checks the bindings NAMES, or all of them: the YAML, its keys and values, the pipelines, nodes and datasets that it
    names, the catalog, and whether the model's code can be packaged. Exits with 0 if there are no problems, 1 if there
    are, 2 if the command is used wrongly, 3 if the check itself fails.
    """
    if all_envs and env:
        raise click.UsageError("'--env' and '--all-envs' can't be combined; leave one of them out")
    with no_traceback(verbose=verbose):
        from kedro_bind.checks import fix, merge_reports
        from kedro_bind.render import render_report

        envs = _environments(metadata, conf_source, params) if all_envs else [env]

        def checked() -> Report:
            return merge_reports([_check(metadata, name, conf_source, params, names) for name in envs])

        def announce(edit: Edit) -> None:
            click.echo(redact(edit.text), err=True)

        report = fix(checked, metadata.project_path, announce) if fixes else checked()
        colour = format_ == "text" and output is None and answers_on_terminal()
        printed = render_report(report, format_, colour=colour)
        if output is not None:
            output.write_text(f"{redact(printed)}\n", encoding="utf-8")
        elif printed:
            answer(printed)
        if any(strict or finding.severity.value == "error" for finding in report.findings):
            raise click.exceptions.Exit(1)


def _environments(metadata: ProjectMetadata, conf_source: str | None, params: dict[str, Any]) -> Sequence[str | None]:
    from kedro_bind.config.files import environments

    try:
        return environments(loader_of(metadata, None, conf_source, params)) or [None]
    except Exception:  # noqa: BLE001 - the check has a finding for a loader that can't be created
        return [None]


def _check(
    metadata: ProjectMetadata, env: str | None, conf_source: str | None, params: dict[str, Any], names: tuple[str, ...]
) -> Report:
    """Check the bindings in one environment."""
    from kedro_bind.checks import Project, Report, broken_project, check_project
    from kedro_bind.session.install import checked, registered_pipelines

    try:
        loader = loader_of(metadata, env, conf_source, params)
    except Exception as error:  # noqa: BLE001 - it reads globals.yml, which may be broken in any way
        return Report((broken_project("configuration", error),), names, env or "default")
    if env is not None:
        _refuse_unknown_environment(loader, env)
    with checked(loader, metadata.project_path) as config:
        if config is not None:
            _refuse_unknown_names(names, config)

        def load_catalog() -> Any:
            return with_plain_parameters(context_of(metadata, env, conf_source, params)).catalog

        project = Project(loader, metadata.project_path, metadata.package_name, registered_pipelines, load_catalog)
        return check_project(project, names, config)


def _refuse_unknown_environment(loader: Any, env: str) -> None:
    from conf_schema import did_you_mean
    from kedro_bind.config.files import environments, has_environment

    if not has_environment(loader, env):
        existing = environments(loader)
        hint = did_you_mean(env, existing) or (
            f"the environments are {', '.join(existing)}" if existing else "create its folder, which may be empty"
        )
        raise click.UsageError(f"the configuration has no environment '{env}'; {hint}")


def _refuse_unknown_names(names: tuple[str, ...], config: Config) -> None:
    from conf_schema import did_you_mean

    unknown = [name for name in names if name not in config.names]
    if unknown and not config.unreadable:
        hint = did_you_mean(unknown[0], config.names) or f"the bindings are {', '.join(config.names) or 'none'}"
        raise click.UsageError(f"there is no binding '{unknown[0]}'; {hint}")
