"""`kedro bind init`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kedro_bind.cli.project import context_of, loader_of, verbose_option, where_options, with_plain_parameters
from kedro_bind.process.no_traceback import no_traceback
from kedro_bind.process.stdout import AnswerCommand, answer

if TYPE_CHECKING:
    from kedro.framework.startup import ProjectMetadata

__all__ = ["command"]

_SCHEMA = "kedro_bind.schema.json"


@click.command(
    name="init",
    cls=AnswerCommand,
    epilog="Example: kedro bind init --name=churn --inference=predict",
    short_help="Write a pipeline_ml.yml that fits this project.",
)
@where_options
@click.option("--name", help="Name of the binding (default: one that fits).")
@click.option("--training", metavar="NAME", help="Bind only this pipeline, tag or namespace as training.")
@click.option("--inference", metavar="NAME", help="Bind only this pipeline, tag or namespace as inference.")
@click.option("--from-code", metavar="NAME", help="Write what the pipeline_ml_factory registered as NAME declares.")
@click.option("--force", is_flag=True, help="Overwrite an existing file.")
@verbose_option
@click.pass_obj
def command(  # noqa: PLR0913 - one for each option
    metadata: ProjectMetadata,
    env: str | None,
    conf_source: str | None,
    params: dict[str, Any],
    name: str | None,
    training: str | None,
    inference: str | None,
    from_code: str | None,
    *,
    force: bool,
    verbose: bool,
) -> None:
    """Write a pipeline_ml.yml that fits this project.

    Looks at the registered pipelines, their tags and namespaces, and the catalog, and finds what can be bound: a part
    that fits something, and a part that predicts with it. What is left to do is printed: catalog entries to paste, or,
    with exit code 1, why nothing can be bound and what to add.
    """
    if from_code and (training or inference or name):
        raise click.UsageError(
            "'--from-code' takes everything from the code; leave out '--name', '--training' and '--inference'"
        )
    with no_traceback(verbose=verbose):
        from kedro_bind.session.install import checked, registered_pipelines

        loader = loader_of(metadata, env, conf_source, params)
        target = Path(loader.conf_source) / (getattr(loader, "base_env", None) or "base") / "pipeline_ml.yml"
        if target.exists() and not force:
            raise click.ClickException(f"{_shown(target, metadata)} exists; add '--force' to overwrite it")
        with checked(loader, metadata.project_path):
            pipelines = dict(registered_pipelines())
            modeline = f"../{_SCHEMA}"
            if from_code:
                from kedro_bind.proposal.from_code import document_of

                _write(target, document_of(from_code, pipelines, modeline), pipelines, metadata, loader)
                answer(f"remove the pipeline_ml_factory of '{from_code}' from the code, then run: kedro bind check")
                return
            _propose(
                metadata,
                loader,
                target,
                pipelines,
                (name, training, inference),
                with_plain_parameters(context_of(metadata, env, conf_source, params)).catalog,
            )


def _propose(
    metadata: ProjectMetadata,
    loader: Any,
    target: Path,
    pipelines: dict[str, Any],
    asked: tuple[str | None, ...],
    catalog: Any,
) -> None:
    from kedro_bind.checks import CheckContext
    from kedro_bind.config.files import env_of
    from kedro_bind.project import Origin
    from kedro_bind.proposal.propose import UNSUPPLIED, Narrowed, propose
    from kedro_bind.render.text import render_plain

    context = CheckContext(catalog, Origin(metadata.project_path, metadata.package_name, env_of(loader)))
    proposal = propose(pipelines, context, metadata.package_name, Narrowed(*asked), f"../{_SCHEMA}")
    if not proposal.text:
        raise click.ClickException(proposal.reason)
    _write(target, proposal.text, pipelines, metadata, loader)
    if proposal.findings:
        several = len(proposal.names) > 1
        named = (replace(finding, message=f"{finding.top}: {finding.message}") for finding in proposal.findings)
        answer(render_plain(named if several else proposal.findings))
    if proposal.entries:
        answer(f"\nAdd to conf/base/catalog.yml, so that the model can have what training fits:\n\n{proposal.entries}")
    if any(finding.code == UNSUPPLIED for finding in proposal.findings):
        answer("first supply the data that training reads, or select the pipelines that make it as well")
    answer(f"next: kedro bind check && kedro run --pipelines={proposal.names[0]}")


def _write(target: Path, text: str, pipelines: dict[str, Any], metadata: ProjectMetadata, loader: Any) -> None:
    """Write the document, beside the environments the schema that editors complete it with, and .gitignore."""
    from conf_schema import project_schema, schema_text
    from kedro_bind.binding.project_names import names_of

    schema = schema_text(project_schema(names_of(pipelines)))
    target.parent.mkdir(parents=True, exist_ok=True)
    (target.parents[1] / _SCHEMA).write_text(schema, encoding="utf-8")
    target.write_text(text, encoding="utf-8")
    answer(f"wrote {_shown(target, metadata)}")
    _ignore_store(metadata.project_path, loader)


def _ignore_store(project_path: Path, loader: Any) -> None:
    """Add to .gitignore the store in the project's folder, if the project uses that store and git would track it."""
    from kedro_bind.config.mlflow import read_tracking_config
    from kedro_bind.own_store import DATABASE, missing_ignores

    tracking = read_tracking_config(loader)
    if tracking.foreign or tracking.mlflow.server.mlflow_tracking_uri is not None:
        return
    if lines := missing_ignores(project_path, project_path / DATABASE):
        file = project_path / ".gitignore"
        text = file.read_text(encoding="utf-8") if file.exists() else ""
        start = text if not text or text.endswith("\n") else f"{text}\n"
        file.write_text(start + "\n".join([*lines, ""]), encoding="utf-8")
        answer(f"added to .gitignore: {', '.join(lines)}")


def _shown(path: Path, metadata: ProjectMetadata) -> str:
    try:
        return path.resolve().relative_to(metadata.project_path.resolve()).as_posix()
    except ValueError:
        return str(path)
