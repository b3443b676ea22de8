"""The entry points for Kedro: hooks and commands or, where they can't be imported, inert ones and a warning.

Kedro loads all entry points with every command, so an error in these would break commands and runs that do not use
kedro_bind.
"""

from __future__ import annotations

import importlib
from typing import Any

import click

__all__ = ["cli_hooks", "commands", "hooks", "warn_left_out"]  # noqa: F822 - see __getattr__

_HOMES = {"hooks": "kedro_bind.hooks", "commands": "kedro_bind.cli", "cli_hooks": "kedro_bind.cli.hooks"}


class _NoHooks:
    """A plugin without hooks."""


_INERT: dict[str, Any] = {"hooks": _NoHooks(), "commands": click.Group("kedro-bind"), "cli_hooks": _NoHooks()}
_warned = False


def __getattr__(name: str) -> Any:
    """Import an entry point when Kedro loads it."""
    if name not in _HOMES:
        raise AttributeError(f"module 'kedro_bind.plugin' has no attribute '{name}'")
    try:
        return getattr(importlib.import_module(_HOMES[name]), name)
    except Exception as error:  # noqa: BLE001 - another release of a dependency may raise anything
        warn_left_out(error)
        return _INERT[name]


def warn_left_out(error: Exception) -> None:
    """Log one line, once in a process, that kedro_bind does nothing."""
    global _warned  # noqa: PLW0603 - one line for all entry points of the process
    if not _warned:
        _warned = True
        from kedro_bind.redaction import get_logger

        reason = " ".join(str(error).split())
        get_logger(__name__).warning("kedro_bind: bound pipelines are left out: %s: %s", type(error).__name__, reason)
