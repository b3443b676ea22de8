"""The configuration in force: that of the session, of the `kedro` command, or of the working directory."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from kedro.framework import project
from kedro.utils import find_kedro_project

from kedro_bind.config.document import CONFIG_KEY, Config, config_loader, read_config

__all__ = ["Current"]


@dataclass(frozen=True)
class _Options:
    """The project and the options of a `kedro` command; without a path, the working directory decides."""

    project_path: Path | None = None
    env: str | None = None
    conf_source: str | None = None

    @property
    def root(self) -> Path:
        """The folder of the project."""
        return self.project_path or find_kedro_project(Path.cwd()) or Path.cwd()


class Current:
    """The configuration that Kedro's next load of pipelines uses.

    `known` is whether `config` has been read. `quiet` is set while one of our own commands runs, which report every
    problem themselves; `checked` while `kedro bind check` needs the project's pipelines without bound ones. `warned` is
    the configuration that the log last warned about.
    """

    def __init__(self) -> None:
        self.config: Config | None = None
        self.known = False
        self.warned: Config | None = None
        self.quiet = False
        self.checked = False
        self._options = _Options()

    def use_command(self, project_path: Path | None, arguments: list[str]) -> None:
        """Use the project and the options of a `kedro` command."""
        self._options = _Options(project_path, _option(arguments, "--env", "-e"), _option(arguments, "--conf-source"))
        self.known = False
        self.quiet = arguments[:1] == ["bind"]

    def use(self, config: Config | None) -> None:
        """Use a configuration that a session has read."""
        self.config, self.known = config, True

    def read(self) -> Config | None:
        """Return the document, which is read once; `None` if the project has none."""
        if not self.known:
            root = self._options.root
            if self._may_have_document(root):
                self.use(read_config(config_loader(root, self._options.env, self._options.conf_source), root))
            else:
                self.use(None)
        return self.config

    def _may_have_document(self, root: Path) -> bool:
        """Look for a file before a config loader is made, which adds some tenths of a second to every command."""
        source = Path(self._options.conf_source or root / project.settings.CONF_SOURCE)
        patterns = project.settings.CONFIG_LOADER_ARGS.get("config_patterns") or {}
        if CONFIG_KEY in patterns or not source.is_dir():
            return True
        return any(CONFIG_KEY in name for _, folders, files in os.walk(source) for name in (*folders, *files))


def _option(arguments: list[str], *names: str) -> str | None:
    for position, argument in enumerate(arguments):
        for name in names:
            if argument == name and position + 1 < len(arguments):
                return arguments[position + 1]
            if argument.startswith(f"{name}=") and name.startswith("--"):
                return argument.partition("=")[2]
    return None
