"""`kedro bind schema`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kedro_bind.cli.project import verbose_option
from kedro_bind.process.no_traceback import no_traceback
from kedro_bind.process.stdout import AnswerCommand, answer

if TYPE_CHECKING:
    from kedro.framework.startup import ProjectMetadata

__all__ = ["command"]


@click.command(
    name="schema",
    cls=AnswerCommand,
    epilog="Example: kedro bind schema --project --output=conf/kedro_bind.schema.json",
)
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Write the schema to this file.")
@click.option(
    "--project",
    "of_project",
    is_flag=True,
    help="Allow only the names of this project's pipelines, tags, nodes, namespaces, datasets and parameters.",
)
@verbose_option
@click.pass_obj
def command(metadata: ProjectMetadata, output: Path | None, *, of_project: bool, verbose: bool) -> None:
    """Print the JSON Schema of pipeline_ml.yml, for editors that complete and check YAML."""
    with no_traceback(verbose=verbose):
        from conf_schema import schema_text

        text = _text_of(metadata) if of_project else schema_text()
        if output is None:
            answer(text, nl=False)
        else:
            output.write_text(text, encoding="utf-8")


def _text_of(metadata: ProjectMetadata) -> str:
    from conf_schema import project_schema, schema_text
    from kedro_bind.binding.project_names import names_of
    from kedro_bind.cli.project import loader_of
    from kedro_bind.session.install import checked, registered_pipelines

    with checked(loader_of(metadata, None, None, {}), metadata.project_path):
        return schema_text(project_schema(names_of(registered_pipelines())))
