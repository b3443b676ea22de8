"""Which configuration counts now: the session's, that of the command, or that of the working directory."""

from __future__ import annotations

import os
from pathlib import Path

from kedro.framework import project
from kedro.utils import find_kedro_project

from kedro_bind.config import CONFIG_KEY, Config, config_loader, read_config

__all__ = ["Current"]


class Current:
    """What the next loading of pipelines goes by: set by hooks, or found from the working directory."""

    def __init__(self) -> None:
        self.project_path: Path | None = None
        self.env: str | None = None
        self.conf_source: str | None = None
        self.config: Config | None = None
        self.known = False
        self.warned: Config | None = None
        self.quiet = False
        self.checked = False

    def go_by_command(self, project_path: Path | None, arguments: list[str]) -> None:
        """Go by the project and the options of a `kedro` command."""
        self.project_path = project_path
        self.env = _option(arguments, "--env", "-e")
        self.conf_source = _option(arguments, "--conf-source")
        self.known = False
        self.quiet = arguments[:1] == ["bind"]  # our own commands tell in full what is wrong

    def read(self) -> Config | None:
        """Give the document, read once; `None` where the project has none."""
        if not self.known:
            found = self._may_have_document()
            loader = config_loader(self._root(), self.env, self.conf_source) if found else None
            self.config, self.known = read_config(loader, self._root()) if found else None, True
        return self.config

    def _may_have_document(self) -> bool:
        """Look for a file before making a config loader, which costs a command some tenths of a second."""
        source = Path(self.conf_source or self._root() / project.settings.CONF_SOURCE)
        patterns = project.settings.CONFIG_LOADER_ARGS.get("config_patterns") or {}
        if CONFIG_KEY in patterns or not source.is_dir():
            return True
        return any(CONFIG_KEY in name for _, folders, files in os.walk(source) for name in (*folders, *files))

    def _root(self) -> Path:
        return self.project_path or find_kedro_project(Path.cwd()) or Path.cwd()


def _option(arguments: list[str], *names: str) -> str | None:
    for position, argument in enumerate(arguments):
        for name in names:
            if argument == name and position + 1 < len(arguments):
                return arguments[position + 1]
            if argument.startswith(f"{name}=") and name.startswith("--"):
                return argument.partition("=")[2]
    return None
