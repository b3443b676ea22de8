"""`kedro bind schema`."""

from __future__ import annotations

from pathlib import Path

import click

from kedro_bind.process.stdout import AnswerCommand, answer

__all__ = ["command"]


@click.command(
    name="schema",
    cls=AnswerCommand,
    epilog="Example: kedro bind schema --output=pipeline_ml.schema.json",
)
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Write the schema to this file.")
def command(output: Path | None) -> None:
    """Print the JSON Schema of pipeline_ml.yml, for editors that complete and check YAML."""
    from conf_schema import schema_text

    if output is None:
        answer(schema_text(), nl=False)
    else:
        output.write_text(schema_text(), encoding="utf-8")
