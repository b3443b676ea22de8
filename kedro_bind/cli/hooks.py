"""Kedro's hooks around a command."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from kedro.framework.cli.hooks import cli_hook_impl

if TYPE_CHECKING:
    from kedro.framework.startup import ProjectMetadata

__all__ = ["cli_hooks"]


_INTERRUPTED = 130
"""What a shell calls a command that Ctrl-C has ended."""


class BindCommandHook:
    """Makes bound pipelines known to commands that make no session, and ends the runs that Ctrl-C has interrupted."""

    @cli_hook_impl
    def before_command_run(self, project_metadata: ProjectMetadata | None, command_args: list[str]) -> None:
        """Install the bound pipelines, to be read if and when a command asks for pipelines."""
        if project_metadata is None:
            return
        from kedro_bind.install import install, use_command

        install()
        use_command(project_metadata.project_path, command_args)

    @cli_hook_impl
    def after_command_run(self) -> None:
        """End the MLflow run of a bound run that was interrupted, and tell so by the exit code."""
        module = sys.modules.get("kedro_bind.open_runs")
        if module is None:
            return
        module.open_runs.end_interrupted()
        if module.open_runs.interrupted and _comes_of_ctrl_c(sys.exc_info()[1]):
            sys.exit(_INTERRUPTED)


def _comes_of_ctrl_c(error: BaseException | None) -> bool:
    """Tell whether an exit has Ctrl-C behind it, which click turns into the exit code 1."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__cause__ or error.__context__
    return error is not None


cli_hooks = BindCommandHook()
