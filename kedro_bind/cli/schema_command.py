"""`kedro bind schema`."""

from __future__ import annotations

import json

import click

__all__ = ["command"]


@click.command(
    name="schema",
    epilog="Example: kedro bind schema > pipeline_ml.schema.json",
    short_help="Print the JSON Schema of pipeline_ml.yml.",
)
def command() -> None:
    """Print the JSON Schema of pipeline_ml.yml, for editors that complete and check YAML."""
    from conf_schema import json_schema

    click.echo(json.dumps(json_schema(), indent=2))
