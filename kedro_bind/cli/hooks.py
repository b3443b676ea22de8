"""Kedro's hooks around a command."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kedro.framework.cli.hooks import cli_hook_impl

if TYPE_CHECKING:
    from kedro.framework.startup import ProjectMetadata

__all__ = ["cli_hooks"]


class BindCommandHook:
    """Makes bound pipelines known to commands that make no session, such as `kedro registry list`."""

    @cli_hook_impl
    def before_command_run(self, project_metadata: ProjectMetadata | None, command_args: list[str]) -> None:
        """Install the bound pipelines, to be read if and when a command asks for pipelines."""
        if project_metadata is None:
            return
        from kedro_bind.install import install, use_command

        install()
        use_command(project_metadata.project_path, command_args)


cli_hooks = BindCommandHook()
