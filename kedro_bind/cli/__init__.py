"""`kedro bind …`: a module for each command, imported when the command is called."""

from __future__ import annotations

import importlib
from typing import Any

import click

from kedro_bind.process.stdout import shown

__all__ = ["WITHOUT_PROJECT", "bind", "commands"]

_COMMANDS = {
    "check": "Find every mistake in the bindings before anything runs.",
    "diff": "Show what differs between two models, down to their predictions.",
    "evaluate": "Score logged models on the evaluation data of a binding.",
    "explain": "Explain a finding of 'kedro bind check': what it means, an example, the fix.",
    "init": "Write a pipeline_ml.yml that fits this project.",
    "list": "List the bindings, with their pipelines and where they are declared.",
    "log": "Log the model of a binding from stored artifacts, without training.",
    "predict": "Predict a table of any size with a logged model.",
    "promote": "Move an alias to a version, with the figures of both in sight.",
    "serve": "Serve logged models over HTTP.",
    "show": "Draw a binding or a logged model: what trains, what travels, what predicts, and what evaluates.",
    "schema": "Print the JSON Schema of pipeline_ml.yml.",
}
WITHOUT_PROJECT = ("diff", "explain", "predict", "serve", "show")
"""The commands that work without a Kedro project, as `python -m kedro_bind …`."""


class _Context(click.Context):
    """Shows usage as the command was called: `python -m kedro_bind check`, without the `bind` that is inserted."""

    @property
    def command_path(self) -> str:
        parent = self.parent
        if parent is not None and (parent.info_name or "").endswith("-m kedro_bind"):
            return parent.command_path
        return super().command_path


class _LazyGroup(click.Group):
    """A group that imports a command only when it is called, since every `kedro` command imports this module."""

    context_class = _Context

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        with shown():  # click prints help while it parses
            return super().make_context(*args, **kwargs)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"kedro_bind.cli.{cmd_name}_command").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        with formatter.section("Commands"):
            formatter.write_dl(sorted(_COMMANDS.items()))


@click.group(name="kedro-bind")
def commands() -> None:
    """Commands of kedro_bind."""


@commands.group(name="bind", cls=_LazyGroup)
def bind() -> None:
    """Bind a training pipeline to the inference pipeline that it serves.

    The bindings are declared in conf/base/pipeline_ml.yml; 'kedro run --pipelines=<binding>' trains a model and
    logs it to MLflow.
    """
