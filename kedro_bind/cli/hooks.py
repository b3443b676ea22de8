"""Kedro's hooks before and after a command."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from kedro.framework.cli.hooks import cli_hook_impl

from kedro_bind.plugin import warn_left_out

if TYPE_CHECKING:
    from kedro.framework.startup import ProjectMetadata

__all__ = ["cli_hooks"]


_ABORTED = 1
"""The exit code of click after Ctrl-C."""
_INTERRUPTED = 130
"""The exit code that shells expect after Ctrl-C: 128 + SIGINT."""


class BindCommandHook:
    """Installs the bound pipelines for commands without a session, and ends runs that Ctrl-C interrupted."""

    @cli_hook_impl
    def before_command_run(self, project_metadata: ProjectMetadata | None, command_args: list[str]) -> None:
        """Install the bound pipelines, which are read only if the command uses pipelines."""
        if project_metadata is None:
            return
        try:
            from kedro_bind.session.install import install, use_command

            install()
            use_command(project_metadata.project_path, command_args)
        except Exception as error:  # noqa: BLE001 - a command that has nothing to do with bindings must not fail
            warn_left_out(error)

    @cli_hook_impl
    def after_command_run(self, exit_code: int) -> None:
        """End the MLflow run of an interrupted bound run, and exit with the code for an interruption."""
        module = sys.modules.get("kedro_bind.session.open_runs")
        if module is None:
            return
        module.open_runs.end_interrupted()
        if module.open_runs.interrupted and exit_code == _ABORTED:
            sys.exit(_INTERRUPTED)


cli_hooks = BindCommandHook()
