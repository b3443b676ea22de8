"""What commands need from a Kedro project, with the options of `kedro run`."""

from __future__ import annotations

import click
from click.testing import CliRunner
from kedro.framework.startup import bootstrap_project

from kedro_bind.cli.project import config_of, context_of, loader_of, where_options
from kedro_bind.redaction import redact, redacting


def test_configuration_and_context_follow_the_options(project):
    project.write("conf/prod/pipeline_ml.yml", (project.path / "conf/base/pipeline_ml.yml").read_text() + "fraud: 3\n")
    project.write("conf/local/credentials.yml", "store: {password: correct-horse}\n")
    metadata = bootstrap_project(project.path)
    with redacting():
        assert config_of(metadata, None, None, {}).names == ["churn"]
        assert config_of(metadata, "prod", None, {}).names == ["churn", "fraud"]
        assert loader_of(metadata, None, None, {"depth": 7})["parameters"]["depth"] == 7
        context = context_of(metadata, None, None, {"depth": 7})
        assert (context.env, context.params["depth"]) == (None, 7)
        assert redact("it is correct-horse") == "it is ***"


def test_options_are_parsed_as_kedro_run_parses_them(tmp_path):
    @click.command()
    @where_options
    def command(**options):
        click.echo(options)

    result = CliRunner().invoke(command, ["--env=prod", f"--conf-source={tmp_path}", "--params=a=1,b.c=x"])
    assert result.stdout.strip() == str(
        {"env": "prod", "conf_source": str(tmp_path), "params": {"a": 1, "b": {"c": "x"}}}
    )
