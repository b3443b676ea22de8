"""Kedro's hooks around a command."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from kedro.framework.cli.hooks import cli_hook_impl

from kedro_bind.plugin import warn_left_out

if TYPE_CHECKING:
    from kedro.framework.startup import ProjectMetadata

__all__ = ["cli_hooks"]


_ABORTED = 1
"""What click makes of Ctrl-C."""
_INTERRUPTED = 130
"""What a shell makes of it."""


class BindCommandHook:
    """Makes bound pipelines known to commands that make no session, and ends the runs that Ctrl-C has interrupted."""

    @cli_hook_impl
    def before_command_run(self, project_metadata: ProjectMetadata | None, command_args: list[str]) -> None:
        """Install the bound pipelines, to be read if and when a command asks for pipelines."""
        if project_metadata is None:
            return
        try:
            from kedro_bind.install import install, use_command

            install()
            use_command(project_metadata.project_path, command_args)
        except Exception as error:  # noqa: BLE001 - a command that has nothing to do with us must not fail
            warn_left_out(error)

    @cli_hook_impl
    def after_command_run(self, exit_code: int) -> None:
        """End the MLflow run of a bound run that was interrupted, and tell so by the exit code."""
        module = sys.modules.get("kedro_bind.open_runs")
        if module is None:
            return
        module.open_runs.end_interrupted()
        if module.open_runs.interrupted and exit_code == _ABORTED:
            sys.exit(_INTERRUPTED)


cli_hooks = BindCommandHook()
